// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_cpio.c - newc archives, as cpio(1) reads them
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/image/cache.h"
#include "cli/image/cpio.h"
#include "cli/image/tool.h"

static void write_archive(const char *path)
{
	struct cpio cpio;

	cpio_init(&cpio);
	cpio_add_dir(&cpio, "etc", 0755);
	cpio_add_file(&cpio, "etc/odd", 0640, "12345", 5);
	cpio_add_file(&cpio, "etc/empty", 0644, "", 0);
	cpio_add_symlink(&cpio, "sh", "busybox");
	cpio_add_chardev(&cpio, "console", 5, 1);
	assert_int_equal(cpio_end(&cpio), 0);
	assert_int_equal(cpio.len % 4, 0);
	assert_int_equal(cache_store(path, cpio.data, cpio.len, NULL), 0);
	cpio_fini(&cpio);
}

static char *list_archive(const char *path)
{
	const char *argv[] = {"cpio", "-itv", "--quiet", "-F", path, NULL};
	struct tool tool = {.argv = argv, .package = "cpio", .max = 65536};

	assert_int_equal(tool_run(&tool, NULL), 0);
	return tool.out;
}

static void archive_lists_what_was_added(void **state)
{
	char path[] = "/tmp/weft-cpio-XXXXXX", where[256];
	char *list;
	int fd;

	(void)state;
	if (!tool_find("cpio", where, sizeof(where))) {
		print_message("skipped: cpio is not installed\n");
		skip();
	}
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	write_archive(path);
	list = list_archive(path);
	unlink(path);
	assert_non_null(strstr(list, "drwxr-xr-x"));
	assert_non_null(strstr(list, "-rw-r-----"));
	assert_non_null(strstr(list, " etc/odd\n"));
	assert_non_null(strstr(list, " sh -> busybox\n"));
	assert_non_null(strstr(list, "5,   1"));
	assert_non_null(strstr(list, " etc/empty\n"));
	free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(archive_lists_what_was_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
