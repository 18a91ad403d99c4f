/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arp.h - ARP messages for IPv4 over Ethernet (RFC 826, RFC 5227)
 */
#ifndef SWITCH_ARP_H
#define SWITCH_ARP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"

#define ARP_LEN 28
/** ARP_FRAME_LEN - a whole ARP frame, padded to the least that Ethernet has */
#define ARP_FRAME_LEN 60

#define ARP_REQUEST 1
#define ARP_REPLY 2

/**
 * struct arp - one message, addresses in host order
 * @op:		ARP_REQUEST or ARP_REPLY
 * @sender_mac:	who says it
 * @sender:	0 in a probe (RFC 5227 1.1)
 * @target_mac:	zero in a request
 * @target:	whom it is about
 */
struct arp {
	uint16_t op;
	struct mac sender_mac;
	uint32_t sender;
	struct mac target_mac;
	uint32_t target;
};

/**
 * arp_decode() - read a message
 * @data:	behind the Ethernet header
 *
 * Return: false when it is short or not of IPv4 over Ethernet.
 */
bool arp_decode(const uint8_t *data, size_t len, struct arp *arp);

/**
 * arp_encode() - a whole frame to @dst_mac from @arp's sender
 * @frame:	ARP_FRAME_LEN bytes
 */
void arp_encode(uint8_t *frame, const struct mac *dst_mac,
		const struct arp *arp);

#endif
