// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lacp_msg.c - LACPDUs and marker PDUs on the wire
 */
#include "switch/lacp/lacp_msg.h"

#include <string.h>

#include "core/bytes.h"

#define OFFSET_SOURCE 6
#define OFFSET_ETHERTYPE 12
#define OFFSET_SUBTYPE 14
#define OFFSET_VERSION 15
#define OFFSET_ACTOR 16
#define OFFSET_PARTNER 36
#define OFFSET_COLLECTOR 56
#define OFFSET_MARKER 16

#define SUBTYPE_LACP 1
#define SUBTYPE_MARKER 2
#define VERSION 1

#define TLV_ACTOR 1
#define TLV_PARTNER 2
#define TLV_COLLECTOR 3
#define END_LEN 20
#define COLLECTOR_LEN 16
#define TLV_MARKER 1
#define TLV_MARKER_RESPONSE 2
#define MARKER_LEN 16

static const uint8_t slow_address[MAC_LEN] = {0x01, 0x80, 0xc2, 0, 0, 2};

/* A name that a system can have (802 8.2). */
static bool is_system(const struct mac *mac)
{
	return !mac_is_group(mac) && !mac_is_zero(mac);
}

static bool end_decode(const uint8_t *tlv, uint8_t type, struct lacp_end *end)
{
	if (tlv[0] != type || tlv[1] != END_LEN)
		return false;
	end->system_priority = be16_load(tlv + 2);
	memcpy(end->system.b, tlv + 4, MAC_LEN);
	end->key = be16_load(tlv + 10);
	end->port_priority = be16_load(tlv + 12);
	end->port = be16_load(tlv + 14);
	end->state = tlv[16];
	return true;
}

static enum lacp_kind pdu_decode(const uint8_t *frame, struct lacp_pdu *pdu)
{
	pdu->version = frame[OFFSET_VERSION];
	if (!end_decode(frame + OFFSET_ACTOR, TLV_ACTOR, &pdu->actor) ||
	    !end_decode(frame + OFFSET_PARTNER, TLV_PARTNER, &pdu->partner) ||
	    !is_system(&pdu->actor.system))
		return LACP_KIND_BAD;
	return LACP_KIND_PDU;
}

static enum lacp_kind marker_decode(const uint8_t *frame,
				    struct lacp_marker *marker)
{
	const uint8_t *tlv = frame + OFFSET_MARKER;

	if (tlv[1] != MARKER_LEN)
		return LACP_KIND_BAD;
	marker->port = be16_load(tlv + 2);
	memcpy(marker->system.b, tlv + 4, MAC_LEN);
	marker->transaction = be32_load(tlv + 10);
	if (!is_system(&marker->system))
		return LACP_KIND_BAD;
	if (tlv[0] == TLV_MARKER)
		return LACP_KIND_MARKER;
	return tlv[0] == TLV_MARKER_RESPONSE ? LACP_KIND_MARKER_RESPONSE
					     : LACP_KIND_BAD;
}

static bool is_ours(const uint8_t *frame, size_t len)
{
	return len > OFFSET_SUBTYPE &&
	       memcmp(frame, slow_address, MAC_LEN) == 0 &&
	       be16_load(frame + OFFSET_ETHERTYPE) == SLOW_ETHERTYPE &&
	       (frame[OFFSET_SUBTYPE] == SUBTYPE_LACP ||
		frame[OFFSET_SUBTYPE] == SUBTYPE_MARKER);
}

enum lacp_kind lacp_msg_decode(const uint8_t *frame, size_t len,
			       struct lacp_msg *msg)
{
	memset(msg, 0, sizeof(*msg));
	if (!is_ours(frame, len))
		return msg->kind = LACP_KIND_OTHER;
	if (len < LACP_FRAME_LEN || frame[OFFSET_VERSION] == 0)
		return msg->kind = LACP_KIND_BAD;
	if (frame[OFFSET_SUBTYPE] == SUBTYPE_LACP)
		return msg->kind = pdu_decode(frame, &msg->pdu);
	return msg->kind = marker_decode(frame, &msg->marker);
}

static void header_encode(uint8_t subtype, const struct mac *source,
			  uint8_t *frame)
{
	memset(frame, 0, LACP_FRAME_LEN);
	memcpy(frame, slow_address, MAC_LEN);
	memcpy(frame + OFFSET_SOURCE, source->b, MAC_LEN);
	be16_store(frame + OFFSET_ETHERTYPE, SLOW_ETHERTYPE);
	frame[OFFSET_SUBTYPE] = subtype;
	frame[OFFSET_VERSION] = VERSION;
}

static void end_encode(const struct lacp_end *end, uint8_t type, uint8_t *tlv)
{
	tlv[0] = type;
	tlv[1] = END_LEN;
	be16_store(tlv + 2, end->system_priority);
	memcpy(tlv + 4, end->system.b, MAC_LEN);
	be16_store(tlv + 10, end->key);
	be16_store(tlv + 12, end->port_priority);
	be16_store(tlv + 14, end->port);
	tlv[16] = end->state;
}

void lacp_msg_encode_pdu(const struct lacp_pdu *pdu, const struct mac *source,
			 uint8_t *frame)
{
	header_encode(SUBTYPE_LACP, source, frame);
	end_encode(&pdu->actor, TLV_ACTOR, frame + OFFSET_ACTOR);
	end_encode(&pdu->partner, TLV_PARTNER, frame + OFFSET_PARTNER);
	/* CollectorMaxDelay stays 0: what comes in is passed on at once. */
	frame[OFFSET_COLLECTOR] = TLV_COLLECTOR;
	frame[OFFSET_COLLECTOR + 1] = COLLECTOR_LEN;
}

void lacp_msg_encode_marker(const struct lacp_marker *marker, bool is_response,
			    const struct mac *source, uint8_t *frame)
{
	uint8_t *tlv = frame + OFFSET_MARKER;

	header_encode(SUBTYPE_MARKER, source, frame);
	tlv[0] = is_response ? TLV_MARKER_RESPONSE : TLV_MARKER;
	tlv[1] = MARKER_LEN;
	be16_store(tlv + 2, marker->port);
	memcpy(tlv + 4, marker->system.b, MAC_LEN);
	be32_store(tlv + 10, marker->transaction);
}
