// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_fdb.c - learning, ageing, bounds and fairness
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>

#include "switch/fdb.h"

static struct fdb *small_fdb(uint32_t max_entries)
{
	struct fdb_settings settings = {.max_entries = max_entries,
					.max_ports = 8,
					.ageing_s = FDB_AGEING_S,
					.seed = 42};

	return fdb_create(&settings, NULL);
}

static void fdb_forgets_idle_address_after_ageing_time(void **state)
{
	struct fdb *fdb = small_fdb(16);

	(void)state;
	fdb_learn(fdb, 1, 3, 1000);
	assert_int_equal(fdb_lookup(fdb, 1, 1000 + FDB_AGEING_S - 1), 3);
	assert_int_equal(fdb_lookup(fdb, 1, 1000 + FDB_AGEING_S), FDB_NONE);
	fdb_learn(fdb, 2, 4, 1200);
	fdb_age(fdb, 1000 + FDB_AGEING_S);
	assert_int_equal(fdb_get_counters(fdb)->entries, 1);
	assert_int_equal(fdb_get_counters(fdb)->aged, 1);
	fdb_destroy(fdb);
}

static void fdb_keeps_address_that_is_seen_again(void **state)
{
	struct fdb *fdb = small_fdb(16);

	(void)state;
	fdb_learn(fdb, 1, 3, 1000);
	fdb_learn(fdb, 1, 3, 1299);
	fdb_age(fdb, 1300);
	assert_int_equal(fdb_lookup(fdb, 1, 1598), 3);
	fdb_destroy(fdb);
}

static void fdb_follows_address_to_another_port(void **state)
{
	struct fdb *fdb = small_fdb(16);

	(void)state;
	fdb_learn(fdb, 1, 3, 1000);
	fdb_learn(fdb, 1, 5, 1000);
	assert_int_equal(fdb_lookup(fdb, 1, 1000), 5);
	assert_int_equal(fdb_get_counters(fdb)->moved, 1);
	fdb_flush_port(fdb, 3);
	assert_int_equal(fdb_lookup(fdb, 1, 1000), 5);
	fdb_destroy(fdb);
}

static void same_address_in_two_vlans_is_two_entries(void **state)
{
	struct mac mac = {{2, 0, 0, 0, 0, 1}};
	struct fdb *fdb = small_fdb(16);

	(void)state;
	fdb_learn(fdb, fdb_key(10, &mac), 1, 0);
	fdb_learn(fdb, fdb_key(20, &mac), 2, 0);
	assert_int_equal(fdb_lookup(fdb, fdb_key(10, &mac), 0), 1);
	assert_int_equal(fdb_lookup(fdb, fdb_key(20, &mac), 0), 2);
	fdb_destroy(fdb);
}

static void flooding_port_pushes_out_only_its_own_addresses(void **state)
{
	struct fdb *fdb = small_fdb(64);
	uint64_t key;

	(void)state;
	for (key = 0; key < 20; key++)
		fdb_learn(fdb, key, (uint16_t)(key % 2), 0);
	for (key = 1000; key < 101000; key++)
		fdb_learn(fdb, key, 7, 1);
	assert_int_equal(fdb_get_counters(fdb)->entries, 64);
	for (key = 0; key < 20; key++)
		assert_int_equal(fdb_lookup(fdb, key, 2), key % 2);
	assert_int_equal(fdb_lookup(fdb, 100999, 2), 7);
	fdb_destroy(fdb);
}

static void newcomer_gets_room_in_a_full_database(void **state)
{
	struct fdb *fdb = small_fdb(64);
	uint64_t key;

	(void)state;
	for (key = 0; key < 64; key++)
		fdb_learn(fdb, key, 1, 0);
	fdb_learn(fdb, 500, 2, 1);
	assert_int_equal(fdb_lookup(fdb, 500, 1), 2);
	assert_int_equal(fdb_lookup(fdb, 0, 1), FDB_NONE);
	assert_int_equal(fdb_lookup(fdb, 1, 1), 1);
	fdb_destroy(fdb);
}

static void flush_forgets_one_port_only(void **state)
{
	struct fdb *fdb = small_fdb(64);
	uint64_t key;

	(void)state;
	for (key = 0; key < 30; key++)
		fdb_learn(fdb, key, (uint16_t)(key % 3), 0);
	fdb_flush_port(fdb, 1);
	for (key = 0; key < 30; key++)
		assert_int_equal(fdb_lookup(fdb, key, 0),
				 key % 3 == 1 ? FDB_NONE : key % 3);
	fdb_destroy(fdb);
}

