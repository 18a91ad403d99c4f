/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire.h - what labd and weft-switch say to one another
 *
 * Typed messages of fixed size over one SOCK_SEQPACKET pair, one message a
 * packet, each with exactly the file descriptors that its type says. Both ends
 * are the same build, so there is no version and no byte order; still, each end
 * checks type, size and descriptor count, and hangs up on the first mismatch.
 *
 * labd asks, weft-switch answers each request with one WIRE_REPLY, or what its
 * query asked for, that carries the request's id.
 * weft-switch also sends events (id 0).
 */
#ifndef CLI_SWITCHD_WIRE_H
#define CLI_SWITCHD_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/switchd/wire_capture.h"
#include "cli/switchd/wire_dhcp.h"
#include "cli/switchd/wire_failover.h"
#include "cli/switchd/wire_counters.h"
#include "cli/switchd/wire_nat.h"
#include "cli/switchd/wire_type.h"
#include "cli/switchd/wire_uplink.h"
#include "core/addr.h"
#include "core/port.h"

#define WIRE_DOMAIN_SIZE 128
#define WIRE_TEXT_SIZE 256
#define WIRE_MAX_FDS 2
/** WIRE_FDB_ENTRIES - addresses in one WIRE_FDB_PAGE */
#define WIRE_FDB_ENTRIES 32
/** WIRE_FLOWS - NAT flows in one WIRE_FLOW_PAGE */
#define WIRE_FLOWS 32
#define WIRE_FLOW_STATE_SIZE 16
/** WIRE_NO_NETWORK - instead of a network's number: the port is in none */
#define WIRE_NO_NETWORK UINT32_MAX
/** WIRE_PORT_SERVICE - instead of a port's number: the network's gateway */
#define WIRE_PORT_SERVICE UINT32_MAX

/** enum wire_service - who serves addresses on a network, if anyone */
enum wire_service {
	WIRE_SERVICE_NONE,    /* no port of ours */
	WIRE_SERVICE_DHCP,    /* a port that serves DHCP and nothing else */
	WIRE_SERVICE_GATEWAY, /* the gateway: ARP, ICMP, DHCP, DNS, NAT */
};

/**
 * struct wire_network_add - make a network, or change one
 *
 * Reservations follow, then WIRE_NETWORK_START, which makes the service port;
 * then leases, names and ports. WIRE_NETWORK_CHANGE takes the service port
 * away and the same follows, but that the other ports stay plugged in.
 *
 * WIRE_RESERVATIONS_COMMIT, while a network runs, replaces its reservations and
 * DHCP options by those added since: DHCP is made anew, leases follow, and all
 *else of the service port goes on.
 *
 * @header:	type and id
 * @network:	number chosen by labd
 * @group:	networks of one group have cables to one another, and so one
 *		worker; a number that labd chose, below its most networks
 * @name:	for status and logs
 * @service:	enum wire_service
 * @dhcp:	serve addresses from @dhcp_first to @dhcp_last
 * @link_local:	a cable: pass 01-80-C2-00-00-0x
 * @mtu:	told to DHCP clients
 * @nat:	of the gateway
 * @ipv6:	of the gateway
 * @mac:	of the service port
 * @address:	of the service port, with its prefix length
 * @dhcp_first:	host order
 * @dhcp_last:	host order
 * @lease_s:	DHCP lease time
 * @rapid_commit: answer a DISCOVER by an ACK, if it wants that
 * @domain:	DNS domain of the nodes, empty for none
 * @forward_private: resolvers are asked for names of private addresses
 */
struct wire_network_add {
	struct wire_header header;
	uint32_t network;
	uint32_t group;
	char name[WIRE_NAME_SIZE];
	uint8_t service;
	uint8_t dhcp;
	uint8_t link_local;
	uint16_t mtu;
	struct wire_nat nat;
	struct wire_ipv6 ipv6;
	struct mac mac;
	struct ipv4_prefix address;
	uint32_t dhcp_first;
	uint32_t dhcp_last;
	uint32_t lease_s;
	uint8_t rapid_commit;
	char domain[WIRE_DOMAIN_SIZE];
	uint8_t forward_private;
};

/**
 * struct wire_network_ref - start, remove or query a network or its gateway
 * @header:	type and id
 * @network:	number of the network
 */
struct wire_network_ref {
	struct wire_header header;
	uint32_t network;
};

/** enum wire_port_kind - which backend is at a port's other end */
enum wire_port_kind {
	WIRE_PORT_VHOST_USER, /* fd: listening unix socket */
	WIRE_PORT_TAP,        /* fd: tap with IFF_VNET_HDR */
	WIRE_PORT_STREAM,     /* fd: listening unix socket */
};

