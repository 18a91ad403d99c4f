// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_bond_view.c - what is said of uplinks: argv names a document of them
 */
#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cmd/bond_view.h"
#include "cli/cmd/uplinks.h"

static json_t *uplinks;

static const char *view(const char *name, bool stats)
{
	static char text[8192];
	FILE *out = fmemopen(text, sizeof(text), "w");

	bond_view_print(out, uplinks_lookup(uplinks, name), stats);
	fclose(out);
	return text;
}

static const char *line(const char *name)
{
	static char text[512];
	FILE *out = fmemopen(text, sizeof(text), "w");

	uplink_print_line(out, uplinks_lookup(uplinks, name));
	fclose(out);
	return text;
}

static const char *sentence(json_t *event)
{
	static char text[512];
	FILE *out = fmemopen(text, sizeof(text), "w");

	text[0] = '\0';
	assert_true(uplink_print_event(out, event));
	fclose(out);
	json_decref(event);
	return text;
}

static void bond_is_shown_in_full(void **state)
{
	(void)state;
	assert_string_equal(
		view("bond0", false),
		"bond0 (active-backup) on network office: carrier up, active "
		"bond0/eth1\n"
		"  primary bond0/switch1, reselect always, up-delay 200 ms, "
		"down-delay 0 ms\n"
		"  switches 2, changes of state 4, announcements 2 in rounds "
		"5, going on\n"
		"\n"
		"  MEMBER         TO               LINK    STATE   SINCE  WHY  "
		"  MONITORS                SPEED\n"
		"  bond0/switch1  network switch1  silent  down    350ms  probe"
		"  carrier up, probe down  -\n"
		"  bond0/eth1     NIC eth1         up      active  350ms  probe"
		"  carrier up, probe up    1000 Mbit/s\n"
		"\n"
		"  bond0/switch1  arp probe: 37 answers to 40, dead: no answer "
		"from 10.60.0.2 for 3 intervals of 50 ms, so it carries "
		"nothing "
		"for us?[2J\n"
		"  bond0/eth1     arp probe: 40 answers to 40, alive: "
		"10.60.0.2 "
		"answers\n"
		"\n"
		"  last changes:\n"
		"       2m ago  bond0/switch1  down   -> active  added\n"
		"       2m ago  bond0/eth1     down   -> backup  added\n"
		"    350ms ago  bond0/switch1  active -> down    probe (no "
		"answer from 10.60.0.2 for 3 intervals of 50 ms, so it carries "
		"nothing for us?[2J)\n"
		"    350ms ago  bond0/eth1     backup -> active  probe (no "
		"answer from 10.60.0.2 for 3 intervals of 50 ms, so it carries "
		"nothing for us?[2J)\n");
}

static void counters_come_when_asked_for(void **state)
{
	const char *text = view("bond0", true);

	(void)state;
	assert_non_null(strstr(text, "\n  bond0/switch1  11  1100      12  "
				     "1200      0        1         1           "
				     " 0        7\n"));
	assert_non_null(strstr(text, "  bond0/switch1 dropped 7 inactive\n"));
	assert_null(strstr(text, "runt"));
	assert_non_null(strstr(text, "announced by 9 RARP, 2 gratuitous ARP, 1 "
				     "unsolicited NA; put off by the rate "
				     "limit 0, lost 0; the last first round "
				     "took 120 us\n"));
}

static void lacp_is_shown_where_it_is_spoken(void **state)
{
	const char *text = view("lag0", false);

	(void)state;
	assert_int_equal(strncmp(text,
				 "lag0 (802.3ad) on network none: carrier up, "
				 "2 of 2 members up\n"
				 "  hash policy layer3+4, min-links 1, "
				 "aggregator 1, up-delay 0 ms, down-delay 0 "
				 "ms\n"
				 "  LACP active, rate fast, selection stable, "
				 "system 02:57:00:00:00:09 priority 65535, "
				 "partner 02:00:00:00:00:01\n",
				 240),
			 0);
	assert_non_null(strstr(text, "\n\n  lag0/eth3: the interface is gone: "
				     "No such device\n\n"));
	assert_non_null(strstr(text, "lag0/eth3  02:00:00:00:00:01  17   2   "
				     "  1           distributing  fine\n"));
	assert_non_null(strstr(text, "  lag0/eth2  says activity sync; hears "
				     "sync defaulted\n"));
	assert_null(strstr(text, "probe:"));
	assert_null(strstr(text, "changes:"));
	assert_null(strstr(view("bond0", false), "LACP"));
}