static void static_address_neither_moves_nor_ages(void **state)
{
	struct fdb *fdb = small_fdb(16);

	(void)state;
	assert_int_equal(fdb_add_static(fdb, 1, 3), 0);
	assert_int_equal(fdb_add_static(fdb, 1, 4), -EEXIST);
	assert_false(fdb_learn(fdb, 1, 5, 10));
	assert_true(fdb_learn(fdb, 1, 3, 10));
	fdb_flush_port(fdb, 3);
	fdb_age(fdb, 100000);
	assert_int_equal(fdb_lookup(fdb, 1, 100000), 3);
	fdb_remove_static(fdb, 1);
	assert_int_equal(fdb_lookup(fdb, 1, 100000), FDB_NONE);
	assert_int_equal(fdb_get_counters(fdb)->entries, 0);
	fdb_destroy(fdb);
}

static void static_addresses_leave_room_and_outlive_a_flood(void **state)
{
	struct fdb *fdb = small_fdb(8);
	uint64_t key;

	(void)state;
	for (key = 0; key < 7; key++)
		assert_int_equal(fdb_add_static(fdb, key, 1), 0);
	assert_int_equal(fdb_add_static(fdb, 7, 1), -ENOSPC);
	for (key = 100; key < 200; key++)
		assert_true(fdb_learn(fdb, key, 2, 0));
	assert_int_equal(fdb_lookup(fdb, 199, 0), 2);
	for (key = 0; key < 7; key++)
		assert_int_equal(fdb_lookup(fdb, key, 0), 1);
	fdb_destroy(fdb);
}

static void list_pages_through_all_that_is_not_old(void **state)
{
	struct fdb_settings settings = {.max_entries = 3000,
					.max_ports = 4,
					.ageing_s = 300,
					.seed = 9};
	struct fdb *fdb = fdb_create(&settings, NULL);
	struct mac mac = {{2, 0, 0, 0, 0, 0}};
	unsigned seen[2000] = {0}, n, i, fixed = 0, calls = 0;
	struct fdb_info info[7];
	uint32_t cursor = 0;

	(void)state;
	fdb_add_static(fdb, UINT64_C(77) << 48 | 5, 3);
	for (i = 0; i < 2000; i++) {
		be16_store(mac.b + 4, (uint16_t)i);
		fdb_learn(fdb, fdb_key(7, &mac), i % 2, i < 100 ? 100 : 400);
	}
	do {
		n = fdb_list(fdb, &cursor, 410, info, ARRAY_SIZE(info));
		assert_true(n <= ARRAY_SIZE(info));
		for (i = 0; i < n; i++) {
			unsigned at = be16_load(info[i].mac.b + 4);

			fixed += info[i].is_static;
			if (info[i].is_static)
				continue;
			assert_int_equal(info[i].vid, 7);
			assert_int_equal(info[i].port, at % 2);
			assert_int_equal(info[i].age_s, 10);
			seen[at]++;
		}
		assert_true(++calls < 1000);
	} while (cursor);
	assert_int_equal(fixed, 1);
	for (i = 0; i < 2000; i++)
		assert_int_equal(seen[i], i >= 100);
	cursor = 5000; /* of a database that was larger */
	assert_int_equal(fdb_list(fdb, &cursor, 410, info, 7), 0);
	assert_int_equal(cursor, 0);
	fdb_destroy(fdb);
}

/* A failover lists all there is before anything else moves. */
static void list_ends_behind_what_was_ever_used(void **state)
{
	struct fdb_settings settings = {.max_entries = 3 * FDB_LIST_SCAN,
					.max_ports = 4,
					.ageing_s = 300,
					.seed = 9};
	struct fdb *fdb = fdb_create(&settings, NULL);
	struct fdb_info info[4];
	uint32_t cursor = 0;

	(void)state;
	assert_int_equal(fdb_list(fdb, &cursor, 1, info, 4), 0);
	assert_int_equal(cursor, 0);
	for (uint64_t key = 1; key <= 3; key++)
		fdb_learn(fdb, key, 1, 1);
	fdb_flush_port(fdb, 1);
	fdb_learn(fdb, 4, 2, 1);
	assert_int_equal(fdb_list(fdb, &cursor, 1, info, 4), 1);
	assert_int_equal(info[0].port, 2);
	assert_int_equal(cursor, 0);
	fdb_destroy(fdb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fdb_forgets_idle_address_after_ageing_time),
		cmocka_unit_test(fdb_keeps_address_that_is_seen_again),
		cmocka_unit_test(fdb_follows_address_to_another_port),
		cmocka_unit_test(same_address_in_two_vlans_is_two_entries),
		cmocka_unit_test(
			flooding_port_pushes_out_only_its_own_addresses),
		cmocka_unit_test(newcomer_gets_room_in_a_full_database),
		cmocka_unit_test(flush_forgets_one_port_only),
		cmocka_unit_test(list_pages_through_all_that_is_not_old),
		cmocka_unit_test(list_ends_behind_what_was_ever_used),
		cmocka_unit_test(static_address_neither_moves_nor_ages),
		cmocka_unit_test(
			static_addresses_leave_room_and_outlive_a_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
