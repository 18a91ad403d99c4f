/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doctor.h - what this machine has and lacks, and how to mend it
 */
#ifndef CLI_DOCTOR_DOCTOR_H
#define CLI_DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/exit_code.h"
#include "cli/lab/lab.h"
#include "core/util.h"

/** enum doctor_verdict - how a check ended */
enum doctor_verdict {
	DOCTOR_PASS,
	DOCTOR_WARN,
	DOCTOR_FAIL,
	DOCTOR_VERDICTS,
};

/**
 * struct doctor_finding - the outcome of one check
 * @name:	of the check: "kernel"
 * @verdict:	enum doctor_verdict
 * @text:	what was found
 * @fix:	what to do about it; empty when nothing is to be done
 * @exit_code:	of a command that can't go on without it: EXIT_HOST or
 *		EXIT_PERMISSION
 */
struct doctor_finding {
	const char *name;
	enum doctor_verdict verdict;
	char text[512];
	char fix[1024];
	int exit_code;
};

/**
 * struct doctor_check - one check
 * @name:	"kernel"
 * @run:	fills all of the finding but @name
 * @is_needed:	does this lab need it? NULL: each lab does
 * @is_vital:	a lab that needs it can't run without, so that a warning is a
 *		failure to weft up
 */
struct doctor_check {
	const char *name;
	void (*run)(struct doctor_finding *finding);
	bool (*is_needed)(const struct lab *lab);
	bool is_vital;
};

/** doctor_checks - in the order of printing; @run is NULL at the end */
extern const struct doctor_check doctor_checks[];

/** doctor_run() - make one check */
void doctor_run(const struct doctor_check *check,
		struct doctor_finding *finding);

/**
 * doctor_check_runner() - can nodes that want a certain runner have it?
 *
 * Passes a lab that leaves the choice to us.
 */
void doctor_check_runner(const struct lab *lab, struct doctor_finding *finding);

/** doctor_verdict_name() - "PASS", "WARN", "FAIL" */
const char *doctor_verdict_name(enum doctor_verdict verdict);

/** doctor_verdict_set() - fill a finding; @fix may be NULL */
void doctor_verdict_set(struct doctor_finding *finding,
			enum doctor_verdict verdict, const char *fix,
			const char *fmt, ...) PRINTF(4, 5);

#endif
