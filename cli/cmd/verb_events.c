// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_events.c - weft events: what happens to a lab, as it happens
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cmd/print.h"
#include "cli/cmd/session.h"
#include "cli/cmd/uplinks.h"
#include "cli/cmd/verbs.h"

/**
 * struct stream - events on their way to stdout
 * @json:	as JSON lines
 * @left:	how many are still to come; -1: no end
 * @is_down:	the lab has said that it goes down
 */
struct stream {
	bool json;
	long left;
	bool is_down;
};

/* Local time of day; the date is in the JSON. */
static void print_time(const json_t *event)
{
	json_int_t ms = json_integer_value(json_object_get(event, "time_ms"));
	time_t s = (time_t)(ms / 1000);
	struct tm tm = {0};
	char text[16] = "";

	localtime_r(&s, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	printf("%s.%03d ", text, (int)(ms % 1000));
}

static void print_field(const char *key, const json_t *value)
{
	char *text;

	if (json_is_string(value)) {
		printf(" %s=", key);
		print_safe(stdout, json_string_value(value));
		return;
	}
	text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	printf(" %s=%s", key, text ? text : "?");
	free(text);
}

static bool is_head(const char *key)
{
	static const char *const heads[] = {"schema",  "seq", "time",
					    "time_ms", "lab", "event"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(heads); i++) {
		if (strcmp(heads[i], key) == 0)
			return true;
	}
	return false;
}

static void print_words(json_t *event)
{
	const char *key;
	json_t *value;

	print_time(event);
	if (uplink_print_event(stdout, event)) {
		putchar('\n');
		return;
	}
	print_safe(stdout, text_of(event, "event"));
	json_object_foreach(event, key, value)
	{
		if (!is_head(key))
			print_field(key, value);
	}
	putchar('\n');
}

static void print_event(struct stream *stream, json_t *event)
{
	const char *name = text_of(event, "event");

	if (!stream->left || !name)
		return;
	if (stream->json) {
		json_dumpf(event, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
		putchar('\n');
	} else {
		print_words(event);
	}
	stream->left -= stream->left > 0;
	stream->is_down = strcmp(name, "lab.down") == 0;
}

static void notified(void *arg, const char *method, const json_t *params)
{
	struct stream *stream = arg;
	json_t *event;

	if (strcmp(method, "events.lost") == 0)
		complain(0,
			 "%" JSON_INTEGER_FORMAT " events were lost: they came "
			 "faster than they were read",
			 json_integer_value(json_object_get(params, "count")));
	if (strcmp(method, "event") != 0)
		return;
	event = json_copy((json_t *)(uintptr_t)params);
	json_object_del(event, "id");
	print_event(stream, event);
	json_decref(event);
}

static int subscribe(struct session *session, struct stream *stream,
		     json_t *params)
{
	struct ctl_call what = {.method = "events.subscribe",
				.params = params,
				.timeout_ms = SESSION_TIMEOUT_MS,
				.notified = notified,
				.arg = stream};
	struct ctl_answer answer;
	json_t *event;
	size_t i;
	int code;

	code = session_call(session, &what, &answer);
	json_array_foreach(json_object_get(answer.result, "events"), i, event)
		print_event(stream, event);
	ctl_answer_fini(&answer);
	return code;
}

/* Until there were enough, the lab is down, or the user has seen enough. */
static int follow(struct session *session, struct stream *stream)
{
	/* No event is waited for on stdout: that its reader went is told so. */
	struct pollfd fds[3] = {{ctl_client_fd(session->client), POLLIN, 0},
				{session->stop_fd, POLLIN, 0},
				{STDOUT_FILENO, 0, 0}};
	struct err err;

	while (stream->left) {
		/* What came with the answer is already read in. */
		if (ctl_client_listen(session->client, notified, stream, &err))
			return stream->is_down || !stream->left
				       ? EXIT_DONE
				       : complain(EXIT_FAILED, "events: %s",
						  err.msg);
		if (fflush(stdout))
			return EXIT_FAILED;
		if (!stream->left)
			break;
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return EXIT_FAILED;
		if (fds[1].revents)
			return EXIT_INTERRUPTED;
		if (fds[2].revents & (POLLERR | POLLNVAL))
			return EXIT_DONE;
	}
	return EXIT_DONE;
}

static int read_count(const struct invocation *call, long *count)
{
	const char *text = call->values[OPTION_LIMIT];
	char *end;

	*count = -1;
	if (!text)
		return 0;
	errno = 0;
	*count = strtol(text, &end, 10);
	if (end == text || *end || errno || *count < 1)
		return usage_error(call->command,
				   "--count=%s: a number from 1 is wanted",
				   text);
	return 0;
}

/* --last N or TIME; NULL after saying what is wrong. */
static json_t *read_last(const struct invocation *call)
{
	const char *text = call->values[OPTION_LAST];
	struct timespec now;
	char *end;
	long count;
	int ms;

	if (!text)
		return json_object();
	errno = 0;
	count = strtol(text, &end, 10);
	if (end != text && !*end && !errno && count >= 0)
		return json_pack("{s:I}", "last", (json_int_t)count);
	if (duration_parse(text, &ms)) {
		usage_error(call->command,
			    "--last=%s: a number, or a time like 30s or 5m, is "
			    "wanted",
			    text);
		return NULL;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	return json_pack(
		"{s:I, s:I}", "last", (json_int_t)INT32_MAX, "since_ms",
		(json_int_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - ms);
}

int run_events(const struct invocation *call)
{
	struct stream stream = {.json = option_given(call, OPTION_JSON)};
	struct session session;
	json_t *params;
	int code;

	code = read_count(call, &stream.left);
	if (code)
		return code;
	params = read_last(call);
	if (!params)
		return EXIT_USAGE;
	code = session_find(&session, call, call->argv[0], false);
	if (code) {
		json_decref(params);
		return code;
	}
	code = subscribe(&session, &stream, params);
	if (!code)
		code = follow(&session, &stream);
	session_close(&session);
	return code;
}
