// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dhcp_options.c - what the lab file wants told otherwise, rapid commit,
 * and what people are told
 */
#include "unit/dhcp_bench.h"

#include <string.h>

static const struct dhcp_override overrides[] = {
	{{{0}}, DHCP_OPT_DNS, 8, {192, 0, 2, 53, 192, 0, 2, 54}},
	{{{0}}, DHCP_OPT_NTP, 4, {192, 0, 2, 123}},
	{{{0}}, 67, 3, {'p', 'x', 'e'}},
	{{{2, 0, 0, 0, 0, 0xa}}, DHCP_OPT_DNS, 0, {0}},
	{{{2, 0, 0, 0, 0, 0xa}}, DHCP_OPT_ROUTER, 4, {10, 20, 0, 9}},
	{{{2, 0, 0, 0, 0, 0xa}}, DHCP_OPT_LEASE, 4, {0, 0, 0x1c, 0x20}},
};

static const uint8_t wishes[] = {DHCP_OPT_ROUTER, DHCP_OPT_DNS, DHCP_OPT_NTP,
				 DHCP_OPT_ROUTES, 67,           DHCP_OPT_LEASE};

static void start_with_overrides(struct dhcp_bench *f)
{
	f->overrides.list = overrides;
	f->overrides.count = ARRAY_SIZE(overrides);
	bench_start(f);
}

static void ask(struct dhcp_bench *f, const struct mac *mac)
{
	bench_begin(f, DHCPDISCOVER, mac);
	bench_option(f, DHCP_OPT_PARAMS, wishes, sizeof(wishes));
	bench_send(f);
	bench_pass_probe(f);
}

static void network_tells_what_its_file_wants(void **state)
{
	struct dhcp_bench *f = *state;
	const uint8_t *dns;

	start_with_overrides(f);
	ask(f, &mac_b);
	bench_assert(f, DHCPOFFER, FIRST);
	dns = bench_reply_option(f, DHCP_OPT_DNS);
	assert_int_equal(dns[-1], 8);
	assert_int_equal(be32_load(dns + 4), 0xc0000236);
	assert_int_equal(bench_reply_u32(f, DHCP_OPT_NTP), 0xc000027b);
	assert_memory_equal(bench_reply_option(f, 67), "pxe", 3);
	assert_int_equal(bench_reply_u32(f, DHCP_OPT_ROUTER), SERVER);
	assert_int_equal(bench_reply_u32(f, DHCP_OPT_LEASE), 3600);
}

static unsigned times_told(const struct dhcp_bench *f, uint8_t code)
{
	const uint8_t *p = f->reply + DHCP_FIXED_LEN;
	unsigned count = 0;

	for (; *p != DHCP_OPT_END; p += p[1] + 2)
		count += *p == code;
	return count;
}

static void client_is_told_its_own_first(void **state)
{
	struct dhcp_bench *f = *state;
	const uint8_t *routes;

	start_with_overrides(f);
	ask(f, &mac_a);
	bench_assert(f, DHCPOFFER, FIRST);
	assert_false(bench_reply_has(f, DHCP_OPT_DNS)); /* none for it */
	assert_int_equal(bench_reply_u32(f, DHCP_OPT_NTP), 0xc000027b);
	assert_int_equal(bench_reply_u32(f, DHCP_OPT_ROUTER), 0x0a140009);
	/* the default route of option 121 is its own gateway, too */
	routes = bench_reply_option(f, DHCP_OPT_ROUTES);
	assert_int_equal(routes[-1], 8 + 5);
	assert_int_equal(be32_load(routes + 9), 0x0a140009);
	/* twice the network's lease, and as long after a restart */
	assert_int_equal(bench_reply_u32(f, DHCP_OPT_LEASE), 7200);
	assert_int_equal(bench_reply_u32(f, DHCP_OPT_T1), 3600);
	/* by the server itself, not once more because the client lists it */
	assert_int_equal(times_told(f, DHCP_OPT_LEASE), 1);
}

static void own_lease_time_survives_a_restart(void **state)
{
	const struct lease_record record = {
		.mac = mac_a, .address = FIRST, .expires_s = WALL_S + 7000};
	struct dhcp_bench *f = *state;

	start_with_overrides(f);
	assert_int_equal(dhcp_server_restore(f->server, &record), 0);
	f->fake.ns += 6900 * NSEC_PER_SEC;
	dhcp_server_tick(f->server);
	assert_int_equal(bench_count(f, LEASE_BOUND), 1);
}

/* RFC 2131 3.3: T1 and T2 of a lease without end would mean nothing. */
static void lease_without_end_has_no_times(void **state)
{
	static const struct dhcp_override forever = {
		{{0}}, DHCP_OPT_LEASE, 4, {0xff, 0xff, 0xff, 0xff}};
	struct dhcp_bench *f = *state;
	struct lease_record record;

	f->overrides.list = &forever;
	f->overrides.count = 1;
	bench_start(f);
	bench_bind_address(f, &mac_a, FIRST);
	assert_int_equal(bench_reply_u32(f, DHCP_OPT_LEASE),
			 DHCP_LEASE_INFINITE);
	assert_false(bench_reply_has(f, DHCP_OPT_T1));
	assert_false(bench_reply_has(f, DHCP_OPT_T2));
	record = f->record;
	assert_int_equal(record.expires_s, LEASE_RECORD_NEVER);
	bench_start(f);
	assert_int_equal(dhcp_server_restore(f->server, &record), 0);
	f->fake.ns += UINT64_C(100000000) * NSEC_PER_SEC;
	dhcp_server_tick(f->server);
	assert_int_equal(bench_count(f, LEASE_BOUND), 1);
}

