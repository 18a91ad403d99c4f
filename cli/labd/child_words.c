// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * child_words.c - what a child says on stderr, bounded, into labd's log
 *
 * Theory of operation
 *
 * A guest can make its VMM complain for ever, and one that got out of its
 * machine can write what it likes. So a VMM doesn't have the log file but a
 * pipe. Each line is said by labd, with the node's name in front and nothing
 * but printable ASCII in it. The first CHILD_WORDS_LINES are passed on at once,
 * then one in CHILD_WORDS_PAUSE_NS, with the number of those between. The last
 * line is told in any case, for it may be why the process ended.
 *
 * Both ends of the pipe don't block: a full one costs its writer the line.
 *
 * Limits: the bounds hold for one process; the next one has its own.
 */
#include "cli/labd/child_words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define TURN_SIZE 4096
/* What a pipe can be made to hold without privileges. */
#define LAST_SIZE (1024 * 1024)

static void pass_on(struct child_words *words, const char *line)
{
	if (words->left_out)
		log_warning(words->log,
			    "node %s says, after %u lines left out: %s",
			    words->name, words->left_out, line);
	else
		log_warning(words->log, "node %s says: %s", words->name, line);
	words->said++;
	words->said_ns = clock_now_ns(words->log->clock);
	words->left_out = 0;
}

static bool may_speak(const struct child_words *words)
{
	return words->said < CHILD_WORDS_LINES ||
	       clock_now_ns(words->log->clock) - words->said_ns >=
		       CHILD_WORDS_PAUSE_NS;
}

static void line_end(struct child_words *words)
{
	if (!words->len)
		return;
	words->line[words->len] = '\0';
	words->len = 0;
	if (may_speak(words)) {
		pass_on(words, words->line);
		return;
	}
	words->left_out++;
	memcpy(words->last, words->line, sizeof(words->last));
}

static void hear(struct child_words *words, const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		char c = data[i];

		if (c == '\n')
			line_end(words);
		else if (words->len < sizeof(words->line) - 1)
			words->line[words->len++] =
				c >= ' ' && c < 0x7f ? c : '?';
	}
}

/* 0 when it has closed its end, -errno when there is nothing to read. */
static ssize_t read_some(struct child_words *words)
{
	char data[TURN_SIZE];
	ssize_t len = read(words->watch.fd, data, sizeof(data));

	if (len < 0)
		return -errno;
	hear(words, data, (size_t)len);
	return len;
}

static void words_ready(struct watch *watch, uint32_t events)
{
	struct child_words *words =
		container_of(watch, struct child_words, watch);
	ssize_t len = read_some(words);

	(void)events;
	if (len <= 0 && len != -EAGAIN && len != -EINTR)
		child_words_close(words);
}

void child_words_init(struct child_words *words)
{
	memset(words, 0, sizeof(*words));
	words->watch.fd = -1;
	words->watch.ready = words_ready;
	words->watch.name = "child's words";
}

int child_words_open(struct child_words *words, struct loop *loop,
		     const struct log *log, const char *name, struct err *err)
{
	int code, ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return err_set(err, -errno, "no pipe: %s", strerror(errno));
	child_words_init(words);
	words->log = log;
	snprintf(words->name, sizeof(words->name), "%s", name);
	words->watch.fd = ends[0];
	code = watch_add(loop, &words->watch, EPOLLIN);
	if (!code)
		return ends[1];
	words->watch.fd = -1;
	close(ends[0]);
	close(ends[1]);
	return err_set(err, code, "cannot listen to %s: %s", name,
		       strerror(-code));
}

void child_words_close(struct child_words *words)
{
	unsigned turns = LAST_SIZE / TURN_SIZE;

	if (words->watch.fd < 0)
		return;
	while (turns-- && read_some(words) > 0)
		;
	line_end(words);
	if (words->left_out) {
		words->left_out--;
		pass_on(words, words->last);
	}
	watch_remove(&words->watch);
	close(words->watch.fd);
	words->watch.fd = -1;
}
