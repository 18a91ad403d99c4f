// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_host_nics.c - which NICs of the host are open, while labs come and go
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/labd/host_nics.h"
#include "unit/lab_text.h"

static unsigned opened;

/* "bad" is a NIC that can't be had. */
static int fake_open(const char *ifname,
		     const struct packet_open_options *options,
		     struct packet_fds *fds, struct err *err)
{
	(void)options;
	if (strcmp(ifname, "bad") == 0)
		return err_set(err, -ENODEV, "there is no NIC %s", ifname);
	opened++;
	fds->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	fds->link_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	fds->ifindex = (int)opened;
	return 0;
}

static struct host_nics nics;

static int set_up(void **state)
{
	(void)state;
	opened = 0;
	host_nics_init(&nics);
	nics.open = fake_open;
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
	" } }\nnetworks: { a: { mode: bridge, uplink: u } }\n"

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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(those_that_stay_are_left_alone),
		TEST(uplink_of_no_network_opens_nothing),
		TEST(lab_that_cannot_be_leaves_what_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
