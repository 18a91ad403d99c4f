/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab_diff.h - what has to be done to make a lab another one
 *
 * A pure function of two canonical documents. What `weft plan` prints and what
 * labd does come from it alike. What a key's change costs is said in the schema
 * tables (enum schema_change).
 */
#ifndef CLI_LAB_LAB_DIFF_H
#define CLI_LAB_LAB_DIFF_H

#include <jansson.h>

#include "cli/lab/lab.h"
#include "core/err.h"

/** LAB_DIFF_MAX - everything goes, everything comes, and the lab itself */
#define LAB_DIFF_MAX \
	(2 * (LAB_MAX_NETWORKS + LAB_MAX_NODES + LAB_MAX_UPLINKS) + 1)

/** enum lab_subject - what an action is about */
enum lab_subject {
	LAB_SUBJECT_LAB,
	LAB_SUBJECT_NETWORK,
	LAB_SUBJECT_NODE,
	LAB_SUBJECT_UPLINK,
	LAB_SUBJECT_COUNT,
};

/**
 * enum lab_verb - what is done
 * @LAB_ADD:		it was not there
 * @LAB_REMOVE:		it is not wanted any more
 * @LAB_CHANGE:		while it runs, and it doesn't notice
 * @LAB_REBUILD:	a network: its own port is made anew; nodes stay
 *			plugged in
 * @LAB_RESTART:	a node: ended, and started as it is wanted now
 * @LAB_START:		a node that does not run, for labd to add
 */
enum lab_verb {
	LAB_ADD,
	LAB_REMOVE,
	LAB_CHANGE,
	LAB_REBUILD,
	LAB_RESTART,
	LAB_START,
	LAB_VERB_COUNT,
};

/**
 * struct lab_action - one thing to do
 * @verb:	enum lab_verb
 * @subject:	enum lab_subject
 * @name:	of the network, node, uplink or lab
 * @changes:	array of {key, from, to} in the words of the file: "from" is
 *		missing for what was not there, "to" for what is no more. A
 *		"network" says that the key is of that network, not of @name
 */
struct lab_action {
	enum lab_verb verb;
	enum lab_subject subject;
	char name[LAB_NAME_SIZE];
	json_t *changes;
};

/**
 * struct lab_diff - all of it, in the order in which it is done
 * @is_torn:	there was no memory for one of them
 * @count:	entries of @actions
 * @actions:	nodes, uplinks and networks go; networks change and come;
 *		uplinks change and come; nodes come, change and restart; and
 *		what is the lab's own. So a node's networks are there before it
 *		is, as are those that an uplink has a cable to, and no network
 *		goes under one
 */
struct lab_diff {
	bool is_torn;
	unsigned count;
	struct lab_action actions[LAB_DIFF_MAX];
};

/**
 * lab_diff_create() - from one lab to another
 * @running:	canonical document; NULL: nothing runs
 * @wanted:	canonical document
 *
 * Return: for lab_diff_destroy(), or NULL without memory.
 */
struct lab_diff *lab_diff_create(const json_t *running, const json_t *wanted);

/** lab_diff_destroy() - NULL is fine */
void lab_diff_destroy(struct lab_diff *diff);

/**
 * lab_diff_add() - one more action, at the end
 *
 * Return: for @changes to be filled, or NULL without memory.
 */
struct lab_action *lab_diff_add(struct lab_diff *diff, enum lab_verb verb,
				enum lab_subject subject, const char *name);

/** lab_diff_lookup() - the action about this one, or NULL */
const struct lab_action *lab_diff_lookup(const struct lab_diff *diff,
					 enum lab_subject subject,
					 const char *name);

/**
 * lab_diff_to_json() - as weft.plan/1
 * @lab:	its name
 * @runs:	there is something to change
 */
json_t *lab_diff_to_json(const struct lab_diff *diff, const char *lab,
			 bool runs);

#endif
