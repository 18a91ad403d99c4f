/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * apply.h - lab.apply: the lab becomes what a document says
 */
#ifndef CLI_LABD_APPLY_H
#define CLI_LABD_APPLY_H

#include "cli/labd/labd.h"

/**
 * struct apply_settings - one lab.apply
 * @lab:	what is wanted
 * @document:	its canonical JSON
 * @waits:	answer when every node is ready, not at once
 * @timeout_ms:	for that, from now on
 */
struct apply_settings {
	struct lab *lab;
	json_t *document;
	bool waits;
	unsigned timeout_ms;
};

/**
 * apply_begin() - change what differs, and start what does not run
 * @req:	gets a notification "plan" first, and its answer when all is
 * done
 * @settings:	its lab and document are taken over
 *
 * What can be known to fail is looked at first, and nothing is changed then.
 * After that a node that fails is reported and stops nobody else. It goes on
 * without its client.
 */
void apply_begin(struct labd *labd, struct ctl_request *req,
		 const struct apply_settings *settings);

/** apply_plan() - what apply_begin() of @lab, canonically @document, would do,
 * as weft.plan/1; or NULL */
json_t *apply_plan(const struct labd *labd, const struct lab *lab,
		   const json_t *document);

/** apply_node_changed() - a node that has to end may have */
void apply_node_changed(struct labd *labd);

/** apply_cancel() - the lab goes down: leave it as it is; no-op if idle */
void apply_cancel(struct labd *labd, const char *why);

#endif
