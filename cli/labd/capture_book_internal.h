/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture_book_internal.h - what the files of the book share; nobody else's
 */
#ifndef CLI_LABD_CAPTURE_BOOK_INTERNAL_H
#define CLI_LABD_CAPTURE_BOOK_INTERNAL_H

#include "cli/labd/capture_book.h"
#include "cli/labd/labd.h"

/**
 * struct capture_entry - one capture
 * @book:	where it is
 * @is_used:	there is one
 * @is_stopping: weft-switch was told to end it
 * @number:	how weft-switch and clients call it
 * @open:	messages without an answer
 * @err:	the first refusal
 * @req:	of the client; NULL: none, or it has gone
 * @has_begun:	@req was answered
 * @info:	what clients are shown of it
 * @ports:	counts at its end
 * @file:	of the lab's own: where to; else empty
 * @has_heir:	another of the lab's own waits for @file
 * @target:	of the lab's own: its number in weft-switch
 */
struct capture_entry {
	struct capture_book *book;
	bool is_used;
	bool is_stopping;
	unsigned number;
	unsigned open;
	struct err err;
	struct ctl_request *req;
	bool has_begun;
	json_t *info;
	json_t *ports;
	char file[LAB_PATH_SIZE];
	bool has_heir;
	struct wire_capture_target target;
};

/**
 * struct capture_book - all of them
 * @labd:	whose
 * @deadline:	of capture_book_finish()
 * @is_finishing: the loop is stopped when none is left
 * @entries:	by number
 */
struct capture_book {
	struct labd *labd;
	struct timer deadline;
	bool is_finishing;
	struct capture_entry entries[CAPTURES_MAX];
};

/** capture_own_inherit() - @file has no writer any more: begin who waits for it
 */
void capture_own_inherit(struct capture_book *book, const char *file);

/** capture_entry_stop() - tell weft-switch to end it; no-op once told */
void capture_entry_stop(struct capture_entry *entry);

/**
 * capture_find_target() - a name, as weft-switch knows it
 *
 * Return: 0; -ENOENT with a sentence in @err, which may be NULL.
 */
int capture_find_target(const struct labd *labd, const char *name,
			struct wire_capture_target *wire, struct err *err);

#endif
