// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gathering.c - a document that needs answers of weft-switch before it is sent
 */
#include "cli/labd/gathering.h"

#include <stdlib.h>

#include "cli/exit_code.h"

struct gathering *gathering_open(struct labd *labd, struct ctl_request *req,
				 const char *schema, const char *key)
{
	struct gathering *gathering;

	if (labd->gatherings == GATHERINGS_MAX) {
		ctl_fail(
			req, CTL_FAILED, EXIT_FAILED,
			"%u documents wait for weft-switch's answers, and more "
			"can't: ask again later, with fewer commands at a time",
			GATHERINGS_MAX);
		return NULL;
	}
	gathering = calloc(1, sizeof(*gathering));
	if (!gathering) {
		ctl_fail(req, CTL_FAILED, EXIT_FAILED, "no memory");
		return NULL;
	}
	labd->gatherings++;
	gathering->labd = labd;
	gathering->req = req;
	gathering->document = json_pack("{s:s, s:s, s:[]}", "schema", schema,
					"lab", labd->name, key);
	gathering->open = 1;
	return gathering;
}

struct question *question_open(struct gathering *gathering, json_t *entry)
{
	struct question *question = calloc(1, sizeof(*question));

	if (!question)
		return NULL;
	question->gathering = gathering;
	question->entry = entry;
	gathering->open++;
	return question;
}

json_t *gathering_add(struct gathering *gathering, const char *key,
		      json_t *entry)
{
	json_array_append_new(json_object_get(gathering->document, key), entry);
	return entry;
}

void gathering_close(struct gathering *gathering)
{
	if (--gathering->open)
		return;
	gathering->labd->gatherings--;
	ctl_reply(gathering->req, gathering->document, NULL, 0);
	free(gathering);
}

void question_close(struct question *question)
{
	gathering_close(question->gathering);
	free(question);
}
