// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build_forward.c - forward: of a nat network, and whether it leads anywhere
 *
 * host: "[ADDRESS:]PORT", to: "NODE:PORT[/tcp|/udp]" or "ADDRESS:PORT[/...]".
 */
#include <stdio.h>
#include <string.h>

#include "cli/lab/lab_build.h"

#define LOOPBACK UINT32_C(0x7f000001)

/* A port at @text, all of it; 0: it is none. */
static uint16_t parse_port(const char *text, size_t len)
{
	uint32_t port = 0;
	size_t i;

	if (!len || len > 5)
		return 0;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		port = port * 10 + (uint32_t)(text[i] - '0');
	}
	return port <= UINT16_MAX ? (uint16_t)port : 0;
}

/* What is before the last ':', if it fits; the rest is returned. */
static const char *split_port(const char *text, char *before, size_t size)
{
	const char *colon = strrchr(text, ':');

	before[0] = '\0';
	if (!colon)
		return text;
	if ((size_t)(colon - text) >= size)
		return NULL;
	memcpy(before, text, (size_t)(colon - text));
	before[colon - text] = '\0';
	return colon + 1;
}

void value_forward_host(struct schema_run *run, struct tree *value,
			const struct schema_slot *slot)
{
	struct forward_settings *forward = slot->at;
	char address[IPV4_TEXT_SIZE];
	const char *port = split_port(value->text, address, sizeof(address));
	uint32_t host = LOOPBACK;

	if (port)
		forward->host_port = parse_port(port, strlen(port));
	if (!port || !forward->host_port ||
	    (port != value->text && ipv4_parse(address, &host)))
		diag_error(run->diag, value,
			   "'%.60s' is no port of the host: write "
			   "\"127.0.0.1:8080\" or 8080",
			   value->text);
	else
		forward->host = host;
}

/* "80", "80/tcp" or "80/udp" */
static bool parse_service(const char *text, struct forward_settings *forward)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);

	forward->port = parse_port(text, len);
	forward->udp = slash && strcmp(slash, "/udp") == 0;
	return forward->port &&
	       (!slash || forward->udp || strcmp(slash, "/tcp") == 0);
}

void value_forward_to(struct schema_run *run, struct tree *value,
		      const struct schema_slot *slot)
{
	struct forward_settings *forward = slot->at;
	const char *service =
		split_port(value->text, forward->node, sizeof(forward->node));

	if (!service || !forward->node[0] || !parse_service(service, forward)) {
		diag_error(run->diag, value,
			   "'%.60s' leads nowhere: write \"web1:80/tcp\" or "
			   "\"10.20.0.7:53/udp\"",
			   value->text);
		forward->node[0] = '\0';
		value->bad = true;
	} else if (!ipv4_parse(forward->node, &forward->address)) {
		memset(forward->node, 0, sizeof(forward->node));
	}
}

void *build_forward_add(struct schema_run *run, void *parent, struct tree *item)
{
	struct network_settings *network = parent;

	if (network->forward_count == LAB_MAX_FORWARDS) {
		diag_error(run->diag, item, "more than %d forwards",
			   LAB_MAX_FORWARDS);
		return NULL;
	}
	return &network->forwards[network->forward_count++];
}

static bool is_inside(const struct network_settings *network, uint32_t address)
{
	uint32_t host = ~ipv4_mask(network->ipv4.len);
	unsigned i;

	if (ipv4_prefix_contains(&network->ipv4, address))
		return (address & host) && (address & host) != host &&
		       address != network_gateway(network);
	for (i = 0; i < network->route_count; i++) {
		if (ipv4_prefix_contains(&network->routes[i].to, address))
			return true;
	}
	return false;
}

static void resolve_node(struct lab_build *build, unsigned index,
			 struct forward_settings *forward, struct tree *to)
{
	const char *network = build->lab->networks[index].name;
	const struct node_settings *node;
	unsigned i;

