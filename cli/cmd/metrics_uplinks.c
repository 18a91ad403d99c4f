// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * metrics_uplinks.c - weft metrics of uplinks and their members
 *
 * What labd could not learn of an uplink or a member has no sample.
 */
#include "cli/cmd/metrics_uplinks.h"

#include <stdint.h>

#include "cli/cmd/print.h"
#include "cli/cmd/prometheus.h"
#include "cli/cmd/uplinks.h"

#define COUNTER PROMETHEUS_COUNTER
#define GAUGE PROMETHEUS_GAUGE

/**
 * struct uplink_family - a number that each uplink, or each member, has
 * @family:	how it is called
 * @key:	of the number or truth
 * @is:		instead of @key, of a member: what is true of it
 */
struct uplink_family {
	struct prometheus_family family;
	const char *key;
	bool (*is)(const json_t *member);
};

static const struct uplink_family uplink_families[] = {
	{{"weft_uplink_carrier",
	  GAUGE,
	  "Can the uplink carry traffic?",
	  {"lab", "network", "uplink"}},
	 "carrier",
	 NULL},
	{{"weft_uplink_switches_total",
	  COUNTER,
	  "How often another member became the active one",
	  {"lab", "network", "uplink"}},
	 "switches",
	 NULL},
	{{"weft_uplink_changes_total",
	  COUNTER,
	  "Changes of state of the uplink's members",
	  {"lab", "network", "uplink"}},
	 "changes",
	 NULL},
};

static const struct prometheus_family announced_family = {
	"weft_uplink_announced_frames_total",
	COUNTER,
	"Frames that announced guests on another member",
	{"lab", "network", "uplink", "kind"}};

static const struct uplink_family member_families[] = {
	{{"weft_uplink_member_up",
	  GAUGE,
	  "Do all monitors say that the member is up, for long enough?",
	  {"lab", "uplink", "member"}},
	 "state",
	 uplink_member_is_up},
	{{"weft_uplink_member_active",
	  GAUGE,
	  "Does traffic leave through the member?",
	  {"lab", "uplink", "member"}},
	 "state",
	 uplink_member_carries},
	{{"weft_uplink_member_failures_total",
	  COUNTER,
	  "How often a monitor took the member from use",
	  {"lab", "uplink", "member"}},
	 "failures",
	 NULL},
	{{"weft_uplink_member_rx_frames_total",
	  COUNTER,
	  "Frames that came in through the member",
	  {"lab", "uplink", "member"}},
	 "rx_frames",
	 NULL},
	{{"weft_uplink_member_rx_bytes_total",
	  COUNTER,
	  "Bytes that came in through the member",
	  {"lab", "uplink", "member"}},
	 "rx_bytes",
	 NULL},
	{{"weft_uplink_member_tx_frames_total",
	  COUNTER,
	  "Frames that left through the member",
	  {"lab", "uplink", "member"}},
	 "tx_frames",
	 NULL},
	{{"weft_uplink_member_tx_bytes_total",
	  COUNTER,
	  "Bytes that left through the member",
	  {"lab", "uplink", "member"}},
	 "tx_bytes",
	 NULL},
};

static const struct prometheus_family drops_family = {
	"weft_uplink_member_drops_total",
	COUNTER,
	"Frames that were dropped at the member",
	{"lab", "uplink", "member", "reason"}};

static void print_sample(FILE *out, const struct uplink_family *family,
			 const char *const values[], const json_t *object)
{
	const json_t *value = json_object_get(object, family->key);
	int64_t number = json_is_true(value) ? 1 : json_integer_value(value);

	if (!value)
		return;
	if (family->is)
		number = family->is(object);
	prometheus_sample(out, &family->family, values, number);
}

static void print_family(FILE *out, const char *lab, const json_t *list,
			 const struct uplink_family *family)
{
	json_t *uplink;
	size_t i;

	prometheus_begin(out, &family->family);
	json_array_foreach(list, i, uplink)
	{
		const char *values[] = {lab, text_of(uplink, "network"),
					text_of(uplink, "uplink")};

		print_sample(out, family, values, uplink);
	}
}

static void print_announced(FILE *out, const char *lab, const json_t *list)
{
	static const char *const kinds[] = {"rarp", "garp", "na"};
	json_t *uplink, *count;
	size_t i, k;

	prometheus_begin(out, &announced_family);
	json_array_foreach(list, i, uplink)
	{
		for (k = 0; k < ARRAY_SIZE(kinds); k++) {
			const char *values[] = {lab, text_of(uplink, "network"),
						text_of(uplink, "uplink"),
						kinds[k]};

			count = json_object_get(
				json_object_get(uplink, "announced"), kinds[k]);
			if (count)
				prometheus_sample(out, &announced_family,
						  values,
						  json_integer_value(count));
		}
	}
}

static void print_drops(FILE *out, const char *lab, const json_t *uplink,
			const json_t *member)
{
	const char *reason;
	json_t *count;

	json_object_foreach(json_object_get(member, "drops"), reason, count)
	{
		const char *values[] = {lab, text_of(uplink, "uplink"),
					text_of(member, "member"), reason};

		prometheus_sample(out, &drops_family, values,
				  json_integer_value(count));
	}
}

/* @family: NULL: drops */
static void print_members(FILE *out, const char *lab, const json_t *list,
			  const struct uplink_family *family)
{
	json_t *uplink, *member;
	size_t i, k;

	prometheus_begin(out, family ? &family->family : &drops_family);
	json_array_foreach(list, i, uplink)
	{
		json_array_foreach(json_object_get(uplink, "members"), k,
				   member)
		{
			const char *values[] = {lab, text_of(uplink, "uplink"),
						text_of(member, "member")};

			if (family)
				print_sample(out, family, values, member);
			else
				print_drops(out, lab, uplink, member);
		}
	}
}

void metrics_print_uplinks(FILE *out, const char *lab, const json_t *uplinks)
{
	const json_t *list = json_object_get(uplinks, "uplinks");
	size_t i;

	if (!json_array_size(list))
		return;
	for (i = 0; i < ARRAY_SIZE(uplink_families); i++)
		print_family(out, lab, list, &uplink_families[i]);
	print_announced(out, lab, list);
	for (i = 0; i < ARRAY_SIZE(member_families); i++)
		print_members(out, lab, list, &member_families[i]);
	print_members(out, lab, list, NULL);
}
