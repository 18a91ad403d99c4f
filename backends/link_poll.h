/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link_poll.h - a thread that asks for an interface's carrier again and again
 *
 * The question waits for whoever holds the kernel's RTNL: some 20 ms while
 * interfaces are made or removed on the host. A worker has frames to carry, so
 * it is not the one who asks.
 */
#ifndef BACKENDS_LINK_POLL_H
#define BACKENDS_LINK_POLL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/clock.h"
#include "core/loop.h"

struct link_source;

/**
 * struct link_poll - embedded in its owner
 * @source:	who is asked
 * @changed:	called on the loop's thread when the answer is another
 * @clock:	the thread's own
 * @news:	by which the thread wakes the loop
 * @quit_fd:	by which the thread is ended
 * @thread:	while @is_running
 * @is_running:	between link_poll_start() and link_poll_stop()
 * @ns:		time between questions; those that were missed are left out
 * @lost:	the last answer was: no carrier, or no interface
 * @count:	questions so far
 * @slowest_ns:	the one that waited longest
 */
struct link_poll {
	const struct link_source *source;
	void (*changed)(struct link_poll *poll);
	struct clock clock;
	struct watch news;
	int quit_fd;
	pthread_t thread;
	bool is_running;
	uint64_t ns;
	atomic_bool lost;
	atomic_ulong count;
	atomic_ulong slowest_ns;
};

/**
 * link_poll_start() - ask every @ns
 * @poll:	zeroed, or stopped; @source and @changed are set
 * @loop:	of the owner
 * @ns:		not 0
 *
 * Return: 0 or -errno.
 */
int link_poll_start(struct link_poll *poll, struct loop *loop, uint64_t ns);

/**
 * link_poll_stop() - the thread is gone when this returns; may be repeated
 *
 * Waits for a question that is being asked.
 */
void link_poll_stop(struct link_poll *poll);

/** link_poll_lost() - is somebody asking, and the answer no? */
static inline bool link_poll_lost(struct link_poll *poll)
{
	return poll->is_running && atomic_load(&poll->lost);
}

#endif
