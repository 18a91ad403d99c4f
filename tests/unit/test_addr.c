// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_addr.c - addresses to and from text
 */
#include "unit/cmocka_wrap.h"

#include "core/addr.h"
#include "core/util.h"

static void mac_text_survives_a_round_trip(void **state)
{
	char text[MAC_TEXT_SIZE];
	struct mac mac;

	(void)state;
	assert_int_equal(mac_parse("52:54:00:AB-cd:07", &mac), 0);
	assert_string_equal(mac_format(&mac, text), "52:54:00:ab:cd:07");
}

static void mac_parse_refuses_what_is_no_address(void **state)
{
	static const char *const bad[] = {
		"",
		"52:54:00:00:00",
		"52:54:00:00:00:0",
		"52:54:00:00:00:0g",
		"52:54:00:00:00:07:08",
		"5254:00:00:00:07:08",
	};
	struct mac mac;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_not_equal(mac_parse(bad[i], &mac), 0);
}

static void reserved_group_addresses_are_the_sixteen(void **state)
{
	struct mac lacp, after;

	(void)state;
	mac_parse("01:80:c2:00:00:0f", &lacp);
	mac_parse("01:80:c2:00:00:10", &after);
	assert_true(mac_is_reserved(&lacp));
	assert_false(mac_is_reserved(&after));
}

static void prefix_text_survives_a_round_trip(void **state)
{
	char text[IPV4_PREFIX_TEXT_SIZE];
	struct ipv4_prefix prefix;

	(void)state;
	assert_int_equal(ipv4_prefix_parse("10.20.0.1/24", &prefix), 0);
	assert_int_equal(prefix.addr, 0x0a140001);
	assert_string_equal(ipv4_prefix_format(&prefix, text), "10.20.0.1/24");
	assert_true(ipv4_prefix_contains(&prefix, 0x0a1400ff));
	assert_false(ipv4_prefix_contains(&prefix, 0x0a140100));
}

static void prefix_parse_refuses_nonsense(void **state)
{
	static const char *const bad[] = {
		"10.20.0.0",   "10.20.0.0/33", "256.1.1.1/8", "10.0.0.0/",
		"10.0.0.0/-1", "10.0.0/8",     "/8",          "10.0.0.0/8x",
	};
	struct ipv4_prefix prefix;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_not_equal(ipv4_prefix_parse(bad[i], &prefix), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mac_text_survives_a_round_trip),
		cmocka_unit_test(mac_parse_refuses_what_is_no_address),
		cmocka_unit_test(reserved_group_addresses_are_the_sixteen),
		cmocka_unit_test(prefix_text_survives_a_round_trip),
		cmocka_unit_test(prefix_parse_refuses_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
