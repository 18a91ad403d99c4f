// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build_ipv6.c - the values of a network's ipv6:, and whether they go together
 */
#include "cli/lab/lab_build.h"

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
