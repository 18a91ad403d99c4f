// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab_forward.c - forward: of a nat network, right and wrong
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "cli/lab/lab_forward.h"
#include "core/util.h"
#include "unit/lab_text.h"

#define LAB(forwards)                                              \
	"lab: x\n"                                                 \
	"networks:\n"                                              \
	"  wan:\n"                                                 \
	"    mode: nat\n"                                          \
	"    ipv4: 10.20.0.0/24\n"                                 \
	"    routes: [ { to: 10.30.0.0/24, via: 10.20.0.9 } ]\n"   \
	"    forward: [ " forwards " ]\n"                          \
	"  other: { mode: nat, ipv4: 10.40.0.0/24,\n"              \
	"           forward: [ { host: 7000, to: \"c:70\" } ] }\n" \
	"nodes:\n"                                                 \
	"  a: { nics: [ { net: other }, { net: wan } ] }\n"        \
	"  c: { nics: [ { net: other } ] }\n"                      \
	"  n: { nics: [ { net: wan, ipv4: none } ] }\n"

static void forward_leads_to_a_node_or_an_address(void **state)
{
	struct lab *lab = lab_of_text(
		LAB("{ host: 8080, to: \"a:80\" },\n"
		    " { host: \"0.0.0.0:53\", to: \"10.20.0.7:5353/udp\" },\n"
		    " { host: \"192.0.2.1:53\", to: \"10.30.0.200:53/tcp\" }"));
	const struct forward_settings *f;

	(void)state;
	f = lab_lookup_network(lab, "wan")->forwards;
	assert_int_equal(lab_lookup_network(lab, "wan")->forward_count, 3);
	assert_int_equal(f[0].host, 0x7f000001);
	assert_int_equal(f[0].host_port, 8080);
	assert_false(f[0].udp);
	assert_string_equal(f[0].node, "a");
	assert_int_equal(f[0].nic, 1);
	assert_int_equal(f[0].port, 80);
	assert_int_equal(f[1].host, 0);
	assert_true(f[1].udp);
	assert_string_equal(f[1].node, "");
	assert_int_equal(f[1].address, 0x0a140007);
	assert_int_equal(f[1].port, 5353);
	assert_int_equal(f[2].address, 0x0a1e00c8);
	lab_destroy(lab);
}

static void range_leads_to_one_that_is_as_long(void **state)
{
	struct lab *lab = lab_of_text(
		LAB("{ host: 8000-8010, to: \"a:9000-9010/udp\" },\n"
		    " { host: \"0.0.0.0:8011-8011\", to: \"a:9011\" }"));
	const struct network_settings *wan = lab_lookup_network(lab, "wan");
	struct forward_settings last = lab_forward_port(&wan->forwards[0], 10);
	struct lab_forward_text text;

	(void)state;
	assert_int_equal(wan->forwards[0].count, 11);
	assert_int_equal(wan->forwards[1].count, 1);
	assert_int_equal(last.host_port, 8010);
	assert_int_equal(last.port, 9010);
	assert_int_equal(last.count, 1);
	lab_forward_format(&wan->forwards[0], &text);
	assert_string_equal(text.host, "127.0.0.1:8000-8010");
	assert_string_equal(text.to, "a:9000-9010/udp");
	lab_forward_format(&last, &text);
	assert_string_equal(text.host, "127.0.0.1:8010");
	assert_string_equal(text.to, "a:9010/udp");
	lab_destroy(lab);
}

static void host_may_be_ipv6(void **state)
{
	struct lab *lab =
		lab_of_text(LAB("{ host: \"[::1]:80\", to: \"a:80\" },\n"
				" { host: \"[::]:81-82\", to: \"a:81-82\" },\n"
				" { host: \"0.0.0.0:80\", to: \"a:80\" }"));
	const struct forward_settings *f;
	struct lab_forward_text text;

	(void)state;
	f = lab_lookup_network(lab, "wan")->forwards;
	assert_true(f[0].is_v6);
	assert_int_equal(f[0].host6[15], 1);
	assert_int_equal(f[0].host, 0);
	assert_int_equal(f[1].count, 2);
	assert_false(f[2].is_v6);
	lab_forward_format(&f[0], &text);
	assert_string_equal(text.host, "[::1]:80");
	lab_forward_format(&f[1], &text);
	assert_string_equal(text.host, "[::]:81-82");
	lab_destroy(lab);
}

