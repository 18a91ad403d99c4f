// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_labd_uplinks.c - what labd makes of uplinks and cables in a lab
 *
 * weft-switch is this very program, which writes down what it is told.
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/labd_bed.h"
#include "unit/switch_record.h"

#define WAIT_MS 20
#define MAX_WAITS 500

static struct labd_bed bed;
static char record_path[64];

static int setup(void **state)
{
	(void)state;
	labd_bed_init(&bed);
	snprintf(record_path, sizeof(record_path), "%s/record", bed.folder);
	setenv(SWITCH_RECORD, record_path, 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	labd_tear_down(&bed.labd);
	unlink(record_path);
	labd_bed_fini(&bed);
	return 0;
}

static void assert_heard(const char *text)
{
	if (!strstr(labd_bed_hear(&bed), text))
		fail_msg("not heard: %s; but: %s", text, bed.heard);
}

static bool was_told(const char *line)
{
	char text[1024] = "";
	FILE *file = fopen(record_path, "r");

	if (!file)
		return false;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return strstr(text, line);
}

/* Weft-switch writes when it gets to it. */
static void wait_told(const char *line)
{
	for (int i = 0; i < MAX_WAITS && !was_told(line); i++)
		loop_run_once(bed.labd.loop, WAIT_MS);
	assert_true(was_told(line));
}

#define NETWORK(keys) \
	"{\"lab\":{\"lab\":\"office\",\"networks\":{\"a\":{" keys "}}}}"
#define INTERNAL "\"mode\":\"internal\""

static void network_becomes_a_cable_and_a_bridge_again(void **state)
{
	(void)state;
	labd_bed_say(&bed, "lab.apply", NETWORK(INTERNAL));
	wait_told("add 0 a\n");
	labd_bed_say(&bed, "lab.apply",
		     NETWORK(INTERNAL ",\"link-local\":\"pass\""));
	wait_told("change 0 a as a cable\n");
	labd_bed_say(&bed, "lab.apply", NETWORK(INTERNAL));
	wait_told("change 0 a\n");
}

static void uplinks_are_planned_but_not_run(void **state)
{
	static const char lab[] =
		"{\"lab\":{\"lab\":\"office\",\"uplinks\":{\"u\":{"
		"\"members\":[\"eth1\"]}},\"networks\":{\"a\":{\"mode\":"
		"\"bridge\",\"uplink\":\"u\"}}}}";

	(void)state;
	labd_bed_say(&bed, "lab.apply", lab);
	assert_heard("lab office has uplinks or networks of mode bridge, which "
		     "this build of weft can check, but not run yet");
	assert_non_null(strstr(bed.heard, "\"exit\":1"));
	assert_null(bed.labd.lab);
	labd_bed_say(&bed, "lab.plan", lab);
	assert_heard("{\"action\":\"add\",\"kind\":\"uplink\",\"name\":\"u\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(network_becomes_a_cable_and_a_bridge_again),
		TEST(uplinks_are_planned_but_not_run),
	};

	if (argc > 1 && strcmp(argv[0], "weft-switch") == 0)
		return switch_record_main();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
