// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * capture_book.c - the lab's captures: whose they are, and how they end
 *
 * Theory of operation
 *
 * A capture is told to weft-switch in a row of messages, and has begun when all
 * are answered. From then on weft-switch says when it has ended: because it was
 * stopped, was complete, or could not write. The client is told by the
 * notification capture.end with the counts of every port, and that ends its
 * request. A client that goes before has nobody left to read, and its capture
 * is stopped.
 *
 * The captures that the lab file wants have no client. They are compared with
 * what runs whenever the lab changes, and begun anew when weft-switch was.
 *
 * Limits: CAPTURES_MAX at a time, the lab's own included.
 */
#include "cli/labd/capture_book.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exit_code.h"
#include "cli/labd/capture_book_internal.h"
#include "cli/labd/capture_file.h"
#include "cli/labd/gathering.h"

/* How long the writing of what is left may hold up the lab's end. */
#define FINISH_NS NSEC_PER_SEC

static void book_finished(struct timer *timer)
{
	struct capture_book *book =
		container_of(timer, struct capture_book, deadline);

	timer_cancel(book->labd->loop, timer);
	book->is_finishing = false;
	loop_stop(book->labd->loop);
}

struct capture_book *capture_book_create(struct labd *labd)
{
	struct capture_book *book = calloc(1, sizeof(*book));
	unsigned i;

	if (!book)
		return NULL;
	book->labd = labd;
	book->deadline.expired = book_finished;
	for (i = 0; i < CAPTURES_MAX; i++) {
		book->entries[i].book = book;
		book->entries[i].number = i;
	}
	return book;
}

static void entry_free(struct capture_entry *entry)
{
	struct capture_book *book = entry->book;
	unsigned number = entry->number;

	json_decref(entry->info);
	json_decref(entry->ports);
	*entry = (struct capture_entry){.book = book, .number = number};
}

/* Nothing is left to wait for; the deadline then is now. */
static void book_check_finished(struct capture_book *book)
{
	unsigned i;

	for (i = 0; i < CAPTURES_MAX; i++) {
		if (book->entries[i].is_used)
			return;
	}
	if (book->is_finishing)
		book_finished(&book->deadline);
}

/* It is over; @code is 0 when it ended as it was asked to. */
static void entry_end(struct capture_entry *entry, int code, const char *why,
		      uint64_t reached_ms)
{
	struct capture_book *book = entry->book;
	const struct log *log = book->labd->log;
	json_t *params;

	if (entry->req && entry->has_begun) {
		params = json_pack("{s:i, s:O}", "capture", (int)entry->number,
				   "ports", entry->ports);
		if (code)
			json_object_set_new(params, "error", json_string(why));
		if (reached_ms)
			json_object_set_new(
				params, "reached_ms",
				json_integer((json_int_t)reached_ms));
		ctl_notify(entry->req, "capture.end", params);
		ctl_end(entry->req);
	} else if (entry->req) {
		ctl_fail(entry->req, CTL_FAILED, EXIT_FAILED, "%s", why);
	}
	if (entry->file[0] && code)
		log_error(log, "capture %s has ended: %s", entry->file, why);
	entry_free(entry);
	book_check_finished(book);
}

static void entry_tell(struct capture_entry *entry, enum wire_type type,
		       union wire_message *message, const int *fds,
		       switch_answer_fn *answered)
{
	message->header.type = type;
	message->capture_ref.capture = entry->number;
	entry->open += answered != NULL;
	fabric_request(entry->book->labd->fabric, message, fds, answered,
		       entry);
}

void capture_entry_stop(struct capture_entry *entry)
{
	union wire_message message;

	if (entry->is_stopping || !entry->book->labd->fabric)
		return;
	entry->is_stopping = true;
	memset(&message, 0, sizeof(message));
	entry_tell(entry, WIRE_CAPTURE_STOP, &message, NULL, NULL);
}

static void entry_gone(struct ctl_request *req, void *arg)
{
	struct capture_entry *entry = arg;

	if (entry->has_begun)
		ctl_end(req);
	else
		ctl_reply(req, NULL, NULL, 0);
	entry->req = NULL;
	capture_entry_stop(entry);
}

