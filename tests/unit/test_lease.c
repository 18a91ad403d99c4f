// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lease.c - what a builtin guest makes of udhcpc's variables
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/guest/lease.h"

static int setup(void **state)
{
	(void)state;
	clearenv();
	setenv("ip", "10.20.0.100", 1);
	setenv("mask", "24", 1);
	return 0;
}

static void classless_routes_make_routers_void(void **state)
{
	struct lease lease;

	(void)state;
	setenv("router", "10.20.0.9", 1);
	setenv("staticroutes",
	       "10.30.0.0/24 10.20.0.2 169.254.0.0/16 0.0.0.0 "
	       "0.0.0.0/0 10.20.0.1",
	       1);
	assert_int_equal(lease_parse(getenv, &lease), 0);
	assert_int_equal(lease.route_count, 3);
	assert_int_equal(lease.routes[0].to.addr, 0x0a1e0000);
	assert_int_equal(lease.routes[0].gateway, 0x0a140002);
	assert_int_equal(lease.routes[1].gateway, 0);
	assert_int_equal(lease.routes[2].to.len, 0);
	assert_int_equal(lease.routes[2].gateway, 0x0a140001);
}

static void first_router_is_the_default_route(void **state)
{
	struct lease lease;

	(void)state;
	setenv("router", "10.20.0.9 10.20.0.8", 1);
	setenv("dns", "10.20.0.1 bad 10.20.0.2", 1);
	setenv("mtu", "1400", 1);
	setenv("domain", "office.lab", 1);
	assert_int_equal(lease_parse(getenv, &lease), 0);
	assert_int_equal(lease.address.addr, 0x0a140064);
	assert_int_equal(lease.address.len, 24);
	assert_int_equal(lease.route_count, 1);
	assert_int_equal(lease.routes[0].gateway, 0x0a140009);
	assert_int_equal(lease.dns_count, 2);
	assert_int_equal(lease.dns[1], 0x0a140002);
	assert_int_equal(lease.mtu, 1400);
	assert_string_equal(lease.search, "office.lab");
}

static void search_list_that_would_add_lines_is_left_out(void **state)
{
	struct lease lease;

	(void)state;
	setenv("search", "a\nnameserver 192.0.2.66", 1);
	assert_int_equal(lease_parse(getenv, &lease), 0);
	assert_string_equal(lease.search, "");
}

static void lease_without_address_is_refused(void **state)
{
	struct lease lease;

	(void)state;
	unsetenv("ip");
	assert_int_equal(lease_parse(getenv, &lease), -EINVAL);
	setenv("ip", "0.0.0.0", 1);
	assert_int_equal(lease_parse(getenv, &lease), -EINVAL);
}

static void more_routes_than_the_table_holds_are_left_out(void **state)
{
	char routes[LEASE_ROUTES_MAX * 80] = "";
	struct lease lease;
	int i;

	(void)state;
	for (i = 0; i < LEASE_ROUTES_MAX + 8; i++)
		strcat(routes, "10.30.0.0/24 10.20.0.2 ");
	setenv("staticroutes", routes, 1);
	assert_int_equal(lease_parse(getenv, &lease), 0);
	assert_int_equal(lease.route_count, LEASE_ROUTES_MAX);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(classless_routes_make_routers_void),
		TEST(first_router_is_the_default_route),
		TEST(search_list_that_would_add_lines_is_left_out),
		TEST(lease_without_address_is_refused),
		TEST(more_routes_than_the_table_holds_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
