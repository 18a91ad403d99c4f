// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_switch_link.c - labd's link to a weft-switch that misbehaves
 *
 * The weft-switch is this very program, run again under that name; the lab's
 * name tells it how to behave.
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/labd/switch_link.h"

#define CONTROL_FD 3
#define ROUND_MS 20
#define MAX_ROUNDS 500

/* The fake */

static void wait_for_message(void)
{
	struct pollfd readable = {.fd = CONTROL_FD, .events = POLLIN};

	poll(&readable, 1, -1);
}

/* Answers each request; a query ends it, as does the end of labd. */
static int fake_echo(void)
{
	union wire_message message, answer;
	int fds[WIRE_MAX_FDS];

	for (;;) {
		wait_for_message();
		if (wire_recv(CONTROL_FD, &message, fds) ||
		    message.header.type == WIRE_PORT_QUERY)
			return 9;
		memset(&answer, 0, sizeof(answer));
		answer.header.type = WIRE_REPLY;
		answer.header.id = message.header.id;
		wire_send(CONTROL_FD, &answer, NULL);
	}
}

static int fake_switch(const char *lab)
{
	if (strcmp(lab, "--lab=echo") == 0)
		return fake_echo();
	if (strcmp(lab, "--lab=mad") == 0 &&
	    write(CONTROL_FD, "garbage", 7) == 7)
		pause();
	return 7; /* "die" */
}

/* The link's owner */

struct bed {
	struct fake_clock clock;
	struct log log;
	struct loop *loop;
	struct switch_link *link;
	unsigned ups;
	unsigned downs;
	unsigned answers;
	unsigned lost;
	char why[64];
};

static void bed_up(void *ctx)
{
	((struct bed *)ctx)->ups++;
}

static void bed_down(void *ctx, const char *why)
{
	struct bed *bed = ctx;

	bed->downs++;
	snprintf(bed->why, sizeof(bed->why), "%s", why);
}

static void bed_event(void *ctx, const union wire_message *message)
{
	(void)ctx;
	(void)message;
	fail_msg("an event out of nowhere");
}

static const struct switch_link_events bed_events = {bed_up, bed_down,
						     bed_event};

static void bed_answer(void *arg, const union wire_message *answer)
{
	struct bed *bed = arg;

	if (answer)
		bed->answers++;
	else
		bed->lost++;
}

static void ask(struct bed *bed, enum wire_type type)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = type;
	switch_link_request(bed->link, &message, NULL, bed_answer, bed);
}

static void bed_open(struct bed *bed, const char *lab)
{
	struct switch_link_settings settings = {.path = "/proc/self/exe",
						.lab = lab,
						.stderr_fd = STDERR_FILENO,
						.log = &bed->log};
	struct err err;

	memset(bed, 0, sizeof(*bed));
	fake_clock_init(&bed->clock, NSEC_PER_SEC);
	bed->log = (struct log){LOG_ERROR, "test", &bed->clock.clock};
	bed->loop = loop_create(&bed->clock.clock, &err);
	assert_non_null(bed->loop);
	bed->link = switch_link_create(bed->loop, &settings, &bed_events, bed);
	assert_non_null(bed->link);
	assert_int_equal(switch_link_start(bed->link, &err), 0);
}

static void bed_close(struct bed *bed)
{
	switch_link_destroy(bed->link);
	loop_destroy(bed->loop);
}

static void until(struct bed *bed, const unsigned *counter, unsigned count)
{
	int i;

	for (i = 0; i < MAX_ROUNDS && *counter < count; i++)
		loop_run_once(bed->loop, ROUND_MS);
	assert_int_equal(*counter, count);
}

static void advance(struct bed *bed, uint64_t ns)
{
	bed->clock.ns += ns;
	loop_run_once(bed->loop, 0);
}

static void request_is_answered(void **state)
{
	struct bed bed;

	(void)state;
	bed_open(&bed, "echo");
	assert_int_equal(bed.ups, 1);
	ask(&bed, WIRE_NETWORK_START);
	until(&bed, &bed.answers, 1);
	assert_int_equal(bed.lost, 0);
	bed_close(&bed);
}

static void open_requests_get_null_when_it_dies(void **state)
{
	struct bed bed;

	(void)state;
	bed_open(&bed, "echo");
	ask(&bed, WIRE_PORT_QUERY);
	ask(&bed, WIRE_NETWORK_START);
	until(&bed, &bed.lost, 2);
	assert_int_equal(bed.downs, 1);
	assert_string_equal(bed.why, "exited with code 9");
	assert_int_equal(switch_link_pid(bed.link), 0);
	bed_close(&bed);
}

static void request_while_it_is_dead_gets_null_at_once(void **state)
{
	struct bed bed;

	(void)state;
	bed_open(&bed, "die");
	until(&bed, &bed.downs, 1);
	ask(&bed, WIRE_PORT_QUERY);
	assert_int_equal(bed.lost, 1);
	bed_close(&bed);
	assert_int_equal(bed.lost, 1);
}

static void pause_before_restart_doubles_up_to_five_seconds(void **state)
{
	static const unsigned pauses_ms[] = {100,  200,  400,  800,
					     1600, 3200, 5000, 5000};
	struct bed bed;
	unsigned i;

	(void)state;
	bed_open(&bed, "die");
	for (i = 0; i < sizeof(pauses_ms) / sizeof(pauses_ms[0]); i++) {
		until(&bed, &bed.downs, i + 1);
		advance(&bed, (pauses_ms[i] - 1) * NSEC_PER_MSEC);
		assert_int_equal(bed.ups, i + 1);
		advance(&bed, NSEC_PER_MSEC);
		assert_int_equal(bed.ups, i + 2);
	}
	assert_int_equal(switch_link_restarts(bed.link), i);
	bed_close(&bed);
}

static void one_that_lived_long_is_restarted_at_once(void **state)
{
	struct bed bed;

	(void)state;
	bed_open(&bed, "echo");
	advance(&bed, 11 * NSEC_PER_SEC);
	ask(&bed, WIRE_PORT_QUERY);
	until(&bed, &bed.downs, 1);
	advance(&bed, 0);
	assert_int_equal(bed.ups, 2);
	ask(&bed, WIRE_NETWORK_START);
	until(&bed, &bed.answers, 1);
	bed_close(&bed);
}

static void one_that_talks_nonsense_is_killed(void **state)
{
	struct bed bed;

	(void)state;
	bed_open(&bed, "mad");
	until(&bed, &bed.downs, 1);
	assert_non_null(strstr(bed.why, "killed by signal 9"));
	bed_close(&bed);
}

static void destroy_answers_what_is_open(void **state)
{
	struct bed bed;

	(void)state;
	bed_open(&bed, "echo");
	ask(&bed, WIRE_NETWORK_START);
	bed_close(&bed);
	assert_int_equal(bed.lost, 1);
	assert_int_equal(bed.downs, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_is_answered),
		cmocka_unit_test(open_requests_get_null_when_it_dies),
		cmocka_unit_test(request_while_it_is_dead_gets_null_at_once),
		cmocka_unit_test(
			pause_before_restart_doubles_up_to_five_seconds),
		cmocka_unit_test(one_that_lived_long_is_restarted_at_once),
		cmocka_unit_test(one_that_talks_nonsense_is_killed),
		cmocka_unit_test(destroy_answers_what_is_open),
	};

	if (argc > 1 && strcmp(argv[0], "weft-switch") == 0)
		return fake_switch(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
