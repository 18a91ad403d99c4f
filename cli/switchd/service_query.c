// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * service_query.c - what a network's gateway counts, with names
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cli/switchd/service.h"

/**
 * struct counter_row - where a counter is
 * @name:	of struct wire_counter
 * @offset:	in its struct
 */
struct counter_row {
	const char *name;
	size_t offset;
};

#define GATEWAY(name, member)                                   \
	{                                                       \
		name, offsetof(struct gateway_counters, member) \
	}
#define DHCP(name, member)                                   \
	{                                                    \
		name, offsetof(struct dhcp_counters, member) \
	}
#define DNS(member)                                                   \
	{                                                             \
		"dns/" #member, offsetof(struct dns_counters, member) \
	}
#define TCP(member)                                                           \
	{                                                                     \
		"tcp/" #member, offsetof(struct tcp_service_counters, member) \
	}

#define FORWARD(member)                                               \
	{                                                             \
		"resolver/" #member,                                  \
			offsetof(struct dns_forward_counters, member) \
	}
#define CACHE(member)                                               \
	{                                                           \
		"dns_cache/" #member,                               \
			offsetof(struct dns_cache_counters, member) \
	}
#define NEIGHBOUR(member)                                                   \
	{                                                                   \
		"arp/" #member, offsetof(struct neighbour_counters, member) \
	}
#define IP6(name, member)                                           \
	{                                                           \
		name, offsetof(struct gateway_ip6_counters, member) \
	}
#define DHCP6(name, member)                                   \
	{                                                     \
		name, offsetof(struct dhcp6_counters, member) \
	}
#define NAT(name, member)                                          \
	{                                                          \
		"nat/" name, offsetof(struct nat_counters, member) \
	}

