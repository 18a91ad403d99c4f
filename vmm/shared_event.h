/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shared_event.h - an eventfd that somebody else holds too
 *
 * O_NONBLOCK belongs to the open file, so whoever was given the descriptor, as
 * a back-end is, can clear it behind our back. So neither of these relies on
 * it: both ask first. That leaves the moment in between, in which a back-end
 * can fill or empty the eventfd on purpose: that guest's vmm hangs, and labd
 * ends it.
 */
#ifndef VMM_SHARED_EVENT_H
#define VMM_SHARED_EVENT_H

#include <stdbool.h>

/** shared_event_raise() - add one; a counter that is full says it already */
void shared_event_raise(int fd);

/** shared_event_clear() - back to zero; was it raised? */
bool shared_event_clear(int fd);

#endif
