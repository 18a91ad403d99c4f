// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_virtio_console.c - what a driver is told of ports (virtio 1.2 5.3.6)
 */
#include "unit/cmocka_wrap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/console_test.h"

static void a_driver_is_told_of_each_port(void **state)
{
	(void)state;
	assert_int_equal(
		virtio_guest_config_read(
			&bed.guest,
			offsetof(struct virtio_console_config, max_nr_ports),
			4),
		CONSOLE_PORTS);
	assert_true(virtio_guest_start(&bed.guest, CONSOLE_FEATURES, 8));
	console_listen(&bed, 16);
	assert_told("");
	console_control(&bed, VIRTIO_CONSOLE_BAD_ID,
			VIRTIO_CONSOLE_DEVICE_READY, 1);
	assert_told("add 0 1");
	assert_told("add 1 1");
	assert_told("add 2 1");
	assert_told("");
	console_control(&bed, 0, VIRTIO_CONSOLE_PORT_READY, 1);
	assert_told("console 0 1");
	assert_told("open 0 1");
	console_control(&bed, 2, VIRTIO_CONSOLE_PORT_READY, 1);
	assert_told("name 2 1 port2");
	assert_told("open 2 1");
	assert_told("");
}

static void messages_wait_for_buffers(void **state)
{
	(void)state;
	assert_true(virtio_guest_start(&bed.guest, CONSOLE_FEATURES, 8));
	console_control(&bed, VIRTIO_CONSOLE_BAD_ID,
			VIRTIO_CONSOLE_DEVICE_READY, 1);
	console_control(&bed, 1, VIRTIO_CONSOLE_PORT_READY, 1);
	console_listen(&bed, 2);
	assert_told("add 0 1");
	assert_told("add 1 1");
	assert_told("");
	console_listen(&bed, 3);
	assert_told("name 1 1 port1");
	assert_told("open 1 1");
	assert_told("add 2 1");
}

static void what_was_not_told_in_time_is_not_told(void **state)
{
	(void)state;
	assert_true(virtio_guest_start(&bed.guest, CONSOLE_FEATURES, 8));
	console_control(&bed, 1, VIRTIO_CONSOLE_PORT_READY, 1);
	console_control(&bed, 1, VIRTIO_CONSOLE_PORT_READY, 0);
	console_control(&bed, 2, VIRTIO_CONSOLE_PORT_READY, 1);
	console_listen(&bed, 3);
	assert_told("name 2 1 port2");
	assert_told("open 2 1");
	assert_told("");
	console_control(&bed, 0, VIRTIO_CONSOLE_PORT_READY, 1);
	assert_true(virtio_guest_start(&bed.guest, CONSOLE_FEATURES, 8));
	console_listen(&bed, 3);
	assert_told("");
}

static void a_new_driver_is_told_that_the_host_has_ended(void **state)
{
	(void)state;
	console_give(&bed, 1, 64);
	shutdown(bed.hosts[1], SHUT_WR);
	machine_bed_run(&bed.machine);
	assert_told("open 1 0");
	assert_true(virtio_guest_start(&bed.guest, CONSOLE_FEATURES, 8));
	console_listen(&bed, 4);
	console_control(&bed, 1, VIRTIO_CONSOLE_PORT_READY, 1);
	assert_told("name 1 1 port1");
	assert_told("open 1 0");
}

static struct virtio_device *make(const struct console_port_settings *ports,
				  unsigned count, struct err *err)
{
	return virtio_console_create(&bed.machine.machine, ports, count, err);
}

static void
a_port_needs_a_name_and_a_descriptor_that_does_not_block(void **state)
{
	static const char long_name[] =
		"a-name-of-more-than-sixty-three-characters-which-is-too-long-"
		"for-it";
	struct console_port_settings ports[5];
	struct err err;
	int pair[2];

	(void)state;
	assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
	ports[0] = (struct console_port_settings){NULL, pair[0], pair[1]};
	assert_null(make(ports, 1, &err));
	assert_string_equal(err.msg,
			    "port console: its descriptor would block");
	assert_int_equal(fcntl(pair[0], F_GETFD), -1);
	assert_int_equal(fcntl(pair[1], F_GETFD), -1);
	assert_int_equal(pipe2(pair, O_CLOEXEC | O_NONBLOCK), 0);
	ports[0] = (struct console_port_settings){"", pair[0], pair[1]};
	assert_null(make(ports, 1, &err));
	assert_non_null(strstr(err.msg, "1 to 63 characters"));
	assert_int_equal(pipe2(pair, O_CLOEXEC | O_NONBLOCK), 0);
	ports[0] = (struct console_port_settings){long_name, pair[0], pair[1]};
	assert_null(make(ports, 1, &err));
	assert_non_null(strstr(err.msg, "1 to 63 characters"));
	assert_null(make(ports, 0, &err));
	assert_non_null(strstr(err.msg, "1 to 4"));
}

/* A terminal: what weft-vmm is started by hand on. */
static void a_terminal_and_a_file_are_ports_too(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	int null = open("/dev/null", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	const struct console_port_settings ports[2] = {
		{NULL, master, dup(master)}, {"log", -1, null}};
	struct virtio_device *device;
	struct err err = {0};

	(void)state;
	assert_true(master >= 0 && null >= 0);
	device = make(ports, 2, &err);
	assert_string_equal(err.msg, "");
	assert_int_equal(device->queue_count, 6);
	device->ops->destroy(device);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define TEST_BARE(name) \
	cmocka_unit_test_setup_teardown(name, set_up_only, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_BARE(a_driver_is_told_of_each_port),
		TEST_BARE(messages_wait_for_buffers),
		TEST_BARE(what_was_not_told_in_time_is_not_told),
		TEST(a_new_driver_is_told_that_the_host_has_ended),
		TEST(a_port_needs_a_name_and_a_descriptor_that_does_not_block),
		TEST(a_terminal_and_a_file_are_ports_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
