// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * progress.c - how far each node is, on stderr
 *
 * On a terminal each subject has a line that is updated in place: the cursor
 * goes up by the lines that are there and writes all of them anew. Elsewhere
 * (a log, CI) each change is one line with the time of day. A lab of more than
 * PROGRESS_LINES subjects is printed that way too, as it would scroll away.
 */
#include "cli/cmd/progress.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd/print.h"

void progress_init(struct progress *progress)
{
	*progress = (struct progress){.is_live = print_is_fancy(stderr)};
}

void progress_fini(struct progress *progress)
{
	progress->count = 0;
}

static const char *color_of(const char *state)
{
	if (strcmp(state, "ready") == 0 || strcmp(state, "running") == 0)
		return "\033[32m";
	if (strcmp(state, "failed") == 0)
		return "\033[31m";
	return "\033[33m";
}

static void draw(const struct progress *progress, unsigned before)
{
	unsigned i;

	if (before)
		fprintf(stderr, "\033[%uA", before);
	for (i = 0; i < progress->count; i++) {
		const struct progress_line *line = &progress->lines[i];

		fprintf(stderr, "\r\033[K  %-12s %s%-9s\033[0m %5ld.%lds  ",
			line->subject, color_of(line->state), line->state,
			line->elapsed_ms / 1000, line->elapsed_ms / 100 % 10);
		print_safe(stderr, line->text);
		fputc('\n', stderr);
	}
	fflush(stderr);
}

static void print_line(const struct progress_line *line)
{
	time_t now = time(NULL);
	char clock[16] = "";
	struct tm local;

	if (localtime_r(&now, &local))
		strftime(clock, sizeof(clock), "%H:%M:%S", &local);
	fprintf(stderr, "%s %s %s%s", clock, line->subject, line->state,
		*line->text ? " " : "");
	print_safe(stderr, line->text);
	fputc('\n', stderr);
}

/* The line of @subject, a new one at the end; NULL: all are used. */
static struct progress_line *line_of(struct progress *progress,
				     const char *subject)
{
	unsigned i;

	for (i = 0; i < progress->count; i++) {
		if (strcmp(progress->lines[i].subject, subject) == 0)
			return &progress->lines[i];
	}
	if (progress->count == PROGRESS_LINES)
		return NULL;
	return &progress->lines[progress->count++];
}

/* @to of @size gets a member of @params without control characters. */
static void copy_text(const json_t *params, const char *key, char *to,
		      size_t size)
{
	const char *text = text_of(params, key);

	char before = 0;

	snprintf(to, size, "%s", text ? text : "");
	for (; *to; before = *to++) {
		if (is_control(before, *to))
			*to = '?';
	}
}

void progress_notified(void *arg, const char *method, const json_t *params)
{
	struct progress *progress = arg;
	struct progress_line now, *line;
	unsigned before = progress->count;
	json_t *elapsed = json_object_get(params, "elapsed_ms");

	if (strcmp(method, "progress") != 0)
		return;
	copy_text(params, "subject", now.subject, sizeof(now.subject));
	copy_text(params, "state", now.state, sizeof(now.state));
	copy_text(params, "text", now.text, sizeof(now.text));
	now.elapsed_ms = (long)json_integer_value(elapsed);
	line = line_of(progress, now.subject);
	if (!line)
		progress->is_live = false;
	else
		*line = now;
	if (progress->is_live)
		draw(progress, before);
	else
		print_line(&now);
}
