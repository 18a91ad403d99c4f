/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * complete.h - what may come next on a command line
 */
#ifndef CLI_CMD_COMPLETE_H
#define CLI_CMD_COMPLETE_H

#include <jansson.h>

#include "cli/cmd/command.h"

/**
 * struct complete - a command line up to the word that is being typed
 * @lab:	that -l names; NULL: none
 * @prefix:	of every candidate: "--wait=", or empty
 * @status:	weft.status/1 of the lab, once it was asked for
 * @asked:	it was
 * @uplinks:	weft.uplinks/1, likewise
 * @asked_uplinks: it was
 * @before:	the last word that is no flag; NULL: none
 */
struct complete {
	const char *lab;
	const char *prefix;
	json_t *status;
	bool asked;
	json_t *uplinks;
	bool asked_uplinks;
	const char *before;
};

/** complete_offer() - print the candidates of a place: "down|up", "NODE" */
void complete_offer(struct complete *complete, const char *place);

/**
 * complete_place() - one place of a synopsis, without its brackets
 * @synopsis:	"NODE [--] COMMAND [ARGUMENT...]"
 * @number:	from 0; behind the last that is the last, if it has dots
 * @place:	of @size: "NODE"
 *
 * Return: false when nothing can stand there.
 */
bool complete_place(const char *synopsis, unsigned number, char *place,
		    size_t size);

#endif
