// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_diff.c - what has to be done to make a lab another one
 *
 * Theory of operation
 *
 * Both documents are canonical: everything is spelled out, so what differs
 * differs, and what was only written in another way does not. Entries are told
 * apart by name, NICs by their place. Each key that differs costs what the
 * schema's tables say, and the dearest decides what is done with the entry. A
 * network that is replugged takes the nodes on it along.
 *
 * A key that no table knows can only be a mistake of ours. It costs what is
 * always right, if not always necessary: a node is restarted, a network's own
 * port is made anew.
 */
#include "cli/lab/lab_diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lab/lab_build.h"
#include "cli/lab/lab_compare.h"

static const char *const verb_names[] = {
	[LAB_ADD] = "add",         [LAB_REMOVE] = "remove",
	[LAB_CHANGE] = "change",   [LAB_REBUILD] = "rebuild",
	[LAB_RESTART] = "restart", [LAB_START] = "start",
};
static_assert(ARRAY_SIZE(verb_names) == LAB_VERB_COUNT, "a verb lacks a name");

static const char *const subject_names[] = {
	[LAB_SUBJECT_LAB] = "lab",
	[LAB_SUBJECT_NETWORK] = "network",
	[LAB_SUBJECT_NODE] = "node",
	[LAB_SUBJECT_UPLINK] = "uplink",
};
static_assert(ARRAY_SIZE(subject_names) == LAB_SUBJECT_COUNT, "a name each");

struct lab_action *lab_diff_add(struct lab_diff *diff, enum lab_verb verb,
				enum lab_subject subject, const char *name)
{
	struct lab_action *action = &diff->actions[diff->count];

	if (diff->count < LAB_DIFF_MAX)
		action->changes = json_array();
	if (diff->count == LAB_DIFF_MAX || !action->changes) {
		diff->is_torn = true;
		return NULL;
	}
	action->verb = verb;
	action->subject = subject;
	snprintf(action->name, sizeof(action->name), "%s", name);
	diff->count++;
	return action;
}

/* Entries of @a that @b has not. */
static void diff_missing(struct lab_diff *diff, const json_t *a,
			 const json_t *b, enum lab_verb verb,
			 enum lab_subject subject)
{
	const char *name;
	json_t *entry;

	json_object_foreach((json_t *)(uintptr_t)a, name, entry)
	{
		if (!json_object_get(b, name))
			lab_diff_add(diff, verb, subject, name);
	}
}

static void take_changes(struct lab_diff *diff, enum lab_verb verb,
			 enum lab_subject subject, const char *name,
			 json_t *changes)
{
	struct lab_action *action = lab_diff_add(diff, verb, subject, name);

	if (action)
		json_array_extend(action->changes, changes);
}

static enum schema_change compare_networks(const json_t *from, const json_t *to,
					   json_t *changes)
{
	struct comparison c = {.from = from,
			       .to = to,
			       .type = type_networks.item,
			       .changes = changes,
			       .fallback = SCHEMA_REBUILD};

	compare_objects(&c, "", NULL);
	return c.cost;
}

static void diff_networks(struct lab_diff *diff, const json_t *running,
			  const json_t *wanted)
{
	const char *name;
	json_t *to;

	json_object_foreach((json_t *)(uintptr_t)wanted, name, to)
	{
		const json_t *from = json_object_get(running, name);
		json_t *changes = json_array();
		enum schema_change cost = SCHEMA_UNSAID;

		if (from)
			cost = compare_networks(from, to, changes);
		if (cost)
			take_changes(diff,
				     cost == SCHEMA_LIVE ? LAB_CHANGE
							 : LAB_REBUILD,
				     LAB_SUBJECT_NETWORK, name, changes);
		json_decref(changes);
	}
}

/**
 * struct documents - what runs and what is wanted
 * @running:	NULL: nothing
 * @wanted:	all of it
 * @verb:	which nodes are meant in this turn
 */
struct documents {
	const json_t *running;
	const json_t *wanted;
	enum lab_verb verb;
};

static const json_t *network_of(const json_t *document, const char *name)
{
	return json_object_get(json_object_get(document, "networks"), name);
}

/* What changes about a network that a node is plugged into. */
static void compare_plugged(struct comparison *c, const struct documents *d,
			    const char *network)
{
	const json_t *from = network_of(d->running, network);
	const json_t *to = network_of(d->wanted, network);
	json_t *changes = json_array(), *change;
	size_t i;

	if (from && to && changes &&
	    compare_networks(from, to, changes) == SCHEMA_REPLUG) {
		json_array_foreach(changes, i, change) json_object_set_new(
			change, "network", json_string(network));
		json_array_extend(c->changes, changes);
		c->cost = SCHEMA_RESTART;
	}
	json_decref(changes);
}

/* Each network once, however many NICs are plugged into it. */
static void compare_surroundings(struct comparison *c,
				 const struct documents *d)
{
	const json_t *nics = json_object_get(c->to, "nics");
	const char *net[LAB_MAX_NICS];
	size_t i, j;

	for (i = 0; i < MIN(json_array_size(nics), (size_t)LAB_MAX_NICS); i++) {
		net[i] = json_string_value(
			json_object_get(json_array_get(nics, i), "net"));
		for (j = 0; j < i && strcmp(net[i], net[j]) != 0; j++)
			;
		if (j == i)
			compare_plugged(c, d, net[i]);
	}
}

