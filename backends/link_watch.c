// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * link_watch.c - is there a carrier on a host interface, and which MTU?
 *
 * Theory of operation
 *
 * What rtnetlink says is only a hint that the kernel be asked: its messages are
 * thrown away unread, so there is nothing to parse, none can be forged, and a
 * socket that overflowed has said enough. These questions wait for nobody.
 *
 * With polls there are two opinions on the carrier. The driver's is the newer
 * one and may take it away; the kernel's is the one that decides whether frames
 * are sent (its queue is stopped until linkwatch has run), so for a carrier
 * both are needed.
 *
 * Limits: a thread for each interface that is polled.
 */
#include "backends/link_watch.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* Most messages to throw away in one call. */
#define LINK_HINTS_MAX 64

void link_watch_ask(struct link_watch *watch)
{
	struct link_state state = {0};
	int rc = watch->source->ask(watch->source, &state);

	if (rc && rc != -ENODEV)
		return;
	if (rc)
		state = (struct link_state){0};
	state.carrier =
		state.carrier && state.is_up && !link_poll_lost(&watch->poll);
	if (state.is_there == watch->state.is_there &&
	    state.is_up == watch->state.is_up &&
	    state.carrier == watch->state.carrier &&
	    state.mtu == watch->state.mtu)
		return;
	watch->state = state;
	if (watch->changed)
		watch->changed(watch);
}

void link_hints_read(struct watch *hint)
{
	unsigned i;
	char byte;

	for (i = 0; i < LINK_HINTS_MAX; i++) {
		ssize_t len = recv(hint->fd, &byte, 1, MSG_DONTWAIT);

		/* Some were lost: as good a hint as any. */
		if (len > 0 || (len < 0 && errno == ENOBUFS))
			continue;
		/* Whatever this socket has become, it must not spin. */
		if (len == 0 || (errno != EAGAIN && errno != EINTR))
			watch_remove(hint);
		break;
	}
}

static void hint_readable(struct watch *hint, uint32_t events)
{
	struct link_watch *watch = container_of(hint, struct link_watch, hint);

	(void)events;
	watch->events++;
	link_hints_read(hint);
	link_watch_ask(watch);
}

static void poll_changed(struct link_poll *poll)
{
	struct link_watch *watch = container_of(poll, struct link_watch, poll);

	if (watch->state.carrier && link_poll_lost(poll))
		watch->found++;
	link_watch_ask(watch);
}

int link_watch_init(struct link_watch *watch, struct loop *loop,
		    const struct link_source *source, int hint_fd,
		    void (*changed)(struct link_watch *))
{
	int rc = 0;

	memset(watch, 0, sizeof(*watch));
	watch->loop = loop;
	watch->source = source;
	watch->poll.source = source;
	watch->poll.changed = poll_changed;
	watch->hint.fd = hint_fd;
	watch->hint.ready = hint_readable;
	watch->hint.name = "link";
	if (hint_fd >= 0)
		rc = watch_add(loop, &watch->hint, EPOLLIN);
	if (rc)
		return rc;
	link_watch_ask(watch);
	watch->changed = changed;
	return 0;
}

void link_watch_fini(struct link_watch *watch)
{
	link_poll_stop(&watch->poll);
	watch_remove(&watch->hint);
	watch->changed = NULL;
}

int link_watch_poll(struct link_watch *watch, uint64_t ns)
{
	int rc = 0;

	link_poll_stop(&watch->poll);
	if (ns)
		rc = link_poll_start(&watch->poll, watch->loop, ns);
	link_watch_ask(watch);
	return rc;
}

struct link_watch_counters link_watch_counters(const struct link_watch *watch)
{
	return (struct link_watch_counters){
		.events = watch->events,
		.polls = atomic_load(&watch->poll.count),
		.found = watch->found,
		.slowest_ns = atomic_load(&watch->poll.slowest_ns),
	};
}
