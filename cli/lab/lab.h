/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab.h - a lab, as data: what a lab file says after validation and defaults
 *
 * The CLI makes it from YAML, turns it into canonical JSON, and labd makes it
 * from that JSON again, validating anew with the same table (cli/lab/schema.h).
 * Plain comparable data: reconcile is a diff of two of these.
 */
#ifndef CLI_LAB_LAB_H
#define CLI_LAB_LAB_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/capture/filter_code.h"
#include "cli/lab/lab_nat.h"
#include "cli/lab/lab_uplink.h"
#include "core/addr.h"
#include "core/addr6.h"
#include "core/err.h"
#include "switch/nat/nat_policy.h"

#define LAB_PATH_SIZE 1024
#define LAB_MAX_NETWORKS 64
#define LAB_MAX_NODES 256
/** LAB_MAX_NICS - NICs of a node, spare ones included */
#define LAB_MAX_NICS 8
/** LAB_SPARE_MTU - of NICs that may come to any network */
#define LAB_SPARE_MTU 1500
/** LAB_NO_NETWORK - instead of an index: a spare NIC is in none */
#define LAB_NO_NETWORK UINT16_MAX
#define LAB_MAX_DISKS 8
#define LAB_VERSION 1
#define LAB_MIN_MEMORY_MIB 16
#define LAB_MAX_MEMORY_MIB (256 * 1024)
#define LAB_MAX_CPUS 64
#define LAB_MIN_MTU 576
#define LAB_MAX_MTU 65535
#define LAB_MIN_LEASE_S 10
#define LAB_MAX_LEASE_S (365 * 86400)
/** LAB_MAX_DHCP_OPTIONS - told otherwise to one network, or to one NIC */
#define LAB_MAX_DHCP_OPTIONS 16
#define LAB_DHCP_OPTION_SIZE 128
#define LAB_MAX_CHECKS 256
#define LAB_MAX_CAPTURES 16
#define LAB_MAX_SNAPLEN 262144
/** LAB_TARGET_SIZE - "NODE:INDEX", "NETWORK/gateway" ... */
#define LAB_TARGET_SIZE (LAB_NAME_SIZE + 16)
#define LAB_CHECK_NAME_SIZE 80
#define LAB_MIN_CHECK_MS 100
#define LAB_MAX_CHECK_MS 3600000

/** enum network_mode - which promise a network makes (docs/architecture.md) */
enum network_mode {
	NETWORK_NAT,
	NETWORK_BRIDGE,
	NETWORK_INTERNAL,
	NETWORK_MODE_COUNT,
};

/** enum nat_engine - who translates for a nat network */
enum nat_engine {
	NAT_ENGINE_USER,
	NAT_ENGINE_KERNEL,
	NAT_ENGINE_COUNT,
};

/** NETWORK_IPV6_LEN - prefix length that all networks have */
#define NETWORK_IPV6_LEN 64

/** enum network_ra - what router advertisements say of addresses */
enum network_ra {
	NETWORK_RA_SLAAC,     /* make them, and all else is said here */
	NETWORK_RA_STATELESS, /* make them, and ask DHCPv6 for all else */
	NETWORK_RA_STATEFUL,  /* ask DHCPv6 for all */
	NETWORK_RA_OFF,       /* there are none */
	NETWORK_RA_COUNT,
};

/** enum node_kind - who stands behind a node's ports */
enum node_kind {
	NODE_VM,
	NODE_EXTERNAL,
	NODE_NETNS,
	NODE_KIND_COUNT,
};

/** enum node_runner - which VMM runs a vm node */
enum node_runner {
	RUNNER_AUTO,
	RUNNER_KVM,
	RUNNER_QEMU,
	RUNNER_COUNT,
};

/** enum node_socket - how an external node's VMM speaks with its ports */
enum node_socket {
	NODE_SOCKET_VHOST_USER,
	NODE_SOCKET_STREAM,
	NODE_SOCKET_COUNT,
};

/** enum nic_ipv4 - how a NIC gets its IPv4 address */
enum nic_ipv4 {
	NIC_IPV4_NONE,
	NIC_IPV4_DHCP,
	NIC_IPV4_STATIC,
	NIC_IPV4_COUNT,
};

