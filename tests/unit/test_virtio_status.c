// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_virtio_status.c - features and status of a virtio device, in every order
 * that a driver may not use (virtio 1.2 2.1, 2.2, 3.1)
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "unit/virtio_toy_test.h"
#include "vmm/virtio_pci_internal.h"

#define ACK VIRTIO_CONFIG_S_ACKNOWLEDGE
#define DRIVER VIRTIO_CONFIG_S_DRIVER
#define FEATURES_OK VIRTIO_CONFIG_S_FEATURES_OK
#define DRIVER_OK VIRTIO_CONFIG_S_DRIVER_OK
#define NEEDS_RESET VIRTIO_CONFIG_S_NEEDS_RESET

static uint8_t status(uint8_t value)
{
	set(VIRTIO_PCI_COMMON_STATUS, 1, value);
	return virtio_guest_status(guest);
}

static uint64_t accepted(void)
{
	uint64_t low;

	set(VIRTIO_PCI_COMMON_GFSELECT, 4, 0);
	low = get(VIRTIO_PCI_COMMON_GF, 4);
	set(VIRTIO_PCI_COMMON_GFSELECT, 4, 1);
	return low | get(VIRTIO_PCI_COMMON_GF, 4) << 32;
}

static void features_that_were_not_offered_are_gone(void **state)
{
	(void)state;
	assert_true(virtio_guest_features(guest) == TOY_FEATURES);
	virtio_guest_accept(guest, UINT64_MAX);
	assert_true(accepted() == TOY_FEATURES);
	assert_true(virtio_guest_negotiate(guest, VERSION_1 | 8 | 4));
	assert_true(virtio_guest_driver_ok(guest));
	assert_true(toy->device.driver_features == (VERSION_1 | 4));
	assert_true(virtio_has(&toy->device, VIRTIO_F_VERSION_1));
}

static void third_half_of_the_features_is_empty(void **state)
{
	static const uint32_t selects[] = {2, 3, 32, 0x80000000, 0xffffffff};
	unsigned i;

	(void)state;
	virtio_guest_accept(guest, VERSION_1 | 2);
	for (i = 0; i < ARRAY_SIZE(selects); i++) {
		set(VIRTIO_PCI_COMMON_DFSELECT, 4, selects[i]);
		set(VIRTIO_PCI_COMMON_GFSELECT, 4, selects[i]);
		assert_int_equal(get(VIRTIO_PCI_COMMON_DFSELECT, 4),
				 selects[i]);
		assert_int_equal(get(VIRTIO_PCI_COMMON_DF, 4), 0);
		assert_int_equal(get(VIRTIO_PCI_COMMON_GF, 4), 0);
		set(VIRTIO_PCI_COMMON_GF, 4, 0xffffffff);
	}
	assert_true(accepted() == (VERSION_1 | 2));
}

static void features_are_fixed_by_features_ok(void **state)
{
	(void)state;
	assert_true(virtio_guest_negotiate(guest, VERSION_1 | 1));
	virtio_guest_accept(guest, VERSION_1 | 2);
	assert_true(accepted() == (VERSION_1 | 1));
	assert_true(virtio_guest_driver_ok(guest));
	virtio_guest_accept(guest, 0);
	assert_true(toy->device.driver_features == (VERSION_1 | 1));
}

static void legacy_driver_is_refused(void **state)
{
	(void)state;
	assert_false(virtio_guest_negotiate(guest, 7));
	assert_int_equal(status(ACK | DRIVER | FEATURES_OK | DRIVER_OK),
			 ACK | DRIVER);
	assert_int_equal(toy->starts, 0);
	virtio_guest_accept(guest, VERSION_1);
	assert_int_equal(status(ACK | DRIVER | FEATURES_OK),
			 ACK | DRIVER | FEATURES_OK);
}

