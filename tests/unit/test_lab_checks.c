// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab_checks.c - checks: in a lab file: what they hold, and each mistake
 */
#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>

#include "cli/lab/check_host.h"
#include "cli/lab/lab_json.h"
#include "core/util.h"
#include "unit/lab_text.h"

#define HEAD                                                     \
	"lab: x\n"                                               \
	"networks: { wan: { mode: nat, ipv4: 10.20.0.0/24 } }\n" \
	"nodes:\n"                                               \
	"  web1: { nics: [ { net: wan } ] }\n"                   \
	"  bare: {}\n"                                           \
	"  ext: { kind: external, nics: [ { net: wan } ] }\n"    \
	"checks:\n"

static const char every_kind[] =
	HEAD "  - { from: web1, ping: ext }\n"
	     "  - { from: web1, ping: \"web1:0\", expect: fail, timeout: 2s }\n"
	     "  - { from: bare, tcp: \"web1:80\", name: \"the \\\"web\\\"\" }\n"
	     "  - { from: web1, http: \"http://web1:8080/x?y\", status: 404 }\n"
	     "  - { from: web1, http: \"http://10.0.0.1\" }\n"
	     "  - { from: web1, dns: web1.x.lab, is: 10.20.0.9 }\n"
	     "  - { from: web1, dns: web1, is: web1 }\n"
	     "  - { from: web1, exec: \"test -e /x\\nexit 0\", expect: ok }\n"
	     "  - { from: web1, tcp: \"localhost:22\" }\n"
	     "  - { from: web1, ping: www.example.org }\n";

static void every_kind_of_check_is_read(void **state)
{
	struct lab *lab = lab_of_text(every_kind);
	const struct check_settings *checks = lab->checks;

	(void)state;
	assert_int_equal(lab->check_count, 10);
	assert_int_equal(checks[0].kind, CHECK_PING);
	assert_string_equal(checks[0].target, "ext");
	assert_int_equal(checks[0].timeout_ms, 5000);
	assert_false(checks[0].expect_fail);
	assert_true(checks[1].expect_fail);
	assert_int_equal(checks[1].timeout_ms, 2000);
	assert_int_equal(checks[2].from, 1);
	assert_int_equal(checks[2].kind, CHECK_TCP);
	assert_string_equal(checks[2].name, "the \"web\"");
	assert_int_equal(checks[3].status, 404);
	assert_int_equal(checks[4].status, 200);
	assert_int_equal(checks[5].kind, CHECK_DNS);
	assert_string_equal(checks[5].is, "10.20.0.9");
	assert_int_equal(checks[5].status, 0);
	assert_int_equal(checks[7].kind, CHECK_EXEC);
	assert_string_equal(checks[7].target, "test -e /x\nexit 0");
	lab_destroy(lab);
}

static void checks_survive_a_round_trip(void **state)
{
	struct lab *lab = lab_of_text(every_kind), *again;
	json_t *json = lab_to_json(lab);
	struct err err = {0};

	(void)state;
	again = lab_from_json(json, &err);
	assert_string_equal(err.msg, "");
	assert_int_equal(again->check_count, lab->check_count);
	assert_memory_equal(again->checks, lab->checks,
			    lab->check_count * sizeof(*lab->checks));
	json_decref(json);
	lab_destroy(lab);
	lab_destroy(again);
}

static void lab_without_checks_says_nothing_of_them(void **state)
{
	struct lab *lab = lab_of_text("lab: x\nchecks: []\n");
	json_t *json = lab_to_json(lab);

	(void)state;
	assert_null(json_object_get(json, "checks"));
	json_decref(json);
	lab_destroy(lab);
}

#define CHECK(keys) HEAD "  - { " keys " }\n"

