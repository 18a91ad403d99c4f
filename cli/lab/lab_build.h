/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab_build.h - a located tree becomes a struct lab; shared by its siblings
 */
#ifndef CLI_LAB_LAB_BUILD_H
#define CLI_LAB_LAB_BUILD_H

#include "cli/lab/diag.h"
#include "cli/lab/lab.h"
#include "cli/lab/schema.h"

/**
 * struct lab_build - work in progress; the tables' root struct
 * @diag:		where mistakes go
 * @lab:		what is being filled
 * @base_dir:		absolute; relative paths of the file start here. NULL:
 *			paths must be absolute
 * @name:		the key 'lab'
 * @version:		the key 'version'
 * @node_defaults:	the table's, then those of 'defaults'
 * @uplink_at:		where each uplink of @lab stands in the tree
 * @network_at:		where each network of @lab stands in the tree
 * @node_at:		where each node stands
 * @check_at:		where each check stands
 * @capture_at:		where each capture stands
 * @nic_at:		where each NIC stands; the end of a link for its NICs
 */
struct lab_build {
	struct diagnostics *diag;
	struct lab *lab;
	const char *base_dir;
	char name[LAB_NAME_SIZE];
	uint32_t version;
	struct node_settings node_defaults;
	struct tree *uplink_at[LAB_MAX_UPLINKS];
	struct tree *network_at[LAB_MAX_NETWORKS];
	struct tree *node_at[LAB_MAX_NODES];
	struct tree *check_at[LAB_MAX_CHECKS];
	struct tree *capture_at[LAB_MAX_CAPTURES];
	struct tree *nic_at[LAB_MAX_NODES][LAB_MAX_NICS];
};

/** lab_type - the whole format: cli/lab/schema_lab.c */
extern const struct schema_type lab_type;

/** type_uplinks - the value of uplinks: */
extern const struct schema_type type_uplinks;

/** type_monitor - the value of an uplink's monitor: */
extern const struct schema_type type_monitor;

/** type_announcements - the value of an uplink's announcements: */
extern const struct schema_type type_announcements;

/** type_lacp - the value of an uplink's lacp: */
extern const struct schema_type type_lacp;

/** type_uplink_name - the value of a bridge network's uplink: */
extern const struct schema_type type_uplink_name;

/** type_host - the value of a bridge network's host: */
extern const struct schema_type type_host;

/** type_link_local - the value of an internal network's link-local: */
extern const struct schema_type type_link_local;

/** type_switch - whatever YAML 1.1 calls a boolean */
extern const struct schema_type type_switch;

/** type_networks - the value of networks: */
extern const struct schema_type type_networks;

/** type_nodes - the value of nodes: */
extern const struct schema_type type_nodes;

/** type_dhcp - the value of a network's dhcp: */
extern const struct schema_type type_dhcp;

/** type_nic_dhcp - the value of a NIC's dhcp: */
extern const struct schema_type type_nic_dhcp;

/** type_records - the value of dns.records: */
extern const struct schema_type type_records;

/** type_forward - the value of a network's forward: */
extern const struct schema_type type_forward;

/** type_disks - the value of a node's disks: */
extern const struct schema_type type_disks;

/** type_checks - the value of checks: */
extern const struct schema_type type_checks;

/** type_captures - the value of captures: */
extern const struct schema_type type_captures;

/** type_node_defaults - the value of defaults.node */
extern const struct schema_type type_node_defaults;

/** build_name() - name[LAB_NAME_SIZE] from the key of a map's entry */
void build_name(struct schema_run *run, struct tree *key, char *name);

/** value_subnet() - struct network_settings: has_ipv4, ipv4 */
schema_parse_fn value_subnet;

/**
 * lab_parse_subnet() - "10.20.0.0/24", from /8 to /@max_len, no host bits
 *
 * Return: false after saying what is wrong.
 */
bool lab_parse_subnet(struct schema_run *run, struct tree *value,
		      uint8_t max_len, struct ipv4_prefix *prefix);

/** value_ipv6_prefix() - struct network_settings: has_ipv6, ipv6 */
schema_parse_fn value_ipv6_prefix;

/** value_dhcp6() - struct network_settings: dhcp6_first, dhcp6_last */
schema_parse_fn value_dhcp6;

