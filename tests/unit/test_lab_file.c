// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab_file.c - lab files on disk: found, read, or refused with a reason
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/exit_code.h"
#include "cli/lab/lab_file.h"
#include "cli/lab/validate.h"
#include "core/util.h"

/* Each test runs in a folder of its own, removed with all that is in it. */
static int folder_enter(void **state)
{
	char *folder = strdup("/tmp/weft-test-XXXXXX");

	*state = folder;
	return mkdtemp(folder) ? chdir(folder) : -1;
}

static int folder_leave(void **state)
{
	static const char *const names[] = {"a.weft.yaml", "b.weft.yaml",
					    ".c.weft.yaml", "fifo", "big"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unlink(names[i]);
	if (chdir("/") || rmdir(*state))
		return -1;
	free(*state);
	return 0;
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void assert_unreadable(const char *path, int code, const char *message)
{
	struct diagnostics diag;

	diag_init(&diag, path);
	assert_null(lab_load(path, &diag));
	assert_int_equal(diag.code, code);
	assert_int_equal(diag.count, 1);
	assert_string_equal(diag.items[0]->text, message);
	diag_fini(&diag);
}

static void the_one_file_of_a_folder_is_found(void **state)
{
	char path[LAB_FILE_PATH_SIZE], expected[LAB_FILE_PATH_SIZE];
	struct err err = {0};

	assert_int_equal(lab_find(NULL, path, &err), -ENOENT);
	put("a.weft.yaml", "lab: a\n");
	put(".c.weft.yaml", "lab: hidden\n");
	assert_int_equal(lab_find(NULL, path, &err), 0);
	assert_string_equal(path, "a.weft.yaml");
	assert_int_equal(lab_find(*state, path, &err), 0);
	snprintf(expected, sizeof(expected), "%s/a.weft.yaml",
		 (const char *)*state);
	assert_string_equal(path, expected);
	assert_int_equal(lab_find("-", path, &err), 0);
	assert_string_equal(path, "-");
	assert_int_equal(lab_find("none", path, &err), -ENOENT);
}

static void several_files_of_a_folder_are_named(void **state)
{
	char path[LAB_FILE_PATH_SIZE];
	struct err err = {0};

	(void)state;
	put("a.weft.yaml", "lab: a\n");
	put("b.weft.yaml", "lab: b\n");
	assert_int_equal(lab_find(".", path, &err), -EEXIST);
	assert_string_equal(err.msg, ".: 2 lab files, name the one you mean: "
				     "a.weft.yaml, b.weft.yaml");
}

static void paths_start_at_the_files_folder(void **state)
{
	struct diagnostics diag;
	char expected[4096];
	struct lab *lab;

	put("a.weft.yaml", "lab: a\nnodes: { n: { kernel: k } }\n");
	diag_init(&diag, "a");
	lab = lab_load("a.weft.yaml", &diag);
	assert_non_null(lab);
	snprintf(expected, sizeof(expected), "%s/k", (const char *)*state);
	assert_string_equal(lab->nodes[0].kernel, expected);
	lab_destroy(lab);
	diag_fini(&diag);
}

static void *write_piped(void *text)
{
	int fd = open("fifo", O_WRONLY);

	/* In two pieces: a short read is not the end of the file. */
	if (fd >= 0 && write(fd, text, 4) == 4)
		(void)!write(fd, (char *)text + 4, strlen(text) - 4);
	close(fd);
	return NULL;
}

static void fifo_is_read_to_its_end(void **state)
{
	static char text[] = "lab: piped\nnodes: { a: {} }\n";
	struct diagnostics diag;
	pthread_t writer;
	struct lab *lab;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(pthread_create(&writer, NULL, write_piped, text), 0);
	diag_init(&diag, "fifo");
	lab = lab_load("fifo", &diag);
	pthread_join(writer, NULL);
	assert_non_null(lab);
	assert_string_equal(lab->name, "piped");
	assert_int_equal(lab->node_count, 1);
	lab_destroy(lab);
	diag_fini(&diag);
}

static void what_cant_be_read_says_why(void **state)
{
	(void)state;
	assert_unreadable("none.weft.yaml", -ENOENT,
			  "cannot open: No such file or directory");
	assert_unreadable(".", -EISDIR, "cannot read: Is a directory");
	put("big", "lab: x\n");
	assert_int_equal(truncate("big", 100 << 20), 0);
	assert_unreadable("big", -EFBIG,
			  "larger than 1 MiB: this is no lab file");
	assert_unreadable("/dev/zero", -EINVAL,
			  "larger than 1 MiB: this is no lab file");
}

static int validate_text(int (*print)(const char *const *, unsigned, FILE *),
			 char **text)
{
	static const char *const paths[] = {"a.weft.yaml", "b.weft.yaml"};
	size_t len;
	FILE *out = open_memstream(text, &len);
	int code = print(paths, 2, out);

	fclose(out);
	return code;
}

static void validate_judges_every_file(void **state)
{
	char *text;

	(void)state;
	put("a.weft.yaml", "lab: a\n");
	put("b.weft.yaml", "lab: 9\n");
	assert_int_equal(validate_text(validate_print, &text), EXIT_LAB_FILE);
	assert_string_equal(
		text,
		"a.weft.yaml: valid: lab a, 0 networks, 0 nodes\n"
		"b.weft.yaml:1:6: error: '9' is no name: letters, digits and "
		"'-', a letter first, no '-' last, at most 31\n"
		"lab: 9\n"
		"     ^\n");
	free(text);
	put("b.weft.yaml", "lab: b\n");
	assert_int_equal(validate_text(validate_print, &text), EXIT_DONE);
	free(text);
}

static void validate_speaks_json(void **state)
{
	const char *schema, *message;
	int line, column, code;
	json_t *root;
	char *text;

	(void)state;
	put("a.weft.yaml", "lab: a\n");
	put("b.weft.yaml", "lab: 9\n");
	code = validate_text(validate_print_json, &text);
	assert_int_equal(code, EXIT_LAB_FILE);
	root = json_loads(text, 0, NULL);
	assert_int_equal(json_unpack(root,
				     "{s:s,s:[{s:b},{s:[{s:i,s:i,s:s}]}]}",
				     "schema", &schema, "files", "valid", &code,
				     "errors", "line", &line, "column", &column,
				     "message", &message),
			 0);
	assert_string_equal(schema, "weft.validate/1");
	assert_int_equal(code, 1);
	assert_int_equal(line, 1);
	assert_int_equal(column, 6);
	json_decref(root);
	free(text);
}

#define IN_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, folder_enter, folder_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(the_one_file_of_a_folder_is_found),
		IN_FOLDER(several_files_of_a_folder_are_named),
		IN_FOLDER(paths_start_at_the_files_folder),
		IN_FOLDER(fifo_is_read_to_its_end),
		IN_FOLDER(what_cant_be_read_says_why),
		IN_FOLDER(validate_judges_every_file),
		IN_FOLDER(validate_speaks_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
