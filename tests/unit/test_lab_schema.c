// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab_schema.c - the tables: values, defaults, and each kind of mistake
 * that one key can tell
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "unit/lab_text.h"

static void nat_network_has_gateway_dhcp_and_lease_by_default(void **state)
{
	struct lab *lab = lab_of_text("lab: x\nnetworks: { wan: { mode: nat, "
				      "ipv4: 10.20.0.0/24 } }\n");
	const struct network_settings *wan = lab_lookup_network(lab, "wan");

	(void)state;
	assert_int_equal(wan->mode, NETWORK_NAT);
	assert_true(wan->dhcp);
	assert_int_equal(network_gateway(wan), 0x0a140001);
	assert_int_equal(wan->dhcp_first, 0x0a140064);
	assert_int_equal(wan->dhcp_last, 0x0a1400c7);
	assert_int_equal(wan->lease_s, 3600);
	assert_int_equal(wan->mtu, 1500);
	assert_string_equal(wan->domain, "");
	lab_destroy(lab);
}

static void small_subnet_serves_its_upper_half(void **state)
{
	struct lab *lab = lab_of_text("lab: x\nnetworks: { wan: { mode: nat, "
				      "ipv4: 10.20.0.8/29 } }\n");

	(void)state;
	assert_int_equal(lab->networks[0].dhcp_first, 0x0a14000c);
	assert_int_equal(lab->networks[0].dhcp_last, 0x0a14000e);
	lab_destroy(lab);
}

static void internal_network_serves_dhcp_only_when_asked(void **state)
{
	struct lab *lab = lab_of_text(
		"lab: x\nnetworks:\n"
		"  a: { mode: internal, ipv4: 10.1.0.0/24 }\n"
		"  b: { mode: internal, ipv4: 10.2.0.0/24, dhcp: on }\n"
		"  c: { mode: internal, ipv4: 10.3.0.0/24,\n"
		"       dhcp: { range: 10.3.0.5 - 10.3.0.9, lease: 2d } }\n"
		"nodes: { n: { nics: [ {net: a}, {net: b}, {net: c} ] } }\n");

	(void)state;
	assert_false(lab->networks[0].dhcp);
	assert_true(lab->networks[1].dhcp);
	assert_int_equal(lab->networks[2].dhcp_first, 0x0a030005);
	assert_int_equal(lab->networks[2].dhcp_last, 0x0a030009);
	assert_int_equal(lab->networks[2].lease_s, 2 * 86400);
	assert_int_equal(lab->nodes[0].nics[0].ipv4, NIC_IPV4_NONE);
	assert_int_equal(lab->nodes[0].nics[1].ipv4, NIC_IPV4_DHCP);
	lab_destroy(lab);
}

static void node_takes_defaults_wherever_they_stand(void **state)
{
	struct lab *lab = lab_of_text(
		"nodes: { a: {}, b: { memory: 1G, runner: auto } }\n"
		"defaults: { node: { memory: 256M, cpus: 2, runner: qemu } }\n"
		"lab: x\n");

	(void)state;
	assert_int_equal(lab->nodes[0].memory_mib, 256);
	assert_int_equal(lab->nodes[0].cpus, 2);
	assert_int_equal(lab->nodes[0].runner, RUNNER_QEMU);
	assert_true(lab->nodes[0].builtin);
	assert_int_equal(lab->nodes[1].memory_mib, 1024);
	assert_int_equal(lab->nodes[1].runner, RUNNER_AUTO);
	lab_destroy(lab);
}

static void kernel_replaces_the_builtin_image(void **state)
{
	struct lab *lab = lab_of_text("lab: x\nnodes:\n"
				      "  a: { kernel: boot/vmlinuz, initrd: "
				      "/i, cmdline: \"a b\" }\n");

	(void)state;
	assert_false(lab->nodes[0].builtin);
	assert_string_equal(lab->nodes[0].kernel, "/srv/boot/vmlinuz");
	assert_string_equal(lab->nodes[0].initrd, "/i");
	assert_string_equal(lab->nodes[0].cmdline, "a b");
	lab_destroy(lab);
}

static void other_kinds_of_node_have_keys_of_their_own(void **state)
{
	struct lab *lab = lab_of_text(
		"lab: x\nnodes:\n"
		"  a: { kind: external, socket: { mode: 0660, group: kvm } }\n"
		"  b: { kind: external }\n"
		"  c: { kind: netns, run: \"iperf3 -s\" }\n"
		"  d: { kind: external, socket: { type: stream } }\n");

	(void)state;
	assert_int_equal(lab->nodes[0].kind, NODE_EXTERNAL);
	assert_int_equal(lab->nodes[0].socket_mode, 0660);
	assert_string_equal(lab->nodes[0].socket_group, "kvm");
	assert_int_equal(lab->nodes[0].socket_type, NODE_SOCKET_VHOST_USER);
	assert_int_equal(lab->nodes[1].socket_mode, 0600);
	assert_int_equal(lab->nodes[0].memory_mib, 0);
	assert_string_equal(lab->nodes[2].run, "iperf3 -s");
	assert_int_equal(lab->nodes[3].socket_type, NODE_SOCKET_STREAM);
	assert_int_equal(lab->nodes[3].socket_mode, 0600);
	lab_destroy(lab);
}

