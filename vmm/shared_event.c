// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shared_event.c - an eventfd that somebody else holds too
 */
#include "vmm/shared_event.h"

#include <poll.h>
#include <sys/eventfd.h>

static bool is_ready(int fd, short events)
{
	struct pollfd ready = {.fd = fd, .events = events};

	return poll(&ready, 1, 0) == 1 && ready.revents & events;
}

void shared_event_raise(int fd)
{
	if (is_ready(fd, POLLOUT))
		eventfd_write(fd, 1);
}

bool shared_event_clear(int fd)
{
	eventfd_t count;

	return is_ready(fd, POLLIN) && eventfd_read(fd, &count) == 0;
}
