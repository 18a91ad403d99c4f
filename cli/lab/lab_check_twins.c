// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_check_twins.c - no MAC and no address is given to two NICs
 *
 * All given addresses are collected and sorted; twins are then neighbours. The
 * one later in the file is at fault.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/lab/lab_build.h"
#include "core/addr.h"

#define NICS_MAX (LAB_MAX_NODES * LAB_MAX_NICS)

/**
 * struct claim - a NIC claims an address
 * @value:	what must be unique: a MAC, or network and IPv4 address
 * @node:	whose NIC it is
 * @index:	of the NIC
 * @at:		the scalar that says so
 */
struct claim {
	uint64_t value;
	const struct node_settings *node;
	unsigned index;
	struct tree *at;
};

/**
 * struct claims - all of them
 * @macs:		@mac_count MACs that the file gives
 * @mac_count:		entries used
 * @addresses:		@address_count static or reserved addresses
 * @address_count:	entries used
 */
struct claims {
	struct claim macs[NICS_MAX];
	unsigned mac_count;
	struct claim addresses[NICS_MAX];
	unsigned address_count;
};

static int claim_compare(const void *a, const void *b)
{
	const struct claim *left = a, *right = b;

	if (left->value != right->value)
		return left->value < right->value ? -1 : 1;
	return left->at->order < right->at->order ? -1 : 1;
}

static uint64_t mac_value(const struct mac *mac)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < MAC_LEN; i++)
		value = value << 8 | mac->b[i];
	return value;
}

/* The value under the key that @claim is for, if it can be judged. */
static bool claim_fill(struct claim *claim, const struct tree *nic_at,
		       const char *key)
{
	claim->at = tree_lookup(nic_at, key);
	return claim->at && !claim->at->bad;
}

static void collect_nic(struct claims *claims, struct claim claim,
			const struct tree *at)
{
	const struct nic_settings *nic = &claim.node->nics[claim.index];
	uint64_t network = (uint64_t)nic->network << 32;
	const struct tree *net = tree_lookup(at, "net");

	if (claim_fill(&claim, at, "mac")) {
		claim.value = mac_value(&nic->mac);
		claims->macs[claims->mac_count++] = claim;
	}
	if (!net || net->bad)
		return;
	if (nic->ipv4 == NIC_IPV4_STATIC && claim_fill(&claim, at, "ipv4")) {
		claim.value = network | nic->address.addr;
		claims->addresses[claims->address_count++] = claim;
	} else if (nic->reserve && claim_fill(&claim, at, "reserve")) {
		claim.value = network | nic->reserve;
		claims->addresses[claims->address_count++] = claim;
	}
}

static void report_twins(struct diagnostics *diag, struct claim *claims,
			 unsigned count)
{
	if (count > 1)
		qsort(claims, count, sizeof(*claims), claim_compare);
	for (unsigned i = 1; i < count; i++) {
		const struct claim *first = &claims[i - 1];

		if (first->value == claims[i].value)
			diag_error(diag, claims[i].at,
				   "%s is taken: port %s:%u has it",
				   claims[i].at->text, first->node->name,
				   first->index);
	}
}

void lab_check_twins(struct lab_build *build)
{
	struct claims *claims = calloc(1, sizeof(*claims));
	const struct lab *lab = build->lab;
	unsigned i, k;

	if (!claims) {
		diag_error_at(build->diag, 0, 0, "out of memory");
		return;
	}
	for (i = 0; i < lab->node_count; i++) {
		for (k = 0; k < lab->nodes[i].nic_count; k++)
			collect_nic(claims,
				    (struct claim){.node = &lab->nodes[i],
						   .index = k},
				    build->nic_at[i][k]);
	}
	report_twins(build->diag, claims->macs, claims->mac_count);
	report_twins(build->diag, claims->addresses, claims->address_count);
	free(claims);
}
