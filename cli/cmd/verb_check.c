// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_check.c - weft check: try what the lab file says must hold
 *
 * The checks are those of the document that labd runs, not of a file that may
 * have changed since. CHECK_PARALLEL run at a time; a line is printed for each
 * as soon as all before it have ended, so that the order is that of the file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd/check_report.h"
#include "cli/cmd/print.h"
#include "cli/cmd/verbs.h"
#include "cli/lab/lab_json.h"

/**
 * struct check_job - one weft check
 * @call:	the command line
 * @session:	the lab
 * @lab:	its document
 * @checks:	@count of them
 * @count:	entries
 * @started:	of @checks
 * @printed:	of @checks
 * @junit:	open, or NULL
 */
struct check_job {
	const struct invocation *call;
	struct session session;
	struct lab *lab;
	struct check *checks;
	unsigned count;
	unsigned started;
	unsigned printed;
	FILE *junit;
};

static int load_lab(struct check_job *job)
{
	struct err err = {0};
	json_t *result;
	int code;

	code = session_query(&job->session, "lab.get", NULL, &result);
	if (code)
		return code;
	job->lab = lab_from_json(json_object_get(result, "document"), &err);
	json_decref(result);
	if (!job->lab)
		return complain(EXIT_FAILED, "labd's document: %s", err.msg);
	job->count = job->lab->check_count;
	job->checks = calloc(job->count + 1, sizeof(*job->checks));
	if (!job->checks)
		return complain(EXIT_FAILED, "no memory for %u checks",
				job->count);
	for (unsigned i = 0; i < job->count; i++)
		check_init(&job->checks[i], job->lab, i);
	return 0;
}

static void show_progress(const struct check_job *job)
{
	if (!print_is_fancy(stderr))
		return;
	if (job->printed < job->count)
		fprintf(stderr, "\r\033[K%u of %u checks done", job->printed,
			job->count);
	else
		fputs("\r\033[K", stderr);
	fflush(stderr);
}

static void print_finished(struct check_job *job)
{
	bool quiet =
		option_given(job->call, OPTION_JSON) || job->junit == stdout;

	while (job->printed < job->started &&
	       job->checks[job->printed].result != CHECK_PENDING) {
		if (print_is_fancy(stderr))
			fputs("\r\033[K", stderr);
		if (!quiet)
			check_print(&job->checks[job->printed], stdout);
		job->printed++;
	}
	show_progress(job);
}

static unsigned count_running(const struct check_job *job)
{
	unsigned running = 0, i;

	for (i = 0; i < job->started; i++)
		running += job->checks[i].is_running;
	return running;
}

static int try_all(struct check_job *job, const json_t *status)
{
	int code = 0;

	show_progress(job);
	while (!code && job->printed < job->count) {
		while (job->started < job->count &&
		       count_running(job) < CHECK_PARALLEL)
			check_start(&job->checks[job->started++], status);
		code = check_step(job->checks, job->started,
				  job->session.stop_fd);
		print_finished(job);
	}
	for (unsigned i = 0; i < job->started; i++) {
		if (job->checks[i].is_running)
			check_end(&job->checks[i], CHECK_ERROR, "interrupted");
	}
	return code;
}

static int report(struct check_job *job)
{
	struct check_counts counts;
	unsigned bad;

	check_count(job->checks, job->count, &counts);
	if (option_given(job->call, OPTION_JSON))
		check_print_json(job->checks, job->count, &counts);
	if (job->junit)
		check_print_junit(job->checks, job->count, &counts, job->junit);
	if (job->junit && fflush(job->junit))
		return complain(EXIT_FAILED, "%s: %s",
				job->call->values[OPTION_JUNIT],
				strerror(errno));
	bad = job->count - counts.by_result[CHECK_PASSED];
	if (!bad) {
		fprintf(stderr, "%u check%s passed\n", job->count,
			job->count == 1 ? "" : "s");
		return EXIT_DONE;
	}
	fprintf(stderr, "weft: %u of %u checks failed:\n", bad, job->count);
	for (unsigned i = 0; i < job->count; i++) {
		if (job->checks[i].result == CHECK_PASSED)
			continue;
		fputs("  ", stderr);
		print_safe(stderr, job->checks[i].title);
		fputc('\n', stderr);
	}
	return EXIT_PARTLY;
}

static int check_all(struct check_job *job)
{
	json_t *status;
	int code = load_lab(job);

	if (code)
		return code;
	if (!job->count)
		fprintf(stderr,
			"lab %s has no checks: its file says nothing "
			"under checks:\n",
			job->lab->name);
	code = session_query(&job->session, "lab.status", NULL, &status);
	if (code)
		return code;
	code = try_all(job, status);
	json_decref(status);
	return code ? code : report(job);
}

/* Before anything is tried: a report that can't be written is told at once. */
static int open_junit(struct check_job *job)
{
	const char *path = job->call->values[OPTION_JUNIT];

	if (!path)
		return 0;
	job->junit = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	if (!job->junit)
		return complain(EXIT_FAILED, "%s: %s", path, strerror(errno));
	if (job->junit == stdout && option_given(job->call, OPTION_JSON))
		return usage_error(job->call->command,
				   "check: --json and --junit - both want "
				   "standard output");
	return 0;
}

int run_check(const struct invocation *call)
{
	struct check_job job = {.call = call};
	int code = open_junit(&job);

	if (!code)
		code = session_find(&job.session, call, call->argv[0], false);
	if (!code) {
		code = check_all(&job);
		session_close(&job.session);
	}
	if (job.junit && job.junit != stdout && fclose(job.junit) && !code)
		code = complain(EXIT_FAILED, "%s: %s",
				call->values[OPTION_JUNIT], strerror(errno));
	lab_destroy(job.lab);
	free(job.checks);
	return code;
}
