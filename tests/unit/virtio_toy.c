// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio_toy.c - a device that notes what its transport tells it
 */
#include "unit/virtio_toy.h"

#include <string.h>

static struct virtio_toy *toy_of(struct virtio_device *device)
{
	return container_of(device, struct virtio_toy, device);
}

/* Bounds are the transport's duty: a wrong one shows under a sanitizer. */
static void toy_config_read(struct virtio_device *device, unsigned offset,
			    void *data, unsigned len)
{
	memcpy(data, toy_of(device)->config + offset, len);
}

static void toy_config_write(struct virtio_device *device, unsigned offset,
			     const void *data, unsigned len)
{
	memcpy(toy_of(device)->config + offset, data, len);
}

static void serve_all(struct virtio_queue *queue)
{
	struct virtio_toy *toy = toy_of(queue->device);
	struct virtqueue_buf bufs[TOY_BATCH];
	unsigned i, n;

	toy->passes[0]++;
	toy->is_quiet = queue->vq.used->flags;
	n = virtqueue_peek(&queue->vq, 0, VIRTQUEUE_READ, bufs, TOY_BATCH);
	for (i = 0; i < n; i++) {
		if (virtqueue_walk(&queue->vq, bufs[i].head, &toy->chain))
			break;
		virtqueue_push(&queue->vq, bufs[i].head, 0);
	}
	if (n == TOY_BATCH)
		virtio_queue_again(queue);
	virtio_queue_flush(queue);
}

static void serve_none(struct virtio_queue *queue)
{
	toy_of(queue->device)->passes[1]++;
	virtio_queue_flush(queue);
}

static int toy_start(struct virtio_device *device)
{
	struct virtio_toy *toy = toy_of(device);
	int code = toy->start_code;

	toy->starts++;
	if (!code && device->queues[0].enabled)
		code = virtio_queue_open(&device->queues[0], serve_all);
	if (!code && device->queues[1].enabled)
		code = virtio_queue_open(&device->queues[1], serve_none);
	return code;
}

static void toy_stop(struct virtio_device *device)
{
	toy_of(device)->stops++;
	virtio_queue_close(&device->queues[0]);
	virtio_queue_close(&device->queues[1]);
}

static void toy_destroy(struct virtio_device *device)
{
	toy_of(device)->destroys++;
}

static const struct virtio_device_ops toy_ops = {
	.config_read = toy_config_read,
	.config_write = toy_config_write,
	.start = toy_start,
	.stop = toy_stop,
	.destroy = toy_destroy,
};

int virtio_toy_open(struct virtio_toy_bed *bed)
{
	struct virtio_device *device = &bed->toy.device;
	unsigned i;

	memset(bed, 0, sizeof(*bed));
	if (machine_bed_open(&bed->bed))
		return -1;
	bed->ops = *bed->bed.machine.ops;
	bed->bed.machine.ops = &bed->ops;
	if (pci_bus_init(&bed->bus, &bed->bed.machine, NULL))
		return -1;
	*device = (struct virtio_device){
		.ops = &toy_ops,
		.name = "toy0",
		.id = TOY_ID,
		.class_code = 0x088000,
		.features = TOY_FEATURES,
		.config_size = TOY_CONFIG_SIZE,
		.queue_count = TOY_QUEUES,
		.machine = &bed->bed.machine,
	};
	for (i = 0; i < TOY_QUEUES; i++)
		device->queues[i].max_size = TOY_QUEUE_SIZE;
	for (i = 0; i < TOY_CONFIG_SIZE; i++)
		bed->toy.config[i] = (uint8_t)(0xa0 + i);
	memset(bed->toy.guard, 0xee, sizeof(bed->toy.guard));
	bed->vp = virtio_pci_create(&bed->bus, device, NULL);
	return bed->vp ? virtio_guest_init(&bed->guest, &bed->bed, TOY_ID) : -1;
}

int virtio_toy_close(struct virtio_toy_bed *bed)
{
	virtio_pci_destroy(bed->vp);
	return machine_bed_close(&bed->bed) ||
	       bed->toy.stops != bed->toy.starts || bed->toy.destroys != 1;
}
