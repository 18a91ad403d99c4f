/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire_uplink.h - messages of wire.h about uplinks and their members
 *
 * An uplink is made with WIRE_UPLINK_ADD, when its network is there, and gets
 * its members one by one: a NIC of the host, or a cable to another network of
 * the same group (struct wire_network_add). Its port, the far ends of its
 * cables and its network's host leg have port numbers of their own, so whatever
 * is asked of a port can be asked of these.
 */
#ifndef CLI_SWITCHD_WIRE_UPLINK_H
#define CLI_SWITCHD_WIRE_UPLINK_H

#include <string.h>

#include "cli/switchd/wire_header.h"
#include "switch/uplink/uplink.h"

/** WIRE_MAX_UPLINKS - uplink numbers are below this */
#define WIRE_MAX_UPLINKS 16
/** WIRE_MAX_NETWORKS - network numbers are below this */
#define WIRE_MAX_NETWORKS 64
/** WIRE_CHANGES - changes in one WIRE_CHANGE_PAGE */
#define WIRE_CHANGES 16
/** WIRE_NODE_PORTS - numbers of nodes' ports are below this */
#define WIRE_NODE_PORTS 2048
/** WIRE_UPLINK_PORTS - numbers of uplinks' ports begin here */
#define WIRE_UPLINK_PORTS WIRE_NODE_PORTS
/** WIRE_CABLE_PORTS - those of cables' far ends */
#define WIRE_CABLE_PORTS (WIRE_UPLINK_PORTS + WIRE_MAX_UPLINKS)
/** WIRE_HOST_PORTS - those of the host's own legs, by network */
#define WIRE_HOST_PORTS (WIRE_CABLE_PORTS + WIRE_MAX_UPLINKS * BOND_MAX_MEMBERS)

/** WIRE_METER_PORTS - those of meters, two an uplink; they come last */
#define WIRE_METER_PORTS (WIRE_HOST_PORTS + WIRE_MAX_NETWORKS)
/** WIRE_MAX_PORTS - numbers of ports are below this */
#define WIRE_MAX_PORTS (WIRE_METER_PORTS + 2 * WIRE_MAX_UPLINKS)

/** wire_uplink_port() - number of an uplink's port in its network */
static inline uint32_t wire_uplink_port(uint32_t uplink)
{
	return WIRE_UPLINK_PORTS + uplink;
}

/** wire_cable_port() - number of the far end of a member that is a cable */
static inline uint32_t wire_cable_port(uint32_t uplink, uint32_t member)
{
	return WIRE_CABLE_PORTS + uplink * BOND_MAX_MEMBERS + member;
}

/** wire_host_port() - number of the host's leg in a network */
static inline uint32_t wire_host_port(uint32_t network)
{
	return WIRE_HOST_PORTS + network;
}

/** wire_meter_port() - number of one end of an uplink's meter */
static inline uint32_t wire_meter_port(uint32_t uplink, uint32_t end)
{
	return WIRE_METER_PORTS + 2 * uplink + end;
}

/**
 * wire_cable_far_name() - what a cable's end in the far network is called
 * @near:	the member: "bond0/upstream1"; the far end: "bond0/upstream1~"
 * @far:	PORT_NAME_SIZE bytes; cut off where the name is too long for it
 */
static inline void wire_cable_far_name(const char *near,
				       char far[PORT_NAME_SIZE])
{
	size_t len = strnlen(near, PORT_NAME_SIZE - 2);

	memcpy(far, near, len);
	memcpy(far + len, "~", 2);
}

/**
 * struct wire_uplink_add - make an uplink and plug it in; or change it
 *
 * WIRE_UPLINK_SET is the same for one that is there: its name and network stay.
 *
 * @header:	type and id
 * @uplink:	number chosen by labd
 * @network:	whose way out it is
 * @name:	of its port: "bond0"
 * @settings:	all of them
 */
struct wire_uplink_add {
	struct wire_header header;
	uint32_t uplink;
	uint32_t network;
	char name[PORT_NAME_SIZE];
	struct uplink_settings settings;
};

/**
 * struct wire_uplink_ref - remove or query an uplink
 * @header:	type and id
 * @uplink:	number of the uplink
 */
struct wire_uplink_ref {
	struct wire_header header;
	uint32_t uplink;
};

