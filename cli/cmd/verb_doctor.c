// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_doctor.c - weft doctor: one line per check
 */
#include <jansson.h>
#include <stdio.h>

#include "cli/cmd/print.h"
#include "cli/cmd/verbs.h"
#include "cli/doctor/doctor.h"

static const char *const colors[DOCTOR_VERDICTS] = {
	[DOCTOR_PASS] = "\033[32m",
	[DOCTOR_WARN] = "\033[33m",
	[DOCTOR_FAIL] = "\033[31m",
};

static void print_finding(const struct doctor_finding *finding)
{
	bool fancy = print_is_fancy(stdout);

	printf("%s%s%s  %-8s ", fancy ? colors[finding->verdict] : "",
	       doctor_verdict_name(finding->verdict), fancy ? "\033[0m" : "",
	       finding->name);
	print_safe(stdout, finding->text);
	if (*finding->fix)
		printf("\n      fix: %s", finding->fix);
	putchar('\n');
}

static json_t *finding_json(const struct doctor_finding *finding)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "check", finding->name,
			 "verdict", doctor_verdict_name(finding->verdict),
			 "text", finding->text, "fix", finding->fix);
}

int run_doctor(const struct invocation *call)
{
	bool as_json = option_given(call, OPTION_JSON), failed = false;
	const struct doctor_check *check;
	struct doctor_finding finding;
	json_t *all = json_array(), *document;

	for (check = doctor_checks; check->run; check++) {
		doctor_run(check, &finding);
		failed |= finding.verdict == DOCTOR_FAIL;
		if (as_json)
			json_array_append_new(all, finding_json(&finding));
		else
			print_finding(&finding);
	}
	document = json_pack("{s:s, s:b, s:o}", "schema", "weft.doctor/1", "ok",
			     !failed, "checks", all);
	if (as_json)
		print_json(document);
	json_decref(document);
	return failed ? EXIT_HOST : EXIT_DONE;
}
