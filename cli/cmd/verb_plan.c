// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_plan.c - weft plan: what weft up would do
 */
#include <string.h>

#include "cli/cmd/plan.h"
#include "cli/cmd/print.h"
#include "cli/cmd/verbs.h"

static int plan(const struct invocation *call, const struct lab *lab)
{
	const char *named = call->values[OPTION_LAB];
	struct session session;
	json_t *document;
	int code;

	if (named && strcmp(named, lab->name) != 0)
		return complain(EXIT_NO_SUCH,
				"the file is of lab '%s', not '%s': its key "
				"'lab' says which lab it changes",
				lab->name, named);
	code = session_locate(&session, lab->name, false);
	if (code)
		return code;
	code = plan_get(&session, lab, &document);
	if (!code && option_given(call, OPTION_JSON))
		print_json(document);
	else if (!code)
		plan_print(stdout, document);
	if (!code && option_given(call, OPTION_EXIT_CODE) &&
	    !plan_is_empty(document))
		code = EXIT_PENDING;
	json_decref(document);
	session_close(&session);
	return code;
}

int run_plan(const struct invocation *call)
{
	struct lab *lab;
	int code = plan_load(call->argv[0], &lab);

	if (code)
		return code;
	code = plan(call, lab);
	lab_destroy(lab);
	return code;
}
