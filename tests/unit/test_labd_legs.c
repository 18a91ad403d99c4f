// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_labd_legs.c - what labd tells weft-switch and its clients of the host's
 * own legs
 *
 * weft-switch is this very program, which writes down what it is told; the
 * host's interfaces are /dev/null.
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/labd_bed.h"
#include "unit/switch_record.h"

#define WAIT_MS 20
#define MAX_WAITS 500

static struct labd_bed bed;

static int fake_open(struct host_access *host, struct host_tap *tap,
		     const struct host_tap_settings *settings, struct err *err)
{
	(void)host;
	if (settings->mtu == 1234)
		return err_set(err, -EPERM, "not permitted");
	snprintf(tap->ifname, sizeof(tap->ifname), "%s", settings->ifname);
	tap->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	tap->mtu = settings->mtu;
	return 0;
}

static int fake_check(struct host_access *host,
		      const struct ipv4_prefix *address, const unsigned *except,
		      struct err *err)
{
	(void)host;
	(void)address;
	(void)except;
	(void)err;
	return 0;
}

static int fake_set_address(struct host_access *host, struct host_tap *tap,
			    const struct ipv4_prefix *address, struct err *err)
{
	(void)host;
	(void)err;
	tap->has_address = address != NULL;
	if (address)
		tap->address = *address;
	return 0;
}

static int fake_set_mtu(struct host_access *host, struct host_tap *tap,
			uint16_t mtu, struct err *err)
{
	(void)host;
	(void)err;
	tap->mtu = mtu;
	return 0;
}

static void fake_close(struct host_access *host, struct host_tap *tap)
{
	(void)host;
	close(tap->fd);
	tap->fd = -1;
	tap->has_address = false;
}

static int fake_open_nic(struct host_access *host, const char *ifname,
			 bool is_forced, struct packet_fds *fds,
			 struct err *err)
{
	(void)ifname;
	(void)host;
	(void)is_forced;
	(void)err;
	fds->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	fds->link_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	return 0;
}

static const struct host_access_ops fake_ops = {
	.open_nic = fake_open_nic,
	.open_tap = fake_open,
	.check_address = fake_check,
	.set_address = fake_set_address,
	.set_mtu = fake_set_mtu,
	.close_tap = fake_close,
};
static struct host_access fake_host = {.ops = &fake_ops};

static int setup(void **state)
{
	(void)state;
	labd_bed_init(&bed);
	bed.labd.host_legs.settings.host = &fake_host;
	labd_bed_keep_record(&bed);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	labd_tear_down(&bed.labd);
	host_legs_fini(&bed.labd.host_legs);
	labd_bed_fini(&bed);
	return 0;
}

static void assert_heard(const char *text)
{
	labd_bed_assert_heard(&bed, text);
}

static unsigned times_told(const char *lines)
{
	return labd_bed_told(&bed, lines);
}

static void wait_told(const char *lines, unsigned times)
{
	labd_bed_wait_told(&bed, lines, times);
}

/* Network a, with @keys, its uplink a cable to b; @members of b's own. */
#define LAB(keys, members)                                                   \
	"{\"lab\":{\"lab\":\"office\",\"uplinks\":{\"u\":{\"members\":["     \
	"\"net:b\"]},\"v\":{\"members\":[" members                           \
	"]}},\"networks\":{\"a\":{\"mode\":\"bridge\",\"uplink\":\"u\"" keys \
	"},\"b\":{\"mode\":\"bridge\",\"uplink\":\"v\"},\"c\":{\"mode\":"    \
	"\"internal\"},\"d\":{\"mode\":\"internal\"}}}}"
#define HOST(ipv4) ",\"host\":{\"ipv4\":\"" ipv4 "\"}"
#define TO_C "\"net:c\""

/* 2048 ports of nodes, 16 uplinks, 16 times 16 cables: network 0's */
#define PORT "2320"

