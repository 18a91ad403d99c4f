// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab_captures.c - captures: in a lab file, and filters as text
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/capture/filter_compile.h"
#include "cli/lab/capture_target.h"
#include "cli/lab/lab_json.h"
#include "unit/lab_text.h"

#define HEAD                                                  \
	"lab: x\n"                                            \
	"networks:\n"                                         \
	"  wan: { mode: nat, ipv4: 10.20.0.0/24 }\n"          \
	"  back: { mode: internal }\n"                        \
	"nodes:\n"                                            \
	"  web1: { nics: [ { net: wan }, { net: back } ] }\n" \
	"  bare: {}\n"                                        \
	"captures:\n"

static const char every_kind[] =
	HEAD "  - { port: \"web1:1\", file: /tmp/a.pcapng, filter: not arp }\n"
	     "  - { network: back, file: /tmp/b.pcapng, snaplen: 96 }\n"
	     "  - { port: wan/gateway, file: /tmp/c.pcapng }\n";

static void captures_are_read_and_filters_compiled(void **state)
{
	struct lab *lab = lab_of_text(every_kind);

	(void)state;
	assert_int_equal(lab->capture_count, 3);
	assert_string_equal(lab->captures[0].target, "web1:1");
	assert_string_equal(lab->captures[0].file, "/tmp/a.pcapng");
	assert_string_equal(lab->captures[0].filter, "not arp");
	assert_int_equal(lab->captures[0].code.count, 4);
	assert_int_equal(lab->captures[1].snaplen, 96);
	assert_int_equal(lab->captures[1].code.count, 0);
	assert_string_equal(lab->captures[2].target, "wan/gateway");
	lab_destroy(lab);
}

static void captures_survive_a_round_trip(void **state)
{
	struct lab *lab = lab_of_text(every_kind), *again;
	json_t *json = lab_to_json(lab), *second;
	struct err err = {0};

	(void)state;
	again = lab_from_json(json, &err);
	assert_string_equal(err.msg, "");
	second = lab_to_json(again);
	assert_true(json_equal(json, second));
	assert_memory_equal(&lab->captures[0].code, &again->captures[0].code,
			    sizeof(lab->captures[0].code));
	json_decref(json);
	json_decref(second);
	lab_destroy(lab);
	lab_destroy(again);
}

static void labd_compiles_nothing_and_believes_no_program(void **state)
{
	static const char *const bad[] = {"",
					  "6 0 0",
					  "6 0 0 1,",
					  "5 0 0 7",
					  "6 0 0 4294967296",
					  "6 0 0 -1",
					  "6 0 0 1 ",
					  "6,0,0,1",
					  "x"};
	struct lab *lab = lab_of_text(every_kind);
	json_t *json = lab_to_json(lab), *capture;
	struct err err;
	size_t i;

	(void)state;
	capture = json_array_get(json_object_get(json, "captures"), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		json_object_set_new(capture, "code", json_string(bad[i]));
		assert_null(lab_from_json(json, &err));
	}
	json_object_del(capture, "code");
	assert_null(lab_from_json(json, &err));
	assert_non_null(strstr(err.msg, "needs 'code'"));
	json_decref(json);
	lab_destroy(lab);
}

static void each_mistake_has_its_place(void **state)
{
	static const struct mistake mistakes[] = {
		{HEAD "  - { port: \"web1:3\", file: a }\n",
		 "9:13: error: node 'web1' has no port '3': its last is "
		 "web1:1"},
		{HEAD "  - { port: \"web1:2\", file: a }\n",
		 "9:13: error: 'web1:2' is a spare NIC: it is in no network "
		 "when the lab starts"},
		{HEAD "  - { port: \"web1:4294967296\", file: a }\n",
		 "9:13: error: node 'web1' has no port '4294967296': its last "
		 "is web1:1"},
		{HEAD "  - { port: \"bare:1\", file: a }\n",
		 "9:13: error: node 'bare' has no port"},
		{HEAD "  - { port: wan, file: a }\n",
		 "9:13: error: 'wan' is a network: write 'network: wan'"},
		{HEAD "  - { network: bac, file: a }\n",
		 "9:16: error: no port, network or uplink is called 'bac' (did "
		 "you mean 'back'?); a port is NODE:INDEX, a network's own is "
		 "NETWORK/gateway, the host's in it NETWORK/host, a member of "
		 "an uplink UPLINK/MEMBER"},
		{HEAD "  - { file: a }\n",
		 "9:5: error: a capture needs a 'port' or a 'network'"},
		{HEAD "  - { network: wan }\n",
		 "9:5: error: capture needs 'file', as in 'file: "
		 "router-back.pcapng'"},
		{HEAD "  - { network: wan, file: a, filter: tcp prot 1 }\n",
		 "9:38: error: filter 'tcp prot 1': can't parse filter "
		 "expression: syntax error"},
		{HEAD "  - { network: wan, file: a, code: 6 0 0 1 }\n",
		 "9:30: error: 'code' is made by weft: write 'filter' only"},
		{HEAD "  - { network: wan, file: a }\n"
		      "  - { network: back, file: a }\n",
		 "10:28: error: another capture goes to this file already"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

static void filter_is_the_same_after_text(void **state)
{
	static struct filter_code code, again;
	struct err err;
	char *text;

	(void)state;
	assert_int_equal(
		filter_compile("tcp port 80 and len > 99", &code, &err), 0);
	text = filter_code_format(&code);
	assert_int_equal(filter_code_parse(text, &again), 0);
	assert_int_equal(code.count, again.count);
	assert_memory_equal(code.code, again.code,
			    code.count * sizeof(code.code[0]));
	free(text);
	assert_int_equal(filter_compile(" ", &code, &err), 0);
	assert_int_equal(code.count, 0);
	/* a header chain needs a loop, which is not run */
	assert_int_equal(filter_compile("ip6 protochain 6", &code, &err),
			 -EINVAL);
	assert_non_null(strstr(err.msg, "protochain"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captures_are_read_and_filters_compiled),
		cmocka_unit_test(captures_survive_a_round_trip),
		cmocka_unit_test(labd_compiles_nothing_and_believes_no_program),
		cmocka_unit_test(each_mistake_has_its_place),
		cmocka_unit_test(filter_is_the_same_after_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