static void diff_nodes(struct lab_diff *diff, const struct documents *d)
{
	const json_t *wanted = json_object_get(d->wanted, "nodes");
	const json_t *running = json_object_get(d->running, "nodes");
	const char *name;
	json_t *to;

	json_object_foreach((json_t *)(uintptr_t)wanted, name, to)
	{
		struct comparison c = {.from = json_object_get(running, name),
				       .to = to,
				       .type = type_nodes.item,
				       .fallback = SCHEMA_RESTART};
		enum lab_verb verb;

		if (!c.from)
			continue;
		c.changes = json_array();
		compare_objects(&c, "", "nics");
		compare_nics(&c);
		compare_surroundings(&c, d);
		verb = c.cost == SCHEMA_LIVE ? LAB_CHANGE : LAB_RESTART;
		if (c.cost && verb == d->verb)
			take_changes(diff, verb, LAB_SUBJECT_NODE, name,
				     c.changes);
		json_decref(c.changes);
	}
}

/* Whatever changes of an uplink, it changes while frames pass. */
static void diff_uplinks(struct lab_diff *diff, const json_t *running,
			 const json_t *wanted)
{
	const char *name;
	json_t *to;

	json_object_foreach((json_t *)(uintptr_t)wanted, name, to)
	{
		struct comparison c = {.from = json_object_get(running, name),
				       .to = to,
				       .type = type_uplinks.item,
				       .fallback = SCHEMA_LIVE};

		if (!c.from)
			continue;
		c.changes = json_array();
		compare_objects(&c, "", NULL);
		if (c.cost)
			take_changes(diff, LAB_CHANGE, LAB_SUBJECT_UPLINK, name,
				     c.changes);
		json_decref(c.changes);
	}
}

/* Keys of the lab beside its name, uplinks, networks and nodes. */
static void diff_lab(struct lab_diff *diff, const json_t *running,
		     const json_t *wanted)
{
	struct comparison c = {.from = json_copy((json_t *)(uintptr_t)running),
			       .to = json_copy((json_t *)(uintptr_t)wanted),
			       .type = &lab_type,
			       .changes = json_array(),
			       .fallback = SCHEMA_LIVE};
	const char *const apart[] = {"lab", "uplinks", "networks", "nodes"};
	json_t *from = (json_t *)(uintptr_t)c.from;
	json_t *to = (json_t *)(uintptr_t)c.to;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(apart); i++) {
		json_object_del(from, apart[i]);
		json_object_del(to, apart[i]);
	}
	compare_objects(&c, "", NULL);
	if (c.cost)
		take_changes(diff, LAB_CHANGE, LAB_SUBJECT_LAB,
			     json_string_value(json_object_get(wanted, "lab")),
			     c.changes);
	json_decref(c.changes);
	json_decref(from);
	json_decref(to);
}

struct lab_diff *lab_diff_create(const json_t *running, const json_t *wanted)
{
	const json_t *old_networks = json_object_get(running, "networks");
	const json_t *networks = json_object_get(wanted, "networks");
	const json_t *old_uplinks = json_object_get(running, "uplinks");
	const json_t *uplinks = json_object_get(wanted, "uplinks");
	const json_t *old_nodes = json_object_get(running, "nodes");
	const json_t *nodes = json_object_get(wanted, "nodes");
	struct lab_diff *diff = calloc(1, sizeof(*diff));
	struct documents d = {running, wanted, LAB_CHANGE};

	if (!diff)
		return NULL;
	diff_missing(diff, old_nodes, nodes, LAB_REMOVE, LAB_SUBJECT_NODE);
	diff_missing(diff, old_uplinks, uplinks, LAB_REMOVE,
		     LAB_SUBJECT_UPLINK);
	diff_missing(diff, old_networks, networks, LAB_REMOVE,
		     LAB_SUBJECT_NETWORK);
	diff_networks(diff, old_networks, networks);
	diff_missing(diff, networks, old_networks, LAB_ADD,
		     LAB_SUBJECT_NETWORK);
	diff_uplinks(diff, old_uplinks, uplinks);
	diff_missing(diff, uplinks, old_uplinks, LAB_ADD, LAB_SUBJECT_UPLINK);
	diff_missing(diff, nodes, old_nodes, LAB_ADD, LAB_SUBJECT_NODE);
	diff_nodes(diff, &d);
	d.verb = LAB_RESTART;
	diff_nodes(diff, &d);
	if (running)
		diff_lab(diff, running, wanted);
	if (!diff->is_torn)
		return diff;
	lab_diff_destroy(diff);
	return NULL;
}

void lab_diff_destroy(struct lab_diff *diff)
{
	unsigned i;

	if (!diff)
		return;
	for (i = 0; i < diff->count; i++)
		json_decref(diff->actions[i].changes);
	free(diff);
}

const struct lab_action *lab_diff_lookup(const struct lab_diff *diff,
					 enum lab_subject subject,
					 const char *name)
{
	unsigned i;

	for (i = 0; i < diff->count; i++) {
		if (diff->actions[i].subject == subject &&
		    strcmp(diff->actions[i].name, name) == 0)
			return &diff->actions[i];
	}
	return NULL;
}

json_t *lab_diff_to_json(const struct lab_diff *diff, const char *lab,
			 bool runs)
{
	json_t *actions = json_array();
	unsigned i;

	for (i = 0; i < diff->count; i++) {
		const struct lab_action *action = &diff->actions[i];

		json_array_append_new(
			actions,
			json_pack("{s:s, s:s, s:s, s:O}", "action",
				  verb_names[action->verb], "kind",
				  subject_names[action->subject], "name",
				  action->name, "changes", action->changes));
	}
	return json_pack("{s:s, s:s, s:b, s:o}", "schema", "weft.plan/1", "lab",
			 lab, "runs", runs, "actions", actions);
}