/** build_ipv6_end() - an object in place of a prefix: its keys together */
void build_ipv6_end(struct schema_run *run, void *at, struct tree *object);

/** value_route_to() - struct ipv4_prefix */
schema_parse_fn value_route_to;

/** value_route_via() - char[LAB_NAME_SIZE]; judged by lab_check_routes() */
schema_parse_fn value_route_via;

/** value_range() - struct network_settings: dhcp_first, dhcp_last */
schema_parse_fn value_range;

/** value_nic_ipv4() - struct nic_settings: ipv4, address */
schema_parse_fn value_nic_ipv4;

/** value_host_ipv4() - struct network_settings: host_ipv4, host_address */
schema_parse_fn value_host_ipv4;

/** value_path() - char[LAB_PATH_SIZE]; made absolute from the base folder */
schema_parse_fn value_path;

/* The add and end functions of the tables; contracts: struct schema_type. */

/** build_uplink_add() - room for one entry of uplinks: */
void *build_uplink_add(struct schema_run *run, void *parent, struct tree *item);

/** build_member_add() - room for one entry of an uplink's members: */
void *build_member_add(struct schema_run *run, void *parent, struct tree *item);

/** build_target_add() - room for one entry of targets: */
void *build_target_add(struct schema_run *run, void *parent, struct tree *item);

/** build_probes_end() - arp: or nd: has a target */
void build_probes_end(struct schema_run *run, void *at, struct tree *map);

/** build_uplink_end() - an uplink's keys together: mode and members */
void build_uplink_end(struct schema_run *run, void *at, struct tree *map);

/** build_host_end() - the key itself means that the host joins */
void build_host_end(struct schema_run *run, void *at, struct tree *object);

/** build_network_add() - room for one entry of networks: */
void *build_network_add(struct schema_run *run, void *parent,
			struct tree *item);

/** build_route_add() - room for one entry of routes: */
void *build_route_add(struct schema_run *run, void *parent, struct tree *item);

/** build_node_add() - room for one entry of nodes:, with the defaults in it */
void *build_node_add(struct schema_run *run, void *parent, struct tree *item);

/** build_nic_add() - room for one entry of nics: */
void *build_nic_add(struct schema_run *run, void *parent, struct tree *item);

/** build_disk_add() - room for one entry of disks: */
void *build_disk_add(struct schema_run *run, void *parent, struct tree *item);

/** build_disk_end() - a disk's keys together: who writes where */
void build_disk_end(struct schema_run *run, void *at, struct tree *map);

/** build_check_add() - room for one entry of checks: */
void *build_check_add(struct schema_run *run, void *parent, struct tree *item);

/** build_check_end() - a check's keys together: which one is tried, how */
void build_check_end(struct schema_run *run, void *at, struct tree *map);

/** build_capture_add() - room for one entry of captures: */
void *build_capture_add(struct schema_run *run, void *parent,
			struct tree *item);

/** build_capture_end() - a capture's keys together: what, and by which filter
 */
void build_capture_end(struct schema_run *run, void *at, struct tree *map);

/* Readers of what DHCP tells otherwise: each is an option, and so adds to a
 * struct dhcp_options. */

/** value_dhcp_gateway() - struct dhcp_options; an address, or "none" */
schema_parse_fn value_dhcp_gateway;

/** value_dhcp_dns() - struct dhcp_options; one more address */
schema_parse_fn value_dhcp_dns;

/** value_dhcp_ntp() - struct dhcp_options; one more address */
schema_parse_fn value_dhcp_ntp;

/** value_dhcp_domain() - struct dhcp_options */
schema_parse_fn value_dhcp_domain;

/** value_dhcp_lease() - struct dhcp_options */
schema_parse_fn value_dhcp_lease;

/** value_dhcp_option() - struct dhcp_options; the key is the option */
schema_parse_fn value_dhcp_option;

/** build_dhcp_option_add() - the readers above find room themselves */
void *build_dhcp_option_add(struct schema_run *run, void *parent,
			    struct tree *item);

/** build_nic_dhcp_end() - a NIC's dhcp: is read */
void build_nic_dhcp_end(struct schema_run *run, void *at, struct tree *object);

