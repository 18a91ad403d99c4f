// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_validate.c - weft validate: every mistake of every file
 */
#include "cli/cmd/print.h"
#include "cli/cmd/verbs.h"
#include "cli/lab/lab_build.h"
#include "cli/lab/schema_gen.h"
#include "cli/lab/validate.h"

static int print_schema(const struct invocation *call)
{
	json_t *schema;

	if (call->argc)
		return usage_error(call->command,
				   "validate: --schema reads no file");
	schema = schema_to_json(&lab_type);
	if (!schema)
		return complain(EXIT_FAILED, "no memory for the schema");
	print_json(schema);
	json_decref(schema);
	return EXIT_DONE;
}

int run_validate(const struct invocation *call)
{
	const char *const *paths = (const char *const *)call->argv;

	if (option_given(call, OPTION_SCHEMA))
		return print_schema(call);
	if (!call->argc)
		return usage_error(call->command, "validate: too few words");

	if (option_given(call, OPTION_JSON))
		return validate_print_json(paths, (unsigned)call->argc, stdout);
	return validate_print(paths, (unsigned)call->argc, stderr);
}
