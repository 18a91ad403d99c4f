// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab.c - a lab as data: making one, finding in it
 */
#include "cli/lab/lab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"

static const char *const mode_names[] = {
	[NETWORK_NAT] = "nat",
	[NETWORK_BRIDGE] = "bridge",
	[NETWORK_INTERNAL] = "internal",
};
static_assert(ARRAY_SIZE(mode_names) == NETWORK_MODE_COUNT, "a name each");

static const char *const kind_names[] = {
	[NODE_VM] = "vm",
	[NODE_EXTERNAL] = "external",
	[NODE_NETNS] = "netns",
};
static_assert(ARRAY_SIZE(kind_names) == NODE_KIND_COUNT, "a name each");

const char *network_mode_name(enum network_mode mode)
{
	return mode_names[mode];
}

const char *uplink_member_name(const struct uplink_member *member)
{
	return member->text + (member->is_cable ? strlen(LAB_CABLE) : 0);
}

const char *record_type_name(enum record_type type)
{
	static const char *const names[] = {
		[RECORD_A] = "A",
		[RECORD_AAAA] = "AAAA",
		[RECORD_CNAME] = "CNAME",
		[RECORD_TXT] = "TXT",
	};

	static_assert(ARRAY_SIZE(names) == RECORD_TYPE_COUNT, "each has one");
	return names[type];
}

const char *node_kind_name(enum node_kind kind)
{
	return kind_names[kind];
}

struct lab *lab_create(unsigned networks, unsigned nodes)
{
	struct lab *lab = calloc(1, sizeof(*lab));

	if (!lab)
		return NULL;
	/* One more than asked for: calloc(0) may answer NULL. */
	lab->networks = calloc(networks + 1, sizeof(*lab->networks));
	lab->nodes = calloc(nodes + 1, sizeof(*lab->nodes));
	if (!lab->networks || !lab->nodes) {
		lab_destroy(lab);
		return NULL;
	}
	return lab;
}

int lab_reserve_uplinks(struct lab *lab, unsigned count)
{
	lab->uplinks = calloc(count + 1, sizeof(*lab->uplinks));
	return lab->uplinks ? 0 : -ENOMEM;
}

int lab_reserve_checks(struct lab *lab, unsigned count)
{
	lab->checks = calloc(count + 1, sizeof(*lab->checks));
	return lab->checks ? 0 : -ENOMEM;
}

int lab_reserve_captures(struct lab *lab, unsigned count)
{
	lab->captures = calloc(count + 1, sizeof(*lab->captures));
	return lab->captures ? 0 : -ENOMEM;
}

void lab_destroy(struct lab *lab)
{
	if (!lab)
		return;
	free(lab->uplinks);
	free(lab->networks);
	free(lab->nodes);
	free(lab->checks);
	free(lab->captures);
	free(lab);
}

struct lab_uplink_settings *lab_lookup_uplink(const struct lab *lab,
					      const char *name)
{
	for (unsigned i = 0; i < lab->uplink_count; i++) {
		if (strcmp(lab->uplinks[i].name, name) == 0)
			return &lab->uplinks[i];
	}
	return NULL;
}

struct network_settings *lab_lookup_network(const struct lab *lab,
					    const char *name)
{
	for (unsigned i = 0; i < lab->network_count; i++) {
		if (strcmp(lab->networks[i].name, name) == 0)
			return &lab->networks[i];
	}
	return NULL;
}

struct node_settings *lab_lookup_node(const struct lab *lab, const char *name)
{
	for (unsigned i = 0; i < lab->node_count; i++) {
		if (strcmp(lab->nodes[i].name, name) == 0)
			return &lab->nodes[i];
	}
	return NULL;
}
