// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * capture_api.c - the methods capture.start, capture.stop and capture.list
 */
#include "cli/labd/capture_api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/exit_code.h"
#include "cli/labd/capture_book.h"
#include "cli/labd/capture_file.h"
#include "cli/labd/labd.h"
#include "switch/capture/capture.h"

/* Longer than any memory reaches back. */
#define LAST_MAX_MS (24 * 3600 * 1000ll)

static int get_number(const json_t *params, const char *key, json_int_t max,
		      uint64_t *number, struct err *err)
{
	const json_t *value = json_object_get(params, key);
	json_int_t given = json_integer_value(value);

	*number = 0;
	if (!value)
		return 0;
	if (!json_is_integer(value) || given < 0 || given > max)
		return err_set(err, -EINVAL,
			       "\"%s\" must be a number from 0 to "
			       "%" JSON_INTEGER_FORMAT,
			       key, max);
	*number = (uint64_t)given;
	return 0;
}

static int get_targets(const json_t *params, struct capture_wish *wish,
		       struct err *err)
{
	const json_t *targets = json_object_get(params, "targets");
	size_t i, count = json_array_size(targets);

	if (!count || count > CAPTURE_MAX_TARGETS)
		return err_set(err, -EINVAL,
			       "\"targets\" must be a list of 1 to %d ports "
			       "and networks",
			       CAPTURE_MAX_TARGETS);
	wish->target_count = (unsigned)count;
	for (i = 0; i < count; i++) {
		wish->targets[i] =
			json_string_value(json_array_get(targets, i));
		if (!wish->targets[i])
			return err_set(err, -EINVAL,
				       "\"targets\" must be strings");
	}
	return 0;
}

/* Words are for people, the program is what counts; one without the other is
 * no filter. */
static int get_filter(const json_t *params, struct capture_wish *wish,
		      struct filter_code *code, struct err *err)
{
	const json_t *words = json_object_get(params, "filter");
	const json_t *program = json_object_get(params, "code");

	code->count = 0;
	wish->code = code;
	wish->filter = words ? json_string_value(words) : "";
	if (!wish->filter || strlen(wish->filter) >= FILTER_TEXT_SIZE)
		return err_set(err, -EINVAL,
			       "\"filter\" must be a string of less than %d "
			       "bytes",
			       FILTER_TEXT_SIZE);
	if (!program)
		return wish->filter[0]
			       ? err_set(err, -EINVAL,
					 "\"filter\" needs \"code\": the "
					 "program that it means")
			       : 0;
	if (!json_is_string(program) ||
	    filter_code_parse(json_string_value(program), code))
		return err_set(err, -EINVAL,
			       "\"code\" is no classic BPF program that weft "
			       "runs");
	return 0;
}

static int get_wish(const json_t *params, struct capture_wish *wish,
		    struct filter_code *code, struct err *err)
{
	uint64_t snaplen;

	if (get_targets(params, wish, err) ||
	    get_filter(params, wish, code, err) ||
	    get_number(params, "snaplen", CAPTURE_SNAPLEN, &snaplen, err) ||
	    get_number(params, "count", INT64_MAX, &wish->max_frames, err) ||
	    get_number(params, "last_ms", LAST_MAX_MS, &wish->last_ms, err))
		return err->code;
	wish->snaplen = (uint32_t)snaplen;
	return 0;
}

void capture_start_method(struct ctl_request *req, json_t *params)
{
	struct labd *labd = ctl_request_ctx(req);
	struct filter_code *code = malloc(sizeof(*code));
	struct capture_wish wish = {
		.fd = capture_file_own(ctl_request_take_fd(req, 0))};
	struct err err = {0};

	if (!code)
		err_set(&err, -ENOMEM, "no memory");
	else if (wish.fd < 0)
		err_set(&err, -EINVAL, "nobody reads the pipe of a capture: %s",
			strerror(-wish.fd));
	else if (!labd->lab)
		err_set(&err, -ENOENT, "lab %s has nothing in it", labd->name);
	else if (!get_wish(params, &wish, code, &err))
		capture_book_begin(labd->captures, &wish, req, &err);
	free(code);
	if (wish.fd >= 0)
		close(wish.fd);
	if (err.code)
		ctl_fail(req,
			 err.code == -EINVAL ? CTL_INVALID_PARAMS : CTL_FAILED,
			 err.code == -ENOENT   ? EXIT_NO_SUCH
			 : err.code == -EINVAL ? EXIT_USAGE
					       : EXIT_FAILED,
			 "%s", err.msg);
}

void capture_stop_method(struct ctl_request *req, json_t *params)
{
	struct labd *labd = ctl_request_ctx(req);
	int number = -1;

	json_unpack(params, "{s:i}", "capture", &number);
	if (number < 0 || capture_book_stop(labd->captures, (unsigned)number))
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH,
			 "there is no capture %d", number);
	else
		ctl_reply(req, NULL, NULL, 0);
}

void capture_list_method(struct ctl_request *req, json_t *params)
{
	struct labd *labd = ctl_request_ctx(req);

	(void)params;
	if (labd->lab)
		capture_book_list(labd->captures, req);
	else
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH,
			 "lab %s has nothing in it", labd->name);
}
