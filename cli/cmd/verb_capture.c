// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_capture.c - weft capture: see the frames of ports and networks
 *
 * Theory of operation
 *
 * labd's answer to capture.start gives a number, the notification capture.end
 * with that number says that the descriptor is closed and what was counted.
 * Between the two we have nothing to do but to wait, to move on what comes
 * through a pipe, and to stop the capture when the user has seen enough. Then
 * we go on until capture.end has come and the pipe is empty: what was captured
 * is not lost.
 *
 * A second ^C ends it at once.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/capture/filter_compile.h"
#include "cli/cmd/capture_sink.h"
#include "cli/cmd/capture_view.h"
#include "cli/cmd/print.h"
#include "cli/cmd/session.h"
#include "cli/cmd/verbs.h"

#define PROGRESS_MS 500
#define SNAPLEN_MAX 262144

/**
 * struct capture - one run of the verb
 * @call:	the command line
 * @session:	the connection
 * @sink:	where it goes
 * @view:	for CAPTURE_SINK_VIEW
 * @number:	as labd calls it; -1: not known yet
 * @end:	what capture.end said, or NULL
 * @is_stopping: capture.stop was sent
 * @is_live:	progress is shown
 */
struct capture {
	const struct invocation *call;
	struct session session;
	struct capture_sink sink;
	struct capture_view *view;
	json_int_t number;
	json_t *end;
	bool is_stopping;
	bool is_live;
};

static void capture_notified(void *arg, const char *method,
			     const json_t *params)
{
	json_t *number = json_object_get(params, "capture");
	struct capture *capture = arg;

	if (strcmp(method, "capture.end") != 0 || capture->end)
		return;
	/* It may come before the answer that tells the number. */
	if (capture->number >= 0 &&
	    json_integer_value(number) != capture->number)
		return;
	capture->end = json_deep_copy(params);
}

static int read_number(const struct invocation *call, enum option_id id,
		       json_int_t max, json_t *params, const char *key)
{
	const char *text = call->values[id];
	long long value;
	char *end;

	if (!text)
		return 0;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || end == text || *end || value < 1 || value > max)
		return usage_error(call->command,
				   "--%s: '%s' is no number from 1 to %lld",
				   option_specs[id].name, text, (long long)max);
	json_object_set_new(params, key, json_integer(value));
	return 0;
}

static int read_filter(const struct invocation *call, json_t *params)
{
	const char *words = call->values[OPTION_FILTER];
	struct filter_code *code = malloc(sizeof(*code));
	struct err err;
	char *text;
	int error;

	if (!words || !code) {
		free(code);
		return 0;
	}
	error = filter_compile(words, code, &err);
	text = error ? NULL : filter_code_format(code);
	if (text && code->count) {
		json_object_set_new(params, "filter", json_string(words));
		json_object_set_new(params, "code", json_string(text));
	}
	free(text);
	free(code);
	if (error == -ENOPKG)
		return complain(EXIT_HOST, "capture: %s", err.msg);
	return error ? complain(EXIT_USAGE,
				"capture: filter '%s': %s\nfix: "
				"pcap-filter(7) has the words",
				words, err.msg)
		     : 0;
}

static int read_last(const struct invocation *call, json_t *params)
{
	const char *text = call->values[OPTION_LAST];
	int ms;

	if (!text)
		return 0;
	if (duration_parse(text, &ms) || ms < 1)
		return usage_error(call->command,
				   "--last: '%s' is no time; write 30s or 5m",
				   text);
	json_object_set_new(params, "last_ms", json_integer(ms));
	return 0;
}

/* The parameters of capture.start; 0 or an exit code. */
static int read_wish(const struct invocation *call, json_t *params)
{
	json_t *targets = json_array();
	int i, code;

	for (i = 0; i < call->argc; i++)
		json_array_append_new(targets, json_string(call->argv[i]));
	json_object_set_new(params, "targets", targets);
	if (option_given(call, OPTION_WRITE) &&
	    option_given(call, OPTION_WIRESHARK))
		return usage_error(call->command,
				   "capture: -w and --wireshark exclude each "
				   "other");
	code = read_number(call, OPTION_LIMIT, INT64_MAX, params, "count");
	if (!code)
		code = read_number(call, OPTION_SNAPLEN, SNAPLEN_MAX, params,
				   "snaplen");
	if (!code)
		code = read_last(call, params);
	return code ? code : read_filter(call, params);
}

