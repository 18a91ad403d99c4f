// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab_table.c - the tables themselves: what manual, schema and messages
 * take from them is there
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "cli/lab/lab_build.h"

/* Depth is that of the tables. */
static void check_object(const struct schema_type *object,
			 void (*check)(const struct schema_type *object,
				       const struct schema_key *key))
{
	for (unsigned i = 0; i < object->key_count; i++) {
		const struct schema_key *key = &object->keys[i];
		const struct schema_type *type = key->type;

		check(object, key);
		while (type->kind == SCHEMA_MAP || type->kind == SCHEMA_LIST)
			type = type->item;
		if (type->either)
			type = type->either;
		check_object(type, check);
	}
}

static void check_help(const struct schema_type *object,
		       const struct schema_key *key)
{
	(void)object;
	assert_non_null(key->help);
	assert_int_equal(key->help[strlen(key->help) - 1], '.');
	assert_non_null(key->type->name);
	assert_non_null(key->type->example);
}

static void check_only(const struct schema_type *object,
		       const struct schema_key *key)
{
	const struct schema_key *selector;
	bool found = false;

	if (!key->only)
		return;
	selector = schema_lookup(object, object->selector);
	assert_non_null(selector);
	for (unsigned i = 0; i < selector->type->word_count; i++)
		found |= !strcmp(selector->type->words[i].word, key->only);
	assert_true(found);
}

static void check_readable(const struct schema_type *object,
			   const struct schema_key *key)
{
	const struct schema_type *type = key->type;

	(void)object;
	if (type->kind == SCHEMA_WORDS)
		assert_true(type->word_count);
	if (!key->built)
		return;
	/* What is stored needs a reader; a default needs a place. */
	if (type->kind == SCHEMA_TEXT && key->size)
		assert_non_null(type->parse);
	if (key->initial)
		assert_true(key->size);
}

static void every_key_has_help_and_an_example(void **state)
{
	(void)state;
	check_object(&lab_type, check_help);
}

static void every_condition_names_a_word_of_its_selector(void **state)
{
	(void)state;
	check_object(&lab_type, check_only);
}

static void every_built_key_can_be_read(void **state)
{
	(void)state;
	check_object(&lab_type, check_readable);
}

static void every_default_is_a_value_its_type_takes(void **state)
{
	struct diagnostics diag;
	struct lab_build build = {.diag = &diag};
	struct schema_run run = {.diag = &diag, .ctx = &build};
	struct network_settings network = {0};
	struct node_settings node = {0};
	struct lab_uplink_settings uplink = {0};

	(void)state;
	diag_init(&diag, "t");
	schema_default(&run, &lab_type, &build);
	schema_default(&run, type_networks.item, &network);
	schema_default(&run, type_nodes.item, &node);
	schema_default(&run, type_uplinks.item, &uplink);
	assert_int_equal(diag.count, 0);
	assert_int_equal(build.version, LAB_VERSION);
	assert_int_equal(build.node_defaults.memory_mib, 128);
	assert_int_equal(network.lease_s, 3600);
	assert_int_equal(node.kind, NODE_VM);
	assert_int_equal(uplink.nd.interval_ms, 200);
	diag_fini(&diag);
}

static void check_change(const struct schema_type *object)
{
	for (unsigned i = 0; i < object->key_count; i++) {
		const struct schema_key *key = &object->keys[i];

		if (key->built && key->change == SCHEMA_UNSAID)
			fail_msg("key '%s' of '%s' does not say what its "
				 "change costs a lab that runs",
				 key->name, object->name);
	}
}

static void every_built_key_says_what_its_change_costs(void **state)
{
	const struct schema_key *nics = schema_lookup(type_nodes.item, "nics");

	(void)state;
	check_change(&lab_type);
	check_change(type_uplinks.item);
	check_change(type_networks.item);
	check_change(type_nodes.item);
	check_change(nics->type->item);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_has_help_and_an_example),
		cmocka_unit_test(every_condition_names_a_word_of_its_selector),
		cmocka_unit_test(every_built_key_can_be_read),
		cmocka_unit_test(every_default_is_a_value_its_type_takes),
		cmocka_unit_test(every_built_key_says_what_its_change_costs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
