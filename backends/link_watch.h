/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link_watch.h - is there a carrier on a host interface, and which MTU?
 *
 * Two ways lead to the answer. The kernel tells of each change over rtnetlink,
 * which costs nothing, but it holds a loss of carrier back: for up to a second
 * when that interface had another link event just before (its linkwatch; veth
 * is exempt). And it can be asked, again and again: an ioctl sees the loss at
 * once. So polling is for where milliseconds count, and only while they do.
 */
#ifndef BACKENDS_LINK_WATCH_H
#define BACKENDS_LINK_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "backends/link_poll.h"
#include "core/loop.h"

/**
 * struct link_state - what is known of an interface
 * @is_there:	it exists, in the namespace it was opened in
 * @is_up:	it is set up (IFF_UP)
 * @carrier:	frames can pass; never while it is set down
 * @mtu:	largest IP packet
 */
struct link_state {
	bool is_there;
	bool is_up;
	bool carrier;
	uint32_t mtu;
};

/**
 * struct link_source - who is asked
 * @ask:	fill in all of @state, as far as the kernel's networking knows
 *		by now; at once. -ENODEV: the interface is gone; another -errno:
 *		nothing was learned, all stays as it was
 * @ask_carrier: of the interface's driver, which knows first; may wait, and is
 *		called on a thread of its own. Same errors
 */
struct link_source {
	int (*ask)(const struct link_source *source, struct link_state *state);
	int (*ask_carrier)(const struct link_source *source, bool *carrier);
};

/**
 * struct link_kernel - the kernel as source: ioctls on any socket that was
 * opened in the interface's network namespace
 * @source:	what is handed to link_watch_init()
 * @fd:		that socket; not owned
 * @ifindex:	of the interface; its name may change
 */
struct link_kernel {
	struct link_source source;
	int fd;
	int ifindex;
};

/** link_kernel_init() - @fd stays the caller's */
void link_kernel_init(struct link_kernel *kernel, int fd, int ifindex);

/**
 * struct link_watch_counters - how the answers came
 * @events:	times that rtnetlink had something to say
 * @polls:	times that the carrier was polled
 * @found:	changes that a poll saw first
 * @slowest_ns:	longest poll: it waits for who holds the kernel's RTNL
 */
struct link_watch_counters {
	uint64_t events;
	uint64_t polls;
	uint64_t found;
	uint64_t slowest_ns;
};

/**
 * struct link_watch - embedded in its owner
 * @loop:	that it lives on
 * @source:	who is asked
 * @hint:	on an rtnetlink socket of the group of links
 * @poll:	asks all the time, where that is wanted
 * @state:	as last seen; the owner reads it
 * @events:	times that rtnetlink had something to say
 * @found:	changes that a poll saw first
 * @changed:	told when @state is another; on the loop's thread, and from
 *		within no call of here but link_watch_ask(), link_watch_poll()
 */
struct link_watch {
	struct loop *loop;
	const struct link_source *source;
	struct watch hint;
	struct link_poll poll;
	struct link_state state;
	uint64_t events;
	uint64_t found;
	void (*changed)(struct link_watch *watch);
};

/**
 * link_watch_init() - begin to listen; @watch->state is filled in
 * @watch:	anything
 * @loop:	of the owner's worker
 * @source:	outlives it
 * @hint_fd:	non-blocking rtnetlink socket, stays the caller's; -1: none, and
 *		only polls see anything
 * @changed:	as in the struct; not called by this
 *
 * Return: 0 or -errno; after an error there is nothing to undo.
 */
int link_watch_init(struct link_watch *watch, struct loop *loop,
		    const struct link_source *source, int hint_fd,
		    void (*changed)(struct link_watch *));

/** link_watch_fini() - @changed is not called any more; may be repeated */
void link_watch_fini(struct link_watch *watch);

/**
 * link_hints_read() - take what an rtnetlink socket has to say, unread
 * @hint:	on one of the group of links; removed when the socket is no good
 *
 * That something was said is the hint: who gets it asks the kernel.
 */
void link_hints_read(struct watch *hint);

/** link_watch_ask() - look now, because something makes it likely */
void link_watch_ask(struct link_watch *watch);

/**
 * link_watch_poll() - look at the carrier every @ns; 0: stop that
 *
 * A loss is then seen as soon as the driver or the kernel says so, and a
 * carrier is one when both do: what is sent before the kernel knows, it loses.
 *
 * Return: 0 or -errno: then there is no polling.
 */
int link_watch_poll(struct link_watch *watch, uint64_t ns);

/** link_watch_counters() - how the answers came, so far */
struct link_watch_counters link_watch_counters(const struct link_watch *watch);

#endif
