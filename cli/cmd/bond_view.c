// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_view.c - an uplink in full, for people
 *
 *	bond0 (active-backup) on network office: carrier up, active bond0/eth1
 *	  primary bond0/eth1, reselect always, up-delay 0 ms, down-delay 0 ms
 *	  switches 3, changes of state 9, announcements 3 in rounds 9
 *
 *	  MEMBER      TO        LINK  STATE   SINCE  WHY      MONITORS
 *	  bond0/eth1  NIC eth1  up    active  12s    primary  carrier up, probe
 *	up
 *
 *	  last changes:
 *	    12s ago  bond0/eth1  backup -> active  primary
 */
#include "cli/cmd/bond_view.h"

#include <string.h>

#include "cli/cmd/bond_view_internal.h"
#include "cli/cmd/uplinks.h"

static bool is_mode(const json_t *uplink, const char *mode)
{
	const char *own = text_of(uplink, "mode");

	return own && strcmp(own, mode) == 0;
}

static void print_headline(FILE *out, const json_t *uplink)
{
	json_t *members = json_object_get(uplink, "members");
	bool carrier = json_is_true(json_object_get(uplink, "carrier"));

	print_safe(out, text_of(uplink, "uplink"));
	bond_put_text(out, " (", uplink, "mode");
	bond_put_text(out, ") on network ", uplink, "network");
	fprintf(out, ": carrier %s, ", carrier ? "up" : "down");
	if (text_of(uplink, "active"))
		bond_put_text(out, "active ", uplink, "active");
	else
		fprintf(out, "%u of %zu members up", uplink_members_up(uplink),
			json_array_size(members));
	if (json_is_true(json_object_get(uplink, "is_fallback")))
		fputs(", as active-backup: no partner speaks LACP", out);
	fputc('\n', out);
}

static void print_settings(FILE *out, const json_t *uplink)
{
	bool has_lacp = is_mode(uplink, "802.3ad");

	fprintf(out, "%*s", BOND_INDENT, "");
	if (has_lacp || is_mode(uplink, "balance-xor")) {
		bond_put_text(out, "hash policy ", uplink, "xmit_hash_policy");
		bond_put_number(out, ", min-links ", uplink, "min_links", "");
	} else {
		bond_put_text(out, "primary ", uplink, "primary");
		bond_put_text(out, ", reselect ", uplink, "primary_reselect");
	}
	if (is_mode(uplink, "balance-slb"))
		bond_put_number(out, ", rebalanced every ", uplink,
				"rebalance_ms", " ms");
	if (has_lacp)
		bond_put_number(out, ", aggregator ", uplink, "aggregator", "");
	bond_put_number(out, ", up-delay ", uplink, "up_delay_ms", " ms");
	bond_put_number(out, ", down-delay ", uplink, "down_delay_ms", " ms\n");
}

static void print_counts(FILE *out, const json_t *uplink)
{
	const json_t *announced = json_object_get(uplink, "announced");

	fprintf(out, "%*s", BOND_INDENT, "");
	bond_put_number(out, "switches ", uplink, "switches", "");
	bond_put_number(out, ", changes of state ", uplink, "changes", "");
	if (is_mode(uplink, "balance-slb"))
		bond_put_number(out, ", rebalances ", uplink, "rebalances", "");
	bond_put_number(out, ", announcements ", announced, "failovers", "");
	bond_put_number(out, " in rounds ", announced, "rounds", "");
	if (json_is_true(json_object_get(uplink, "is_announcing")))
		fputs(", going on", out);
	fputc('\n', out);
}

/* "NIC eth1", "network switch1" */
static void add_end(struct table *table, const json_t *member)
{
	const char *kind = text_of(member, "kind"), *to = text_of(member, "to");
	bool is_cable = kind && strcmp(kind, "cable") == 0;
	char text[TABLE_CELL_SIZE];

	snprintf(text, sizeof(text), "%s %s", is_cable ? "network" : "NIC",
		 to ? to : "?");
	table_add(table, text);
}

/* "carrier up, probe down": those that vote */
static void add_monitors(struct table *table, const json_t *member)
{
	char text[TABLE_CELL_SIZE] = "";
	const char *monitor;
	json_t *vote;

	json_object_foreach(json_object_get(member, "monitors"), monitor, vote)
	{
		const char *says = json_string_value(vote);
		size_t used = strlen(text);

		snprintf(text + used, sizeof(text) - used, "%s%s %s",
			 used ? ", " : "", monitor, says ? says : "?");
	}
	table_add(table, text);
}

static void add_speed(struct table *table, const json_t *member)
{
	json_int_t mbps = bond_number(member, "speed_mbps");
	char text[32];

	snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT " Mbit/s", mbps);
	table_add(table, mbps ? text : NULL);
}

static void print_members(FILE *out, const json_t *uplink)
{
	struct table table;
	char ago[32];
	json_t *member;
	size_t i;

	table_init(&table, "MEMBER TO LINK STATE SINCE WHY MONITORS SPEED");
	table.indent = BOND_INDENT;
	json_array_foreach(json_object_get(uplink, "members"), i, member)
	{
		table_add(&table, text_of(member, "member"));
		add_end(&table, member);
		table_add(&table, text_of(member, "admin"));
		table_add(&table, text_of(member, "state"));
		table_add(&table, ago_text(bond_number(member, "since_ms"), ago,
					   sizeof(ago)));
		table_add(&table, text_of(member, "reason"));
		add_monitors(&table, member);
		add_speed(&table, member);
	}
	fputc('\n', out);
	table_print_to(out, &table, false);
}

/* "bond0/eth1: the interface is gone: No such device" */
static void print_faults(FILE *out, const json_t *uplink)
{
	json_t *member;
	size_t i, count = 0;

	json_array_foreach(json_object_get(uplink, "members"), i, member)
	{
		const char *fault = text_of(member, "fault");

		if (!fault || !*fault)
			continue;
		fprintf(out, "%s%*s", count++ ? "" : "\n", BOND_INDENT, "");
		print_safe(out, text_of(member, "member"));
		bond_put_text(out, ": ", member, "fault");
		fputc('\n', out);
	}
}

void bond_view_print(FILE *out, const json_t *uplink, bool stats)
{
	const json_t *history = json_object_get(uplink, "history");
	size_t count = json_array_size(history), first = 0;

	if (!text_of(uplink, "mode")) {
		uplink_print_line(out, uplink);
		return;
	}
	print_headline(out, uplink);
	print_settings(out, uplink);
	bond_put_lacp(out, json_object_get(uplink, "lacp"));
	print_counts(out, uplink);
	print_members(out, uplink);
	print_faults(out, uplink);
	bond_put_partners(out, uplink);
	bond_put_probes(out, uplink);
	if (stats) {
		bond_view_counters(out, uplink);
		bond_put_announced(out, json_object_get(uplink, "announced"));
	} else if (count > BOND_VIEW_CHANGES) {
		first = count - BOND_VIEW_CHANGES;
	}
	if (count)
		bond_put_history(out, history, first);
}
