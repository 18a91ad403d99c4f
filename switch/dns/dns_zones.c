// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dns_zones.c - reverse zones that nobody outside can have an answer for
 *
 * Addresses of private networks, link-local ones, those for documentation: who
 * asks the world for their names tells it what is inside, and gets "no" at best
 * (RFC 6303 4, RFC 7793 3).
 */
#include "switch/dns/dns_zones.h"

#include <stdlib.h>
#include <string.h>

#include "core/util.h"

#define ARPA "in-addr.arpa"
#define ZERO8 "0.0.0.0.0.0.0.0."

static const char *const zones[] = {
	"10." ARPA,
	"168.192." ARPA,
	"0." ARPA,
	"127." ARPA,
	"254.169." ARPA,
	"2.0.192." ARPA,
	"100.51.198." ARPA,
	"113.0.203." ARPA,
	"255.255.255.255." ARPA,
	"0." ZERO8 ZERO8 ZERO8 "0.0.0.0.0.0.0.ip6.arpa",
	"1." ZERO8 ZERO8 ZERO8 "0.0.0.0.0.0.0.ip6.arpa",
	"d.f.ip6.arpa",
	"8.e.f.ip6.arpa",
	"9.e.f.ip6.arpa",
	"a.e.f.ip6.arpa",
	"b.e.f.ip6.arpa",
	"8.b.d.0.1.0.0.2.ip6.arpa",
};

/**
 * struct zone_range - zones N.@parent
 * @parent:	what they are below
 * @first:	first N
 * @last:	last N
 */
struct zone_range {
	const char *parent;
	unsigned first;
	unsigned last;
};

static const struct zone_range ranges[] = {
	{"172." ARPA, 16, 31},
	{"100." ARPA, 64, 127},
};

bool dns_is_below(const char *name, const char *zone)
{
	size_t len = strlen(name), tail = strlen(zone);

	return len >= tail && strcmp(name + len - tail, zone) == 0 &&
	       (len == tail || name[len - tail - 1] == '.');
}

/* The label of @name in front of @parent, if it is a number of the range. */
static const char *find_in_range(const char *name,
				 const struct zone_range *range)
{
	const char *parent = name + strlen(name) - strlen(range->parent);
	const char *label;
	unsigned long number;
	char *end;

	if (parent == name)
		return NULL;
	for (label = parent - 1; label > name && label[-1] != '.';)
		label--;
	if (label[0] < '1' || label[0] > '9')
		return NULL;
	number = strtoul(label, &end, 10);
	return end == parent - 1 && number >= range->first &&
			       number <= range->last
		       ? label
		       : NULL;
}

const char *dns_private_zone(const char *name)
{
	const char *found;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(zones); i++) {
		if (dns_is_below(name, zones[i]))
			return name + strlen(name) - strlen(zones[i]);
	}
	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		if (!dns_is_below(name, ranges[i].parent))
			continue;
		found = find_in_range(name, &ranges[i]);
		if (found)
			return found;
	}
	return NULL;
}
