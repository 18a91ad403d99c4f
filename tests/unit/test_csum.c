// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_csum.c - the Internet checksum against known values
 */
#include "unit/cmocka_wrap.h"

#include "core/bytes.h"
#include "core/csum.h"

/* RFC 1071 section 3, its own example: the sum is ddf2 */
static void sum_of_rfc_1071_example_is_right(void **state)
{
	const uint8_t data[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};

	(void)state;
	assert_int_equal(csum_fold(csum_add(0, data, 8)), (uint16_t)~0xddf2);
}

static void odd_byte_counts_as_high_byte(void **state)
{
	const uint8_t data[] = {0x12, 0x34, 0x56};

	(void)state;
	assert_int_equal(csum_fold(csum_add(0, data, 3)),
			 (uint16_t) ~(0x1234 + 0x5600));
}

static void header_with_its_checksum_sums_to_zero(void **state)
{
	uint8_t h[20] = {0x45, 0, 0,  84, 0x12, 0x34, 0x40, 0,  64, 1,
			 0,    0, 10, 20, 0,    1,    10,   20, 0,  2};

	(void)state;
	be16_store(h + 10, csum_fold(csum_add(0, h, 20)));
	assert_int_equal(csum_fold(csum_add(0, h, 20)), 0);
}

static void update_equals_computing_anew(void **state)
{
	uint8_t h[20] = {0x45, 0, 0,  84, 0x12, 0x34, 0x40, 0,  64, 1,
			 0,    0, 10, 20, 0,    1,    10,   20, 0,  2};
	uint16_t before, after;

	(void)state;
	before = csum_fold(csum_add(0, h, 20));
	be32_store(h + 12, 0xc0a80105);
	after = csum_fold(csum_add(0, h, 20));
	assert_int_equal(csum_update32(before, 0x0a140001, 0xc0a80105), after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sum_of_rfc_1071_example_is_right),
		cmocka_unit_test(odd_byte_counts_as_high_byte),
		cmocka_unit_test(header_with_its_checksum_sums_to_zero),
		cmocka_unit_test(update_equals_computing_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