static void each_wrong_check_is_told_why(void **state)
{
	static const struct mistake mistakes[] = {
		{CHECK("ping: web1"),
		 "8:5: error: check needs 'from', as in 'from: web1'"},
		{CHECK("from: web1"),
		 "8:5: error: a check needs one of ping, tcp, http, dns and "
		 "exec, as in '{ from: web1, ping: router }'"},
		{CHECK("from: web1, ping: ext, dns: ext"),
		 "8:30: error: 'ping' and 'dns' in one check: make two of it"},
		{CHECK("from: web2, ping: ext"),
		 "8:13: error: no node is called 'web2' (did you mean "
		 "'web1'?)"},
		{CHECK("from: wan, ping: ext"),
		 "8:13: error: no node is called 'wan'"},
		{CHECK("from: ext, ping: web1"),
		 "8:13: error: 'ext' is external: weft can't run anything "
		 "there"},
		{CHECK("from: web1, ping: wbe1"),
		 "8:25: error: no node is called 'wbe1' (did you mean "
		 "'web1'?)"},
		{CHECK("from: web1, ping: bare"),
		 "8:25: error: node 'bare' has no NIC to be reached at"},
		{CHECK("from: web1, ping: \"web1:1\""),
		 "8:25: error: node 'web1' has no port 1: its last is web1:0"},
		{CHECK("from: web1, ping: \"fd00::1\""),
		 "8:25: error: 'fd00::1' has a ':', and only a port as "
		 "\"router:1\" has one"},
		{CHECK("from: web1, ping: \"a b\""),
		 "8:25: error: 'a b' is neither a node, an IPv4 address nor a "
		 "DNS name"},
		{CHECK("from: web1, tcp: web1"),
		 "8:24: error: 'web1' has no port: write \"web1:80\""},
		{CHECK("from: web1, tcp: \"web1:0\""),
		 "8:24: error: 'web1:0' has no port from 1 to 65535 behind "
		 "its ':'"},
		{CHECK("from: web1, tcp: \"web9:80\""),
		 "8:24: error: no node is called 'web9' (did you mean "
		 "'web1'?)"},
		{CHECK("from: web1, tcp: \":80\""),
		 "8:24: error: ':80' names no host"},
		{CHECK("from: web1, http: \"https://web1/\""),
		 "8:25: error: 'https://web1/' is no URL that can be checked: "
		 "write \"http://web1:8080/path\""},
		{CHECK("from: web1, http: \"http://web1/a b\""),
		 "8:25: error: 'http://web1/a b' has a character that no URL "
		 "has: write it as %20 or the like"},
		{CHECK("from: web1, http: \"http://web1:x/\""),
		 "8:25: error: 'http://web1:x/' has no port from 1 to 65535 "
		 "behind its ':'"},
		{CHECK("from: web1, http: \"http://web1\", status: 99"),
		 "8:48: error: status '99' is no number from 100 to 599"},
		{CHECK("from: web1, ping: ext, status: 200"),
		 "8:30: error: 'status' goes with 'http' only, and this is "
		 "'ping'"},
		{CHECK("from: web1, ping: ext, is: ext"),
		 "8:30: error: 'is' goes with 'dns' only, and this is 'ping'"},
		{CHECK("from: web1, dns: x.org, is: ex"),
		 "8:35: error: no node is called 'ex' (did you mean 'ext'?)"},
		{CHECK("from: web1, ping: ext, timeout: 5"),
		 "8:39: error: time '5' has no unit (did you mean '5s'?)"},
		{CHECK("from: web1, ping: ext, timeout: 2h"),
		 "8:39: error: time 2h is out of range: 100ms to 1h"},
		{CHECK("from: web1, ping: ext, expect: oky"),
		 "8:38: error: unknown expectation 'oky' (did you mean 'ok'?)"},
		{CHECK("form: web1, from: web1, ping: ext"),
		 "8:7: error: unknown key 'form' in check (did you mean "
		 "'from'?)"},
		{HEAD "  web1: { ping: ext }\n",
		 "8:3: error: checks is a list, as in '[ { from: web1, ping: "
		 "router } ]'"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

static void host_and_port_are_taken_out_of_a_url(void **state)
{
	struct check_host host;

	(void)state;
	assert_null(check_host_parse(CHECK_HTTP, "http://web1", &host));
	assert_string_equal(host.name, "web1");
	assert_true(host.is_node);
	assert_int_equal(host.port, 80);
	assert_string_equal(host.path, "");
	assert_null(check_host_parse(CHECK_HTTP, "http://a.b:81/c:d?e", &host));
	assert_string_equal(host.name, "a.b");
	assert_false(host.is_node);
	assert_int_equal(host.port, 81);
	assert_string_equal(host.path, "/c:d?e");
	assert_null(check_host_parse(CHECK_PING, "router:7", &host));
	assert_string_equal(host.name, "router");
	assert_int_equal(host.nic, 7);
	assert_non_null(check_host_parse(CHECK_PING, "router:8", &host));
	assert_non_null(check_host_parse(CHECK_TCP, "a:99999999999", &host));
	assert_non_null(check_host_parse(CHECK_HTTP, "http://", &host));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_check_is_read),
		cmocka_unit_test(checks_survive_a_round_trip),
		cmocka_unit_test(lab_without_checks_says_nothing_of_them),
		cmocka_unit_test(each_wrong_check_is_told_why),
		cmocka_unit_test(host_and_port_are_taken_out_of_a_url),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
