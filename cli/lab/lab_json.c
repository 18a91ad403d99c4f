// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_json.c - a lab as canonical JSON, both ways
 *
 * Writing is spelled out here; reading goes through the tables, so that labd
 * holds a document from the control socket to the same rules as the CLI a file.
 * A key that one side knows and the other doesn't shows in the round trip test.
 */
#include "cli/lab/lab_json.h"

#include <errno.h>
#include <stdio.h>

#include "cli/lab/json_tree.h"
#include "cli/lab/lab_build.h"
#include "cli/lab/lab_dhcp.h"

static const char *const engine_names[] = {
	[NAT_ENGINE_USER] = "user",
	[NAT_ENGINE_KERNEL] = "kernel",
};

static const char *const filtering_names[] = {
	[NAT_FILTERING_ENDPOINT_INDEPENDENT] = "endpoint-independent",
	[NAT_FILTERING_ADDRESS_DEPENDENT] = "address-dependent",
	[NAT_FILTERING_ADDRESS_AND_PORT_DEPENDENT] =
		"address-and-port-dependent",
};

static const char *const ra_names[] = {
	[NETWORK_RA_SLAAC] = "slaac",
	[NETWORK_RA_STATELESS] = "stateless",
	[NETWORK_RA_STATEFUL] = "stateful",
	[NETWORK_RA_OFF] = "off",
};

static const char *const runner_names[] = {
	[RUNNER_AUTO] = "auto",
	[RUNNER_KVM] = "kvm",
	[RUNNER_QEMU] = "qemu",
};

static const char *const socket_names[] = {
	[NODE_SOCKET_VHOST_USER] = "vhost-user",
	[NODE_SOCKET_STREAM] = "stream",
};

static_assert(ARRAY_SIZE(engine_names) == NAT_ENGINE_COUNT, "a name each");
static_assert(ARRAY_SIZE(filtering_names) == NAT_FILTERING_COUNT,
	      "a name each");
static_assert(ARRAY_SIZE(ra_names) == NETWORK_RA_COUNT, "a name each");
static_assert(ARRAY_SIZE(runner_names) == RUNNER_COUNT, "a name each");
static_assert(ARRAY_SIZE(socket_names) == NODE_SOCKET_COUNT, "a name each");

/* The setters return 0, or -1 without memory; or them together. */
static int set_text(json_t *object, const char *key, const char *text)
{
	return json_object_set_new(object, key, json_string(text));
}

static int set_given(json_t *object, const char *key, const char *text)
{
	return text[0] ? set_text(object, key, text) : 0;
}

static int set_number(json_t *object, const char *key, uint32_t number)
{
	return json_object_set_new(object, key, json_integer(number));
}

static int set_unit(json_t *object, const char *key, uint32_t number,
		    const char *unit)
{
	return json_object_set_new(object, key,
				   json_sprintf("%u%s", number, unit));
}

static int set_address(json_t *object, const char *key, uint32_t addr)
{
	char text[IPV4_TEXT_SIZE];

	return set_text(object, key, ipv4_format(addr, text));
}

static int set_prefix(json_t *object, const char *key,
		      const struct ipv4_prefix *prefix)
{
	char text[IPV4_PREFIX_TEXT_SIZE];

	return set_text(object, key, ipv4_prefix_format(prefix, text));
}

static int set_dhcp(json_t *object, const struct network_settings *network)
{
	char first[IPV4_TEXT_SIZE], last[IPV4_TEXT_SIZE];
	json_t *dhcp;
	int bad;

	if (!network->dhcp)
		return set_text(object, "dhcp", "off");
	dhcp = json_object();
	ipv4_format(network->dhcp_first, first);
	ipv4_format(network->dhcp_last, last);
	bad = json_object_set_new(dhcp, "range",
				  json_sprintf("%s-%s", first, last));
	bad |= set_unit(dhcp, "lease", network->lease_s, "s");
	if (network->rapid_commit)
		bad |= set_text(dhcp, "rapid-commit", "on");
	bad |= lab_set_dhcp_options(dhcp, &network->dhcp_options);
	return bad | json_object_set_new(object, "dhcp", dhcp);
}

static int set_limits(json_t *object, const struct network_settings *network)
{
	return json_object_set_new(
		object, "limits",
		json_pack("{s:I, s:I}", "flows", (json_int_t)network->max_flows,
			  "flows-per-nic",
			  (json_int_t)network->max_flows_per_port));
}

/* "::1000" */
static void host6_format(uint32_t host, char *text, size_t size)
{
	if (host >> 16)
		snprintf(text, size, "::%x:%x", host >> 16, host & 0xffff);
	else
		snprintf(text, size, "::%x", host);
}

