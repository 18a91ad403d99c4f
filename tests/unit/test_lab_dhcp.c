// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab_dhcp.c - what a lab file wants DHCP to tell
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "cli/lab/lab_dhcp.h"
#include "core/util.h"
#include "unit/lab_text.h"

#define LAB(dhcp, nic)                                       \
	"lab: x\nnetworks:\n"                                \
	"  wan: { mode: nat, ipv4: 10.20.0.0/24 }\n"         \
	"  lan: { mode: internal, ipv4: 10.30.0.0/24,\n"     \
	"         dhcp: " dhcp " }\n"                        \
	"nodes:\n  a: { nics: [ { net: lan }, { net: wan,\n" \
	"    " nic " } ] }\n"

static void assert_option(const struct dhcp_options *options, uint8_t code,
			  const void *data, uint8_t len)
{
	const struct dhcp_option *option = lab_dhcp_option(options, code);

	assert_non_null(option);
	assert_int_equal(option->len, len);
	assert_memory_equal(option->data, data, len);
}

static void keys_become_options(void **state)
{
	struct lab *lab = lab_of_text(
		LAB("{ dns: [1.2.3.4, 5.6.7.8], ntp: [], domain: x.lab }",
		    "dhcp: { gateway: none, lease: 2h }"));
	const struct dhcp_options *lan, *nic;

	(void)state;
	lan = &lab_lookup_network(lab, "lan")->dhcp_options;
	assert_int_equal(lan->count, 3);
	assert_option(lan, LAB_DHCP_DNS, "\1\2\3\4\5\6\7\10", 8);
	assert_option(lan, LAB_DHCP_NTP, "", 0);
	assert_option(lan, LAB_DHCP_DOMAIN, "x.lab", 5);
	nic = &lab_lookup_node(lab, "a")->nics[1].dhcp_options;
	assert_int_equal(nic->count, 2);
	assert_option(nic, LAB_DHCP_GATEWAY, "", 0);
	assert_option(nic, LAB_DHCP_LEASE, "\0\0\x1c\x20", 4);
	assert_int_equal(lab_lookup_node(lab, "a")->nics[0].dhcp_options.count,
			 0);
	lab_destroy(lab);
}

static void values_have_types(void **state)
{
	struct lab *lab = lab_of_text(
		LAB("{ options: { 66: a b, boot-file: \"\", 2: \"u32:0x10\",\n"
		    "  23: \"u8:64\", 43: \"hex:0aFF\", 150: \"ip:1.2.3.4\",\n"
		    "  22: \"u16:576\", domain-search: \"names:a.lab,b\",\n"
		    "  log-server: \"65.66.67.68,1.2.3.4\" } }",
		    "dhcp: { options: { 119: b, log-server: \"\" } }"));
	const struct dhcp_options *lan, *nic;

	(void)state;
	lan = &lab_lookup_network(lab, "lan")->dhcp_options;
	assert_int_equal(lan->count, 9);
	assert_option(lan, 66, "a b", 3);
	assert_option(lan, 67, "", 0);
	assert_option(lan, 2, "\0\0\0\x10", 4);
	assert_option(lan, 23, "\x40", 1);
	assert_option(lan, 43, "\x0a\xff", 2);
	assert_option(lan, 150, "\1\2\3\4", 4);
	assert_option(lan, 22, "\2\x40", 2);
	assert_option(lan, 119, "\1a\3lab\0\1b\0", 10);
	assert_option(lan, 7, "ABCD\1\2\3\4", 8);
	nic = &lab_lookup_node(lab, "a")->nics[1].dhcp_options;
	assert_option(nic, 119, "\1b\0", 3);
	assert_option(nic, 7, "", 0);
	lab_destroy(lab);
}

#define VALUE(text) LAB("{ options: { 66: " text " } }", "ipv4: dhcp")
#define NO_VALUE                                                             \
	"is no value of a DHCP option: write text, hex:0a14, ip:10.20.0.7, " \
	"u8:, u16: or u32:1, names:a.lab,b.lab; at most 128 bytes"
#define OPTION(key) LAB("{ options: { " key ": x } }", "ipv4: dhcp")
#define HEX64 "0123456789012345678901234567890123456789012345678901234567890123"

static void mistakes_are_told(void **state)
{
	static const struct mistake mistakes[] = {
		{VALUE("\"hex:0\""), "5:33: error: 'hex:0' " NO_VALUE},
		{VALUE("\"hex:0g\""), "5:33: error: 'hex:0g' " NO_VALUE},
		{VALUE("\"ip:1.2.3\""), "5:33: error: 'ip:1.2.3' " NO_VALUE},
		{VALUE("\"ip:\""), "5:33: error: 'ip:' " NO_VALUE},
		{VALUE("\"u8:256\""), "5:33: error: 'u8:256' " NO_VALUE},
		{VALUE("\"u8:\""), "5:33: error: 'u8:' " NO_VALUE},
		{VALUE("\"names:a..b\""),
		 "5:33: error: 'names:a..b' " NO_VALUE},
		{VALUE("\"" HEX64 HEX64 "x\""),
		 "5:33: error: "
		 "'012345678901234567890123456789012345678901234567890123456789"
		 "' " NO_VALUE},
		{OPTION("6"),
		 "5:29: error: DHCP option 6 is not given here: write 'dns'"},
		{OPTION("53"), "5:29: error: DHCP option 53 is not given here: "
			       "it is a part of the protocol"},
		{OPTION("pxe"),
		 "5:29: error: 'pxe' is no DHCP option: write its number, 1 to "
		 "254, or log-server, tftp-server, boot-file, domain-search, "
		 "wpad"},
		{OPTION("255"),
		 "5:29: error: '255' is no DHCP option: write its number, 1 to "
		 "254, or log-server, tftp-server, boot-file, domain-search, "
		 "wpad"},
		{LAB("{ options: { 66: a, tftp-server: b } }", "ipv4: dhcp"),
		 "5:36: error: DHCP option 66 is here twice"},
		{LAB("{ options: { log-server: loghost } }", "ipv4: dhcp"),
		 "5:41: error: 'loghost' " NO_VALUE},
		{LAB("{ options: { 119: a b } }", "ipv4: dhcp"),
		 "5:34: error: 'a b' " NO_VALUE},
		{LAB("on", "dhcp: { gateway: 10.99.0.1 }"),
		 "8:22: error: gateway 10.99.0.1 is not on network 'wan'"},
		{LAB("{ gateway: 10.30.0.1 }", "ipv4: dhcp"),
		 "5:27: error: no gateway is told on an internal network"},
		{LAB("off", "ipv4: 10.20.0.7/24, dhcp: { lease: 1h }"),
		 "8:25: error: 'dhcp' is for a NIC that asks DHCP, and this "
		 "one doesn't"},
		{LAB("{ dns: [x] }", "ipv4: dhcp"),
		 "5:24: error: 'x' is no IPv4 address: write 10.20.0.7"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_become_options),
		cmocka_unit_test(values_have_types),
		cmocka_unit_test(mistakes_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
