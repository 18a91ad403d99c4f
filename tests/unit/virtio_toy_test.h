/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio_toy_test.h - what all tests with a toy begin with: one bed for a file,
 * made anew for each test
 */
#ifndef UNIT_VIRTIO_TOY_TEST_H
#define UNIT_VIRTIO_TOY_TEST_H

#include <linux/virtio_config.h>

#include "unit/virtio_toy.h"

#define VERSION_1 (1ull << VIRTIO_F_VERSION_1)
/** GSI - of the toy's INTA: it is in slot 1 */
#define GSI (MACHINE_GSI_PCI + 1)
#define BAR_SIZE 0x4000

static struct virtio_toy_bed bed;
static struct virtio_guest *const guest = &bed.guest;
static struct virtio_toy *const toy = &bed.toy;

static int set_up(void **state)
{
	(void)state;
	return virtio_toy_open(&bed);
}

static int tear_down(void **state)
{
	(void)state;
	return virtio_toy_close(&bed);
}

/** config() - the driver reads configuration space */
static inline uint32_t config(unsigned offset, unsigned len)
{
	return guest_pci_read(&bed.bed, 1, offset, len);
}

/** set_config() - likewise, it writes */
static inline void set_config(unsigned offset, unsigned len, uint32_t value)
{
	guest_pci_write(&bed.bed, 1, offset, len, value);
}

/** get() - the driver reads the common configuration structure */
static inline uint64_t get(unsigned offset, unsigned len)
{
	return virtio_guest_read(guest, offset, len);
}

/** set() - likewise, it writes */
static inline void set(unsigned offset, unsigned len, uint64_t value)
{
	virtio_guest_write(guest, offset, len, value);
}

#endif
