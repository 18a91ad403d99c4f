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
	fclose(out);
	assert_null(strstr(text, "m0"));
	free(text);
	json_decref(graph);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_has_a_tree_per_network),
		cmocka_unit_test(dot_has_names_within_quotes_only),
		cmocka_unit_test(mermaid_has_entities_for_what_it_would_read),
		cmocka_unit_test(port_of_nothing_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
