// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_gen.c - run by the build: prints the manual or the JSON schema
 *
 * "schema-gen page PAGE.scd.in" copies the page with the line @KEYS@ replaced;
 * "schema-gen json" prints weft.schema.json.
 */
#include "cli/lab/schema_gen.h"

#include <string.h>

#include "cli/lab/lab_build.h"

static int print_page(const char *path)
{
	FILE *in = fopen(path, "r");
	char line[1024];

	if (!in) {
		perror(path);
		return 1;
	}
	while (fgets(line, sizeof(line), in)) {
		if (strcmp(line, "@KEYS@\n") == 0)
			schema_to_scdoc(&lab_type, stdout);
		else
			fputs(line, stdout);
	}
	fclose(in);
	return 0;
}

static int print_json(void)
{
	json_t *root = schema_to_json(&lab_type);

	if (!root || json_dumpf(root, stdout, JSON_INDENT(2)))
		return 1;
	json_decref(root);
	putchar('\n');
	return 0;
}

int main(int argc, char **argv)
{
	int code = 2;

	if (argc == 3 && strcmp(argv[1], "page") == 0)
		code = print_page(argv[2]);
	else if (argc == 2 && strcmp(argv[1], "json") == 0)
		code = print_json();
	else
		fprintf(stderr, "usage: %s page FILE | json\n", argv[0]);
	return fflush(stdout) ? 1 : code;
}
