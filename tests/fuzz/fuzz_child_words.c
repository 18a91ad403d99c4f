// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_child_words.c - a child that says anything, in pieces of any size
 *
 * The first byte is the size of a piece. Each line is passed on or counted, and
 * nothing but printable ASCII is kept of it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/labd/child_words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] < ' ' || text[i] > '~')
			abort();
	}
}

static void check(const struct child_words *words, const uint8_t *data,
		  size_t size)
{
	unsigned lines = 0;
	size_t i;

	for (i = 1; i < size; i++)
		lines += data[i] == '\n' && data[i - 1] != '\n';
	if (words->said + words->left_out != lines ||
	    words->said > CHILD_WORDS_LINES)
		abort();
	if (words->len >= sizeof(words->line))
		abort();
	check_text(words->line, words->len);
	check_text(words->last, strnlen(words->last, sizeof(words->last)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fake_clock fake;
	static struct log log;
	static struct loop *loop;
	struct child_words words;
	size_t i, piece;
	int fd;

	if (!loop) {
		fake_clock_init(&fake, 1);
		log = (struct log){LOG_ERROR, "fuzz", &fake.clock};
		loop = loop_create(&fake.clock, NULL);
	}
	if (!size)
		return 0;
	child_words_init(&words);
	fd = child_words_open(&words, loop, &log, "web1", NULL);
	if (fd < 0)
		abort();
	piece = MIN(MAX(data[0], size / 64 + 1), 4096);
	for (i = 1; i < size; i += piece) {
		if (write(fd, data + i, MIN(piece, size - i)) < 0)
			abort();
		loop_run_once(loop, 0);
	}
	check(&words, data + 1, size - 1);
	close(fd);
	child_words_close(&words);
	return 0;
}
