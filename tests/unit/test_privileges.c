// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_privileges.c - a process that gave everything up has nothing left
 */
#include "unit/cmocka_wrap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/sandbox/privileges.h"
#include "cli/vmm/filters.h"
#include "unit/privileges_calls.h"

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

/* In the filter of privileges_calls.c; 1: it could not be entered */
static int in_filter(int (*act)(void))
{
	const struct log log = {LOG_ERROR, "test", NULL};
	struct err err;

	if (privileges_drop(&log, &err) ||
	    call_filter_enter(&test_few_filter, false))
		return 1;
	return act();
}

static int make_process(void)
{
	return fork() ? 2 : 0;
}

static int fork_in_filter(void)
{
	return in_filter(make_process);
}

static int signal_others(void)
{
	return kill(getppid(), 0) ? 2 : 3;
}

static int signal_others_in_filter(void)
{
	return in_filter(signal_others);
}

static int signal_others_thread(void)
{
	return syscall(SYS_tgkill, 1, 1, 0) ? 2 : 3;
}

static int signal_others_thread_in_filter(void)
{
	return in_filter(signal_others_thread);
}

static int signal_ourselves(void)
{
	return raise(SIGUSR1) ? 2 : 3;
}

static int signal_ourselves_in_filter(void)
{
	signal(SIGUSR1, SIG_IGN);
	return in_filter(signal_ourselves);
}

static int need_clone3(void)
{
	return syscall(SYS_clone3, NULL, 0) == -1 && errno == ENOSYS ? 0 : 2;
}

static int need_clone3_in_filter(void)
{
	return in_filter(need_clone3);
}

/* F_SETSIG and F_SETOWN have the kernel send any signal to any process. */
static int own_signals(void)
{
	const struct log log = {LOG_ERROR, "test", NULL};
	struct err err;

	if (privileges_drop(&log, &err) ||
	    call_filter_enter(&vmm_io_filter, false))
		return 1;
	if (fcntl(STDIN_FILENO, F_GETFL) < 0)
		return 2;
	return fcntl(STDIN_FILENO, F_SETOWN, getppid()) ? 3 : 4;
}

static void need_filter(void)
{
	if (call_filter_is_there())
		return;
	print_message("skipped: no filter in a build with sanitizers\n");
	skip();
}

static void filter_ends_who_makes_a_process(void **state)
{
	(void)state;
	need_filter();
	assert_int_equal(in_child(fork_in_filter), 128 + SIGSYS);
}

/* libc takes clone() then, of which the filter sees the flags. */
static void filter_knows_no_clone3(void **state)
{
	(void)state;
	need_filter();
	assert_int_equal(in_child(need_clone3_in_filter), 0);
}

/* Our pid was not known when the filter was made. */
static void filter_lets_signal_nobody_else(void **state)
{
	(void)state;
	need_filter();
	assert_int_equal(in_child(signal_ourselves_in_filter), 3);
	assert_int_equal(in_child(signal_others_in_filter), 128 + SIGSYS);
	assert_int_equal(in_child(signal_others_thread_in_filter),
			 128 + SIGSYS);
}

static void guest_s_process_has_no_signals_sent(void **state)
{
	(void)state;
	need_filter();
	assert_int_equal(in_child(own_signals), 128 + SIGSYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_left_of_the_file_system),
		cmocka_unit_test(there_is_no_way_back),
		cmocka_unit_test(filter_ends_who_makes_a_process),
		cmocka_unit_test(filter_knows_no_clone3),
		cmocka_unit_test(filter_lets_signal_nobody_else),
		cmocka_unit_test(guest_s_process_has_no_signals_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
