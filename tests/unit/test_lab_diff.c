// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab_diff.c - what has to be done to make a lab another one
 *
 * A plan is written here as one line: verb, subject, name and the keys that
 * changed, "rebuild network wan (mtu); add node c".
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lab/lab_diff.h"
#include "cli/lab/lab_json.h"
#include "unit/lab_text.h"

#define PLAN_SIZE 65536

/* The lab that the table below changes. */
#define NETWORKS                                       \
	"  wan: { mode: nat, ipv4: 10.20.0.0/24 }\n"   \
	"  lan: { mode: internal, ipv4: 10.30.0.0/24 " \
	"}\n"
#define NODE_A "  a: { memory: 128M, nics: [ { net: wan } ] }\n"
#define NODE_B \
	"  b: { kind: netns, run: x, nics: [ { net: lan }, { net: wan } ] }\n"
#define LAB(networks, nodes) "lab: x\nnetworks:\n" networks "nodes:\n" nodes

static const char base[] = LAB(NETWORKS, NODE_A NODE_B);

static json_t *document_of(const char *text)
{
	struct lab *lab = lab_of_text(text);
	json_t *document = lab_to_json(lab);

	assert_non_null(document);
	lab_destroy(lab);
	return document;
}

static void append(char *text, const char *more)
{
	assert_true(strlen(text) + strlen(more) < PLAN_SIZE);
	strcat(text, more);
}

static void append_action(char *text, const json_t *action)
{
	json_t *change, *changes = json_object_get(action, "changes");
	static const char *const parts[] = {"action", "kind", "name"};
	size_t i;

	append(text, *text ? "; " : "");
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		append(text, i ? " " : "");
		append(text,
		       json_string_value(json_object_get(action, parts[i])));
	}
	json_array_foreach(changes, i, change)
	{
		json_t *network = json_object_get(change, "network");

		append(text, i ? ", " : " (");
		append(text, network ? json_string_value(network) : "");
		append(text, network ? "/" : "");
		append(text, json_string_value(json_object_get(change, "key")));
	}
	append(text, json_array_size(changes) ? ")" : "");
}

/* The plan in a line, to be freed. */
static char *plan_of(const char *from, const char *to)
{
	json_t *running = from ? document_of(from) : NULL, *plan, *action;
	json_t *wanted = document_of(to);
	struct lab_diff *diff = lab_diff_create(running, wanted);
	char *text = calloc(1, PLAN_SIZE);
	size_t i;

	assert_non_null(diff);
	assert_non_null(text);
	plan = lab_diff_to_json(diff, "x", running);
	json_array_foreach(json_object_get(plan, "actions"), i, action)
		append_action(text, action);
	json_decref(plan);
	json_decref(running);
	json_decref(wanted);
	lab_diff_destroy(diff);
	return text;
}

static void assert_plan(const char *from, const char *to, const char *wanted)
{
	char *got = plan_of(from, to);

	assert_string_equal(got, wanted);
	free(got);
}

