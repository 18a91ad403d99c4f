// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_mac.c - stable MAC addresses for NICs that were given none
 *
 * Known addresses, given or derived, sit in an open-addressed set twice the
 * size of the largest lab, so that a collision is found without comparing all
 * with all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lab/lab.h"
#include "core/util.h"

#define SET_SIZE 8192

static_assert(SET_SIZE >= 2 * (LAB_MAX_NODES * LAB_MAX_NICS + LAB_MAX_NETWORKS),
	      "the set must never be more than half full");

/**
 * struct mac_set - addresses in use
 * @slots:	open-addressed; an all-zero slot is free
 */
struct mac_set {
	struct mac slots[SET_SIZE];
};

/* FNV-1a, 64 bit, then mixed so that the low bits depend on every byte. */
static uint64_t hash_text(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3ull;
	hash ^= hash >> 32;
	hash *= 0x9e3779b97f4a7c15ull;
	return hash ^ hash >> 29;
}

/* False if it was there already. */
static bool set_add(struct mac_set *set, const struct mac *mac)
{
	char text[MAC_TEXT_SIZE];
	size_t at = hash_text(mac_format(mac, text)) % SET_SIZE;

	for (; !mac_is_zero(&set->slots[at]); at = (at + 1) % SET_SIZE) {
		if (mac_is_equal(&set->slots[at], mac))
			return false;
	}
	set->slots[at] = *mac;
	return true;
}

/* The prefix of virtual NICs, and what @text comes to. */
static struct mac mac_of_text(const char *text)
{
	struct mac mac = {{0x52, 0x54, 0x00}};
	uint64_t hash = hash_text(text);

	mac.b[3] = (uint8_t)(hash >> 16);
	mac.b[4] = (uint8_t)(hash >> 8);
	mac.b[5] = (uint8_t)hash;
	return mac;
}

static struct mac derive(const struct lab *lab,
			 const struct node_settings *node, unsigned index,
			 unsigned attempt)
{
	char text[2 * LAB_NAME_SIZE + 32];

	snprintf(text, sizeof(text), "%s/%s:%u/%u", lab->name, node->name,
		 index, attempt);
	return mac_of_text(text);
}

/* NICs from @first up to @end. */
static void derive_node(struct lab *lab, struct node_settings *node,
			unsigned first, unsigned end, struct mac_set *set)
{
	for (unsigned i = first; i < end; i++) {
		struct mac *mac = &node->nics[i].mac;

		if (!mac_is_zero(mac))
			continue;
		for (unsigned attempt = 0; !attempt || !set_add(set, mac);
		     attempt++)
			*mac = derive(lab, node, i, attempt);
	}
}

static void derive_host(const struct lab *lab, struct network_settings *network,
			struct mac_set *set)
{
	char text[2 * LAB_NAME_SIZE + 32];
	unsigned attempt = 0;

	do {
		snprintf(text, sizeof(text), "%s/%s/host/%u", lab->name,
			 network->name, attempt++);
		network->host_mac = mac_of_text(text);
	} while (!set_add(set, &network->host_mac));
}

void lab_derive_macs(struct lab *lab)
{
	struct mac_set *set = calloc(1, sizeof(*set));
	unsigned i, k;

	if (!set)
		return;
	for (i = 0; i < lab->node_count; i++) {
		for (k = 0; k < lab->nodes[i].nic_count; k++) {
			if (!mac_is_zero(&lab->nodes[i].nics[k].mac))
				set_add(set, &lab->nodes[i].nics[k].mac);
		}
	}
	for (i = 0; i < lab->node_count; i++)
		derive_node(lab, &lab->nodes[i], 0, lab->nodes[i].nic_count,
			    set);
	for (i = 0; i < lab->node_count; i++)
		derive_node(lab, &lab->nodes[i], lab->nodes[i].nic_count,
			    node_nic_total(&lab->nodes[i]), set);
	for (i = 0; i < lab->network_count; i++) {
		if (lab->networks[i].host)
			derive_host(lab, &lab->networks[i], set);
	}
	free(set);
}
