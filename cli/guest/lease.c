// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lease.c - what udhcpc learnt, applied to an interface
 *
 * Theory of operation
 *
 * udhcpc runs LEASE_SCRIPT with the event as argument and the options in its
 * environment. That script is this executable itself: under emulation a shell
 * with four helpers takes a quarter of a second, this takes ten milliseconds.
 *
 * The address comes last but for the routes, then the lease file, then a signal
 * to PID 1: who is told "ready" finds names and routes working.
 *
 * Limits: IPv4; one address per interface.
 */
#include "cli/guest/lease.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/guest/boot.h"
#include "cli/guest/link.h"
#include "cli/guest/text.h"
#include "core/util.h"

static void parse_dns(const char *text, struct lease *lease)
{
	char copy[LEASE_TEXT_SIZE], *word, *rest = copy;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, " ")) &&
	       lease->dns_count < LEASE_DNS_MAX) {
		if (!ipv4_parse(word, &lease->dns[lease->dns_count]))
			lease->dns_count++;
	}
}

static struct lease_route *route_slot(struct lease *lease)
{
	if (lease->route_count == LEASE_ROUTES_MAX)
		return NULL;
	return &lease->routes[lease->route_count];
}

/* Option 121 as udhcpc shows it: "10.0.0.0/8 192.0.2.1 0.0.0.0/0 192.0.2.9" */
static void parse_classless(const char *text, struct lease *lease)
{
	char copy[LEASE_ROUTES_MAX * 40], *to, *gateway, *rest = copy;
	struct lease_route *route;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((to = strsep(&rest, " ")) && (gateway = strsep(&rest, " "))) {
		route = route_slot(lease);
		if (!route)
			return;
		if (!ipv4_prefix_parse(to, &route->to) &&
		    !ipv4_parse(gateway, &route->gateway))
			lease->route_count++;
	}
}

static void parse_routers(const char *text, struct lease *lease)
{
	char copy[LEASE_TEXT_SIZE], *word, *rest = copy;
	struct lease_route *route = route_slot(lease);

	snprintf(copy, sizeof(copy), "%s", text);
	word = strsep(&rest, " ");
	if (!route || !word || ipv4_parse(word, &route->gateway))
		return;
	route->to = (struct ipv4_prefix){0};
	lease->route_count++;
}

/* A search list goes into a file line by line: blanks and names only. */
static void parse_search(const char *text, struct lease *lease)
{
	static const char legal[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._ ";

	if (text && strlen(text) < sizeof(lease->search) &&
	    strspn(text, legal) == strlen(text))
		snprintf(lease->search, sizeof(lease->search), "%s", text);
}

int lease_parse(char *(*get)(const char *name), struct lease *lease)
{
	const char *ip = get("ip"), *mask = get("mask"), *mtu = get("mtu");
	const char *routes = get("staticroutes"), *routers = get("router");
	const char *dns = get("dns"), *search = get("search");
	char text[LEASE_TEXT_SIZE];

	memset(lease, 0, sizeof(*lease));
	snprintf(text, sizeof(text), "%s/%s", ip ? ip : "", mask ? mask : "24");
	if (ipv4_prefix_parse(text, &lease->address) || !lease->address.addr)
		return -EINVAL;
	if (mtu)
		lease->mtu = (unsigned)strtoul(mtu, NULL, 10);
	if (dns)
		parse_dns(dns, lease);
	if (routes)
		parse_classless(routes, lease);
	else if (routers)
		parse_routers(routers, lease);
	parse_search(search ? search : get("domain"), lease);
	return 0;
}

const char *lease_path(const char *ifname, char *path, int size)
{
	snprintf(path, (size_t)size, BOOT_RUN "/%s.lease", ifname);
	return path;
}

/* One line that differs when anything that we apply does. */
static void lease_format(const struct lease *lease, char *text, size_t size)
{
	const uint8_t *bytes = (const uint8_t *)lease;
	char address[IPV4_PREFIX_TEXT_SIZE];
	uint32_t hash = 2166136261u; /* FNV-1a */
	size_t i;

	for (i = 0; i < sizeof(*lease); i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	snprintf(text, size, "%s %08x\n",
		 ipv4_prefix_format(&lease->address, address), hash);
}

static void lease_clear(const char *ifname)
{
	const struct ipv4_prefix none = {0};
	char path[128];

	unlink(lease_path(ifname, path, sizeof(path)));
	link_set_address(ifname, &none);
	resolv_set(ifname, NULL, 0, "");
	resolv_write();
}

static int lease_apply(const char *ifname, const struct lease *lease)
{
	char path[128], old[128], new[128];
	unsigned i;
	int ret;

	lease_path(ifname, path, sizeof(path));
	text_read(path, old, sizeof(old));
	lease_format(lease, new, sizeof(new));
	if (!strcmp(old, new))
		return 0; /* renewed: connections must not notice */
	resolv_set(ifname, lease->dns, lease->dns_count, lease->search);
	resolv_write();
	if (lease->mtu >= 576)
		link_set_mtu(ifname, lease->mtu);
	ret = link_set_address(ifname, &lease->address);
	for (i = 0; i < lease->route_count; i++) {
		link_add_gateway(ifname, &lease->address, &lease->routes[i].to,
				 lease->routes[i].gateway);
	}
	return ret ? ret : text_write(path, new);
}

int lease_main(const char *event)
{
	const char *ifname = getenv("interface");
	struct lease lease;
	int ret = 0;

	if (!ifname || strchr(ifname, '/'))
		return 1;
	if (!strcmp(event, "deconfig"))
		lease_clear(ifname);
	else if (!strcmp(event, "bound") || !strcmp(event, "renew"))
		ret = lease_parse(getenv, &lease)
			      ?: lease_apply(ifname, &lease);
	else
		return 0; /* leasefail, nak: udhcpc goes on trying */
	kill(1, SIGHUP);
	return ret ? 1 : 0;
}