static void keys_with_nothing_under_them_are_empty(void **state)
{
	struct lab *lab = lab_of_text("lab: x\nnetworks:\nnodes:\n  a:\n");

	(void)state;
	assert_int_equal(lab->network_count, 0);
	assert_int_equal(lab->node_count, 1);
	lab_destroy(lab);
}

static void each_wrong_key_is_told_what_would_be_right(void **state)
{
	static const struct mistake mistakes[] = {
		{"version: 1\n",
		 "1:1: error: lab file needs 'lab', as in 'lab: office'"},
		{"lab: x\nnode: {}\n",
		 "2:1: error: unknown key 'node' in lab file (did you mean "
		 "'nodes'?)"},
		{"lab: x\nzebra: {}\n",
		 "2:1: error: unknown key 'zebra' in lab file: there are lab, "
		 "version, defaults, uplinks, networks, nodes, links, "
		 "captures, "
		 "checks"},
		{"lab: x\nnodes: { a: { kind: external, socket: { owner: x } } "
		 "}\n",
		 "2:41: error: unknown key 'owner' in socket: there are type, "
		 "mode, group"},
		{"Lab: x\n",
		 "1:1: error: unknown key 'Lab' in lab file (did you mean "
		 "'lab'?)"},
		{"lab: x\nnodes: { a: { cpus: [ 1 ] } }\n",
		 "2:21: error: number of CPUs is a single value, as in '1'"},
		{"lab: x\nnodes: { a: { kernel: \"\" } }\n",
		 "2:23: error: an empty file name"},
		{"lab: x\nnetworks: { a: {} }\n",
		 "2:13: error: network needs 'mode', which is one of nat, "
		 "bridge, internal"},
		{"lab: x\nnetworks: { a: { mode: nat, ipv4: 10.0.0.0 } }\n",
		 "2:35: error: subnet 10.0.0.0 needs its prefix length (did "
		 "you mean '10.0.0.0/24'?)"},
		{"lab: x\nimpair: []\n",
		 "2:1: error: 'impair' is not supported yet"},
		{"lab: x\nnetworks: { a: { mode: internal, isolate: [] } }\n",
		 "2:34: error: 'isolate' is not supported yet"},
		{"lab: x\nnodes: { a: { run: ls } }\n",
		 "2:15: error: 'run' goes with 'kind: netns' only, and this is "
		 "'vm'"},
		{"lab: x\nnodes: { a: { kind: external, memory: 1G } }\n",
		 "2:31: error: 'memory' goes with 'kind: vm' only, and this is "
		 "'external'"},
		{"lab: x\nnetworks: { a: { mode: internal, dns: {} } }\n",
		 "2:34: error: 'dns' goes with 'mode: nat' only, and this is "
		 "'internal'"},
		{"lab: x\nnodes: { a: { kind: nets } }\n",
		 "2:21: error: unknown node kind 'nets' (did you mean "
		 "'netns'?)"},
		{"lab: x\nnodes: { a: { kind: zebra, run: ls } }\n",
		 "2:21: error: unknown node kind 'zebra': it is one of vm, "
		 "external, netns"},
		{"lab: x\nnodes: { a: { image: debian } }\n",
		 "2:22: error: unknown image 'debian': it is one of builtin "
		 "(for others there is 'kernel')"},
		{"lab: x\nnodes: [ a ]\n",
		 "2:8: error: nodes is a map of names, as in 'nodes: { web1: { "
		 "nics: [ { net: wan } ] } }'"},
		{"lab: x\nnodes: { a: { nics: {} } }\n",
		 "2:21: error: nics is a list, as in 'nics: [ { net: wan } ]'"},
		{"lab: x\nnodes: { a: vm }\n",
		 "2:13: error: node is a map of keys, as in 'web1: { nics: [ { "
		 "net: wan } ] }'"},
		{"lab:\n",
		 "1:1: error: name is missing: write it as in 'office'"},
		{"lab: [x]\n",
		 "1:6: error: name is a single value, as in 'office'"},
		{"- lab\n",
		 "1:1: error: lab file is a map of keys, as in 'lab: office'"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

#define NODE(keys) "lab: x\nnodes: { a: { " keys " } }\n"

static void each_wrong_value_is_told_what_would_be_right(void **state)
{
	static const struct mistake mistakes[] = {
		{"lab: x\nversion: 2\n",
		 "2:10: error: version '2' of the file format is unknown: this "
		 "weft reads version 1"},
		{NODE("memory: 128"),
		 "2:23: error: memory '128' has no unit (did you mean "
		 "'128M'?)"},
		{NODE("memory: 1M"),
		 "2:23: error: memory 1M is out of range: 16M to 256G"},
		{NODE("memory: 99999999999999999999G"),
		 "2:23: error: memory 99999999999999999999G is out of range: "
		 "16M to 256G"},
		{NODE("memory: 18014398509481984K"),
		 "2:23: error: memory 18014398509481984K is out of range: 16M "
		 "to 256G"},
		{NODE("memory: -1G"),
		 "2:23: error: '-1G' is no memory: write 128M or 1G"},
		{NODE("memory: 1e308"),
		 "2:23: error: '1e308' is no memory: write 128M or 1G"},
		{NODE("memory: 16385K"),
		 "2:23: error: memory 16385K is not a multiple of 1M"},
		{NODE("cpus: 0"),
		 "2:21: error: cpus '0' is no number from 1 to 64"},
		{NODE("cpus: 4294967297"),
		 "2:21: error: cpus '4294967297' is no number from 1 to 64"},
		{NODE("cpus: 2M"),
		 "2:21: error: cpus '2M' is no number from 1 to 64"},
		{NODE("kind: external, socket: { mode: 660x }"),
		 "2:47: error: mode '660x' is no octal file mode: write "
		 "\"0660\""},
		{NODE("kind: external, socket: { type: steam }"),
		 "2:47: error: unknown socket type 'steam' (did you mean "
		 "'stream'?)"},
		{NODE("kind: external, socket: { group: \"a b\" }"),
		 "2:48: error: 'a b' is no group name"},
		{NODE("kernel: a, image: builtin"),
		 "2:15: error: 'kernel' and 'image' exclude each other"},
		{NODE("initrd: a"),
		 "2:15: error: 'initrd' needs 'kernel' too: the builtin image "
		 "has its own"},
		{NODE("cmdline: \"a\\nb\""),
		 "2:24: error: a control character in a text that must be one "
		 "line"},
		{"lab: a--b-\n",
		 "1:6: error: 'a--b-' is no name: letters, digits and '-', a "
		 "letter first, no '-' last, at most 31"},
		{"lab: ../etc\n",
		 "1:6: error: '../etc' is no name: letters, digits and '-', a "
		 "letter first, no '-' last, at most 31"},
		{"lab: \"%n\"\n",
		 "1:6: error: '%n' is no name: letters, digits and '-', a "
		 "letter first, no '-' last, at most 31"},
		{"lab: a1234567890123456789012345678901\n",
		 "1:6: error: 'a1234567890123456789012345678901' is no name: "
		 "letters, digits and '-', a letter first, no '-' last, at "
		 "most 31"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

#define NAT(keys) "lab: x\nnetworks: { a: { mode: nat, " keys " } }\n"
#define SUBNET "ipv4: 10.0.0.0/24"

static void each_wrong_network_is_told_what_would_be_right(void **state)
{
	static const struct mistake mistakes[] = {
		{"lab: x\nnetworks: { a: { mode: nat } }\n",
		 "2:13: error: a nat network needs a subnet: add 'ipv4: "
		 "10.20.0.0/24'"},
		{NAT("ipv4: 10.0.0.0/30"),
		 "2:35: error: a nat network needs a subnet of /29 or larger: "
		 "the gateway takes one address"},
		{NAT("ipv4: 0.0.0.0/0"),
		 "2:35: error: a subnet is from /8 to /30, not /0"},
		{NAT("ipv4: 10.0.0.0/33"),
		 "2:35: error: '10.0.0.0/33' is no IPv4 subnet: write "
		 "10.20.0.0/24"},
		{NAT("ipv4: 256.1.1.1/8"),
		 "2:35: error: '256.1.1.1/8' is no IPv4 subnet: write "
		 "10.20.0.0/24"},
		{NAT("ipv4: 10.0.0.7/24"),
		 "2:35: error: '10.0.0.7/24' is an address in a subnet (did "
		 "you mean '10.0.0.0/24'?)"},
		{NAT("ipv4: 127.0.0.0/24"),
		 "2:35: error: 127.0.0.0/24 can't be a subnet: it is reserved "
		 "(RFC 6890)"},
		{NAT(SUBNET ", dhcp: { lease: 60 }"),
		 "2:63: error: lease '60' has no unit (did you mean '60s'?)"},
		{NAT(SUBNET ", dhcp: { range: 10.0.0.9 }"),
		 "2:63: error: '10.0.0.9' is no range: write "
		 "10.20.0.100-10.20.0.199"},
		{NAT(SUBNET ", dhcp: { range: 10.0.0.9-10.0.0.8 }"),
		 "2:63: error: the range ends before it begins (did you mean "
		 "'10.0.0.8-10.0.0.9'?)"},
		{NAT(SUBNET ", dhcp: { range: 10.0.0.9-10.0.1.8 }"),
		 "2:63: error: DHCP range 10.0.0.9-10.0.1.8 is outside the "
		 "subnet 10.0.0.0/24"},
		{NAT(SUBNET ", dhcp: { range: 10.0.0.9-10.0.0.255 }"),
		 "2:63: error: DHCP range 10.0.0.9-10.0.0.255 has the network "
		 "or broadcast address of 10.0.0.0/24 in it"},
		{NAT(SUBNET ", dhcp: { range: 10.0.0.1-10.0.0.8 }"),
		 "2:63: error: DHCP range 10.0.0.1-10.0.0.8 has the gateway's "
		 "address in it"},
		{NAT(SUBNET ", dns: { domain: a..b }"),
		 "2:63: error: 'a..b' is no domain: write names with dots "
		 "between, as in office.lab"},
		{NAT(SUBNET ", mtu: 100"),
		 "2:53: error: mtu '100' is no number from 576 to 65535"},
		{"lab: x\nnetworks: { a: { mode: internal, dhcp: on } }\n",
		 "2:34: error: dhcp needs the network's subnet: add 'ipv4: "
		 "10.20.0.0/24'"},
		{"lab: x\nnetworks: { a: { mode: internal, dhcp: onn } }\n",
		 "2:40: error: unknown dhcp 'onn' (did you mean 'on'?)"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

/* @head, then @count lines of @before, a number, @after. */
static char *print_many(const char *head, const char *before, unsigned count,
			const char *after)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	fputs(head, out);
	for (unsigned i = 0; i < count; i++)
		fprintf(out, "%s%u%s\n", before, i, after);
	fclose(out);
	return text;
}

static void assert_last(char *text, const char *error)
{
	const struct mistake mistake = {text, error};

	assert_mistakes(&mistake, 1);
	free(text);
}

static void assert_fine(char *text)
{
	lab_destroy(lab_of_text(text));
	free(text);
}

static void limits_hold_to_the_last_entry(void **state)
{
	static const char nodes[] = "lab: x\nnodes:\n";
	static const char networks[] = "lab: x\nnetworks:\n";
	static const char nics[] =
		"lab: x\nnetworks: { a: { mode: internal } }\n"
		"nodes:\n n:\n  nics:\n";

	(void)state;
	assert_fine(print_many(nodes, " n", LAB_MAX_NODES, ": {}"));
	assert_last(print_many(nodes, " n", 1000, ": {}"),
		    "259:2: error: more than 256 nodes");
	assert_fine(print_many(networks, " n", LAB_MAX_NETWORKS,
			       ": {mode: internal}"));
	assert_last(print_many(networks, " n", 100, ": {mode: internal}"),
		    "67:2: error: more than 64 networks");
	assert_fine(print_many(nics, "  - {net: a} # ", LAB_MAX_NICS, ""));
	assert_last(print_many(nics, "  - {net: a} # ", 100, ""),
		    "14:5: error: more than 8 NICs in node 'n'");
}

static void five_thousand_mistakes_are_not_all_told(void **state)
{
	char *text = print_many("lab: x\n", "key", 5000, ": 0");
	char *errors = errors_of_text(text, strlen(text));

	(void)state;
	assert_non_null(strstr(errors, "t: error: 4900 more mistakes"));
	free(errors);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			nat_network_has_gateway_dhcp_and_lease_by_default),
		cmocka_unit_test(small_subnet_serves_its_upper_half),
		cmocka_unit_test(internal_network_serves_dhcp_only_when_asked),
		cmocka_unit_test(node_takes_defaults_wherever_they_stand),
		cmocka_unit_test(kernel_replaces_the_builtin_image),
		cmocka_unit_test(other_kinds_of_node_have_keys_of_their_own),
		cmocka_unit_test(keys_with_nothing_under_them_are_empty),
		cmocka_unit_test(each_wrong_key_is_told_what_would_be_right),
		cmocka_unit_test(each_wrong_value_is_told_what_would_be_right),
		cmocka_unit_test(
			each_wrong_network_is_told_what_would_be_right),
		cmocka_unit_test(limits_hold_to_the_last_entry),
		cmocka_unit_test(five_thousand_mistakes_are_not_all_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
