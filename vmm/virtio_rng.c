// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio_rng.c - entropy of the host's for a guest (virtio 1.2 5.4)
 *
 * One queue of buffers that the driver wants filled. A driver may ask for as
 * much as it likes: a buffer gets some of what it asks for, a pass serves some
 * of the buffers, and then it is everybody else's turn.
 */
#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>
#include <stdlib.h>
#include <sys/random.h>

#include "core/util.h"
#include "vmm/devices.h"

#define RNG_QUEUE_SIZE 64
/* of one pass: some ten microseconds */
#define RNG_BATCH 16
/* of one buffer; 5.4.6.2 lets a device give less than all */
#define RNG_MAX_LEN 256
#define RNG_CLASS 0x00ff0000u

/**
 * struct virtio_rng - the device
 * @device:	as the transport sees it
 * @chain:	the one at hand; too large for a stack
 */
struct virtio_rng {
	struct virtio_device device;
	struct virtqueue_chain chain;
};

/* 256 bytes at once are never cut short, once the host's pool is filled. */
static uint32_t fill(const struct virtqueue_chain *chain)
{
	const struct iovec *iov = chain->iov + chain->readable;
	uint32_t len = 0;
	unsigned i;

	for (i = 0; i < chain->writable && len < RNG_MAX_LEN; i++) {
		size_t part = MIN(iov[i].iov_len, (size_t)RNG_MAX_LEN - len);
		ssize_t got = getrandom(iov[i].iov_base, part, GRND_NONBLOCK);

		if (got <= 0)
			break;
		len += (uint32_t)got;
	}
	return len;
}

/* A chain with nothing to write to comes back with a length of 0. */
static void rng_serve(struct virtio_queue *queue)
{
	struct virtio_rng *rng =
		container_of(queue->device, struct virtio_rng, device);
	struct virtqueue_buf bufs[RNG_BATCH];
	unsigned i, n;

	n = virtqueue_peek(&queue->vq, 0, VIRTQUEUE_WRITE, bufs, RNG_BATCH);
	for (i = 0; i < n; i++) {
		if (virtqueue_walk(&queue->vq, bufs[i].head, &rng->chain))
			break;
		virtqueue_push(&queue->vq, bufs[i].head, fill(&rng->chain));
	}
	if (n == RNG_BATCH)
		virtio_queue_again(queue);
	virtio_queue_flush(queue);
}

static int rng_start(struct virtio_device *device)
{
	if (!device->queues[0].enabled)
		return 0;
	return virtio_queue_open(&device->queues[0], rng_serve);
}

static void rng_stop(struct virtio_device *device)
{
	virtio_queue_close(&device->queues[0]);
}

static void rng_destroy(struct virtio_device *device)
{
	free(container_of(device, struct virtio_rng, device));
}

static const struct virtio_device_ops rng_ops = {
	.start = rng_start,
	.stop = rng_stop,
	.destroy = rng_destroy,
};

struct virtio_device *virtio_rng_create(struct machine *machine,
					struct err *err)
{
	struct virtio_rng *rng = calloc(1, sizeof(*rng));

	if (!rng) {
		err_set(err, -ENOMEM, "rng: no memory");
		return NULL;
	}
	rng->device = (struct virtio_device){
		.ops = &rng_ops,
		.name = "rng",
		.id = VIRTIO_ID_RNG,
		.class_code = RNG_CLASS,
		.features = 1ull << VIRTIO_F_VERSION_1 |
			    1ull << VIRTIO_RING_F_INDIRECT_DESC |
			    1ull << VIRTIO_RING_F_EVENT_IDX,
		.queue_count = 1,
		.machine = machine,
	};
	rng->device.queues[0].max_size = RNG_QUEUE_SIZE;
	return &rng->device;
}
