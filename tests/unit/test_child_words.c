// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_child_words.c - what comes into labd's log of what a child says
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/labd/child_words.h"

#define ROUNDS 100

/**
 * struct bed - a child that is the test itself
 * @child:	its stderr
 * @logged:	what labd has said, as a file
 * @text:	and as a text
 */
struct bed {
	struct fake_clock clock;
	struct loop *loop;
	struct log log;
	struct child_words words;
	int child;
	int logged;
	char text[65536];
};

static int setup(void **state)
{
	static struct bed bed;
	struct err err;

	memset(&bed, 0, sizeof(bed));
	fake_clock_init(&bed.clock, NSEC_PER_SEC);
	bed.loop = loop_create(&bed.clock.clock, &err);
	bed.log = (struct log){LOG_INFO, "labd", &bed.clock.clock};
	bed.logged = memfd_create("log", MFD_CLOEXEC);
	child_words_init(&bed.words);
	bed.child =
		child_words_open(&bed.words, bed.loop, &bed.log, "web1", &err);
	*state = &bed;
	return bed.logged >= 0 && bed.child >= 0 ? 0 : -1;
}

static int teardown(void **state)
{
	struct bed *bed = *state;

	child_words_close(&bed->words);
	close(bed->child);
	close(bed->logged);
	loop_destroy(bed->loop);
	return 0;
}

/* What labd logs of it now. */
static const char *listen_to(struct bed *bed, bool is_end)
{
	int i, stderr_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
	ssize_t len;

	assert_int_equal(ftruncate(bed->logged, 0), 0);
	lseek(bed->logged, 0, SEEK_SET);
	dup2(bed->logged, STDERR_FILENO);
	for (i = 0; i < ROUNDS && !is_end; i++)
		loop_run_once(bed->loop, 0);
	if (is_end)
		child_words_close(&bed->words);
	dup2(stderr_fd, STDERR_FILENO);
	close(stderr_fd);
	len = pread(bed->logged, bed->text, sizeof(bed->text) - 1, 0);
	assert_true(len >= 0);
	bed->text[len] = '\0';
	return bed->text;
}

static void say(struct bed *bed, const char *text)
{
	assert_int_equal(write(bed->child, text, strlen(text)), strlen(text));
}

static void say_lines(struct bed *bed, unsigned first, unsigned count)
{
	char line[16];
	unsigned i;

	for (i = first; i < first + count; i++) {
		snprintf(line, sizeof(line), "line %u\n", i);
		say(bed, line);
	}
}

static unsigned lines_of(const char *text)
{
	unsigned n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void line_comes_with_the_name_in_front(void **state)
{
	struct bed *bed = *state;

	say(bed, "one\n\ntw");
	assert_string_equal(listen_to(bed, false),
			    "labd: warning: node web1 says: one\n");
	say(bed, "o\n");
	assert_string_equal(listen_to(bed, false),
			    "labd: warning: node web1 says: two\n");
}

static void bytes_that_are_no_text_are_replaced(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(write(bed->child, "\x1b[2J\xc3\xa9\r\0\x7f~\n", 11),
			 11);
	assert_string_equal(listen_to(bed, false),
			    "labd: warning: node web1 says: ?[2J?????~\n");
}

static void long_line_is_cut(void **state)
{
	struct bed *bed = *state;
	char *x;
	int i;

	for (i = 0; i < 1000; i++)
		say(bed, "xxxxxxxxxx");
	assert_string_equal(listen_to(bed, false), "");
	say(bed, "\nshort\n");
	x = strchr(listen_to(bed, false), 'x');
	assert_non_null(x);
	assert_int_equal(strspn(x, "x"), CHILD_WORDS_LINE_SIZE - 1);
	assert_string_equal(x + CHILD_WORDS_LINE_SIZE - 1,
			    "\nlabd: warning: node web1 says: short\n");
}

static void flood_is_left_out_and_counted(void **state)
{
	struct bed *bed = *state;

	say_lines(bed, 1, CHILD_WORDS_LINES + 30);
	assert_int_equal(lines_of(listen_to(bed, false)), CHILD_WORDS_LINES);
	assert_non_null(strstr(bed->text, "says: line 50\n"));
	bed->clock.ns += CHILD_WORDS_PAUSE_NS - 1;
	say_lines(bed, 81, 1);
	assert_string_equal(listen_to(bed, false), "");
	bed->clock.ns++;
	say_lines(bed, 82, 100);
	assert_string_equal(listen_to(bed, false),
			    "labd: warning: node web1 says, after 31 lines "
			    "left out: line 82\n");
}

static void last_words_are_told(void **state)
{
	struct bed *bed = *state;

	say(bed, "one\nno newline");
	assert_string_equal(listen_to(bed, true),
			    "labd: warning: node web1 says: one\n"
			    "labd: warning: node web1 says: no newline\n");
	assert_string_equal(listen_to(bed, true), "");
}

static void last_words_are_told_after_a_flood_too(void **state)
{
	struct bed *bed = *state;

	say_lines(bed, 1, CHILD_WORDS_LINES);
	listen_to(bed, false);
	say_lines(bed, 51, 2000);
	say(bed, "so I die");
	assert_string_equal(listen_to(bed, true),
			    "labd: warning: node web1 says, after 2000 lines "
			    "left out: so I die\n");
}

static void child_that_closes_its_end_is_not_asked_again(void **state)
{
	struct bed *bed = *state;

	say(bed, "bye");
	close(bed->child);
	bed->child = -1;
	assert_string_equal(listen_to(bed, false),
			    "labd: warning: node web1 says: bye\n");
	assert_int_equal(bed->words.watch.fd, -1);
}

static void full_pipe_does_not_block_the_child(void **state)
{
	struct bed *bed = *state;
	char data[4096] = "";
	int i;

	for (i = 0; i < 1024 && write(bed->child, data, sizeof(data)) > 0; i++)
		;
	assert_true(i < 1024);
	assert_int_equal(errno, EAGAIN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(line_comes_with_the_name_in_front),
		TEST(bytes_that_are_no_text_are_replaced),
		TEST(long_line_is_cut),
		TEST(flood_is_left_out_and_counted),
		TEST(last_words_are_told),
		TEST(last_words_are_told_after_a_flood_too),
		TEST(child_that_closes_its_end_is_not_asked_again),
		TEST(full_pipe_does_not_block_the_child),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
