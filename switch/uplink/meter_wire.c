// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * meter_wire.c - frames that a meter sends from one of its ends to the other
 */
#include "switch/uplink/meter_wire.h"

#include <string.h>

#include "core/bytes.h"

#define OFFSET_TYPE 12
#define OFFSET_MAGIC 14
#define OFFSET_KIND 18
#define OFFSET_DIRECTION 19
#define OFFSET_ROUND 20
#define OFFSET_RUN 24
#define OFFSET_SEQ 32
#define OFFSET_SENT 40
#define OFFSET_TAG 48

#define MAGIC 0x776d7472u /* "wmtr" */

void meter_wire_encode(const struct meter_wire *wire,
		       const struct siphash_key *key, uint8_t *data)
{
	memset(data, 0, METER_FRAME_LEN);
	memcpy(data, wire->dst.b, MAC_LEN);
	memcpy(data + MAC_LEN, wire->src.b, MAC_LEN);
	be16_store(data + OFFSET_TYPE, METER_ETHERTYPE);
	be32_store(data + OFFSET_MAGIC, MAGIC);
	data[OFFSET_KIND] = wire->kind;
	data[OFFSET_DIRECTION] = wire->direction;
	be32_store(data + OFFSET_ROUND, wire->round);
	be64_store(data + OFFSET_RUN, wire->run);
	be64_store(data + OFFSET_SEQ, wire->seq);
	be64_store(data + OFFSET_SENT, wire->sent_ns);
	be64_store(data + OFFSET_TAG, siphash(key, data, OFFSET_TAG));
}

/* The tag comes last: what is not ours at first sight costs no hash. */
bool meter_wire_decode(const uint8_t *data, size_t len,
		       const struct siphash_key *key, struct meter_wire *wire)
{
	if (len < METER_FRAME_LEN ||
	    be16_load(data + OFFSET_TYPE) != METER_ETHERTYPE ||
	    be32_load(data + OFFSET_MAGIC) != MAGIC ||
	    data[OFFSET_KIND] >= METER_KINDS ||
	    data[OFFSET_DIRECTION] >= METER_DIRECTIONS ||
	    be64_load(data + OFFSET_TAG) != siphash(key, data, OFFSET_TAG))
		return false;
	memcpy(wire->dst.b, data, MAC_LEN);
	memcpy(wire->src.b, data + MAC_LEN, MAC_LEN);
	wire->kind = data[OFFSET_KIND];
	wire->direction = data[OFFSET_DIRECTION];
	wire->round = be32_load(data + OFFSET_ROUND);
	wire->run = be64_load(data + OFFSET_RUN);
	wire->seq = be64_load(data + OFFSET_SEQ);
	wire->sent_ns = be64_load(data + OFFSET_SENT);
	return true;
}
