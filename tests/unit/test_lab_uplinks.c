// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab_uplinks.c - uplinks: in a lab file, and the networks that go out by
 * them: what is read, what is left to defaults, and what it all becomes in JSON
 */
#include "unit/cmocka_wrap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "cli/lab/lab_diff.h"
#include "cli/lab/lab_json.h"
#include "switch/uplink/uplink.h"
#include "unit/lab_text.h"

/* One of each key, in a mode that it goes with. */
static const char everything[] =
	"lab: x\n"
	"uplinks:\n"
	"  bond0:\n"
	"    mode: active-backup\n"
	"    members: [eth1, \"net:up1\"]\n"
	"    primary: \"net:up1\"\n"
	"    primary-reselect: failure\n"
	"    monitor:\n"
	"      up-delay: 200ms\n"
	"      down-delay: 1s\n"
	"      arp: { targets: [192.0.2.1, 192.0.2.2], interval: 50ms,\n"
	"             missed-max: 4, answers: 1, all-targets: all, vlan: 7,\n"
	"             source: 192.0.2.9 }\n"
	"      nd: { targets: [\"2001:DB8::1\", fe80::1], interval: 1s }\n"
	"    announcements: { count: 5, delay: 20ms }\n"
	"    force: yes\n"
	"  slb: { mode: balance-slb, members: [a0, a1], primary: a0,\n"
	"         rebalance-interval: 0s }\n"
	"  xor: { mode: balance-xor, members: [b0, b1], min-links: 2,\n"
	"         xmit-hash-policy: vlan+srcmac }\n"
	"  lag: { mode: 802.3ad, members: [c0, c1], primary: c1,\n"
	"         xmit-hash-policy: layer3+4, lacp: { rate: fast,\n"
	"         activity: passive, system-priority: 100, fallback: on,\n"
	"         ad-select: count } }\n"
	"  wire0: { members: [d0] }\n"
	"networks:\n"
	"  office: { mode: bridge, uplink: bond0, host: { ipv4: dhcp } }\n"
	"  fixed: { mode: bridge, uplink: slb, ipv4: 10.1.0.0/24,\n"
	"           host: { ipv4: 10.1.0.1/24 } }\n"
	"  bare: { mode: bridge, uplink: xor, host: {} }\n"
	"  away: { mode: bridge, uplink: lag }\n"
	"  up1: { mode: internal, link-local: pass, ipv4: 10.1.0.0/24 }\n"
	"nodes:\n"
	"  a: { nics: [ { net: office }, { net: fixed, ipv4: 10.1.0.2/24 } ] "
	"}\n"
	"  b: { kind: netns }\n"
	"links: [ [a, b] ]\n";

static void bond_is_read_key_by_key(void **state)
{
	struct lab *lab = lab_of_text(everything);
	const struct lab_uplink_settings *bond =
		lab_lookup_uplink(lab, "bond0");

	(void)state;
	assert_int_equal(lab->uplink_count, 5);
	assert_int_equal(bond->mode, BOND_ACTIVE_BACKUP);
	assert_int_equal(bond->member_count, 2);
	assert_string_equal(bond->members[0].text, "eth1");
	assert_false(bond->members[0].is_cable);
	assert_true(bond->members[1].is_cable);
	assert_string_equal(uplink_member_name(&bond->members[0]), "eth1");
	assert_string_equal(uplink_member_name(&bond->members[1]), "up1");
	assert_string_equal(bond->primary, "net:up1");
	assert_int_equal(bond->primary_reselect, BOND_RESELECT_FAILURE);
	assert_int_equal(bond->up_delay_ms, 200);
	assert_int_equal(bond->down_delay_ms, 1000);
	assert_int_equal(bond->announce_count, 5);
	assert_int_equal(bond->announce_delay_ms, 20);
	assert_true(bond->force);
	lab_destroy(lab);
}

static void monitors_have_targets_and_times(void **state)
{
	struct lab *lab = lab_of_text(everything);
	const struct uplink_probes *arp = &lab->uplinks[0].arp;
	const struct uplink_probes *nd = &lab->uplinks[0].nd;
	char text[INET6_ADDRSTRLEN];

	(void)state;
	assert_int_equal(arp->target_count, 2);
	assert_false(arp->targets[0].is_ip6);
	assert_int_equal(arp->targets[1].ip4, 0xc0000202);
	assert_int_equal(arp->interval_ms, 50);
	assert_int_equal(arp->misses, 4);
	assert_int_equal(arp->answers, 1);
	assert_true(arp->all_targets);
	assert_int_equal(arp->vlan, 7);
	assert_int_equal(arp->source, 0xc0000209);
	assert_int_equal(nd->target_count, 2);
	assert_true(nd->targets[0].is_ip6);
	inet_ntop(AF_INET6, &nd->targets[0].ip6, text, sizeof(text));
	assert_string_equal(text, "2001:db8::1");
	assert_int_equal(nd->interval_ms, 1000);
	assert_int_equal(nd->misses, PROBE_MISSES);
	assert_int_equal(nd->answers, PROBE_ANSWERS);
	assert_false(nd->all_targets);
	lab_destroy(lab);
}

