// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_text.c - lab files as string literals, for tests
 */
#include "unit/lab_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lab/lab_file.h"
#include "unit/cmocka_wrap.h"

/**
 * struct outcome - of reading one text
 * @lab:	NULL after a mistake
 * @errors:	what diag_print() says, on the heap
 */
struct outcome {
	struct lab *lab;
	char *errors;
};

static struct outcome load(const char *text, size_t size)
{
	struct outcome outcome = {0};
	struct diagnostics diag;
	size_t len;
	FILE *out;

	diag_init(&diag, "t");
	outcome.lab = lab_parse("/srv", text, size, &diag);
	out = open_memstream(&outcome.errors, &len);
	assert_non_null(out);
	diag_print(&diag, out);
	fclose(out);
	assert_int_equal(outcome.lab != NULL, diag.count + diag.more == 0);
	assert_int_equal(outcome.lab != NULL, diag.code == 0);
	diag_fini(&diag);
	return outcome;
}

struct lab *lab_of_text(const char *text)
{
	struct outcome outcome = load(text, strlen(text));

	assert_string_equal(outcome.errors, "");
	free(outcome.errors);
	return outcome.lab;
}

char *errors_of_text(const char *text, size_t size)
{
	struct outcome outcome = load(text, size);

	lab_destroy(outcome.lab);
	return outcome.errors;
}

void assert_mistakes(const struct mistake *mistakes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *text = mistakes[i].text;
		char *errors = errors_of_text(text, strlen(text));
		char *line_end = strchr(errors, '\n');
		char expected[512];

		snprintf(expected, sizeof(expected), "t:%s", mistakes[i].error);
		/* One message, its source line, its caret, and no more. */
		assert_non_null(line_end);
		*line_end = '\0';
		assert_string_equal(errors, expected);
		assert_null(strstr(line_end + 1, ": error: "));
		free(errors);
	}
}
