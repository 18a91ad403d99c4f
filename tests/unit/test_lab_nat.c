// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab_nat.c - what a lab file says about nat networks: engine, routes,
 * host
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>

#include "core/util.h"
#include "unit/lab_text.h"

#define NODES                                                     \
	"nodes:\n"                                                \
	"  r: { nics: [ { net: wan }, { net: back } ] }\n"        \
	"  s: { nics: [ { net: wan, ipv4: 10.20.0.9/24 } ] }\n"   \
	"  k: { nics: [ { net: wan, reserve: 10.20.0.254 } ] }\n" \
	"  n: { nics: [ { net: wan, ipv4: none } ] }\n"           \
	"  b: { nics: [ { net: back } ] }\n"

#define LAB(keys)                                                    \
	"lab: x\nnetworks:\n"                                        \
	"  other: { mode: nat, ipv4: 10.40.0.0/24 }\n"               \
	"  back: { mode: internal, ipv4: 10.30.0.0/24, dhcp: on }\n" \
	"  wan: { mode: nat, ipv4: 10.20.0.0/24,\n"                  \
	"         " keys " }\n" NODES

#define ROUTE(to, via) LAB("routes: [ { to: " to ", via: " via " } ]")

static void a_route_leads_through_a_node_with_a_fixed_address(void **state)
{
	static const struct {
		const char *via;
		uint32_t address;
	} routers[] = {
		/* .254 is reserved for k, so the next one below */
		{"r", 0x0a1400fd},
		{"s", 0x0a140009},
		{"k", 0x0a1400fe},
		{"10.20.0.77", 0x0a14004d},
	};
	char text[1024];
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(routers); i++) {
		struct network_settings *wan;
		struct lab *lab;

		snprintf(text, sizeof(text), ROUTE("10.30.0.0/24", "%s"),
			 routers[i].via);
		lab = lab_of_text(text);
		wan = lab_lookup_network(lab, "wan");
		assert_int_equal(wan->route_count, 1);
		assert_int_equal(wan->routes[0].to.addr, 0x0a1e0000);
		assert_int_equal(wan->routes[0].to.len, 24);
		assert_int_equal(wan->routes[0].gateway, routers[i].address);
		lab_destroy(lab);
	}
}

static void a_router_that_asks_dhcp_gets_its_address_reserved(void **state)
{
	struct lab *lab = lab_of_text(ROUTE("10.30.0.0/24", "r"));

	(void)state;
	assert_int_equal(lab_lookup_node(lab, "r")->nics[0].reserve,
			 0x0a1400fd);
	lab_destroy(lab);
}

static void host_access_is_off_and_the_engine_user_by_default(void **state)
{
	struct lab *lab = lab_of_text(LAB("host-access: gateway"));

	(void)state;
	assert_true(lab_lookup_network(lab, "wan")->host_access);
	assert_false(lab_lookup_network(lab, "other")->host_access);
	assert_int_equal(lab_lookup_network(lab, "wan")->engine,
			 NAT_ENGINE_USER);
	lab_destroy(lab);
}

static void the_kernel_is_an_engine_that_needs_forwarding(void **state)
{
	struct lab *lab =
		lab_of_text(LAB("engine: kernel, ip-forward: enable"));

	(void)state;
	assert_int_equal(lab_lookup_network(lab, "wan")->engine,
			 NAT_ENGINE_KERNEL);
	assert_true(lab_lookup_network(lab, "wan")->ip_forward);
	assert_false(lab_lookup_network(lab, "other")->ip_forward);
	lab_destroy(lab);
	lab = lab_of_text(LAB("engine: kernel"));
	assert_false(lab_lookup_network(lab, "wan")->ip_forward);
	lab_destroy(lab);
}

static void filtering_and_limits_have_the_rfc_s_words(void **state)
{
	struct lab *lab =
		lab_of_text(LAB("filtering: endpoint-independent,\n"
				" limits: { flows: 100, flows-per-nic: 50 }"));
	const struct network_settings *wan = lab_lookup_network(lab, "wan");
	const struct network_settings *other = lab_lookup_network(lab, "other");

	(void)state;
	assert_int_equal(wan->filtering, NAT_FILTERING_ENDPOINT_INDEPENDENT);
	assert_int_equal(wan->max_flows, 100);
	assert_int_equal(wan->max_flows_per_port, 50);
	assert_int_equal(other->filtering, NAT_FILTERING_ADDRESS_DEPENDENT);
	assert_int_equal(other->max_flows, NAT_FLOWS);
	assert_int_equal(other->max_flows_per_port, NAT_FLOWS_PER_PORT);
	lab_destroy(lab);
}

