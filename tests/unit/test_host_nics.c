// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_host_nics.c - which NICs of the host are open, while labs come and go
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/labd/nic_return.h"
#include "unit/lab_text.h"

static unsigned opened;
static const char *pulled_out; /* and in again */
static bool is_refused;

/* "bad" is a NIC that can't be had. */
static int fake_open(struct host_access *host, const char *ifname,
		     bool is_forced, struct packet_fds *fds, struct err *err)
{
	(void)host;
	(void)is_forced;
	if (strcmp(ifname, "bad") == 0 || is_refused)
		return err_set(err, -ENODEV, "there is no NIC %s", ifname);
	opened++;
	fds->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	fds->link_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	fds->ifindex = (int)opened;
	return 0;
}

static const struct host_access_ops fake_ops = {.open_nic = fake_open};
static struct host_access fake_host = {.ops = &fake_ops};

static bool fake_is_other(const char *ifname, int fd)
{
	(void)fd;
	return pulled_out && strcmp(ifname, pulled_out) == 0;
}

static struct host_nics nics;
static struct log silent = {.level = LOG_ERROR};
static unsigned returned;

static void note_returned(void *ctx, const char *name)
{
	(void)ctx;
	assert_string_equal(name, pulled_out);
	returned++;
}

static struct nic_return nic_return = {
	.nics = &nics,
	.log = &silent,
	.returned = note_returned,
};

static int set_up(void **state)
{
	(void)state;
	opened = returned = 0;
	pulled_out = NULL;
	is_refused = false;
	host_nics_init(&nics, &fake_host);
	nics.is_other = fake_is_other;
	nic_return_init(&nic_return);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	host_nics_fini(&nics);
	return 0;
}

#define LAB(members)                                                          \
	"lab: x\nuplinks: { u: { members: [" members "] }, v: { members: [w]" \
	" } }\nnetworks: { a: { mode: bridge, uplink: u },"                   \
	" b: { mode: internal } }\n"

static int apply(const char *text, struct err *err)
{
	struct lab *lab = lab_of_text(text);
	int code = host_nics_open(&nics, lab, err);

	if (!code)
		host_nics_change(&nics, lab);
	lab_destroy(lab);
	return code;
}

static void those_that_stay_are_left_alone(void **state)
{
	const struct host_nic *nic;
	struct err err = {0};
	int fd;

	(void)state;
	assert_int_equal(apply(LAB("e, f"), &err), 0);
	assert_int_equal(opened, 2);
	nic = host_nics_lookup(&nics, "f");
	assert_non_null(nic);
	fd = nic->fds.fd;
	assert_int_equal(apply(LAB("g, f"), &err), 0);
	assert_int_equal(opened, 3);
	assert_null(host_nics_lookup(&nics, "e"));
	assert_int_equal(host_nics_lookup(&nics, "f")->fds.fd, fd);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

/* Two uplinks that read one socket would take each other's frames. */
static void one_for_another_uplink_is_opened_anew(void **state)
{
	static const char text[] = "lab: x\nuplinks: { u: { members: [%s] }, "
				   "v: { members: [%s] } }"
				   "\nnetworks: { a: { mode: bridge, uplink: u "
				   "}, b: { mode: bridge, "
				   "uplink: v } }\n";
	struct err err = {0};
	char lab[256];

	(void)state;
	snprintf(lab, sizeof(lab), text, "e", "f");
	assert_int_equal(apply(lab, &err), 0);
	assert_int_equal(opened, 2);
	snprintf(lab, sizeof(lab), text, "f", "e");
	assert_int_equal(apply(lab, &err), 0);
	assert_int_equal(opened, 4);
	assert_int_equal(apply(lab, &err), 0);
	assert_int_equal(opened, 4);
}

static void uplink_of_no_network_opens_nothing(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(apply(LAB("e"), &err), 0);
	assert_null(host_nics_lookup(&nics, "w"));
}

static void lab_that_cannot_be_leaves_what_was(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(apply(LAB("e"), &err), 0);
	assert_int_equal(apply(LAB("e, f, bad"), &err), -ENODEV);
	assert_string_equal(err.msg, "uplink u: there is no NIC bad");
	assert_non_null(host_nics_lookup(&nics, "e"));
	assert_null(host_nics_lookup(&nics, "f"));
}

static void nic_that_is_back_is_opened_anew(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(apply(LAB("e, f"), &err), 0);
	nic_return_look(&nic_return);
	assert_int_equal(returned, 0);
	pulled_out = "f";
	nic_return_look(&nic_return);
	assert_int_equal(returned, 1);
	assert_int_equal(opened, 3);
	assert_int_equal(host_nics_lookup(&nics, "e")->fds.ifindex, 1);
	assert_int_equal(host_nics_lookup(&nics, "f")->fds.ifindex, 3);
	assert_int_equal(fcntl(host_nics_lookup(&nics, "f")->fds.fd, F_GETFD),
			 FD_CLOEXEC);
}

static void nic_that_is_back_may_be_refused_for_a_while(void **state)
{
	struct err err = {0};
	int fd;

	(void)state;
	assert_int_equal(apply(LAB("e, f"), &err), 0);
	fd = host_nics_lookup(&nics, "e")->fds.fd;
	pulled_out = "e";
	is_refused = true;
	nic_return_look(&nic_return);
	assert_int_equal(returned, 0);
	assert_true(host_nics_lookup(&nics, "e")->is_refused);
	assert_int_equal(host_nics_lookup(&nics, "e")->fds.fd, fd);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	is_refused = false;
	nic_return_look(&nic_return);
	assert_int_equal(returned, 1);
	assert_false(host_nics_lookup(&nics, "e")->is_refused);
}

static void kernel_is_heard_while_there_are_nics(void **state)
{
	struct err err = {0};
	struct clock clock;

	(void)state;
	clock_init_monotonic(&clock);
	nic_return.loop = loop_create(&clock, &err);
	assert_non_null(nic_return.loop);
	nic_return_listen(&nic_return);
	assert_int_equal(nic_return.hint.fd, -1);
	assert_int_equal(apply(LAB("e, f"), &err), 0);
	nic_return_listen(&nic_return);
	assert_true(nic_return.hint.fd >= 0);
	assert_int_equal(apply(LAB("\"net:b\""), &err), 0);
	nic_return_listen(&nic_return);
	assert_int_equal(nic_return.hint.fd, -1);
	loop_destroy(nic_return.loop);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(those_that_stay_are_left_alone),
		TEST(one_for_another_uplink_is_opened_anew),
		TEST(uplink_of_no_network_opens_nothing),
		TEST(lab_that_cannot_be_leaves_what_was),
		TEST(nic_that_is_back_is_opened_anew),
		TEST(nic_that_is_back_may_be_refused_for_a_while),
		TEST(kernel_is_heard_while_there_are_nics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
