// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab_yaml.c - YAML to located tree: places, refusals, limits
 */
#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>

#include "cli/lab/yaml_tree.h"
#include "core/util.h"
#include "unit/lab_text.h"

static void assert_error(const char *text, size_t size, const char *expected)
{
	char *errors = errors_of_text(text, size);
	char *line_end = strchr(errors, '\n');

	assert_non_null(line_end);
	*line_end = '\0';
	assert_string_equal(errors, expected);
	free(errors);
}

static void tree_knows_where_everything_stood(void **state)
{
	static const char text[] = "a: 'x'\nlist:\n  - {k: off}\n";
	struct diagnostics diag;
	struct tree *root, *item;

	(void)state;
	diag_init(&diag, "t");
	diag.source = text;
	diag.size = strlen(text);
	root = yaml_tree_parse(&diag);
	assert_non_null(root);
	assert_int_equal(root->count, 2);
	assert_true(tree_lookup(root, "a")->quoted);
	assert_int_equal(tree_lookup(root, "a")->col, 4);
	assert_int_equal(tree_lookup(root, "a")->end_col, 7);
	item = tree_lookup(tree_lookup(root, "list")->child, "k");
	assert_string_equal(item->text, "off");
	assert_int_equal(item->line, 3);
	assert_int_equal(item->col, 9);
	assert_int_equal(item->key->col, 6);
	diag_fini(&diag);
}

static void path_of_a_node_reads_like_a_selector(void **state)
{
	static const char text[] =
		"nodes: {web1: {nics: [{net: a}, {net: b}]}}";
	struct diagnostics diag;
	char path[TREE_PATH_SIZE];
	struct tree *node;

	(void)state;
	diag_init(&diag, "t");
	diag.source = text;
	diag.size = strlen(text);
	node = tree_lookup(yaml_tree_parse(&diag), "nodes");
	node = tree_lookup(tree_lookup(node, "web1"), "nics");
	node = tree_lookup(node->last, "net");
	assert_string_equal(tree_path(node, path), "nodes.web1.nics[1].net");
	assert_string_equal(tree_path(node->key, path),
			    "nodes.web1.nics[1].net");
	diag_fini(&diag);
}

static void error_shows_the_line_and_a_caret(void **state)
{
	static const char text[] = "lab: x\nnetworks:\n  wan:\n"
				   "    mode: isolatd\n";
	char *errors = errors_of_text(text, strlen(text));

	(void)state;
	assert_string_equal(errors,
			    "t:4:11: error: unknown network mode 'isolatd' "
			    "(did you mean 'internal'?)\n"
			    "    mode: isolatd\n"
			    "          ^~~~~~~\n");
	free(errors);
}

static void caret_counts_characters_not_bytes(void **state)
{
	static const char text[] =
		"lab: x\nnodes: { n: { cmdline: \"\xc3\xa9\", "
		"memory: 5 } }\n";
	char *errors = errors_of_text(text, strlen(text));
	const char *caret = strrchr(errors, '^'), *line = caret;

	(void)state;
	while (line[-1] != '\n')
		line--;
	assert_int_equal(caret - line, strlen("nodes: { n: { cmdline: \"e\", "
					      "memory: "));
	free(errors);
}

