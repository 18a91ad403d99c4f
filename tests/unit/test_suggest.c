// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_suggest.c - did you mean: the known word nearest to an unknown one
 */
#include "unit/cmocka_wrap.h"

#include <limits.h>
#include <string.h>

#include "cli/lab/suggest.h"

static void distance_counts_single_edits(void **state)
{
	(void)state;
	assert_int_equal(suggest_distance("uplink", "uplink"), 0);
	assert_int_equal(suggest_distance("uplik", "uplink"), 1);
	assert_int_equal(suggest_distance("uplinkk", "uplink"), 1);
	assert_int_equal(suggest_distance("uplonk", "uplink"), 1);
	assert_int_equal(suggest_distance("uplnik", "uplink"), 1);
	assert_int_equal(suggest_distance("pulnik", "uplink"), 2);
	assert_int_equal(suggest_distance("", "abc"), 3);
	assert_int_equal(suggest_distance("abc", ""), 3);
}

static void distance_is_blind_to_case(void **state)
{
	(void)state;
	assert_int_equal(suggest_distance("NAT", "nat"), 0);
}

static void a_monster_is_near_to_nothing(void **state)
{
	char monster[4096];

	(void)state;
	memset(monster, 'a', sizeof(monster) - 1);
	monster[sizeof(monster) - 1] = '\0';
	assert_int_equal(suggest_distance(monster, "a"), UINT_MAX);
	assert_int_equal(suggest_distance("a", monster), UINT_MAX);
}

static void the_nearest_word_is_offered(void **state)
{
	char text[SUGGEST_TEXT_SIZE];
	struct suggest suggest;

	(void)state;
	suggest_init(&suggest, "mod");
	suggest_offer(&suggest, "memory", "memory");
	suggest_offer(&suggest, "mac", "mac");
	suggest_offer(&suggest, "mode", "mode");
	suggest_offer(&suggest, "moat", "moat");
	assert_string_equal(suggest_format(&suggest, text),
			    " (did you mean 'mode'?)");
}

static void a_distant_word_is_not_offered(void **state)
{
	char text[SUGGEST_TEXT_SIZE];
	struct suggest suggest;

	(void)state;
	suggest_init(&suggest, "vlan");
	suggest_offer(&suggest, "mtu", "mtu");
	suggest_offer(&suggest, "bridge", "bridge");
	assert_string_equal(suggest_format(&suggest, text), "");
	/* Two edits make any two letters: that is no advice. */
	suggest_init(&suggest, "xy");
	suggest_offer(&suggest, "on", "on");
	assert_string_equal(suggest_format(&suggest, text), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distance_counts_single_edits),
		cmocka_unit_test(distance_is_blind_to_case),
		cmocka_unit_test(a_monster_is_near_to_nothing),
		cmocka_unit_test(the_nearest_word_is_offered),
		cmocka_unit_test(a_distant_word_is_not_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
