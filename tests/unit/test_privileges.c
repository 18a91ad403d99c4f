// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_privileges.c - a process that gave everything up has nothing left
 */
#include "unit/cmocka_wrap.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/sandbox/privileges.h"

#define ANYBODY 12345

/* What a child finds out: its exit code, or 128 + signal. */
static int in_child(int (*act)(void))
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child)
		_exit(act());
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

/* 0: hidden; 77: this host doesn't let us; else what can still be seen */
static int look_around(void)
{
	unsigned entries = 0;
	DIR *root;

	if (privileges_hide_files())
		return 77;
	if (open("/etc/passwd", O_RDONLY) >= 0)
		return 1;
	if (open("../../etc/passwd", O_RDONLY) >= 0)
		return 2;
	if (open("new", O_CREAT | O_WRONLY, 0600) >= 0)
		return 3;
	root = opendir("/");
	while (root && readdir(root))
		entries++;
	return entries > 2 ? 4 : 0;
}

static void nothing_is_left_of_the_file_system(void **state)
{
	int code = in_child(look_around);

	(void)state;
	if (code == 77) {
		print_message("skipped: this host gives no user namespace\n");
		skip();
	}
	assert_int_equal(code, 0);
}

static int drop_and_look(void)
{
	const struct log log = {LOG_ERROR, "test", NULL};
	struct err err;

	if (privileges_hide_files())
		return 77;
	if (privileges_drop(&log, &err))
		return 1;
	return chroot("/") == 0 ? 2 : 0;
}

static void there_is_no_way_back(void **state)
{
	int code = in_child(drop_and_look);

	(void)state;
	if (code == 77) {
		print_message("skipped: this host gives no user namespace\n");
		skip();
	}
	assert_int_equal(code, 0);
}

/* Who makes a user namespace has every capability in it. */
static int drop_as_anybody(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	const struct log log = {LOG_ERROR, "test", NULL};
	struct err err;

	if (geteuid() == 0 && setresuid(ANYBODY, ANYBODY, ANYBODY))
		return 1;
	if (privileges_hide_files())
		return 77;
	if (privileges_drop(&log, &err) || syscall(SYS_capget, &header, data))
		return 2;
	return data[0].effective || data[1].effective || data[0].permitted ||
			       data[1].permitted
		       ? 3
		       : 0;
}

static void capabilities_of_an_own_namespace_go_too(void **state)
{
	int code = in_child(drop_as_anybody);

	(void)state;
	if (code == 77) {
		print_message("skipped: this host gives no user namespace\n");
		skip();
	}
	assert_int_equal(code, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_left_of_the_file_system),
		cmocka_unit_test(there_is_no_way_back),
		cmocka_unit_test(capabilities_of_an_own_namespace_go_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
