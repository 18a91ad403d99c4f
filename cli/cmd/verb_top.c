// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_top.c - weft top: what a lab does, once a second
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd/print.h"
#include "cli/cmd/screen.h"
#include "cli/cmd/session.h"
#include "cli/cmd/top_print.h"
#include "cli/cmd/top_rates.h"
#include "cli/cmd/verbs.h"

#define INTERVAL_MS 1000
#define INTERVAL_MIN_MS 100
#define INTERVAL_MAX_MS (3600 * 1000)

static const char foot[] = "q quit   sort: n name  c CPU  m memory  f frames  "
			   "b bits  d drops";

/**
 * struct top - one weft top
 * @session:	to the lab
 * @sort:	a word of top_sort()
 * @interval_ms: from look to look
 * @rounds:	looks that are still to be printed; -1: no end
 * @json:	print documents
 * @before:	the last look, or NULL
 * @document:	made of the last two, or NULL
 */
struct top {
	struct session session;
	const char *sort;
	int interval_ms;
	long rounds;
	bool json;
	json_t *before;
	json_t *document;
};

/* 0, or an exit code; what went wrong is said unless the session is quiet. */
static int look(struct top *top)
{
	json_t *status, *ports = NULL, *now;
	int code;

	code = session_query(&top->session, "lab.status", NULL, &status);
	if (!code && json_array_size(json_object_get(status, "networks")))
		code = session_query(&top->session, "port.list", NULL, &ports);
	now = code ? NULL
		   : top_snapshot(status, ports, "/proc", monotonic_ms());
	json_decref(status);
	json_decref(ports);
	if (!now)
		return code ? code : EXIT_FAILED;
	json_decref(top->document);
	top->document = top_document(top->before, now);
	json_decref(top->before);
	top->before = now;
	return 0;
}

static void show(const struct top *top)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	top_sort(top->document, top->sort);
	top_print(out, top->document);
	if (fclose(out) == 0)
		screen_show(text, foot);
	free(text);
}

/* The word of a key; NULL: it has none. */
static const char *sort_of(int key)
{
	static const char *const words[] = {"name",   "cpu",  "memory",
					    "frames", "bits", "drops"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (words[i][0] == key)
			return words[i];
	}
	return NULL;
}

/* Until it is time for another look: 0, or an exit code with *@is_over. */
static int serve_keys(struct top *top, const struct screen *screen,
		      bool *is_over)
{
	int64_t until_ms = monotonic_ms() + top->interval_ms, left_ms;
	int key;

	while ((left_ms = until_ms - monotonic_ms()) > 0) {
		show(top);
		key = screen_wait(screen, (int)left_ms);
		*is_over = key < 0 || key == 'q' || key == 'Q';
		if (*is_over)
			return key == -EINTR ? EXIT_INTERRUPTED : EXIT_DONE;
		if (key && sort_of(key))
			top->sort = sort_of(key);
	}
	return 0;
}

static int draw(struct screen *screen, void *arg)
{
	struct top *top = arg;
	bool is_over = false;
	int code = 0;

	while (!code && !is_over && top->rounds) {
		code = look(top);
		if (!code)
			code = serve_keys(top, screen, &is_over);
		top->rounds -= top->rounds > 0;
	}
	return code;
}

static int interactive(struct top *top)
{
	int code;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return complain(EXIT_USAGE,
				"top: this is no terminal\nfix: weft top "
				"--batch prints tables, --json documents");
	top->session.quiet = true;
	code = screen_run(top->session.stop_fd, draw, top);
	if (code && code != EXIT_INTERRUPTED)
		complain(0, "top: lab '%s' does not answer any more",
			 top->session.lab);
	return code;
}

/* Rates need two looks, so the first prints nothing. */
static int batch(struct top *top)
{
	struct pollfd stop = {top->session.stop_fd, POLLIN, 0};
	int code = look(top);

	while (!code && top->rounds) {
		if (poll(&stop, 1, top->interval_ms) > 0)
			return EXIT_INTERRUPTED;
		code = look(top);
		if (code)
			break;
		top_sort(top->document, top->sort);
		if (top->json) {
			json_dumpf(top->document, stdout,
				   JSON_COMPACT | JSON_ENSURE_ASCII);
			putchar('\n');
		} else {
			top_print(stdout, top->document);
		}
		top->rounds -= top->rounds > 0;
		if (!top->json && top->rounds)
			putchar('\n');
		if (fflush(stdout))
			return EXIT_FAILED;
	}
	return code;
}

static int read_flags(const struct invocation *call, struct top *top)
{
	const char *text = call->values[OPTION_ROUNDS];
	char *end = NULL;

	top->rounds = -1;
	errno = 0;
	if (text)
		top->rounds = strtol(text, &end, 10);
	if (text && (end == text || *end || errno || top->rounds < 1))
		return usage_error(call->command,
				   "--iterations=%s: a number from 1 is wanted",
				   text);
	text = call->values[OPTION_INTERVAL];
	top->interval_ms = INTERVAL_MS;
	if (text && (duration_parse(text, &top->interval_ms) ||
		     top->interval_ms < INTERVAL_MIN_MS ||
		     top->interval_ms > INTERVAL_MAX_MS))
		return usage_error(call->command,
				   "--interval=%s: a time from 100ms to 1h is "
				   "wanted",
				   text);
	text = call->values[OPTION_SORT];
	top->sort = text ? text : "name";
	top->json = option_given(call, OPTION_JSON);
	if (top_sort(NULL, top->sort))
		return usage_error(call->command,
				   "--sort=%s: there are name, cpu, memory, "
				   "frames, bits, drops",
				   top->sort);
	return 0;
}

int run_top(const struct invocation *call)
{
	struct top top = {0};
	int code;

	code = read_flags(call, &top);
	if (!code)
		code = session_find(&top.session, call, call->argv[0], false);
	if (code)
		return code;
	if (top.json || option_given(call, OPTION_BATCH))
		code = batch(&top);
	else
		code = interactive(&top);
	session_close(&top.session);
	json_decref(top.before);
	json_decref(top.document);
	return code;
}