static void driver_ok_needs_features_ok(void **state)
{
	(void)state;
	virtio_guest_accept(guest, VERSION_1);
	assert_int_equal(status(ACK | DRIVER | DRIVER_OK), ACK | DRIVER);
	assert_int_equal(toy->starts, 0);
	assert_false(virtio_pci_is_running(bed.vp));
	assert_int_equal(status(ACK | DRIVER | FEATURES_OK),
			 ACK | DRIVER | FEATURES_OK);
	assert_int_equal(status(ACK | DRIVER | FEATURES_OK | DRIVER_OK),
			 ACK | DRIVER | FEATURES_OK | DRIVER_OK);
	assert_int_equal(toy->starts, 1);
	assert_true(virtio_pci_is_running(bed.vp));
	assert_int_equal(bed.bed.drivers, 1);
}

static void status_bits_stay_until_reset(void **state)
{
	(void)state;
	assert_true(virtio_guest_start(guest, VERSION_1, 1));
	assert_int_equal(status(ACK), 0x0f);
	assert_int_equal(status(0x0f), 0x0f);
	assert_int_equal(status(0x3f | NEEDS_RESET), 0x0f);
	assert_int_equal(status(VIRTIO_CONFIG_S_FAILED), 0x8f);
	assert_int_equal(toy->starts, 1);
	assert_int_equal(toy->stops, 0);
	assert_int_equal(status(0), 0);
	assert_int_equal(toy->stops, 1);
	assert_int_equal(bed.bed.drivers, 2);
	assert_false(toy->device.started);
}

static void (*later)(void *arg);
static void *later_arg;

static void io_later(struct machine *machine, void (*call)(void *arg),
		     void *arg)
{
	(void)machine;
	later = call;
	later_arg = arg;
}

static void status_is_0_only_when_the_device_has_stopped(void **state)
{
	(void)state;
	assert_true(virtio_guest_start(guest, VERSION_1, 1));
	bed.ops.io = io_later;
	assert_int_equal(status(0), 0x0f);
	assert_int_equal(toy->stops, 0);
	later(later_arg);
	assert_int_equal(virtio_guest_status(guest), 0);
	assert_int_equal(toy->stops, 1);
}

/* Two CPUs, and the I/O thread comes to each in its turn. */
static void status_written_by_two_cpus_is_one_after_the_other(void **state)
{
	void (*first)(void *arg);

	(void)state;
	assert_true(virtio_guest_negotiate(guest, VERSION_1));
	bed.ops.io = io_later;
	status(0x0f);
	first = later;
	status(0x0f);
	first(later_arg);
	later(later_arg);
	assert_int_equal(toy->starts, 1);
	status(0);
	first = later;
	status(0);
	first(later_arg);
	later(later_arg);
	assert_int_equal(toy->stops, 1);
	/* the reset comes before the start that was asked for first */
	assert_int_equal(virtio_guest_status(guest), 0);
	virtio_guest_accept(guest, VERSION_1);
	status(FEATURES_OK);
	status(FEATURES_OK | DRIVER_OK);
	first = later;
	status(0);
	later(later_arg);
	first(later_arg);
	assert_int_equal(virtio_guest_status(guest), 0);
	assert_int_equal(toy->starts, 1);
}

static void failed_start_needs_a_reset(void **state)
{
	(void)state;
	toy->start_code = -EIO;
	assert_false(virtio_guest_start(guest, VERSION_1, 2));
	assert_int_equal(virtio_guest_status(guest), 0x0f | NEEDS_RESET);
	assert_int_equal(virtio_guest_interrupts(guest, -1), 1);
	assert_int_equal(bed.bed.doorbells[0].fd, -1);
	toy->start_code = 0;
	assert_true(virtio_guest_start(guest, VERSION_1, 2));
	assert_int_equal(toy->stops, 1);
}