static const struct counter_row gateway_rows[] = {
	GATEWAY("arp/replies", arp_replies),
	GATEWAY("icmp/echo_replies", echo_replies),
	GATEWAY("guard/spoofed_mac", spoofed_mac),
	GATEWAY("guard/spoofed_address", spoofed_address),
	GATEWAY("guard/rogue_dhcp", rogue_dhcp),
};
static const struct counter_row dhcp_rows[] = {
	DHCP("dhcp/discovers", rx[DHCPDISCOVER]),
	DHCP("dhcp/requests", rx[DHCPREQUEST]),
	DHCP("dhcp/declines", rx[DHCPDECLINE]),
	DHCP("dhcp/releases", rx[DHCPRELEASE]),
	DHCP("dhcp/informs", rx[DHCPINFORM]),
	DHCP("dhcp/offers", offers),
	DHCP("dhcp/acks", acks),
	DHCP("dhcp/naks", naks),
	DHCP("dhcp/bad", bad),
	DHCP("dhcp/foreign", foreign),
	DHCP("dhcp/no_address", no_address),
	DHCP("dhcp/reused", reused),
	DHCP("dhcp/rapid", rapid),
	DHCP("dhcp/over_quota", over_quota),
	DHCP("dhcp/pending_full", pending_full),
	DHCP("dhcp/conflicts", conflicts),
	DHCP("dhcp/commit_failed", commit_failed),
	DHCP("dhcp/forged", forged),
};
static const struct counter_row dns_rows[] = {
	DNS(queries),  DNS(answers), DNS(no_data),   DNS(no_name), DNS(refused),
	DNS(rejected), DNS(ignored), DNS(truncated), DNS(foreign),
};
static const struct counter_row tcp_rows[] = {
	TCP(syns),   TCP(accepted), TCP(refused),  TCP(evicted),
	TCP(reset),  TCP(idle),     TCP(messages), TCP(retransmits),
	TCP(strays), TCP(bad),      TCP(late),
};
static const struct counter_row forward_rows[] = {
	FORWARD(queries),   FORWARD(shared),      FORWARD(replied),
	FORWARD(failed),    FORWARD(no_resolver), FORWARD(over_quota),
	FORWARD(truncated), FORWARD(sent),        FORWARD(timeouts),
	FORWARD(errors),    FORWARD(forged),      FORWARD(too_long),
	FORWARD(in_flight), FORWARD(declined),    FORWARD(over_tcp),
	FORWARD(malformed), FORWARD(wrong_case),  FORWARD(probes),
	FORWARD(loops),
};
static const struct counter_row cache_rows[] = {
	CACHE(hits),     CACHE(negative), CACHE(misses),
	CACHE(inserted), CACHE(expired),  CACHE(evicted),
	CACHE(not_kept), CACHE(entries),  CACHE(bytes),
};
static const struct counter_row neighbour_rows[] = {
	NEIGHBOUR(entries), NEIGHBOUR(learned), NEIGHBOUR(moved),
	NEIGHBOUR(evicted), NEIGHBOUR(stolen),  NEIGHBOUR(requests),
	NEIGHBOUR(failed),  NEIGHBOUR(full),
};
static const struct counter_row ip6_rows[] = {
	IP6("nd/replies", nd_replies),
	IP6("icmp6/echo_replies", echo_replies),
	IP6("icmp6/unreachable", unreachable),
	IP6("guard/rogue_ra", rogue_ra),
	IP6("ra/solicitations", adverts.solicitations),
	IP6("ra/solicited", adverts.solicited),
	IP6("ra/multicast", adverts.multicast),
};
static const struct counter_row dhcp6_rows[] = {
	DHCP6("dhcp6/solicits", rx[DHCP6_SOLICIT]),
	DHCP6("dhcp6/requests", rx[DHCP6_REQUEST]),
	DHCP6("dhcp6/renews", rx[DHCP6_RENEW]),
	DHCP6("dhcp6/rebinds", rx[DHCP6_REBIND]),
	DHCP6("dhcp6/releases", rx[DHCP6_RELEASE]),
	DHCP6("dhcp6/informs", rx[DHCP6_INFORMATION_REQUEST]),
	DHCP6("dhcp6/bad", rx[0]),
	DHCP6("dhcp6/advertises", advertises),
	DHCP6("dhcp6/replies", replies),
	DHCP6("dhcp6/foreign", foreign),
	DHCP6("dhcp6/no_address", no_address),
	DHCP6("dhcp6/no_binding", no_binding),
	DHCP6("dhcp6/declined", declined),
	DHCP6("dhcp6/forged", forged),
};
static const struct counter_row nat_rows[] = {
	NAT("tcp_opened", opened[NAT_TCP]),
	NAT("tcp_closed", flows[NAT_TCP]),
	NAT("tcp_refused", refused[NAT_TCP]),
	NAT("udp_opened", opened[NAT_UDP]),
	NAT("udp_closed", flows[NAT_UDP]),
	NAT("udp_refused", refused[NAT_UDP]),
	NAT("icmp_opened", opened[NAT_ECHO]),
	NAT("icmp_closed", flows[NAT_ECHO]),
	NAT("icmp_refused", refused[NAT_ECHO]),
	NAT("evicted", evicted),
	NAT("blocked", blocked),
	NAT("filtered", filtered),
	NAT("retransmits", retransmits),
};
static_assert(ARRAY_SIZE(gateway_rows) + ARRAY_SIZE(dhcp_rows) +
			      ARRAY_SIZE(dns_rows) + ARRAY_SIZE(tcp_rows) +
			      ARRAY_SIZE(forward_rows) +
			      ARRAY_SIZE(cache_rows) +
			      ARRAY_SIZE(neighbour_rows) +
			      ARRAY_SIZE(ip6_rows) + ARRAY_SIZE(dhcp6_rows) +
			      ARRAY_SIZE(nat_rows) <=
		      WIRE_COUNTERS_MAX,
	      "a message can't hold all counters");

