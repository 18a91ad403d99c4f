// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab_uplink_mistakes.c - uplinks: in a lab file: what is wrong is told
 * where it is, with what would be right
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "unit/lab_text.h"

#define UPLINK(keys) \
	"lab: x\nuplinks:\n  u: { members: [eth1, eth2],\n" keys "}\n"
#define MEMBERS(list)                                  \
	"lab: x\nnetworks: { up: { mode: internal }, " \
	"uq: { mode: internal } }\n"                   \
	"uplinks: { u: { members: " list " } }\n"

static void each_wrong_mode_names_another(void **state)
{
	static const struct mistake mistakes[] = {
		{UPLINK("mode: balance-rr"),
		 "4:7: error: uplink mode 'balance-rr' is not offered: it "
		 "mixes up the order of a flow's frames; use 'balance-xor' "
		 "with 'xmit-hash-policy: layer3+4'"},
		{UPLINK("mode: broadcast, min-links: 1"),
		 "4:7: error: uplink mode 'broadcast' is not offered: each "
		 "frame would come twice; use 'active-backup'"},
		{UPLINK("mode: balance-alb"),
		 "4:7: error: uplink mode 'balance-alb' is not offered: use "
		 "'balance-slb'"},
		{UPLINK("mode: balance-tcp"),
		 "4:7: error: uplink mode 'balance-tcp' is not offered: use "
		 "'802.3ad' with 'xmit-hash-policy: layer3+4'"},
		{UPLINK("mode: lacp"),
		 "4:7: error: unknown uplink mode 'lacp' (did you mean "
		 "'802.3ad'?)"},
		{UPLINK("mode: active_backup"),
		 "4:7: error: unknown uplink mode 'active_backup' (did you "
		 "mean 'active-backup'?)"},
		{UPLINK("mode: 7"),
		 "4:7: error: unknown uplink mode '7': it is one of "
		 "active-backup, balance-slb, balance-xor, 802.3ad"},
		{UPLINK("mode: 802.3ad, xmit-hash-policy: encap3+4"),
		 "4:34: error: hash policy 'encap3+4' is not offered: use "
		 "'layer3+4'"},
		{UPLINK("mode: balance-xor, xmit-hash-policy: layer4"),
		 "4:38: error: unknown hash policy 'layer4' (did you mean "
		 "'layer2'?)"},
		{UPLINK("primary-reselect: alwaysx"),
		 "4:19: error: unknown primary-reselect 'alwaysx' (did you "
		 "mean 'always'?)"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

static void each_key_of_another_mode_is_told(void **state)
{
	static const struct mistake mistakes[] = {
		{UPLINK("lacp: {}"),
		 "4:1: error: 'lacp' goes with 'mode: 802.3ad' only, and this "
		 "is 'active-backup'"},
		{UPLINK("mode: balance-xor, lacp: { rate: fast }"),
		 "4:20: error: 'lacp' goes with 'mode: 802.3ad' only, and "
		 "this is 'balance-xor'"},
		{UPLINK("rebalance-interval: 1s"),
		 "4:1: error: 'rebalance-interval' goes with 'mode: "
		 "balance-slb' only, and this is 'active-backup'"},
		{UPLINK("min-links: 1"),
		 "4:1: error: 'min-links' goes with 'mode: balance-xor' or "
		 "'mode: 802.3ad' only, and this is 'active-backup'"},
		{UPLINK("mode: balance-slb, xmit-hash-policy: layer2"),
		 "4:20: error: 'xmit-hash-policy' goes with 'mode: "
		 "balance-xor' or 'mode: 802.3ad' only, and this is "
		 "'balance-slb'"},
		{UPLINK("mode: balance-xor, primary: eth1"),
		 "4:20: error: 'primary' goes with 'mode: active-backup', "
		 "'mode: balance-slb' or 'lacp: { fallback: on }' only, and "
		 "this is 'balance-xor'"},
		{UPLINK("mode: 802.3ad, primary-reselect: better"),
		 "4:16: error: 'primary-reselect' goes with 'mode: "
		 "active-backup', 'mode: balance-slb' or 'lacp: { fallback: "
		 "on }' only, and this is '802.3ad'"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

static void each_wrong_value_is_told_its_bounds(void **state)
{
	static const struct mistake mistakes[] = {
		{UPLINK("primary: eth3"),
		 "4:10: error: 'eth3' is no member of uplink 'u' (did you "
		 "mean 'eth1'?)"},
		{UPLINK("mode: balance-xor, min-links: 3"),
		 "4:31: error: min-links 3 of 2 members: the uplink would "
		 "never have a carrier"},
		{UPLINK("mode: balance-xor, min-links: 17"),
		 "4:31: error: min-links '17' is no number from 0 to 16"},
		{UPLINK("mode: balance-slb, rebalance-interval: 999ms"),
		 "4:40: error: rebalance-interval 999ms is out of range: 1s "
		 "to 1h, or 0s for never"},
		{UPLINK("mode: balance-slb, rebalance-interval: 2h"),
		 "4:40: error: rebalance-interval 2h is out of range: 1s to "
		 "1h, or 0s for never"},
		{UPLINK("mode: 802.3ad, lacp: { rate: quick }"),
		 "4:30: error: unknown LACP rate 'quick': it is one of slow, "
		 "fast"},
		{UPLINK("mode: 802.3ad, lacp: { activity: passivex }"),
		 "4:34: error: unknown LACP activity 'passivex' (did you mean "
		 "'passive'?)"},
		{UPLINK("mode: 802.3ad, lacp: { ad_select: count }"),
		 "4:24: error: unknown key 'ad_select' in lacp (did you mean "
		 "'ad-select'?)"},
		{UPLINK("mode: 802.3ad, lacp: { system-priority: 0 }"),
		 "4:41: error: system-priority '0' is no number from 1 to "
		 "65535"},
		{UPLINK("announcements: { count: 256 }"),
		 "4:25: error: count '256' is no number from 0 to 255"},
		{UPLINK("announcements: { delay: 9ms }"),
		 "4:25: error: delay 9ms is out of range: 10ms to 60s"},
		{UPLINK("force: maybe"),
		 "4:8: error: unknown switch 'maybe': it is one of true, "
		 "false, yes, no, on, off"},
		{UPLINK("slaves: [a]"),
		 "4:1: error: unknown key 'slaves' in uplink: there are mode, "
		 "members, primary, primary-reselect, xmit-hash-policy, "
		 "min-links, rebalance-interval, monitor, announcements, "
		 "lacp, force"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

#define ARP(keys) UPLINK("monitor: { arp: { targets: [192.0.2.1], " keys " } }")

static void each_wrong_monitor_is_told_what_would_be_right(void **state)
{
	static const struct mistake mistakes[] = {
		{UPLINK("monitor: { updelay: 1s }"),
		 "4:12: error: unknown key 'updelay' in monitor (did you mean "
		 "'up-delay'?)"},
		{UPLINK("monitor: { up-delay: 200 }"),
		 "4:22: error: up-delay '200' has no unit (did you mean "
		 "'200ms'?)"},
		{UPLINK("monitor: { down-delay: 11m }"),
		 "4:24: error: down-delay 11m is out of range: 0ms to 10m"},
		{UPLINK("monitor: { arp: { interval: 1s } }"),
		 "4:12: error: arp needs 'targets', as in 'targets: "
		 "[192.0.2.1]'"},
		{UPLINK("monitor: { arp: { targets: [] } }"),
		 "4:19: error: somebody has to be asked: add a target"},
		{UPLINK("monitor: { arp: { targets: [192.0.2.1, \"::1\"] } }"),
		 "4:40: error: '::1' is no IPv4 address: write 192.0.2.1"},
		{UPLINK("monitor: { arp: { targets: [224.0.0.1] } }"),
		 "4:29: error: 224.0.0.1 is no address that a host can have"},
		{UPLINK("monitor: { nd: { targets: [192.0.2.1] } }"),
		 "4:28: error: '192.0.2.1' is no IPv6 address: write "
		 "2001:db8::1"},
		{UPLINK("monitor: { nd: { targets: [\"ff02::1\"] } }"),
		 "4:28: error: ff02::1 is no address that a host can have"},
		{UPLINK("monitor: { nd: { targets: [\"::\"] } }"),
		 "4:28: error: :: is no address that a host can have"},
		{ARP("interval: 9ms"),
		 "4:51: error: interval 9ms is out of range: 10ms to 60s"},
		{ARP("interval: 61s"),
		 "4:51: error: interval 61s is out of range: 10ms to 60s"},
		{ARP("missed-max: 0"),
		 "4:53: error: missed-max '0' is no number from 1 to 255"},
		{ARP("answers: 256"),
		 "4:50: error: answers '256' is no number from 1 to 255"},
		{ARP("vlan: 4095"),
		 "4:47: error: vlan '4095' is no number from 1 to 4094"},
		{ARP("all-targets: some"),
		 "4:54: error: unknown all-targets 'some' (did you mean "
		 "'any'?)"},
		{UPLINK("monitor: { nd: { targets: [\"::2\"], source: x } }"),
		 "4:36: error: unknown key 'source' in nd: there are targets, "
		 "interval, missed-max, answers, all-targets, vlan"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

static void each_wrong_member_is_told_what_one_is(void **state)
{
	static const struct mistake mistakes[] = {
		{"lab: x\nuplinks: { u: {} }\n",
		 "2:12: error: uplink needs 'members', as in 'members: [eth1, "
		 "\"net:upstream1\"]'"},
		{MEMBERS("[]"),
		 "3:17: error: uplink 'u' leads nowhere: add a member"},
		{MEMBERS("[\"a/b\"]"),
		 "3:27: error: 'a/b' is no member: write a NIC of the host, "
		 "as in eth1, or a network of the lab, as in "
		 "\"net:upstream1\""},
		{MEMBERS("[a234567890123456]"),
		 "3:27: error: 'a234567890123456' is no member: write a NIC "
		 "of the host, as in eth1, or a network of the lab, as in "
		 "\"net:upstream1\""},
		{MEMBERS("[\"net:\"]"),
		 "3:27: error: 'net:' is no member: write a NIC of the host, "
		 "as in eth1, or a network of the lab, as in "
		 "\"net:upstream1\""},
		{MEMBERS("[\"net:uo\"]"),
		 "3:27: error: no network is called 'uo' (did you mean "
		 "'net:up'?)"},
		{MEMBERS("[\"net:elsewhere\"]"),
		 "3:27: error: no network is called 'elsewhere'"},
		{MEMBERS("[e, \"net:up\", e]"),
		 "3:40: error: uplink 'u' has a member u/e already"},
		{MEMBERS("[up, \"net:up\"]"),
		 "3:31: error: uplink 'u' has a member u/up already"},
		{MEMBERS("[\"net:uq\", \"net:up\"], primary: up"),
		 "3:57: error: 'up' is no member of uplink 'u' (did you mean "
		 "'net:up'?)"},
		{"lab: x\nuplinks: { u: { members: [e] },\n"
		 "  v: { members: [f, e] } }\n",
		 "3:21: error: NIC 'e' is taken: it is a member of uplink "
		 "'u'"},
		{"lab: x\nuplinks: { a23456789012345678901234567890: {\n"
		 "  members: [e23456789] } }\n",
		 "3:13: error: the name a23456789012345678901234567890/"
		 "e23456789 would be longer than 39: choose a shorter one for "
		 "the uplink"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

#define NETWORKS(list)                               \
	"lab: x\nuplinks: { u: { members: [e] } }\n" \
	"networks:\n" list

static void each_wrong_network_is_told_why(void **state)
{
	static const struct mistake mistakes[] = {
		{NETWORKS("  a: { mode: bridge }\n"),
		 "4:3: error: a bridge network needs the name of an uplink: "
		 "add 'uplink: bond0'"},
		{NETWORKS("  a: { mode: bridge, uplink: uu }\n"),
		 "4:30: error: no uplink is called 'uu' (did you mean 'u'?)"},
		{"lab: x\nnetworks: { a: { mode: bridge, uplink: u } }\n",
		 "2:40: error: no uplink is called 'u': there are none under "
		 "uplinks:"},
		{NETWORKS("  a: { mode: internal, uplink: u }\n"),
		 "4:24: error: 'uplink' goes with 'mode: bridge' only, and "
		 "this is 'internal'"},
		{NETWORKS("  a: { mode: bridge, uplink: u }\n"
			  "  b: { mode: bridge, uplink: u }\n"),
		 "5:30: error: uplink 'u' is taken: network 'a' goes out by "
		 "it"},
		{NETWORKS("  U: { mode: bridge, uplink: u }\n"),
		 "4:3: error: name 'U' is taken: line 2 has an uplink of that "
		 "name"},
		{NETWORKS("  a: { mode: bridge, uplink: u, link-local: pass "
			  "}\n"),
		 "4:33: error: 'link-local' goes with 'mode: internal' only, "
		 "and this is 'bridge'"},
		{NETWORKS("  a: { mode: bridge, uplink: u, ipv4: 10.0.0.0/24, "
			  "dhcp: on }\n"),
		 "4:58: error: a bridge network serves no DHCP: that would "
		 "be for the whole wire outside"},
		{NETWORKS("  a: { mode: bridge, uplink: u }\n"
			  "nodes: { n: { nics: [ { net: a, reserve: 10.0.0.1 } "
			  "] } }\n"),
		 "5:33: error: 'reserve' is for DHCP of weft's, and network "
		 "'a' has that of its wire"},
		{NETWORKS("  a: { mode: internal, host: {} }\n"),
		 "4:24: error: 'host' goes with 'mode: bridge' only, and this "
		 "is 'internal'"},
		{NETWORKS("  a: { mode: bridge, uplink: u,\n"
			  "       host: { ipv4: 10.0.0.1 } }\n"),
		 "5:22: error: address 10.0.0.1 needs its prefix length (did "
		 "you mean '10.0.0.1/24'?)"},
		{NETWORKS("  a: { mode: bridge, uplink: u, ipv4: "
			  "10.0.0.0/24,\n"
			  "       host: { ipv4: 10.0.1.1/24 } }\n"),
		 "5:22: error: the host's address is outside 10.0.0.0/24 of "
		 "network 'a'"},
		{NETWORKS("  a: { mode: bridge, uplink: u,\n"
			  "       host: { ipv4: 10.0.0.7/24 } }\n"
			  "nodes: { n: { nics: [ { net: a, ipv4: 10.0.0.7/24 } "
			  "] } }\n"),
		 "5:22: error: 10.0.0.7/24 is taken: port n:0 has it"},
		{NETWORKS("  a: { mode: bridge, uplink: u,\n"
			  "       host: { ipv4: 10.0.0.0/24 } }\n"),
		 "5:22: error: 10.0.0.0/24 is the network address of its "
		 "subnet, no host's"},
		{"lab: x\nuplinks: { u: { members: [e] }, v: { members: [f] } }"
		 "\nnetworks:\n  a: { mode: bridge, uplink: u, host: { ipv4: "
		 "10.0.0.9/24 } }\n  b: { mode: bridge, uplink: v,\n"
		 "       host: { ipv4: 10.0.1.9/16 } }\n",
		 "6:22: error: the host is in that subnet already: it has "
		 "10.0.0.9/24 on network 'a'"},
		{NETWORKS("  a: { mode: bridge, uplink: u,\n"
			  "       host: { ipv4: 10.0.0.255/24 } }\n"),
		 "5:22: error: 10.0.0.255/24 is the broadcast address of its "
		 "subnet, no host's"},
	};

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
}

static void frames_cannot_go_round(void **state)
{
	static const struct mistake mistakes[] = {
		{"lab: x\nuplinks: { u: { members: [e, \"net:a\"] } }\n"
		 "networks: { a: { mode: bridge, uplink: u } }\n",
		 "2:30: error: network 'a' goes out by this uplink, so it "
		 "can't be a member: frames would go round"},
	};
	static const char two[] = "lab: x\n"
				  "uplinks:\n"
				  "  u: { members: [\"net:b\"] }\n"
				  "  v: { members: [\"net:a\"] }\n"
				  "networks:\n"
				  "  a: { mode: bridge, uplink: u }\n"
				  "  b: { mode: bridge, uplink: v }\n";
	char *errors = errors_of_text(two, strlen(two));

	(void)state;
	assert_mistakes(mistakes, ARRAY_SIZE(mistakes));
	assert_non_null(strstr(errors,
			       "t:3:18: error: network 'b' leads back to 'a', "
			       "which goes out by this uplink: frames would go "
			       "round"));
	assert_non_null(strstr(errors, "t:4:18: error: network 'a' leads"));
	free(errors);
}

/* Who merely leads to a ring is not at fault, and the walk comes to an end. */
static void ring_further_out_is_told_where_it_is(void **state)
{
	static const char text[] = "lab: x\n"
				   "uplinks:\n"
				   "  t: { members: [\"net:b\"] }\n"
				   "  u: { members: [\"net:c\"] }\n"
				   "  v: { members: [\"net:b\"] }\n"
				   "networks:\n"
				   "  a: { mode: bridge, uplink: t }\n"
				   "  b: { mode: bridge, uplink: u }\n"
				   "  c: { mode: bridge, uplink: v }\n";
	char *errors = errors_of_text(text, strlen(text));

	(void)state;
	assert_null(strstr(errors, "t:3:"));
	assert_non_null(strstr(errors, "t:4:18: error: network 'c' leads"));
	assert_non_null(strstr(errors, "t:5:18: error: network 'b' leads"));
	free(errors);
}

/* Two ways to one network are no way round: the bond has one open at a time. */
static void two_ways_to_one_network_are_no_loop(void **state)
{
	(void)state;
	lab_destroy(lab_of_text("lab: x\n"
				"uplinks:\n"
				"  u: { members: [\"net:a\", \"net:b\"] }\n"
				"  v: { members: [\"net:core\"] }\n"
				"  w: { members: [\"net:core\"] }\n"
				"networks:\n"
				"  office: { mode: bridge, uplink: u }\n"
				"  a: { mode: bridge, uplink: v }\n"
				"  b: { mode: bridge, uplink: w }\n"
				"  core: { mode: internal }\n"));
}

/* A network of each uplink in a row, each by two cables to all before it. */
static void walks_through_a_full_lab_come_to_an_end(void **state)
{
	char *text, *networks;
	size_t len, network_len;
	FILE *out = open_memstream(&text, &len);
	FILE *more = open_memstream(&networks, &network_len);
	unsigned i, k;

	(void)state;
	fputs("lab: x\nuplinks:\n", out);
	for (i = 0; i < LAB_MAX_UPLINKS; i++) {
		fprintf(out, "  u%u: { members: [e%u", i, i);
		for (k = 0; k < i && k < BOND_MAX_MEMBERS - 1; k++)
			fprintf(out, ", \"net:n%u\"", k);
		fputs("] }\n", out);
		fprintf(more, "  n%u: { mode: bridge, uplink: u%u }\n", i, i);
	}
	fclose(more);
	fprintf(out, "networks:\n%s", networks);
	fclose(out);
	lab_destroy(lab_of_text(text));
	free(text);
	free(networks);
}

static void limits_hold_to_the_last_entry(void **state)
{
	char text[2048] = "lab: x\nuplinks:\n", line[64];
	struct mistake mistake = {text, "19:3: error: more than 16 uplinks"};
	unsigned i;

	(void)state;
	for (i = 0; i <= LAB_MAX_UPLINKS; i++) {
		snprintf(line, sizeof(line), "  u%u: { members: [e%u] }\n", i,
			 i);
		strcat(text, line);
	}
	assert_mistakes(&mistake, 1);
	strcpy(text, "lab: x\nuplinks:\n u:\n  members:\n");
	for (i = 0; i <= BOND_MAX_MEMBERS; i++) {
		snprintf(line, sizeof(line), "   - e%u\n", i);
		strcat(text, line);
	}
	mistake.error = "21:6: error: more than 16 members in uplink 'u'";
	assert_mistakes(&mistake, 1);
	strcpy(text, "lab: x\nuplinks:\n u:\n  members: [e]\n  monitor:\n"
		     "   arp:\n    targets:\n");
	for (i = 0; i <= PROBE_MAX_TARGETS; i++) {
		snprintf(line, sizeof(line), "    - 192.0.2.%u\n", i);
		strcat(text, line);
	}
	mistake.error = "24:7: error: more than 16 targets";
	assert_mistakes(&mistake, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_wrong_mode_names_another),
		cmocka_unit_test(each_key_of_another_mode_is_told),
		cmocka_unit_test(each_wrong_value_is_told_its_bounds),
		cmocka_unit_test(
			each_wrong_monitor_is_told_what_would_be_right),
		cmocka_unit_test(each_wrong_member_is_told_what_one_is),
		cmocka_unit_test(each_wrong_network_is_told_why),
		cmocka_unit_test(frames_cannot_go_round),
		cmocka_unit_test(ring_further_out_is_told_where_it_is),
		cmocka_unit_test(two_ways_to_one_network_are_no_loop),
		cmocka_unit_test(walks_through_a_full_lab_come_to_an_end),
		cmocka_unit_test(limits_hold_to_the_last_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