/**
 * struct wire_port_add - make a port and plug it in; one fd comes along
 * @header:	type and id
 * @network:	where; WIRE_NO_NETWORK: its front-end is served, and what it
 *		sends is dropped
 * @port:	number chosen by labd
 * @kind:	enum wire_port_kind
 * @isolated:	private port
 * @disabled:	administratively down
 * @mtu:	offered to the driver
 * @queue_pairs: offered to the driver
 * @mac:	offered to the driver
 * @name:	"web1:0"
 */
struct wire_port_add {
	struct wire_header header;
	uint32_t network;
	uint32_t port;
	uint8_t kind;
	uint8_t isolated;
	uint8_t disabled;
	uint16_t mtu;
	uint16_t queue_pairs;
	struct mac mac;
	char name[PORT_NAME_SIZE];
};

/**
 * struct wire_port_ref - remove or query a port
 * @header:	type and id
 * @port:	number of the port
 */
struct wire_port_ref {
	struct wire_header header;
	uint32_t port;
};

/**
 * struct wire_port_set - take a port down or up, as its user wants it
 * @header:	type and id
 * @port:	number of the port
 * @disabled:	administratively down: no frame passes, either way
 */
struct wire_port_set {
	struct wire_header header;
	uint32_t port;
	uint8_t disabled;
};

/**
 * struct wire_name_add - one more name of the set that is being built
 * @header:	type and id
 * @network:	number of the network
 * @address:	host order
 * @name:	of a node
 */
struct wire_name_add {
	struct wire_header header;
	uint32_t network;
	uint32_t address;
	char name[WIRE_NAME_SIZE];
};

/**
 * struct wire_reply - the answer to a request
 * @header:	type and id
 * @code:	0 or -errno
 * @text:	why it failed
 */
struct wire_reply {
	struct wire_header header;
	int32_t code;
	char text[WIRE_TEXT_SIZE];
};

/**
 * struct wire_network_status - answer to WIRE_NETWORK_QUERY
 * @header:	type and id
 * @network:	number of the network
 * @addresses:	entries of the filtering database
 * @learned:	see struct fdb_counters
 * @moved:	see struct fdb_counters
 * @aged:	see struct fdb_counters
 * @evicted:	see struct fdb_counters
 */
struct wire_network_status {
	struct wire_header header;
	uint32_t network;
	uint32_t addresses;
	uint64_t learned;
	uint64_t moved;
	uint64_t aged;
	uint64_t evicted;
};

/**
 * struct wire_port_status - answer to WIRE_PORT_QUERY, WIRE_GATEWAY_QUERY
 * @header:	type and id
 * @port:	number of the port, or WIRE_PORT_SERVICE
 * @backlog:	frames that wait for it
 * @status:	what the port says
 * @counters:	what passed
 */
struct wire_port_status {
	struct wire_header header;
	uint32_t port;
	uint32_t backlog;
	struct port_status status;
	struct port_counters counters;
};

/**
 * struct wire_page_query - a page of a network's filtering database, or of
 * its NAT flows
 * @header:	type and id
 * @network:	number of the network
 * @cursor:	0, or of the page before
 */
struct wire_page_query {
	struct wire_header header;
	uint32_t network;
	uint32_t cursor;
};

/**
 * struct wire_fdb_entry - one address
 * @port:	number of the port, or WIRE_PORT_SERVICE
 * @age_s:	since it was last seen
 * @vid:	VLAN
 * @mac:	address
 * @is_static:	of a port of ours
 */
struct wire_fdb_entry {
	uint32_t port;
	uint32_t age_s;
	uint16_t vid;
	struct mac mac;
	uint8_t is_static;
};

/**
 * struct wire_fdb_page - answer to WIRE_FDB_QUERY
 * @header:	type and id
 * @network:	number of the network
 * @cursor:	for the next page; 0: this was the last
 * @count:	of @entries
 * @entries:	addresses, in no order
 */
struct wire_fdb_page {
	struct wire_header header;
	uint32_t network;
	uint32_t cursor;
	uint32_t count;
	struct wire_fdb_entry entries[WIRE_FDB_ENTRIES];
};

/** enum wire_flow_protocol - of a NAT flow */
enum wire_flow_protocol {
	WIRE_FLOW_TCP,
	WIRE_FLOW_UDP,
	WIRE_FLOW_ICMP,
	WIRE_FLOW_PROTOCOLS,
};