static void leg_is_a_port_of_its_network(void **state)
{
	(void)state;
	labd_bed_say(&bed, "lab.apply", LAB(HOST("10.0.0.1/24"), TO_C));
	wait_told("plug " PORT " a/host into 0\n", 1);
	labd_bed_say(&bed, "lab.apply", LAB(HOST("10.0.0.2/24"), TO_C));
	labd_bed_say(&bed, "lab.apply", LAB("", TO_C));
	wait_told("unplug " PORT "\n", 1);
	assert_int_equal(times_told("plug " PORT " a/host into 0\n"), 1);
	assert_int_equal(times_told("remove"), 0);
	assert_int_equal(times_told("change"), 0);
	labd_bed_say(&bed, "lab.apply", LAB(HOST("none"), TO_C));
	wait_told("plug " PORT " a/host into 0\n", 2);
}

static void leg_goes_along_when_its_network_moves(void **state)
{
	(void)state;
	labd_bed_say(&bed, "lab.apply", LAB(HOST("none"), TO_C));
	wait_told("plug " PORT " a/host into 0\n", 1);
	labd_bed_say(&bed, "lab.apply", LAB(HOST("none"), "\"net:d\""));
	labd_bed_say(&bed, "lab.apply",
		     LAB(HOST("none") ",\"mtu\":1400", "\"net:d\""));
	wait_told("unplug " PORT "\n", 1);
	wait_told("plug " PORT " a/host into 0\n", 2);
}

static void new_switch_is_told_again(void **state)
{
	pid_t pid;

	(void)state;
	labd_bed_say(&bed, "lab.apply", LAB(HOST("10.0.0.1/24"), TO_C));
	wait_told("plug " PORT " a/host into 0\n", 1);
	pid = switch_link_pid(fabric_link(bed.labd.fabric));
	assert_true(pid > 0);
	kill(pid, SIGKILL);
	bed.clock.ns += 10 * NSEC_PER_SEC;
	wait_told("plug " PORT " a/host into 0\n", 2);
}

static void address_is_told_and_shown(void **state)
{
	(void)state;
	labd_bed_say(&bed, "events.subscribe", "{}");
	labd_bed_say(&bed, "lab.apply", LAB(HOST("10.0.0.1/24"), TO_C));
	labd_bed_hear(&bed);
	if (!strstr(bed.heard, "\"event\":\"host.address\"") ||
	    !strstr(bed.heard, "\"interface\":\"office-a\""))
		fail_msg("%s", bed.heard);
	labd_bed_say(&bed, "lab.status", "{}");
	assert_heard(
		"\"host\":{\"interface\":\"office-a\",\"mac\":\"52:54:00:");
	labd_bed_say(&bed, "lab.apply", LAB("", TO_C));
	assert_heard("\"ipv4\":null");
	labd_bed_say(&bed, "lab.status", "{}");
	assert_null(strstr(labd_bed_hear(&bed), "\"host\":"));
}

static void leg_that_cannot_be_is_said(void **state)
{
	(void)state;
	labd_bed_say(&bed, "lab.apply",
		     LAB(HOST("none") ",\"mtu\":1234", TO_C));
	assert_heard("\"message\":\"network a: host: not permitted\"");
	assert_null(bed.labd.lab);
}

/* An open one is promiscuous: the host is to be as it was. */
static void nic_of_a_lab_that_cannot_be_is_closed(void **state)
{
	(void)state;
	bed.labd.host_nics.host = &fake_host;
	labd_bed_say(&bed, "lab.apply", LAB("", "\"nic7\""));
	labd_bed_say(&bed, "lab.apply",
		     LAB(HOST("none") ",\"mtu\":1234", "\"nic7\",\"nic8\""));
	assert_heard("\"message\":\"network a: host: not permitted\"");
	assert_non_null(host_nics_lookup(&bed.labd.host_nics, "nic7"));
	assert_null(host_nics_lookup(&bed.labd.host_nics, "nic8"));
	host_nics_fini(&bed.labd.host_nics);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(leg_is_a_port_of_its_network),
		TEST(leg_goes_along_when_its_network_moves),
		TEST(new_switch_is_told_again),
		TEST(address_is_told_and_shown),
		TEST(leg_that_cannot_be_is_said),
		TEST(nic_of_a_lab_that_cannot_be_is_closed),
	};

	if (argc > 1 && strcmp(argv[0], "weft-switch") == 0)
		return switch_record_main();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