static void each_change_costs_what_the_tables_say(void **state)
{
	static const struct {
		const char *to;
		const char *plan;
	} cases[] = {
		{base, ""},
		/* other words for the same */
		{LAB("  lan: { ipv4: 10.30.0.0/24, mode: internal, dhcp: off "
		     "}\n"
		     "  wan: { mode: nat, ipv4: 10.20.0.0/24, mtu: 1500 }\n",
		     NODE_B
		     "  a: { kind: vm, cpus: 1, nics: [ { net: wan } ] }\n"),
		 ""},
		{LAB(NETWORKS,
		     "  a: { memory: 256M, nics: [ { net: wan } ] }\n" NODE_B),
		 "restart node a (memory)"},
		{LAB(NETWORKS, "  a: { memory: 256M, cpus: 2, role: router, "
			       "nics: [ { net: wan } ] }\n" NODE_B),
		 "restart node a (role, memory, cpus)"},
		{LAB(NETWORKS, "  a: { kind: external, nics: [ { net: wan } "
			       "] }\n" NODE_B),
		 "restart node a (kind, role, image, memory, cpus, "
		 "spare-nics, runner, socket)"},
		{LAB(NETWORKS, NODE_A "  b: { kind: netns, nics: [ { net: lan "
				      "}, { net: wan } ] }\n"),
		 "restart node b (run)"},
		/* NICs by their place */
		{LAB(NETWORKS, "  a: { memory: 128M, nics: [ { net: lan } ] "
			       "}\n" NODE_B),
		 "restart node a (nics[0].net, nics[0].ipv4)"},
		{LAB(NETWORKS, "  a: { nics: [ { net: wan, reserve: 10.20.0.9 "
			       "} ] }\n" NODE_B),
		 "restart node a (nics[0].reserve)"},
		{LAB(NETWORKS,
		     "  a: { nics: [ { net: wan }, { net: lan } ] }\n" NODE_B),
		 "restart node a (nics[1])"},
		{LAB(NETWORKS, NODE_A
		     "  b: { kind: netns, run: x, nics: [ { net: lan } ] }\n"),
		 "restart node b (nics[1])"},
		/* networks */
		{LAB("  wan: { mode: nat, ipv4: 10.20.0.0/24, dns: { domain: "
		     "w.lab } }\n"
		     "  lan: { mode: internal, ipv4: 10.30.0.0/24 }\n",
		     NODE_A NODE_B),
		 "rebuild network wan (dns)"},
		{LAB("  wan: { mode: nat, ipv4: 10.20.0.0/24, dhcp: { lease: "
		     "2h } }\n"
		     "  lan: { mode: internal, ipv4: 10.30.0.0/24 }\n",
		     NODE_A NODE_B),
		 "rebuild network wan (dhcp.lease)"},
		{LAB("  wan: { mode: nat, ipv4: 10.20.0.0/24 }\n"
		     "  lan: { mode: internal, ipv4: 10.30.0.0/24, mtu: 9000 "
		     "}\n",
		     NODE_A NODE_B),
		 "rebuild network lan (mtu); restart node b (lan/mtu)"},
		{LAB("  wan: { mode: nat, ipv4: 10.21.0.0/24 }\n"
		     "  lan: { mode: internal, ipv4: 10.30.0.0/24 }\n",
		     NODE_A NODE_B),
		 "rebuild network wan (ipv4, dhcp.range); restart node a "
		 "(wan/ipv4, wan/dhcp.range); restart node b (wan/ipv4, "
		 "wan/dhcp.range)"},
		/* a new name is another one */
		{LAB(NETWORKS, "  c: { memory: 128M, nics: [ { net: wan } ] "
			       "}\n" NODE_B),
		 "remove node a; add node c"},
		{LAB("  wan: { mode: nat, ipv4: 10.20.0.0/24 }\n"
		     "  new: { mode: internal, ipv4: 10.30.0.0/24 }\n",
		     NODE_A "  b: { kind: netns, run: x, nics: [ { net: new }, "
			    "{ net: wan } ] }\n"),
		 "remove network lan; add network new; restart node b "
		 "(nics[0].net)"},
		{LAB(NETWORKS, NODE_A NODE_B) "checks: [ { from: b, ping: a } "
					      "]\n",
		 "change lab x (checks)"},
	};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		assert_plan(base, cases[i].to, cases[i].plan);
}

static void actions_come_in_the_order_in_which_they_are_done(void **state)
{
	static const char to[] =
		LAB("  top: { mode: internal }\n"
		    "  wan: { mode: nat, ipv4: 10.20.0.0/24, dns: { domain: "
		    "w.lab } }\n",
		    "  first: { kind: netns, nics: [ { net: top } ] }\n"
		    "  b: { kind: netns, run: y, nics: [ { net: top }, { net: "
		    "wan } ] }\n");

	(void)state;
	assert_plan(base, to,
		    "remove node a; remove network lan; rebuild network wan "
		    "(dns); add network top; add node first; restart node b "
		    "(run, nics[0].net)");
}

