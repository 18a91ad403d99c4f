// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * validate.c - the verb validate: every mistake of every file
 */
#include "cli/lab/validate.h"

#include <jansson.h>
#include <string.h>

#include "cli/exit_code.h"
#include "cli/lab/lab_file.h"

/* @path's lab, or NULL with the mistakes in @diag, also that there is no file.
 */
static struct lab *load_one(const char *path, struct diagnostics *diag)
{
	char found[LAB_FILE_PATH_SIZE];
	struct err err = {0};
	size_t len;

	if (lab_find(path, found, &err)) {
		diag_init(diag, "weft");
		diag_error_at(diag, 0, 0, "%s", err.msg);
		return NULL;
	}
	diag_init(diag, path);
	len = strlen(found);
	diag->name = arena_strndup(&diag->arena, found, len);
	if (!diag->name)
		diag->name = path;
	return lab_load(found, diag);
}

static void print_valid(const struct diagnostics *diag, const struct lab *lab,
			FILE *out)
{
	fprintf(out, "%s: valid: lab %s, %u network%s, %u node%s\n", diag->name,
		lab->name, lab->network_count,
		lab->network_count == 1 ? "" : "s", lab->node_count,
		lab->node_count == 1 ? "" : "s");
}

int validate_print(const char *const *paths, unsigned count, FILE *out)
{
	int code = EXIT_DONE;

	for (unsigned i = 0; i < count; i++) {
		struct diagnostics diag;
		struct lab *lab = load_one(paths[i], &diag);

		if (lab) {
			print_valid(&diag, lab, out);
		} else {
			diag_print(&diag, out);
			code = EXIT_LAB_FILE;
		}
		lab_destroy(lab);
		diag_fini(&diag);
	}
	return code;
}

static json_t *error_to_json(const struct diagnostic *item)
{
	json_t *error = json_object();

	if (item->line) {
		json_object_set_new(error, "line", json_integer(item->line));
		json_object_set_new(error, "column", json_integer(item->col));
		json_object_set_new(error, "end-column",
				    json_integer(item->end_col));
	}
	if (item->path[0])
		json_object_set_new(error, "path", json_string(item->path));
	/* A file's broken UTF-8 may be quoted in it; JSON has no such string.
	 */
	if (json_object_set_new(error, "message", json_string(item->text)))
		json_object_set_new(error, "message",
				    json_string("not text in UTF-8"));
	return error;
}

static json_t *file_to_json(const struct diagnostics *diag, bool valid)
{
	json_t *file = json_object(), *errors = json_array();

	json_object_set_new(file, "file", json_string(diag->name));
	json_object_set_new(file, "valid", json_boolean(valid));
	for (unsigned i = 0; i < diag->count; i++)
		json_array_append_new(errors, error_to_json(diag->items[i]));
	json_object_set_new(file, "errors", errors);
	json_object_set_new(file, "not-shown", json_integer(diag->more));
	return file;
}

int validate_print_json(const char *const *paths, unsigned count, FILE *out)
{
	json_t *root = json_object(), *files = json_array();
	int code = EXIT_DONE;

	for (unsigned i = 0; i < count; i++) {
		struct diagnostics diag;
		struct lab *lab = load_one(paths[i], &diag);

		json_array_append_new(files, file_to_json(&diag, lab != NULL));
		if (!lab)
			code = EXIT_LAB_FILE;
		lab_destroy(lab);
		diag_fini(&diag);
	}
	json_object_set_new(root, "schema", json_string("weft.validate/1"));
	json_object_set_new(root, "valid", json_boolean(!code));
	json_object_set_new(root, "files", files);
	json_dumpf(root, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(root);
	return code;
}
