/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uplink_peer.h - an uplink in mode 802.3ad, and at the other end of its wires
 * one bond of another system: its LACP, and frames both ways, one a millisecond
 *
 * The wires take some time. A frame counts as lost when it arrives where it is
 * not collected.
 */
#ifndef UNIT_UPLINK_PEER_H
#define UNIT_UPLINK_PEER_H

#include "unit/uplink_bed.h"

#define PEER_FLIGHTS 1024

struct uplink_peer;

/**
 * struct peer_end - the peer's end of a wire
 * @peer:	whose
 * @lacp:	NULL: not its member
 * @pdus:	LACPDUs that came from the uplink
 * @last:	state bits of the latest of these
 */
struct peer_end {
	struct uplink_peer *peer;
	struct lacp_member *lacp;
	unsigned pdus;
	uint8_t last;
};

/**
 * struct peer_flight - a frame on its way
 * @arrival_ns:	0: this one is free
 * @i:		wire
 * @is_up:	to the peer
 * @len:	of @bytes
 */
struct peer_flight {
	uint64_t arrival_ns;
	unsigned i;
	bool is_up;
	uint32_t len;
	uint8_t bytes[LACP_FRAME_LEN];
};

/**
 * struct uplink_peer - the test
 * @bed:	the uplink; what @bed->is_cut says holds both ways
 * @lacp:	of the peer
 * @settings:	of that
 * @delay_ns:	that a wire takes
 * @sends_data:	both ways
 * @ends:	by wire
 * @up_sent:	the uplink's frames
 * @up_lost:	of these
 * @down_sent:	the peer's frames
 * @down_lost:	of these
 */
struct uplink_peer {
	struct uplink_bed *bed;
	struct lacp *lacp;
	struct lacp_settings settings;
	uint64_t delay_ns;
	bool sends_data;
	struct peer_end ends[UPLINK_BED_MEMBERS];
	struct peer_flight flights[PEER_FLIGHTS];
	unsigned next;
	unsigned up_sent, up_lost;
	unsigned down_sent, down_lost;
};

/** uplink_peer_set_up() - both active and fast, nobody has members */
int uplink_peer_set_up(void **state);
int uplink_peer_tear_down(void **state);

/** uplink_peer_add() - wires 0 to @n - 1, of both, with link; nothing is agreed
 */
void uplink_peer_add(struct uplink_peer *peer, unsigned n);

/** uplink_peer_join() - the peer's end of wire @i */
void uplink_peer_join(struct uplink_peer *peer, unsigned i);

/** uplink_peer_leave() - at once */
void uplink_peer_leave(struct uplink_peer *peer, unsigned i);

/** uplink_peer_link() - carrier of wire @i, at both ends */
void uplink_peer_link(struct uplink_peer *peer, unsigned i, bool up);

/** uplink_peer_set() - hand @peer->settings to its LACP */
void uplink_peer_set(struct uplink_peer *peer);

/** uplink_peer_run() - @ms pass */
void uplink_peer_run(struct uplink_peer *peer, unsigned ms);

/** uplink_peer_wait() - @ms pass, in which nothing is urgent */
void uplink_peer_wait(struct uplink_peer *peer, unsigned ms);

/** uplink_peer_agree() - within 10 s all of wires 0 to @n - 1 carry, both ways
 */
void uplink_peer_agree(struct uplink_peer *peer, unsigned n);

/** uplink_peer_carries() - does wire @i? */
bool uplink_peer_carries(const struct uplink_peer *peer, unsigned i);

/** uplink_peer_end() - what the peer knows of wire @i */
struct lacp_member_status uplink_peer_end(const struct uplink_peer *peer,
					  unsigned i);

#endif