/** enum check_kind - what a check tries; also its key in the lab file */
enum check_kind {
	CHECK_PING,
	CHECK_TCP,
	CHECK_HTTP,
	CHECK_DNS,
	CHECK_EXEC,
	CHECK_KIND_COUNT,
};

/**
 * struct dhcp_option - an option as DHCP shall tell it
 * @code:	of the option
 * @len:	bytes of @data; 0: it is not told
 * @data:	as on the wire
 */
struct dhcp_option {
	uint8_t code;
	uint8_t len;
	uint8_t data[LAB_DHCP_OPTION_SIZE];
};

/**
 * struct dhcp_options - what dhcp: of a network or a NIC wants otherwise
 * @count:	entries used
 * @list:	no code twice
 */
struct dhcp_options {
	unsigned count;
	struct dhcp_option list[LAB_MAX_DHCP_OPTIONS];
};

/**
 * struct network_settings - one entry of networks:
 * @name:	unique among nodes, networks and uplinks
 * @number:	what it is called inside, for as long as it lives; lab_number()
 * @mode:	enum network_mode
 * @has_ipv4:	@ipv4 is given
 * @ipv4:	the subnet, host bits zero
 * @has_ipv6:	@ipv6 is given
 * @ipv6:	the prefix, of NETWORK_IPV6_LEN
 * @ra:		what router advertisements say
 * @dhcp6_first: first address that DHCPv6 lends, behind @ipv6; 0: none
 * @dhcp6_last:	last one
 * @dhcp:	addresses are served
 * @dhcp_first:	first address of the range, host order
 * @dhcp_last:	last one
 * @lease_s:	DHCP lease time
 * @rapid_commit: a DISCOVER may be answered by an ACK
 * @dhcp_options: what DHCP tells otherwise
 * @domain:	every node resolves as NAME.domain; empty: no DNS suffix
 * @dns_servers: asked for names of the world, host order
 * @dns_server_count: entries used; 0: the host's own resolvers are asked
 * @forward_private: who is asked for names of the world is asked for those of
 *		private addresses too
 * @records:	that DNS has beside the nodes
 * @record_count: entries used
 * @mtu:	largest IP packet that NICs are told
 * @engine:	for nat: who translates
 * @ip_forward:	for the kernel engine: turn the host's IP forwarding on
 * @host_access: for nat: the gateway's address leads to the host's services
 * @filtering:	for nat: who may send to a UDP mapping
 * @max_flows:	for nat: at a time, over all nodes
 * @max_flows_per_port: of which one NIC may have
 * @forwards:	for nat: ports of the host
 * @forward_count: entries used
 * @routes:	for nat: subnets behind routers
 * @route_count: entries used
 * @uplink:	for bridge: name of the way out
 * @host:	for bridge: the host joins it, with @host_ipv4 and @host_address
 * @host_ipv4:	enum nic_ipv4
 * @host_address: for NIC_IPV4_STATIC: address and prefix length
 * @host_mac:	of the host there; lab_derive_macs()
 * @link_local:	for internal: a cable, LLDP and the like pass
 */
struct network_settings {
	char name[LAB_NAME_SIZE];
	uint16_t number;
	enum network_mode mode;
	bool has_ipv4;
	struct ipv4_prefix ipv4;
	bool has_ipv6;
	struct in6_addr ipv6;
	enum network_ra ra;
	uint32_t dhcp6_first;
	uint32_t dhcp6_last;
	bool dhcp;
	uint32_t dhcp_first;
	uint32_t dhcp_last;
	uint32_t lease_s;
	bool rapid_commit;
	struct dhcp_options dhcp_options;
	char domain[LAB_DOMAIN_SIZE];
	uint32_t dns_servers[LAB_MAX_DNS_SERVERS];
	unsigned dns_server_count;
	bool forward_private;
	struct record_settings records[LAB_MAX_RECORDS];
	unsigned record_count;
	uint16_t mtu;
	enum nat_engine engine;
	bool ip_forward;
	bool host_access;
	enum nat_filtering filtering;
	uint32_t max_flows;
	uint32_t max_flows_per_port;
	struct forward_settings forwards[LAB_MAX_FORWARDS];
	unsigned forward_count;
	struct route_settings routes[LAB_MAX_ROUTES];
	unsigned route_count;
	char uplink[LAB_NAME_SIZE];
	bool host;
	enum nic_ipv4 host_ipv4;
	struct ipv4_prefix host_address;
	struct mac host_mac;
	bool link_local;
};

