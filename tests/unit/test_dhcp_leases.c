// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dhcp_leases.c - who gets which address from a DHCP server
 */
#include "unit/dhcp_bench.h"

#include <errno.h>
#include <string.h>

static void init_reboot(struct dhcp_bench *f, uint32_t address)
{
	bench_begin(f, DHCPREQUEST, &mac_a);
	bench_option_u32(f, DHCP_OPT_REQUESTED, address);
	bench_send(f);
}

static void probed_address_in_use_is_passed_over(void **state)
{
	struct dhcp_bench *f = *state;

	bench_discover(f, &mac_a);
	dhcp_server_address_seen(f->server, FIRST, &mac_b, 9);
	assert_int_equal(f->probed, FIRST + 1);
	bench_pass_probe(f);
	bench_assert(f, DHCPOFFER, FIRST + 1);
	assert_int_equal(bench_count(f, LEASE_DECLINED), 1);
}

static void claims_over_the_quota_are_not_believed(void **state)
{
	struct dhcp_bench *f = *state;

	bench_discover(f, &mac_a);
	dhcp_server_address_seen(f->server, FIRST, &mac_b, 9);
	dhcp_server_address_seen(f->server, FIRST + 1, &mac_b, 9);
	dhcp_server_address_seen(f->server, FIRST + 2, &mac_b, 9);
	bench_pass_probe(f);
	bench_assert(f, DHCPOFFER, FIRST + 2);
}

static void address_choice_follows_the_rfc(void **state)
{
	struct dhcp_bench *f = *state;

	bench_bind_address(f, &mac_a, FIRST);
	bench_discover(f, &mac_a); /* current binding, whatever it asks for */
	bench_assert(f, DHCPOFFER, FIRST);
	bench_begin(f, DHCPDISCOVER, &mac_b);
	bench_option_u32(f, DHCP_OPT_REQUESTED, FIRST); /* taken */
	bench_send(f);
	bench_pass_probe(f);
	bench_assert(f, DHCPOFFER, FIRST + 1);
	f->fake.ns += (DHCP_OFFER_S + 1) * NSEC_PER_SEC;
	bench_begin(f, DHCPDISCOVER, &mac_b);
	bench_option_u32(f, DHCP_OPT_REQUESTED, FIRST + 3); /* free */
	bench_send(f);
	bench_pass_probe(f);
	bench_assert(f, DHCPOFFER, FIRST + 3);
}

static void expired_lease_goes_back_to_its_client(void **state)
{
	struct dhcp_bench *f = *state;

	bench_bind_address(f, &mac_a, FIRST);
	f->fake.ns += 3601 * NSEC_PER_SEC;
	f->port = 2;
	bench_bind_address(f, &mac_b, FIRST + 1);
	assert_int_equal(bench_count(f, LEASE_EXPIRED), 1);
	bench_discover(f, &mac_a);
	bench_pass_probe(f);
	bench_assert(f, DHCPOFFER, FIRST);
}

static void offer_is_held_and_then_lapses(void **state)
{
	struct dhcp_bench *f = *state;

	bench_discover(f, &mac_a);
	bench_pass_probe(f);
	f->port = 2;
	bench_discover(f, &mac_b);
	bench_pass_probe(f);
	bench_assert(f, DHCPOFFER, FIRST + 1);
	f->fake.ns += (DHCP_OFFER_S + 1) * NSEC_PER_SEC;
	dhcp_server_tick(f->server);
	assert_int_equal(bench_count(f, LEASE_OFFERED), 0);
}

static void reservation_beats_client_identifier(void **state)
{
	static const uint8_t id[] = {0, 'x', 'y'};
	struct dhcp_bench *f = *state;

	bench_begin(f, DHCPDISCOVER, &mac_reserved);
	bench_option(f, DHCP_OPT_CLIENT_ID, id, sizeof(id));
	bench_send(f);
	bench_assert(f, DHCPOFFER, RESERVED);
	assert_memory_equal(bench_reply_option(f, DHCP_OPT_HOSTNAME), "web1",
			    4);
	/* who copies the identifier doesn't get the address */
	bench_begin(f, DHCPDISCOVER, &mac_a);
	bench_option(f, DHCP_OPT_CLIENT_ID, id, sizeof(id));
	bench_send(f);
	bench_pass_probe(f);
	bench_assert(f, DHCPOFFER, FIRST);
}

