/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lacp_msg.h - LACPDUs and marker PDUs, byte by byte (IEEE 802.1AX-2014 6.4.2,
 * 6.5.3)
 *
 * Whole untagged Ethernet frames go in and come out; numbers are in host order.
 */
#ifndef SWITCH_LACP_LACP_MSG_H
#define SWITCH_LACP_LACP_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"

/** SLOW_ETHERTYPE - the Slow Protocols (802.3 annex 57A) */
#define SLOW_ETHERTYPE 0x8809
/** LACP_FRAME_LEN - Ethernet header and 110 bytes, in either kind of PDU */
#define LACP_FRAME_LEN 124

/** enum lacp_state - bits of Actor_State and Partner_State (6.4.2.3) */
enum lacp_state {
	LACP_ACTIVITY = 0x01,
	LACP_SHORT_TIMEOUT = 0x02,
	LACP_AGGREGATION = 0x04,
	LACP_SYNC = 0x08,
	LACP_COLLECTING = 0x10,
	LACP_DISTRIBUTING = 0x20,
	LACP_DEFAULTED = 0x40,
	LACP_EXPIRED = 0x80,
};

/**
 * struct lacp_end - one end of a link, as its own side describes it
 * @system_priority: the lower, the more important
 * @system:	MAC address that names the system
 * @key:	operational key: what may be aggregated has the same
 * @port_priority: the lower, the more important
 * @port:	number within the system
 * @state:	enum lacp_state bits
 */
struct lacp_end {
	uint16_t system_priority;
	struct mac system;
	uint16_t key;
	uint16_t port_priority;
	uint16_t port;
	uint8_t state;
};

/**
 * struct lacp_pdu - what matters of an LACPDU
 * @version:	1, or the sender's higher one, whose first fields are the same
 * @actor:	the sender
 * @partner:	what the sender knows of the receiver
 */
struct lacp_pdu {
	uint8_t version;
	struct lacp_end actor;
	struct lacp_end partner;
};

/**
 * struct lacp_marker - what a marker asks, and its response repeats
 * @port:	of the one who asks
 * @system:	of the one who asks
 * @transaction: that one's number for it
 */
struct lacp_marker {
	uint16_t port;
	struct mac system;
	uint32_t transaction;
};

/**
 * enum lacp_kind - what a frame turned out to be
 * @LACP_KIND_OTHER:	no LACPDU and no marker: somebody else's business
 * @LACP_KIND_BAD:	one that can't be used
 */
enum lacp_kind {
	LACP_KIND_OTHER,
	LACP_KIND_BAD,
	LACP_KIND_PDU,
	LACP_KIND_MARKER,
	LACP_KIND_MARKER_RESPONSE,
};

/**
 * struct lacp_msg - a frame that was read
 * @kind:	which of the two others is filled
 * @pdu:	LACP_KIND_PDU
 * @marker:	LACP_KIND_MARKER and LACP_KIND_MARKER_RESPONSE
 */
struct lacp_msg {
	enum lacp_kind kind;
	struct lacp_pdu pdu;
	struct lacp_marker marker;
};

/**
 * lacp_msg_decode() - read a frame
 *
 * Bad are: less than LACP_FRAME_LEN bytes, version 0, an Actor, Partner or
 * Marker field whose type or length isn't the standard's, a system that is zero
 * or a group address. Fields that we don't use (collector, terminator,
 * reserved) may hold anything, as 6.4.2.3 wants it; so may what follows.
 *
 * Return: msg->kind.
 */
enum lacp_kind lacp_msg_decode(const uint8_t *frame, size_t len,
			       struct lacp_msg *msg);

/**
 * lacp_msg_encode_pdu() - write an LACPDU of version 1
 * @source:	MAC address of the port that sends it
 * @frame:	LACP_FRAME_LEN bytes, all of them written
 */
void lacp_msg_encode_pdu(const struct lacp_pdu *pdu, const struct mac *source,
			 uint8_t *frame);

/** lacp_msg_encode_marker() - write a marker PDU, or the response to one */
void lacp_msg_encode_marker(const struct lacp_marker *marker, bool is_response,
			    const struct mac *source, uint8_t *frame);

#endif
