// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_metrics.c - weft metrics: a lab's counters for Prometheus
 *
 * One table of families for each document of labd: who is in the table and
 * where its number is. So a counter more is a row more.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/metrics_gateways.h"
#include "cli/cmd/metrics_resolvers.h"
#include "cli/cmd/metrics_uplinks.h"
#include "cli/cmd/print.h"
#include "cli/cmd/proc_usage.h"
#include "cli/cmd/prometheus.h"
#include "cli/cmd/session.h"
#include "cli/cmd/uplinks.h"
#include "cli/cmd/verbs.h"

/**
 * struct lab_documents - what labd says about its lab
 * @lab:	its name
 * @labd_pid:	of labd
 * @status:	weft.status/1
 * @ports:	weft.ports/1
 * @networks:	weft.networks/1
 * @leases:	weft.leases/1
 * @uplinks:	weft.uplinks/1; NULL: labd has none
 */
struct lab_documents {
	const char *lab;
	int labd_pid;
	json_t *status;
	json_t *ports;
	json_t *networks;
	json_t *leases;
	json_t *uplinks;
};

/**
 * struct counter_family - a number that is a member of each entry of an array
 * @family:	how it is called
 * @key:	of the number
 */
struct counter_family {
	struct prometheus_family family;
	const char *key;
};

#define COUNTER PROMETHEUS_COUNTER
#define GAUGE PROMETHEUS_GAUGE

static const struct counter_family port_families[] = {
	{{"weft_port_rx_frames_total",
	  COUNTER,
	  "Frames that came from the port's node",
	  {"lab", "network", "port"}},
	 "rx_frames"},
	{{"weft_port_rx_bytes_total",
	  COUNTER,
	  "Bytes that came from the port's node",
	  {"lab", "network", "port"}},
	 "rx_bytes"},
	{{"weft_port_tx_frames_total",
	  COUNTER,
	  "Frames that went to the port's node",
	  {"lab", "network", "port"}},
	 "tx_frames"},
	{{"weft_port_tx_bytes_total",
	  COUNTER,
	  "Bytes that went to the port's node",
	  {"lab", "network", "port"}},
	 "tx_bytes"},
	{{"weft_port_backlog_frames",
	  GAUGE,
	  "Frames that wait for the port",
	  {"lab", "network", "port"}},
	 "backlog"},
	{{"weft_port_carrier",
	  GAUGE,
	  "Is somebody at the port's other end?",
	  {"lab", "network", "port"}},
	 "carrier"},
};

static const struct prometheus_family port_drops = {
	"weft_port_drops_total",
	COUNTER,
	"Frames that were dropped at the port",
	{"lab", "network", "port", "reason"}};

static const struct prometheus_family port_admin = {
	"weft_port_admin_up",
	GAUGE,
	"Is the port up as far as its user wants it (weft link)?",
	{"lab", "network", "port"}};

static const struct counter_family fdb_families[] = {
	{{"weft_network_fdb_addresses",
	  GAUGE,
	  "Addresses in the filtering database",
	  {"lab", "network"}},
	 "addresses"},
	{{"weft_network_fdb_learned_total",
	  COUNTER,
	  "Addresses that were new to the filtering database",
	  {"lab", "network"}},
	 "learned"},
	{{"weft_network_fdb_moved_total",
	  COUNTER,
	  "Addresses that were seen behind another port than before",
	  {"lab", "network"}},
	 "moved"},
	{{"weft_network_fdb_aged_total",
	  COUNTER,
	  "Addresses forgotten because they were not seen any more",
	  {"lab", "network"}},
	 "aged"},
	{{"weft_network_fdb_evicted_total",
	  COUNTER,
	  "Addresses forgotten because the filtering database was full",
	  {"lab", "network"}},
	 "evicted"},
};

static const struct prometheus_family leases_count = {
	"weft_dhcp_leases",
	GAUGE,
	"DHCP leases that are kept, by state",
	{"lab", "network", "state"}};

static const struct prometheus_family node_states = {
	"weft_node_state",
	GAUGE,
	"1 for the state that the node is in, 0 for the others",
	{"lab", "node", "state"}};

static const struct prometheus_family node_ready = {"weft_node_ready",
						    GAUGE,
						    "Is the node ready?",
						    {"lab", "node", "kind"}};

static const struct prometheus_family process_memory = {
	"weft_process_resident_bytes",
	GAUGE,
	"Resident memory of a node's processes, of weft-switch and labd",
	{"lab", "process", "node"}};

