// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_qmp.c - what QEMU says on its monitor, and is told
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/labd/qmp.h"
#include "core/clock.h"

struct fixture {
	struct loop *loop;
	struct fake_clock clock;
	struct qmp qmp;
	int qemu;
	char heard[1024];
	int paused; /* -1: not told */
};

static struct fixture f;

static void paused(struct qmp *qmp, bool is_paused)
{
	assert_ptr_equal(qmp, &f.qmp);
	f.paused = is_paused;
}

static int setup(void **state)
{
	struct err err;
	int pair[2];

	(void)state;
	memset(&f, 0, sizeof(f));
	f.paused = -1;
	fake_clock_init(&f.clock, NSEC_PER_SEC);
	f.loop = loop_create(&f.clock.clock, &err);
	qmp_init(&f.qmp, paused);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -1;
	f.qemu = pair[1];
	return qmp_open(&f.qmp, f.loop, pair[0]);
}

static int teardown(void **state)
{
	(void)state;
	qmp_close(&f.qmp);
	close(f.qemu);
	loop_destroy(f.loop);
	return 0;
}

static void say(const char *text)
{
	assert_int_equal(send(f.qemu, text, strlen(text), 0), strlen(text));
	loop_run_once(f.loop, 0);
}

static const char *hear(void)
{
	ssize_t len = recv(f.qemu, f.heard, sizeof(f.heard) - 1, MSG_DONTWAIT);

	f.heard[len > 0 ? len : 0] = '\0';
	return f.heard;
}

static void commands_are_lines_of_json(void **state)
{
	(void)state;
	assert_string_equal(hear(), "{\"execute\":\"qmp_capabilities\","
				    "\"arguments\":{}}\n");
	qmp_set_link(&f.qmp, "net0", false);
	assert_string_equal(hear(), "{\"execute\":\"set_link\",\"arguments\":"
				    "{\"name\":\"net0\",\"up\":false}}\n");
	qmp_pause(&f.qmp);
	assert_non_null(strstr(hear(), "\"stop\""));
	qmp_resume(&f.qmp);
	assert_non_null(strstr(hear(), "\"cont\""));
	qmp_powerdown(&f.qmp);
	assert_non_null(strstr(hear(), "\"system_powerdown\""));
}

static void pause_and_its_end_are_told(void **state)
{
	(void)state;
	say("{\"return\": {}}\n{\"timestamp\": {}, \"event\": \"STOP\"}\n");
	assert_int_equal(f.paused, true);
	say("{\"event\": \"RES");
	assert_int_equal(f.paused, true);
	say("UME\"}\n");
	assert_int_equal(f.paused, false);
}

static void reason_of_a_shutdown_is_kept(void **state)
{
	(void)state;
	say("{\"event\":\"SHUTDOWN\",\"data\":{\"guest\":true,"
	    "\"reason\":\"guest-reset\"}}\n");
	assert_string_equal(f.qmp.shutdown, "guest-reset");
	assert_int_equal(f.paused, -1);
}

static void nonsense_does_no_harm(void **state)
{
	char long_line[QMP_LINE_SIZE + 1];

	(void)state;
	say("{\"event\":7}\n[]\nno json\n{\"event\":\"SHUTDOWN\"}\n\n");
	memset(long_line, 'x', QMP_LINE_SIZE);
	long_line[QMP_LINE_SIZE] = '\0';
	say(long_line);
	say("\n{\"event\":\"STOP\"}\n");
	loop_run_once(f.loop, 0);
	assert_int_equal(f.paused, true);
	assert_string_equal(f.qmp.shutdown, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(commands_are_lines_of_json),
		TEST(pause_and_its_end_are_told),
		TEST(reason_of_a_shutdown_is_kept),
		TEST(nonsense_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