static int capture_start(struct capture *capture, json_t *params)
{
	struct ctl_call what = {.method = "capture.start",
				.params = params,
				.fds = {capture->sink.give},
				.fd_count = 1,
				.timeout_ms = SESSION_TIMEOUT_MS,
				.notified = capture_notified,
				.arg = capture};
	struct ctl_answer answer;
	int code;

	capture->sink.give = -1; /* the call's, whatever comes of it */
	code = session_call(&capture->session, &what, &answer);
	if (!code)
		capture->number = json_integer_value(
			json_object_get(answer.result, "capture"));
	ctl_answer_fini(&answer);
	return code;
}

/* A call while notifications may come. */
static json_t *capture_ask(struct capture *capture, const char *method,
			   json_t *params)
{
	struct ctl_call what = {.method = method,
				.params = params,
				.timeout_ms = SESSION_TIMEOUT_MS,
				.notified = capture_notified,
				.arg = capture};
	struct ctl_answer answer;
	json_t *result = NULL;
	struct err err;

	if (!ctl_client_call(capture->session.client, &what, &answer, &err))
		result = json_incref(answer.result);
	ctl_answer_fini(&answer);
	return result;
}

static void capture_stop(struct capture *capture)
{
	struct signalfd_siginfo signal;

	/* Taken, so that the next one is a second one. */
	if (read(capture->session.stop_fd, &signal, sizeof(signal)) < 0)
		return;
	capture->is_stopping = true;
	json_decref(
		capture_ask(capture, "capture.stop",
			    json_pack("{s:I}", "capture", capture->number)));
}

static void show_progress(struct capture *capture)
{
	json_t *list = capture_ask(capture, "capture.list", NULL), *entry;
	size_t i;

	json_array_foreach(json_object_get(list, "captures"), i, entry)
	{
		json_t *number = json_object_get(entry, "capture");

		if (json_integer_value(number) != capture->number)
			continue;
		fprintf(stderr, "\r%lld frames, %lld lost ",
			json_integer_value(json_object_get(entry, "written")),
			json_integer_value(json_object_get(entry, "lost")));
	}
	json_decref(list);
}

static bool is_over(const struct capture *capture)
{
	return capture->end && capture->sink.in < 0 && !capture->sink.len;
}

static void end_input(struct capture_sink *sink)
{
	if (sink->in >= 0)
		close(sink->in);
	sink->in = -1;
	sink->len = 0;
}

/* Move on what has come; 0 or -errno of who takes it. */
static int capture_move(struct capture *capture, bool can_read, bool can_write)
{
	struct capture_sink *sink = &capture->sink;
	int got;

	if (sink->kind == CAPTURE_SINK_RELAY)
		return capture_sink_relay(sink, can_read, can_write);
	if (!can_read)
		return 0;
	got = capture_view_read(capture->view, sink->in);
	if (got <= 0)
		end_input(sink);
	return MIN(got, 0);
}

/* One wait; 0 to go on, or an exit code. */
static int capture_step(struct capture *capture)
{
	struct capture_sink *sink = &capture->sink;
	struct pollfd fds[4] = {
		{sink->len ? -1 : sink->in, POLLIN, 0},
		{sink->kind == CAPTURE_SINK_RELAY ? sink->out : -1,
		 sink->len ? POLLOUT : 0, 0},
		{capture->session.stop_fd, POLLIN, 0},
		{capture->end ? -1 : ctl_client_fd(capture->session.client),
		 POLLIN, 0}};
	int n, error;

	n = poll(fds, ARRAY_SIZE(fds), capture->is_live ? PROGRESS_MS : -1);
	if (n < 0 && errno != EINTR)
		return complain(EXIT_FAILED, "capture: poll: %s",
				strerror(errno));
	if (n == 0)
		show_progress(capture);
	error = capture_move(capture, fds[0].revents, fds[1].revents & POLLOUT);
	if (!error && fds[1].revents & POLLERR)
		error = -EPIPE;
	if (error == -EPIPE)
		end_input(sink); /* its reader has seen enough */
	else if (error)
		return complain(EXIT_FAILED, "capture: cannot write: %s",
				strerror(-error));
	if (fds[2].revents && capture->is_stopping)
		return EXIT_INTERRUPTED;
	if (fds[2].revents)
		capture_stop(capture);
	return 0;
}

