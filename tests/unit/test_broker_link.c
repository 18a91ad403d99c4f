// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_broker_link.c - a labd without privilege, and who has it
 *
 * weft-broker is this very program: its host is made of /dev/null, and a NIC
 * called "end" ends it.
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/broker/broker.h"
#include "cli/labd/broker_link.h"

#define WAIT_MS 20
#define MAX_WAITS 500
#define SOCK 3

static struct clock test_clock;
static struct log silent = {.level = LOG_ERROR, .tag = "test"};
static struct loop *loop;
static struct broker_link broker;
static struct host_access *host = &broker.host;
static int find_code;

static int fake_find(struct broker_found *found)
{
	*found = (struct broker_found){.path = "/proc/self/exe",
				       .code = find_code,
				       .why = "it is out of order",
				       .fix = "mend it"};
	return find_code;
}

static int set_up(void **state)
{
	struct err err;

	(void)state;
	clock_init_monotonic(&test_clock);
	silent.clock = &test_clock;
	find_code = 0;
	unsetenv("BROKER_REFUSES");
	loop = loop_create(&test_clock, &err);
	assert_non_null(loop);
	broker_link_init(&broker, loop, &silent, STDERR_FILENO);
	broker.find = fake_find;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	broker_link_fini(&broker);
	loop_destroy(loop);
	return 0;
}

