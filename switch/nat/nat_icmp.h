/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_icmp.h - tell a guest that its packet can't go
 */
#ifndef SWITCH_NAT_NAT_ICMP_H
#define SWITCH_NAT_NAT_ICMP_H

#include "switch/nat/nat.h"

/**
 * nat_icmp_error() - tell a guest that its packet could not go (RFC 792)
 * @frame:	the packet
 * @offset:	of its IPv4 payload
 * @ip:		its header
 * @error:	enum icmp_error
 * @mtu:	for "fragmentation needed"; 0 otherwise
 *
 * Rate limited per ingress port.
 */
void nat_icmp_error(struct nat *nat, const struct frame *frame, size_t offset,
		    const struct ip4 *ip, uint16_t error, uint16_t mtu);

#endif
