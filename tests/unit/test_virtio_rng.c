// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_virtio_rng.c - a driver gets entropy, and one that lies gets none
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <string.h>

#include "unit/virtio_guest.h"
#include "vmm/devices.h"
#include "vmm/pci.h"
#include "vmm/virtio_pci.h"

#define FEATURES (1ull << VIRTIO_F_VERSION_1)

static struct machine_bed bed;
static struct pci_bus bus;
static struct virtio_pci *vp;
static struct virtio_guest guest;

static int set_up(void **state)
{
	struct virtio_device *device;

	(void)state;
	if (machine_bed_open(&bed) || pci_bus_init(&bus, &bed.machine, NULL))
		return -1;
	device = virtio_rng_create(&bed.machine, NULL);
	if (!device)
		return -1;
	vp = virtio_pci_create(&bus, device, NULL);
	return vp ? virtio_guest_init(&guest, &bed, VIRTIO_ID_RNG) : -1;
}

static int tear_down(void **state)
{
	(void)state;
	virtio_pci_destroy(vp);
	return machine_bed_close(&bed);
}

static bool has_bytes(uint64_t gpa, size_t len)
{
	const uint8_t *data = virtio_guest_at(&guest, gpa);

	while (len--) {
		if (data[len])
			return true;
	}
	return false;
}

static void buffer_is_filled_and_driver_told(void **state)
{
	struct virtqueue_piece piece = {.len = 64};
	uint32_t len;

	(void)state;
	assert_true(virtio_guest_start(&guest, FEATURES, 1));
	assert_true(virtio_pci_is_running(vp));
	piece.gpa = virtio_guest_alloc(&guest, 4096);
	assert_true(virtio_guest_add(&guest, 0, &piece, 0, 1) >= 0);
	virtio_guest_kick(&guest, 0);
	assert_true(virtio_guest_get(&guest, 0, &len) >= 0);
	assert_int_equal(len, 64);
	assert_true(has_bytes(piece.gpa, 64));
	assert_false(has_bytes(piece.gpa + 64, 4096 - 64));
	assert_int_equal(virtio_guest_interrupts(&guest, 0), 1);
}

static void large_buffer_gets_some(void **state)
{
	struct virtqueue_piece pieces[2] = {{.len = 100}, {.len = 1 << 20}};
	uint32_t len;

	(void)state;
	assert_true(virtio_guest_start(&guest, FEATURES, 1));
	pieces[0].gpa = virtio_guest_alloc(&guest, 100);
	pieces[1].gpa = virtio_guest_alloc(&guest, 1 << 20);
	virtio_guest_add(&guest, 0, pieces, 0, 2);
	virtio_guest_kick(&guest, 0);
	assert_true(virtio_guest_get(&guest, 0, &len) >= 0);
	assert_in_range(len, 101, 4096);
	assert_true(has_bytes(pieces[1].gpa, len - 100));
	assert_false(has_bytes(pieces[1].gpa + len - 100, 4096));
}

static void full_ring_is_served_in_several_passes(void **state)
{
	struct virtqueue_piece piece = {.len = 16};
	uint32_t len;
	unsigned i;

	(void)state;
	assert_true(virtio_guest_start(&guest, FEATURES, 1));
	piece.gpa = virtio_guest_alloc(&guest, 16);
	for (i = 0; i < guest.queues[0].size; i++)
		assert_true(virtio_guest_add(&guest, 0, &piece, 0, 1) >= 0);
	loop_run_once(bed.machine.loop, 0);
	for (i = 0; virtio_guest_get(&guest, 0, &len) >= 0; i++)
		;
	assert_in_range(i, 1, guest.queues[0].size - 1);
	machine_bed_run(&bed);
	for (; virtio_guest_get(&guest, 0, &len) >= 0; i++)
		assert_int_equal(len, 16);
	assert_int_equal(i, guest.queues[0].size);
}

