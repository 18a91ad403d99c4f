// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_host_legs.c - which legs the host has in networks, and with which
 * addresses, while labs come and go
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/labd/host_legs.h"
#include "unit/lab_text.h"

/* The host: another interface of its has 192.0.2.1/24. */
#define THEIRS 0xc0000200u

static struct host_legs legs;
static struct fake_clock test_clock;
static struct log test_log = {LOG_ERROR, "test", &test_clock.clock};
static char folder[32];
static char done[1024];
static char told[1024];
static unsigned opened;
static unsigned open_now;

static void note(char *text, const char *what, const char *more)
{
	size_t len = strlen(text);

	snprintf(text + len, 1024 - len, "%s %s; ", what, more);
}

static int fake_open(struct host_access *host, struct host_tap *tap,
		     const struct host_tap_settings *settings, struct err *err)
{
	(void)host;
	if (strstr(settings->ifname, "bad"))
		return err_set(err, -EPERM, "not permitted");
	memset(tap, 0, sizeof(*tap));
	snprintf(tap->ifname, sizeof(tap->ifname), "%s", settings->ifname);
	tap->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	tap->ifindex = ++opened;
	tap->mtu = settings->mtu;
	open_now++;
	note(done, "open", tap->ifname);
	return 0;
}

static bool overlaps(const struct ipv4_prefix *address, uint32_t other)
{
	return (address->addr & ~0xffu) == (other & ~0xffu);
}

static int fake_check(struct host_access *host,
		      const struct ipv4_prefix *address, const unsigned *except,
		      struct err *err)
{
	(void)host;
	(void)except;
	if (overlaps(address, THEIRS))
		return err_set(err, -EADDRINUSE, "in the way");
	return 0;
}

static int fake_set_address(struct host_access *host, struct host_tap *tap,
			    const struct ipv4_prefix *address, struct err *err)
{
	char text[IPV4_PREFIX_TEXT_SIZE] = "none";
	unsigned i;

	for (i = 0; address && i < LAB_MAX_NETWORKS; i++) {
		const struct host_tap *other = &legs.legs[i].tap;

		if (other != tap && other->fd >= 0 && other->has_address &&
		    overlaps(address, other->address.addr))
			return err_set(err, -EADDRINUSE, "a leg is in the way");
	}
	if (address && fake_check(host, address, NULL, err))
		return err->code;
	if (address)
		ipv4_prefix_format(address, text);
	if (address ? !tap->has_address || tap->address.addr != address->addr
		    : tap->has_address)
		note(done, tap->ifname, text);
	tap->has_address = address != NULL;
	if (address)
		tap->address = *address;
	return 0;
}

static int fake_set_mtu(struct host_access *host, struct host_tap *tap,
			uint16_t mtu, struct err *err)
{
	char text[16];

	(void)host;
	(void)err;
	snprintf(text, sizeof(text), "%u", mtu);
	if (tap->mtu != mtu)
		note(done, tap->ifname, text);
	tap->mtu = mtu;
	return 0;
}

static void fake_close(struct host_access *host, struct host_tap *tap)
{
	(void)host;
	note(done, "close", tap->ifname);
	close(tap->fd);
	tap->fd = -1;
	tap->has_address = false;
	open_now--;
}

static const struct host_access_ops fake_ops = {
	.open_tap = fake_open,
	.check_address = fake_check,
	.set_address = fake_set_address,
	.set_mtu = fake_set_mtu,
	.close_tap = fake_close,
};
static struct host_access fake_host = {.ops = &fake_ops};

static void changed(void *ctx, const struct host_leg *leg)
{
	char text[IPV4_PREFIX_TEXT_SIZE] = "none";

	(void)ctx;
	if (leg->tap.has_address)
		ipv4_prefix_format(&leg->tap.address, text);
	note(told, leg->network, leg->reason[0] ? leg->reason : text);
}

