/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * udp.h - a UDP header (RFC 768), whichever IP is below it
 */
#ifndef SWITCH_UDP_H
#define SWITCH_UDP_H

#include <stdbool.h>
#include <stdint.h>

#define UDP_HLEN 8

/**
 * struct udp - a datagram whose header was read
 * @src_port:	never 0 (RFC 768: then no answer is expected)
 * @dst_port:	never 0
 * @len:	bytes of @data
 * @has_csum:	a checksum was sent
 * @data:	inside the packet that was parsed
 */
struct udp {
	uint16_t src_port;
	uint16_t dst_port;
	uint16_t len;
	bool has_csum;
	const uint8_t *data;
};

/**
 * udp_read() - read a header; the checksum is of IP, and its user's to check
 * @payload:	of an IP packet
 * @payload_len: bytes of it; more than the header says is padding
 * @udp:	what was read
 *
 * Return: whether lengths and ports are right.
 */
bool udp_read(const uint8_t *payload, uint32_t payload_len, struct udp *udp);

#endif
