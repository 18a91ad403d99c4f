// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_graph.c - labs are drawn whole, whatever their names are made of
 */
#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cmd/graph.h"

/* A status with a name that means something to every language. */
static json_t *status(void)
{
	return json_pack("{s:s, s:[{s:s, s:s, s:s, s:s}, {s:s, s:s}], s:[{s:s, "
			 "s:s, s:s, s:[{s:s, s:s, s:[s], s:b}, {s:s, s:s, s:s, "
			 "s:[]}]}, {s:s, s:s, s:s}]}",
			 "lab", "office", "networks", "name", "wan", "mode",
			 "nat", "ipv4", "10.0.0.0/24", "gateway", "10.0.0.1",
			 "name", "a\"]\\<b>#\n", "mode", "internal", "nodes",
			 "name", "web1", "kind", "vm", "state", "ready", "nics",
			 "port", "web1:0", "network", "wan", "ipv4", "10.0.0.9",
			 "carrier", 0, "port", "web1:1", "network",
			 "a\"]\\<b>#\n", "admin", "down", "ipv4", "name", "db1",
			 "kind", "netns", "state", "failed");
}

static char *drawn(void (*print)(FILE *out, const json_t *graph))
{
	json_t *lab = status(), *graph = graph_of_status(lab);
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print(out, graph);
	fclose(out);
	json_decref(graph);
	json_decref(lab);
	return text;
}

static void text_has_a_tree_per_network(void **state)
{
	char *text = drawn(graph_print_text);

	(void)state;
	assert_string_equal(text, "wan (nat 10.0.0.0/24)\n"
				  "|-- wan/gateway  10.0.0.1\n"
				  "`-- web1:0       10.0.0.9 (no carrier)\n"
				  "\n"
				  "a\"]\\<b>#? (internal)\n"
				  "`-- web1:1  (down)\n"
				  "\n"
				  "nodes: web1 (vm), db1 (netns failed)\n");
	free(text);
}

static void dot_has_names_within_quotes_only(void **state)
{
	char *text = drawn(graph_print_dot);

	(void)state;
	assert_non_null(strstr(text, "n1 [shape=box, style=rounded, label=\""
				     "a\\\"]\\\\<b>#?\\ninternal\"];\n"));
	assert_non_null(strstr(text, "\toutside -- n0 [label=\"wan/gateway\\n"
				     "10.0.0.1\"];\n"));
	assert_non_null(
		strstr(text, "\tm0 -- n1 [label=\"web1:1\\n(down)\"];\n"));
	assert_string_equal(text + strlen(text) - 2, "}\n");
	free(text);
}

static void mermaid_has_entities_for_what_it_would_read(void **state)
{
	char *text = drawn(graph_print_mermaid);

	(void)state;
	assert_int_equal(strncmp(text, "graph LR\n", 9), 0);
	assert_non_null(strstr(text, "\tn1[[\"a#34;]#92;#60;b#62;#35;?<br/>"
				     "internal\"]]\n"));
	assert_non_null(strstr(text, "\tm0 ---|\"web1:0<br/>10.0.0.9 (no "
				     "carrier)\"| n0\n"));
	free(text);
}

static void port_of_nothing_is_left_out(void **state)
{
	json_t *graph =
		json_pack("{s:[{s:s}], s:[], s:[{s:s, s:s, s:s}, {}]}",
			  "networks", "name", "wan", "nodes", "ports", "port",
			  "gone:0", "node", "gone", "network", "wan");
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	graph_print_dot(out, graph);
	graph_print_text(out, graph);
	graph_print_mermaid(out, graph);
	graph_print_svg(out, graph);
	fclose(out);
	assert_null(strstr(text, "m0"));
	free(text);
	json_decref(graph);
}

/* One member is a cable, one a NIC that is down, one goes nowhere. */
static json_t *bonded(void)
{
	json_t *graph =
		json_pack("{s:[{s:s, s:s}, {s:s, s:s}], s:[], s:[]}",
			  "networks", "name", "office", "mode", "bridge",
			  "name", "core", "mode", "internal", "nodes", "ports");
	json_t *uplinks = json_pack(
		"{s:[{s:s, s:s, s:s, s:b, s:[{s:s, s:s, s:s, s:s, s:s}, {s:s, "
		"s:s, s:s, s:s, s:s}, {s:s, s:s, s:s}]}, {s:s, s:n, s:s, "
		"s:[{s:s, s:s, s:s}]}]}",
		"uplinks", "uplink", "bo\"nd", "network", "office", "mode",
		"balance-slb", "carrier", 0, "members", "member", "bo\"nd/core",
		"kind", "cable", "to", "core", "state", "active", "admin", "up",
		"member", "bo\"nd/eth1", "kind", "nic", "to", "eth1", "state",
		"down", "admin", "silent", "member", "bo\"nd/gone", "kind",
		"cable", "to", "gone", "uplink", "spare", "network", "mode",
		"active-backup", "members", "member", "spare/eth2", "kind",
		"nic", "to", "eth2");

	graph_add_uplinks(graph, uplinks);
	json_decref(uplinks);
	return graph;
}

