// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_console.c - a guest that prints without end, readers that don't read
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/labd/console.h"

#define TURNS 8

struct bed {
	struct fake_clock clock;
	struct loop *loop;
	struct console *console;
	char folder[32];
	char log[64];
	char old_log[72];
	int guest;
};

static int setup(void **state)
{
	static struct bed bed;
	struct err err;
	int pair[2];

	strcpy(bed.folder, "/tmp/test-console-XXXXXX");
	if (!mkdtemp(bed.folder))
		return -1;
	snprintf(bed.log, sizeof(bed.log), "%s/log", bed.folder);
	snprintf(bed.old_log, sizeof(bed.old_log), "%s.1", bed.log);
	fake_clock_init(&bed.clock, NSEC_PER_SEC);
	bed.loop = loop_create(&bed.clock.clock, &err);
	bed.console = console_create(bed.loop, bed.log, &err);
	if (!bed.console || socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -1;
	bed.guest = pair[1];
	*state = &bed;
	return console_connect(bed.console, pair[0]);
}

static int teardown(void **state)
{
	struct bed *bed = *state;

	console_destroy(bed->console);
	loop_destroy(bed->loop);
	close(bed->guest);
	unlink(bed->log);
	unlink(bed->old_log);
	rmdir(bed->folder);
	return 0;
}

static void turn(struct bed *bed)
{
	int i;

	for (i = 0; i < TURNS; i++)
		loop_run_once(bed->loop, 0);
}

static void print(struct bed *bed, const char *text, size_t len)
{
	assert_int_equal(send(bed->guest, text, len, 0), len);
	turn(bed);
}

static void print_blocks(struct bed *bed, unsigned count)
{
	static char block[8192];

	memset(block, 'x', sizeof(block));
	while (count--)
		print(bed, block, sizeof(block));
}

static off_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : st.st_size;
}

static void late_reader_gets_the_last_64_kib(void **state)
{
	static char seen[2 * CONSOLE_RING_SIZE];
	struct bed *bed = *state;
	size_t len = 0;
	ssize_t got;
	int reader;

	print_blocks(bed, 20);
	print(bed, "the end", 7);
	reader = console_attach(bed->console);
	assert_true(reader >= 0);
	while ((got = recv(reader, seen + len, sizeof(seen) - len,
			   MSG_DONTWAIT)) > 0)
		len += (size_t)got;
	assert_int_equal(len, CONSOLE_RING_SIZE);
	assert_memory_equal(seen + len - 7, "the end", 7);
	close(reader);
}

static void reader_that_does_not_read_holds_nobody_up(void **state)
{
	struct bed *bed = *state;
	int lazy = console_attach(bed->console);
	int keen = console_attach(bed->console);
	char seen[64];

	print_blocks(bed, 200);
	while (recv(keen, seen, sizeof(seen), MSG_DONTWAIT) > 0)
		;
	print(bed, "still here", 10);
	assert_int_equal(recv(keen, seen, sizeof(seen), MSG_DONTWAIT), 10);
	close(lazy);
	close(keen);
}

static void ninth_reader_is_refused_until_one_leaves(void **state)
{
	int fds[CONSOLE_MAX_READERS];
	struct bed *bed = *state;
	int i;

	for (i = 0; i < CONSOLE_MAX_READERS; i++) {
		fds[i] = console_attach(bed->console);
		assert_true(fds[i] >= 0);
	}
	assert_int_equal(console_attach(bed->console), -EMFILE);
	close(fds[0]);
	turn(bed);
	fds[0] = console_attach(bed->console);
	assert_true(fds[0] >= 0);
	for (i = 0; i < CONSOLE_MAX_READERS; i++)
		close(fds[i]);
}

static void reader_types_to_the_guest(void **state)
{
	struct bed *bed = *state;
	int reader = console_attach(bed->console);
	char seen[8];

	assert_int_equal(send(reader, "ls\n", 3, 0), 3);
	turn(bed);
	assert_int_equal(recv(bed->guest, seen, sizeof(seen), MSG_DONTWAIT), 3);
	close(reader);
}

static void log_keeps_one_older_generation(void **state)
{
	struct bed *bed = *state;

	print_blocks(bed, 3 * CONSOLE_LOG_SIZE / 8192);
	assert_in_range(size_of(bed->log), 0, CONSOLE_LOG_SIZE);
	assert_in_range(size_of(bed->old_log), 1, CONSOLE_LOG_SIZE + 8192);
}

static void log_stays_bounded_where_it_can_not_be_renamed(void **state)
{
	char inside[80];
	struct bed *bed = *state;

	/* A folder that is not empty stands in the way. */
	snprintf(inside, sizeof(inside), "%s/x", bed->old_log);
	assert_int_equal(mkdir(bed->old_log, 0700), 0);
	assert_int_equal(mkdir(inside, 0700), 0);
	print_blocks(bed, 3 * CONSOLE_LOG_SIZE / 8192);
	assert_in_range(size_of(bed->log), 0, CONSOLE_LOG_SIZE);
	print(bed, "more", 4);
	assert_true(size_of(bed->log) >= 4);
	rmdir(inside);
	rmdir(bed->old_log);
}

static void tail_is_the_last_lines_made_printable(void **state)
{
	static const char text[] = "one\ntwo\x1b[31m\nthree\xff\n\n \n";
	struct bed *bed = *state;
	char tail[64];

	print(bed, text, sizeof(text) - 1);
	console_tail(bed->console, 2, tail, sizeof(tail));
	assert_non_null(strstr(tail, "three"));
	assert_null(strchr(tail, '\x1b'));
	assert_null(strchr(tail, '\xff'));
	console_tail(bed->console, 100, tail, 4);
	assert_true(strlen(tail) < 4);
}

static void what_a_dead_guest_left_is_drained(void **state)
{
	struct bed *bed = *state;
	char tail[64];

	assert_int_equal(send(bed->guest, "panic", 5, 0), 5);
	shutdown(bed->guest, SHUT_RDWR);
	console_drain(bed->console);
	console_tail(bed->console, 1, tail, sizeof(tail));
	assert_string_equal(tail, "panic");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(late_reader_gets_the_last_64_kib),
		TEST(reader_that_does_not_read_holds_nobody_up),
		TEST(ninth_reader_is_refused_until_one_leaves),
		TEST(reader_types_to_the_guest),
		TEST(log_keeps_one_older_generation),
		TEST(log_stays_bounded_where_it_can_not_be_renamed),
		TEST(tail_is_the_last_lines_made_printable),
		TEST(what_a_dead_guest_left_is_drained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
