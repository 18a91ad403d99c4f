// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * graph_uplinks.c - the uplinks of a graph, of whoever knows them
 *
 * labd has states (weft.uplinks/1). A lab file and the document that labd made
 * of one don't, but say who belongs to whom.
 */
#include "cli/cmd/graph.h"

#include <string.h>

#include "cli/cmd/print.h"
#include "core/util.h"

/* A lab without uplinks has a graph that knows no such thing. */
static void add_uplink(json_t *graph, json_t *uplink)
{
	json_t *list = json_object_get(graph, "uplinks");

	if (!list) {
		list = json_array();
		json_object_set_new(graph, "uplinks", list);
	}
	json_array_append_new(list, uplink);
}

static void add_member(json_t *uplink, const char *name, bool is_cable,
		       const char *to)
{
	json_t *members = json_object_get(uplink, "members");

	json_array_append_new(members,
			      json_pack("{s:o, s:s, s:s}", "member",
					json_sprintf("%s/%s", name, to), "kind",
					is_cable ? "cable" : "nic", "to", to));
}

void graph_add_uplinks(json_t *graph, const json_t *uplinks)
{
	static const char *const keys[] = {"uplink", "network", "mode",
					   "active", "carrier", NULL};
	static const char *const member_keys[] = {"member", "kind",  "to",
						  "state",  "admin", NULL};
	json_t *uplink, *member, *entry, *members;
	size_t i, k;

	json_array_foreach(json_object_get(uplinks, "uplinks"), i, uplink)
	{
		entry = graph_pick(uplink, keys);
		members = json_array();
		json_object_set_new(entry, "members", members);
		json_array_foreach(json_object_get(uplink, "members"), k,
				   member)
			json_array_append_new(members,
					      graph_pick(member, member_keys));
		add_uplink(graph, entry);
	}
}

/* The network that goes out through @uplink; NULL: none. */
static const char *network_through(const json_t *networks, const char *uplink)
{
	const char *name;
	json_t *network;

	json_object_foreach((json_t *)(uintptr_t)networks, name, network)
	{
		const char *own = text_of(network, "uplink");

		if (own && strcmp(own, uplink) == 0)
			return name;
	}
	return NULL;
}

void graph_add_document(json_t *graph, const json_t *document)
{
	const json_t *networks = json_object_get(document, "networks");
	json_t *uplink, *member, *entry;
	const char *name;
	size_t i;

	json_object_foreach(json_object_get(document, "uplinks"), name, uplink)
	{
		entry = json_pack("{s:s, s:s*, s:s*, s:[]}", "uplink", name,
				  "network", network_through(networks, name),
				  "mode", text_of(uplink, "mode"), "members");
		json_array_foreach(json_object_get(uplink, "members"), i,
				   member)
		{
			const char *to = json_string_value(member);
			size_t len = strlen(LAB_CABLE);
			bool is_cable = to && strncmp(to, LAB_CABLE, len) == 0;

			if (to)
				add_member(entry, name, is_cable,
					   is_cable ? to + len : to);
		}
		add_uplink(graph, entry);
	}
}

void graph_add_lab_uplinks(json_t *graph, const struct lab *lab)
{
	unsigned i, k;

	for (i = 0; i < lab->uplink_count; i++) {
		const struct lab_uplink_settings *uplink = &lab->uplinks[i];
		const char *network = NULL;
		json_t *entry;

		for (k = 0; k < lab->network_count; k++) {
			if (strcmp(lab->networks[k].uplink, uplink->name) == 0)
				network = lab->networks[k].name;
		}
		entry = json_pack("{s:s, s:s*, s:s, s:[]}", "uplink",
				  uplink->name, "network", network, "mode",
				  bond_mode_name(uplink->mode), "members");
		for (k = 0; k < uplink->member_count; k++)
			add_member(entry, uplink->name,
				   uplink->members[k].is_cable,
				   uplink_member_name(&uplink->members[k]));
		add_uplink(graph, entry);
	}
}

const char *graph_uplink_label(const json_t *uplink, char *text)
{
	bool is_dark = json_is_false(json_object_get(uplink, "carrier"));
	const char *mode = text_of(uplink, "mode");

	snprintf(text, GRAPH_TEXT_SIZE, "%s%s", mode ? mode : "",
		 is_dark ? " (no carrier)" : "");
	return text;
}

const char *graph_member_label(const json_t *member, char *text)
{
	const char *state = text_of(member, "state");
	const char *admin = text_of(member, "admin");
	bool is_cut = admin && strcmp(admin, "up") != 0;

	snprintf(text, GRAPH_TEXT_SIZE, "%s%s%s%s", state ? state : "",
		 is_cut ? " (link " : "", is_cut ? admin : "",
		 is_cut ? ")" : "");
	return text;
}

bool graph_member_is_cable(const json_t *member)
{
	const char *kind = text_of(member, "kind");

	return kind && strcmp(kind, "cable") == 0;
}

bool graph_member_is_idle(const json_t *member)
{
	const char *state = text_of(member, "state");

	return state && strcmp(state, "active") != 0 &&
	       strcmp(state, "carrying") != 0;
}
