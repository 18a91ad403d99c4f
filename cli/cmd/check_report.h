/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check_report.h - what came of a lab's checks: lines, JSON, JUnit XML
 */
#ifndef CLI_CMD_CHECK_REPORT_H
#define CLI_CMD_CHECK_REPORT_H

#include <stdio.h>

#include "cli/cmd/check_run.h"

/**
 * struct check_counts - how many ended how
 * @by_result:	by enum check_result
 * @elapsed_ms:	from the first one's start to the last one's end
 */
struct check_counts {
	unsigned by_result[CHECK_RESULT_COUNT];
	long elapsed_ms;
};

/** check_count() - of @count finished checks */
void check_count(const struct check *checks, unsigned count,
		 struct check_counts *counts);

/** check_print() - one finished check in one line: "PASS   0.1s  ..." */
void check_print(const struct check *check, FILE *out);

/** check_print_json() - all of them as weft.checks/1, on stdout */
void check_print_json(const struct check *checks, unsigned count,
		      const struct check_counts *counts);

/**
 * check_print_junit() - all of them as JUnit XML
 *
 * What XML 1.0 (2.2) has no place for, control characters and broken UTF-8,
 * becomes U+FFFD.
 */
void check_print_junit(const struct check *checks, unsigned count,
		       const struct check_counts *counts, FILE *out);

#endif