static int open_nic(const char *name, struct err *err)
{
	struct packet_fds fds;

	if (host->ops->open_nic(host, name, false, &fds, err))
		return err->code;
	assert_true(fcntl(fds.fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(fds.link_fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(fds.ifindex, 5);
	close(fds.fd);
	close(fds.link_fd);
	return 0;
}

static void open_tap(struct host_tap *tap)
{
	const struct host_tap_settings settings = {
		"lab-net", {{2, 0, 0, 0, 0, 1}}, 1400};
	struct err err;

	assert_int_equal(host->ops->open_tap(host, tap, &settings, &err), 0);
	assert_true(tap->fd >= 0);
	assert_int_equal(tap->ifindex, 9);
	assert_int_equal(tap->mtu, 1400);
	assert_string_equal(tap->ifname, "lab-net");
}

static void broker_is_started_when_it_is_needed_and_once(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(broker.starts, 0);
	assert_int_equal(open_nic("eth1", &err), 0);
	assert_int_equal(open_nic("eth2", &err), 0);
	assert_int_equal(broker.starts, 1);
}

static void its_reasons_are_ours(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(open_nic("wlan0", &err), -EPERM);
	assert_string_equal(err.msg, "wlan0 is a Wi-Fi interface");
	assert_int_equal(open_nic("a-name-of-sixteen", &err), -EINVAL);
}

static void tap_is_changed_as_if_it_were_ours(void **state)
{
	const struct ipv4_prefix address = {0x0a000001, 24};
	struct host_tap tap;
	struct err err = {0};

	(void)state;
	open_tap(&tap);
	assert_int_equal(host->ops->set_address(host, &tap, NULL, &err), 0);
	assert_int_equal(host->ops->set_address(host, &tap, &address, &err), 0);
	assert_true(tap.has_address);
	assert_int_equal(tap.address.addr, address.addr);
	assert_int_equal(host->ops->set_mtu(host, &tap, 1300, &err), 0);
	assert_int_equal(tap.mtu, 1300);
	assert_int_equal(host->ops->set_mtu(host, &tap, 5, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "interface lab-net: "));
	assert_int_equal(tap.mtu, 1300);
	assert_int_equal(host->ops->set_address(host, &tap, NULL, &err), 0);
	assert_false(tap.has_address);
	host->ops->close_tap(host, &tap);
	assert_int_equal(tap.fd, -1);
	host->ops->close_tap(host, &tap);
}

static void another_one_is_started_when_it_has_ended(void **state)
{
	const struct ipv4_prefix address = {0x0a000001, 24};
	struct host_tap tap;
	struct err err;

	(void)state;
	open_tap(&tap);
	assert_true(open_nic("end", &err) < 0);
	assert_non_null(strstr(err.msg, "does not answer"));
	assert_true(host->ops->set_address(host, &tap, &address, &err) < 0);
	assert_non_null(strstr(err.msg, "weft down, then weft up"));
	assert_false(tap.has_address);
	assert_int_equal(open_nic("eth1", &err), 0);
	assert_int_equal(broker.starts, 2);
	assert_true(host->ops->set_address(host, &tap, &address, &err) < 0);
	assert_true(fcntl(tap.fd, F_GETFD) >= 0);
	host->ops->close_tap(host, &tap);
}

static void one_that_was_killed_is_noticed(void **state)
{
	struct err err;
	int i;

	(void)state;
	assert_int_equal(open_nic("eth1", &err), 0);
	kill(broker.child.pid, SIGKILL);
	for (i = 0; i < MAX_WAITS && broker.sock >= 0; i++)
		loop_run_once(loop, WAIT_MS);
	assert_int_equal(broker.sock, -1);
	assert_int_equal(open_nic("eth1", &err), 0);
}

static void it_is_said_what_to_do_without_one(void **state)
{
	struct err err;

	(void)state;
	find_code = -ENOENT;
	assert_int_equal(open_nic("eth1", &err), -ENOENT);
	assert_string_equal(err.msg,
			    "eth1 takes CAP_NET_ADMIN and CAP_NET_RAW: run as "
			    "root, or have weft-broker do it. But it is out of "
			    "order. To mend that: mend it");
	find_code = 0;
	setenv("BROKER_REFUSES", "1", 1);
	assert_int_equal(open_nic("eth1", &err), -EPERM);
	assert_non_null(strstr(err.msg, "But no capability for me"));
	assert_int_equal(broker.sock, -1);
}

static void attribute_of_a_file_has_both_capabilities(void **state)
{
	struct vfs_cap_data caps = {
		.magic_etc = VFS_CAP_REVISION_2,
		.data[0].permitted = 1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW,
	};

	(void)state;
	assert_true(broker_has_capabilities(&caps, sizeof(caps)));
	assert_false(broker_has_capabilities(&caps, sizeof(caps) - 1));
	caps.data[0].permitted = 1u << CAP_NET_ADMIN;
	assert_false(broker_has_capabilities(&caps, sizeof(caps)));
}

static void file_is_judged_before_it_is_run(void **state)
{
	char folder[] = "/tmp/test-broker-XXXXXX", path[64];
	struct broker_found found;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	setenv("WEFT_LIBEXEC_DIR", folder, 1);
	snprintf(path, sizeof(path), "%s/weft-broker", folder);
	assert_int_equal(broker_find(&found), -ENOENT);
	assert_string_equal(found.fix, "build or install all of weft");
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(broker_find(&found), -EPERM);
	assert_string_equal(found.path, path);
	assert_non_null(strstr(found.fix, "chgrp weft"));
	assert_non_null(
		strstr(found.fix, "setcap cap_net_admin,cap_net_raw=p"));
	unlink(path);
	rmdir(folder);
	unsetenv("WEFT_LIBEXEC_DIR");
}

/* From here on: the broker's side. */

static int their_open_nic(struct host_access *theirs, const char *ifname,
			  bool is_forced, struct packet_fds *fds,
			  struct err *err)
{
	(void)theirs;
	(void)is_forced;
	if (strcmp(ifname, "end") == 0)
		_exit(0);
	if (strcmp(ifname, "wlan0") == 0)
		return err_set(err, -EPERM, "wlan0 is a Wi-Fi interface");
	*fds = (struct packet_fds){dup(0), dup(0), 5};
	return 0;
}

static int their_open_tap(struct host_access *theirs, struct host_tap *tap,
			  const struct host_tap_settings *settings,
			  struct err *err)
{
	(void)theirs;
	(void)settings;
	(void)err;
	tap->fd = dup(0);
	tap->ifindex = 9;
	return 0;
}

static int their_set_address(struct host_access *theirs, struct host_tap *tap,
			     const struct ipv4_prefix *address, struct err *err)
{
	(void)theirs;
	(void)tap;
	(void)address;
	(void)err;
	return 0;
}

static int their_set_mtu(struct host_access *theirs, struct host_tap *tap,
			 uint16_t mtu, struct err *err)
{
	(void)theirs;
	(void)tap;
	(void)mtu;
	(void)err;
	return 0;
}

static void their_close_tap(struct host_access *theirs, struct host_tap *tap)
{
	(void)theirs;
	close(tap->fd);
}

static int be_broker(void)
{
	static const struct host_access_ops ops = {
		.open_nic = their_open_nic,
		.open_tap = their_open_tap,
		.set_address = their_set_address,
		.set_mtu = their_set_mtu,
		.close_tap = their_close_tap,
	};
	struct host_access theirs = {.ops = &ops};
	static struct broker self;
	struct err err;
	int rc;

	err_set(&err, -EPERM, "no capability for me");
	if (getenv("BROKER_REFUSES")) {
		broker_refuse(SOCK, &err);
		return 1;
	}
	broker_init(&self, &theirs);
	rc = broker_serve(&self, SOCK);
	broker_fini(&self);
	return rc ? 1 : 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(broker_is_started_when_it_is_needed_and_once),
		TEST(its_reasons_are_ours),
		TEST(tap_is_changed_as_if_it_were_ours),
		TEST(another_one_is_started_when_it_has_ended),
		TEST(one_that_was_killed_is_noticed),
		TEST(it_is_said_what_to_do_without_one),
		TEST(attribute_of_a_file_has_both_capabilities),
		TEST(file_is_judged_before_it_is_run),
	};

	if (argc == 1 && strcmp(argv[0], "weft-broker") == 0)
		return be_broker();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
