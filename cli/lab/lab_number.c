// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_number.c - numbers that stay with what runs while the file changes
 */
#include "cli/lab/lab.h"
#include "core/util.h"

#define NUMBERS_MAX LAB_MAX_NODES
static_assert(LAB_MAX_NETWORKS <= NUMBERS_MAX, "room for both");

/**
 * struct numbers - which are in use
 * @old:	by what runs
 * @taken:	by the new lab
 * @count:	numbers are below it
 */
struct numbers {
	bool old[NUMBERS_MAX];
	bool taken[NUMBERS_MAX];
	unsigned count;
};

/* One that nobody had; if there is none, one that is free now. */
static uint16_t numbers_take(struct numbers *numbers)
{
	unsigned i, found = 0;

	for (i = 0; i < numbers->count; i++) {
		if (!numbers->taken[i])
			found = i;
		if (!numbers->taken[i] && !numbers->old[i])
			break;
	}
	found = i < numbers->count ? i : found;
	numbers->taken[found] = true;
	return (uint16_t)found;
}

static void number_networks(struct lab *lab, const struct lab *running)
{
	struct numbers numbers = {.count = LAB_MAX_NETWORKS};
	const struct network_settings *old;
	bool stays[LAB_MAX_NETWORKS] = {false};
	unsigned i;

	for (i = 0; running && i < running->network_count; i++)
		numbers.old[running->networks[i].number] = true;
	for (i = 0; running && i < lab->network_count; i++) {
		old = lab_lookup_network(running, lab->networks[i].name);
		if (!old)
			continue;
		stays[i] = true;
		lab->networks[i].number = old->number;
		numbers.taken[old->number] = true;
	}
	for (i = 0; i < lab->network_count; i++) {
		if (!stays[i])
			lab->networks[i].number = numbers_take(&numbers);
	}
}

static void number_nodes(struct lab *lab, const struct lab *running)
{
	struct numbers numbers = {.count = LAB_MAX_NODES};
	const struct node_settings *old;
	bool stays[LAB_MAX_NODES] = {false};
	unsigned i;

	for (i = 0; running && i < running->node_count; i++)
		numbers.old[running->nodes[i].number] = true;
	for (i = 0; running && i < lab->node_count; i++) {
		old = lab_lookup_node(running, lab->nodes[i].name);
		if (!old)
			continue;
		stays[i] = true;
		lab->nodes[i].number = old->number;
		numbers.taken[old->number] = true;
	}
	for (i = 0; i < lab->node_count; i++) {
		if (!stays[i])
			lab->nodes[i].number = numbers_take(&numbers);
	}
}

void lab_number(struct lab *lab, const struct lab *running)
{
	number_networks(lab, running);
	number_nodes(lab, running);
}

const struct network_settings *lab_numbered_network(const struct lab *lab,
						    unsigned number)
{
	unsigned i;

	for (i = 0; i < lab->network_count; i++) {
		if (lab->networks[i].number == number)
			return &lab->networks[i];
	}
	return NULL;
}

const struct node_settings *lab_numbered_node(const struct lab *lab,
					      unsigned number)
{
	unsigned i;

	for (i = 0; i < lab->node_count; i++) {
		if (lab->nodes[i].number == number)
			return &lab->nodes[i];
	}
	return NULL;
}
