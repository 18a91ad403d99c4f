// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build_forward.c - forward: of a nat network, and whether it leads anywhere
 *
 * host: "[ADDRESS:]PORT", to: "NODE:PORT[/tcp|/udp]" or "ADDRESS:PORT[/...]";
 * a PORT may be a range, FIRST-LAST. An ADDRESS of the host may be "[::1]".
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "cli/lab/lab_build.h"
#include "cli/lab/lab_forward.h"
#include "core/util.h"

#define LOOPBACK UINT32_C(0x7f000001)

/* Digits up to @end; 0: it is no port. */
static uint32_t parse_port(const char *text, const char *end)
{
	uint32_t port = 0;

	if (end == text || end - text > 5)
		return 0;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return 0;
		port = port * 10 + (uint32_t)(*text - '0');
	}
	return port <= UINT16_MAX ? port : 0;
}

/* "80" or "8000-8010" up to @end: how many, the first is @port; 0: neither. */
static uint16_t parse_ports(const char *text, const char *end, uint16_t *port)
{
	const char *dash = memchr(text, '-', (size_t)(end - text));
	uint32_t first = parse_port(text, dash ? dash : end);
	uint32_t last = dash ? parse_port(dash + 1, end) : first;

	*port = (uint16_t)first;
	return first && first <= last ? (uint16_t)(last - first + 1) : 0;
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

/* "tcp", "udp" or nothing behind a '/' at @slash. */
static bool parse_protocol(const char *slash, bool *udp)
{
	*udp = strcmp(slash, "/udp") == 0;
	return !*slash || *udp || strcmp(slash, "/tcp") == 0;
}

/* "[ADDRESS]:" in front of the port; NULL: it is none. */
static const char *parse_host6(const char *text,
			       struct forward_settings *forward)
{
	char address[INET6_ADDRSTRLEN];
	size_t len = strcspn(text + 1, "]");

	if (len >= sizeof(address) || strncmp(text + 1 + len, "]:", 2) != 0)
		return NULL;
	memcpy(address, text + 1, len);
	address[len] = '\0';
	forward->is_v6 = inet_pton(AF_INET6, address, forward->host6) == 1;
	return forward->is_v6 ? text + len + 3 : NULL;
}

/* "ADDRESS:" in front of the port, or nothing; NULL: it is neither. */
static const char *parse_host4(const char *text,
			       struct forward_settings *forward)
{
	char address[IPV4_TEXT_SIZE];
	const char *port = split_port(text, address, sizeof(address));
	uint32_t host = LOOPBACK;

	if (!port || (port != text && ipv4_parse(address, &host)))
		return NULL;
	forward->host = host;
	return port;
}

bool lab_forward_parse_host(const char *text, struct forward_settings *forward)
{
	const char *port, *end;

	forward->host = 0;
	forward->is_v6 = false;
	memset(forward->host6, 0, sizeof(forward->host6));
	port = text[0] == '[' ? parse_host6(text, forward)
			      : parse_host4(text, forward);
	end = strchrnul(port ? port : text, '/');
	if (!port || !parse_protocol(end, &forward->udp))
		return false;
	forward->count = parse_ports(port, end, &forward->host_port);
	return forward->count;
}

/* The kernel has sockets at these, but no client comes by them. */
static bool is_nobodys(const struct forward_settings *forward)
{
	struct in6_addr address;

	if (!forward->is_v6)
		return forward->host >= UINT32_C(0xe0000000);
	memcpy(&address, forward->host6, sizeof(address));
	return IN6_IS_ADDR_MULTICAST(&address) ||
	       IN6_IS_ADDR_LINKLOCAL(&address) ||
	       IN6_IS_ADDR_V4MAPPED(&address);
}

void value_forward_host(struct schema_run *run, struct tree *value,
			const struct schema_slot *slot)
{
	struct forward_settings *forward = slot->at;

	/* which protocol it is says 'to' */
	if (strchr(value->text, '/') ||
	    !lab_forward_parse_host(value->text, forward)) {
		diag_error(run->diag, value,
			   "'%.60s' is no port of the host: write "
			   "\"127.0.0.1:8080\", \"[::1]:8080\", 8080 or "
			   "8000-8010",
			   value->text);
		forward->count = 0;
	} else if (is_nobodys(forward)) {
		diag_error(run->diag, value,
			   "'%.60s' is nothing to listen at: write an address "
			   "of the host that is not multicast, link-local or "
			   "IPv4-mapped",
			   value->text);
		forward->count = 0;
	}
}

/* "80", "80/tcp", "80/udp" or "8000-8010/tcp"; how many ports. */
static uint16_t parse_service(const char *text,
			      struct forward_settings *forward)
{
	const char *slash = strchrnul(text, '/');

	return parse_protocol(slash, &forward->udp)
		       ? parse_ports(text, slash, &forward->port)
		       : 0;
}

void value_forward_to(struct schema_run *run, struct tree *value,
		      const struct schema_slot *slot)
{
	struct forward_settings *forward = slot->at;
	const char *service =
		split_port(value->text, forward->node, sizeof(forward->node));
	uint16_t count = service ? parse_service(service, forward) : 0;

	if (!count || !forward->node[0]) {
		diag_error(run->diag, value,
			   "'%.60s' leads nowhere: write \"web1:80/tcp\" or "
			   "\"10.20.0.7:53/udp\"",
			   value->text);
		forward->node[0] = '\0';
		value->bad = true;
		return;
	}
	if (forward->count && count != forward->count)
		diag_error(run->diag, value,
			   "%u port%s here, and %u of the host: a range leads "
			   "to one that is as long",
			   count, count == 1 ? "" : "s", forward->count);
	if (forward->is_v6 && forward->udp)
		diag_error(run->diag, value,
			   "clients of IPv6 are forwarded by TCP only: write "
			   "an IPv4 address in 'host'");
	if (!ipv4_parse(forward->node, &forward->address))
		memset(forward->node, 0, sizeof(forward->node));
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

bool lab_forward_same_host(const struct forward_settings *a,
			   const struct forward_settings *b)
{
	return a->is_v6 == b->is_v6 && a->host == b->host &&
	       memcmp(a->host6, b->host6, sizeof(a->host6)) == 0;
}

static bool is_any(const struct forward_settings *forward)
{
	static const uint8_t any[sizeof(forward->host6)];

	return !forward->host && !memcmp(forward->host6, any, sizeof(any));
}

bool lab_forwards_clash(const struct forward_settings *a,
			const struct forward_settings *b)
{
	return a->host_port < b->host_port + b->count &&
	       b->host_port < a->host_port + a->count && a->udp == b->udp &&
	       a->is_v6 == b->is_v6 &&
	       (is_any(a) || is_any(b) || lab_forward_same_host(a, b));
}

struct forward_settings lab_forward_port(const struct forward_settings *range,
					 unsigned i)
{
	struct forward_settings one = *range;

	one.host_port = (uint16_t)(range->host_port + i);
	one.port = (uint16_t)(range->port + i);
	one.count = 1;
	return one;
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
			const struct tree *first, unsigned port, bool udp)
{
	const char *protocol = udp ? "udp" : "tcp";

	if (first && first->line)
		diag_error(build->diag, at,
			   "port %u/%s of the host is taken: line %u forwards "
			   "it already",
			   port, protocol, first->line);
	else
		diag_error(build->diag, at,
			   "port %u/%s of the host is forwarded twice", port,
			   protocol);
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
			const struct forward_settings *other =
				&lab->networks[i].forwards[k];

			if (!lab_forwards_clash(own, other))
				continue;
			report_twin(build, at, host_of(build, i, k),
				    MAX(own->host_port, other->host_port),
				    own->udp);
			return;
		}
	}
}

static void check_forwards(struct lab_build *build, unsigned index)
{
	struct network_settings *network = &build->lab->networks[index];
	struct tree *list = tree_lookup(build->network_at[index], "forward");
	unsigned i = 0, ports = 0;

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
		ports += network->forwards[i].count;
		if (ports > LAB_MAX_FORWARD_PORTS) {
			diag_error(build->diag, item,
				   "more than %d ports are forwarded to this "
				   "network",
				   LAB_MAX_FORWARD_PORTS);
			return;
		}
		if (host && !host->bad && network->forwards[i].count)
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