/**
 * struct wire_member_add - one more member
 *
 * WIRE_NIC_ADD brings two descriptors, as struct packet_fds has them;
 * WIRE_CABLE_ADD none.
 *
 * @header:	type and id
 * @uplink:	whose
 * @member:	number chosen by labd, below BOND_MAX_MEMBERS
 * @ifindex:	of a NIC
 * @network:	a cable's other end; of @uplink's group
 * @speed_mbps:	of a NIC; 0: unknown
 * @mtu:	of a cable; one that is there and is told again gets another
 * @name:	"bond0/eth1"
 */
struct wire_member_add {
	struct wire_header header;
	uint32_t uplink;
	uint32_t member;
	int32_t ifindex;
	uint32_t network;
	uint32_t speed_mbps;
	uint16_t mtu;
	char name[PORT_NAME_SIZE];
};

/**
 * struct wire_member_ref - remove or query a member, or make it the active one
 * @header:	type and id
 * @uplink:	whose
 * @member:	its number
 */
struct wire_member_ref {
	struct wire_header header;
	uint32_t uplink;
	uint32_t member;
};

/**
 * struct wire_member_cut - take a member down or up, as its user wants it
 * @header:	type and id
 * @uplink:	whose
 * @member:	its number
 * @cut:	enum bond_cut
 */
struct wire_member_cut {
	struct wire_header header;
	uint32_t uplink;
	uint32_t member;
	uint8_t cut;
};

/**
 * struct wire_uplink_status - answer to WIRE_UPLINK_QUERY
 * @header:	type and id
 * @uplink:	number of the uplink
 * @carrier:	of its port
 * @active:	name of the active member; empty: none
 * @status:	what the uplink says; its bond.active is NULL
 */
struct wire_uplink_status {
	struct wire_header header;
	uint32_t uplink;
	uint8_t carrier;
	char active[PORT_NAME_SIZE];
	struct uplink_status status;
};

/**
 * struct wire_member_status - answer to WIRE_MEMBER_QUERY
 * @header:	type and id
 * @uplink:	whose
 * @member:	its number
 * @now_ns:	the worker's clock, of which the times in @status are
 * @status:	what the uplink says of it
 * @carrier:	of its port
 * @cut:	enum bond_cut
 * @counters:	of its port
 * @fault:	why its port works no more; empty while it does
 */
struct wire_member_status {
	struct wire_header header;
	uint32_t uplink;
	uint32_t member;
	uint64_t now_ns;
	struct uplink_member_status status;
	uint8_t carrier;
	uint8_t cut;
	struct port_counters counters;
	char fault[PORT_FAULT_SIZE];
};

/**
 * struct wire_change_query - the latest changes of an uplink
 * @header:	type and id
 * @uplink:	number of the uplink
 * @first:	number of the change to begin with; they are numbered from 1 on
 */
struct wire_change_query {
	struct wire_header header;
	uint32_t uplink;
	uint64_t first;
};

/**
 * struct wire_change_page - answer to WIRE_CHANGE_QUERY
 * @header:	type and id
 * @uplink:	number of the uplink
 * @count:	of @changes
 * @first:	number of the first one; later than asked for when that is
 *		forgotten
 * @next:	to go on with; 0: these were the last
 * @now_ns:	the worker's clock, of which the times in @changes are
 * @changes:	oldest first
 */
struct wire_change_page {
	struct wire_header header;
	uint32_t uplink;
	uint32_t count;
	uint64_t first;
	uint64_t next;
	uint64_t now_ns;
	struct uplink_change changes[WIRE_CHANGES];
};

/**
 * struct wire_uplink_event - something of an uplink is new
 * @header:	type and id
 * @uplink:	number of the uplink
 * @carrier:	of its port
 * @changes:	number of the latest change
 * @active:	name of the active member; empty: none
 */
struct wire_uplink_event {
	struct wire_header header;
	uint32_t uplink;
	uint8_t carrier;
	uint64_t changes;
	char active[PORT_NAME_SIZE];
};

/**
 * struct wire_guest_add - one more address of the set that is being built: who
 * on @network may be announced with which
 * @header:	type and id
 * @network:	number of the network
 * @mac:	of the guest
 * @address:	configured for it, host order; 0: none
 * @is_router:	its IPv6 addresses are a router's
 */
struct wire_guest_add {
	struct wire_header header;
	uint32_t network;
	struct mac mac;
	uint32_t address;
	uint8_t is_router;
};

#endif