static int set_dhcp6(json_t *ipv6, const struct network_settings *network)
{
	char first[16], last[16];

	if (!network->dhcp6_first)
		return set_text(ipv6, "dhcp", "off");
	host6_format(network->dhcp6_first, first, sizeof(first));
	host6_format(network->dhcp6_last, last, sizeof(last));
	return json_object_set_new(ipv6, "dhcp",
				   json_sprintf("%s-%s", first, last));
}

static int set_ipv6(json_t *object, const struct network_settings *network)
{
	const struct ipv6_prefix prefix = {network->ipv6, NETWORK_IPV6_LEN};
	char text[IPV6_PREFIX_TEXT_SIZE];
	json_t *ipv6;
	int bad;

	if (!network->has_ipv6)
		return 0;
	ipv6 = json_object();
	bad = set_text(ipv6, "prefix", ipv6_prefix_format(&prefix, text));
	bad |= set_text(ipv6, "ra", ra_names[network->ra]);
	bad |= set_dhcp6(ipv6, network);
	return bad | json_object_set_new(object, "ipv6", ipv6);
}

/* What only a nat network has. */
static int set_nat(json_t *object, const struct network_settings *network)
{
	json_t *routes = json_array();
	int bad;

	bad = set_text(object, "engine", engine_names[network->engine]);
	bad |= set_ipv6(object, network);
	bad |= set_text(object, "host-access",
			network->host_access ? "gateway" : "off");
	if (network->engine == NAT_ENGINE_USER) {
		bad |= set_text(object, "filtering",
				filtering_names[network->filtering]);
		bad |= set_limits(object, network);
	} else {
		bad |= set_text(object, "ip-forward",
				network->ip_forward ? "enable" : "require");
	}
	for (unsigned i = 0; i < network->route_count; i++) {
		json_t *route = json_object();

		bad |= set_prefix(route, "to", &network->routes[i].to);
		bad |= set_text(route, "via", network->routes[i].via);
		bad |= json_array_append_new(routes, route);
	}
	if (network->forward_count)
		bad |= json_object_set_new(object, "forward",
					   lab_forwards_to_json(network));
	if (network->route_count)
		bad |= json_object_set(object, "routes", routes);
	json_decref(routes);
	return bad;
}

