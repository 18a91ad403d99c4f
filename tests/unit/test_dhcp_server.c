// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dhcp_server.c - RFC 2131 rule by rule, on a fake clock
 */
#include "unit/dhcp_bench.h"

#include <string.h>

static void discover_is_offered_only_after_the_probe(void **state)
{
	struct dhcp_bench *f = *state;

	bench_discover(f, &mac_a);
	assert_int_equal(f->probes, 1);
	assert_int_equal(f->probed, FIRST);
	assert_int_equal(f->replies, 0);
	bench_pass_probe(f);
	bench_assert(f, DHCPOFFER, FIRST);
	assert_int_equal(bench_reply_u32(f, DHCP_OPT_LEASE), 3600);
	assert_int_equal(bench_reply_u32(f, DHCP_OPT_T1), 1800);
	assert_int_equal(bench_reply_u32(f, DHCP_OPT_T2), 3150);
	assert_int_equal(dhcp_server_next_ns(f->server), UINT64_MAX);
}

static void ack_waits_for_the_commit(void **state)
{
	struct dhcp_bench *f = *state;

	bench_discover(f, &mac_a);
	bench_pass_probe(f);
	f->replies = 0;
	bench_select_address(f, &mac_a, FIRST);
	assert_int_equal(f->commits, 1);
	assert_int_equal(f->record.address, FIRST);
	assert_int_equal(f->record.expires_s, WALL_S + 3600);
	assert_memory_equal(&f->record.mac, &mac_a, MAC_LEN);
	assert_int_equal(f->replies, 0);
	assert_int_equal(bench_count(f, LEASE_BOUND), 0);
	dhcp_server_committed(f->server, f->ticket + 1, true);
	assert_int_equal(f->replies, 0);
	dhcp_server_committed(f->server, f->ticket, true);
	bench_assert(f, DHCPACK, FIRST);
	assert_int_equal(bench_count(f, LEASE_BOUND), 1);
}

static void failed_commit_is_never_acknowledged(void **state)
{
	struct dhcp_bench *f = *state;

	bench_discover(f, &mac_a);
	bench_pass_probe(f);
	f->replies = 0;
	bench_select_address(f, &mac_a, FIRST);
	dhcp_server_committed(f->server, f->ticket, false);
	assert_int_equal(f->replies, 0);
	assert_int_equal(bench_count(f, LEASE_BOUND), 0);
	bench_select_address(f, &mac_a, FIRST);
	f->fake.ns += DHCP_COMMIT_NS;
	dhcp_server_tick(f->server);
	dhcp_server_committed(f->server, f->ticket, true); /* too late */
	assert_int_equal(f->replies, 0);
	assert_int_equal(dhcp_server_counters(f->server)->commit_failed, 2);
}

static void request_sent_twice_is_committed_once(void **state)
{
	struct dhcp_bench *f = *state;

	bench_discover(f, &mac_a);
	bench_pass_probe(f);
	f->replies = 0;
	bench_select_address(f, &mac_a, FIRST);
	bench_select_address(f, &mac_a, FIRST);
	assert_int_equal(f->commits, 1);
	dhcp_server_committed(f->server, f->ticket, true);
	assert_int_equal(f->replies, 1);
}

static void choosing_another_server_withdraws_the_offer(void **state)
{
	struct dhcp_bench *f = *state;

	bench_discover(f, &mac_a);
	bench_pass_probe(f);
	f->replies = 0;
	bench_begin(f, DHCPREQUEST, &mac_a);
	bench_option_u32(f, DHCP_OPT_REQUESTED, 0x0a140099);
	bench_option_u32(f, DHCP_OPT_SERVER_ID, OTHER_SERVER);
	bench_send(f);
	assert_int_equal(f->replies, 0);
	assert_int_equal(bench_count(f, LEASE_OFFERED), 0);
}