/* One message less to be answered; the last one decides. */
static void entry_close(struct capture_entry *entry)
{
	if (--entry->open)
		return;
	if (entry->err.code) {
		/* weft-switch may have a part of it */
		capture_entry_stop(entry);
		entry_end(entry, entry->err.code, entry->err.msg, 0);
		return;
	}
	if (!entry->req)
		return;
	entry->has_begun = true;
	ctl_reply_more(entry->req,
		       json_pack("{s:i}", "capture", (int)entry->number), NULL,
		       0);
}

static void entry_answered(void *arg, const union wire_message *answer)
{
	struct capture_entry *entry = arg;

	if (!entry->err.code && !answer)
		err_set(&entry->err, -EPIPE,
			"weft-switch has just ended; try again");
	else if (!entry->err.code && answer->reply.code)
		err_set(&entry->err, answer->reply.code, "%s",
			answer->reply.text);
	entry_close(entry);
}

static void tell_code(struct capture_entry *entry,
		      const struct filter_code *code)
{
	unsigned at, count;

	for (at = 0; at < code->count; at += count) {
		union wire_message message;

		memset(&message, 0, sizeof(message));
		count = MIN(code->count - at, WIRE_CAPTURE_CODE_MAX);
		message.capture_code.count = count;
		memcpy(message.capture_code.code, code->code + at,
		       count * sizeof(code->code[0]));
		entry_tell(entry, WIRE_CAPTURE_CODE, &message, NULL,
			   entry_answered);
	}
}

static void tell_all(struct capture_entry *entry,
		     const struct capture_wish *wish,
		     const struct wire_capture_add *add,
		     const struct wire_capture_target *targets)
{
	union wire_message message;
	unsigned i;

	entry->open = 1; /* until all is said: an answer may come at once */
	memset(&message, 0, sizeof(message));
	message.capture_add = *add;
	entry_tell(entry, WIRE_CAPTURE_ADD, &message, &wish->fd,
		   entry_answered);
	tell_code(entry, wish->code);
	for (i = 0; i < wish->target_count; i++) {
		memset(&message, 0, sizeof(message));
		message.capture_target = targets[i];
		entry_tell(entry, WIRE_CAPTURE_TARGET, &message, NULL,
			   entry_answered);
	}
	memset(&message, 0, sizeof(message));
	entry_tell(entry, WIRE_CAPTURE_START, &message, NULL, entry_answered);
	entry_close(entry);
}

static json_t *describe(const struct capture_wish *wish)
{
	json_t *targets = json_array(), *info;
	unsigned i;

	for (i = 0; i < wish->target_count; i++)
		json_array_append_new(targets, json_string(wish->targets[i]));
	info = json_pack("{s:o, s:s, s:I}", "targets", targets, "filter",
			 wish->filter, "snaplen", (json_int_t)wish->snaplen);
	if (wish->file)
		json_object_set_new(info, "file", json_string(wish->file));
	return info;
}

static struct capture_entry *free_entry(struct capture_book *book)
{
	unsigned i;

	for (i = 0; i < CAPTURES_MAX; i++) {
		if (!book->entries[i].is_used)
			return &book->entries[i];
	}
	return NULL;
}

int capture_book_begin(struct capture_book *book,
		       const struct capture_wish *wish, struct ctl_request *req,
		       struct err *err)
{
	struct capture_entry *entry = free_entry(book);
	struct wire_capture_target targets[CAPTURE_MAX_TARGETS];
	struct wire_capture_add add = {.snaplen = wish->snaplen,
				       .max_frames = wish->max_frames,
				       .last_ms = wish->last_ms};
	bool is_file;
	unsigned i;

	for (i = 0; i < wish->target_count; i++) {
		if (capture_find_target(book->labd, wish->targets[i],
					&targets[i], err))
			return err->code;
		if (wish->last_ms && targets[i].kind == WIRE_CAPTURE_MEMBER)
			return err_set(err, -EINVAL,
				       "what passed at %s is not remembered; "
				       "that of its uplink's network is",
				       wish->targets[i]);
	}
	if (!entry)
		return err_set(err, -EBUSY,
			       "there are %d captures already, which is as "
			       "many as can be",
			       CAPTURES_MAX);
	if (capture_file_check(wish->fd, !wish->file, &is_file, &add.offset,
			       err))
		return err->code;
	add.is_file = is_file;
	snprintf(add.filter, sizeof(add.filter), "%s", wish->filter);
	entry->is_used = true;
	entry->req = req;
	entry->info = describe(wish);
	entry->ports = json_array();
	entry->target = targets[0];
	if (wish->file)
		snprintf(entry->file, sizeof(entry->file), "%s", wish->file);
	if (req)
		ctl_request_on_gone(req, entry_gone, entry);
	tell_all(entry, wish, &add, targets);
	return 0;
}

