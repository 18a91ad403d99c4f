// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab_json.c - canonical JSON both ways, and JSON that must not be trusted
 */
#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>

#include "cli/lab/lab_json.h"
#include "core/util.h"
#include "unit/lab_text.h"

/* One of everything that is built. */
static const char everything[] =
	"lab: x\nversion: 1\nnetworks:\n"
	"  wan: { mode: nat, ipv4: 10.20.0.0/24, dns: { domain: x.lab,\n"
	"         servers: [192.0.2.53, 192.0.2.54], private-reverse: "
	"forward,\n"
	"         records: [ { name: db, value: 10.20.0.50 },\n"
	"           { name: db, type: AAAA, value: 'fd00::50' },\n"
	"           { name: www.x.lab, type: CNAME, value: a },\n"
	"           { name: _dmarc.x.org, type: TXT, value: 'v=1; p=no' } ] "
	"},\n"
	"         dhcp: { range: 10.20.0.9-10.20.0.99, lease: 90s,\n"
	"           gateway: none, dns: [], ntp: [10.20.0.7], domain: y.lab,\n"
	"           rapid-commit: on, options: { boot-file: pxe, 150: \"\",\n"
	"             43: \"hex:00ff\", wpad: \"u32:1751480378\" } },\n"
	"         host-access: gateway, engine: user,\n"
	"         filtering: address-and-port-dependent,\n"
	"         limits: { flows: 9, flows-per-nic: 8 },\n"
	"         forward: [ { host: 8080-8082, to: \"a:80-82\" },\n"
	"           { host: \"[fd00::1]:8080\", to: \"a:80\" },\n"
	"           { host: 0.0.0.0:53, to: 10.30.0.9:53/udp } ],\n"
	"         routes: [ { to: 10.30.0.0/25, via: a },\n"
	"                   { to: 10.31.0.0/16, via: 10.20.0.8 } ] }\n"
	"  back: { mode: internal, ipv4: 10.30.0.0/25, dhcp: on, mtu: 9000 }\n"
	"  bare: { mode: internal }\n"
	"defaults: { node: { memory: 1G, cpus: 3 } }\n"
	"nodes:\n"
	"  a: { role: router, runner: qemu, cmdline: \"a=\\\"b\\\"\",\n"
	"       nics: [ { net: wan, reserve: 10.20.0.50, dhcp: { lease: "
	"7200s,\n"
	"         gateway: 10.20.0.9, options: { 7: \"ip:65.66.67.68\" } } },\n"
	"               { net: back, ipv4: 10.30.0.3/25 } ] }\n"
	"  b: { kernel: k, initrd: i, nics: [ { net: back, ipv4: none,\n"
	"       mac: 52:54:00:00:00:07 }, { net: bare, ipv4: 9.9.9.9/8,\n"
	"       gateway: 9.0.0.1 } ] }\n"
	"  c: { kind: external, socket: { mode: 0664, group: kvm } }\n"
	"  e: { kind: external, socket: { type: stream } }\n"
	"  d: { kind: netns, run: \"echo 'x'\\nls\" }\n"
	"links: [ [a, b] ]\n";

static void lab_survives_a_round_trip(void **state)
{
	struct lab *lab = lab_of_text(everything), *again;
	json_t *first = lab_to_json(lab), *second;
	struct err err = {0};
	size_t size;

	(void)state;
	again = lab_from_json(first, &err);
	assert_string_equal(err.msg, "");
	assert_non_null(again);
	second = lab_to_json(again);
	assert_true(json_equal(first, second));
	/* Not only what JSON shows: every byte of the settings. */
	size = lab->network_count * sizeof(*lab->networks);
	assert_int_equal(again->network_count, lab->network_count);
	assert_memory_equal(again->networks, lab->networks, size);
	size = lab->node_count * sizeof(*lab->nodes);
	assert_int_equal(again->node_count, lab->node_count);
	assert_memory_equal(again->nodes, lab->nodes, size);
	json_decref(first);
	json_decref(second);
	lab_destroy(lab);
	lab_destroy(again);
}

static void document_spells_everything_out(void **state)
{
	struct lab *lab = lab_of_text(everything);
	json_t *root = lab_to_json(lab), *node, *nic;
	json_t *wan = json_object_get(json_object_get(root, "networks"), "wan");
	const char *range = NULL, *lease = NULL;

	(void)state;
	json_unpack(wan, "{s:{s:s,s:s}}", "dhcp", "range", &range, "lease",
		    &lease);
	assert_string_equal(range, "10.20.0.9-10.20.0.99");
	assert_string_equal(lease, "90s");
	node = json_object_get(json_object_get(root, "nodes"), "a");
	nic = json_array_get(json_object_get(node, "nics"), 2);
	assert_string_equal(json_string_value(json_object_get(nic, "net")),
			    "a-b");
	assert_int_equal(strlen(json_string_value(json_object_get(nic, "mac"))),
			 MAC_TEXT_SIZE - 1);
	assert_null(json_object_get(root, "links"));
	json_decref(root);
	lab_destroy(lab);
}

static void assert_refused(const char *text, const char *message)
{
	json_t *json = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	struct err err = {0};

	assert_non_null(json);
	assert_null(lab_from_json(json, &err));
	assert_string_equal(err.msg, message);
	assert_true(err.code < 0);
	json_decref(json);
}

static void same_rules_hold_for_json(void **state)
{
	(void)state;
	assert_refused("[]", "lab file is a map of keys, as in 'lab: office'");
	assert_refused("7", "lab file is a map of keys, as in 'lab: office'");
	assert_refused("{\"lab\":\"x\",\"nodes\":{\"a\":{\"memory\":128}}}",
		       "nodes.a.memory: memory '128' has no unit (did you mean "
		       "'128M'?)");
	assert_refused("{\"lab\":\"x\",\"nodes\":{\"a\":{\"nics\":[{\"net\":"
		       "\"b\"}],\"cpus\":1.5}}}",
		       "nodes.a.nics[0].net: no network is called 'b' (and 1 "
		       "more)");
	assert_refused("{\"lab\":\"x\",\"nodes\":{\"a\":{\"kernel\":\"k\"}}}",
		       "nodes.a.kernel: 'k' must be absolute here");
	assert_refused("{\"lab\":null}", "null is not a value here");
	assert_refused("{\"lab\":\"x\\u0000y\"}",
		       "a NUL character is not allowed");
	assert_refused("{\"lab\":\"\"}",
		       "lab: '' is no name: letters, digits and '-', a letter "
		       "first, no '-' last, at most 31");
}

static void json_has_the_limits_of_yaml(void **state)
{
	json_t *deep = json_array(), *wide = json_array();
	struct err err = {0};
	unsigned i;

	(void)state;
	for (i = 0; i < 1000; i++)
		deep = json_pack("[o]", deep);
	assert_null(lab_from_json(deep, &err));
	assert_string_equal(err.msg, "nested too deep");
	for (i = 0; i < 70000; i++)
		json_array_append_new(wide, json_integer(1));
	assert_null(lab_from_json(wide, &err));
	assert_string_equal(err.msg, "too many keys and values");
	assert_null(lab_from_json(NULL, &err));
	assert_string_equal(err.msg, "no lab document");
	json_decref(deep);
	json_decref(wide);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lab_survives_a_round_trip),
		cmocka_unit_test(document_spells_everything_out),
		cmocka_unit_test(same_rules_hold_for_json),
		cmocka_unit_test(json_has_the_limits_of_yaml),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
