// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab_check.c - checks across a lab file: names, subnets, NICs, links
 */
#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "unit/lab_text.h"

#define HEAD                                               \
	"lab: x\nnetworks:\n"                              \
	"  wan: { mode: nat, ipv4: 10.20.0.0/24 }\n"       \
	"  back: { mode: internal, ipv4: 10.30.0.0/24 }\n" \
	"  free: { mode: internal }\n"                     \
	"nodes:\n"

#define NIC(keys) HEAD "  n: { nics: [ { " keys " } ] }\n"

static void each_misplaced_address_is_told_why(void **state)
{
	static const struct mistake mistakes[] = {
		{NIC("net: bak"),
		 "7:23: error: no network is called 'bak' (did you mean "
		 "'back'?)"},
		{NIC("ipv4: none"),
		 "7:16: error: nic needs 'net', as in 'net: wan'"},
		{NIC("net: back, ipv4: 10.31.0.1/24"),
		 "7:35: error: address 10.31.0.1 is outside 10.30.0.0/24 of "
		 "network 'back'"},
		{NIC("net: back, ipv4: 10.30.0.5/16"),
		 "7:35: error: network 'back' is a /24 (did you mean "
		 "'10.30.0.5/24'?)"},
		{NIC("net: back, ipv4: 10.30.0.5"),
		 "7:35: error: address 10.30.0.5 needs its prefix length (did "
		 "you mean '10.30.0.5/24'?)"},
		{NIC("net: back, ipv4: 10.30.0.0/24"),
		 "7:35: error: 10.30.0.0 is the network address of "
		 "10.30.0.0/24, no host's"},
		{NIC("net: back, ipv4: 10.30.0.255/24"),
		 "7:35: error: 10.30.0.255 is the broadcast address of "
		 "10.30.0.0/24, no host's"},
		{NIC("net: wan, ipv4: 10.20.0.1/24"),
		 "7:34: error: 10.20.0.1 is the gateway of network 'wan'"},
		{NIC("net: wan, ipv4: 10.20.0.150/24"),
		 "7:34: error: address 10.20.0.150 is in the DHCP range of "
		 "network 'wan': choose one outside, or 'reserve: "
		 "10.20.0.150'"},
		{NIC("net: back, ipv4: dhcp"),
		 "7:35: error: network 'back' serves no DHCP: add 'dhcp: on' "
		 "to it"},
		{NIC("net: wan, reserve: 10.21.0.7"),
		 "7:37: error: address 10.21.0.7 is outside 10.20.0.0/24 of "
		 "network 'wan'"},
		{NIC("net: wan, reserve: 10.20.0.1"),
		 "7:37: error: 10.20.0.1 is the gateway of network 'wan'"},
		{NIC("net: back, reserve: 10.30.0.7"),
		 "7:29: error: 'reserve' is for a NIC that asks DHCP, and this "
		 "one doesn't"},
		{NIC("net: wan, gateway: 10.20.0.1"),
		 "7:28: error: 'gateway' needs a static address: DHCP brings "
		 "its own"},
		{NIC("net: back, ipv4: 10.30.0.5/24, gateway: 10.31.0.1"),
		 "7:58: error: gateway 10.31.0.1 is not on the NIC's subnet"},
		{NIC("net: back, ipv4: 10.30.0.5/24, gateway: 10.30.0.5"),
		 "7:58: error: gateway 10.30.0.5 is the NIC itself"},
		{NIC("net: wan, mac: 52:54:00"),
		 "7:33: error: '52:54:00' is no MAC address: write "
		 "\"52:54:00:00:00:07\""},
		{NIC("net: wan, mac: \"53:54:00:00:00:01\""),
		 "7:33: error: '53:54:00:00:00:01' can't be a NIC's own "
		 "address: the second digit must be even, and not all may be "
		 "zero"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

static void what_must_be_unique_is(void **state)
{
	static const struct mistake mistakes[] = {
		{HEAD
		 "  a: { nics: [ { net: wan, mac: 52-54-00-00-00-0A } ] }\n"
		 "  b: { nics: [ { net: back, mac: 52:54:00:00:00:0a } ] "
		 "}\n",
		 "8:34: error: 52:54:00:00:00:0a is taken: port a:0 has it"},
		{HEAD "  a: { nics: [ { net: back, ipv4: 10.30.0.5/24 } ] }\n"
		      "  b: { nics: [ { net: back, ipv4: 10.30.0.5/24 } ] }\n",
		 "8:35: error: 10.30.0.5/24 is taken: port a:0 has it"},
		{HEAD "  a: { nics: [ { net: wan, ipv4: 10.20.0.5/24 } ] }\n"
		      "  b: { nics: [ { net: wan, reserve: 10.20.0.5 } ] }\n",
		 "8:37: error: 10.20.0.5 is taken: port a:0 has it"},
		{HEAD "  WAN: {}\n",
		 "7:3: error: name 'WAN' is taken: line 3 has a network of "
		 "that name"},
		{HEAD "  a: {}\n  A: {}\n",
		 "8:3: error: name 'A' is taken: line 7 has a node of that "
		 "name"},
		{"lab: x\nnetworks:\n"
		 "  a: { mode: internal, ipv4: 10.0.0.0/8 }\n"
		 "  b: { mode: internal, ipv4: 10.1.0.0/16 }\n",
		 "4:30: error: subnet 10.1.0.0/16 overlaps with 10.0.0.0/8 of "
		 "network 'a'"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

static void same_address_may_be_on_two_networks_without_subnet(void **state)
{
	(void)state;
	lab_destroy(lab_of_text(
		"lab: x\nnetworks: { a: {mode: internal}, b: {mode: internal} "
		"}\n"
		"nodes: { n: { nics: [ { net: a, ipv4: 10.0.0.1/24 },\n"
		"                      { net: b, ipv4: 10.0.0.1/24 } ] } }\n"));
}

static void link_is_a_network_with_two_ports(void **state)
{
	struct lab *lab =
		lab_of_text(HEAD "  web1: { nics: [ { net: wan } ] }\n"
				 "  desk: {}\n"
				 "links: [ [web1, desk] ]\n");
	const struct network_settings *network;

	(void)state;
	assert_int_equal(lab->network_count, 4);
	network = lab_lookup_network(lab, "web1-desk");
	assert_non_null(network);
	assert_int_equal(network->mode, NETWORK_INTERNAL);
	assert_int_equal(network->mtu, 1500);
	assert_int_equal(lab->nodes[0].nic_count, 2);
	assert_int_equal(lab->nodes[0].nics[1].network, 3);
	assert_int_equal(lab->nodes[1].nics[0].network, 3);
	assert_int_equal(lab->nodes[1].nics[0].ipv4, NIC_IPV4_NONE);
	lab_destroy(lab);
}

static void each_wrong_link_is_told_why(void **state)
{
	static const struct mistake mistakes[] = {
		{HEAD "  a: {}\nlinks: [ [a] ]\n",
		 "8:10: error: a link has two ends, as in [web1, desk]"},
		{HEAD "  a: {}\nlinks: [ [a, a] ]\n",
		 "8:10: error: a link from 'a' to itself"},
		{HEAD "  node1: {}\n  b: {}\nlinks: [ [node2, b] ]\n",
		 "9:11: error: no node is called 'node2' (did you mean "
		 "'node1'?)"},
		{HEAD "  a: {}\n  b: {}\nlinks: [ [a, b], [a, b] ]\n",
		 "9:18: error: name 'a-b' is taken: line 9 has a network of "
		 "that name"},
		{HEAD "  a234567890123456: {}\n  b23456789012345: {}\n"
		      "links: [ [a234567890123456, b23456789012345] ]\n",
		 "9:10: error: the network's name "
		 "a234567890123456-b23456789012345 would be longer than 31: "
		 "write it under networks: with a shorter one"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

static void mac_is_stable_whatever_else_changes(void **state)
{
	struct lab *one = lab_of_text(HEAD "  a: { nics: [ { net: wan } ] }\n");
	struct lab *two =
		lab_of_text(HEAD "  b: { nics: [ { net: wan } ] }\n"
				 "  a: { nics: [ { net: back, ipv4: none "
				 "} ] }\n");
	char text[MAC_TEXT_SIZE];

	(void)state;
	mac_format(&one->nodes[0].nics[0].mac, text);
	assert_memory_equal(text, "52:54:00:", 9);
	assert_true(mac_is_equal(&one->nodes[0].nics[0].mac,
				 &two->nodes[1].nics[0].mac));
	assert_false(mac_is_equal(&two->nodes[0].nics[0].mac,
				  &two->nodes[1].nics[0].mac));
	lab_destroy(one);
	lab_destroy(two);
}

static void derived_mac_steps_aside_for_a_given_one(void **state)
{
	struct lab *lab = lab_create(1, 2);
	struct mac first;

	(void)state;
	strcpy(lab->name, "x");
	strcpy(lab->nodes[0].name, "a");
	lab->node_count = 1;
	lab->nodes[0].nic_count = 1;
	lab_derive_macs(lab);
	first = lab->nodes[0].nics[0].mac;
	memset(&lab->nodes[0].nics[0].mac, 0, sizeof(first));
	strcpy(lab->nodes[1].name, "b");
	lab->node_count = 2;
	lab->nodes[1].nic_count = 1;
	lab->nodes[1].nics[0].mac = first;
	lab_derive_macs(lab);
	assert_true(mac_is_equal(&lab->nodes[1].nics[0].mac, &first));
	assert_false(mac_is_equal(&lab->nodes[0].nics[0].mac, &first));
	assert_false(mac_is_zero(&lab->nodes[0].nics[0].mac));
	lab_destroy(lab);
}

static void ten_mistakes_are_ten_errors_in_file_order(void **state)
{
	static const char text[] =
		"lab: 9lives\n"
		"networks:\n"
		"  wan: { mode: nta, ipv4: 10.20.0.0/24 }\n"
		"  one: { mode: nat }\n"
		"  two: { mode: internal, mtu: 9 }\n"
		"nodes:\n"
		"  a: { memory: 128, nics: [ { net: wam } ] }\n"
		"  b: { cpu: 1, nics: [ { net: two, mac: 7 } ] }\n"
		"  c: { disks: [ {} ] }\n"
		"  a: {}\n";
	static const char *const places[] = {
		"t:1:6: ",  "t:3:16: ", "t:4:3: ",  "t:5:31: ", "t:7:16: ",
		"t:7:36: ", "t:8:8: ",  "t:8:41: ", "t:9:17: ", "t:10:3: ",
	};
	char *errors = errors_of_text(text, strlen(text));
	const char *at = errors;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		at = strstr(at, places[i]);
		assert_non_null(at);
	}
	at = strstr(at, ": error: ");
	assert_null(strstr(at + 1, ": error: "));
	free(errors);
}

static void one_mistake_is_one_error_however_many_depend_on_it(void **state)
{
	static const struct mistake mistakes[] = {
		{"lab: x\nnetworks: { a: { mode: nat, ipv4: 10.0.0.0/99 } }\n"
		 "nodes: { n: { nics: [ { net: a, ipv4: dhcp },\n"
		 "  { net: a, reserve: 10.0.0.9 } ] } }\n",
		 "2:35: error: '10.0.0.0/99' is no IPv4 subnet: write "
		 "10.20.0.0/24"},
		{"lab: x\nnetworks: { 9a: { mode: internal } }\n"
		 "nodes: { n: { nics: [ { net: 9a } ] } }\n",
		 "2:13: error: '9a' is no name: letters, digits and '-', a "
		 "letter first, no '-' last, at most 31"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_misplaced_address_is_told_why),
		cmocka_unit_test(what_must_be_unique_is),
		cmocka_unit_test(
			same_address_may_be_on_two_networks_without_subnet),
		cmocka_unit_test(link_is_a_network_with_two_ports),
		cmocka_unit_test(each_wrong_link_is_told_why),
		cmocka_unit_test(mac_is_stable_whatever_else_changes),
		cmocka_unit_test(derived_mac_steps_aside_for_a_given_one),
		cmocka_unit_test(ten_mistakes_are_ten_errors_in_file_order),
		cmocka_unit_test(
			one_mistake_is_one_error_however_many_depend_on_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