int capture_book_stop(struct capture_book *book, unsigned number)
{
	if (number >= CAPTURES_MAX || !book->entries[number].is_used)
		return -ENOENT;
	capture_entry_stop(&book->entries[number]);
	return 0;
}

static json_t *counts_json(const struct wire_capture_counts *counts)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "received",
			 (json_int_t)counts->received, "dropped",
			 (json_int_t)counts->dropped, "accepted",
			 (json_int_t)counts->accepted, "lost",
			 (json_int_t)counts->lost, "written",
			 (json_int_t)counts->written);
}

/* weft-switch says that it is over: who waits for its file has its turn. */
static void entry_ended(struct capture_entry *entry,
			const struct wire_capture_ended *ended)
{
	struct capture_book *book = entry->book;
	bool has_heir = entry->has_heir && !book->is_finishing;
	char file[LAB_PATH_SIZE];

	memcpy(file, entry->file, sizeof(file));
	entry_end(entry, ended->code, ended->text, ended->reached_ms);
	if (has_heir)
		capture_own_inherit(book, file);
}

void capture_book_message(struct capture_book *book,
			  const union wire_message *message)
{
	uint32_t number = message->capture_ref.capture;
	struct capture_entry *entry;
	json_t *port;

	if (number >= CAPTURES_MAX || !book->entries[number].is_used)
		return;
	entry = &book->entries[number];
	if (message->header.type == WIRE_CAPTURE_COUNTS) {
		port = counts_json(&message->capture_counts);
		json_object_set_new(port, "port",
				    json_string(message->capture_counts.port));
		json_array_append_new(entry->ports, port);
	} else {
		entry_ended(entry, &message->capture_ended);
	}
}

void capture_book_down(struct capture_book *book, const char *why)
{
	unsigned i;

	for (i = 0; book && i < CAPTURES_MAX; i++) {
		/* those that wait for an answer are about to get none */
		if (book->entries[i].is_used && !book->entries[i].open)
			entry_end(&book->entries[i], -EPIPE, why, 0);
	}
}

void capture_book_destroy(struct capture_book *book)
{
	if (book)
		timer_cancel(book->labd->loop, &book->deadline);
	free(book);
}

void capture_book_finish(struct capture_book *book)
{
	unsigned i;

	timer_arm(book->labd->loop, &book->deadline,
		  loop_now_ns(book->labd->loop) + FINISH_NS);
	for (i = 0; i < CAPTURES_MAX; i++) {
		if (book->entries[i].is_used)
			capture_entry_stop(&book->entries[i]);
	}
	book->is_finishing = true;
	book_check_finished(book);
}

static void list_answered(void *arg, const union wire_message *answer)
{
	struct question *question = arg;

	if (answer && answer->header.type == WIRE_CAPTURE_COUNTS) {
		json_object_update_new(question->entry,
				       counts_json(&answer->capture_counts));
		json_object_set_new(question->entry, "ports",
				    json_integer(answer->capture_counts.ports));
	}
	question_close(question);
}

void capture_book_list(struct capture_book *book, struct ctl_request *req)
{
	struct gathering *gathering;
	unsigned i;

	gathering =
		gathering_open(book->labd, req, "weft.captures/1", "captures");
	for (i = 0; gathering && i < CAPTURES_MAX; i++) {
		struct capture_entry *entry = &book->entries[i];
		struct question *question = NULL;
		union wire_message message;
		json_t *shown;

		if (!entry->is_used || entry->open)
			continue;
		shown = gathering_add(gathering, "captures",
				      json_deep_copy(entry->info));
		json_object_set_new(shown, "capture",
				    json_integer((json_int_t)i));
		question = question_open(gathering, shown);
		if (!question)
			continue;
		memset(&message, 0, sizeof(message));
		message.header.type = WIRE_CAPTURE_QUERY;
		message.capture_ref.capture = i;
		fabric_request(book->labd->fabric, &message, NULL,
			       list_answered, question);
	}
	if (gathering)
		gathering_close(gathering);
}
