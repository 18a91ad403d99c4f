// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vmm_control.c - what labd is told of drivers, and how often
 *
 * There is no machine: which drivers run is the test's to say.
 */
#include "unit/cmocka_wrap.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/vmm/control.h"
#include "cli/vmm/vmm_msg.h"
#include "core/clock.h"

#define NICS 2

static struct fake_clock fake;
static struct options options;
static struct guest guest;
static struct control control;
static uint32_t running;
static int labd;

bool __wrap_vm_driver_is_running(const struct vm *vm,
				 const struct virtio_device *device);
void __wrap_virtio_net_on_gone(struct virtio_device *device,
			       void (*gone)(void *arg, const char *why),
			       void *arg);

/* A NIC is nothing but a place in the guest's table here. */
bool __wrap_vm_driver_is_running(const struct vm *vm,
				 const struct virtio_device *device)
{
	unsigned i;

	(void)vm;
	for (i = 0; i < NICS && guest.nics[i] != device; i++)
		;
	return running >> i & 1;
}

void __wrap_virtio_net_on_gone(struct virtio_device *device,
			       void (*gone)(void *arg, const char *why),
			       void *arg)
{
	(void)device;
	(void)gone;
	(void)arg;
}

static int set_up(void **state)
{
	static struct virtio_device nics[NICS];
	int pair[2];
	unsigned i;

	(void)state;
	memset(&control, 0, sizeof(control));
	running = 0;
	fake_clock_init(&fake, NSEC_PER_SEC);
	guest = (struct guest){.options = &options,
			       .loop = loop_create(&fake.clock, NULL)};
	options.net_count = NICS;
	for (i = 0; i < NICS; i++)
		guest.nics[i] = &nics[i];
	if (!guest.loop ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -1;
	labd = pair[0];
	return control_open(&control, &guest, pair[1], NULL);
}

static int tear_down(void **state)
{
	int fd = control.watch.fd;

	(void)state;
	control_close(&control);
	loop_destroy(guest.loop);
	close(fd);
	close(labd);
	return timer_is_armed(&control.drivers_pause) ? -1 : 0;
}

/* The next message; VMM_MSG_COUNT: there is none. */
static enum vmm_msg_type told(uint32_t *value)
{
	struct vmm_msg msg;
	int fd;

	if (vmm_msg_recv(labd, &msg, &fd))
		return VMM_MSG_COUNT;
	*value = msg.value;
	return (enum vmm_msg_type)msg.type;
}

static void assert_told_nothing(void)
{
	uint32_t value;

	assert_int_equal(told(&value), VMM_MSG_COUNT);
}

static void assert_told_drivers(uint32_t drivers)
{
	uint32_t value = UINT32_MAX;

	assert_int_equal(told(&value), VMM_MSG_DRIVERS);
	assert_int_equal(value, drivers);
	assert_told_nothing();
}

static void drivers_are(uint32_t drivers)
{
	running = drivers;
	control_tell_drivers(&control);
}

static void wait_ns(uint64_t ns)
{
	fake.ns += ns;
	loop_run_once(guest.loop, 0);
}

static void what_is_as_it_was_is_not_told(void **state)
{
	unsigned i;

	(void)state;
	drivers_are(0);
	assert_told_nothing();
	drivers_are(1);
	assert_told_drivers(1);
	/* such as other devices' drivers */
	for (i = 0; i < 100; i++) {
		wait_ns(CONTROL_PAUSE_NS);
		drivers_are(1);
	}
	assert_told_nothing();
	drivers_are(3);
	assert_told_drivers(3);
}

static void
driver_that_starts_and_resets_all_day_is_told_of_seldom(void **state)
{
	uint32_t value;
	unsigned i, count = 0;

	(void)state;
	for (i = 0; i < 1000; i++) {
		drivers_are(1);
		wait_ns(NSEC_PER_MSEC / 2);
		drivers_are(0);
		wait_ns(NSEC_PER_MSEC / 2);
		while (told(&value) != VMM_MSG_COUNT)
			count++;
	}
	assert_in_range(count, 10, 20);
}

static void last_of_it_is_always_told(void **state)
{
	(void)state;
	drivers_are(1);
	assert_told_drivers(1);
	drivers_are(0);
	drivers_are(2);
	wait_ns(CONTROL_PAUSE_NS - 1);
	assert_told_nothing();
	wait_ns(1);
	assert_told_drivers(2);
	/* back before anybody looked: nothing happened */
	drivers_are(0);
	drivers_are(2);
	wait_ns(CONTROL_PAUSE_NS);
	assert_told_nothing();
}

static void reset_makes_labd_forget_and_be_told_anew(void **state)
{
	uint32_t value;

	(void)state;
	drivers_are(1);
	assert_told_drivers(1);
	control_tell_reset(&control);
	assert_int_equal(told(&value), VMM_MSG_RESET);
	assert_told_nothing();
	wait_ns(CONTROL_PAUSE_NS);
	assert_told_drivers(1);
	wait_ns(CONTROL_PAUSE_NS);
	control_tell_reset(&control);
	assert_int_equal(told(&value), VMM_MSG_RESET);
	assert_told_drivers(1);
}

/* labd does not read; what it gets in the end is how things are then. */
static void full_socket_delays_and_loses_nothing(void **state)
{
	uint32_t value = 0;

	(void)state;
	while (vmm_msg_send(control.watch.fd,
			    &(struct vmm_msg){.type = VMM_MSG_RESET}, -1) == 0)
		;
	drivers_are(1);
	wait_ns(CONTROL_PAUSE_NS);
	drivers_are(2);
	while (told(&value) == VMM_MSG_RESET)
		;
	wait_ns(0);
	assert_told_drivers(2);
	wait_ns(CONTROL_PAUSE_NS);
	assert_told_nothing();
}

static void without_labd_nothing_is_armed(void **state)
{
	(void)state;
	shutdown(labd, SHUT_RDWR);
	watch_remove(&control.watch);
	drivers_are(1);
	assert_false(timer_is_armed(&control.drivers_pause));
	control_close(&(struct control){0});
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_as_it_was_is_not_told),
		TEST(driver_that_starts_and_resets_all_day_is_told_of_seldom),
		TEST(last_of_it_is_always_told),
		TEST(reset_makes_labd_forget_and_be_told_anew),
		TEST(full_socket_delays_and_loses_nothing),
		TEST(without_labd_nothing_is_armed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