static void old_changes_are_left_out(void **state)
{
	json_t *bond = uplinks_lookup(uplinks, "lag0");
	json_t *history = json_object_get(bond, "history");
	char member[32];
	int i;

	(void)state;
	for (i = 0; i <= BOND_VIEW_CHANGES; i++) {
		snprintf(member, sizeof(member), "lag0/eth%d;", i);
		json_array_append_new(history,
				      json_pack("{s:i, s:s}", "ago_ms",
						1000 - i, "member", member));
	}
	assert_null(strstr(view("lag0", false), "lag0/eth0;"));
	assert_non_null(strstr(view("lag0", false), "lag0/eth1;"));
	assert_non_null(strstr(view("lag0", true), "lag0/eth0;"));
	json_array_clear(history);
}

static void line_names_who_carries_and_who_does_not(void **state)
{
	(void)state;
	assert_string_equal(line("bond0"),
			    "uplink bond0 (active-backup): active bond0/eth1, "
			    "degraded: bond0/switch1 down (weft link)\n");
	assert_string_equal(line("lag0"), "uplink lag0 (802.3ad): carried by "
					  "lag0/eth2 lag0/eth3\n");
	assert_string_equal(line("dark0"),
			    "uplink dark0 (balance-xor): no carrier, no member "
			    "carries, degraded: dark0/eth9 down (weft link)\n");
}

static void state_says_who_is_up_and_who_carries(void **state)
{
	static const struct {
		const char *state;
		bool is_up;
		bool carries;
	} states[] = {
		{"down", false, false},    {"up-delay", false, false},
		{"backup", true, false},   {"carrying", true, true},
		{"active", true, true},    {"down-delay", true, false},
		{"leaving", false, false},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(states); i++) {
		json_t *member = json_pack("{s:s}", "state", states[i].state);

		assert_int_equal(uplink_member_is_up(member), states[i].is_up);
		assert_int_equal(uplink_member_carries(member),
				 states[i].carries);
		json_decref(member);
	}
}

static void events_are_sentences(void **state)
{
	json_t *other = json_pack("{s:s}", "event", "node.state");

	(void)state;
	assert_string_equal(
		sentence(json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
				   "event", "uplink.member", "uplink", "bond0",
				   "member", "bond0/eth1", "from", "active",
				   "to", "down", "reason", "probe", "detail",
				   "no answer")),
		"uplink.member bond0/eth1 was active and is down now: probe "
		"(no answer)");
	assert_string_equal(
		sentence(json_pack("{s:s, s:s, s:s}", "event", "uplink.active",
				   "uplink", "bond0", "active", "bond0/eth2")),
		"uplink.active bond0/eth2 is the active member of "
		"bond0");
	assert_string_equal(
		sentence(json_pack("{s:s, s:s, s:n}", "event", "uplink.active",
				   "uplink", "bond0", "active")),
		"uplink.active bond0 has no active member");
	assert_false(uplink_print_event(stdout, other));
	json_decref(other);
}

static void uplink_that_nobody_answers_for_is_told(void **state)
{
	json_t *silent = json_pack(
		"{s:[{s:s, s:s, s:[{s:s}]}, {s:s, s:n, s:[]}]}", "uplinks",
		"uplink", "mute0", "network", "office", "members", "member",
		"mute0/eth1", "uplink", "spare0", "network", "members");
	json_t *all = uplinks;

	(void)state;
	uplinks = silent;
	assert_string_equal(line("mute0"), "uplink mute0: weft-switch says "
					   "nothing of it\n");
	assert_string_equal(view("spare0", true),
			    "uplink spare0: unused, no network goes out by "
			    "it\n");
	uplinks = all;
	json_decref(silent);
}

static void nothing_known_is_no_trouble(void **state)
{
	json_t *bare = json_pack("{s:{}, s:[{}], s:[{}]}", "lacp", "members",
				 "history");
	FILE *out = fopen("/dev/null", "w");

	(void)state;
	bond_view_print(out, bare, true);
	uplink_print_line(out, bare);
	bond_view_print(out, NULL, true);
	fclose(out);
	json_decref(bare);
	assert_null(uplinks_lookup(uplinks, "bond9"));
	assert_null(uplinks_lookup(NULL, "bond0"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bond_is_shown_in_full),
		cmocka_unit_test(counters_come_when_asked_for),
		cmocka_unit_test(lacp_is_shown_where_it_is_spoken),
		cmocka_unit_test(old_changes_are_left_out),
		cmocka_unit_test(line_names_who_carries_and_who_does_not),
		cmocka_unit_test(state_says_who_is_up_and_who_carries),
		cmocka_unit_test(events_are_sentences),
		cmocka_unit_test(uplink_that_nobody_answers_for_is_told),
		cmocka_unit_test(nothing_known_is_no_trouble),
	};
	int failed;

	uplinks = argc == 2 ? json_load_file(argv[1], 0, NULL) : NULL;
	if (!uplinks)
		return 2;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	json_decref(uplinks);
	return failed;
}
