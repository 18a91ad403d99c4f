// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_doctor.c - the checks of the host: what they read, and that each says
 * what to do
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "cli/doctor/doctor_host.h"

static unsigned nameservers(const char *text, char *server, size_t size)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	unsigned count = doctor_find_nameserver(in, server, size);

	fclose(in);
	return count;
}

static void first_nameserver_of_a_resolv_conf_is_found(void **state)
{
	char server[64] = "";

	(void)state;
	assert_int_equal(nameservers("# nameserver 9.9.9.9\nsearch a.b\n"
				     "nameserver\t192.0.2.1 # ours\n"
				     "nameserver fe80::1%eth0\n"
				     "nameserver nonsense\n",
				     server, sizeof(server)),
			 2);
	assert_string_equal(server, "192.0.2.1");
	assert_int_equal(nameservers("domain x\n", server, sizeof(server)), 0);
}

static void group_range_has_its_ends_and_nothing_else(void **state)
{
	(void)state;
	assert_true(doctor_range_has("0\t2147483647", 0));
	assert_true(doctor_range_has("0 2147483647", 65534));
	assert_true(doctor_range_has("100 200", 200));
	assert_false(doctor_range_has("100 200", 201));
	/* The kernel's own default: nobody. */
	assert_false(doctor_range_has("1 0", 0));
	assert_false(doctor_range_has("1 0", 1));
	assert_false(doctor_range_has("", 0));
}

static void every_check_ends_with_words_and_a_fix(void **state)
{
	const struct doctor_check *check;
	struct doctor_finding finding;

	(void)state;
	for (check = doctor_checks; check->run; check++) {
		memset(&finding, 0xff, sizeof(finding));
		doctor_run(check, &finding);
		assert_in_range(finding.verdict, 0, DOCTOR_VERDICTS - 1);
		assert_true(strlen(finding.text) > 10);
		if (finding.verdict == DOCTOR_PASS)
			assert_string_equal(finding.fix, "");
		else
			assert_true(strlen(finding.fix) > 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_nameserver_of_a_resolv_conf_is_found),
		cmocka_unit_test(group_range_has_its_ends_and_nothing_else),
		cmocka_unit_test(every_check_ends_with_words_and_a_fix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
