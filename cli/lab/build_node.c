// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build_node.c - one entry of nodes:, and what its keys mean together
 */
#include <stdio.h>
#include <string.h>

#include "cli/lab/lab_build.h"
#include "cli/lab/values.h"

#define SOCKET_MODE_DEFAULT 0600

void value_path(struct schema_run *run, struct tree *value,
		const struct schema_slot *slot)
{
	const struct lab_build *build = run->ctx;
	const char *text = value->text;
	int len;

	if (!text[0]) {
		diag_error(run->diag, value, "an empty file name");
		return;
	}
	value_line(run, value, slot);
	if (value->bad || text[0] == '/')
		return;
	if (!build->base_dir) {
		diag_error(run->diag, value, "'%.60s' must be absolute here",
			   text);
		return;
	}
	len = snprintf(slot->at, slot->size, "%s/%s", build->base_dir, text);
	if ((size_t)len >= slot->size)
		diag_error(run->diag, value, "too long: %d bytes with '%.60s'",
			   len, build->base_dir);
}

/* Member by member: equal labs are equal in every byte, padding included. */
static void store_static(struct nic_settings *nic,
			 const struct ipv4_prefix *prefix)
{
	nic->ipv4 = NIC_IPV4_STATIC;
	nic->address.addr = prefix->addr;
	nic->address.len = prefix->len;
}

void value_nic_ipv4(struct schema_run *run, struct tree *value,
		    const struct schema_slot *slot)
{
	struct nic_settings *nic = slot->at;
	const char *text = value->text;
	struct ipv4_prefix prefix;
	uint32_t addr;

	if (strcmp(text, "dhcp") == 0)
		nic->ipv4 = NIC_IPV4_DHCP;
	else if (strcmp(text, "none") == 0)
		nic->ipv4 = NIC_IPV4_NONE;
	else if (!ipv4_parse(text, &addr))
		diag_error(run->diag, value,
			   "address %s needs its prefix length (did you mean "
			   "'%s/24'?)",
			   text, text);
	else if (ipv4_prefix_parse(text, &prefix))
		diag_error(run->diag, value,
			   "'%.40s' is neither dhcp, none nor an address as in "
			   "10.30.0.11/24",
			   text);
	else
		store_static(nic, &prefix);
}

void *build_node_add(struct schema_run *run, void *parent, struct tree *item)
{
	struct lab_build *build = parent;
	struct node_settings *node;
	struct lab *lab = build->lab;

	if (lab->node_count == LAB_MAX_NODES) {
		diag_error(run->diag, item->key, "more than %d nodes",
			   LAB_MAX_NODES);
		return NULL;
	}
	build->node_at[lab->node_count] = item;
	node = &lab->nodes[lab->node_count++];
	*node = build->node_defaults;
	build_name(run, item->key, node->name);
	schema_default(run, type_nodes.item, node);
	return node;
}

void *build_nic_add(struct schema_run *run, void *parent, struct tree *item)
{
	struct lab_build *build = run->ctx;
	struct node_settings *node = parent;
	size_t index = (size_t)(node - build->lab->nodes);
	struct nic_settings *nic;

	if (node->nic_count == LAB_MAX_NICS) {
		diag_error(run->diag, item, "more than %d NICs in node '%s'",
			   LAB_MAX_NICS, node->name);
		return NULL;
	}
	build->nic_at[index][node->nic_count] = item;
	nic = &node->nics[node->nic_count++];
	nic->ipv4 = NIC_IPV4_COUNT;
	return nic;
}

static void choose_image(struct schema_run *run, struct node_settings *node,
			 struct tree *map)
{
	struct tree *kernel = tree_lookup(map, "kernel");
	struct tree *initrd = tree_lookup(map, "initrd");

	if (kernel && tree_lookup(map, "image"))
		diag_error(run->diag, kernel->key,
			   "'kernel' and 'image' exclude each other");
	if (initrd && !kernel)
		diag_error(run->diag, initrd->key,
			   "'initrd' needs 'kernel' too: the builtin image has "
			   "its own");
	if (kernel)
		node->builtin = false;
}

void build_node_end(struct schema_run *run, void *at, struct tree *map)
{
	struct node_settings *node = at;

	choose_image(run, node, map);
	if (node->kind != NODE_VM) {
		/* Defaults were copied; of these, nothing applies. */
		node->builtin = false;
		node->memory_mib = 0;
		node->cpus = 0;
		node->runner = RUNNER_AUTO;
		node->spare_count = 0;
	}
	if (node->kind == NODE_EXTERNAL && !node->socket_mode)
		node->socket_mode = SOCKET_MODE_DEFAULT;
}
