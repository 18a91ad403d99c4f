// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab_disks.c - disks: of a node in a lab file
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "cli/lab/lab_diff.h"
#include "cli/lab/lab_json.h"
#include "unit/lab_text.h"

static const char every_kind[] =
	"lab: x\n"
	"nodes:\n"
	"  a:\n"
	"    disks:\n"
	"      - { file: /srv/base.raw, overlay: true }\n"
	"      - { file: /srv/iso.raw, readonly: yes }\n"
	"      - { file: /srv/data.raw }\n"
	"  b: { disks: [ { file: /srv/base.raw, overlay: on } ] }\n";

static void disks_are_read_in_their_order(void **state)
{
	struct lab *lab = lab_of_text(every_kind);
	const struct node_settings *a = &lab->nodes[0];

	(void)state;
	assert_int_equal(a->disk_count, 3);
	assert_string_equal(a->disks[0].file, "/srv/base.raw");
	assert_true(a->disks[0].overlay);
	assert_false(a->disks[0].readonly);
	assert_true(a->disks[1].readonly);
	assert_false(a->disks[2].overlay);
	assert_false(a->disks[2].readonly);
	assert_int_equal(lab->nodes[1].disk_count, 1);
	lab_destroy(lab);
}

static void disks_survive_a_round_trip(void **state)
{
	struct lab *lab = lab_of_text(every_kind), *again;
	json_t *json = lab_to_json(lab), *second;
	struct err err = {0};

	(void)state;
	again = lab_from_json(json, &err);
	assert_string_equal(err.msg, "");
	second = lab_to_json(again);
	assert_true(json_equal(json, second));
	assert_memory_equal(lab->nodes[0].disks, again->nodes[0].disks,
			    sizeof(lab->nodes[0].disks));
	json_decref(json);
	json_decref(second);
	lab_destroy(lab);
	lab_destroy(again);
}

static void a_node_without_disks_says_nothing_of_them(void **state)
{
	struct lab *lab = lab_of_text("lab: x\nnodes: { a: { disks: [] } }\n");
	json_t *json = lab_to_json(lab);

	(void)state;
	assert_null(json_object_get(
		json_object_get(json_object_get(json, "nodes"), "a"), "disks"));
	json_decref(json);
	lab_destroy(lab);
}

static void another_disk_restarts_its_node_only(void **state)
{
	struct lab *lab = lab_of_text(every_kind);
	json_t *from = lab_to_json(lab), *to;
	const struct lab_action *action;
	struct lab_diff *diff;

	(void)state;
	lab->nodes[0].disks[2].readonly = true;
	to = lab_to_json(lab);
	diff = lab_diff_create(from, to);
	assert_int_equal(diff->count, 1);
	action = lab_diff_lookup(diff, LAB_SUBJECT_NODE, "a");
	assert_int_equal(action->verb, LAB_RESTART);
	lab_diff_destroy(diff);
	json_decref(from);
	json_decref(to);
	lab_destroy(lab);
}

static void each_mistake_has_its_place(void **state)
{
	static const struct mistake mistakes[] = {
		{"lab: x\nnodes: { a: { disks: [ { overlay: true } ] } }\n",
		 "2:24: error: disk needs 'file', as in 'file: "
		 "disks/debian.raw'"},
		{"lab: x\nnodes: { a: { disks: [ { file: /x, format: qcow2 } "
		 "] } }\n",
		 "2:36: error: unknown key 'format' in disk: there are file, "
		 "overlay, readonly"},
		{"lab: x\nnodes: { a: { disks: [ { file: /x, overlay: 1 } ] } "
		 "}\n",
		 "2:45: error: unknown switch '1': it is one of true, false, "
		 "yes, "
		 "no, on, off"},
		{"lab: x\nnodes: { a: { disks: [ { file: /x, overlay: true, "
		 "readonly: true } ] } }\n",
		 "2:24: error: 'overlay' and 'readonly' exclude each other: "
		 "there is nothing to write"},
		{"lab: x\nnodes: { a: { kind: netns, disks: [] } }\n",
		 "2:28: error: 'disks' goes with 'kind: vm' only, and this is "
		 "'netns'"},
		{"lab: x\nnodes: { a: { disks: { file: /x } } }\n",
		 "2:22: error: disks is a list, as in '[ { file: x.raw, "
		 "overlay: true } ]'"},
		{"lab: x\nnodes: { a: { disks: [ x.raw ] } }\n",
		 "2:24: error: disk is a map of keys, as in '{ file: x.raw, "
		 "overlay: true }'"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

static void an_image_has_one_writer_and_then_nobody_else(void **state)
{
	static const struct mistake mistakes[] = {
		{"lab: x\nnodes:\n"
		 "  a: { disks: [ { file: /x } ] }\n"
		 "  b: { disks: [ { file: /x } ] }\n",
		 "4:25: error: node 'a' has this image too, and one of them "
		 "writes to it: give both 'overlay: true' or 'readonly: "
		 "true'"},
		{"lab: x\nnodes:\n"
		 "  a: { disks: [ { file: /x, overlay: true } ] }\n"
		 "  b: { disks: [ { file: /y }, { file: /x } ] }\n",
		 "4:39: error: node 'a' has this image too, and one of them "
		 "writes to it: give both 'overlay: true' or 'readonly: "
		 "true'"},
		{"lab: x\nnodes:\n"
		 "  a: { disks: [ { file: /x }, { file: /x, readonly: true } "
		 "] }\n",
		 "3:39: error: node 'a' has this image too, and one of them "
		 "writes to it: give both 'overlay: true' or 'readonly: "
		 "true'"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

static void a_ninth_disk_is_one_too_many(void **state)
{
	static const char disk[] = "  - { file: /x, readonly: true }\n";
	char text[1024] = "lab: x\nnodes:\n a:\n  disks:\n";
	struct mistake mistake = {text,
				  "13:5: error: more than 8 disks in node 'a'"};
	unsigned i;

	(void)state;
	for (i = 0; i < 9; i++)
		strcat(text, disk);
	assert_mistakes(&mistake, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disks_are_read_in_their_order),
		cmocka_unit_test(disks_survive_a_round_trip),
		cmocka_unit_test(a_node_without_disks_says_nothing_of_them),
		cmocka_unit_test(another_disk_restarts_its_node_only),
		cmocka_unit_test(each_mistake_has_its_place),
		cmocka_unit_test(an_image_has_one_writer_and_then_nobody_else),
		cmocka_unit_test(a_ninth_disk_is_one_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
