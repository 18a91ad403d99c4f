/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire_nat.h - what labd and weft-switch say to one another about the way
 * outside: routes, resolvers, forwards; part of wire.h
 */
#ifndef CLI_SWITCHD_WIRE_NAT_H
#define CLI_SWITCHD_WIRE_NAT_H

#include <stdint.h>

#include "cli/switchd/wire_header.h"
#include "core/addr.h"
#include "core/addr6.h"

/** WIRE_MAX_RESOLVERS - servers in one WIRE_RESOLVERS */
#define WIRE_MAX_RESOLVERS 8
/** WIRE_MAX_FORWARDS - numbers of forwards of one network are below */
#define WIRE_MAX_FORWARDS 1024

/**
 * struct wire_nat - what the lab file chooses; part of struct wire_network_add
 * @host_access: it leads to the host too
 * @filtering:	enum nat_filtering
 * @max_flows:	at a time
 * @max_flows_per_port: of which one ingress port may have
 */
struct wire_nat {
	uint8_t host_access;
	uint8_t filtering;
	uint32_t max_flows;
	uint32_t max_flows_per_port;
};

/**
 * struct wire_ipv6 - the IPv6 side of a gateway
 * @prefix:	of the network; its length is 0 when there is none
 * @advertise:	tell it to nodes
 * @ra_flags:	RA_MANAGED, RA_OTHER
 * @prefix_flags: RA_ON_LINK, RA_AUTONOMOUS
 * @dhcp6_first: first address that DHCPv6 lends, behind @prefix; 0: none
 * @dhcp6_last:	last one
 */
struct wire_ipv6 {
	struct ipv6_prefix prefix;
	uint8_t advertise;
	uint8_t ra_flags;
	uint8_t prefix_flags;
	uint32_t dhcp6_first;
	uint32_t dhcp6_last;
};

/**
 * struct wire_route_add - a subnet is behind a router; before the start
 * @header:	type and id
 * @network:	number of the network
 * @to:		the subnet
 * @via:	address of the router, host order
 */
struct wire_route_add {
	struct wire_header header;
	uint32_t network;
	struct ipv4_prefix to;
	uint32_t via;
};

/**
 * struct wire_kernel_set - the host's own network stack leads outside, by the
 * tap that comes along; before the start
 * @header:	type and id
 * @network:	number of the network
 * @mtu:	of the tap
 */
struct wire_kernel_set {
	struct wire_header header;
	uint32_t network;
	uint16_t mtu;
};

/**
 * struct wire_resolvers - who is asked for names of the world from now on
 * @header:	type and id
 * @network:	number of the network
 * @count:	entries used
 * @servers:	addresses in order of preference, host order
 */
struct wire_resolvers {
	struct wire_header header;
	uint32_t network;
	uint32_t count;
	uint32_t servers[WIRE_MAX_RESOLVERS];
};

#define WIRE_RECORD_NAME_SIZE 128
#define WIRE_RECORD_VALUE_SIZE 256

/**
 * struct wire_record_add - one more record of the set of names that is built
 * @header:	type and id
 * @network:	number of the network
 * @type:	of RFC 1035 and 3596: A, AAAA, CNAME or TXT
 * @name:	of one label, or whole
 * @value:	address, name or text
 */
struct wire_record_add {
	struct wire_header header;
	uint32_t network;
	uint16_t type;
	char name[WIRE_RECORD_NAME_SIZE];
	char value[WIRE_RECORD_VALUE_SIZE];
};

/**
 * struct wire_forward - a port of the host that leads to a guest; its socket
 * comes along with WIRE_FORWARD_ADD
 * @header:	type and id
 * @network:	number of the network
 * @forward:	number chosen by labd, below FORWARD_MAX
 * @udp:	else TCP
 * @port:	of the guest
 * @address:	of the guest, host order; 0: not known as yet
 */
struct wire_forward {
	struct wire_header header;
	uint32_t network;
	uint32_t forward;
	uint8_t udp;
	uint16_t port;
	uint32_t address;
};

/**
 * struct wire_forward_status - answer to WIRE_FORWARD_QUERY
 * @header:	type and id
 * @connections: now
 * @accepted:	see struct forward_counters
 * @refused:	likewise
 * @errors:	likewise
 */
struct wire_forward_status {
	struct wire_header header;
	uint32_t connections;
	uint64_t accepted;
	uint64_t refused;
	uint64_t errors;
};

#endif