/** network_gateway() - address of a nat network's gateway: the first host */
static inline uint32_t network_gateway(const struct network_settings *network)
{
	return network->ipv4.addr + 1;
}

/**
 * struct nic_settings - one entry of nics:
 * @network:	index into struct lab's networks, or LAB_NO_NETWORK
 * @mac:	given, or derived from lab, node and index (stable)
 * @ipv4:	enum nic_ipv4; default dhcp where the network serves it
 * @address:	for NIC_IPV4_STATIC: address and prefix length
 * @reserve:	for NIC_IPV4_DHCP: the address DHCP gives this NIC; 0: any
 * @gateway:	default route of a static NIC, host order; 0: none
 * @dhcp_options: what DHCP tells this NIC otherwise than its network
 */
struct nic_settings {
	uint16_t network;
	struct mac mac;
	enum nic_ipv4 ipv4;
	struct ipv4_prefix address;
	uint32_t reserve;
	uint32_t gateway;
	struct dhcp_options dhcp_options;
};

/**
 * struct disk_settings - one entry of disks:
 * @file:	absolute path of a raw image or a block device
 * @overlay:	writes go to a file that the node's end is the end of
 * @readonly:	there are no writes
 */
struct disk_settings {
	char file[LAB_PATH_SIZE];
	bool overlay;
	bool readonly;
};

/**
 * struct node_settings - one entry of nodes:
 * @name:	unique among nodes, networks and uplinks
 * @number:	what it is called inside, for as long as it lives; lab_number()
 * @kind:	enum node_kind
 * @router:	role: router; the guest forwards IP
 * @builtin:	image: builtin; @kernel and @initrd are then empty
 * @kernel:	absolute path
 * @initrd:	absolute path, or empty
 * @cmdline:	appended to ours
 * @memory_mib:	RAM
 * @cpus:	virtual CPUs
 * @runner:	enum node_runner
 * @run:	for netns: shell command started inside; empty: none
 * @socket_type: for external: enum node_socket
 * @socket_mode: for external: mode bits of its sockets
 * @socket_group: for external: their group; empty: ours
 * @nics:	in order; a port is called name:index
 * @nic_count:	entries used
 * @spare_count: further entries: NICs for networks that it is attached to
 *		while it runs
 * @disks:	for vm: in the order that the guest finds them
 * @disk_count:	entries used
 */
struct node_settings {
	char name[LAB_NAME_SIZE];
	uint16_t number;
	enum node_kind kind;
	bool router;
	bool builtin;
	char kernel[LAB_PATH_SIZE];
	char initrd[LAB_PATH_SIZE];
	char cmdline[LAB_PATH_SIZE];
	uint32_t memory_mib;
	uint32_t cpus;
	enum node_runner runner;
	char run[LAB_PATH_SIZE];
	enum node_socket socket_type;
	uint32_t socket_mode;
	char socket_group[LAB_NAME_SIZE];
	struct nic_settings nics[LAB_MAX_NICS];
	unsigned nic_count;
	uint32_t spare_count;
	struct disk_settings disks[LAB_MAX_DISKS];
	unsigned disk_count;
};

/** node_nic_total() - NICs that a node's guest finds, spare ones included */
static inline unsigned node_nic_total(const struct node_settings *node)
{
	return node->nic_count + node->spare_count;
}

/**
 * struct check_settings - one entry of checks:
 * @name:	for people; empty: none was given
 * @from:	index into struct lab's nodes: who tries
 * @kind:	enum check_kind
 * @target:	value of the kind's key: "router", "web1:80", a URL, a name, a
 *		shell command
 * @status:	for CHECK_HTTP: the status that is right
 * @is:		for CHECK_DNS: address or node that the name must resolve to;
 *		empty: any
 * @expect_fail: it holds when what is tried fails
 * @timeout_ms:	for the whole check
 */
struct check_settings {
	char name[LAB_CHECK_NAME_SIZE];
	uint32_t from;
	enum check_kind kind;
	char target[LAB_PATH_SIZE];
	uint32_t status;
	char is[LAB_DOMAIN_SIZE];
	bool expect_fail;
	uint32_t timeout_ms;
};

/**
 * struct lab_capture - one entry of captures:
 * @target:	"router:1", "wan" or "wan/gateway"; see capture_target_find()
 * @file:	absolute path
 * @filter:	its words; empty: none
 * @snaplen:	most bytes of a frame; 0: all
 * @code:	what @filter means
 */
