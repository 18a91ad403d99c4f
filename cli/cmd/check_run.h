/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check_run.h - the checks of a lab, tried in its nodes, and what came of it
 */
#ifndef CLI_CMD_CHECK_RUN_H
#define CLI_CMD_CHECK_RUN_H

#include "cli/cmd/remote.h"
#include "cli/lab/lab.h"

/** CHECK_PARALLEL - checks that run at a time; labd serves 64 clients, an agent
 * runs 16 commands */
#define CHECK_PARALLEL 8
/** CHECK_OUTPUT_SIZE - of the output, the last bytes that are kept */
#define CHECK_OUTPUT_SIZE 4096
#define CHECK_TITLE_SIZE 192
#define CHECK_WHY_SIZE 256

/**
 * enum check_result - how a check ended
 * @CHECK_PENDING:	not tried yet, or running
 * @CHECK_PASSED:	as expected
 * @CHECK_FAILED:	not as expected
 * @CHECK_ERROR:	it could not be tried, so nothing is known
 */
enum check_result {
	CHECK_PENDING,
	CHECK_PASSED,
	CHECK_FAILED,
	CHECK_ERROR,
	CHECK_RESULT_COUNT,
};

/**
 * struct check - one check and its outcome
 * @settings:	its entry of the lab
 * @lab:	the lab
 * @title:	what is tried, or the name it has
 * @address:	what the target's node is tried at; empty: the target as it is
 * @session:	its own connection, for hanging up ends the command
 * @remote:	the command, while it runs
 * @is_running:	@session and @remote are in use
 * @started_ms:	monotonic
 * @elapsed_ms:	of a finished one
 * @result:	enum check_result
 * @why:	a sentence; empty for CHECK_PASSED
 * @output:	last @output_len bytes of its output and errors, ended by NUL
 * @output_len:	bytes
 */
struct check {
	const struct check_settings *settings;
	const struct lab *lab;
	char title[CHECK_TITLE_SIZE];
	char address[LAB_DOMAIN_SIZE];
	struct session session;
	struct remote remote;
	bool is_running;
	long started_ms;
	long elapsed_ms;
	enum check_result result;
	char why[CHECK_WHY_SIZE];
	char output[CHECK_OUTPUT_SIZE];
	size_t output_len;
};

/** check_init() - @number of @lab's checks, not tried yet */
void check_init(struct check *check, const struct lab *lab, unsigned number);

/**
 * check_resolve() - find the addresses of the nodes that it names
 * @status:	weft.status/1, borrowed
 * @address:	the target's, empty if it needs none
 * @is:		what the name must resolve to, likewise
 *
 * Return: 0; -ENOENT, and the check has ended with CHECK_ERROR.
 */
int check_resolve(struct check *check, const json_t *status, char *address,
		  char *is);

/**
 * check_argv() - the command that tries it, for node.exec
 * @is:	of check_resolve()
 *
 * The command ends with 0, with 1 (it does not hold), or with more (it can't be
 * tried); it prints why.
 */
json_t *check_argv(const struct check *check, const char *is);

/** check_end() - with @result; @fmt says why */
void check_end(struct check *check, enum check_result result, const char *fmt,
	       ...) PRINTF(3, 4);

/** check_start() - connect and run it; may end it at once */
void check_start(struct check *check, const json_t *status);

/**
 * check_step() - wait for running checks, and take in what they say
 * @checks:	@count of them
 * @stop_fd:	ends the wait
 *
 * Return: 0; EXIT_INTERRUPTED when @stop_fd became readable.
 */
int check_step(struct check *checks, unsigned count, int stop_fd);

/** check_last_line() - of its output, into @text of @size bytes */
void check_last_line(const struct check *check, char *text, size_t size);

#endif