static void selecting_what_was_not_offered_is_refused(void **state)
{
	struct dhcp_bench *f = *state;

	bench_discover(f, &mac_a);
	bench_pass_probe(f);
	bench_select_address(f, &mac_a, FIRST + 1);
	bench_assert(f, DHCPNAK, 0);
	assert_int_equal(f->out.dst, IP4_BROADCAST);
}

static void init_reboot(struct dhcp_bench *f, uint32_t address)
{
	bench_begin(f, DHCPREQUEST, &mac_a);
	bench_option_u32(f, DHCP_OPT_REQUESTED, address);
	bench_send(f);
}

static void init_reboot_has_its_four_answers(void **state)
{
	struct dhcp_bench *f = *state;

	init_reboot(f, 0xc0a80005); /* wrong network */
	bench_assert(f, DHCPNAK, 0);
	init_reboot(f, FIRST); /* unknown: maybe another server's */
	assert_int_equal(f->replies, 0);
	bench_bind_address(f, &mac_a, FIRST);
	init_reboot(f, FIRST + 1); /* not its address */
	bench_assert(f, DHCPNAK, 0);
	init_reboot(f, FIRST);
	dhcp_server_committed(f->server, f->ticket, true);
	bench_assert(f, DHCPACK, FIRST);
}

static void renew(struct dhcp_bench *f, uint32_t dst)
{
	bench_begin(f, DHCPREQUEST, &mac_a);
	be32_store(f->request + 12, FIRST);
	f->dst = dst;
	bench_send(f);
}

static void renewing_extends_and_is_answered_by_unicast(void **state)
{
	struct dhcp_bench *f = *state;

	bench_bind_address(f, &mac_a, FIRST);
	f->fake.ns += 1800 * NSEC_PER_SEC;
	renew(f, SERVER);
	dhcp_server_committed(f->server, f->ticket, true);
	bench_assert(f, DHCPACK, FIRST);
	assert_int_equal(f->out.dst, FIRST);
	assert_memory_equal(&f->out.dst_mac, &mac_a, MAC_LEN);
	assert_int_equal(be32_load(f->reply + 12), FIRST);
	f->fake.ns += 1801 * NSEC_PER_SEC; /* past the first end */
	renew(f, IP4_BROADCAST);
	dhcp_server_committed(f->server, f->ticket, true);
	bench_assert(f, DHCPACK, FIRST);
}

static void failed_renewal_keeps_the_earlier_end(void **state)
{
	struct dhcp_bench *f = *state;

	bench_bind_address(f, &mac_a, FIRST);
	f->fake.ns += 1800 * NSEC_PER_SEC;
	renew(f, SERVER);
	dhcp_server_committed(f->server, f->ticket, false);
	assert_int_equal(f->replies, 0);
	assert_int_equal(bench_count(f, LEASE_BOUND), 1);
	f->fake.ns += 1801 * NSEC_PER_SEC;
	dhcp_server_tick(f->server);
	bench_discover(f, &mac_b);
	assert_int_equal(bench_count(f, LEASE_EXPIRED), 1);
}

static void unknown_lease_is_refused_by_name_only(void **state)
{
	struct dhcp_bench *f = *state;

	renew(f, SERVER);
	bench_assert(f, DHCPNAK, 0);
	renew(f, IP4_BROADCAST);
	assert_int_equal(f->replies, 0);
}

static void nak_holds_nothing_but_what_it_must(void **state)
{
	static const uint8_t id[] = {1, 2, 3};
	static const uint8_t wishes[] = {1, 3, 6, 51};
	struct dhcp_bench *f = *state;

	bench_begin(f, DHCPREQUEST, &mac_a);
	bench_option_u32(f, DHCP_OPT_REQUESTED, 0xc0a80005);
	bench_option(f, DHCP_OPT_CLIENT_ID, id, sizeof(id));
	bench_option(f, DHCP_OPT_PARAMS, wishes, sizeof(wishes));
	bench_send(f);
	bench_assert(f, DHCPNAK, 0);
	assert_false(bench_reply_has(f, DHCP_OPT_LEASE));
	assert_false(bench_reply_has(f, DHCP_OPT_MASK));
	assert_false(bench_reply_has(f, DHCP_OPT_ROUTER));
	assert_true(bench_reply_has(f, DHCP_OPT_MESSAGE));
	assert_memory_equal(bench_reply_option(f, DHCP_OPT_CLIENT_ID), id, 3);
}