struct lab_capture {
	char target[LAB_TARGET_SIZE];
	char file[LAB_PATH_SIZE];
	char filter[FILTER_TEXT_SIZE];
	uint32_t snaplen;
	struct filter_code code;
};

/**
 * struct lab - the whole; create with lab_create(), free with lab_destroy()
 * @name:		of the lab
 * @uplinks:		@uplink_count entries
 * @networks:		@network_count entries
 * @nodes:		@node_count entries
 * @checks:		@check_count entries
 * @captures:		@capture_count entries
 */
struct lab {
	char name[LAB_NAME_SIZE];
	struct lab_uplink_settings *uplinks;
	unsigned uplink_count;
	struct network_settings *networks;
	unsigned network_count;
	struct node_settings *nodes;
	unsigned node_count;
	struct check_settings *checks;
	unsigned check_count;
	struct lab_capture *captures;
	unsigned capture_count;
};

/**
 * lab_create() - an empty lab with room for that much
 * @networks:	entries allocated, none used
 * @nodes:	likewise
 *
 * Return: a zeroed lab, or NULL without memory.
 */
struct lab *lab_create(unsigned networks, unsigned nodes);

/** lab_reserve_uplinks() - room for that many, none used; -ENOMEM */
int lab_reserve_uplinks(struct lab *lab, unsigned count);

/** lab_reserve_checks() - room for that many, none used; -ENOMEM */
int lab_reserve_checks(struct lab *lab, unsigned count);

/** lab_reserve_captures() - likewise */
int lab_reserve_captures(struct lab *lab, unsigned count);

/** lab_destroy() - free it all; NULL is fine */
void lab_destroy(struct lab *lab);

/** network_mode_name() - as lab files spell it */
const char *network_mode_name(enum network_mode mode);

/** node_kind_name() - likewise */
const char *node_kind_name(enum node_kind kind);

/** lab_nic_mtu() - what a NIC of @lab is told; a spare one has LAB_SPARE_MTU */
static inline unsigned lab_nic_mtu(const struct lab *lab,
				   const struct nic_settings *nic)
{
	return nic->network == LAB_NO_NETWORK ? LAB_SPARE_MTU
					      : lab->networks[nic->network].mtu;
}

/** lab_lookup_uplink() - the uplink of this name, or NULL */
struct lab_uplink_settings *lab_lookup_uplink(const struct lab *lab,
					      const char *name);

/** lab_lookup_network() - the network of this name, or NULL */
struct network_settings *lab_lookup_network(const struct lab *lab,
					    const char *name);

/** lab_lookup_node() - the node of this name, or NULL */
struct node_settings *lab_lookup_node(const struct lab *lab, const char *name);

/** lab_numbered_network() - the network that has this number, or NULL */
const struct network_settings *lab_numbered_network(const struct lab *lab,
						    unsigned number);

/** lab_numbered_uplink() - the uplink that has this number, or NULL */
const struct lab_uplink_settings *lab_numbered_uplink(const struct lab *lab,
						      unsigned number);

/** lab_numbered_node() - the node that has this number, or NULL */
const struct node_settings *lab_numbered_node(const struct lab *lab,
					      unsigned number);

/**
 * lab_number() - give every network, node and uplink its number
 * @lab:	numbers are below LAB_MAX_NETWORKS, LAB_MAX_NODES and
 *		LAB_MAX_UPLINKS
 * @running:	what runs now; NULL: nothing
 *
 * The order of a struct lab is that of the file and changes with it; what runs
 * is known by number. Who is in @running under the same name keeps its number,
 * everyone else gets one that nobody had, as long as there are such: what is
 * still said about the old owner is then not taken for the new one.
 */
void lab_number(struct lab *lab, const struct lab *running);

/**
 * lab_derive_macs() - give every NIC without MAC (all zero) its own
 *
 * A hash of lab, node and index behind 52:54:00, the prefix of virtual NICs
 * everywhere: the same file gives the same addresses on every machine and after
 * every edit elsewhere in it. When two collide, the later in the file is
 * hashed again. Spare NICs come last: they change nobody's. Nor do the host's
 * own legs, whose are derived likewise.
 */
void lab_derive_macs(struct lab *lab);

#endif