static void host_by_itself_may_say_its_protocol(void **state)
{
	static const char *const wrong[] = {"",       "x",       "80/sctp",
					    "1:2:80", "80-",     "-80",
					    "90-80",  "80-90-99"};
	struct forward_settings f;
	unsigned i;

	(void)state;
	assert_true(lab_forward_parse_host("0.0.0.0:50-52/udp", &f));
	assert_int_equal(f.host, 0);
	assert_int_equal(f.host_port, 50);
	assert_int_equal(f.count, 3);
	assert_true(f.udp);
	assert_true(lab_forward_parse_host("80", &f));
	assert_int_equal(f.host, 0x7f000001);
	assert_false(f.udp);
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_false(lab_forward_parse_host(wrong[i], &f));
}

static void same_port_may_be_tcp_and_udp_and_of_two_addresses(void **state)
{
	struct lab *lab =
		lab_of_text(LAB("{ host: \"127.0.0.1:53\", to: \"a:53/udp\" },"
				"{ host: \"127.0.0.1:53\", to: \"a:53/tcp\" },"
				"{ host: \"127.0.0.2:53\", to: \"a:53\" }"));

	(void)state;
	assert_int_equal(lab_lookup_network(lab, "wan")->forward_count, 3);
	lab_destroy(lab);
}

#define NOBODYS                                                              \
	"write an address of the host that is not multicast, link-local or " \
	"IPv4-mapped"

