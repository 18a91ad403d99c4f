// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * udp.c - a UDP header, read with all checks
 */
#include "switch/udp.h"

#include "core/bytes.h"

bool udp_read(const uint8_t *payload, uint32_t payload_len, struct udp *udp)
{
	uint16_t len;

	if (payload_len < UDP_HLEN)
		return false;
	len = be16_load(payload + 4);
	if (len < UDP_HLEN || len > payload_len)
		return false;
	udp->src_port = be16_load(payload);
	udp->dst_port = be16_load(payload + 2);
	udp->len = (uint16_t)(len - UDP_HLEN);
	udp->has_csum = be16_load(payload + 6) != 0;
	udp->data = payload + UDP_HLEN;
	return udp->src_port && udp->dst_port;
}