static char *drawn_bonded(void (*print)(FILE *out, const json_t *graph))
{
	json_t *graph = bonded();
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print(out, graph);
	fclose(out);
	json_decref(graph);
	return text;
}

static void uplink_is_a_branch_with_its_members(void **state)
{
	char *text = drawn_bonded(graph_print_text);

	(void)state;
	assert_string_equal(
		text, "office (bridge)\n"
		      "`-- bo\"nd           balance-slb (no carrier)\n"
		      "    |-- bo\"nd/core  network core, active\n"
		      "    |-- bo\"nd/eth1  NIC eth1, down (link silent)\n"
		      "    `-- bo\"nd/gone  network gone\n"
		      "\n"
		      "core (internal)\n"
		      "`-- bo\"nd/core~  uplink bo\"nd\n"
		      "\n"
		      "spare (uplink of no network, active-backup)\n"
		      "`-- spare/eth2  NIC eth2\n");
	free(text);
}

static void cable_is_drawn_between_two_networks(void **state)
{
	char *text = drawn_bonded(graph_print_dot);

	(void)state;
	assert_non_null(strstr(
		text, "\tu0 [shape=hexagon, label=\"bo\\\"nd\\n"
		      "balance-slb (no carrier)\"];\n"
		      "\tu0 -- n0 [label=\"bo\\\"nd\"];\n"
		      "\tu0 -- n1 [label=\"bo\\\"nd/core\\nactive\"];\n"
		      "\tu0h1 [shape=plaintext, label=\"eth1\\nNIC\"];\n"
		      "\tu0 -- u0h1 [style=dashed, label=\"bo\\\"nd/eth1\\n"
		      "down (link silent)\"];\n"
		      "\tu1 [shape=hexagon, label=\"spare"));
	free(text);
	text = drawn_bonded(graph_print_mermaid);
	assert_non_null(strstr(text, "\tu0 ---|\"bo#34;nd/core<br/>active\"| "
				     "n1\n"));
	assert_non_null(strstr(text, "\tu0 -.-|\"bo#34;nd/eth1<br/>down (link "
				     "silent)\"| u0h1\n"));
	free(text);
}

static void picture_is_xml_with_all_that_there_is(void **state)
{
	char *text = drawn(graph_print_svg);

	(void)state;
	assert_int_equal(strncmp(text, "<svg xmlns=", 11), 0);
	assert_non_null(strstr(text, ">a&quot;]\\&lt;b&gt;#&#10;</text>"));
	assert_non_null(strstr(text, ">wan/gateway</text>"));
	assert_non_null(strstr(text, ">10.0.0.9 (no carrier)</text>"));
	assert_non_null(strstr(text, ">netns failed</text>"));
	assert_null(strstr(text, "bond\""));
	assert_string_equal(text + strlen(text) - 7, "</svg>\n");
	free(text);
	text = drawn_bonded(graph_print_svg);
	assert_non_null(strstr(text, ">bo&quot;nd/core</text>"));
	assert_non_null(strstr(text, ">down (link silent)</text>"));
	assert_non_null(strstr(text, ">eth1</text>"));
	assert_null(strstr(text, "gone"));
	free(text);
}

/* What labd keeps as the lab file says who belongs to whom, but no state. */
static void document_of_a_lab_has_its_uplinks(void **state)
{
	json_t *document = json_pack(
		"{s:{s:{s:s}, s:{}}, s:{s:{s:s, s:[s, s, i]}}}", "networks",
		"office", "uplink", "bond0", "core", "uplinks", "bond0", "mode",
		"802.3ad", "members", "net:core", "eth1", 7);
	json_t *graph = json_object(), *uplink, *wanted;

	(void)state;
	graph_add_document(graph, document);
	uplink = json_array_get(json_object_get(graph, "uplinks"), 0);
	wanted = json_pack(
		"{s:s, s:s, s:s, s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}]}",
		"uplink", "bond0", "network", "office", "mode", "802.3ad",
		"members", "member", "bond0/core", "kind", "cable", "to",
		"core", "member", "bond0/eth1", "kind", "nic", "to", "eth1");
	assert_true(json_equal(uplink, wanted));
	json_decref(wanted);
	json_decref(graph);
	json_decref(document);
}

static void graph_without_uplinks_has_no_such_key(void **state)
{
	json_t *lab = status(), *graph = graph_of_status(lab);
	json_t *none = json_pack("{s:[]}", "uplinks");

	(void)state;
	graph_add_uplinks(graph, none);
	graph_add_uplinks(graph, NULL);
	graph_add_document(graph, none);
	assert_null(json_object_get(graph, "uplinks"));
	json_decref(none);
	json_decref(graph);
	json_decref(lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_has_a_tree_per_network),
		cmocka_unit_test(dot_has_names_within_quotes_only),
		cmocka_unit_test(mermaid_has_entities_for_what_it_would_read),
		cmocka_unit_test(port_of_nothing_is_left_out),
		cmocka_unit_test(uplink_is_a_branch_with_its_members),
		cmocka_unit_test(cable_is_drawn_between_two_networks),
		cmocka_unit_test(picture_is_xml_with_all_that_there_is),
		cmocka_unit_test(document_of_a_lab_has_its_uplinks),
		cmocka_unit_test(graph_without_uplinks_has_no_such_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