static int set_up(void **state)
{
	struct host_legs_settings settings = {
		.log = &test_log,
		.run_dir = folder,
		.log_fd = STDERR_FILENO,
		.busybox = "/bin/true", /* a client that has nothing to say */
		.host = &fake_host,
		.changed = changed,
	};
	struct err err;

	(void)state;
	opened = open_now = 0;
	done[0] = told[0] = '\0';
	strcpy(folder, "/tmp/test-legs-XXXXXX");
	assert_non_null(mkdtemp(folder));
	fake_clock_init(&test_clock, NSEC_PER_SEC);
	settings.loop = loop_create(&test_clock.clock, &err);
	assert_non_null(settings.loop);
	host_legs_init(&legs, &settings);
	return 0;
}

static int tear_down(void **state)
{
	char path[64];

	(void)state;
	host_legs_fini(&legs);
	assert_int_equal(open_now, 0);
	loop_destroy(legs.settings.loop);
	snprintf(path, sizeof(path), "%s/" HOST_DHCP_SCRIPT, folder);
	unlink(path);
	rmdir(folder);
	return 0;
}

#define LAB(networks)                                                 \
	"lab: x\nuplinks:\n  ua: { members: [e] }\n  ub: { members: " \
	"[f] }\n  ubad: { members: [g] }\nnetworks:\n" networks
#define ON(name, host)                                                       \
	"  " name ": { mode: bridge, uplink: u" name ", host: { ipv4: " host \
	" } }\n"
#define OFF(name) "  " name ": { mode: bridge, uplink: u" name " }\n"

static int apply(const char *text, struct err *err)
{
	struct lab *lab = lab_of_text(text);
	int code = host_legs_open(&legs, lab, err);

	if (!code)
		host_legs_change(&legs, lab);
	lab_destroy(lab);
	return code;
}

/* What was done to the host for the lab, and what was told of it. */
static void assert_applied(const char *text, const char *what,
			   const char *events)
{
	struct err err = {0};

	done[0] = told[0] = '\0';
	assert_int_equal(apply(text, &err), 0);
	assert_string_equal(done, what);
	assert_string_equal(told, events);
}

static void leg_is_there_while_the_lab_has_it(void **state)
{
	(void)state;
	assert_applied(LAB(OFF("a")), "", "");
	assert_applied(LAB(ON("a", "10.0.0.1/24")),
		       "open x-a; x-a 10.0.0.1/24; ", "a 10.0.0.1/24; ");
	assert_applied(LAB(ON("a", "10.0.0.1/24")), "", "");
	assert_applied(LAB(ON("a", "10.0.0.2/24")),
		       "x-a none; x-a 10.0.0.2/24; ",
		       "a none; a 10.0.0.2/24; ");
	assert_applied(LAB(ON("a", "none")), "x-a none; ", "a none; ");
	assert_applied(LAB(OFF("a")), "close x-a; ", "");
	assert_null(host_legs_lookup(&legs, "a"));
}

static void address_moves_to_another_network(void **state)
{
	(void)state;
	assert_applied(LAB(ON("a", "10.0.0.1/24") ON("b", "10.1.0.1/24")),
		       "open x-a; open x-b; x-a 10.0.0.1/24; "
		       "x-b 10.1.0.1/24; ",
		       "a 10.0.0.1/24; b 10.1.0.1/24; ");
	assert_applied(LAB(ON("a", "10.1.0.1/24") ON("b", "10.0.0.1/24")),
		       "x-a none; x-b none; x-a 10.1.0.1/24; "
		       "x-b 10.0.0.1/24; ",
		       "a none; b none; a 10.1.0.1/24; b 10.0.0.1/24; ");
	assert_applied(LAB(OFF("a") ON("b", "10.1.0.1/24")),
		       "x-a none; x-b none; close x-a; x-b 10.1.0.1/24; ",
		       "a none; b none; b 10.1.0.1/24; ");
}

static void lab_that_cannot_be_leaves_what_was(void **state)
{
	struct err err = {0};

	(void)state;
	assert_applied(LAB(ON("a", "10.0.0.1/24")),
		       "open x-a; x-a 10.0.0.1/24; ", "a 10.0.0.1/24; ");
	done[0] = told[0] = '\0';
	assert_int_equal(
		apply(LAB(ON("a", "none") ON("b", "none") ON("bad", "none")),
		      &err),
		-EPERM);
	assert_string_equal(err.msg, "network bad: host: not permitted");
	assert_string_equal(done, "open x-b; close x-b; ");
	assert_int_equal(apply(LAB(ON("a", "192.0.2.5/24")), &err),
			 -EADDRINUSE);
	assert_string_equal(err.msg, "network a: host: in the way");
	legs.settings.busybox = "/nowhere/busybox";
	assert_int_equal(apply(LAB(ON("a", "dhcp")), &err), -ENOENT);
	assert_non_null(strstr(err.msg, "apt install busybox-static"));
	assert_string_equal(told, "");
	assert_true(host_legs_lookup(&legs, "a")->tap.has_address);
}