static const struct prometheus_family process_cpu = {
	"weft_process_cpu_seconds_total",
	COUNTER,
	"Processor time of a node's processes, of weft-switch and labd",
	{"lab", "process", "node"}};

static const struct prometheus_family lab_uptime = {
	"weft_lab_uptime_seconds",
	GAUGE,
	"Time since the lab was started",
	{"lab"}};

static const struct prometheus_family switch_up = {
	"weft_switch_up", GAUGE, "Does weft-switch run?", {"lab"}};

static const struct prometheus_family switch_restarts = {
	"weft_switch_restarts_total",
	COUNTER,
	"How often weft-switch had to be started again",
	{"lab"}};

static const struct prometheus_family build_info = {
	"weft_build_info",
	GAUGE,
	"Always 1; the version of the weft that prints this",
	{"version"}};

static int64_t number_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_true(value) ? 1 : json_integer_value(value);
}

static bool is_admin_up(const json_t *port)
{
	const char *admin = text_of(port, "admin");

	return !admin || strcmp(admin, "up") == 0;
}

/* A member is in no network; what passes through it is its uplink's. */
static const char *network_of(const struct lab_documents *lab,
			      const json_t *port)
{
	const char *uplink = text_of(port, "uplink");

	if (text_of(port, "network") || !uplink)
		return text_of(port, "network");
	return text_of(uplinks_lookup(lab->uplinks, uplink), "network");
}

static void print_port_drops(const struct lab_documents *lab,
			     const json_t *ports)
{
	const char *reason;
	json_t *port, *count;
	size_t i;

	prometheus_begin(stdout, &port_drops);
	json_array_foreach(ports, i, port)
	{
		json_object_foreach(json_object_get(port, "drops"), reason,
				    count)
		{
			const char *values[] = {lab->lab, network_of(lab, port),
						text_of(port, "port"), reason};

			prometheus_sample(stdout, &port_drops, values,
					  json_integer_value(count));
		}
	}
}

static void print_ports(const struct lab_documents *lab)
{
	const json_t *ports = json_object_get(lab->ports, "ports");
	json_t *port;
	size_t i, j;

	for (j = 0; j <= ARRAY_SIZE(port_families); j++) {
		bool is_last = j == ARRAY_SIZE(port_families);
		const struct prometheus_family *family =
			is_last ? &port_admin : &port_families[j].family;

		prometheus_begin(stdout, family);
		json_array_foreach(ports, i, port)
		{
			const char *values[] = {lab->lab, network_of(lab, port),
						text_of(port, "port")};

			prometheus_sample(
				stdout, family, values,
				is_last ? is_admin_up(port)
					: number_of(port,
						    port_families[j].key));
		}
	}
	print_port_drops(lab, ports);
}

static void print_leases(const struct lab_documents *lab, const char *network)
{
	const json_t *leases = json_object_get(lab->leases, "leases");
	const char *values[] = {lab->lab, network, "bound"};
	int64_t bound = 0, expired = 0, declined = 0;
	json_t *lease;
	size_t i;

	json_array_foreach(leases, i, lease)
	{
		const char *state = text_of(lease, "state");
		const char *of = text_of(lease, "network");

		if (!state || !of || !network || strcmp(of, network) != 0)
			continue;
		if (strcmp(state, "bound") == 0)
			bound++;
		else if (strcmp(state, "declined") == 0)
			declined++;
		else
			expired++;
	}
	prometheus_sample(stdout, &leases_count, values, bound);
	values[2] = "expired";
	prometheus_sample(stdout, &leases_count, values, expired);
	values[2] = "declined";
	prometheus_sample(stdout, &leases_count, values, declined);
}

static void print_networks(const struct lab_documents *lab)
{
	const json_t *networks = json_object_get(lab->networks, "networks");
	json_t *network;
	size_t i, j;

	for (j = 0; j < ARRAY_SIZE(fdb_families); j++) {
		prometheus_begin(stdout, &fdb_families[j].family);
		json_array_foreach(networks, i, network)
		{
			const json_t *fdb = json_object_get(network, "fdb");
			const char *values[] = {lab->lab,
						text_of(network, "name")};

			if (fdb)
				prometheus_sample(
					stdout, &fdb_families[j].family, values,
					number_of(fdb, fdb_families[j].key));
		}
	}
	metrics_print_gateways(stdout, lab->lab, networks);
	metrics_print_resolvers(stdout, lab->lab, networks);
	prometheus_begin(stdout, &leases_count);
	json_array_foreach(networks, i, network)
		print_leases(lab, text_of(network, "name"));
}

