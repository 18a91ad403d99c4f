// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_child.c - what a child gets, and how its end is told
 */
#include "unit/cmocka_wrap.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/labd/child.h"

#define ROUND_MS 20
#define MAX_ROUNDS 500

struct bed {
	struct fake_clock clock;
	struct loop *loop;
	struct child child;
	struct log log;
	const struct log *words_log;
	unsigned exits;
	unsigned said;
	int status;
};

static void bed_exited(struct child *child, int wait_status)
{
	struct bed *bed = container_of(child, struct bed, child);

	bed->exits++;
	bed->said = child->words.said;
	bed->status = wait_status;
}

static int setup(void **state)
{
	static struct bed bed;
	struct err err;

	memset(&bed, 0, sizeof(bed));
	fake_clock_init(&bed.clock, NSEC_PER_SEC);
	bed.loop = loop_create(&bed.clock.clock, &err);
	bed.log = (struct log){LOG_ERROR, "labd", &bed.clock.clock};
	child_init(&bed.child, bed_exited);
	*state = &bed;
	return bed.loop ? 0 : -1;
}

static int teardown(void **state)
{
	struct bed *bed = *state;

	child_forget(&bed->child);
	loop_destroy(bed->loop);
	return 0;
}

static void start(struct bed *bed, const char *script, const int *fds,
		  unsigned count)
{
	char text[256];
	char *argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
			text, NULL};
	struct child_settings settings = {.path = "/bin/sh",
					  .argv = argv,
					  .fds = fds,
					  .fd_count = count,
					  .stdin_fd = -1,
					  .stdout_fd = -1,
					  .stderr_fd = STDERR_FILENO,
					  .log = bed->words_log,
					  .name = "web1"};
	struct err err;

	snprintf(text, sizeof(text), "%s", script);
	assert_int_equal(child_start(bed->loop, &bed->child, &settings, &err),
			 0);
}

static void wait_for_end(struct bed *bed)
{
	int i;

	for (i = 0; i < MAX_ROUNDS && !bed->exits; i++)
		loop_run_once(bed->loop, ROUND_MS);
	assert_int_equal(bed->exits, 1);
	assert_int_equal(bed->child.pid, 0);
}

static void descriptors_are_where_they_were_promised(void **state)
{
	struct bed *bed = *state;
	char said[64] = "";
	int a[2], b[2], fds[2];

	assert_int_equal(pipe2(a, O_CLOEXEC), 0);
	assert_int_equal(pipe2(b, O_CLOEXEC), 0);
	/* In the wrong order, and where others have to go. */
	fds[0] = b[1];
	fds[1] = a[1];
	start(bed, "echo three >&3; echo four >&4", fds, 2);
	wait_for_end(bed);
	assert_int_equal(read(b[0], said, sizeof(said)), 6);
	assert_memory_equal(said, "three\n", 6);
	assert_int_equal(read(a[0], said, sizeof(said)), 5);
	assert_memory_equal(said, "four\n", 5);
	close(a[0]);
	close(a[1]);
	close(b[0]);
	close(b[1]);
}

static void as_many_descriptors_as_may_be_arrive_in_order(void **state)
{
	struct bed *bed = *state;
	int i, fds[CHILD_MAX_FDS], ends[2];
	char said[64] = "";

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	for (i = 0; i < CHILD_MAX_FDS; i++)
		fds[i] = -1;
	fds[CHILD_MAX_FDS - 1] = ends[1];
	/* one whose own number lies in the middle of them */
	fds[0] = fcntl(ends[1], F_DUPFD_CLOEXEC, 40);
	start(bed, "echo first >&3; echo last >/proc/self/fd/66", fds,
	      CHILD_MAX_FDS);
	wait_for_end(bed);
	assert_int_equal(read(ends[0], said, sizeof(said)), 11);
	assert_memory_equal(said, "first\nlast\n", 11);
	close(fds[0]);
	close(ends[0]);
	close(ends[1]);
}

static void no_other_descriptor_is_inherited(void **state)
{
	struct bed *bed = *state;
	int leak = open("/dev/null", O_RDONLY); /* no CLOEXEC */
	int high = fcntl(leak, F_DUPFD, 200);

	assert_true(high >= 200);
	start(bed,
	      "for f in /proc/self/fd/*; do "
	      "case ${f##*/} in [012]) ;; *) [ -e \"$f\" ] && exit 1 ;; "
	      "esac; done; exit 0",
	      NULL, 0);
	wait_for_end(bed);
	assert_true(WIFEXITED(bed->status));
	assert_int_equal(WEXITSTATUS(bed->status), 0);
	close(leak);
	close(high);
}

static void ignored_signals_are_not_inherited(void **state)
{
	struct bed *bed = *state;

	signal(SIGPIPE, SIG_IGN);
	start(bed, "kill -PIPE $$; exit 3", NULL, 0);
	wait_for_end(bed);
	assert_true(WIFSIGNALED(bed->status));
	assert_int_equal(WTERMSIG(bed->status), SIGPIPE);
	signal(SIGPIPE, SIG_DFL);
}

static void exit_is_described(void **state)
{
	struct bed *bed = *state;
	char text[64];

	start(bed, "exit 7", NULL, 0);
	wait_for_end(bed);
	assert_string_equal(
		child_describe_exit(bed->status, text, sizeof(text)),
		"exited with code 7");
	assert_string_equal(child_describe_exit(SIGKILL, text, sizeof(text)),
			    "killed by signal 9 (Killed)");
}

static void forgotten_child_is_dead_and_not_told(void **state)
{
	struct bed *bed = *state;
	pid_t pid;

	start(bed, "exec sleep 1000", NULL, 0);
	pid = bed->child.pid;
	child_forget(&bed->child);
	assert_int_equal(kill(pid, 0), -1);
	loop_run_once(bed->loop, 0);
	assert_int_equal(bed->exits, 0);
}

static void last_words_are_heard_before_the_end_is_told(void **state)
{
	struct bed *bed = *state;
	char path[32];
	int writer;

	bed->words_log = &bed->log;
	start(bed, "echo one >&2; echo two; exit 1", NULL, 0);
	/* Somebody else has the pipe too, so that it never ends by itself. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d",
		 bed->child.words.watch.fd);
	writer = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(writer >= 0);
	wait_for_end(bed);
	assert_int_equal(bed->said, 2);
	assert_int_equal(bed->child.words.watch.fd, -1);
	close(writer);
}

static void program_that_is_missing_exits_with_127(void **state)
{
	char *argv[] = {(char *)(uintptr_t) "x", NULL};
	struct child_settings settings = {.path = "/nonexistent",
					  .argv = argv,
					  .stdin_fd = -1,
					  .stdout_fd = -1,
					  .stderr_fd = -1};
	struct bed *bed = *state;
	struct err err;

	assert_int_equal(child_start(bed->loop, &bed->child, &settings, &err),
			 0);
	wait_for_end(bed);
	assert_int_equal(WEXITSTATUS(bed->status), 127);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(as_many_descriptors_as_may_be_arrive_in_order),
		TEST(descriptors_are_where_they_were_promised),
		TEST(no_other_descriptor_is_inherited),
		TEST(ignored_signals_are_not_inherited),
		TEST(exit_is_described),
		TEST(forgotten_child_is_dead_and_not_told),
		TEST(last_words_are_heard_before_the_end_is_told),
		TEST(program_that_is_missing_exits_with_127),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
