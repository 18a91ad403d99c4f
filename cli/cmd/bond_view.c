// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_view.c - an uplink in full, for people
 *
 *	bond0 (active-backup) on network office: carrier up, active bond0/eth1
 *	  primary bond0/eth1, reselect always, up-delay 0 ms, down-delay 0 ms
 *	  switched 3 times, 9 changes, announced 3 times in 9 rounds
 *
 *	  MEMBER      TO        LINK  STATE   SINCE  WHY      MONITORS
 *	  bond0/eth1  NIC eth1  up    active  12s    primary  carrier up, probe
 *up
 *
 *	  AGO  MEMBER      CHANGE             WHY
 *	  12s  bond0/eth1  backup -> active   primary
 */
#include "cli/cmd/bond_view.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cmd/print.h"
#include "cli/cmd/uplinks.h"

#define INDENT 2

static json_int_t number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void print_number(FILE *out, const char *before, const json_t *object,
			 const char *key, const char *behind)
{
	fprintf(out, "%s%" JSON_INTEGER_FORMAT "%s", before,
		number_of(object, key), behind);
}

static void print_text(FILE *out, const char *before, const json_t *object,
		       const char *key)
{
	const char *text = text_of(object, key);

	fputs(before, out);
	print_safe(out, text && *text ? text : "none");
}

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
	print_text(out, " (", uplink, "mode");
	print_text(out, ") on network ", uplink, "network");
	fprintf(out, ": carrier %s, ", carrier ? "up" : "down");
	if (text_of(uplink, "active"))
		print_text(out, "active ", uplink, "active");
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

	fprintf(out, "%*s", INDENT, "");
	if (has_lacp || is_mode(uplink, "balance-xor")) {
		print_text(out, "hash policy ", uplink, "xmit_hash_policy");
		print_number(out, ", min-links ", uplink, "min_links", "");
	} else {
		print_text(out, "primary ", uplink, "primary");
		print_text(out, ", reselect ", uplink, "primary_reselect");
	}
	if (is_mode(uplink, "balance-slb"))
		print_number(out, ", rebalanced every ", uplink, "rebalance_ms",
			     " ms");
	if (has_lacp)
		print_number(out, ", aggregator ", uplink, "aggregator", "");
	print_number(out, ", up-delay ", uplink, "up_delay_ms", " ms");
	print_number(out, ", down-delay ", uplink, "down_delay_ms", " ms\n");
}

static void print_lacp(FILE *out, const json_t *lacp)
{
	bool active = json_is_true(json_object_get(lacp, "active"));

	if (!json_is_object(lacp))
		return;
	fprintf(out, "%*sLACP %s", INDENT, "", active ? "active" : "passive");
	print_text(out, ", rate ", lacp, "rate");
	print_text(out, ", selection ", lacp, "ad_select");
	print_text(out, ", system ", lacp, "system");
	print_number(out, " priority ", lacp, "system_priority", "");
	print_text(out, ", partner ", lacp, "partner");
	fputc('\n', out);
}

static void print_counts(FILE *out, const json_t *uplink)
{
	const json_t *announced = json_object_get(uplink, "announced");

	fprintf(out, "%*s", INDENT, "");
	print_number(out, "switched ", uplink, "switches", " times");
	print_number(out, ", ", uplink, "changes", " changes of state");
	print_number(out, ", announced ", announced, "failovers", " times");
	print_number(out, " in ", announced, "rounds", " rounds");
	if (json_is_true(json_object_get(uplink, "is_announcing")))
		fputs(", and goes on", out);
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
	json_int_t mbps = number_of(member, "speed_mbps");
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
	table.indent = INDENT;
	json_array_foreach(json_object_get(uplink, "members"), i, member)
	{
		table_add(&table, text_of(member, "member"));
		add_end(&table, member);
		table_add(&table, text_of(member, "admin"));
		table_add(&table, text_of(member, "state"));
		table_add(&table, ago_text(number_of(member, "since_ms"), ago,
					   sizeof(ago)));
		table_add(&table, text_of(member, "reason"));
		add_monitors(&table, member);
		add_speed(&table, member);
	}
	fputc('\n', out);
	table_print_to(out, &table, false);
}

/* What not every uplink has needs no heads with nothing below. */
static void print_unless_empty(FILE *out, struct table *table)
{
	if (table->rows > 1) {
		fputc('\n', out);
		table_print_to(out, table, false);
	} else {
		free(table->cells);
	}
}

static void add_lacp(struct table *table, const json_t *member)
{
	static const char *const numbers[] = {"partner_key", "partner_port",
					      "aggregator"};
	const json_t *lacp = json_object_get(member, "lacp");
	size_t i;

	table_add(table, text_of(member, "member"));
	table_add(table, text_of(lacp, "partner_system"));
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		table_add_number(table, number_of(lacp, numbers[i]));
	table_add(table, text_of(lacp, "actor_state"));
	table_add(table, text_of(lacp, "partner_state"));
}

static void print_partners(FILE *out, const json_t *uplink)
{
	struct table table;
	json_t *member;
	size_t i;

	table_init(&table,
		   "MEMBER PARTNER KEY PORT AGGREGATOR OUR-STATE ITS-STATE");
	table.indent = INDENT;
	json_array_foreach(json_object_get(uplink, "members"), i, member)
	{
		if (json_is_object(json_object_get(member, "lacp")))
			add_lacp(&table, member);
	}
	print_unless_empty(out, &table);
}