static void each_mistake_is_told_where_it_is(void **state)
{
	static const struct mistake mistakes[] = {
		{LAB("{ host: 0, to: \"a:80\" }"),
		 "7:24: error: '0' is no port of the host: write "
		 "\"127.0.0.1:8080\", \"[::1]:8080\", 8080 or 8000-8010"},
		{LAB("{ host: 65536, to: \"a:80\" }"),
		 "7:24: error: '65536' is no port of the host: write "
		 "\"127.0.0.1:8080\", \"[::1]:8080\", 8080 or 8000-8010"},
		{LAB("{ host: \":80\", to: \"a:80\" }"),
		 "7:24: error: ':80' is no port of the host: write "
		 "\"127.0.0.1:8080\", \"[::1]:8080\", 8080 or 8000-8010"},
		{LAB("{ host: \"::1:80\", to: \"a:80\" }"),
		 "7:24: error: '::1:80' is no port of the host: write "
		 "\"127.0.0.1:8080\", \"[::1]:8080\", 8080 or 8000-8010"},
		{LAB("{ host: 80, to: \"a\" }"),
		 "7:32: error: 'a' leads nowhere: write \"web1:80/tcp\" or "
		 "\"10.20.0.7:53/udp\""},
		{LAB("{ host: 80, to: \"a:80/sctp\" }"),
		 "7:32: error: 'a:80/sctp' leads nowhere: write "
		 "\"web1:80/tcp\" or \"10.20.0.7:53/udp\""},
		{LAB("{ host: 80, to: \"a:0\" }"),
		 "7:32: error: 'a:0' leads nowhere: write \"web1:80/tcp\" or "
		 "\"10.20.0.7:53/udp\""},
		{LAB("{ host: 80 }"),
		 "7:16: error: forward needs 'to', as in 'to: "
		 "\"web1:80/tcp\"'"},
		{LAB("{ host: 80, to: \"aa:80\" }"),
		 "7:32: error: no node is called 'aa' (did you mean 'a'?)"},
		{LAB("{ host: 80, to: \"c:80\" }"),
		 "7:32: error: 'c' has no NIC on network 'wan' (add "
		 "'{ net: wan }' to its nics, or write its address if that "
		 "is behind one of the routes)"},
		{LAB("{ host: 80, to: \"n:80\" }"),
		 "7:32: error: 'n' has no address on network 'wan'"},
		{LAB("{ host: 80, to: \"10.20.0.1:80\" }"),
		 "7:32: error: 10.20.0.1 is no node's address on network "
		 "'wan', nor behind one of its routes"},
		{LAB("{ host: 80, to: \"a:80\" },\n { host: 80, to: \"a:81\" "
		     "}"),
		 "8:10: error: port 80/tcp of the host is taken: line 7 "
		 "forwards it already"},
		{LAB("{ host: \"[fe80::1]:80\", to: \"a:80\" }"),
		 "7:24: error: '[fe80::1]:80' is nothing to listen "
		 "at: " NOBODYS},
		{LAB("{ host: \"[ff02::1]:80\", to: \"a:80\" }"),
		 "7:24: error: '[ff02::1]:80' is nothing to listen "
		 "at: " NOBODYS},
		{LAB("{ host: \"[::ffff:127.0.0.1]:80\", to: \"a:80\" }"),
		 "7:24: error: '[::ffff:127.0.0.1]:80' is nothing to listen "
		 "at: " NOBODYS},
		{LAB("{ host: \"224.0.0.1:80\", to: \"a:80\" }"),
		 "7:24: error: '224.0.0.1:80' is nothing to listen "
		 "at: " NOBODYS},
		{LAB("{ host: 80-82, to: \"a:80\" }"),
		 "7:35: error: 1 port here, and 3 of the host: a range leads "
		 "to one that is as long"},
		{LAB("{ host: 80-82, to: \"a:80-81\" }"),
		 "7:35: error: 2 ports here, and 3 of the host: a range leads "
		 "to one that is as long"},
		{LAB("{ host: 80/tcp, to: \"a:80\" }"),
		 "7:24: error: '80/tcp' is no port of the host: write "
		 "\"127.0.0.1:8080\", \"[::1]:8080\", 8080 or 8000-8010"},
		{LAB("{ host: \"[::1]:80\", to: \"a:80/udp\" }"),
		 "7:40: error: clients of IPv6 are forwarded by TCP only: "
		 "write an IPv4 address in 'host'"},
		{LAB("{ host: \"[::]:80\", to: \"a:80\" },\n"
		     "{ host: \"[::1]:80\", to: \"a:81\" }"),
		 "8:9: error: port 80/tcp of the host is taken: line 7 "
		 "forwards it already"},
		{LAB("{ host: 81-80, to: \"a:80\" }"),
		 "7:24: error: '81-80' is no port of the host: write "
		 "\"127.0.0.1:8080\", \"[::1]:8080\", 8080 or 8000-8010"},
		{LAB("{ host: 1000-1512, to: \"a:1000-1512\" }"),
		 "7:16: error: more than 512 ports are forwarded to this "
		 "network"},
		{LAB("{ host: 80-90, to: \"a:80-90\" },\n"
		     "{ host: 88-99, to: \"a:88-99\" }"),
		 "8:9: error: port 88/tcp of the host is taken: line 7 "
		 "forwards it already"},
		{LAB("{ host: \"0.0.0.0:7000\", to: \"a:80\" }"),
		 "9:31: error: port 7000/tcp of the host is taken: line 7 "
		 "forwards it already"},
		{"lab: x\nnetworks:\n  i: { mode: internal, ipv4: 9.0.0.0/24,\n"
		 "       forward: [] }\n",
		 "4:8: error: 'forward' goes with 'mode: nat' only, and this "
		 "is 'internal'"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forward_leads_to_a_node_or_an_address),
		cmocka_unit_test(range_leads_to_one_that_is_as_long),
		cmocka_unit_test(host_may_be_ipv6),
		cmocka_unit_test(host_by_itself_may_say_its_protocol),
		cmocka_unit_test(
			same_port_may_be_tcp_and_udp_and_of_two_addresses),
		cmocka_unit_test(each_mistake_is_told_where_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