static void ipv6_is_a_prefix_or_a_map_with_one(void **state)
{
	char text[IPV6_TEXT_SIZE];
	struct network_settings *wan;
	struct lab *lab;

	(void)state;
	lab = lab_of_text(LAB("ipv6: \"fd00:20::/64\""));
	wan = lab_lookup_network(lab, "wan");
	assert_true(wan->has_ipv6);
	assert_string_equal(ipv6_format(&wan->ipv6, text), "fd00:20::");
	assert_int_equal(wan->ra, NETWORK_RA_SLAAC);
	assert_int_equal(wan->dhcp6_first, 0x1000);
	assert_int_equal(wan->dhcp6_last, 0x1fff);
	assert_false(lab_lookup_network(lab, "other")->has_ipv6);
	lab_destroy(lab);
	lab = lab_of_text(LAB("ipv6: { prefix: \"fd00:20::/64\", ra: off }"));
	wan = lab_lookup_network(lab, "wan");
	assert_true(wan->has_ipv6);
	assert_int_equal(wan->ra, NETWORK_RA_OFF);
	lab_destroy(lab);
}

static void mistakes_of_ipv6_are_told(void **state)
{
	static const struct mistake mistakes[] = {
		{LAB("ipv6: \"fd00:20::\""),
		 "6:16: error: 'fd00:20::' is no IPv6 prefix: write "
		 "fd00:20::/64"},
		{LAB("ipv6: \"fd00:20::/48\""),
		 "6:16: error: a network's prefix is a /64, not a /48: nodes "
		 "make addresses with the other half (RFC 4862)"},
		{LAB("ipv6: \"fd00:20::7/64\""),
		 "6:16: error: 'fd00:20::7/64' is an address with a prefix "
		 "(did you mean 'fd00:20::/64'?)"},
		{LAB("ipv6: \"fe80::/64\""),
		 "6:16: error: fe80::/64 can't be a network's prefix: take one "
		 "of fd00::/8 (RFC 4193)"},
		{LAB("ipv6: { prefix: \"fd01::/64\", dhcp: 5-9 }"),
		 "6:45: error: '5-9' is no DHCPv6 range: write ::1000-::1fff, "
		 "or off"},
		{LAB("ipv6: { prefix: \"fd01::/64\", dhcp: \"::1-::9\" }"),
		 "6:45: error: DHCPv6 range ::1-::9 has the gateway's address "
		 "in it"},
		{LAB("ipv6: { prefix: \"fd01::/64\", dhcp: \"::9-::8\" }"),
		 "6:45: error: the range ends before it begins"},
		{LAB("ipv6: { prefix: \"fd01::/64\", ra: stateful, dhcp: off "
		     "}"),
		 "6:43: error: 'stateful' tells nodes to ask DHCPv6, which is "
		 "off"},
		{LAB("ipv6: { ra: off }"),
		 "6:10: error: ipv6 needs 'prefix', as in 'prefix: "
		 "fd00:20::/64'"},
		{"lab: x\nnetworks:\n"
		 "  v: { mode: nat, ipv4: 9.0.0.0/24, ipv6: \"fd01::/64\" }\n"
		 "  w: { mode: nat, ipv4: 9.1.0.0/24, ipv6: \"fd01::/64\" }\n",
		 "4:43: error: network 'v' has this prefix already"},
		{"lab: x\nnetworks:\n  i: { mode: internal, ipv4: 9.0.0.0/24,\n"
		 "       ipv6: \"fd01::/64\" }\n",
		 "4:8: error: 'ipv6' goes with 'mode: nat' only, and this is "
		 "'internal'"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

static void each_mistake_is_told_where_it_is(void **state)
{
	static const struct mistake mistakes[] = {
		{LAB("engine: kernel, filtering: address-dependent"),
		 "6:26: error: 'filtering' goes with 'engine: user': the "
		 "kernel filters by address and port, and conntrack has "
		 "limits of its own"},
		{LAB("ip-forward: enable"),
		 "6:10: error: 'ip-forward' goes with 'engine: kernel'"},
		{LAB("host-access: yes"),
		 "6:23: error: unknown host access 'yes': it is one of off, "
		 "gateway"},
		{LAB("filtering: full-cone"),
		 "6:21: error: unknown filtering 'full-cone' (did you mean "
		 "'endpoint-independent'?)"},
		{LAB("limits: { flows: 0 }"),
		 "6:27: error: flows '0' is no number from 1 to 65536"},
		{LAB("dns: { servers: [192.0.2.53, web1] }"),
		 "6:39: error: 'web1' is no IPv4 address: write 10.20.0.7"},
		{LAB("dns: { servers: [10.20.0.7] }"),
		 "6:27: error: DNS server 10.20.0.7 is on the network itself, "
		 "where the host can't ask it"},
		{LAB("dns: { records: [ { name: a..b, value: 9.9.9.9 } ] }"),
		 "6:36: error: 'a..b' is no name: write www, or "
		 "www.example.com"},
		{LAB("dns: { records: [ { name: x, value: fd00::1 } ] }"),
		 "6:46: error: 'fd00::1' is no IPv4 address: write "
		 "10.20.0.50"},
		{LAB("dns: { records: [ { name: x, type: AAAA, value: a } ] }"),
		 "6:58: error: 'a' is no IPv6 address: write "
		 "\"fd00:20::50\""},
		{LAB("dns: { records: [ { name: x, type: CNAME, value: y } ] "
		     "}"),
		 "6:59: error: CNAME 'y' leads nowhere: it must be a node on "
		 "network 'wan', or the name of another record"},
		{LAB("dns: { records: [ { name: x, type: CNAME, value: x } ] "
		     "}"),
		 "6:59: error: CNAME 'x' leads to more than 8 others, or back "
		 "to itself"},
		{LAB("dns: { records: [ { name: gateway, value: 9.9.9.9 } ] }"),
		 "6:36: error: 'gateway' is a node's name, which has its "
		 "address already"},
		{LAB("dns: { records: [ { name: x, value: 9.9.9.9 }, { name: "
		     "X, type: CNAME, value: gateway } ] }"),
		 "6:65: error: 'X' has another record: a CNAME must be alone"},
		{LAB("dns: { records: [ { name: x, type: MX, value: a } ] }"),
		 "6:45: error: unknown record type 'MX': it is one of A, AAAA, "
		 "CNAME, TXT"},
		{LAB("routes: [ { to: 10.30.0.0/24 } ]"),
		 "6:20: error: route needs 'via', as in 'via: router'"},
		{ROUTE("10.30.0.5/24", "r"),
		 "6:26: error: '10.30.0.5/24' is an address in a subnet (did "
		 "you mean '10.30.0.0/24'?)"},
		{ROUTE("0.0.0.0/0", "r"),
		 "6:26: error: a subnet is from /8 to /32, not /0"},
		{ROUTE("10.20.0.128/25", "r"),
		 "6:26: error: 10.20.0.128/25 overlaps with the subnet of nat "
		 "network 'wan'"},
		{ROUTE("10.40.0.0/16", "r"),
		 "6:26: error: 10.40.0.0/16 overlaps with the subnet of nat "
		 "network 'other'"},
		{LAB("routes: [ { to: 10.50.0.0/24, via: r },\n"
		     " { to: 10.50.0.0/16, via: s } ]"),
		 "7:8: error: 10.50.0.0/16 overlaps with another route of "
		 "'wan'"},
		{ROUTE("10.30.0.0/24", "rr"),
		 "6:45: error: no node is called 'rr' (did you mean 'r'?)"},
		{ROUTE("10.30.0.0/24", "b"),
		 "6:45: error: 'b' has no NIC on network 'wan' (add "
		 "'{ net: wan }' to its nics)"},
		{ROUTE("10.30.0.0/24", "n"),
		 "6:45: error: 'n' has no address on network 'wan'"},
		{ROUTE("10.30.0.0/24", "10.30.0.1"),
		 "6:45: error: router 10.30.0.1 is outside 10.20.0.0/24 of "
		 "'wan'"},
		{ROUTE("10.30.0.0/24", "10.20.0.1"),
		 "6:45: error: 10.20.0.1 can't be a router: it is no node's "
		 "address"},
		{"lab: x\nnetworks:\n  i: { mode: internal, ipv4: 9.0.0.0/24,\n"
		 "       host-access: gateway }\n",
		 "4:8: error: 'host-access' goes with 'mode: nat' only, and "
		 "this is 'internal'"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv6_is_a_prefix_or_a_map_with_one),
		cmocka_unit_test(mistakes_of_ipv6_are_told),
		cmocka_unit_test(
			a_route_leads_through_a_node_with_a_fixed_address),
		cmocka_unit_test(
			a_router_that_asks_dhcp_gets_its_address_reserved),
		cmocka_unit_test(
			host_access_is_off_and_the_engine_user_by_default),
		cmocka_unit_test(the_kernel_is_an_engine_that_needs_forwarding),
		cmocka_unit_test(filtering_and_limits_have_the_rfc_s_words),
		cmocka_unit_test(each_mistake_is_told_where_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