/* What came with an answer is read in already: poll() knows nothing of it. */
static int capture_listen(struct capture *capture)
{
	struct err err;

	if (!capture->end && ctl_client_listen(capture->session.client,
					       capture_notified, capture, &err))
		return complain(EXIT_FAILED, "capture: %s", err.msg);
	return 0;
}

static json_int_t count_of(const json_t *port, const char *key)
{
	return json_integer_value(json_object_get(port, key));
}

static void print_port(const json_t *port)
{
	fputs("  ", stderr);
	print_safe(stderr, text_of(port, "port"));
	fprintf(stderr,
		": %lld captured, %lld passed the filter of %lld seen, "
		"%lld of these dropped at the port, %lld lost to the capture\n",
		count_of(port, "written"), count_of(port, "accepted"),
		count_of(port, "received"), count_of(port, "dropped"),
		count_of(port, "lost"));
}

static void print_summary(const struct capture *capture)
{
	const json_t *ports = json_object_get(capture->end, "ports");
	json_int_t written = 0;
	json_t *port;
	size_t i;

	json_array_foreach(ports, i, port) written += count_of(port, "written");
	fprintf(stderr, "%s%lld frame%s captured\n",
		capture->is_live ? "\r" : "", written, written == 1 ? "" : "s");
	json_array_foreach(ports, i, port) print_port(port);
}

static void print_json_summary(const struct capture *capture)
{
	const char *path = capture->call->values[OPTION_WRITE];
	json_t *document = json_pack("{s:s, s:s}", "schema", "weft.capture/1",
				     "lab", capture->session.lab);

	json_object_update(document, capture->end);
	json_object_del(document, "id");
	json_object_del(document, "capture");
	if (path)
		json_object_set_new(document, "file", json_string(path));
	json_dumpf(document, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	putchar('\n');
	json_decref(document);
}

/* Why it ended, if not because somebody wanted it to. */
static int judge_end(const struct capture *capture)
{
	const char *error = text_of(capture->end, "error");
	json_int_t reached = count_of(capture->end, "reached_ms");
	bool to_reader = capture->sink.kind != CAPTURE_SINK_FILE;

	if (reached)
		complain(0,
			 "capture: memory reaches back %lld.%lld s only: more "
			 "has passed than it holds",
			 reached / 1000, reached % 1000 / 100);
	/* Whoever closes Wireshark or head(1) has seen what they wanted. */
	if (!error || (to_reader && strstr(error, "reader is gone")))
		return EXIT_DONE;
	return complain(EXIT_FAILED, "capture: %s", error);
}

static int capture_finish(struct capture *capture)
{
	bool json = option_given(capture->call, OPTION_JSON);

	if (json)
		print_json_summary(capture);
	else
		print_summary(capture);
	return judge_end(capture);
}

static int capture_run(struct capture *capture, json_t *params)
{
	int code = capture_start(capture, params);

	if (code) {
		capture_sink_abandon(&capture->sink);
		return code;
	}
	capture->is_live = capture->sink.kind == CAPTURE_SINK_FILE &&
			   print_is_fancy(stderr);
	code = capture_listen(capture);
	while (!code && !is_over(capture)) {
		code = capture_step(capture);
		if (!code)
			code = capture_listen(capture);
	}
	return code ? code : capture_finish(capture);
}

static int capture_open(struct capture *capture)
{
	const struct invocation *call = capture->call;
	const char *path = call->values[OPTION_WRITE];
	int code;

	if (option_given(call, OPTION_JSON) && path && strcmp(path, "-") == 0)
		return usage_error(call->command,
				   "capture: -w - and --json both want "
				   "standard output");
	code = session_find(&capture->session, call, NULL, false);
	if (code)
		return code;
	code = capture_sink_open(&capture->sink, path,
				 option_given(call, OPTION_WIRESHARK));
	if (!code && capture->sink.kind == CAPTURE_SINK_VIEW)
		capture->view =
			capture_view_create(option_given(call, OPTION_JSON));
	if (code)
		session_close(&capture->session);
	return code;
}

int run_capture(const struct invocation *call)
{
	struct capture capture = {.number = -1};
	json_t *params = json_object();
	int code;

	signal(SIGPIPE, SIG_IGN);
	capture.call = call;
	code = read_wish(call, params);
	if (!code)
		code = capture_open(&capture);
	if (code) {
		json_decref(params);
		return code;
	}
	code = capture_run(&capture, params);
	session_close(&capture.session);
	capture_sink_close(&capture.sink);
	capture_view_destroy(capture.view);
	json_decref(capture.end);
	return code;
}
