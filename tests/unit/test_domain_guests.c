// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_domain_guests.c - which addresses may be announced in whose name
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>

#include "cli/switchd/domain_guests.h"

static struct announce_entry ask(const struct domain_guests *guests,
				 uint8_t last)
{
	struct announce_entry entry = {.mac = {{2, 0, 0, 0, 0, last}}};

	domain_guests_complete(guests, &entry);
	return entry;
}

static int add(struct domain_guests *guests, uint8_t last, uint32_t address)
{
	const struct wire_guest_add guest = {
		.mac = {{2, 0, 0, 0, 0, last}},
		.address = address,
		.is_router = last == 1,
	};

	return domain_guests_add(guests, &guest);
}

static void set_counts_once_it_is_complete(void **state)
{
	struct domain_guests guests = {0};

	(void)state;
	assert_false(ask(&guests, 1).is_configured);
	for (uint8_t i = 9; i; i--)
		assert_int_equal(add(&guests, i, 0x0a000000 + i), 0);
	assert_false(ask(&guests, 1).is_configured);
	domain_guests_commit(&guests);
	assert_true(ask(&guests, 1).is_router);
	assert_false(ask(&guests, 2).is_router);
	assert_int_equal(ask(&guests, 7).ip4, 0x0a000007);
	assert_false(ask(&guests, 10).is_configured);
	assert_int_equal(ask(&guests, 10).ip4, 0);
	assert_int_equal(add(&guests, 10, 0), 0);
	domain_guests_commit(&guests);
	assert_true(ask(&guests, 10).is_configured);
	assert_false(ask(&guests, 7).is_configured);
	domain_guests_commit(&guests);
	assert_false(ask(&guests, 10).is_configured);
	domain_guests_fini(&guests);
}

static void there_are_so_many_at_most(void **state)
{
	struct domain_guests guests = {0};

	(void)state;
	for (unsigned i = 0; i < DOMAIN_MAX_GUESTS; i++)
		assert_int_equal(add(&guests, 3, i), 0);
	assert_int_equal(add(&guests, 3, 1), -ENOSPC);
	domain_guests_fini(&guests);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_counts_once_it_is_complete),
		cmocka_unit_test(there_are_so_many_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
