// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * values_uplink.c - readers of single values that only uplinks have
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "cli/lab/lab_build.h"
#include "cli/lab/quantity.h"
#include "cli/lab/values.h"
#include "switch/bond/announce.h"

static_assert(LAB_MAX_BOND_DELAY_MS == 600000, "the range below names it");
static_assert(PROBE_MIN_INTERVAL_MS == 10 && PROBE_MAX_INTERVAL_MS == 60000,
	      "likewise");
static_assert(ANNOUNCE_MIN_DELAY_MS == 10 && ANNOUNCE_MAX_DELAY_MS == 60000,
	      "likewise");
static_assert(LAB_MIN_REBALANCE_MS == 1000 && LAB_MAX_REBALANCE_MS == 3600000,
	      "likewise");

/* A time in ms between @min and @max, which @range tells. */
static void read_ms(struct schema_run *run, struct tree *value,
		    const struct schema_slot *slot,
		    const struct quantity *bounds)
{
	struct quantity q = *bounds;
	uint64_t ms;

	q.what = value->key ? value->key->text : "time";
	q.units = quantity_ms;
	q.unit_count = QUANTITY_MS_COUNT;
	q.suffix = "ms";
	if (quantity_read(run, value, &q, &ms))
		*(uint32_t *)slot->at = (uint32_t)ms;
}

void value_bond_delay(struct schema_run *run, struct tree *value,
		      const struct schema_slot *slot)
{
	static const struct quantity bounds = {
		.max = LAB_MAX_BOND_DELAY_MS,
		.range = "0ms to 10m",
		.example = "200ms or 5s",
	};

	read_ms(run, value, slot, &bounds);
}

void value_probe_interval(struct schema_run *run, struct tree *value,
			  const struct schema_slot *slot)
{
	static const struct quantity bounds = {
		.min = PROBE_MIN_INTERVAL_MS,
		.max = PROBE_MAX_INTERVAL_MS,
		.range = "10ms to 60s",
		.example = "50ms or 1s",
	};

	read_ms(run, value, slot, &bounds);
}

void value_announce_delay(struct schema_run *run, struct tree *value,
			  const struct schema_slot *slot)
{
	static const struct quantity bounds = {
		.min = ANNOUNCE_MIN_DELAY_MS,
		.max = ANNOUNCE_MAX_DELAY_MS,
		.range = "10ms to 60s",
		.example = "100ms or 1s",
	};

	read_ms(run, value, slot, &bounds);
}

void value_rebalance(struct schema_run *run, struct tree *value,
		     const struct schema_slot *slot)
{
	static const struct quantity bounds = {
		.max = LAB_MAX_REBALANCE_MS,
		.range = "1s to 1h, or 0s for never",
		.example = "10s or 1m",
	};
	uint32_t ms = 0;
	const struct schema_slot read = {.at = &ms, .size = sizeof(ms)};

	read_ms(run, value, &read, &bounds);
	if (value->bad)
		return;
	if (ms && ms < LAB_MIN_REBALANCE_MS)
		diag_error(run->diag, value,
			   "rebalance-interval %.20s is out of range: %s",
			   value->text, bounds.range);
	else
		*(uint32_t *)slot->at = ms;
}

void value_min_links(struct schema_run *run, struct tree *value,
		     const struct schema_slot *slot)
{
	quantity_count(run, value, 0, BOND_MAX_MEMBERS, slot->at);
}

void value_probe_count(struct schema_run *run, struct tree *value,
		       const struct schema_slot *slot)
{
	quantity_count(run, value, 1, UINT8_MAX, slot->at);
}

void value_announce_count(struct schema_run *run, struct tree *value,
			  const struct schema_slot *slot)
{
	quantity_count(run, value, 0, ANNOUNCE_MAX_ROUNDS, slot->at);
}

void value_vlan(struct schema_run *run, struct tree *value,
		const struct schema_slot *slot)
{
	quantity_count(run, value, 1, LAB_MAX_VLAN, slot->at);
}

void value_system_priority(struct schema_run *run, struct tree *value,
			   const struct schema_slot *slot)
{
	quantity_count(run, value, 1, UINT16_MAX, slot->at);
}

/* What Linux takes for the name of an interface. */
static bool is_nic_name(const char *text)
{
	for (const char *c = text; *c; c++) {
		if (*c == '/' || *c == ':' || !isgraph((unsigned char)*c))
			return false;
	}
	return text[0] && strlen(text) < LAB_NIC_SIZE &&
	       strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
}

void value_uplink_member(struct schema_run *run, struct tree *value,
			 const struct schema_slot *slot)
{
	struct uplink_member *member = slot->at;
	const char *text = value->text;
	bool is_cable = strncmp(text, LAB_CABLE, strlen(LAB_CABLE)) == 0;

	if (is_cable ? !value_is_name(text + strlen(LAB_CABLE))
		     : !is_nic_name(text)) {
		diag_error(run->diag, value,
			   "'%.60s' is no member: write a NIC of the host, as "
			   "in eth1, or a network of the lab, as in "
			   "\"net:upstream1\"",
			   text);
		return;
	}
	memcpy(member->text, text, strlen(text) + 1);
	member->is_cable = is_cable;
}

static_assert(sizeof(LAB_CABLE) - 1 + LAB_NAME_SIZE <= LAB_MEMBER_SIZE &&
		      LAB_NIC_SIZE <= LAB_MEMBER_SIZE,
	      "both kinds fit");

void value_arp_target(struct schema_run *run, struct tree *value,
		      const struct schema_slot *slot)
{
	struct probe_target *target = slot->at;
	uint32_t addr, net;

	if (ipv4_parse(value->text, &addr)) {
		diag_error(run->diag, value,
			   "'%.60s' is no IPv4 address: write 192.0.2.1",
			   value->text);
		return;
	}
	net = addr >> 24;
	if (net && net != 127 && net < 224)
		target->ip4 = addr;
	else
		diag_error(run->diag, value,
			   "%s is no address that a host can have",
			   value->text);
}

void value_nd_target(struct schema_run *run, struct tree *value,
		     const struct schema_slot *slot)
{
	struct probe_target *target = slot->at;
	struct in6_addr addr;

	if (inet_pton(AF_INET6, value->text, &addr) != 1)
		diag_error(run->diag, value,
			   "'%.60s' is no IPv6 address: write 2001:db8::1",
			   value->text);
	else if (IN6_IS_ADDR_MULTICAST(&addr) ||
		 IN6_IS_ADDR_UNSPECIFIED(&addr) || IN6_IS_ADDR_LOOPBACK(&addr))
		diag_error(run->diag, value,
			   "%s is no address that a host can have",
			   value->text);
	else
		target->is_ip6 = true, target->ip6 = addr;
}