static void nak_through_a_relay_is_broadcast_by_it(void **state)
{
	struct dhcp_bench *f = *state;

	bench_begin(f, DHCPREQUEST, &mac_a);
	be32_store(f->request + 24, RELAY);
	bench_option_u32(f, DHCP_OPT_REQUESTED, 0xc0a80005);
	bench_send(f);
	bench_assert(f, DHCPNAK, 0);
	assert_int_equal(f->out.dst, RELAY);
	assert_int_equal(f->out.dst_port, DHCP_SERVER_PORT);
	assert_int_equal(be16_load(f->reply + 10), DHCP_FLAG_BROADCAST);
}

static void declined_address_rests(void **state)
{
	struct dhcp_bench *f = *state;

	bench_bind_address(f, &mac_a, FIRST);
	bench_begin(f, DHCPDECLINE, &mac_a);
	bench_option_u32(f, DHCP_OPT_REQUESTED, FIRST);
	bench_option_u32(f, DHCP_OPT_SERVER_ID, SERVER);
	bench_send(f);
	assert_int_equal(f->replies, 0);
	assert_int_equal(bench_count(f, LEASE_DECLINED), 1);
	bench_discover(f, &mac_a);
	bench_pass_probe(f);
	bench_assert(f, DHCPOFFER, FIRST + 1);
	f->fake.ns += (DHCP_DECLINE_S + 1) * NSEC_PER_SEC;
	dhcp_server_tick(f->server);
	assert_int_equal(bench_count(f, LEASE_DECLINED), 0);
}

static void release(struct dhcp_bench *f, const struct mac *mac)
{
	bench_begin(f, DHCPRELEASE, mac);
	be32_store(f->request + 12, FIRST);
	bench_option_u32(f, DHCP_OPT_SERVER_ID, SERVER);
	f->dst = SERVER;
	bench_send(f);
}

static void release_keeps_the_binding_as_a_hint(void **state)
{
	struct dhcp_bench *f = *state;

	bench_bind_address(f, &mac_a, FIRST);
	release(f, &mac_a);
	assert_int_equal(bench_count(f, LEASE_EXPIRED), 1);
	assert_int_equal(f->record.expires_s, 0);
	assert_int_equal(f->ticket, 0);
	bench_discover(f, &mac_a);
	bench_pass_probe(f);
	bench_assert(f, DHCPOFFER, FIRST);
}

static void release_from_another_port_is_forged(void **state)
{
	struct dhcp_bench *f = *state;

	bench_bind_address(f, &mac_a, FIRST);
	f->port = 2;
	release(f, &mac_a);
	assert_int_equal(bench_count(f, LEASE_BOUND), 1);
	assert_int_equal(dhcp_server_counters(f->server)->forged, 1);
}

static void inform_is_told_options_but_no_lease(void **state)
{
	struct dhcp_bench *f = *state;

	bench_begin(f, DHCPINFORM, &mac_a);
	be32_store(f->request + 12, 0x0a140032);
	bench_send(f);
	bench_assert(f, DHCPACK, 0);
	assert_int_equal(f->out.dst, 0x0a140032);
	assert_false(bench_reply_has(f, DHCP_OPT_LEASE));
	assert_false(bench_reply_has(f, DHCP_OPT_T1));
	assert_int_equal(bench_reply_u32(f, DHCP_OPT_DNS), SERVER);
	assert_int_equal(f->commits, 0);
}

