/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * values.h - readers of single values, one per type, for the schema tables
 *
 * Each is a schema_parse_fn (cli/lab/schema.h). Its complaint says what would
 * be right. The type of the member is in the comment.
 */
#ifndef CLI_LAB_VALUES_H
#define CLI_LAB_VALUES_H

#include "cli/lab/lab.h"
#include "cli/lab/schema.h"

/** value_name() - char[LAB_NAME_SIZE]; a DNS label that begins with a letter */
schema_parse_fn value_name;

/** value_version() - uint32_t; of the file format */
schema_parse_fn value_version;

/** value_memory() - uint32_t, MiB; "128M" */
schema_parse_fn value_memory;

/** value_lease() - uint32_t, seconds; "1h" */
schema_parse_fn value_lease;

/** value_wait() - uint32_t, ms; "5s" */
schema_parse_fn value_wait;

/** value_http_status() - uint32_t; 100 to 599 */
schema_parse_fn value_http_status;

/** value_flows() - uint32_t */
schema_parse_fn value_flows;

/** value_cpus() - uint32_t */
schema_parse_fn value_cpus;

/** value_spare_nics() - uint32_t */
schema_parse_fn value_spare_nics;

/** value_mtu() - uint16_t, bytes of the largest IP packet */
schema_parse_fn value_mtu;

/** value_snaplen() - uint32_t, bytes of a frame */
schema_parse_fn value_snaplen;

/** value_filter_code() - struct filter_code */
schema_parse_fn value_filter_code;

/** value_file_mode() - uint32_t; octal, as chmod has it */
schema_parse_fn value_file_mode;

/** value_group() - char[LAB_NAME_SIZE]; name of a Unix group */
schema_parse_fn value_group;

/** value_line() - char[]; any text of one line */
schema_parse_fn value_line;

/** value_script() - char[]; any text, more lines allowed */
schema_parse_fn value_script;

/** value_domain() - char[LAB_DOMAIN_SIZE]; DNS labels with dots */
schema_parse_fn value_domain;

/** value_mac() - struct mac; individual, not zero */
schema_parse_fn value_mac;

/** value_address() - uint32_t; an IPv4 address, host order */
schema_parse_fn value_address;

/** value_bond_delay() - uint32_t, ms; "200ms" */
schema_parse_fn value_bond_delay;

/** value_probe_interval() - uint32_t, ms */
schema_parse_fn value_probe_interval;

/** value_announce_delay() - uint32_t, ms */
schema_parse_fn value_announce_delay;

/** value_rebalance() - uint32_t, ms; 0: never */
schema_parse_fn value_rebalance;

/** value_min_links() - uint32_t */
schema_parse_fn value_min_links;

/** value_probe_count() - uint32_t; 1 to 255 */
schema_parse_fn value_probe_count;

/** value_announce_count() - uint32_t */
schema_parse_fn value_announce_count;

/** value_vlan() - uint32_t; a VID */
schema_parse_fn value_vlan;

/** value_system_priority() - uint32_t; of LACP */
schema_parse_fn value_system_priority;

/** value_uplink_member() - struct uplink_member; "eth1", "net:upstream1" */
schema_parse_fn value_uplink_member;

/** value_arp_target() - struct probe_target */
schema_parse_fn value_arp_target;

/** value_nd_target() - struct probe_target */
schema_parse_fn value_nd_target;

/** value_is_domain() - DNS labels with dots between, or one label? */
bool value_is_domain(const char *text);

/** value_is_name() - may this be the name of a lab, network or node? */
bool value_is_name(const char *text);

#endif