static void other_modes_have_keys_of_their_own(void **state)
{
	struct lab *lab = lab_of_text(everything);
	const struct lab_uplink_settings *lag = lab_lookup_uplink(lab, "lag");
	const struct lab_uplink_settings *flows = lab_lookup_uplink(lab, "xor");

	(void)state;
	assert_int_equal(lab_lookup_uplink(lab, "slb")->mode, BOND_BALANCE_SLB);
	assert_int_equal(lab_lookup_uplink(lab, "slb")->rebalance_ms, 0);
	assert_int_equal(flows->mode, BOND_BALANCE_XOR);
	assert_int_equal(flows->min_links, 2);
	assert_int_equal(flows->xmit_hash_policy, BOND_HASH_VLAN_SRCMAC);
	assert_int_equal(lag->mode, BOND_8023AD);
	assert_int_equal(lag->xmit_hash_policy, BOND_HASH_LAYER34);
	assert_int_equal(lag->lacp.rate, LACP_RATE_FAST);
	assert_false(lag->lacp.active);
	assert_int_equal(lag->lacp.system_priority, 100);
	assert_int_equal(lag->lacp.ad_select, LACP_COUNT);
	assert_true(lag->lacp.fallback);
	lab_destroy(lab);
}

static void plain_uplink_has_what_the_engine_has(void **state)
{
	struct lab *lab = lab_of_text(everything);
	const struct lab_uplink_settings *wire =
		lab_lookup_uplink(lab, "wire0");
	const struct bond_settings *bond;
	struct uplink_settings engine;

	(void)state;
	uplink_settings_init(&engine);
	bond = &engine.bond;
	assert_int_equal(wire->mode, bond->mode);
	assert_string_equal(wire->primary, "");
	assert_int_equal(wire->primary_reselect, bond->primary_reselect);
	assert_int_equal(wire->xmit_hash_policy, bond->xmit_hash_policy);
	assert_int_equal(wire->min_links, bond->min_links);
	assert_int_equal(wire->rebalance_ms, bond->rebalance_ms);
	assert_int_equal(wire->up_delay_ms, bond->up_delay_ms);
	assert_int_equal(wire->down_delay_ms, bond->down_delay_ms);
	assert_int_equal(wire->announce_count, engine.announce.rounds);
	assert_int_equal(wire->announce_delay_ms, engine.announce.delay_ms);
	assert_int_equal(wire->arp.target_count, 0);
	assert_int_equal(wire->arp.interval_ms, 200);
	assert_int_equal(wire->nd.target_count, 0);
	assert_int_equal(wire->lacp.rate, LACP_RATE_SLOW);
	assert_true(wire->lacp.active);
	assert_int_equal(wire->lacp.system_priority, 65535);
	assert_int_equal(wire->lacp.ad_select, LACP_STABLE);
	assert_false(wire->lacp.fallback);
	assert_false(wire->force);
	lab_destroy(lab);
}

static void bridge_networks_go_out_and_may_have_the_host(void **state)
{
	struct lab *lab = lab_of_text(everything);
	const struct network_settings *office, *fixed, *bare, *away;

	(void)state;
	office = lab_lookup_network(lab, "office");
	fixed = lab_lookup_network(lab, "fixed");
	bare = lab_lookup_network(lab, "bare");
	away = lab_lookup_network(lab, "away");
	assert_string_equal(office->uplink, "bond0");
	assert_true(office->host);
	assert_int_equal(office->host_ipv4, NIC_IPV4_DHCP);
	assert_false(office->dhcp);
	assert_int_equal(fixed->host_ipv4, NIC_IPV4_STATIC);
	assert_int_equal(fixed->host_address.addr, 0x0a010001);
	assert_int_equal(fixed->host_address.len, 24);
	assert_true(bare->host);
	assert_int_equal(bare->host_ipv4, NIC_IPV4_NONE);
	assert_false(away->host);
	/* The wire's own DHCP is asked, unless the file says otherwise. */
	assert_int_equal(lab->nodes[0].nics[0].ipv4, NIC_IPV4_DHCP);
	assert_int_equal(lab->nodes[0].nics[1].ipv4, NIC_IPV4_STATIC);
	lab_destroy(lab);
}

