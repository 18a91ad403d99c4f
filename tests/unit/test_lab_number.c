// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab_number.c - numbers of networks and nodes while the file changes
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <string.h>

#include "cli/lab/lab.h"

/* A lab whose networks and nodes have these names, a letter each. */
static struct lab *lab_of(const char *networks, const char *nodes)
{
	struct lab *lab = lab_create(LAB_MAX_NETWORKS, LAB_MAX_NODES);

	assert_non_null(lab);
	for (; *networks; networks++)
		lab->networks[lab->network_count++].name[0] = *networks;
	for (; *nodes; nodes++)
		lab->nodes[lab->node_count++].name[0] = *nodes;
	return lab;
}

static void first_lab_is_numbered_in_the_order_of_its_file(void **state)
{
	struct lab *lab = lab_of("xy", "abc");

	(void)state;
	lab_number(lab, NULL);
	assert_int_equal(lab->networks[0].number, 0);
	assert_int_equal(lab->networks[1].number, 1);
	assert_int_equal(lab->nodes[2].number, 2);
	lab_destroy(lab);
}

static void number_stays_when_the_place_in_the_file_moves(void **state)
{
	struct lab *old = lab_of("xy", "abc"), *lab = lab_of("zyx", "dcba");

	(void)state;
	lab_number(old, NULL);
	lab_number(lab, old);
	assert_int_equal(lab_lookup_network(lab, "x")->number, 0);
	assert_int_equal(lab_lookup_network(lab, "y")->number, 1);
	assert_int_equal(lab_lookup_network(lab, "z")->number, 2);
	assert_int_equal(lab_lookup_node(lab, "a")->number, 0);
	assert_int_equal(lab_lookup_node(lab, "c")->number, 2);
	assert_int_equal(lab_lookup_node(lab, "d")->number, 3);
	assert_string_equal(lab_numbered_node(lab, 3)->name, "d");
	assert_string_equal(lab_numbered_network(lab, 1)->name, "y");
	assert_null(lab_numbered_node(lab, 4));
	assert_null(lab_numbered_network(lab, 3));
	lab_destroy(old);
	lab_destroy(lab);
}

static void number_of_who_went_is_not_given_to_who_comes(void **state)
{
	struct lab *old = lab_of("x", "ab"), *lab = lab_of("y", "cb");

	(void)state;
	lab_number(old, NULL);
	lab_number(lab, old);
	assert_int_equal(lab->networks[0].number, 1);
	assert_int_equal(lab->nodes[0].number, 2);
	assert_int_equal(lab->nodes[1].number, 1);
	lab_destroy(old);
	lab_destroy(lab);
}

static void full_lab_may_be_replaced_by_another_full_one(void **state)
{
	struct lab *old = lab_of("", ""), *lab = lab_of("", "");
	bool seen[LAB_MAX_NODES] = {false};
	unsigned i;

	(void)state;
	old->node_count = lab->node_count = LAB_MAX_NODES;
	for (i = 0; i < LAB_MAX_NODES; i++) {
		sprintf(old->nodes[i].name, "a%u", i);
		sprintf(lab->nodes[i].name, i % 2 ? "a%u" : "b%u", i);
	}
	lab_number(old, NULL);
	lab_number(lab, old);
	for (i = 0; i < LAB_MAX_NODES; i++) {
		assert_true(lab->nodes[i].number < LAB_MAX_NODES);
		assert_false(seen[lab->nodes[i].number]);
		seen[lab->nodes[i].number] = true;
		if (i % 2)
			assert_int_equal(lab->nodes[i].number, i);
	}
	lab_destroy(old);
	lab_destroy(lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			first_lab_is_numbered_in_the_order_of_its_file),
		cmocka_unit_test(number_stays_when_the_place_in_the_file_moves),
		cmocka_unit_test(number_of_who_went_is_not_given_to_who_comes),
		cmocka_unit_test(full_lab_may_be_replaced_by_another_full_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
