/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * announce_walk.h - the frames of one round of announcements, in order
 */
#ifndef SWITCH_BOND_ANNOUNCE_WALK_H
#define SWITCH_BOND_ANNOUNCE_WALK_H

#include "switch/bond/announce.h"

/** enum announce_kind - what a frame of a round is */
enum announce_kind {
	ANNOUNCE_RARP,
	ANNOUNCE_GARP,
	ANNOUNCE_NA,
};

/**
 * enum announce_pass - a round goes through all entries once in each
 * @ANNOUNCE_PASS_CONFIGURED: RARP for the lab's own guests
 * @ANNOUNCE_PASS_SEEN:	RARP for other MAC addresses
 * @ANNOUNCE_PASS_ADDRESSES: ARP and ND for IP addresses
 * @ANNOUNCE_PASS_DONE:	the round is over
 */
enum announce_pass {
	ANNOUNCE_PASS_CONFIGURED,
	ANNOUNCE_PASS_SEEN,
	ANNOUNCE_PASS_ADDRESSES,
	ANNOUNCE_PASS_DONE,
};

/**
 * struct announce_spot - a place within a page
 * @index:	entry
 * @item:	frame of that entry; in the pass of addresses 0 is the IPv4
 *		address, then come those of IPv6
 */
struct announce_spot {
	uint16_t index;
	uint16_t item;
};

/**
 * struct announce_walk - how far a round has come
 * @env:	where pages come from
 * @pass:	under way
 * @with_na:	advertisements are part of this round
 * @is_last:	@page is the last one of the pass
 * @cursor:	of the page behind this one
 * @count:	entries of @page
 * @spot:	next frame of @page
 * @refused:	addresses that can't be a host's, up to now
 * @page:	entries
 */
struct announce_walk {
	const struct announce_env *env;
	enum announce_pass pass;
	bool with_na;
	bool is_last;
	uint32_t cursor;
	uint16_t count;
	struct announce_spot spot;
	uint64_t refused;
	struct announce_entry page[ANNOUNCE_PAGE];
};

/** announce_walk_begin() - a new round */
void announce_walk_begin(struct announce_walk *walk, bool with_na);

/** announce_walk_turn_page() - the next page; false: the round is over */
bool announce_walk_turn_page(struct announce_walk *walk);

/**
 * announce_walk_next() - make the next frame of this page
 * @walk:	goes on; to offer the frame again, put @walk->spot back
 * @frame:	filled
 * @kind:	of the frame
 *
 * Return: false when the page has no more.
 */
bool announce_walk_next(struct announce_walk *walk, struct frame *frame,
			enum announce_kind *kind);

#endif