static void links_and_who_asks_are_cables(void **state)
{
	struct lab *lab = lab_of_text(everything);

	(void)state;
	assert_true(lab_lookup_network(lab, "up1")->link_local);
	assert_true(lab_lookup_network(lab, "a-b")->link_local);
	lab_destroy(lab);
	lab = lab_of_text("lab: x\nnetworks: { a: { mode: internal } }\n");
	assert_false(lab->networks[0].link_local);
	lab_destroy(lab);
}

static void uplinks_survive_a_round_trip(void **state)
{
	struct lab *lab = lab_of_text(everything), *again;
	json_t *first = lab_to_json(lab), *second;
	struct err err = {0};

	(void)state;
	again = lab_from_json(first, &err);
	assert_string_equal(err.msg, "");
	assert_non_null(again);
	second = lab_to_json(again);
	assert_true(json_equal(first, second));
	assert_int_equal(again->uplink_count, lab->uplink_count);
	assert_memory_equal(again->uplinks, lab->uplinks,
			    lab->uplink_count * sizeof(*lab->uplinks));
	assert_memory_equal(again->networks, lab->networks,
			    lab->network_count * sizeof(*lab->networks));
	json_decref(first);
	json_decref(second);
	lab_destroy(lab);
	lab_destroy(again);
}

static void assert_uplink_json(const char *name, const char *wanted)
{
	struct lab *lab = lab_of_text(everything);
	json_t *root = lab_to_json(lab), *uplink;
	char *got;

	uplink = json_object_get(json_object_get(root, "uplinks"), name);
	got = json_dumps(uplink, JSON_COMPACT);
	assert_string_equal(got, wanted);
	free(got);
	json_decref(root);
	lab_destroy(lab);
}

static void document_has_the_keys_of_the_mode_only(void **state)
{
	(void)state;
	assert_uplink_json(
		"wire0",
		"{\"mode\":\"active-backup\",\"members\":[\"d0\"],"
		"\"primary-reselect\":\"always\",\"monitor\":{\"up-delay\":"
		"\"0ms\",\"down-delay\":\"0ms\"},\"announcements\":{\"count\":"
		"3,\"delay\":\"50ms\"},\"force\":false}");
	assert_uplink_json(
		"xor",
		"{\"mode\":\"balance-xor\",\"members\":[\"b0\",\"b1\"],"
		"\"xmit-hash-policy\":\"vlan+srcmac\",\"min-links\":2,"
		"\"monitor\":{\"up-delay\":\"0ms\",\"down-delay\":\"0ms\"},"
		"\"announcements\":{\"count\":3,\"delay\":\"50ms\"},"
		"\"force\":false}");
}

static void lab_without_uplinks_says_nothing_of_them(void **state)
{
	struct lab *lab = lab_of_text("lab: x\nuplinks: {}\n");
	json_t *json = lab_to_json(lab);

	(void)state;
	assert_null(json_object_get(json, "uplinks"));
	json_decref(json);
	lab_destroy(lab);
}

static void uplinks_keep_their_numbers(void **state)
{
	struct lab *lab = lab_of_text("lab: x\nuplinks: { a: { members: [e] }, "
				      "b: { members: [f] } }\n");
	struct lab *next = lab_of_text("lab: x\nuplinks: { c: { members: [e] },"
				       " b: { members: [f] } }\n");

	(void)state;
	lab_number(lab, NULL);
	assert_int_equal(lab->uplinks[0].number, 0);
	assert_int_equal(lab->uplinks[1].number, 1);
	lab_number(next, lab);
	assert_int_equal(next->uplinks[0].number, 2);
	assert_int_equal(next->uplinks[1].number, 1);
	lab_destroy(lab);
	lab_destroy(next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bond_is_read_key_by_key),
		cmocka_unit_test(monitors_have_targets_and_times),
		cmocka_unit_test(other_modes_have_keys_of_their_own),
		cmocka_unit_test(plain_uplink_has_what_the_engine_has),
		cmocka_unit_test(bridge_networks_go_out_and_may_have_the_host),
		cmocka_unit_test(links_and_who_asks_are_cables),
		cmocka_unit_test(uplinks_survive_a_round_trip),
		cmocka_unit_test(document_has_the_keys_of_the_mode_only),
		cmocka_unit_test(lab_without_uplinks_says_nothing_of_them),
		cmocka_unit_test(uplinks_keep_their_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
