/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meter_wire.h - frames that a meter sends from one of its ends to the other
 *
 * Untagged, of 60 bytes, numbers big-endian:
 *
 *	 0  destination, source
 *	12  0x88b5, the first local experimental type (IEEE 802, 9.2.4)
 *	14  "wmtr"
 *	18  kind
 *	19  direction
 *	20  round, 4 bytes
 *	24  run, 8 bytes
 *	32  sequence number, 8 bytes
 *	40  sent, 8 bytes: nanoseconds of the sender's clock
 *	48  tag, 8 bytes: a keyed hash of bytes 0 to 47
 *	56  zeros
 *
 * Guests may use the same type, and see a meter's frames that are flooded. The
 * tag tells ours from theirs: one that they send again is a duplicate, and one
 * that they change is none of ours.
 */
#ifndef SWITCH_UPLINK_METER_WIRE_H
#define SWITCH_UPLINK_METER_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"
#include "switch/siphash.h"

/** METER_ETHERTYPE - of all frames of a meter */
#define METER_ETHERTYPE 0x88b5
/** METER_FRAME_LEN - the shortest that Ethernet has, without FCS */
#define METER_FRAME_LEN 60

/** enum meter_direction - seen from the bond that is measured */
enum meter_direction {
	METER_OUT, /* from the guests' side to the far one */
	METER_IN,  /* from the far side to the guests' */
	METER_DIRECTIONS,
};

/** enum meter_kind - what a frame is for */
enum meter_kind {
	METER_HELLO, /* to everyone: switches learn where its sender is */
	METER_STAMP, /* to the other end: is counted */
	METER_KINDS,
};

/**
 * struct meter_wire - one frame
 * @dst:	whom it is to
 * @src:	its sender
 * @kind:	enum meter_kind
 * @direction:	enum meter_direction
 * @round:	number of the round that it belongs to
 * @run:	number of the meter
 * @seq:	counts from 0 in each round and direction
 * @sent_ns:	when it was sent
 */
struct meter_wire {
	struct mac dst;
	struct mac src;
	uint8_t kind;
	uint8_t direction;
	uint32_t round;
	uint64_t run;
	uint64_t seq;
	uint64_t sent_ns;
};

/** meter_wire_encode() - METER_FRAME_LEN bytes at @data */
void meter_wire_encode(const struct meter_wire *wire,
		       const struct siphash_key *key, uint8_t *data);

/**
 * meter_wire_decode() - a frame as it came in
 * @data:	from its destination address on
 * @len:	bytes that are there; may be more than a frame of ours has
 * @key:	of the meter
 * @wire:	filled when true is returned, else undefined
 *
 * Return: whether it is whole, and was made with @key.
 */
bool meter_wire_decode(const uint8_t *data, size_t len,
		       const struct siphash_key *key, struct meter_wire *wire);

#endif