/* @from: the struct that @rows are of; NULL adds nothing */
static void add_rows(struct wire_counters *to, const void *from,
		     const struct counter_row *rows, size_t count)
{
	size_t i;

	for (i = 0; from && i < count; i++) {
		struct wire_counter *counter = &to->counters[to->count++];

		snprintf(counter->name, sizeof(counter->name), "%s",
			 rows[i].name);
		memcpy(&counter->value, (const char *)from + rows[i].offset,
		       sizeof(counter->value));
	}
}

/* Counters only grow, so "flows" is told as those that ended. */
static void add_nat(struct wire_counters *to, const struct nat *nat)
{
	struct nat_counters counters;
	unsigned i;

	if (!nat)
		return;
	nat_get_counters(nat, &counters);
	for (i = 0; i < NAT_PROTOCOLS; i++)
		counters.flows[i] = counters.opened[i] - counters.flows[i];
	add_rows(to, &counters, nat_rows, ARRAY_SIZE(nat_rows));
}

static_assert(WIRE_MAX_RESOLVERS >= (unsigned)DNS_FORWARD_SERVERS &&
		      (unsigned)WIRE_RESOLVER_STATES == DNS_RESOLVER_STATES,
	      "all resolvers and their states have a place");

static void add_resolvers(struct wire_counters *to,
			  const struct gateway *gateway)
{
	struct dns_resolver_view views[DNS_FORWARD_SERVERS];
	unsigned i;

	to->resolver_count = gateway_resolvers(gateway, views);
	for (i = 0; i < to->resolver_count; i++) {
		to->resolvers[i].address = views[i].address;
		to->resolvers[i].state = views[i].state;
		to->resolvers[i].sent = views[i].sent;
		to->resolvers[i].replied = views[i].replied;
		to->resolvers[i].timeouts = views[i].timeouts;
		to->resolvers[i].took_us = views[i].took_ns / NSEC_PER_USEC;
	}
}

static void counters_query(const struct gateway *gateway,
			   struct wire_counters *answer)
{
	struct gateway_counters counters;

	gateway_get_counters(gateway, &counters);
	answer->header.type = WIRE_COUNTERS;
	add_rows(answer, &counters, gateway_rows, ARRAY_SIZE(gateway_rows));
	add_rows(answer, counters.dhcp, dhcp_rows, ARRAY_SIZE(dhcp_rows));
	add_rows(answer, counters.dns, dns_rows, ARRAY_SIZE(dns_rows));
	add_rows(answer, counters.tcp, tcp_rows, ARRAY_SIZE(tcp_rows));
	add_rows(answer, counters.forward, forward_rows,
		 ARRAY_SIZE(forward_rows));
	add_rows(answer, counters.cache, cache_rows, ARRAY_SIZE(cache_rows));
	add_rows(answer, counters.neighbours, neighbour_rows,
		 ARRAY_SIZE(neighbour_rows));
	add_rows(answer, counters.ip6, ip6_rows, ARRAY_SIZE(ip6_rows));
	if (counters.ip6)
		add_rows(answer, counters.ip6->dhcp6, dhcp6_rows,
			 ARRAY_SIZE(dhcp6_rows));
	add_nat(answer, gateway_nat(gateway));
	add_resolvers(answer, gateway);
}

int service_query(const struct service *service, const struct network *network,
		  const union wire_message *message, union wire_message *answer,
		  struct err *err)
{
	struct gateway *gateway = service_gateway(service);
	struct wire_port_status *status = &answer->port_status;
	struct port *port;

	if (!gateway)
		return err_set(err, -ENOENT, "network %u has not been started",
			       message->network_ref.network);
	if (message->header.type == WIRE_COUNTERS_QUERY) {
		counters_query(gateway, &answer->counters);
		answer->counters.network = message->network_ref.network;
		return 0;
	}
	port = gateway_port(gateway);
	answer->header.type = WIRE_PORT_STATUS;
	status->port = WIRE_PORT_SERVICE;
	port_get_status(port, &status->status);
	status->counters = port->counters;
	status->backlog = network_backlog(network, port);
	return 0;
}
