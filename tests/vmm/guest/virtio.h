/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtio.h - a virtio device behind PCI, modern (virtio 1.2 3.1 and 4.1) */
#ifndef GUEST_VIRTIO_H
#define GUEST_VIRTIO_H

#include "guest/pci.h"
#include "guest/virtq.h"

#define VIRTIO_QUEUES 10

enum virtio_id {
	VIRTIO_NET = 1,
	VIRTIO_BLOCK = 2,
	VIRTIO_CONSOLE = 3,
	VIRTIO_RNG = 4
};

#define VIRTIO_ACKNOWLEDGE 1
#define VIRTIO_DRIVER 2
#define VIRTIO_DRIVER_OK 4
#define VIRTIO_FEATURES_OK 8
#define VIRTIO_NEEDS_RESET 64
#define VIRTIO_FAILED 128

#define VIRTIO_F_INDIRECT_DESC (1ULL << 28)
#define VIRTIO_F_EVENT_IDX (1ULL << 29)
#define VIRTIO_F_VERSION_1 (1ULL << 32)

#define VIRTIO_NO_VECTOR 0xffff

/* struct virtio_pci_common_cfg, 4.1.4.3 */
enum {
	COMMON_DEVICE_FEATURE_SELECT = 0,
	COMMON_DEVICE_FEATURE = 4,
	COMMON_DRIVER_FEATURE_SELECT = 8,
	COMMON_DRIVER_FEATURE = 12,
	COMMON_MSIX_CONFIG = 16,
	COMMON_NUM_QUEUES = 18,
	COMMON_STATUS = 20,
	COMMON_GENERATION = 21,
	COMMON_QUEUE_SELECT = 22,
	COMMON_QUEUE_SIZE = 24,
	COMMON_QUEUE_MSIX = 26,
	COMMON_QUEUE_ENABLE = 28,
	COMMON_QUEUE_NOTIFY_OFF = 30,
	COMMON_QUEUE_DESC = 32,
	COMMON_QUEUE_DRIVER = 40,
	COMMON_QUEUE_DEVICE = 48,
	COMMON_SIZE = 56
};

/* struct virtio_region - what a vendor capability points to */
struct virtio_region {
	uint64_t at;
	uint32_t len;
	uint8_t bar, cap;
	uint32_t offset;
};

/*
 * struct virtio - one device
 * @access: the capability through which configuration space reaches the BARs
 * @msix_table: entry 0 is for configuration, 1 + n for queue n
 * @extra_features: wanted on top of the usual ones, by some tests
 * @config_irqs: interrupts that said "configuration"
 */
struct virtio {
	struct machine *machine;
	struct pci_function pci;
	enum virtio_id id;
	struct virtio_region common, notify, isr, config;
	uint8_t access;
	uint32_t notify_multiplier;
	uint8_t msix_cap;
	uint16_t msix_count;
	uint64_t msix_table, msix_pba;
	bool uses_msix, has_vectors;
	uint8_t vectors[1 + VIRTIO_QUEUES];
	volatile unsigned config_irqs;
	uint64_t features, extra_features;
	struct virtq *queues[VIRTIO_QUEUES];
};

/* virtio_find() - the @n-th device of its kind, from 0; false: there is none.
 * It is neither reset nor started. */
bool virtio_find(struct virtio *v, struct machine *m, enum virtio_id id,
		 unsigned n);

/* virtio_need() - the first one, or a complaint */
int virtio_need(struct virtio *v, struct machine *m, enum virtio_id id);

/* virtio_reset() - and waits until the device says it is */
int virtio_reset(struct virtio *v);

/* virtio_begin() - reset, driver there, @wanted features that are offered */
int virtio_begin(struct virtio *v, uint64_t wanted);

/* virtio_queue() - sets up a queue and enables it; a size of 0 is the device's.
 * The same struct is used again after a reset. */
int virtio_queue(struct virtio *v, struct virtq *q, uint16_t index,
		 uint16_t size);

/* virtio_run() - DRIVER_OK */
int virtio_run(struct virtio *v);

uint8_t virtio_status(const struct virtio *v);
void virtio_set_status(const struct virtio *v, uint8_t status);
uint64_t virtio_offered(const struct virtio *v);
void virtio_accept(const struct virtio *v, uint64_t features);

/* virtio_select() - of a queue; its registers are those of that one then */
void virtio_select(const struct virtio *v, uint16_t index);

/* virtio_needs_reset() - within @ms, with its configuration interrupt */
bool virtio_needs_reset(struct virtio *v, uint64_t ms);

/* virtio_irq_init() - vectors or INTx, once for each device; intx on the
 * command line decides. virtio_irq_on() - in the device, after each reset. */
int virtio_irq_init(struct virtio *v);

/* virtio_irq_again() - writes vectors, or the pin's enable bit, once more */
void virtio_irq_again(struct virtio *v);
int virtio_irq_on(struct virtio *v);

#endif