static json_t *records_to_json(const struct network_settings *network)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < network->record_count; i++) {
		const struct record_settings *record = &network->records[i];

		if (!json_array_append_new(
			    list,
			    json_pack("{s:s, s:s, s:s}", "name", record->name,
				      "type", record_type_name(record->type),
				      "value", record->value)))
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

static int set_dns(json_t *object, const struct network_settings *network)
{
	json_t *dns, *servers;
	int bad;

	if (!network->domain[0] && !network->dns_server_count &&
	    !network->forward_private && !network->record_count)
		return 0;
	dns = json_object();
	bad = set_given(dns, "domain", network->domain);
	servers = network->dns_server_count ? json_array() : NULL;
	for (unsigned i = 0; i < network->dns_server_count; i++) {
		char text[IPV4_TEXT_SIZE];

		ipv4_format(network->dns_servers[i], text);
		bad |= json_array_append_new(servers, json_string(text));
	}
	if (servers)
		bad |= json_object_set_new(dns, "servers", servers);
	if (network->forward_private)
		bad |= set_text(dns, "private-reverse", "forward");
	if (network->record_count)
		bad |= json_object_set_new(dns, "records",
					   records_to_json(network));
	return bad | json_object_set_new(object, "dns", dns);
}

static int set_network(json_t *networks, const struct network_settings *network)
{
	json_t *object = json_object();
	int bad = set_text(object, "mode", network_mode_name(network->mode));

	if (network->has_ipv4)
		bad |= set_prefix(object, "ipv4", &network->ipv4);
	bad |= set_dhcp(object, network);
	bad |= set_dns(object, network);
	bad |= set_number(object, "mtu", network->mtu);
	bad |= lab_set_bridge_keys(object, network);
	if (network->mode == NETWORK_NAT)
		bad |= set_nat(object, network);
	return bad | json_object_set_new(networks, network->name, object);
}

static int add_nic(json_t *nics, const struct lab *lab,
		   const struct nic_settings *nic)
{
	json_t *object = json_object();
	char mac[MAC_TEXT_SIZE];
	int bad;

	bad = set_text(object, "net", lab->networks[nic->network].name);
	bad |= set_text(object, "mac", mac_format(&nic->mac, mac));
	if (nic->ipv4 == NIC_IPV4_STATIC)
		bad |= set_prefix(object, "ipv4", &nic->address);
	else
		bad |= set_text(object, "ipv4",
				nic->ipv4 == NIC_IPV4_DHCP ? "dhcp" : "none");
	if (nic->reserve)
		bad |= set_address(object, "reserve", nic->reserve);
	if (nic->gateway)
		bad |= set_address(object, "gateway", nic->gateway);
	if (nic->dhcp_options.count) {
		json_t *dhcp = json_object();

		bad |= lab_set_dhcp_options(dhcp, &nic->dhcp_options);
		bad |= json_object_set_new(object, "dhcp", dhcp);
	}
	return bad | json_array_append_new(nics, object);
}

static int set_disks(json_t *object, const struct node_settings *node)
{
	json_t *disks;
	int bad = 0;

	if (!node->disk_count)
		return 0;
	disks = json_array();
	for (unsigned i = 0; i < node->disk_count; i++) {
		const struct disk_settings *disk = &node->disks[i];

		bad |= json_array_append_new(
			disks, json_pack("{s:s, s:b, s:b}", "file", disk->file,
					 "overlay", disk->overlay, "readonly",
					 disk->readonly));
	}
	return bad | json_object_set_new(object, "disks", disks);
}

static int set_vm(json_t *object, const struct node_settings *node)
{
	int bad = set_text(object, "role", node->router ? "router" : "host");

	if (node->builtin)
		bad |= set_text(object, "image", "builtin");
	bad |= set_given(object, "kernel", node->kernel);
	bad |= set_given(object, "initrd", node->initrd);
	bad |= set_given(object, "cmdline", node->cmdline);
	bad |= set_unit(object, "memory", node->memory_mib, "M");
	bad |= set_number(object, "cpus", node->cpus);
	bad |= set_number(object, "spare-nics", node->spare_count);
	return bad | set_text(object, "runner", runner_names[node->runner]);
}

static int set_socket(json_t *object, const struct node_settings *node)
{
	json_t *socket = json_object();
	char mode[16];
	int bad;

	snprintf(mode, sizeof(mode), "%04o", node->socket_mode);
	bad = set_text(socket, "type", socket_names[node->socket_type]);
	bad |= set_text(socket, "mode", mode);
	bad |= set_given(socket, "group", node->socket_group);
	return bad | json_object_set_new(object, "socket", socket);
}

static int set_kind(json_t *object, const struct node_settings *node)
{
	switch (node->kind) {
	case NODE_VM:
		return set_vm(object, node);
	case NODE_EXTERNAL:
		return set_socket(object, node);
	case NODE_NETNS:
		return set_given(object, "run", node->run);
	case NODE_KIND_COUNT:
		break;
	}
	return -1;
}

static int set_node(json_t *nodes, const struct lab *lab,
		    const struct node_settings *node)
{
	json_t *object = json_object(), *nics = json_array();
	int bad = set_text(object, "kind", node_kind_name(node->kind));

	bad |= set_kind(object, node);
	for (unsigned i = 0; i < node->nic_count; i++)
		bad |= add_nic(nics, lab, &node->nics[i]);
	bad |= json_object_set_new(object, "nics", nics);
	bad |= set_disks(object, node);
	return bad | json_object_set_new(nodes, node->name, object);
}

json_t *lab_to_json(const struct lab *lab)
{
	json_t *root = json_object(), *networks = json_object();
	json_t *nodes = json_object();
	int bad = set_text(root, "lab", lab->name);
	unsigned i;

	bad |= set_number(root, "version", LAB_VERSION);
	if (lab->uplink_count)
		bad |= json_object_set_new(root, "uplinks",
					   lab_uplinks_to_json(lab));
	for (i = 0; i < lab->network_count; i++)
		bad |= set_network(networks, &lab->networks[i]);
	for (i = 0; i < lab->node_count; i++)
		bad |= set_node(nodes, lab, &lab->nodes[i]);
	bad |= json_object_set_new(root, "networks", networks);
	bad |= json_object_set_new(root, "nodes", nodes);
	if (lab->check_count)
		bad |= json_object_set_new(root, "checks",
					   lab_checks_to_json(lab));
	if (lab->capture_count)
		bad |= json_object_set_new(root, "captures",
					   lab_captures_to_json(lab));
	if (!bad)
		return root;
	json_decref(root);
	return NULL;
}

struct lab *lab_from_json(const json_t *json, struct err *err)
{
	struct diagnostics diag;
	struct lab *lab = NULL;
	struct tree *root;

	diag_init(&diag, "lab document");
	root = json_tree_parse(json, &diag);
	if (root)
		lab = lab_build(root, NULL, &diag);
	if (!lab) {
		char text[DIAG_LINE_SIZE];

		diag_first(&diag, text, sizeof(text));
		err_set(err, -EINVAL, "%s", text);
	}
	diag_fini(&diag);
	return lab;
}