static void client_without_a_list_is_told_all(void **state)
{
	struct dhcp_bench *f = *state;

	start_with_overrides(f);
	bench_discover(f, &mac_b);
	bench_pass_probe(f);
	assert_true(bench_reply_has(f, DHCP_OPT_NTP));
	assert_true(bench_reply_has(f, 67));
	assert_true(bench_reply_has(f, DHCP_OPT_ROUTES));
	assert_true(bench_reply_has(f, DHCP_OPT_DOMAIN));
}

static void inform_is_told_overrides(void **state)
{
	struct dhcp_bench *f = *state;

	start_with_overrides(f);
	bench_begin(f, DHCPINFORM, &mac_b);
	be32_store(f->request + 12, 0x0a140032);
	bench_option(f, DHCP_OPT_PARAMS, wishes, sizeof(wishes));
	bench_send(f);
	bench_assert(f, DHCPACK, 0);
	assert_int_equal(bench_reply_u32(f, DHCP_OPT_NTP), 0xc000027b);
	assert_false(bench_reply_has(f, DHCP_OPT_LEASE));
}

static void discover_rapidly(struct dhcp_bench *f, const struct mac *mac)
{
	bench_begin(f, DHCPDISCOVER, mac);
	bench_option(f, DHCP_OPT_RAPID_COMMIT, NULL, 0);
	bench_send(f);
}

/* RFC 4039 3.1: probed and durable all the same, only the offer is saved. */
static void rapid_commit_is_one_answer(void **state)
{
	struct dhcp_bench *f = *state;

	f->rapid_commit = true;
	bench_start(f);
	discover_rapidly(f, &mac_a);
	assert_int_equal(f->probes, 1);
	assert_int_equal(f->commits, 0);
	bench_pass_probe(f);
	assert_int_equal(f->commits, 1);
	assert_int_equal(f->replies, 0);
	dhcp_server_committed(f->server, f->ticket, true);
	bench_assert(f, DHCPACK, FIRST);
	assert_true(bench_reply_has(f, DHCP_OPT_RAPID_COMMIT));
	assert_int_equal(bench_count(f, LEASE_BOUND), 1);
	discover_rapidly(f, &mac_a); /* known: no probe */
	assert_int_equal(f->probes, 1);
	dhcp_server_committed(f->server, f->ticket, true);
	bench_assert(f, DHCPACK, FIRST);
	assert_int_equal(dhcp_server_counters(f->server)->rapid, 2);
	/* who doesn't ask for it is offered, and its ACK has no option 80 */
	bench_discover(f, &mac_b);
	bench_pass_probe(f);
	bench_assert(f, DHCPOFFER, FIRST + 1);
	bench_select_address(f, &mac_b, FIRST + 1);
	dhcp_server_committed(f->server, f->ticket, true);
	bench_assert(f, DHCPACK, FIRST + 1);
	assert_false(bench_reply_has(f, DHCP_OPT_RAPID_COMMIT));
}

static void rapid_commit_is_off_unless_wanted(void **state)
{
	struct dhcp_bench *f = *state;

	discover_rapidly(f, &mac_a);
	bench_pass_probe(f);
	bench_assert(f, DHCPOFFER, FIRST);
	assert_false(bench_reply_has(f, DHCP_OPT_RAPID_COMMIT));
	assert_int_equal(f->commits, 0);
}

static void decline(struct dhcp_bench *f, const struct mac *mac,
		    uint32_t address)
{
	bench_begin(f, DHCPDECLINE, mac);
	bench_option_u32(f, DHCP_OPT_REQUESTED, address);
	bench_option_u32(f, DHCP_OPT_SERVER_ID, SERVER);
	bench_send(f);
}

static void declined_address_is_told(void **state)
{
	struct dhcp_bench *f = *state;

	bench_bind_address(f, &mac_a, FIRST);
	decline(f, &mac_b, FIRST); /* not its own */
	assert_int_equal(f->notices, 0);
	decline(f, &mac_a, FIRST);
	assert_int_equal(f->notices, 1);
	assert_int_equal(f->notice.kind, DHCP_NOTICE_DECLINED);
	assert_int_equal(f->notice.address, FIRST);
	assert_int_equal(f->notice.rest_s, DHCP_DECLINE_S);
	assert_memory_equal(&f->notice.mac, &mac_a, MAC_LEN);
}

