// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_call_filter.c - what a thread may still call, and what becomes of it if
 * it calls something else
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/sandbox/privileges.h"
#include "cli/switchd/filters.h"
#include "cli/vmm/filters.h"
#include "unit/few_calls.h"

#define KILLED (128 + SIGSYS)
#define WAIT_MS 300

/* An exit code, or 128 + signal */
static int end_of(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

/* A child does it, in the filter; 1: that could not be entered */
static pid_t begin(const struct call_filter *filter, int (*act)(void))
{
	const struct log log = {LOG_ERROR, "test", NULL};
	pid_t child = fork();
	struct err err;

	assert_true(child >= 0);
	if (child)
		return child;
	_exit(privileges_drop(&log, &err) || call_filter_enter(filter, false)
		      ? 1
		      : act());
}

static int in_filter(const struct call_filter *filter, int (*act)(void))
{
	return end_of(begin(filter, act));
}

static int make_process(void)
{
	return fork() ? 2 : 0;
}

static void who_makes_a_process_is_ended(void **state)
{
	(void)state;
	assert_int_equal(in_filter(&test_few_filter, make_process), KILLED);
}

static int call_clone3(void)
{
	return syscall(SYS_clone3, NULL, 0) == -1 && errno == ENOSYS ? 0 : 2;
}

/* libc takes clone() then, of which the filter sees the flags. */
static void there_is_no_clone3(void **state)
{
	(void)state;
	assert_int_equal(in_filter(&test_few_filter, call_clone3), 0);
}

static int signal_ourselves(void)
{
	return raise(SIGUSR1) ? 2 : 3;
}

static int signal_others(void)
{
	return syscall(SYS_tgkill, 1, 1, 0) ? 2 : 3;
}

/* Our pid was not known when the filter was made. */
static void nobody_else_is_signalled(void **state)
{
	(void)state;
	signal(SIGUSR1, SIG_IGN);
	assert_int_equal(in_filter(&test_few_filter, signal_ourselves), 3);
	assert_int_equal(in_filter(&test_few_filter, signal_others), KILLED);
}

static int ask_for_flags(void)
{
	return fcntl(STDIN_FILENO, F_GETFL) < 0 ? 2 : 0;
}

static int own_signals(void)
{
	return fcntl(STDIN_FILENO, F_SETOWN, 1) ? 3 : 4;
}

/* F_SETSIG and F_SETOWN have the kernel send any signal to any process. */
static void kernel_sends_no_signals_for_whom_guests_took_over(void **state)
{
	(void)state;
	assert_int_equal(in_filter(&vmm_io_filter, ask_for_flags), 0);
	assert_int_equal(in_filter(&vmm_io_filter, own_signals), KILLED);
	assert_int_equal(in_filter(&switch_all_filter, ask_for_flags), 0);
	assert_int_equal(in_filter(&switch_all_filter, own_signals), KILLED);
}

/* As where the vDSO has no clock. */
static int ask_for_time(void)
{
	struct timespec now;

	return syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now) ? 2 : 0;
}

static void each_thread_of_a_guest_may_ask_for_time(void **state)
{
	(void)state;
	assert_int_equal(in_filter(&vmm_cpu_filter, ask_for_time), 0);
	assert_int_equal(in_filter(&vmm_io_filter, ask_for_time), 0);
}

static int told[2];

static int wait_a_while(void)
{
	if (write(told[1], "x", 1) != 1)
		return 2;
	return poll(NULL, 0, WAIT_MS);
}

/* The kernel goes on with restart_syscall(). */
static void wait_goes_on_after_a_stop(void **state)
{
	char byte;
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(told), 0);
	child = begin(&vmm_io_filter, wait_a_while);
	assert_int_equal(read(told[0], &byte, 1), 1);
	usleep(WAIT_MS * 1000 / 3);
	kill(child, SIGSTOP);
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	assert_true(WIFSTOPPED(status));
	kill(child, SIGCONT);
	assert_int_equal(end_of(child), 0);
	close(told[0]);
	close(told[1]);
}

static sem_t there, never;

static void *stand_aside(void *arg)
{
	*(int *)arg = call_filter_enter(&test_few_filter, false);
	sem_post(&there);
	sem_wait(&never);
	return NULL;
}

/* A thread that is in a filter of its own can't be put into another's. */
static int enter_with_all(void)
{
	pthread_t thread;
	int code;

	sem_init(&there, 0, 0);
	sem_init(&never, 0, 0);
	if (pthread_create(&thread, NULL, stand_aside, &code))
		return 2;
	sem_wait(&there);
	if (code)
		return 3;
	return call_filter_enter(&test_few_filter, true) < 0 ? 0 : 4;
}

static void filter_that_not_all_can_enter_is_a_failure(void **state)
{
	const struct log log = {LOG_ERROR, "test", NULL};
	pid_t child = fork();
	struct err err;

	(void)state;
	assert_true(child >= 0);
	if (!child)
		_exit(privileges_drop(&log, &err) ? 1 : enter_with_all());
	assert_int_equal(end_of(child), 0);
}

#ifdef __x86_64__
static void *call_as_i386(void *arg)
{
	long number = 20; /* getpid */

	__asm__ volatile("int $0x80" : "+a"(number) : : "memory");
	return arg;
}

static int have_thread_call_as_i386(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, call_as_i386, NULL))
		return 2;
	pthread_join(thread, NULL);
	return 3;
}

static void other_architecture_ends_all_of_the_process(void **state)
{
	(void)state;
	assert_int_equal(in_filter(&test_few_filter, have_thread_call_as_i386),
			 KILLED);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_makes_a_process_is_ended),
		cmocka_unit_test(there_is_no_clone3),
		cmocka_unit_test(nobody_else_is_signalled),
		cmocka_unit_test(
			kernel_sends_no_signals_for_whom_guests_took_over),
		cmocka_unit_test(each_thread_of_a_guest_may_ask_for_time),
		cmocka_unit_test(wait_goes_on_after_a_stop),
		cmocka_unit_test(filter_that_not_all_can_enter_is_a_failure),
#ifdef __x86_64__
		cmocka_unit_test(other_architecture_ends_all_of_the_process),
#endif
	};

	if (!call_filter_is_there()) {
		print_message(
			"skipped: no filter in a build with sanitizers\n");
		return EXIT_SKIPPED;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
