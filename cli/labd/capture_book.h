/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture_book.h - the lab's captures: whose they are, and how they end
 *
 * weft-switch captures; labd knows for whom, and with the lab's own captures
 * also where to. Those are started again when weft-switch was.
 */
#ifndef CLI_LABD_CAPTURE_BOOK_H
#define CLI_LABD_CAPTURE_BOOK_H

#include <jansson.h>

#include "cli/capture/filter_code.h"
#include "cli/ctl/ctl_server.h"
#include "cli/lab/lab.h"
#include "cli/switchd/wire.h"
#include "core/err.h"

struct capture_book;
struct labd;

/**
 * struct capture_wish - one capture to begin
 * @targets:	@target_count names
 * @target_count: at most CAPTURE_MAX_TARGETS
 * @filter:	its words, for the file and for people; may be empty
 * @code:	the same as a program
 * @snaplen:	most bytes of a frame; 0: all
 * @max_frames:	ends after so many; 0: never
 * @last_ms:	what passed in this time, and no more; 0: what passes
 * @fd:		where to; stays the caller's. A regular file, or a pipe or
 *		socket that doesn't block
 * @file:	name of the lab's file, which is written from where it ends;
 *		NULL: a client's descriptor, and a file begins anew
 */
struct capture_wish {
	const char *targets[CAPTURE_MAX_TARGETS];
	unsigned target_count;
	const char *filter;
	const struct filter_code *code;
	uint32_t snaplen;
	uint64_t max_frames;
	uint64_t last_ms;
	int fd;
	const char *file;
};

/** capture_book_create() - empty; NULL without memory */
struct capture_book *capture_book_create(struct labd *labd);

/** capture_book_destroy() - once weft-switch is gone; NULL is fine */
void capture_book_destroy(struct capture_book *book);

/**
 * capture_book_begin() - tell weft-switch
 * @req:	answered when it has begun, or could not; the capture ends when
 *		its client goes. NULL: a capture of the lab's own
 *
 * Return: 0, and @req is the book's; or -errno, and it is the caller's.
 */
int capture_book_begin(struct capture_book *book,
		       const struct capture_wish *wish, struct ctl_request *req,
		       struct err *err);

/** capture_book_stop() - end a capture; -ENOENT */
int capture_book_stop(struct capture_book *book, unsigned number);

/** capture_book_message() - an event of weft-switch about a capture */
void capture_book_message(struct capture_book *book,
			  const union wire_message *message);

/** capture_book_down() - weft-switch is gone, and its captures with it: @why */
void capture_book_down(struct capture_book *book, const char *why);

/**
 * capture_book_settle() - the lab's own captures as its file wants them
 * @resume:	weft-switch is new: go on behind what the files have already
 *
 * What runs and is not wanted any more is stopped, what is missing started; but
 * a file that is still written to only when that is over.
 */
void capture_book_settle(struct capture_book *book, bool resume);

/**
 * capture_book_finish() - the lab is going down: end all, then stop labd's loop
 *
 * So the files have their statistics. It takes a second at most.
 */
void capture_book_finish(struct capture_book *book);

/** capture_book_list() - answer @req with weft.captures/1 */
void capture_book_list(struct capture_book *book, struct ctl_request *req);

#endif
