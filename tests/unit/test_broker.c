// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_broker.c - what weft-broker does for who asks, and what it refuses
 *
 * The host is made of /dev/null; what would be done to it is noted.
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/broker/broker.h"
#include "cli/broker/broker_policy.h"

#define FIRST_INDEX 100

static char done[1024];
static unsigned made;
static struct broker broker;

static void note(const char *what, const char *name)
{
	size_t len = strlen(done);

	snprintf(done + len, sizeof(done) - len, "%s %s;", what, name);
}

static int null_fd(void)
{
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

static int fake_open_nic(struct host_access *host, const char *ifname,
			 bool is_forced, struct packet_fds *fds,
			 struct err *err)
{
	(void)host;
	if (strcmp(ifname, "wlan0") == 0 && !is_forced)
		return err_set(err, -EPERM, "wlan0 is a Wi-Fi interface");
	*fds = (struct packet_fds){null_fd(), null_fd(), 5};
	note("nic", ifname);
	return 0;
}

static int fake_open_tap(struct host_access *host, struct host_tap *tap,
			 const struct host_tap_settings *settings,
			 struct err *err)
{
	(void)host;
	if (strcmp(settings->ifname, "bad-one") == 0) {
		tap->fd = -1;
		return err_set(err, -EEXIST, "there is one");
	}
	memset(tap, 0, sizeof(*tap));
	snprintf(tap->ifname, sizeof(tap->ifname), "%s", settings->ifname);
	tap->fd = null_fd();
	tap->ifindex = FIRST_INDEX + made++;
	note("tap", tap->ifname);
	return 0;
}

static int fake_set_address(struct host_access *host, struct host_tap *tap,
			    const struct ipv4_prefix *address, struct err *err)
{
	char text[IPV4_PREFIX_TEXT_SIZE] = "none";

	(void)host;
	(void)err;
	if (address)
		ipv4_prefix_format(address, text);
	note(tap->ifname, text);
	return 0;
}

static int fake_set_mtu(struct host_access *host, struct host_tap *tap,
			uint16_t mtu, struct err *err)
{
	char text[16];

	(void)host;
	(void)err;
	snprintf(text, sizeof(text), "%u", mtu);
	note(tap->ifname, text);
	return 0;
}

static void fake_close_tap(struct host_access *host, struct host_tap *tap)
{
	(void)host;
	note("close", tap->ifname);
	close(tap->fd);
}

static const struct host_access_ops ops = {
	.open_nic = fake_open_nic,
	.open_tap = fake_open_tap,
	.set_address = fake_set_address,
	.set_mtu = fake_set_mtu,
	.close_tap = fake_close_tap,
};
static struct host_access host = {.ops = &ops};

static int set_up(void **state)
{
	(void)state;
	done[0] = '\0';
	made = 0;
	broker_init(&broker, &host);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	broker_fini(&broker);
	return 0;
}

static struct broker_answer answer;

/* The code of the answer; descriptors are closed. */
static int ask(struct broker_request request)
{
	int fds[BROKER_MAX_FDS];
	unsigned i;

	request.version = BROKER_VERSION;
	broker_obey(&broker, &request, &answer, fds);
	for (i = 0; i < BROKER_MAX_FDS; i++) {
		assert_true((fds[i] >= 0) == (i < broker_answer_fds(&answer)));
		if (fds[i] >= 0)
			close(fds[i]);
	}
	assert_true(!answer.code == !answer.text[0]);
	return answer.code;
}

static struct broker_request tap_named(const char *name)
{
	struct broker_request request = {
		.type = BROKER_TAP_OPEN,
		.mtu = 1500,
		.mac = {{0x52, 0x54, 0, 0, 0, 1}},
	};

	snprintf(request.name, sizeof(request.name), "%s", name);
	return request;
}

static struct broker_request nic_named(const char *name, bool is_forced)
{
	struct broker_request request = {
		.type = BROKER_NIC_OPEN,
		.is_forced = is_forced,
	};

	snprintf(request.name, sizeof(request.name), "%s", name);
	return request;
}

static void nics_are_opened_as_labd_would(void **state)
{
	(void)state;
	assert_int_equal(ask(nic_named("eth1", false)), 0);
	assert_int_equal(answer.ifindex, 5);
	assert_int_equal(ask(nic_named("wlan0", false)), -EPERM);
	assert_string_equal(answer.text, "wlan0 is a Wi-Fi interface");
	assert_int_equal(ask(nic_named("wlan0", true)), 0);
	assert_string_equal(done, "nic eth1;nic wlan0;");
}

static void names_that_are_paths_reach_nobody(void **state)
{
	static const char *const names[] = {"../eth1", "a/b", ".",  "..",
					    "a b",     "a:1", "\t", "\x80x"};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(ask(nic_named(names[i], true)), -EINVAL);
	assert_string_equal(done, "");
}

static void taps_have_names_of_ours(void **state)
{
	static const char *const names[] = {"eth7", "tap%d-x", "a/b-c", "-a",
					    "..-",  "a-b c",   "wg0"};
	struct broker_request request;
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(ask(tap_named(names[i])), -EPERM);
	request = tap_named("lab-net");
	request.mac.b[0] = 1;
	assert_int_equal(ask(request), -EINVAL);
	request = tap_named("lab-net");
	request.mtu = BROKER_MIN_MTU - 1;
	assert_int_equal(ask(request), -EINVAL);
	assert_string_equal(done, "");
	assert_int_equal(ask(tap_named("bad-one")), -EEXIST);
	assert_int_equal(ask(tap_named("lab-net")), 0);
	assert_int_equal(answer.ifindex, FIRST_INDEX);
	assert_string_equal(done, "tap lab-net;");
}

static struct broker_request address(unsigned ifindex, uint32_t addr,
				     uint8_t len)
{
	return (struct broker_request){
		.type = BROKER_TAP_ADDRESS,
		.ifindex = ifindex,
		.has_address = true,
		.address = addr,
		.prefix_len = len,
	};
}

/* eth0 is an interface, too, but none of those that were made here. */
static void only_own_taps_are_changed(void **state)
{
	struct broker_request request = {.type = BROKER_TAP_CLOSE,
					 .ifindex = FIRST_INDEX + 1};

	(void)state;
	assert_int_equal(ask(address(2, 0x0a000001, 24)), -ENODEV);
	assert_int_equal(ask(tap_named("a-b")), 0);
	assert_int_equal(ask(tap_named("c-d")), 0);
	assert_int_equal(ask(address(2, 0x0a000001, 24)), -ENODEV);
	assert_int_equal(ask(address(FIRST_INDEX + 1, 0x0a000001, 24)), 0);
	assert_int_equal(ask(request), 0);
	assert_int_equal(ask(request), -ENODEV);
	assert_int_equal(ask(address(FIRST_INDEX + 1, 0x0a000001, 24)),
			 -ENODEV);
	request.type = BROKER_TAP_MTU;
	request.ifindex = FIRST_INDEX;
	request.mtu = 1400;
	assert_int_equal(ask(request), 0);
	request.type = BROKER_TAP_ADDRESS;
	request.mtu = 0;
	assert_int_equal(ask(request), 0);
	assert_string_equal(done, "tap a-b;tap c-d;c-d 10.0.0.1/24;"
				  "close c-d;a-b 1400;a-b none;");
}

static void no_large_part_of_the_internet_goes_into_a_lab(void **state)
{
	unsigned tap = FIRST_INDEX;

	(void)state;
	assert_int_equal(ask(tap_named("a-b")), 0);
	assert_int_equal(ask(address(tap, 0x08080801, 8)), -EPERM);
	assert_int_equal(ask(address(tap, 0x08080801, 15)), -EPERM);
	assert_int_equal(ask(address(tap, 0x08080801, 16)), 0);
	assert_int_equal(ask(address(tap, 0x0a000001, 8)), 0);
	assert_int_equal(ask(address(tap, 0x0a000001, 7)), -EPERM);
	assert_int_equal(ask(address(tap, 0xac100001, 12)), 0);
	assert_int_equal(ask(address(tap, 0xac100001, 11)), -EPERM);
	assert_int_equal(ask(address(tap, 0, 0)), -EPERM);
}

static void table_of_taps_can_be_full(void **state)
{
	char name[BROKER_NAME_SIZE];
	unsigned i;

	(void)state;
	for (i = 0; i < BROKER_MAX_TAPS; i++) {
		snprintf(name, sizeof(name), "lab-%u", i);
		assert_int_equal(ask(tap_named(name)), 0);
	}
	assert_int_equal(ask(tap_named("lab-more")), -ENOSPC);
}

/* @last: what is sent at the end; returns what serving ends with */
static int serve(const void *last, size_t size)
{
	struct broker_request request = tap_named("a-b");
	int pair[2], rc;

	request.version = BROKER_VERSION;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(broker_request_send(pair[0], &request), 0);
	strcpy(request.name, "c-d");
	assert_int_equal(broker_request_send(pair[0], &request), 0);
	assert_int_equal(send(pair[0], last, size, 0), (ssize_t)size);
	shutdown(pair[0], SHUT_WR);
	rc = broker_serve(&broker, pair[1]);
	broker_fini(&broker);
	close(pair[0]);
	close(pair[1]);
	return rc;
}

static void at_the_end_all_is_taken_back(void **state)
{
	const struct broker_request hello = {.version = BROKER_VERSION};

	(void)state;
	assert_int_equal(serve(&hello, sizeof(hello)), 0);
	assert_string_equal(done, "tap a-b;tap c-d;close a-b;close c-d;");
}

static void who_sends_garbage_is_cut_off(void **state)
{
	(void)state;
	assert_int_equal(serve("garbage", 7), -EPROTO);
	assert_string_equal(done, "tap a-b;tap c-d;close a-b;close c-d;");
}

static void why_it_cannot_work_is_an_answer(void **state)
{
	const struct broker_request hello = {.version = BROKER_VERSION};
	int pair[2], fds[BROKER_MAX_FDS];
	struct err err;

	(void)state;
	err_set(&err, -EPERM, "no capability");
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(broker_request_send(pair[0], &hello), 0);
	broker_refuse(pair[1], &err);
	assert_int_equal(broker_answer_recv(pair[0], &answer, fds), 0);
	assert_int_equal(answer.code, -EPERM);
	assert_string_equal(answer.text, "no capability");
	close(pair[0]);
	broker_refuse(pair[1], &err); /* to nobody */
	close(pair[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nics_are_opened_as_labd_would),
		TEST(names_that_are_paths_reach_nobody),
		TEST(taps_have_names_of_ours),
		TEST(only_own_taps_are_changed),
		TEST(no_large_part_of_the_internet_goes_into_a_lab),
		TEST(table_of_taps_can_be_full),
		TEST(at_the_end_all_is_taken_back),
		TEST(who_sends_garbage_is_cut_off),
		TEST(why_it_cannot_work_is_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