static void readable_buffer_comes_back_empty(void **state)
{
	struct virtqueue_piece piece = {.len = 64};
	uint32_t len = 1;

	(void)state;
	assert_true(virtio_guest_start(&guest, FEATURES, 1));
	piece.gpa = virtio_guest_alloc(&guest, 64);
	virtio_guest_add(&guest, 0, &piece, 1, 0);
	virtio_guest_kick(&guest, 0);
	assert_true(virtio_guest_get(&guest, 0, &len) >= 0);
	assert_int_equal(len, 0);
	assert_false(has_bytes(piece.gpa, 64));
}

static void readable_part_is_left_alone(void **state)
{
	struct virtqueue_piece pieces[2] = {{.len = 64}, {.len = 64}};
	uint32_t len;

	(void)state;
	assert_true(virtio_guest_start(&guest, FEATURES, 1));
	pieces[0].gpa = virtio_guest_alloc(&guest, 64);
	pieces[1].gpa = virtio_guest_alloc(&guest, 64);
	virtio_guest_add(&guest, 0, pieces, 1, 1);
	virtio_guest_kick(&guest, 0);
	assert_true(virtio_guest_get(&guest, 0, &len) >= 0);
	assert_int_equal(len, 64);
	assert_false(has_bytes(pieces[0].gpa, 64));
	assert_true(has_bytes(pieces[1].gpa, 64));
}

static void buffer_outside_of_ram_breaks_the_device_until_reset(void **state)
{
	struct virtqueue_piece piece = {.gpa = MACHINE_PCI_START, .len = 64};
	uint32_t len;

	(void)state;
	assert_true(virtio_guest_start(&guest, FEATURES, 1));
	virtio_guest_add(&guest, 0, &piece, 0, 1);
	virtio_guest_kick(&guest, 0);
	assert_int_equal(virtio_guest_get(&guest, 0, &len), -EAGAIN);
	assert_true(virtio_guest_status(&guest) & VIRTIO_CONFIG_S_NEEDS_RESET);
	assert_int_equal(virtio_guest_interrupts(&guest, -1), 1);
	virtio_guest_kick(&guest, 0);
	buffer_is_filled_and_driver_told(state);
}

static void event_index_is_kept(void **state)
{
	struct virtqueue_piece piece = {.len = 8};
	uint32_t len;
	unsigned i;

	(void)state;
	assert_true(virtio_guest_start(
		&guest, FEATURES | 1ull << VIRTIO_RING_F_EVENT_IDX, 1));
	machine_bed_run(&bed);
	piece.gpa = virtio_guest_alloc(&guest, 8);
	for (i = 0; i < 200; i++) {
		struct virtqueue_driver *driver = &guest.queues[0].driver;

		assert_true(virtqueue_driver_add(driver, &piece, 0, 1) >= 0);
		assert_true(virtqueue_driver_publish(driver));
		virtio_guest_kick(&guest, 0);
		assert_true(virtio_guest_get(&guest, 0, &len) >= 0);
		assert_true(virtqueue_driver_enable_call(driver));
	}
}

static void device_without_queue_starts_and_does_nothing(void **state)
{
	(void)state;
	/* its addresses are 0, where no working ring is */
	memset(virtio_guest_at(&guest, 0), 0xff, 4096);
	assert_true(virtio_guest_start(&guest, FEATURES, 0));
	machine_bed_ring(&bed, guest.notify, 2, 0);
	machine_bed_run(&bed);
	assert_int_equal(virtio_guest_status(&guest), 0x0f);
	assert_true(virtio_guest_reset(&guest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			buffer_is_filled_and_driver_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(large_buffer_gets_some, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			full_ring_is_served_in_several_passes, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			readable_buffer_comes_back_empty, set_up, tear_down),
		cmocka_unit_test_setup_teardown(readable_part_is_left_alone,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			buffer_outside_of_ram_breaks_the_device_until_reset,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(event_index_is_kept, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			device_without_queue_starts_and_does_nothing, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
