// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_lacp_msg.c - frames read as LACPDUs and markers, written, and read again
 *
 * Input: one Ethernet frame.
 */
#include <stdlib.h>
#include <string.h>

#include "switch/lacp/lacp_msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool ends_differ(const struct lacp_end *a, const struct lacp_end *b)
{
	return a->system_priority != b->system_priority ||
	       !mac_is_equal(&a->system, &b->system) || a->key != b->key ||
	       a->port_priority != b->port_priority || a->port != b->port ||
	       a->state != b->state;
}

static void check_pdu(const struct lacp_pdu *pdu)
{
	static const struct mac source = {{2, 0, 0, 0, 0, 1}};
	uint8_t frame[LACP_FRAME_LEN];
	struct lacp_msg again;

	lacp_msg_encode_pdu(pdu, &source, frame);
	if (lacp_msg_decode(frame, sizeof(frame), &again) != LACP_KIND_PDU ||
	    ends_differ(&again.pdu.actor, &pdu->actor) ||
	    ends_differ(&again.pdu.partner, &pdu->partner))
		abort();
}

static void check_marker(const struct lacp_marker *marker, bool is_response)
{
	static const struct mac source = {{2, 0, 0, 0, 0, 1}};
	uint8_t frame[LACP_FRAME_LEN];
	struct lacp_msg again;

	lacp_msg_encode_marker(marker, is_response, &source, frame);
	if (lacp_msg_decode(frame, sizeof(frame), &again) !=
		    (is_response ? LACP_KIND_MARKER_RESPONSE
				 : LACP_KIND_MARKER) ||
	    again.marker.port != marker->port ||
	    again.marker.transaction != marker->transaction ||
	    !mac_is_equal(&again.marker.system, &marker->system))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lacp_msg msg;

	switch (lacp_msg_decode(data, size, &msg)) {
	case LACP_KIND_PDU:
		check_pdu(&msg.pdu);
		break;
	case LACP_KIND_MARKER:
	case LACP_KIND_MARKER_RESPONSE:
		check_marker(&msg.marker,
			     msg.kind == LACP_KIND_MARKER_RESPONSE);
		break;
	case LACP_KIND_OTHER:
	case LACP_KIND_BAD:
		break;
	}
	return 0;
}