static void reply_goes_where_table_4_1_says(void **state)
{
	struct dhcp_bench *f = *state;

	bench_discover(f, &mac_reserved);
	bench_assert(f, DHCPOFFER, RESERVED); /* no probe: it is reserved */
	assert_int_equal(f->out.dst, RESERVED);
	assert_int_equal(f->out.dst_port, DHCP_CLIENT_PORT);
	assert_memory_equal(&f->out.dst_mac, &mac_reserved, MAC_LEN);
	bench_begin(f, DHCPDISCOVER, &mac_reserved);
	be16_store(f->request + 10, DHCP_FLAG_BROADCAST);
	bench_send(f);
	assert_int_equal(f->out.dst, IP4_BROADCAST);
	assert_int_equal(be16_load(f->reply + 10), DHCP_FLAG_BROADCAST);
	bench_begin(f, DHCPDISCOVER, &mac_reserved);
	be32_store(f->request + 24, RELAY);
	bench_send(f);
	assert_int_equal(f->out.dst, RELAY);
	assert_int_equal(f->out.dst_port, DHCP_SERVER_PORT);
	assert_int_equal(be32_load(f->reply + 24), RELAY);
}

static void relay_of_another_network_is_ignored(void **state)
{
	struct dhcp_bench *f = *state;

	bench_begin(f, DHCPDISCOVER, &mac_reserved);
	be32_store(f->request + 24, 0xc0a80001);
	bench_send(f);
	assert_int_equal(f->replies, 0);
	assert_int_equal(dhcp_server_counters(f->server)->foreign, 1);
}

static void shorter_lease_is_granted_down_to_a_minimum(void **state)
{
	struct dhcp_bench *f = *state;

	bench_begin(f, DHCPDISCOVER, &mac_reserved);
	bench_option_u32(f, DHCP_OPT_LEASE, 600);
	bench_send(f);
	assert_int_equal(bench_reply_u32(f, DHCP_OPT_LEASE), 600);
	bench_begin(f, DHCPDISCOVER, &mac_reserved);
	bench_option_u32(f, DHCP_OPT_LEASE, 1);
	bench_send(f);
	assert_int_equal(bench_reply_u32(f, DHCP_OPT_LEASE), DHCP_MIN_LEASE_S);
	bench_begin(f, DHCPDISCOVER, &mac_reserved);
	bench_option_u32(f, DHCP_OPT_LEASE, DHCP_LEASE_INFINITE);
	bench_send(f);
	assert_int_equal(bench_reply_u32(f, DHCP_OPT_LEASE), 3600);
}

int main(void)
{
#define DHCP_TEST(name) \
	cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
	const struct CMUnitTest tests[] = {
		DHCP_TEST(discover_is_offered_only_after_the_probe),
		DHCP_TEST(ack_waits_for_the_commit),
		DHCP_TEST(failed_commit_is_never_acknowledged),
		DHCP_TEST(request_sent_twice_is_committed_once),
		DHCP_TEST(choosing_another_server_withdraws_the_offer),
		DHCP_TEST(selecting_what_was_not_offered_is_refused),
		DHCP_TEST(init_reboot_has_its_four_answers),
		DHCP_TEST(renewing_extends_and_is_answered_by_unicast),
		DHCP_TEST(failed_renewal_keeps_the_earlier_end),
		DHCP_TEST(unknown_lease_is_refused_by_name_only),
		DHCP_TEST(nak_holds_nothing_but_what_it_must),
		DHCP_TEST(nak_through_a_relay_is_broadcast_by_it),
		DHCP_TEST(declined_address_rests),
		DHCP_TEST(release_keeps_the_binding_as_a_hint),
		DHCP_TEST(release_from_another_port_is_forged),
		DHCP_TEST(inform_is_told_options_but_no_lease),
		DHCP_TEST(reply_goes_where_table_4_1_says),
		DHCP_TEST(relay_of_another_network_is_ignored),
		DHCP_TEST(shorter_lease_is_granted_down_to_a_minimum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