static void declined_reservation_is_replaced_meanwhile(void **state)
{
	struct dhcp_bench *f = *state;

	bench_discover(f, &mac_reserved);
	bench_select_address(f, &mac_reserved, RESERVED);
	dhcp_server_committed(f->server, f->ticket, true);
	bench_assert(f, DHCPACK, RESERVED);
	decline(f, &mac_reserved, RESERVED);
	assert_int_equal(f->notices, 1);
	bench_bind_address(f, &mac_reserved, FIRST);
	bench_discover(f, &mac_reserved); /* the same again */
	bench_assert(f, DHCPOFFER, FIRST);
	f->fake.ns += (DHCP_DECLINE_S + 1) * NSEC_PER_SEC;
	bench_discover(f, &mac_reserved);
	bench_assert(f, DHCPOFFER, RESERVED);
}

static void conflict_is_told_with_who_has_the_address(void **state)
{
	struct dhcp_bench *f = *state;

	bench_discover(f, &mac_a);
	dhcp_server_address_seen(f->server, FIRST, &mac_b, 9);
	assert_int_equal(f->notices, 1);
	assert_int_equal(f->notice.kind, DHCP_NOTICE_CONFLICT);
	assert_int_equal(f->notice.address, FIRST);
	assert_memory_equal(&f->notice.mac, &mac_b, MAC_LEN);
}

static void use_up_the_pool(struct dhcp_bench *f)
{
	struct mac mac = mac_a;
	unsigned i;

	for (i = 0; i < 4; i++) {
		mac.b[3] = (uint8_t)i;
		f->port = (uint16_t)(10 + i);
		bench_discover(f, &mac);
	}
	assert_int_equal(f->notices, 0);
	f->port = 20;
}

static void exhaustion_is_told_once_a_minute(void **state)
{
	struct dhcp_bench *f = *state;
	unsigned i;

	use_up_the_pool(f);
	for (i = 0; i < 5; i++)
		bench_discover(f, &mac_b);
	assert_int_equal(f->notices, 1);
	assert_int_equal(f->notice.kind, DHCP_NOTICE_EXHAUSTED);
	assert_memory_equal(&f->notice.mac, &mac_b, MAC_LEN);
	assert_int_equal(f->notice.address, 0);
	assert_int_equal(dhcp_server_counters(f->server)->no_address, 5);
	f->fake.ns += DHCP_NOTICE_NS - NSEC_PER_SEC;
	bench_discover(f, &mac_b);
	assert_int_equal(f->notices, 1);
}

static void full_pool_reuses_what_is_over_longest(void **state)
{
	struct mac mac = mac_a;
	struct dhcp_bench *f = *state;
	unsigned i;

	for (i = 0; i < 4; i++) {
		mac.b[3] = (uint8_t)i;
		f->port = (uint16_t)(10 + i);
		bench_bind_address(f, &mac, FIRST + i);
		f->fake.ns += NSEC_PER_SEC;
	}
	f->fake.ns += 3600 * NSEC_PER_SEC;
	assert_int_equal(dhcp_server_counters(f->server)->reused, 0);
	f->port = 20;
	bench_discover(f, &mac_b);
	assert_int_equal(f->probed, FIRST); /* not known to be free */
	bench_pass_probe(f);
	bench_assert(f, DHCPOFFER, FIRST);
	assert_int_equal(dhcp_server_counters(f->server)->reused, 1);
}

static void other_reservations_leave_addresses_at_rest(void **state)
{
	struct dhcp_bench *f = *state;
	struct dhcp_settings settings;
	struct dhcp_server *next;

	bench_bind_address(f, &mac_a, FIRST);
	decline(f, &mac_a, FIRST);
	bench_settings(f, &settings);
	next = dhcp_server_create(&settings, &f->fake.clock, 8, &bench_ops, f,
				  NULL);
	assert_non_null(next);
	dhcp_server_inherit(next, f->server);
	dhcp_server_destroy(f->server);
	f->server = next;
	bench_discover(f, &mac_b);
	assert_int_equal(f->probed, FIRST + 1);
	f->fake.ns += (DHCP_DECLINE_S + 1) * NSEC_PER_SEC;
	dhcp_server_tick(f->server);
	assert_int_equal(bench_count(f, LEASE_DECLINED), 0);
}

int main(void)
{
#define DHCP_TEST(name) \
	cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
	const struct CMUnitTest tests[] = {
		DHCP_TEST(network_tells_what_its_file_wants),
		DHCP_TEST(client_is_told_its_own_first),
		DHCP_TEST(own_lease_time_survives_a_restart),
		DHCP_TEST(lease_without_end_has_no_times),
		DHCP_TEST(client_without_a_list_is_told_all),
		DHCP_TEST(inform_is_told_overrides),
		DHCP_TEST(rapid_commit_is_one_answer),
		DHCP_TEST(rapid_commit_is_off_unless_wanted),
		DHCP_TEST(declined_address_is_told),
		DHCP_TEST(declined_reservation_is_replaced_meanwhile),
		DHCP_TEST(conflict_is_told_with_who_has_the_address),
		DHCP_TEST(exhaustion_is_told_once_a_minute),
		DHCP_TEST(full_pool_reuses_what_is_over_longest),
		DHCP_TEST(other_reservations_leave_addresses_at_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