static void lab_that_does_not_run_is_added_whole(void **state)
{
	(void)state;
	assert_plan(NULL, base,
		    "add network wan; add network lan; add node a; add node b");
}

static void node_put_in_front_changes_no_other(void **state)
{
	static const char to[] =
		LAB("  top: { mode: internal }\n" NETWORKS,
		    "  first: { kind: netns, nics: [ { net: top } ] "
		    "}\n" NODE_A NODE_B);

	(void)state;
	assert_plan(base, to, "add network top; add node first");
	assert_plan(to, base, "remove node first; remove network top");
}

static void change_says_what_was_and_what_is_to_be(void **state)
{
	static const char to[] =
		LAB(NETWORKS, "  a: { memory: 1G, nics: [ { net: wan, reserve: "
			      "10.20.0.9 } ] }\n" NODE_B);
	json_t *running = document_of(base), *wanted = document_of(to);
	struct lab_diff *diff = lab_diff_create(running, wanted);
	const struct lab_action *action;
	json_t *expected;

	(void)state;
	action = lab_diff_lookup(diff, LAB_SUBJECT_NODE, "a");
	assert_non_null(action);
	assert_null(lab_diff_lookup(diff, LAB_SUBJECT_NETWORK, "a"));
	assert_null(lab_diff_lookup(diff, LAB_SUBJECT_NODE, "b"));
	expected = json_loads("[{\"key\":\"memory\",\"from\":\"128M\","
			      "\"to\":\"1024M\"},{\"key\":\"nics[0].reserve\","
			      "\"to\":\"10.20.0.9\"}]",
			      0, NULL);
	assert_true(json_equal(action->changes, expected));
	json_decref(expected);
	lab_diff_destroy(diff);
	json_decref(running);
	json_decref(wanted);
}

/* Such keys can only come from a table that was forgotten. */
static void unknown_key_costs_what_is_always_right(void **state)
{
	json_t *running = document_of(base), *wanted = document_of(base);
	json_t *node, *network;
	struct lab_diff *diff;

	(void)state;
	node = json_object_get(json_object_get(wanted, "nodes"), "a");
	network = json_object_get(json_object_get(wanted, "networks"), "lan");
	json_object_set_new(node, "news", json_integer(1));
	json_object_set_new(network, "news", json_integer(1));
	json_object_set_new(wanted, "news", json_integer(1));
	diff = lab_diff_create(running, wanted);
	assert_int_equal(diff->count, 3);
	assert_int_equal(diff->actions[0].verb, LAB_REBUILD);
	assert_int_equal(diff->actions[1].verb, LAB_RESTART);
	assert_string_equal(diff->actions[1].name, "a");
	assert_int_equal(diff->actions[2].verb, LAB_CHANGE);
	assert_int_equal(diff->actions[2].subject, LAB_SUBJECT_LAB);
	lab_diff_destroy(diff);
	json_decref(running);
	json_decref(wanted);
}

/* Uplinks, and a bridge network that goes out by one of them. */
#define BOND_OF(keys) "  u: { members: [e0, \"net:c\"]" keys " }\n"
#define WIRE "  v: { members: [e1] }\n"
#define BRIDGED(uplinks, keys)                     \
	"lab: x\nuplinks:\n" uplinks "networks:\n" \
	"  c: { mode: internal }\n"                \
	"  b: { mode: bridge, " keys " }\n"        \
	"nodes: { a: { nics: [ { net: b } ] } }\n"
#define ON_BOND "uplink: u"

