// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_state_dir.c - where a lab's folders are, and whose they may be
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/state_dir.h"

static char scratch[32];
static struct state_dir dir;

static void user_without_runtime_dir_gets_a_folder_in_tmp(void **state)
{
	struct state_env env = {.uid = 1000, .home = "/u"};

	(void)state;
	assert_int_equal(state_dir_locate(&env, "office", &dir, NULL), 0);
	assert_string_equal(dir.path, "/tmp/weft-1000/office");
	assert_string_equal(dir.durable, "/u/.local/state/weft/office");
}

static void xdg_folders_come_first_for_users_and_not_for_root(void **state)
{
	struct state_env env = {.uid = 1000,
				.xdg_runtime_dir = "/run/user/1000",
				.xdg_state_home = "/s"};

	(void)state;
	assert_int_equal(state_dir_locate(&env, "office", &dir, NULL), 0);
	assert_string_equal(dir.path, "/run/user/1000/weft/office");
	assert_string_equal(dir.durable, "/s/weft/office");
	env.uid = 0;
	assert_int_equal(state_dir_locate(&env, "office", &dir, NULL), 0);
	assert_string_equal(dir.path, "/run/weft/office");
	assert_string_equal(dir.durable, "/var/lib/weft/office");
}

static void name_that_leaves_the_folder_is_refused(void **state)
{
	static const char *const names[] = {
		"",    ".",    "..",
		"a/b", "/etc", "a234567890123456789012345678901x"};
	struct state_env env = {.uid = 0};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(state_dir_locate(&env, names[i], &dir, NULL),
				 -EINVAL);
}

static void socket_path_that_no_sockaddr_holds_is_refused(void **state)
{
	struct state_env env = {.uid = 0};
	char path[STATE_PATH_SIZE], longest[120];
	struct err err;

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[0] = '/';
	/* LONGEST/office/ctl.sock: 107 bytes fit, 108 do not. */
	longest[107 - 16] = '\0';
	env.runtime_dir = longest;
	assert_int_equal(state_dir_locate(&env, "office", &dir, &err), 0);
	assert_int_equal(state_dir_socket(&dir, "ctl.sock", path, &err), 0);
	assert_int_equal(strlen(path), 107);
	assert_int_equal(state_dir_port_socket(&dir, "web1", 0, path, &err),
			 -ENAMETOOLONG);
	assert_non_null(strstr(err.msg, "WEFT_RUNTIME_DIR"));
}

