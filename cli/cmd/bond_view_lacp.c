// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_view_lacp.c - what an uplink has agreed on with its partner
 */
#include "cli/cmd/bond_view_internal.h"

void bond_put_lacp(FILE *out, const json_t *lacp)
{
	bool active = json_is_true(json_object_get(lacp, "active"));

	if (!json_is_object(lacp))
		return;
	fprintf(out, "%*sLACP %s", BOND_INDENT, "",
		active ? "active" : "passive");
	bond_put_text(out, ", rate ", lacp, "rate");
	bond_put_text(out, ", selection ", lacp, "ad_select");
	bond_put_text(out, ", system ", lacp, "system");
	bond_put_number(out, " priority ", lacp, "system_priority", "");
	bond_put_text(out, ", partner ", lacp, "partner");
	fputc('\n', out);
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
		table_add_number(table, bond_number(lacp, numbers[i]));
	table_add(table, text_of(lacp, "mux"));
	table_add(table, text_of(lacp, "reason"));
}

/* The bits of the last LACPDUs, ours and the partner's. */
static void print_lacp_states(FILE *out, const json_t *members)
{
	int width = bond_width(members, "member");
	json_t *member;
	size_t i;

	json_array_foreach(members, i, member)
	{
		const json_t *lacp = json_object_get(member, "lacp");

		if (!json_is_object(lacp))
			continue;
		fprintf(out, "%*s", BOND_INDENT, "");
		bond_put_cell(out, member, "member", width);
		bond_put_text(out, "  says ", lacp, "actor_state");
		bond_put_text(out, "; hears ", lacp, "partner_state");
		fputc('\n', out);
	}
}

void bond_put_partners(FILE *out, const json_t *uplink)
{
	const json_t *members = json_object_get(uplink, "members");
	struct table table;
	json_t *member;
	size_t i;

	table_init(&table, "MEMBER PARTNER KEY PORT AGGREGATOR MUX WHY");
	table.indent = BOND_INDENT;
	json_array_foreach(members, i, member)
	{
		if (json_is_object(json_object_get(member, "lacp")))
			add_lacp(&table, member);
	}
	bond_put_table(out, &table);
	print_lacp_states(out, members);
}
