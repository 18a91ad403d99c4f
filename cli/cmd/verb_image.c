// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_image.c - weft image: the kernel and initramfs of the built-in guest
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/cmd/print.h"
#include "cli/cmd/verbs.h"
#include "cli/helper_path.h"
#include "cli/image/initramfs.h"
#include "cli/image/unpack.h"

static void say_line(struct image_progress *progress, const char *line)
{
	(void)progress;
	print_safe(stderr, line);
	fputc('\n', stderr);
}

static int failed(const struct err *err)
{
	return complain(image_exit_code(err), "%s", err->msg);
}

/* @boot, @initramfs: what guests boot; NULL: that was not asked for */
static int report(const struct image_kernel *kernel, const char *boot,
		  const char *initramfs, bool as_json)
{
	json_t *document;

	if (!as_json) {
		printf("kernel %s %s\n", kernel->version, kernel->path);
		if (boot)
			printf("boots %s\n", boot);
		if (initramfs)
			printf("initramfs %s\n", initramfs);
		return EXIT_DONE;
	}
	document =
		json_pack("{s:s, s:{s:s, s:s, s:s, s:s*}, s:s*}", "schema",
			  "weft.images/1", "kernel", "version", kernel->version,
			  "path", kernel->path, "modules", kernel->modules,
			  "boot", boot, "initramfs", initramfs);
	print_json(document);
	json_decref(document);
	return EXIT_DONE;
}

/* Each is 34 MB. */
static void forget_old(const struct image_kernel *kernel)
{
	unsigned count = image_forget_old(kernel);

	if (count)
		fprintf(stderr, "%u unpacked kernel%s of before removed\n",
			count, count == 1 ? "" : "s");
}

static int fetch(bool as_json)
{
	struct image_progress progress = {say_line};
	char boot[CACHE_PATH_SIZE];
	struct image_kernel kernel;
	struct err err;

	if (kernel_fetch(&progress, &kernel, &err))
		return failed(&err);
	image_boot_file(&kernel, boot);
	forget_old(&kernel);
	return report(&kernel, boot, NULL, as_json);
}

static int build(bool as_json)
{
	char init[CACHE_PATH_SIZE], path[CACHE_PATH_SIZE];
	char boot[CACHE_PATH_SIZE];
	struct image_kernel kernel;
	struct err err;

	if (image_find_kernel(&kernel, NULL, &err) ||
	    helper_path("weft-init", "guest", init, sizeof(init), &err) ||
	    initramfs_build(&kernel, init, path, &err))
		return failed(&err);
	image_boot_file(&kernel, boot);
	forget_old(&kernel);
	return report(&kernel, boot, path, as_json);
}

/* Where was looked in vain; for programs, too, that is an answer. */
static void report_none(const struct kernel_notes *notes)
{
	json_t *looked = json_array(), *document;
	unsigned i;

	for (i = 0; i < notes->count; i++)
		json_array_append_new(looked, json_string(notes->text[i]));
	document = json_pack("{s:s, s:n, s:o}", "schema", "weft.images/1",
			     "kernel", "looked", looked);
	print_json(document);
	json_decref(document);
}

static int list(bool as_json)
{
	static struct kernel_notes notes;
	struct image_kernel kernel;
	struct err err;
	unsigned i;
	int error;

	error = image_find_kernel(&kernel, &notes, &err);
	for (i = 0; i < notes.count && !as_json; i++) {
		print_safe(stderr, notes.text[i]);
		fputc('\n', stderr);
	}
	if (error && as_json)
		report_none(&notes);
	return error ? failed(&err) : report(&kernel, NULL, NULL, as_json);
}

int run_image(const struct invocation *call)
{
	bool as_json = option_given(call, OPTION_JSON);

	if (strcmp(call->argv[0], "fetch") == 0)
		return fetch(as_json);
	if (strcmp(call->argv[0], "build") == 0)
		return build(as_json);
	if (strcmp(call->argv[0], "list") == 0)
		return list(as_json);
	return usage_error(call->command,
			   "image: '%s' is none of fetch, build, list",
			   call->argv[0]);
}