static int width_of(const json_t *history, const char *key)
{
	json_t *change;
	int width = 0;
	size_t i;

	json_array_foreach(history, i, change)
	{
		const char *text = text_of(change, key);

		width = MAX(width, text ? (int)strlen(text) : 0);
	}
	return width;
}

static void print_cell(FILE *out, const json_t *change, const char *key,
		       int width)
{
	const char *text = text_of(change, key);

	print_safe(out, text);
	fprintf(out, "%*s", MAX(width - (text ? (int)strlen(text) : 0), 0), "");
}

/* What a probe says is a sentence, too long for a cell of a table. */
static void print_probe(FILE *out, const json_t *member, const json_t *probe,
			int width)
{
	fprintf(out, "%*s", INDENT, "");
	print_cell(out, member, "member", width);
	print_text(out, "  ", probe, "kind");
	print_number(out, " probe: ", probe, "answers", " answers");
	print_number(out, " to ", probe, "sent", ", ");
	print_cell(out, probe, "state", 0);
	if (text_of(probe, "reason") && *text_of(probe, "reason"))
		print_text(out, ": ", probe, "reason");
	fputc('\n', out);
}

static void print_probes(FILE *out, const json_t *uplink)
{
	const json_t *members = json_object_get(uplink, "members");
	int width = width_of(members, "member");
	json_t *member, *probe;
	size_t i, j, count = 0;

	json_array_foreach(members, i, member)
	{
		json_array_foreach(json_object_get(member, "probes"), j, probe)
		{
			fputs(count++ ? "" : "\n", out);
			print_probe(out, member, probe, width);
		}
	}
}

static void print_drops(FILE *out, const json_t *member)
{
	const char *reason;
	json_t *count;

	json_object_foreach(json_object_get(member, "drops"), reason, count)
	{
		if (!json_integer_value(count))
			continue;
		fprintf(out, "%*s", INDENT, "");
		print_safe(out, text_of(member, "member"));
		fprintf(out, " dropped %" JSON_INTEGER_FORMAT " ",
			json_integer_value(count));
		print_safe(out, reason);
		fputc('\n', out);
	}
}

static void add_counters(struct table *table, const json_t *member)
{
	static const char *const keys[] = {
		"rx_frames", "rx_bytes", "tx_frames",   "tx_bytes",
		"waiting",   "failures", "activations", "buckets"};
	json_int_t drops = 0;
	const char *reason;
	json_t *count;
	size_t i;

	table_add(table, text_of(member, "member"));
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		table_add_number(table, number_of(member, keys[i]));
	json_object_foreach(json_object_get(member, "drops"), reason, count)
		drops += json_integer_value(count);
	table_add_number(table, drops);
}

void bond_view_counters(FILE *out, const json_t *uplink)
{
	const json_t *members = json_object_get(uplink, "members");
	struct table table;
	json_t *member;
	size_t i;

	table_init(&table, "MEMBER RX RX-BYTES TX TX-BYTES WAITING FAILURES "
			   "ACTIVATIONS BUCKETS DROPS");
	table.indent = INDENT;
	json_array_foreach(members, i, member) add_counters(&table, member);
	fputc('\n', out);
	table_print_to(out, &table, false);
	json_array_foreach(members, i, member) print_drops(out, member);
}

static void print_announced(FILE *out, const json_t *announced)
{
	fprintf(out, "\n%*s", INDENT, "");
	print_number(out, "announced by ", announced, "rarp", " RARP");
	print_number(out, ", ", announced, "garp", " gratuitous ARP");
	print_number(out, ", ", announced, "na", " unsolicited NA");
	print_number(out, "; put off by the rate limit ", announced, "limited",
		     "");
	print_number(out, ", lost ", announced, "lost", "");
	print_number(out, "; the last first round took ", announced,
		     "first_round_us", " us\n");
}

/* A detail is a sentence, too. */
static void print_history(FILE *out, const json_t *history, size_t first)
{
	int from = width_of(history, "from"), to = width_of(history, "to");
	int member = width_of(history, "member");
	json_t *change;
	char ago[32];
	size_t i;

	fprintf(out, "\n%*slast changes:\n", INDENT, "");
	for (i = first; i < json_array_size(history); i++) {
		change = json_array_get(history, i);
		fprintf(out, "%*s%7s ago  ", INDENT, "",
			ago_text(number_of(change, "ago_ms"), ago,
				 sizeof(ago)));
		print_cell(out, change, "member", member);
		fputs("  ", out);
		print_cell(out, change, "from", from);
		fputs(" -> ", out);
		print_cell(out, change, "to", to);
		fputs("  ", out);
		print_cell(out, change, "reason", 0);
		if (text_of(change, "detail") && *text_of(change, "detail"))
			print_text(out, ": ", change, "detail");
		fputc('\n', out);
	}
}

void bond_view_print(FILE *out, const json_t *uplink, bool stats)
{
	const json_t *history = json_object_get(uplink, "history");
	size_t count = json_array_size(history), first = 0;

	print_headline(out, uplink);
	print_settings(out, uplink);
	print_lacp(out, json_object_get(uplink, "lacp"));
	print_counts(out, uplink);
	print_members(out, uplink);
	print_partners(out, uplink);
	print_probes(out, uplink);
	if (stats) {
		bond_view_counters(out, uplink);
		print_announced(out, json_object_get(uplink, "announced"));
	} else if (count > BOND_VIEW_CHANGES) {
		first = count - BOND_VIEW_CHANGES;
	}
	if (count)
		print_history(out, history, first);
}
