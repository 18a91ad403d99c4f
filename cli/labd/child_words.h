/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child_words.h - what a child says on stderr, bounded, into labd's log
 */
#ifndef CLI_LABD_CHILD_WORDS_H
#define CLI_LABD_CHILD_WORDS_H

#include "core/log.h"
#include "core/loop.h"

/** CHILD_WORDS_LINES - lines of one process that are passed on as they come */
#define CHILD_WORDS_LINES 50
/** CHILD_WORDS_PAUSE_NS - after those, one line is passed on in so long */
#define CHILD_WORDS_PAUSE_NS (60 * NSEC_PER_SEC)
/** CHILD_WORDS_LINE_SIZE - what a line has beyond that is dropped */
#define CHILD_WORDS_LINE_SIZE 512
#define CHILD_WORDS_NAME_SIZE 64

/**
 * struct child_words - one process's
 * @watch:	our end of its pipe; fd -1 while there is none
 * @log:	where its lines go
 * @name:	of the node that speaks
 * @said:	lines passed on
 * @said_ns:	when the last of them was
 * @left_out:	lines since then that were not
 * @len:	bytes in @line
 * @line:	that is being read
 * @last:	the last one that was left out
 */
struct child_words {
	struct watch watch;
	const struct log *log;
	char name[CHILD_WORDS_NAME_SIZE];
	unsigned said;
	uint64_t said_ns;
	unsigned left_out;
	size_t len;
	char line[CHILD_WORDS_LINE_SIZE];
	char last[CHILD_WORDS_LINE_SIZE];
};

/** child_words_init() - nobody speaks yet */
void child_words_init(struct child_words *words);

/**
 * child_words_open() - listen to a process that is about to be started
 * @name:	of the node; copied
 *
 * Return: its stderr, the caller's; never blocks: what finds the pipe full is
 * lost. -errno with @err.
 */
int child_words_open(struct child_words *words, struct loop *loop,
		     const struct log *log, const char *name, struct err *err);

/**
 * child_words_close() - pass on what it left in the pipe, and listen no more
 *
 * When lines were left out, the last of them is told with their number. No-op
 * when it doesn't listen.
 */
void child_words_close(struct child_words *words);

#endif