static void reset_works_in_each_state(void **state)
{
	unsigned step;

	(void)state;
	for (step = 0; step < 7; step++) {
		if (step > 0)
			status(ACK);
		if (step > 1)
			status(ACK | DRIVER);
		if (step > 2)
			virtio_guest_accept(guest, VERSION_1);
		if (step > 3)
			status(ACK | DRIVER | FEATURES_OK);
		if (step > 4)
			virtio_guest_queue(guest, 0, 8);
		if (step > 5)
			virtio_break(&toy->device, "test");
		assert_true(virtio_guest_reset(guest));
		assert_true(accepted() == 0);
		assert_null(toy->device.error);
		assert_false(toy->device.queues[0].enabled);
		assert_int_equal(toy->device.queues[0].size, TOY_QUEUE_SIZE);
		assert_int_equal(toy->device.queues[0].desc, 0);
	}
	assert_int_equal(bed.bed.drivers, 0);
	assert_true(virtio_guest_start(guest, VERSION_1, 2));
}

static void machine_reset_stops_and_forgets(void **state)
{
	(void)state;
	assert_true(virtio_guest_start(guest, VERSION_1, 2));
	virtio_pci_reset(bed.vp);
	pci_bus_reset(&bed.bus);
	assert_int_equal(toy->stops, 1);
	assert_int_equal(bed.bed.machine.mmio.count, 0);
	assert_int_equal(virtio_guest_init(guest, &bed.bed, TOY_ID), 0);
	assert_int_equal(virtio_guest_status(guest), 0);
	assert_true(virtio_guest_start(guest, VERSION_1, 2));
}

/* O_NONBLOCK is the file's, and a back-end has the same file. */
static void make_blocking(int fd)
{
	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
}

static void reset_never_waits_for_an_eventfd(void **state)
{
	struct virtio_queue *queue = &toy->device.queues[2];

	(void)state;
	assert_true(virtio_guest_start(guest, VERSION_1, 3));
	make_blocking(queue->kick_fd);
	make_blocking(queue->call_fd);
	assert_int_equal(eventfd_write(queue->call_fd, 3), 0);
	alarm(10);
	assert_true(virtio_guest_reset(guest));
	assert_int_equal(fcntl(queue->call_fd, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(eventfd_read(queue->call_fd, &(eventfd_t){0}), -1);
	alarm(0);
}

/* Without MSI-X, and somebody else has read it before we come to it. */
static void interrupt_that_was_taken_away_is_none(void **state)
{
	struct virtio_pci_call *call = &bed.vp->calls[2];

	(void)state;
	assert_true(virtio_guest_start(guest, VERSION_1, 3));
	make_blocking(call->watch.fd);
	alarm(10);
	call->watch.ready(&call->watch, EPOLLIN);
	assert_int_equal(bed.vp->isr, 0);
	assert_int_equal(eventfd_write(call->watch.fd, 1), 0);
	call->watch.ready(&call->watch, EPOLLIN);
	assert_int_equal(bed.vp->isr, 1);
	alarm(0);
}

static void notification_never_waits_for_an_eventfd(void **state)
{
	int kick = toy->device.queues[2].kick_fd;
	eventfd_t count;

	(void)state;
	assert_true(virtio_guest_start(guest, VERSION_1, 3));
	make_blocking(kick);
	assert_int_equal(eventfd_write(kick, UINT64_MAX - 2), 0);
	alarm(10);
	virtio_pci_notified(bed.vp, 2 * VIRTIO_PCI_DOORBELL_SIZE);
	virtio_pci_notified(bed.vp, 2 * VIRTIO_PCI_DOORBELL_SIZE);
	alarm(0);
	assert_int_equal(eventfd_read(kick, &count), 0);
	assert_true(count == UINT64_MAX - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(features_that_were_not_offered_are_gone),
		TEST(third_half_of_the_features_is_empty),
		TEST(features_are_fixed_by_features_ok),
		TEST(legacy_driver_is_refused),
		TEST(driver_ok_needs_features_ok),
		TEST(status_bits_stay_until_reset),
		TEST(status_is_0_only_when_the_device_has_stopped),
		TEST(status_written_by_two_cpus_is_one_after_the_other),
		TEST(failed_start_needs_a_reset),
		TEST(reset_works_in_each_state),
		TEST(machine_reset_stops_and_forgets),
		TEST(reset_never_waits_for_an_eventfd),
		TEST(interrupt_that_was_taken_away_is_none),
		TEST(notification_never_waits_for_an_eventfd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