	node = lab_resolve_node(build, to, forward->node);
	if (!node)
		return;
	for (i = 0; i < node->nic_count; i++) {
		if (node->nics[i].network == index)
			break;
	}
	forward->nic = (uint8_t)i;
	if (i == node->nic_count)
		diag_error(build->diag, to,
			   "'%s' has no NIC on network '%s' (add "
			   "'{ net: %s }' to its nics, or write its address "
			   "if that is behind one of the routes)",
			   node->name, network, network);
	else if (node->nics[i].ipv4 == NIC_IPV4_NONE)
		diag_error(build->diag, to,
			   "'%s' has no address on network '%s'", node->name,
			   network);
}

static void check_to(struct lab_build *build, unsigned index,
		     struct forward_settings *forward, struct tree *to)
{
	const struct network_settings *network = &build->lab->networks[index];
	char text[IPV4_TEXT_SIZE];

	if (forward->node[0])
		resolve_node(build, index, forward, to);
	else if (!is_inside(network, forward->address))
		diag_error(build->diag, to,
			   "%s is no node's address on network '%s', nor "
			   "behind one of its routes",
			   ipv4_format(forward->address, text), network->name);
}

static bool clash(const struct forward_settings *a,
		  const struct forward_settings *b)
{
	return a->host_port == b->host_port && a->udp == b->udp &&
	       (a->host == b->host || !a->host || !b->host);
}

static struct tree *host_of(const struct lab_build *build, unsigned network,
			    unsigned forward)
{
	struct tree *list = tree_lookup(build->network_at[network], "forward");
	unsigned i = 0;

	tree_for_each(item, list)
	{
		if (!item->bad && i++ == forward)
			return tree_lookup(item, "host");
	}
	return NULL;
}

static void report_twin(struct lab_build *build, struct tree *at,
			const struct tree *first,
			const struct forward_settings *forward)
{
	const char *protocol = forward->udp ? "udp" : "tcp";

	if (first && first->line)
		diag_error(build->diag, at,
			   "port %u/%s of the host is taken: line %u forwards "
			   "it already",
			   forward->host_port, protocol, first->line);
	else
		diag_error(build->diag, at,
			   "port %u/%s of the host is forwarded twice",
			   forward->host_port, protocol);
}

/* Is the host's port one of an earlier forward, of any network? */
static void check_host(struct lab_build *build, unsigned network,
		       unsigned index, struct tree *at)
{
	const struct lab *lab = build->lab;
	const struct forward_settings *own =
		&lab->networks[network].forwards[index];
	unsigned i, k;

	for (i = 0; i <= network; i++) {
		unsigned count =
			i == network ? index : lab->networks[i].forward_count;

		for (k = 0; k < count; k++) {
			if (!clash(own, &lab->networks[i].forwards[k]))
				continue;
			report_twin(build, at, host_of(build, i, k), own);
			return;
		}
	}
}

static void check_forwards(struct lab_build *build, unsigned index)
{
	struct network_settings *network = &build->lab->networks[index];
	struct tree *list = tree_lookup(build->network_at[index], "forward");
	unsigned i = 0;

	if (!list || list->bad || list->kind != TREE_LIST)
		return;
	tree_for_each(item, list)
	{
		struct tree *host = tree_lookup(item, "host");
		struct tree *to = tree_lookup(item, "to");

		if (item->bad)
			continue;
		if (i == network->forward_count)
			return;
		if (host && !host->bad && network->forwards[i].host_port)
			check_host(build, index, i, host);
		if (to && !to->bad && network->forwards[i].port)
			check_to(build, index, &network->forwards[i], to);
		i++;
	}
}

void lab_check_forwards(struct lab_build *build)
{
	unsigned i;

	for (i = 0; i < build->lab->network_count; i++) {
		if (build->lab->networks[i].has_ipv4)
			check_forwards(build, i);
	}
}
