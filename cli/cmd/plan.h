/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.h - what weft up is going to do: got and printed
 */
#ifndef CLI_CMD_PLAN_H
#define CLI_CMD_PLAN_H

#include <stdio.h>

#include "cli/cmd/session.h"
#include "cli/lab/lab.h"

/**
 * plan_load() - the lab of a verb's FILE argument; mistakes are printed
 * @where:	file, folder or "-"; NULL: the one lab file here
 *
 * Return: 0 with a lab to destroy, or an exit code.
 */
int plan_load(const char *where, struct lab **lab);

/**
 * plan_get() - weft.plan/1 of a lab
 * @session:	located, not connected; is connected if the lab runs
 * @plan:	to be freed
 *
 * labd makes it, which knows what runs; without one all of the lab is new.
 *
 * Return: 0 or an exit code, and why was said.
 */
int plan_get(struct session *session, const struct lab *lab, json_t **plan);

/** plan_print() - a line an action, and a summary; or "no changes" */
void plan_print(FILE *out, const json_t *plan);

/** plan_is_empty() - is there nothing to do? */
bool plan_is_empty(const json_t *plan);

#endif
