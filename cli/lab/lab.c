// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab.c - a lab as data: making one, finding in it
 */
#include "cli/lab/lab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

int lab_reserve_checks(struct lab *lab, unsigned count)
{
	lab->checks = calloc(count + 1, sizeof(*lab->checks));
	return lab->checks ? 0 : -ENOMEM;
}

void lab_destroy(struct lab *lab)
{
	if (!lab)
		return;
	free(lab->networks);
	free(lab->nodes);
	free(lab->checks);
	free(lab);
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