static void client_identifier_beats_hardware_address(void **state)
{
	static const uint8_t id[] = {0, 'x', 'y'};
	struct dhcp_bench *f = *state;
	unsigned i;

	for (i = 0; i < 2; i++) {
		bench_begin(f, DHCPDISCOVER, i ? &mac_b : &mac_a);
		bench_option(f, DHCP_OPT_CLIENT_ID, id, sizeof(id));
		bench_send(f);
		if (!i)
			bench_pass_probe(f);
		bench_assert(f, DHCPOFFER, FIRST);
	}
	bench_discover(f, &mac_a);
	bench_pass_probe(f);
	bench_assert(f, DHCPOFFER, FIRST + 1);
}

static void port_has_a_quota_and_others_are_served(void **state)
{
	struct mac mac = mac_a;
	struct dhcp_bench *f = *state;
	unsigned i;

	for (i = 0; i < 100; i++) {
		mac.b[3] = (uint8_t)i;
		bench_discover(f, &mac);
	}
	assert_int_equal(bench_count(f, LEASE_OFFERED), 2);
	assert_int_equal(dhcp_server_counters(f->server)->over_quota, 98);
	f->port = 2;
	bench_discover(f, &mac_b);
	bench_pass_probe(f);
	bench_assert(f, DHCPOFFER, FIRST + 2);
}

static void empty_pool_says_nothing(void **state)
{
	struct mac mac = mac_a;
	struct dhcp_bench *f = *state;
	unsigned i;

	for (i = 0; i < 6; i++) {
		mac.b[3] = (uint8_t)i;
		f->port = (uint16_t)(10 + i);
		bench_discover(f, &mac);
	}
	assert_int_equal(f->probes, 4);
	assert_int_equal(dhcp_server_counters(f->server)->no_address, 2);
}

static void restored_client_gets_its_address_again(void **state)
{
	struct dhcp_bench *f = *state;
	struct lease_record record;

	bench_bind_address(f, &mac_a, FIRST + 0);
	record = f->record;
	bench_start(f);
	assert_int_equal(dhcp_server_restore(f->server, &record), 0);
	assert_int_equal(dhcp_server_restore(f->server, &record), -EEXIST);
	assert_int_equal(bench_count(f, LEASE_BOUND), 1);
	bench_discover(f, &mac_b);
	bench_pass_probe(f);
	bench_assert(f, DHCPOFFER, FIRST + 1);
	init_reboot(f, FIRST);
	dhcp_server_committed(f->server, f->ticket, true);
	bench_assert(f, DHCPACK, FIRST);
	record.address = 0xc0a80001;
	assert_int_equal(dhcp_server_restore(f->server, &record), -EINVAL);
}

static void clock_that_jumped_back_makes_no_eternal_lease(void **state)
{
	struct lease_record record = {.mac = {{2, 0, 0, 0, 0, 0xa}},
				      .address = FIRST};
	struct dhcp_bench *f = *state;

	record.expires_s = WALL_S + 1000000;
	assert_int_equal(dhcp_server_restore(f->server, &record), 0);
	f->fake.ns += 3601 * NSEC_PER_SEC;
	dhcp_server_tick(f->server);
	assert_int_equal(bench_count(f, LEASE_EXPIRED), 1);
}

static void hostname_is_kept_as_a_label(void **state)
{
	static const char name[] = "Bad\n;Name/../.office.lab";
	struct dhcp_bench *f = *state;

	bench_discover(f, &mac_a);
	bench_pass_probe(f);
	bench_begin(f, DHCPREQUEST, &mac_a);
	bench_option_u32(f, DHCP_OPT_REQUESTED, FIRST);
	bench_option_u32(f, DHCP_OPT_SERVER_ID, SERVER);
	bench_option(f, DHCP_OPT_HOSTNAME, name, sizeof(name) - 1);
	bench_send(f);
	assert_string_equal(f->record.hostname, "bad--name");
}

int main(void)
{
#define DHCP_TEST(name) \
	cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
	const struct CMUnitTest tests[] = {
		DHCP_TEST(probed_address_in_use_is_passed_over),
		DHCP_TEST(claims_over_the_quota_are_not_believed),
		DHCP_TEST(address_choice_follows_the_rfc),
		DHCP_TEST(expired_lease_goes_back_to_its_client),
		DHCP_TEST(offer_is_held_and_then_lapses),
		DHCP_TEST(reservation_beats_client_identifier),
		DHCP_TEST(client_identifier_beats_hardware_address),
		DHCP_TEST(port_has_a_quota_and_others_are_served),
		DHCP_TEST(empty_pool_says_nothing),
		DHCP_TEST(restored_client_gets_its_address_again),
		DHCP_TEST(clock_that_jumped_back_makes_no_eternal_lease),
		DHCP_TEST(hostname_is_kept_as_a_label),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