/**
 * struct wire_flow - a NAT flow
 * @protocol:	enum wire_flow_protocol
 * @state:	a word
 * @port:	labd's number of the guest's port
 * @guest:	address, host order
 * @remote:	address; 0: any
 * @guest_port:	or ICMP identifier
 * @remote_port: 0: any
 * @idle_ms:	since its last packet
 * @out_bytes:	payload from the guest
 * @in_bytes:	payload to the guest
 */
struct wire_flow {
	uint8_t protocol;
	char state[WIRE_FLOW_STATE_SIZE];
	uint32_t port;
	uint32_t guest;
	uint32_t remote;
	uint16_t guest_port;
	uint16_t remote_port;
	uint64_t idle_ms;
	uint64_t out_bytes;
	uint64_t in_bytes;
};

/**
 * struct wire_flow_page - answer to WIRE_FLOW_QUERY
 * @header:	type and id
 * @network:	number of the network
 * @cursor:	for the next page; 0: this was the last
 * @count:	of @flows
 * @flows:	in no order
 */
struct wire_flow_page {
	struct wire_header header;
	uint32_t network;
	uint32_t cursor;
	uint32_t count;
	struct wire_flow flows[WIRE_FLOWS];
};

/**
 * struct wire_port_event - a port's carrier changed
 * @header:	type and id
 * @port:	number of the port
 * @carrier:	it has one now
 */
struct wire_port_event {
	struct wire_header header;
	uint32_t port;
	uint8_t carrier;
};

/** union wire_message - room for any of them */
union wire_message {
	struct wire_header header;
	struct wire_network_add network_add;
	struct wire_network_ref network_ref;
	struct wire_port_add port_add;
	struct wire_port_ref port_ref;
	struct wire_port_set port_set;
	struct wire_reservation_add reservation_add;
	struct wire_dhcp_option dhcp_option;
	struct wire_dhcp_notice dhcp_notice;
	struct wire_route_add route_add;
	struct wire_lease lease;
	struct wire_lease_committed lease_committed;
	struct wire_name_add name_add;
	struct wire_record_add record_add;
	struct wire_resolvers resolvers;
	struct wire_kernel_set kernel_set;
	struct wire_forward forward;
	struct wire_forward_status forward_status;
	struct wire_reply reply;
	struct wire_network_status network_status;
	struct wire_port_status port_status;
	struct wire_port_event port_event;
	struct wire_page_query page_query;
	struct wire_fdb_page fdb_page;
	struct wire_flow_page flow_page;
	struct wire_counters counters;
	struct wire_capture_add capture_add;
	struct wire_capture_code capture_code;
	struct wire_capture_target capture_target;
	struct wire_capture_ref capture_ref;
	struct wire_capture_counts capture_counts;
	struct wire_capture_ended capture_ended;
	struct wire_guest_add guest_add;
	struct wire_uplink_add uplink_add;
	struct wire_uplink_ref uplink_ref;
	struct wire_member_add member_add;
	struct wire_member_ref member_ref;
	struct wire_member_cut member_cut;
	struct wire_uplink_status uplink_status;
	struct wire_member_status member_status;
	struct wire_change_query change_query;
	struct wire_change_page change_page;
	struct wire_uplink_event uplink_event;
	struct wire_failover_begin failover_begin;
	struct wire_failover_done failover_done;
};

/** wire_is_capture() - is this request about a capture? */
static inline bool wire_is_capture(uint32_t type)
{
	return type >= WIRE_CAPTURE_ADD && type <= WIRE_CAPTURE_QUERY;
}

/** wire_is_uplink() - is this request about an uplink, or a member of one? */
static inline bool wire_is_uplink(uint32_t type)
{
	return type >= WIRE_UPLINK_ADD && type <= WIRE_FAILOVER_CANCEL;
}

/** wire_is_request() - does weft-switch answer this type? */
static inline bool wire_is_request(uint32_t type)
{
	return type < WIRE_LEASE_COMMITTED;
}

/**
 * wire_send() - one message, with its descriptors
 * @fd:		the SOCK_SEQPACKET pair
 * @message:	with header filled in; its type gives the size
 * @fds:	as many as the type takes; they stay the caller's
 *
 * Return: 0 or -errno; -EAGAIN when the other end is behind.
 */
int wire_send(int fd, const union wire_message *message, const int *fds);

/**
 * wire_recv() - one message
 * @message:	filled
 * @fds:	room for WIRE_MAX_FDS; those of the message are the caller's,
 *		the rest is -1
 *
 * Anything that is not exactly a message of wire.h is -EPROTO, and whatever
 * came along is closed. Texts come out terminated, counts within bounds.
 *
 * Return: 0, -EAGAIN, -EPIPE when the other end is gone, -EPROTO.
 */
int wire_recv(int fd, union wire_message *message, int *fds);

#endif
