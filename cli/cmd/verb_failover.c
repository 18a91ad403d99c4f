// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_failover.c - weft failover: members of an uplink broken, and measured
 *
 * labd does a round at a time, so that one that hangs or is interrupted takes
 * none of those before with it: what was measured is reported in any case.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cmd/failover_report.h"
#include "cli/cmd/print.h"
#include "cli/cmd/session.h"
#include "cli/cmd/verbs.h"
#include "cli/failover/failover_json.h"

#define ROUNDS_DEFAULT 5
#define ROUNDS_MAX 1000
#define HOLD_DEFAULT_MS 1000
#define HOLD_MAX_MS 600000
/* What a round takes beside the hold: traffic before, and the way back. */
#define ROUND_TIMEOUT_MS 60000

/**
 * struct failover_job - what was asked for
 * @call:	the command line
 * @rounds:	how many
 * @hold_ms:	a member stays broken for so long
 * @report:	open, or NULL
 * @document:	weft.failover/1 so far
 * @failed:	rounds that did not end well
 */
struct failover_job {
	const struct invocation *call;
	int rounds;
	int hold_ms;
	FILE *report;
	json_t *document;
	unsigned failed;
};

static int read_options(struct failover_job *job)
{
	const char *rounds = job->call->values[OPTION_TIMES];
	const char *hold = job->call->values[OPTION_HOLD];
	char *end;
	long n;

	job->rounds = ROUNDS_DEFAULT;
	job->hold_ms = HOLD_DEFAULT_MS;
	if (rounds) {
		errno = 0;
		n = strtol(rounds, &end, 10);
		if (end == rounds || *end || errno || n < 1 || n > ROUNDS_MAX)
			return usage_error(job->call->command,
					   "--rounds=%s: a number from 1 to %d "
					   "is wanted",
					   rounds, ROUNDS_MAX);
		job->rounds = (int)n;
	}
	if (hold && (duration_parse(hold, &job->hold_ms) || !job->hold_ms ||
		     job->hold_ms > HOLD_MAX_MS))
		return usage_error(job->call->command,
				   "--hold=%s: a duration is like 1s, 500ms, "
				   "up to ten minutes",
				   hold);
	return 0;
}

/* Before the first cable is pulled: a round takes time, and is real. */
static int open_report(struct failover_job *job)
{
	const char *path = job->call->values[OPTION_REPORT];

	if (!path)
		return 0;
	job->report = fopen(path, "we");
	if (job->report)
		return 0;
	return complain(EXIT_FAILED, "%s: %s", path, strerror(errno));
}

static int start_document(struct failover_job *job,
			  const struct session *session)
{
	bool silent = option_given(job->call, OPTION_SILENT);
	time_t now = time(NULL);
	struct tm tm = {0};
	char text[32] = "";

	job->document = failover_document(session->lab, job->call->argv[0]);
	if (!job->document)
		return complain(EXIT_FAILED, "no memory for a report");
	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	json_object_set_new(job->document, "time", json_string(text));
	json_object_set_new(job->document, "cut",
			    json_string(silent ? "silent" : "carrier"));
	return 0;
}

/* What labd says of all rounds alike belongs to the document. */
static void add_round(struct failover_job *job, const json_t *answer,
		      int number)
{
	static const char *const keys[] = {"mode", "far", "interval_us"};
	const json_t *inner = json_object_get(answer, "round");
	json_t *round;
	size_t i;

	round = json_copy(
		(json_t *)(uintptr_t)(json_is_object(inner) ? inner : answer));
	json_object_del(round, "schema");
	json_object_del(round, "lab");
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		json_t *value = json_object_get(answer, keys[i]);

		if (value)
			json_object_set(job->document, keys[i], value);
		json_object_del(round, keys[i]);
	}
	json_object_set_new(round, "round", json_integer(number));
	json_array_append_new(json_object_get(job->document, "rounds"), round);
}

/* "out 0.210 ms"; an outage that had not ended is longer than that */
static void say_gap(const json_t *round, const char *direction)
{
	const json_t *gap =
		json_object_get(json_object_get(round, "outage"), direction);
	const json_t *us = json_object_get(gap, "us");

	if (json_is_number(us))
		fprintf(stderr, ", %s %.3f ms%s", direction,
			json_number_value(us) / 1e3,
			json_is_true(json_object_get(gap, "open")) ? "+" : "");
}

static void say_round(struct failover_job *job, int number)
{
	const json_t *rounds = json_object_get(job->document, "rounds");
	const json_t *round =
		json_array_get(rounds, json_array_size(rounds) - 1);
	const char *result = text_of(round, "result");
	const char *old = text_of(round, "old"), *new = text_of(round, "new");

	fprintf(stderr, "round %d of %d: ", number, job->rounds);
	print_safe(stderr, result ? result : "?");
	if (old) {
		fputs(", ", stderr);
		print_safe(stderr, old);
		fputs(" -> ", stderr);
		print_safe(stderr, new ? new : "none");
	}
	say_gap(round, "out");
	say_gap(round, "in");
	fputc('\n', stderr);
	job->failed += !result || strcmp(result, "ok") != 0;
}

static int do_round(struct failover_job *job, struct session *session,
		    int number)
{
	bool silent = option_given(job->call, OPTION_SILENT);
	struct ctl_call what = {
		.method = "failover.round",
		.params = json_pack("{s:s, s:b, s:i, s:s*}", "uplink",
				    job->call->argv[0], "silent", silent,
				    "hold_ms", job->hold_ms, "far",
				    job->call->values[OPTION_FAR]),
		.timeout_ms = job->hold_ms + ROUND_TIMEOUT_MS};
	struct ctl_answer answer;
	int code;

	code = session_call(session, &what, &answer);
	if (!code) {
		add_round(job, answer.result, number);
		say_round(job, number);
	}
	ctl_answer_fini(&answer);
	return code;
}

static int write_report(struct failover_job *job)
{
	const char *path = job->call->values[OPTION_REPORT];
	int error = 0;

	if (!job->report)
		return 0;
	failover_print_for(job->report, path, job->document);
	if (ferror(job->report) || fflush(job->report))
		error = errno ? errno : EIO;
	if (fclose(job->report) && !error)
		error = errno;
	job->report = NULL;
	if (error)
		return complain(EXIT_FAILED, "%s: %s", path, strerror(error));
	return 0;
}

static int tell(struct failover_job *job)
{
	failover_summarize(job->document);
	if (option_given(job->call, OPTION_JSON))
		print_json(job->document);
	else
		failover_print(stdout, job->document,
			       option_given(job->call, OPTION_BRIEF));
	return write_report(job);
}

static int run_rounds(struct failover_job *job, struct session *session)
{
	int code = start_document(job, session), number, error;

	for (number = 1; number <= job->rounds && !code; number++)
		code = do_round(job, session, number);
	if (!json_array_size(json_object_get(job->document, "rounds")))
		return code;
	error = tell(job);
	if (!code)
		code = error;
	if (!code && job->failed)
		return complain(EXIT_PARTLY,
				"%u of %d rounds did not end well; the table "
				"says how",
				job->failed, job->rounds);
	return code;
}

int run_failover(const struct invocation *call)
{
	struct failover_job job = {.call = call};
	struct session session;
	int code;

	code = read_options(&job);
	if (!code)
		code = session_find(&session, call, NULL, false);
	if (code)
		return code;
	code = open_report(&job);
	if (!code)
		code = run_rounds(&job, &session);
	session_close(&session);
	if (job.report)
		fclose(job.report);
	json_decref(job.document);
	return code;
}
