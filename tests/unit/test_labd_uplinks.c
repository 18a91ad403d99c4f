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

#include "cli/labd/fabric_internal.h"
#include "cli/labd/gathering.h"
#include "cli/labd/uplink_api.h"
#include "unit/labd_bed.h"
#include "unit/switch_record.h"

#define WAIT_MS 20
#define MAX_WAITS 500

static struct labd_bed bed;

static int setup(void **state)
{
	(void)state;
	labd_bed_init(&bed);
	labd_bed_keep_record(&bed);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	labd_tear_down(&bed.labd);
	labd_bed_fini(&bed);
	return 0;
}

static void assert_heard(const char *text)
{
	labd_bed_assert_heard(&bed, text);
}

static void wait_told(const char *lines)
{
	labd_bed_wait_told(&bed, lines, 1);
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

/* Network a, with what is in @members behind it; b and c. */
#define CABLES(members)                                                   \
	"{\"lab\":{\"lab\":\"office\",\"uplinks\":{\"u\":{\"members\":"   \
	"[" members                                                       \
	"]}},\"networks\":{\"a\":{\"mode\":\"bridge\",\"uplink\":\"u\"}," \
	"\"b\":{" INTERNAL "},\"c\":{" INTERNAL "}}}}"

static void uplink_and_its_cables_are_told(void **state)
{
	(void)state;
	labd_bed_say(&bed, "lab.apply", CABLES("\"net:b\",\"net:c\""));
	wait_told("add 0 a\n");
	wait_told("add 1 b beside 0\n");
	wait_told("add 2 c beside 0\n");
	wait_told("uplink 0 u on 0 active-backup\n"
		  "cable 0.0 u/b to 1\n"
		  "cable 0.1 u/c to 2\n");
}

static void members_come_and_go_by_name(void **state)
{
	(void)state;
	labd_bed_say(&bed, "lab.apply", CABLES("\"net:b\",\"net:c\""));
	wait_told("cable 0.1 u/c to 2\n");
	labd_bed_say(&bed, "lab.apply", CABLES("\"net:c\""));
	wait_told("less 0.0\n");
	labd_bed_say(&bed, "lab.apply", CABLES("\"net:c\",\"net:b\""));
	wait_told("less 0.0\nset 0 active-backup\n"
		  "cable 0.0 u/b to 1\nset 0 active-backup\n");
}

static void cable_is_told_again_with_another_mtu(void **state)
{
	(void)state;
	labd_bed_say(&bed, "lab.apply", CABLES("\"net:b\""));
	wait_told("cable 0.0 u/b to 1\n");
	labd_bed_say(&bed, "lab.apply",
		     "{\"lab\":{\"lab\":\"office\",\"uplinks\":{\"u\":{"
		     "\"members\":[\"net:b\"]}},\"networks\":{\"a\":{"
		     "\"mode\":\"bridge\",\"uplink\":\"u\",\"mtu\":1400},"
		     "\"b\":{" INTERNAL "},\"c\":{" INTERNAL "}}}}");
	wait_told("cable 0.0 u/b to 1\nset 0 active-backup\n");
	labd_bed_wait_told(&bed, "cable 0.0 u/b to 1\n", 2);
}

static void member_is_cut_by_name(void **state)
{
	(void)state;
	labd_bed_say(&bed, "lab.apply", CABLES("\"net:b\",\"net:c\""));
	wait_told("cable 0.1 u/c to 2\n");
	labd_bed_say(&bed, "link.set",
		     "{\"port\":\"u/c\",\"up\":false,\"silent\":true}");
	assert_heard("\"admin\":\"silent\"");
	wait_told("cut 0.1 2\n");
	labd_bed_say(&bed, "link.set", "{\"port\":\"u/c\",\"up\":true}");
	wait_told("cut 0.1 0\n");
	labd_bed_say(&bed, "link.set", "{\"port\":\"u/d\",\"up\":true}");
	assert_heard("lab office has no port 'u/d' of a node, nor such a "
		     "member of an uplink");
}

static void member_that_is_refused_is_told_again(void **state)
{
	(void)state;
	setenv(SWITCH_REFUSE, "u/c", 1);
	labd_bed_say(&bed, "lab.apply", CABLES("\"net:b\",\"net:c\""));
	unsetenv(SWITCH_REFUSE);
	wait_told("cable 0.1 u/c to 2\n");
	for (int i = 0; i < 5; i++)
		loop_run_once(bed.labd.loop, WAIT_MS);
	labd_bed_say(&bed, "events.subscribe", "{\"last\":50}");
	assert_heard("\"reason\":\"there is no room for it\"");
	labd_bed_say(&bed, "lab.apply", CABLES("\"net:c\",\"net:b\""));
	labd_bed_wait_told(&bed, "cable 0.1 u/c to 2\n", 2);
}

/* Two networks that run may be on two threads; a cable needs them on one. */
static void network_moves_for_a_cable(void **state)
{
	(void)state;
	labd_bed_say(&bed, "lab.apply", CABLES("\"net:b\""));
	wait_told("add 2 c\n");
	wait_told("cable 0.0 u/b to 1\n");
	labd_bed_say(&bed, "lab.apply", CABLES("\"net:b\",\"net:c\""));
	wait_told("no uplink 0\nremove 2\n");
	wait_told("add 2 c beside 0\n");
	wait_told("uplink 0 u on 0 active-backup\n"
		  "cable 0.0 u/b to 1\n"
		  "cable 0.1 u/c to 2\n");
}

#define MANY_SIZE 4096

/* As many uplinks as there may be; @first is the one that runs. */
static void apply_many(const char *first)
{
	char text[MANY_SIZE];
	int len = snprintf(text, sizeof(text),
			   "{\"lab\":{\"lab\":\"office\",\"uplinks\":{"
			   "\"%s\":{\"members\":[\"net:b\"]}",
			   first);

	for (int i = 1; i < LAB_MAX_UPLINKS; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len,
				",\"x%d\":{\"members\":[\"nic%d\"]}", i, i);
	snprintf(text + len, sizeof(text) - (size_t)len,
		 "},\"networks\":{\"a\":{\"mode\":\"bridge\",\"uplink\":"
		 "\"%s\"},\"b\":{" INTERNAL "}}}}",
		 first);
	labd_bed_say(&bed, "lab.apply", text);
}

static void uplink_with_the_number_of_another_is_made_anew(void **state)
{
	(void)state;
	apply_many("u");
	wait_told("uplink 0 u on 0 active-backup\ncable 0.0 u/b to 1\n");
	apply_many("v");
	wait_told("no uplink 0\nchange 0 a\nstart 0\n"
		  "uplink 0 v on 0 active-backup\n"
		  "cable 0.0 v/b to 1\n");
}

static void nic_that_is_not_there_is_said(void **state)
{
	(void)state;
	labd_bed_say(&bed, "lab.apply", CABLES("\"nosuch0\""));
	assert_heard("\"message\":\"uplink u: ");
	assert_null(bed.labd.lab);
}

static bool is_pulled_out;

static int fake_open(struct host_access *host, const char *ifname,
		     bool is_forced, struct packet_fds *fds, struct err *err)
{
	(void)ifname;
	(void)host;
	(void)is_forced;
	(void)err;
	*fds = (struct packet_fds){dup(bed.client), dup(bed.client), 7};
	return 0;
}

static const struct host_access_ops fake_ops = {.open_nic = fake_open};
static struct host_access fake_host = {.ops = &fake_ops};

static bool fake_is_other(const char *ifname, int fd)
{
	(void)fd;
	return is_pulled_out && strcmp(ifname, "e") == 0;
}

static void nic_that_is_back_joins_anew(void **state)
{
	(void)state;
	bed.labd.host_nics.host = &fake_host;
	bed.labd.host_nics.is_other = fake_is_other;
	labd_bed_say(&bed, "lab.apply", CABLES("\"net:b\",\"e\""));
	wait_told("nic 0.1 u/e\n");
	labd_bed_say(&bed, "link.set", "{\"port\":\"u/e\",\"up\":false}");
	wait_told("cut 0.1 1\n");
	is_pulled_out = true;
	nic_return_look(&bed.labd.nic_return);
	is_pulled_out = false;
	wait_told("cut 0.1 1\nless 0.1\nnic 0.1 u/e\ncut 0.1 1\n");
	nic_return_fini(&bed.labd.nic_return);
	host_nics_fini(&bed.labd.host_nics);
}

static unsigned count_in(const char *text, const char *word)
{
	unsigned n = 0;

	for (; (text = strstr(text, word)); text++)
		n++;
	return n;
}

/* Weft-switch answers with what there is by then, also what is told next. */
static void change_is_told_once(void **state)
{
	const struct fabric_changes some = {1, 2, true}, one = {3, 3, false};
	char heard[8192] = "";

	(void)state;
	labd_bed_say(&bed, "lab.apply", CABLES("\"net:b\""));
	labd_bed_say(&bed, "events.subscribe", "{}");
	labd_bed_hear(&bed);
	uplink_tell(&bed.labd, 0, &some);
	uplink_tell(&bed.labd, 0, &one);
	for (int i = 0; i < MAX_WAITS && !strstr(heard, "change3"); i++) {
		loop_run_once(bed.labd.loop, WAIT_MS);
		strncat(heard, labd_bed_hear(&bed),
			sizeof(heard) - strlen(heard) - 1);
	}
	labd_bed_run(&bed);
	strncat(heard, labd_bed_hear(&bed), sizeof(heard) - strlen(heard) - 1);
	assert_int_equal(count_in(heard, "change1"), 1);
	assert_int_equal(count_in(heard, "change2"), 1);
	assert_int_equal(count_in(heard, "change3"), 1);
	assert_int_equal(count_in(heard, "change4"), 0);
	assert_int_equal(count_in(heard, "uplink.active"), 1);
}

/* Also of a round that weft-switch has not begun: the record never does. */
static void failover_ends_with_the_lab(void **state)
{
	(void)state;
	labd_bed_say(&bed, "lab.apply", CABLES("\"net:b\""));
	labd_bed_say(&bed, "failover.round", "{\"uplink\":\"u\"}");
	labd_bed_hear(&bed);
	labd_tear_down(&bed.labd);
	assert_heard("no failover was measured: the lab is going down");
}

static void lists_in_the_making_are_bounded(void **state)
{
	(void)state;
	labd_bed_say(&bed, "lab.apply", NETWORK(INTERNAL));
	wait_told("add 0 a\n");
	bed.labd.gatherings = GATHERINGS_MAX;
	labd_bed_say(&bed, "uplink.list", "{}");
	assert_heard("documents wait for weft-switch's answers");
	bed.labd.gatherings = GATHERINGS_MAX - 1;
	labd_bed_say(&bed, "uplink.list", "{}");
	assert_heard("weft.uplinks/1");
	assert_int_equal(bed.labd.gatherings, GATHERINGS_MAX - 1);
}

/* A word of the one before, which had more changes, was under way. */
static void uplink_made_anew_begins_to_count_anew(void **state)
{
	struct wire_uplink_event event = {.changes = 50};
	char heard[8192] = "";

	(void)state;
	labd_bed_say(&bed, "lab.apply", CABLES("\"net:b\""));
	labd_bed_say(&bed, "events.subscribe", "{}");
	labd_bed_hear(&bed);
	fabric_uplink_event(bed.labd.fabric, &event);
	event.changes = 1;
	fabric_uplink_event(bed.labd.fabric, &event);
	for (int i = 0; i < MAX_WAITS / 5 && count_in(heard, "change1\"") < 2;
	     i++) {
		loop_run_once(bed.labd.loop, WAIT_MS);
		strncat(heard, labd_bed_hear(&bed),
			sizeof(heard) - strlen(heard) - 1);
	}
	assert_int_equal(count_in(heard, "change1\""), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(network_becomes_a_cable_and_a_bridge_again),
		TEST(uplink_made_anew_begins_to_count_anew),
		TEST(uplink_and_its_cables_are_told),
		TEST(members_come_and_go_by_name),
		TEST(cable_is_told_again_with_another_mtu),
		TEST(member_is_cut_by_name),
		TEST(member_that_is_refused_is_told_again),
		TEST(network_moves_for_a_cable),
		TEST(uplink_with_the_number_of_another_is_made_anew),
		TEST(nic_that_is_not_there_is_said),
		TEST(nic_that_is_back_joins_anew),
		TEST(change_is_told_once),
		TEST(failover_ends_with_the_lab),
		TEST(lists_in_the_making_are_bounded),
	};

	if (argc > 1 && strcmp(argv[0], "weft-switch") == 0)
		return switch_record_main();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
