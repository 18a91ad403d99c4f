// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_links.c - links: [A, B] is an internal network A-B with a NIC on each,
 * and a cable: link-local protocols pass
 */
#include <stdio.h>
#include <string.h>

#include "cli/lab/lab_build.h"

#define LINK_MTU 1500

static void link_nic(struct lab_build *build, struct node_settings *node,
		     struct tree *end)
{
	size_t index = (size_t)(node - build->lab->nodes);
	struct nic_settings *nic;

	if (node->nic_count == LAB_MAX_NICS) {
		diag_error(build->diag, end, "more than %d NICs in node '%s'",
			   LAB_MAX_NICS, node->name);
		return;
	}
	build->nic_at[index][node->nic_count] = end;
	nic = &node->nics[node->nic_count++];
	nic->network = (uint16_t)(build->lab->network_count - 1);
	nic->ipv4 = NIC_IPV4_NONE;
}

static bool link_network(struct lab_build *build, struct tree *link,
			 const char *a, const char *b)
{
	struct lab *lab = build->lab;
	struct network_settings *network;

	if (lab->network_count == LAB_MAX_NETWORKS) {
		diag_error(build->diag, link, "more than %d networks",
			   LAB_MAX_NETWORKS);
		return false;
	}
	if (strlen(a) + 1 + strlen(b) >= LAB_NAME_SIZE) {
		diag_error(build->diag, link,
			   "the network's name %s-%s would be longer than %d: "
			   "write it under networks: with a shorter one",
			   a, b, LAB_NAME_SIZE - 1);
		return false;
	}
	build->network_at[lab->network_count] = link;
	network = &lab->networks[lab->network_count++];
	snprintf(network->name, sizeof(network->name), "%s-%s", a, b);
	network->mode = NETWORK_INTERNAL;
	network->mtu = LINK_MTU;
	network->link_local = true;
	return true;
}

static void build_link(struct lab_build *build, struct tree *link)
{
	struct tree *ends[2] = {link->child, link->last};
	struct node_settings *a, *b;

	if (link->bad || link->kind != TREE_LIST)
		return;
	if (link->count != 2 || ends[0]->kind != TREE_SCALAR ||
	    ends[1]->kind != TREE_SCALAR) {
		diag_error(build->diag, link,
			   "a link has two ends, as in [web1, desk]");
		return;
	}
	a = lab_resolve_node(build, ends[0], ends[0]->text);
	b = lab_resolve_node(build, ends[1], ends[1]->text);
	if (a && a == b)
		diag_error(build->diag, link, "a link from '%s' to itself",
			   a->name);
	else if (a && b && link_network(build, link, a->name, b->name)) {
		link_nic(build, a, ends[0]);
		link_nic(build, b, ends[1]);
	}
}

void lab_build_links(struct lab_build *build, const struct tree *root)
{
	struct tree *links = tree_lookup(root, "links");

	if (!links || links->bad || links->kind != TREE_LIST)
		return;
	tree_for_each(link, links) build_link(build, link);
}