static void learn(const char *text)
{
	host_dhcp_read(&legs.legs[0].dhcp, text, strlen(text));
}

static void lease_is_the_address_until_it_is_over(void **state)
{
	(void)state;
	assert_applied(LAB(ON("a", "dhcp")), "open x-a; ", "");
	learn("10.0.0.7/24\n10.0.0.7/24\n");
	assert_string_equal(told, "a 10.0.0.7/24; ");
	assert_applied(LAB(ON("a", "dhcp")), "", "");
	learn("none\n10.0.0.8/24\n");
	assert_string_equal(told, "a none; a 10.0.0.8/24; ");
	/* the file says what was leased: nothing changes but who says it */
	assert_applied(LAB(ON("a", "10.0.0.8/24")), "", "");
	assert_null(legs.legs[0].dhcp.loop);
	/* but what the file said is no lease */
	assert_applied(LAB(ON("a", "dhcp")), "x-a none; ", "a none; ");
	assert_non_null(legs.legs[0].dhcp.loop);
}

static void lease_that_cannot_be_is_a_reason(void **state)
{
	(void)state;
	assert_applied(LAB(ON("a", "dhcp")), "open x-a; ", "");
	learn("10.0.0.7/24\n");
	learn("192.0.2.9/24\n192.0.2.9/24\n");
	assert_string_equal(told, "a 10.0.0.7/24; a in the way; ");
	assert_false(legs.legs[0].tap.has_address);
	learn("10.0.0.7/24\n");
	assert_string_equal(legs.legs[0].reason, "");
	assert_true(legs.legs[0].tap.has_address);
}

static void mtu_follows_the_network(void **state)
{
	(void)state;
	assert_applied(LAB(ON("a", "none")), "open x-a; ", "");
	assert_applied(LAB("  a: { mode: bridge, uplink: ua, mtu: 1400, host: "
			   "{ ipv4: none } }\n"),
		       "x-a 1400; ", "");
}

static void names_of_interfaces_fit_and_differ(void **state)
{
	struct network_settings network = {
		.name = "office",
		.host_mac = {{0x52, 0x54, 0, 0x0a, 0xbc, 0xde}},
	};
	char ifname[TAP_NAME_SIZE];

	(void)state;
	host_leg_ifname("failover", &network, ifname);
	assert_string_equal(ifname, "failover-office");
	host_leg_ifname("failover2", &network, ifname);
	assert_string_equal(ifname, "office-0abcde");
	strcpy(network.name, "development-and-test");
	host_leg_ifname("x", &network, ifname);
	assert_string_equal(ifname, "developm-0abcde");
}

static void mac_is_its_own_and_stable(void **state)
{
	struct lab *lab = lab_of_text(LAB(ON("a", "none") ON("b", "none")));
	struct lab *less = lab_of_text(LAB(OFF("a") ON("b", "none")));

	(void)state;
	assert_false(mac_is_equal(&lab->networks[0].host_mac,
				  &lab->networks[1].host_mac));
	assert_true(mac_is_equal(&lab->networks[1].host_mac,
				 &less->networks[1].host_mac));
	assert_true(mac_is_zero(&less->networks[0].host_mac));
	lab_destroy(lab);
	lab_destroy(less);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(leg_is_there_while_the_lab_has_it),
		TEST(address_moves_to_another_network),
		TEST(lab_that_cannot_be_leaves_what_was),
		TEST(lease_is_the_address_until_it_is_over),
		TEST(lease_that_cannot_be_is_a_reason),
		TEST(mtu_follows_the_network),
		TEST(names_of_interfaces_fit_and_differ),
		TEST(mac_is_its_own_and_stable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
