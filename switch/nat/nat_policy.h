/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_policy.h - what a lab may choose about NAT
 */
#ifndef SWITCH_NAT_NAT_POLICY_H
#define SWITCH_NAT_NAT_POLICY_H

/** NAT_MAX_FLOWS - flows that one gateway can have at a time, at most */
#define NAT_MAX_FLOWS 65536
/** NAT_FLOWS - and that it may have if nobody says so, over all guests */
#define NAT_FLOWS 16384
/** NAT_FLOWS_PER_PORT - of which one ingress port may have */
#define NAT_FLOWS_PER_PORT 8192

/** enum nat_filtering - who may send to a mapping (RFC 4787 5) */
enum nat_filtering {
	NAT_FILTERING_ADDRESS_DEPENDENT,
	NAT_FILTERING_ENDPOINT_INDEPENDENT,
	NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT,
	NAT_FILTERING_COUNT,
};

#endif