static void created_folders_are_ours_alone(void **state)
{
	struct state_env env = {.uid = geteuid(), .state_dir = scratch};
	char base[64], path[STATE_PATH_SIZE];
	struct stat st;

	(void)state;
	snprintf(base, sizeof(base), "%s/base", scratch);
	env.runtime_dir = base;
	assert_int_equal(state_dir_locate(&env, "office", &dir, NULL), 0);
	assert_int_equal(state_dir_check(&env, &dir, NULL), -ENOENT);
	assert_int_equal(state_dir_create(&env, &dir, NULL), 0);
	assert_int_equal(state_dir_create(&env, &dir, NULL), 0);
	assert_int_equal(stat(dir.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(state_dir_file(&dir, "ports", path, NULL), 0);
	assert_int_equal(access(path, W_OK), 0);
}

static void creation_that_fails_leaves_nothing(void **state)
{
	struct state_env env = {.uid = geteuid()};
	char top[64], base[80], file[64], durable[80];
	struct err err;

	(void)state;
	snprintf(top, sizeof(top), "%s/top", scratch);
	snprintf(base, sizeof(base), "%s/base", top);
	snprintf(file, sizeof(file), "%s/file", scratch);
	snprintf(durable, sizeof(durable), "%s/state", file);
	close(open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	env.runtime_dir = base;
	env.state_dir = durable;
	assert_int_equal(state_dir_locate(&env, "office", &dir, NULL), 0);
	assert_int_equal(state_dir_create(&env, &dir, &err), -ENOTDIR);
	assert_non_null(strstr(err.msg, "set WEFT_STATE_DIR"));
	assert_int_equal(access(top, F_OK), -1);
	/* What was there before is not ours to remove. */
	assert_int_equal(mkdir(top, 0700), 0);
	assert_int_equal(state_dir_create(&env, &dir, &err), -ENOTDIR);
	assert_int_equal(access(base, F_OK), -1);
	assert_int_equal(rmdir(top), 0);
	assert_int_equal(unlink(file), 0);
}

static void lock_is_held_by_one_until_it_is_closed(void **state)
{
	struct state_env env = {.uid = geteuid(), .state_dir = scratch};
	char base[64];
	struct err err;
	int fd, again;

	(void)state;
	snprintf(base, sizeof(base), "%s/base", scratch);
	env.runtime_dir = base;
	assert_int_equal(state_dir_locate(&env, "office", &dir, NULL), 0);
	fd = state_dir_lock(&dir, &err);
	assert_true(fd >= 0);
	assert_int_equal(state_dir_lock(&dir, &err), -EAGAIN);
	assert_false(state_dir_is_served(&env, "office"));
	close(fd);
	again = state_dir_lock(&dir, &err);
	assert_true(again >= 0);
	close(again);
}

static void folder_of_somebody_else_is_refused(void **state)
{
	struct state_env env = {.uid = geteuid() + 1, .state_dir = scratch};
	char base[64];
	struct err err;

	(void)state;
	snprintf(base, sizeof(base), "%s/base", scratch);
	env.runtime_dir = base;
	assert_int_equal(state_dir_locate(&env, "office", &dir, NULL), 0);
	assert_int_equal(state_dir_check(&env, &dir, &err), -EPERM);
	assert_non_null(strstr(err.msg, "belongs to uid"));
	assert_int_equal(state_dir_create(&env, &dir, &err), -EPERM);
}

static void link_and_writable_folder_are_refused(void **state)
{
	struct state_env env = {.uid = geteuid(), .state_dir = scratch};
	char base[64], link[64];
	struct err err;

	(void)state;
	snprintf(base, sizeof(base), "%s/base", scratch);
	snprintf(link, sizeof(link), "%s/link", scratch);
	assert_int_equal(symlink(base, link), 0);
	env.runtime_dir = link;
	assert_int_equal(state_dir_locate(&env, "office", &dir, NULL), 0);
	assert_int_equal(state_dir_check(&env, &dir, &err), -EPERM);
	env.runtime_dir = base;
	assert_int_equal(chmod(base, 0770), 0);
	assert_int_equal(state_dir_locate(&env, "office", &dir, NULL), 0);
	assert_int_equal(state_dir_check(&env, &dir, &err), -EPERM);
	assert_non_null(strstr(err.msg, "chmod go-w"));
}

static int make_scratch(void **state)
{
	(void)state;
	strcpy(scratch, "/tmp/test-state-XXXXXX");
	return mkdtemp(scratch) ? 0 : -1;
}

static int remove_scratch(void **state)
{
	static const char *const made[] = {"link",
					   "base/office/ports",
					   "base/office/lock",
					   "base/office",
					   "base",
					   "office",
					   "."};
	char path[64];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(made); i++) {
		snprintf(path, sizeof(path), "%s/%s", scratch, made[i]);
		if (unlink(path))
			rmdir(path);
	}
	return rmdir(scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(user_without_runtime_dir_gets_a_folder_in_tmp),
		cmocka_unit_test(
			xdg_folders_come_first_for_users_and_not_for_root),
		cmocka_unit_test(name_that_leaves_the_folder_is_refused),
		cmocka_unit_test(socket_path_that_no_sockaddr_holds_is_refused),
		cmocka_unit_test(created_folders_are_ours_alone),
		cmocka_unit_test(creation_that_fails_leaves_nothing),
		cmocka_unit_test(lock_is_held_by_one_until_it_is_closed),
		cmocka_unit_test(folder_of_somebody_else_is_refused),
		cmocka_unit_test(link_and_writable_folder_are_refused),
	};

	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
