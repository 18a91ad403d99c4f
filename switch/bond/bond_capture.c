// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_capture.c - what passes a bond's members, for those who capture them
 *
 * Theory of operation
 *
 * As at a port of a network (network_capture.c): what came in is seen when the
 * bond is through with it, what goes out when the member's port took it, and
 * what dies there when it does, with its reason. What the network drops later
 * is no matter of the member's.
 *
 * A frame that dies in the member's send() is lost to the bond's port, too, and
 * both may be watched: verdict.lost stays for the network only where that is
 * going to look.
 */
#include "switch/bond/bond_capture.h"

#include "switch/bond/bond_internal.h"
#include "switch/capture/capture.h"

static void see(struct bond_member *member, const struct capture_event *event)
{
	list_for_each (link, &member->taps) {
		struct capture_tap *tap;

		tap = container_of(link, struct capture_tap, link);
		if (tap->settings->is_replay)
			continue;
		capture_tap_see(tap, event);
		/* where the network is going to publish it, it is in its list
		 */
		if (list_is_empty(&tap->ring->dirty))
			capture_ring_publish(tap->ring);
	}
}

void bond_see_input(struct bond_member *member, struct frame **frames,
		    unsigned n)
{
	struct capture_event event = {
		.direction = PORT_RX,
		.stamp_ns = loop_clock_ns(member->bond->env.loop),
	};

	for (unsigned i = 0; i < n; i++) {
		event.frame = frames[i];
		see(member, &event);
	}
}

void bond_see_sent(struct bond_member *member, struct frame **frames,
		   unsigned n)
{
	struct bond *bond = member->bond;
	bool network_looks = bond->port.is_watched && !bond->is_control;
	struct capture_event event = {
		.direction = PORT_TX,
		.stamp_ns = loop_clock_ns(bond->env.loop),
	};

	for (unsigned i = 0; i < n; i++) {
		event.frame = frames[i];
		if (!frames[i]->verdict.lost)
			see(member, &event);
		frames[i]->verdict.lost &= network_looks;
	}
}

void bond_see_dropped(struct bond_member *member, struct frame *frame,
		      enum port_direction direction, enum drop_reason reason)
{
	const struct capture_event event = {
		.frame = frame,
		.direction = (uint8_t)direction,
		.reason = (uint8_t)reason,
		.stamp_ns = loop_clock_ns(member->bond->env.loop),
	};

	see(member, &event);
}

void bond_member_tap(struct bond_member *member, struct capture_tap *tap)
{
	list_append(&member->taps, &tap->link);
	member->port->is_watched = true;
}

void bond_member_tap_remove(struct bond_member *member, struct capture_tap *tap)
{
	list_remove(&tap->link);
	member->port->is_watched = !list_is_empty(&member->taps);
}

void bond_member_untap(struct bond_member *member)
{
	while (list_pop(&member->taps))
		;
	member->port->is_watched = false;
}