/** build_dhcp_end() - an object in place of "on" means on */
void build_dhcp_end(struct schema_run *run, void *at, struct tree *object);

/** value_record_name() - char[LAB_DOMAIN_SIZE]; a name, '_' allowed */
schema_parse_fn value_record_name;

/** build_record_add() - room for one entry of dns.records: */
void *build_record_add(struct schema_run *run, void *parent, struct tree *item);

/** value_forward_host() - struct forward_settings: host, host_port */
schema_parse_fn value_forward_host;

/** value_forward_to() - struct forward_settings: udp, node, address, port */
schema_parse_fn value_forward_to;

/** build_forward_add() - room for one entry of forward: */
void *build_forward_add(struct schema_run *run, void *parent,
			struct tree *item);

/** build_dns_server_add() - room for one entry of dns.servers */
void *build_dns_server_add(struct schema_run *run, void *parent,
			   struct tree *item);

/** build_network_end() - a network's keys together: mode, subnet, DHCP */
void build_network_end(struct schema_run *run, void *at, struct tree *map);

/** build_node_end() - a node's keys together: kind, image, socket */
void build_node_end(struct schema_run *run, void *at, struct tree *map);

/* Known and not built; in cli/lab/schema_later.c. */
extern const struct schema_type type_impair, type_timeline, type_isolate;

/** type_ipv6 - the value of a nat network's ipv6: */
extern const struct schema_type type_ipv6;

/** type_engine - the value of a nat network's engine: */
extern const struct schema_type type_engine;

/** type_ip_forward - the value of a nat network's ip-forward: */
extern const struct schema_type type_ip_forward;

/** type_host_access - the value of a nat network's host-access: */
extern const struct schema_type type_host_access;

/** type_filtering - the value of a nat network's filtering: */
extern const struct schema_type type_filtering;

/** type_limits - the value of a nat network's limits: */
extern const struct schema_type type_limits;

/** type_routes - the value of a nat network's routes: */
extern const struct schema_type type_routes;

/**
 * lab_build() - validate @root and make a lab of it
 * @root:	from yaml_tree_parse() or json_tree_parse()
 * @base_dir:	see struct lab_build
 * @diag:	gets every mistake, sorted
 *
 * Return: the lab, owned by the caller; NULL if there was any mistake.
 */
struct lab *lab_build(struct tree *root, const char *base_dir,
		      struct diagnostics *diag);

/** lab_build_links() - links: a network and two NICs each */
void lab_build_links(struct lab_build *build, const struct tree *root);

/** lab_resolve_node() - the node called @name; NULL after saying so at @at */
struct node_settings *lab_resolve_node(struct lab_build *build, struct tree *at,
				       const char *name);

/** lab_check_records() - addresses are some, CNAMEs lead somewhere */
void lab_check_records(struct lab_build *build);

/** lab_check_forwards() - resolve each forward's node; no port twice */
void lab_check_forwards(struct lab_build *build);

/** lab_check_checks() - resolve each check's nodes */
void lab_check_checks(struct lab_build *build);

/** lab_check_disks() - no image has a writer and somebody else */
void lab_check_disks(struct lab_build *build);

/** lab_check_captures() - find each capture's port or network */
void lab_check_captures(struct lab_build *build);

/** lab_check_uplinks() - find what uplinks lead to and who uses them */
void lab_check_uplinks(struct lab_build *build);

/** lab_check_hosts() - the host's addresses fit, and are nobody else's */
void lab_check_hosts(struct lab_build *build);

/** lab_check_names() - one namespace, compared as DNS compares */
void lab_check_names(struct lab_build *build);

/** lab_check_networks() - no two subnets overlap */
void lab_check_networks(struct lab_build *build);

/** lab_check_ipv6() - no two networks have one prefix */
void lab_check_ipv6(struct lab_build *build);

/** lab_check_nics() - resolve each NIC's network, then judge its addresses */
void lab_check_nics(struct lab_build *build);

/** lab_check_routes() - find each route's router, and give it an address */
void lab_check_routes(struct lab_build *build);

/** lab_check_twins() - no MAC and no static address is there twice */
void lab_check_twins(struct lab_build *build);

#endif
