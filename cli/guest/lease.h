/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lease.h - what udhcpc learnt, applied to an interface
 */
#ifndef CLI_GUEST_LEASE_H
#define CLI_GUEST_LEASE_H

#include <stdbool.h>

#include "core/addr.h"

/** LEASE_SCRIPT - udhcpc calls it; a link to weft-init */
#define LEASE_SCRIPT "/etc/weft/udhcpc-script"
#define LEASE_ROUTES_MAX 32
#define LEASE_DNS_MAX 3
#define LEASE_TEXT_SIZE 256

/**
 * struct lease_route - a route of option 121 or 3
 * @to:		destination
 * @gateway:	host order; 0: on the link
 */
struct lease_route {
	struct ipv4_prefix to;
	uint32_t gateway;
};

/**
 * struct lease - the options that we use
 * @address:	ours, with the subnet's prefix length
 * @mtu:	0: not told
 * @routes:	option 121, or the default routes of option 3 without it
 * @route_count: entries used
 * @dns:	resolvers, host order
 * @dns_count:	entries used
 * @search:	DNS search list or domain; may be empty
 */
struct lease {
	struct ipv4_prefix address;
	unsigned mtu;
	struct lease_route routes[LEASE_ROUTES_MAX];
	unsigned route_count;
	uint32_t dns[LEASE_DNS_MAX];
	unsigned dns_count;
	char search[LEASE_TEXT_SIZE];
};

/**
 * lease_parse() - from udhcpc's variables
 * @get:	getenv(), or a test's
 *
 * Option 121 makes option 3 void (RFC 3442). What doesn't parse is left out.
 *
 * Return: 0, or -EINVAL without a good address.
 */
int lease_parse(char *(*get)(const char *name), struct lease *lease);

/** lease_path() - the file that exists while @ifname has a lease in force */
const char *lease_path(const char *ifname, char *path, int size);

/** lease_main() - the executable as LEASE_SCRIPT; its exit code */
int lease_main(const char *event);

/** resolv_write() - /etc/resolv.conf from what all interfaces learnt */
void resolv_write(void);

/** resolv_set() - what @source ("eth0", "~config") says: lines of resolv.conf
 */
void resolv_set(const char *source, const uint32_t *dns, unsigned dns_count,
		const char *search);

#endif
