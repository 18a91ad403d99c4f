// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_number.c - numbers that stay with what runs while the file changes
 */
#include "cli/lab/lab.h"

#include <string.h>

#include "core/util.h"

#define NUMBERS_MAX LAB_MAX_NODES
static_assert(LAB_MAX_NETWORKS <= NUMBERS_MAX && LAB_MAX_UPLINKS <= NUMBERS_MAX,
	      "room for all");

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

/**
 * struct places - what one kind of entry of a lab is called, and its numbers
 * @names:	borrowed from the lab
 * @numbers:	in it
 * @count:	entries used
 */
struct places {
	const char *names[NUMBERS_MAX];
	uint16_t *numbers[NUMBERS_MAX];
	unsigned count;
};

static void places_add(struct places *places, const char *name,
		       uint16_t *number)
{
	places->names[places->count] = name;
	places->numbers[places->count++] = number;
}

static uint16_t *places_lookup(const struct places *places, const char *name)
{
	for (unsigned i = 0; i < places->count; i++) {
		if (strcmp(places->names[i], name) == 0)
			return places->numbers[i];
	}
	return NULL;
}

/** enum numbered - what has numbers, each kind its own */
enum numbered {
	NUMBERED_NETWORK,
	NUMBERED_NODE,
	NUMBERED_UPLINK,
	NUMBERED_COUNT,
};

static const unsigned limits[] = {
	[NUMBERED_NETWORK] = LAB_MAX_NETWORKS,
	[NUMBERED_NODE] = LAB_MAX_NODES,
	[NUMBERED_UPLINK] = LAB_MAX_UPLINKS,
};
static_assert(ARRAY_SIZE(limits) == NUMBERED_COUNT, "a limit each");

/* @lab may be NULL: nothing runs. */
static void places_fill(struct places *places, const struct lab *lab,
			enum numbered kind)
{
	unsigned i;

	places->count = 0;
	if (!lab)
		return;
	for (i = 0; kind == NUMBERED_NETWORK && i < lab->network_count; i++)
		places_add(places, lab->networks[i].name,
			   &lab->networks[i].number);
	for (i = 0; kind == NUMBERED_NODE && i < lab->node_count; i++)
		places_add(places, lab->nodes[i].name, &lab->nodes[i].number);
	for (i = 0; kind == NUMBERED_UPLINK && i < lab->uplink_count; i++)
		places_add(places, lab->uplinks[i].name,
			   &lab->uplinks[i].number);
}

static void number_kind(const struct lab *lab, const struct lab *running,
			enum numbered kind)
{
	struct numbers numbers = {.count = limits[kind]};
	bool stays[NUMBERS_MAX] = {false};
	struct places now, old;
	unsigned i;

	places_fill(&now, lab, kind);
	places_fill(&old, running, kind);
	for (i = 0; i < old.count; i++)
		numbers.old[*old.numbers[i]] = true;
	for (i = 0; i < now.count; i++) {
		const uint16_t *number = places_lookup(&old, now.names[i]);

		if (!number)
			continue;
		stays[i] = true;
		*now.numbers[i] = *number;
		numbers.taken[*number] = true;
	}
	for (i = 0; i < now.count; i++) {
		if (!stays[i])
			*now.numbers[i] = numbers_take(&numbers);
	}
}

void lab_number(struct lab *lab, const struct lab *running)
{
	for (int kind = 0; kind < NUMBERED_COUNT; kind++)
		number_kind(lab, running, (enum numbered)kind);
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

const struct lab_uplink_settings *lab_numbered_uplink(const struct lab *lab,
						      unsigned number)
{
	unsigned i;

	for (i = 0; i < lab->uplink_count; i++) {
		if (lab->uplinks[i].number == number)
			return &lab->uplinks[i];
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