static void no_change_of_an_uplink_stops_anybody(void **state)
{
	static const char from[] = BRIDGED(BOND_OF("") WIRE, ON_BOND);
	static const struct {
		const char *to;
		const char *plan;
	} cases[] = {
		{BRIDGED(WIRE BOND_OF(", mode: active-backup"), ON_BOND), ""},
		{BRIDGED(BOND_OF(", primary: e0") WIRE, ON_BOND),
		 "change uplink u (primary)"},
		{BRIDGED(BOND_OF(", mode: 802.3ad") WIRE, ON_BOND),
		 "change uplink u (mode, primary-reselect, xmit-hash-policy, "
		 "min-links, lacp)"},
		{BRIDGED("  u: { members: [e0], monitor: { up-delay: 1s, "
			 "arp: { targets: [192.0.2.1] } } }\n" WIRE,
			 ON_BOND),
		 "change uplink u (members, monitor.up-delay, monitor.arp)"},
		{BRIDGED(BOND_OF("") WIRE, "uplink: v"),
		 "rebuild network b (uplink)"},
		{BRIDGED(BOND_OF("") WIRE, ON_BOND ", host: {}"),
		 "change network b (host)"},
		{BRIDGED(BOND_OF(""), ON_BOND), "remove uplink v"},
		{BRIDGED(WIRE "  w: { members: [e2] }\n", "uplink: v"),
		 "remove uplink u; rebuild network b (uplink); add uplink w"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_plan(from, cases[i].to, cases[i].plan);
	assert_plan(NULL, from,
		    "add network c; add network b; add uplink u; add uplink v; "
		    "add node a");
}

static void cable_or_not_is_the_networks_own_business(void **state)
{
	(void)state;
	assert_plan(base,
		    LAB("  wan: { mode: nat, ipv4: 10.20.0.0/24 }\n"
			"  lan: { mode: internal, ipv4: 10.30.0.0/24, "
			"link-local: pass }\n",
			NODE_A NODE_B),
		    "rebuild network lan (link-local)");
}

/* A full lab of nodes called a0 ... or b0 ..., a network each, and uplinks. */
static char *full_lab(char letter)
{
	char *text = calloc(1, PLAN_SIZE), line[128];
	unsigned i;

	append(text, "lab: x\nuplinks:\n");
	for (i = 0; i < LAB_MAX_UPLINKS; i++) {
		snprintf(line, sizeof(line), "  u%c%u: { members: [e%u] }\n",
			 letter, i, i);
		append(text, line);
	}
	append(text, "networks:\n");
	for (i = 0; i < LAB_MAX_NETWORKS; i++) {
		snprintf(line, sizeof(line), "  n%c%u: { mode: internal }\n",
			 letter, i);
		append(text, line);
	}
	append(text, "nodes:\n");
	for (i = 0; i < LAB_MAX_NODES; i++) {
		snprintf(line, sizeof(line),
			 "  %c%u: { kind: netns, nics: [ { net: n%c%u } ] }\n",
			 letter, i, letter, i % LAB_MAX_NETWORKS);
		append(text, line);
	}
	return text;
}

static void full_lab_can_become_another_full_one(void **state)
{
	char *from = full_lab('a'), *to = full_lab('b');
	json_t *running = document_of(from), *wanted = document_of(to);
	struct lab_diff *diff = lab_diff_create(running, wanted);

	(void)state;
	assert_non_null(diff);
	assert_int_equal(diff->count, LAB_DIFF_MAX - 1);
	lab_diff_destroy(diff);
	json_decref(running);
	json_decref(wanted);
	free(from);
	free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_change_costs_what_the_tables_say),
		cmocka_unit_test(
			actions_come_in_the_order_in_which_they_are_done),
		cmocka_unit_test(lab_that_does_not_run_is_added_whole),
		cmocka_unit_test(node_put_in_front_changes_no_other),
		cmocka_unit_test(change_says_what_was_and_what_is_to_be),
		cmocka_unit_test(unknown_key_costs_what_is_always_right),
		cmocka_unit_test(no_change_of_an_uplink_stops_anybody),
		cmocka_unit_test(cable_or_not_is_the_networks_own_business),
		cmocka_unit_test(full_lab_can_become_another_full_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
