// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build_ipv6.c - the values of a network's ipv6:, and whether they go together
 */
#include <arpa/inet.h>
#include <string.h>

#include "cli/lab/lab_build.h"
#include "core/bytes.h"

/* What addresses of hosts begin with: 2000::/3 (RFC 4291) or fc00::/7 (4193).
 */
static bool is_for_hosts(const struct in6_addr *addr)
{
	return addr->s6_addr[0] >> 5 == 1 || addr->s6_addr[0] >> 1 == 0x7e;
}

void value_ipv6_prefix(struct schema_run *run, struct tree *value,
		       const struct schema_slot *slot)
{
	struct network_settings *network = slot->at;
	char text[IPV6_PREFIX_TEXT_SIZE];
	struct ipv6_prefix prefix, right;

	if (ipv6_prefix_parse(value->text, &prefix)) {
		diag_error(run->diag, value,
			   "'%.60s' is no IPv6 prefix: write fd00:20::/64",
			   value->text);
		return;
	}
	right = prefix;
	right.addr = ipv6_prefix_mask(&prefix.addr, prefix.len);
	if (prefix.len != NETWORK_IPV6_LEN)
		diag_error(run->diag, value,
			   "a network's prefix is a /%d, not a /%u: nodes make "
			   "addresses with the other half (RFC 4862)",
			   NETWORK_IPV6_LEN, prefix.len);
	else if (!ipv6_is_equal(&prefix.addr, &right.addr))
		diag_error(run->diag, value,
			   "'%.60s' is an address with a prefix (did you mean "
			   "'%s'?)",
			   value->text, ipv6_prefix_format(&right, text));
	else if (!is_for_hosts(&prefix.addr))
		diag_error(run->diag, value,
			   "%.60s can't be a network's prefix: take one of "
			   "fd00::/8 (RFC 4193)",
			   value->text);
	else
		network->has_ipv6 = true, network->ipv6 = prefix.addr;
}

/* "::1000", at most 32 bits behind a prefix; @len bytes of @text. */
static bool parse_host(const char *text, size_t len, uint32_t *host)
{
	static const struct in6_addr none;
	char copy[IPV6_TEXT_SIZE];
	struct in6_addr addr;

	while (len && text[len - 1] == ' ')
		len--;
	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (inet_pton(AF_INET6, copy, &addr) != 1 || memcmp(&addr, &none, 12))
		return false;
	*host = be32_load(addr.s6_addr + 12);
	return true;
}

static bool parse_hosts(const char *text, uint32_t *first, uint32_t *last)
{
	const char *dash = strchr(text, '-');

	if (!dash || !parse_host(text, (size_t)(dash - text), first))
		return false;
	for (dash++; *dash == ' ';)
		dash++;
	return parse_host(dash, strlen(dash), last);
}

void value_dhcp6(struct schema_run *run, struct tree *value,
		 const struct schema_slot *slot)
{
	struct network_settings *network = slot->at;
	uint32_t first = 0, last = 0;

	if (strcmp(value->text, "off") != 0 &&
	    !parse_hosts(value->text, &first, &last))
		diag_error(run->diag, value,
			   "'%.60s' is no DHCPv6 range: write ::1000-::1fff, "
			   "or off",
			   value->text);
	else if (first > last)
		diag_error(run->diag, value, "the range ends before it begins");
	else if (first == 1 || (!first && last))
		diag_error(run->diag, value,
			   "DHCPv6 range %.60s has the gateway's address in it",
			   value->text);
	else
		network->dhcp6_first = first, network->dhcp6_last = last;
}

void build_ipv6_end(struct schema_run *run, void *at, struct tree *object)
{
	const struct network_settings *network = at;
	struct tree *ra = tree_lookup(object, "ra");

	if (ra && !ra->bad && !network->dhcp6_first &&
	    (network->ra == NETWORK_RA_STATEFUL ||
	     network->ra == NETWORK_RA_STATELESS))
		diag_error(run->diag, ra,
			   "'%s' tells nodes to ask DHCPv6, which is off",
			   ra->text);
}

static void check_pair(struct lab_build *build, unsigned i, unsigned k)
{
	const struct network_settings *a = &build->lab->networks[i];
	const struct network_settings *b = &build->lab->networks[k];

	if (!a->has_ipv6 || !b->has_ipv6 || !ipv6_is_equal(&a->ipv6, &b->ipv6))
		return;
	diag_error(build->diag, tree_lookup(build->network_at[k], "ipv6"),
		   "network '%s' has this prefix already", a->name);
}

void lab_check_ipv6(struct lab_build *build)
{
	unsigned i, k;

	for (k = 1; k < build->lab->network_count; k++) {
		for (i = 0; i < k; i++)
			check_pair(build, i, k);
	}
}
