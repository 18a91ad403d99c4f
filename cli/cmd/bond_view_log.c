// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_view_log.c - probes, counters and history of an uplink
 */
#include "cli/cmd/bond_view.h"

#include <string.h>

#include "cli/cmd/bond_view_internal.h"

/* What a probe says is a sentence, too long for a cell of a table. */
static void print_probe(FILE *out, const json_t *member, const json_t *probe,
			int width)
{
	fprintf(out, "%*s", BOND_INDENT, "");
	bond_put_cell(out, member, "member", width);
	bond_put_text(out, "  ", probe, "kind");
	bond_put_number(out, " probe: ", probe, "answers", " answers");
	bond_put_number(out, " to ", probe, "sent", ", ");
	bond_put_cell(out, probe, "state", 0);
	if (text_of(probe, "reason") && *text_of(probe, "reason"))
		bond_put_text(out, ": ", probe, "reason");
	fputc('\n', out);
}

void bond_put_probes(FILE *out, const json_t *uplink)
{
	const json_t *members = json_object_get(uplink, "members");
	int width = bond_width(members, "member");
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
		fprintf(out, "%*s", BOND_INDENT, "");
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
		table_add_number(table, bond_number(member, keys[i]));
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
	table.indent = BOND_INDENT;
	json_array_foreach(members, i, member) add_counters(&table, member);
	fputc('\n', out);
	table_print_to(out, &table, false);
	json_array_foreach(members, i, member) print_drops(out, member);
}

void bond_put_announced(FILE *out, const json_t *announced)
{
	fprintf(out, "\n%*s", BOND_INDENT, "");
	bond_put_number(out, "announced by ", announced, "rarp", " RARP");
	bond_put_number(out, ", ", announced, "garp", " gratuitous ARP");
	bond_put_number(out, ", ", announced, "na", " unsolicited NA");
	bond_put_number(out, "; put off by the rate limit ", announced,
			"limited", "");
	bond_put_number(out, ", lost ", announced, "lost", "");
	bond_put_number(out, "; the last first round took ", announced,
			"first_round_us", " us\n");
}

/* A detail is a sentence, too. */
void bond_put_history(FILE *out, const json_t *history, size_t first)
{
	int from = bond_width(history, "from"), to = bond_width(history, "to");
	int member = bond_width(history, "member");
	json_t *change;
	char ago[32];
	size_t i;

	fprintf(out, "\n%*slast changes:\n", BOND_INDENT, "");
	for (i = first; i < json_array_size(history); i++) {
		change = json_array_get(history, i);
		fprintf(out, "%*s%7s ago  ", BOND_INDENT, "",
			ago_text(bond_number(change, "ago_ms"), ago,
				 sizeof(ago)));
		bond_put_cell(out, change, "member", member);
		fputs("  ", out);
		bond_put_cell(out, change, "from", from);
		fputs(" -> ", out);
		bond_put_cell(out, change, "to", to);
		fputs("  ", out);
		bond_put_cell(out, change, "reason", 0);
		if (text_of(change, "detail") && *text_of(change, "detail")) {
			bond_put_text(out, " (", change, "detail");
			fputc(')', out);
		}
		fputc('\n', out);
	}
}