static void print_node_states(const struct lab_documents *lab,
			      const json_t *nodes)
{
	static const char *const states[] = {"stopped", "starting", "booting",
					     "ready",   "paused",   "stopping",
					     "failed"};
	json_t *node;
	size_t i, j;

	prometheus_begin(stdout, &node_states);
	json_array_foreach(nodes, i, node)
	{
		const char *state = text_of(node, "state");

		for (j = 0; state && j < ARRAY_SIZE(states); j++) {
			const char *values[] = {lab->lab, text_of(node, "name"),
						states[j]};

			prometheus_sample(stdout, &node_states, values,
					  strcmp(states[j], state) == 0);
		}
	}
	prometheus_begin(stdout, &node_ready);
	json_array_foreach(nodes, i, node)
	{
		const char *state = text_of(node, "state");
		const char *values[] = {lab->lab, text_of(node, "name"),
					text_of(node, "kind")};

		prometheus_sample(stdout, &node_ready, values,
				  state && strcmp(state, "ready") == 0);
	}
}

/* @node: NULL for weft-switch and labd */
static void print_process(const struct lab_documents *lab,
			  const struct prometheus_family *family,
			  const char *process, const json_t *node, int pid)
{
	const char *values[] = {lab->lab, process, text_of(node, "name")};
	struct proc_usage usage;

	if (pid <= 0 || proc_usage_read("/proc", pid, node != NULL, &usage))
		return;
	if (family == &process_memory)
		prometheus_sample(stdout, family, values, usage.rss_bytes);
	else
		prometheus_seconds(stdout, family, values, usage.cpu_ms);
}

static void print_processes(const struct lab_documents *lab,
			    const struct prometheus_family *family)
{
	const json_t *nodes = json_object_get(lab->status, "nodes");
	const json_t *sw = json_object_get(lab->status, "switch");
	json_t *node;
	size_t i;

	prometheus_begin(stdout, family);
	print_process(lab, family, "labd", NULL, lab->labd_pid);
	print_process(lab, family, "switch", NULL, (int)number_of(sw, "pid"));
	json_array_foreach(nodes, i, node) print_process(
		lab, family, "node", node, (int)number_of(node, "pid"));
}

static void print_lab(const struct lab_documents *lab)
{
	const json_t *sw = json_object_get(lab->status, "switch");
	const char *version[] = {WEFT_VERSION}, *values[] = {lab->lab};

	prometheus_begin(stdout, &build_info);
	prometheus_sample(stdout, &build_info, version, 1);
	prometheus_begin(stdout, &lab_uptime);
	prometheus_seconds(stdout, &lab_uptime, values,
			   number_of(lab->status, "uptime_ms"));
	prometheus_begin(stdout, &switch_up);
	prometheus_sample(stdout, &switch_up, values, number_of(sw, "pid") > 0);
	prometheus_begin(stdout, &switch_restarts);
	prometheus_sample(stdout, &switch_restarts, values,
			  number_of(sw, "restarts"));
	print_node_states(lab, json_object_get(lab->status, "nodes"));
	print_processes(lab, &process_memory);
	print_processes(lab, &process_cpu);
	print_networks(lab);
	print_ports(lab);
	metrics_print_uplinks(stdout, lab->lab, lab->uplinks);
}

static int fetch(struct session *session, struct lab_documents *lab)
{
	int code;

	code = session_query(session, "lab.status", NULL, &lab->status);
	if (!code && !json_array_size(json_object_get(lab->status, "networks")))
		return 0; /* nothing in it: no port and no network to ask for */
	if (!code)
		code = session_query(session, "port.list", NULL, &lab->ports);
	if (!code)
		code = session_query(session, "network.list", NULL,
				     &lab->networks);
	if (!code)
		code = session_query(session, "lease.list", NULL, &lab->leases);
	if (!code)
		lab->uplinks = uplinks_ask(session);
	return code;
}

int run_metrics(const struct invocation *call)
{
	struct lab_documents lab = {0};
	struct session session;
	int code;

	code = session_find(&session, call, call->argv[0], false);
	if (code)
		return code;
	lab.lab = session.lab;
	lab.labd_pid = (int)number_of(ctl_client_hello(session.client), "pid");
	code = fetch(&session, &lab);
	if (!code)
		print_lab(&lab);
	session_close(&session);
	json_decref(lab.status);
	json_decref(lab.ports);
	json_decref(lab.networks);
	json_decref(lab.leases);
	json_decref(lab.uplinks);
	return code;
}
