// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * announce_walk.c - the frames of one round of announcements, in order
 *
 * Switches first: the RARP frames move the MAC addresses, and with them all
 * traffic, so those of the lab's own guests come before anything else. IP
 * addresses are for neighbours' caches and change nothing for most of them;
 * they come last.
 */
#include "switch/bond/announce_walk.h"

#include <string.h>

#include "switch/own_frame.h"

#define VID_MAX 4094

static const struct mac broadcast = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

/* A multicast or loopback address, or 0, is nobody's (RFC 1122 3.2.1.3). */
static bool ip4_is_host(uint32_t ip4)
{
	uint8_t first = (uint8_t)(ip4 >> 24);

	return first != 0 && first != 127 && first < 224;
}

static bool ip6_is_host(const struct in6_addr *ip6)
{
	return !IN6_IS_ADDR_MULTICAST(ip6) && !IN6_IS_ADDR_UNSPECIFIED(ip6) &&
	       !IN6_IS_ADDR_LOOPBACK(ip6);
}

/* Nothing is announced that can't be a host's, whoever says so. */
static unsigned clean_addresses(struct announce_entry *e)
{
	unsigned count = MIN(e->ip6_count, ANNOUNCE_MAX_IP6);
	unsigned refused = 0, kept = 0, i;

	if (e->ip4 && !ip4_is_host(e->ip4)) {
		e->ip4 = 0;
		refused++;
	}
	for (i = 0; i < count; i++) {
		if (ip6_is_host(&e->ip6[i]))
			e->ip6[kept++] = e->ip6[i];
		else
			refused++;
	}
	e->ip6_count = (uint8_t)kept;
	return refused;
}

static unsigned clean_page(struct announce_walk *walk, unsigned count)
{
	unsigned i, refused = 0;

	walk->count = 0;
	for (i = 0; i < count; i++) {
		struct announce_entry *e = &walk->page[i];

		if (mac_is_group(&e->mac) || mac_is_zero(&e->mac) ||
		    e->vid > VID_MAX) {
			refused++;
			continue;
		}
		refused += clean_addresses(e);
		walk->page[walk->count++] = *e;
	}
	return refused;
}

void announce_walk_begin(struct announce_walk *walk, bool with_na)
{
	walk->pass = ANNOUNCE_PASS_CONFIGURED;
	walk->with_na = with_na;
	walk->is_last = false;
	walk->cursor = 0;
	walk->count = 0;
	walk->spot = (struct announce_spot){0, 0};
}

bool announce_walk_turn_page(struct announce_walk *walk)
{
	unsigned count, refused;

	if (walk->is_last)
		walk->pass++;
	walk->is_last = false;
	if (walk->pass == ANNOUNCE_PASS_DONE)
		return false;
	count = walk->env->known(walk->env->ctx, &walk->cursor, walk->page,
				 ANNOUNCE_PAGE);
	walk->is_last = !walk->cursor;
	refused = clean_page(walk, MIN(count, ANNOUNCE_PAGE));
	if (walk->pass == ANNOUNCE_PASS_CONFIGURED)
		walk->refused += refused; /* the other passes see them too */
	walk->spot = (struct announce_spot){0, 0};
	return true;
}

static void make_garp(const struct announce_entry *e, struct frame *frame)
{
	const struct arp arp = {
		.op = ARP_REQUEST,
		.sender_mac = e->mac,
		.sender = e->ip4,
		.target = e->ip4,
	};

	own_frame_arp(frame, e->vid, &broadcast, &arp);
}

static void make_na(const struct announce_entry *e, unsigned which,
		    struct frame *frame)
{
	const struct nd nd = {
		.type = ND_ADVERTISEMENT,
		.flags = ND_OVERRIDE | (e->is_router ? ND_ROUTER : 0),
		.has_mac = true,
		.mac = e->mac,
		.src = e->ip6[which],
		.dst = nd_all_nodes,
		.target = e->ip6[which],
	};

	own_frame_nd(frame, e->vid, &e->mac, &nd);
}

static unsigned items_of(const struct announce_walk *walk,
			 const struct announce_entry *e)
{
	if (walk->pass == ANNOUNCE_PASS_ADDRESSES)
		return 1u + (walk->with_na ? e->ip6_count : 0);
	return e->is_configured == (walk->pass == ANNOUNCE_PASS_CONFIGURED);
}

/* Return: false when the entry has no such frame. */
static bool make_item(const struct announce_walk *walk,
		      const struct announce_entry *e, unsigned item,
		      struct frame *frame, enum announce_kind *kind)
{
	if (walk->pass != ANNOUNCE_PASS_ADDRESSES) {
		*kind = ANNOUNCE_RARP;
		own_frame_rarp(frame, e->vid, &e->mac);
	} else if (item) {
		*kind = ANNOUNCE_NA;
		make_na(e, item - 1, frame);
	} else if (e->ip4) {
		*kind = ANNOUNCE_GARP;
		make_garp(e, frame);
	} else {
		return false;
	}
	return true;
}

bool announce_walk_next(struct announce_walk *walk, struct frame *frame,
			enum announce_kind *kind)
{
	struct announce_spot *at = &walk->spot;

	while (at->index < walk->count) {
		const struct announce_entry *e = &walk->page[at->index];

		if (at->item == items_of(walk, e)) {
			at->index++;
			at->item = 0;
		} else if (make_item(walk, e, at->item++, frame, kind)) {
			return true;
		}
	}
	return false;
}