static void what_multiplies_or_types_is_refused(void **state)
{
	static const struct mistake mistakes[] = {
		{"lab: &a x\n",
		 "1:6: error: anchor '&a' is not allowed: say it in full, or "
		 "use 'defaults'"},
		{"lab: x\nnodes: *a\n",
		 "2:8: error: alias '*a' is not allowed: say it in full, or "
		 "use 'defaults'"},
		{"lab: !!str x\n",
		 "1:6: error: tag 'tag:yaml.org,2002:str' is not allowed: the "
		 "key alone decides what a value means"},
		{"lab: x\nnodes: { <<: {} }\n",
		 "2:10: error: merge key '<<' is not allowed: use 'defaults'"},
		{"lab: x\n? [a]\n: b\n",
		 "2:3: error: a key must be a plain word"},
		{"lab: x\n---\nlab: y\n",
		 "2:1: error: a second document begins: a lab file has one"},
		{"lab: x\nlab: y\n",
		 "2:1: error: duplicate key 'lab': it already stands at line "
		 "1, column 1"},
		{"lab: \"a\\0b\"\n",
		 "1:6: error: a NUL character is not allowed"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

static void broken_syntax_is_located_too(void **state)
{
	static const struct mistake mistakes[] = {
		{"lab: x\nnodes: { a: {}\nnetworks: {}\n",
		 "3:1: error: did not find expected ',' or '}' while parsing a "
		 "flow mapping that began at line 2"},
		{"lab: x\n\tnodes: {}\n",
		 "2:1: error: a tab: lines are indented with blanks only"},
		{"lab: x\nnodes: # \xc3\xa4\n  \ta: {}\n",
		 "3:3: error: a tab: lines are indented with blanks only"},
		{"lab: x\nnodes:\n  a: {}\n b: {}\n",
		 "4:2: error: did not find expected key while parsing a block "
		 "mapping that began at line 1: is this line indented like its "
		 "neighbours, and the one above complete?"},
		{"lab: x\nnodes: \xff\n",
		 "2:8: error: not text in UTF-8: invalid leading UTF-8 octet"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

static void bytes_that_are_no_text_are_named(void **state)
{
	(void)state;
	assert_error("", 0,
		     "t: error: empty: a lab file begins with 'lab: NAME'");
	assert_error("# only words\n", 13,
		     "t: error: empty: a lab file begins with 'lab: NAME'");
	assert_error("lab: \0x\n", 8,
		     "t:1:6: error: a NUL byte: this is not a text file");
	assert_error("\xff\xfel\0a\0", 6,
		     "t:1:1: error: UTF-16: save the file as UTF-8");
}

static void byte_order_mark_and_crlf_are_harmless(void **state)
{
	struct lab *lab = lab_of_text("\xef\xbb\xbflab: x\r\nnodes:\r\n"
				      "  a: { memory: 64M }\r\n");

	(void)state;
	assert_string_equal(lab->name, "x");
	assert_int_equal(lab->nodes[0].memory_mib, 64);
	lab_destroy(lab);
	assert_error("\xef\xbb\xbflab: 7\r\n", 11,
		     "t:1:6: error: '7' is no name: letters, digits and '-', a "
		     "letter first, no '-' last, at most 31");
}

static void depth_ends_at_the_limit(void **state)
{
	char *text = malloc(10000);

	(void)state;
	memset(text, '[', 10000);
	assert_error(text, 10000,
		     "t:1:33: error: nested too deep: at most 32 levels");
	free(text);
}

static void size_ends_at_the_limit(void **state)
{
	size_t size = TREE_MAX_BYTES + 1;
	char *text = malloc(size);

	(void)state;
	memset(text, '#', size);
	assert_error(text, size,
		     "t: error: larger than 1 MiB: this is no lab file");
	assert_error(text, size - 1,
		     "t: error: empty: a lab file begins with 'lab: NAME'");
	free(text);
}

static void number_of_nodes_ends_at_the_limit(void **state)
{
	size_t size = 2 * TREE_MAX_NODES + 2, i;
	char *text = malloc(size);

	(void)state;
	text[0] = '[';
	for (i = 1; i + 1 < size; i += 2)
		memcpy(text + i, "a,", 2);
	text[size - 1] = ']';
	assert_error(text, size,
		     "t:1:131072: error: too many entries: a lab file has at "
		     "most 65536 keys and values");
	free(text);
}

static void terminal_never_sees_the_files_control_characters(void **state)
{
	/* One in a message, C1 CSI and ESC in the lines shown under it. */
	static const char quoted[] = "lab: \"\\e[31m\"\n";
	static const char raw[] = "lab: \xc2\x9b \x1b x\n";
	char *errors = errors_of_text(quoted, strlen(quoted));

	(void)state;
	assert_non_null(strstr(errors, "'?[31m'"));
	assert_null(strchr(errors, '\x1b'));
	free(errors);
	errors = errors_of_text(raw, strlen(raw));
	assert_non_null(strstr(errors, "\nlab: ? ? x\n"));
	assert_null(strchr(errors, '\x1b'));
	assert_null(strchr(errors, '\x9b'));
	free(errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_knows_where_everything_stood),
		cmocka_unit_test(path_of_a_node_reads_like_a_selector),
		cmocka_unit_test(error_shows_the_line_and_a_caret),
		cmocka_unit_test(caret_counts_characters_not_bytes),
		cmocka_unit_test(what_multiplies_or_types_is_refused),
		cmocka_unit_test(broken_syntax_is_located_too),
		cmocka_unit_test(bytes_that_are_no_text_are_named),
		cmocka_unit_test(byte_order_mark_and_crlf_are_harmless),
		cmocka_unit_test(depth_ends_at_the_limit),
		cmocka_unit_test(size_ends_at_the_limit),
		cmocka_unit_test(number_of_nodes_ends_at_the_limit),
		cmocka_unit_test(
			terminal_never_sees_the_files_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
