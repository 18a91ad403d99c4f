// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio_queue.c - a virtqueue that is served in this process
 *
 * Theory of operation
 *
 * The loop waits for the kick eventfd. While a device serves its queue the
 * driver is asked not to notify; virtio_queue_flush() asks it to again, and
 * looks once more for what came in meanwhile. A chain that the device has seen
 * and left (no byte to put into it yet) does not count as new.
 *
 * Who has more to do than one pass may take writes its own kick eventfd: others
 * get their turn, and a driver that fills its ring without an end costs no more
 * than that.
 */
#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/util.h"
#include "vmm/virtio.h"

/* A counter that is full has woken its reader already. */
static void write_one(int fd)
{
	const uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		return;
}

void virtio_break(struct virtio_device *device, const char *why)
{
	if (device->error)
		return;
	device->error = why;
	device->transport->broken(device);
}

static void kick_readable(struct watch *watch, uint32_t events)
{
	struct virtio_queue *queue =
		container_of(watch, struct virtio_queue, kick);
	uint64_t count;

	(void)events;
	if (read(watch->fd, &count, sizeof(count)) != sizeof(count) ||
	    !virtio_queue_is_open(queue))
		return;
	virtqueue_disable_kick(&queue->vq);
	queue->serve(queue);
}

int virtio_queue_open(struct virtio_queue *queue,
		      void (*serve)(struct virtio_queue *queue))
{
	struct virtio_device *device = queue->device;
	struct guest_memory *memory = &device->machine->memory;
	const struct virtqueue_settings settings = {
		.desc = guest_memory_at(memory, queue->desc,
					queue->size *
						sizeof(struct vring_desc)),
		.avail = guest_memory_at(memory, queue->avail,
					 virtqueue_avail_size(queue->size)),
		.used = guest_memory_at(memory, queue->used,
					virtqueue_used_size(queue->size)),
		.size = queue->size,
		.indirect = virtio_has(device, VIRTIO_RING_F_INDIRECT_DESC),
		.event_idx = virtio_has(device, VIRTIO_RING_F_EVENT_IDX),
	};
	int code;

	if (!settings.desc || !settings.avail || !settings.used)
		return -EFAULT;
	code = virtqueue_init(&queue->vq, memory, &settings);
	if (code)
		return code;
	queue->kick.fd = queue->kick_fd;
	queue->kick.ready = kick_readable;
	queue->kick.name = "virtio-kick";
	code = watch_add(device->machine->loop, &queue->kick, EPOLLIN);
	if (code)
		return code;
	queue->serve = serve;
	/* a driver may have filled it before it said DRIVER_OK */
	virtio_queue_again(queue);
	return 0;
}

void virtio_queue_close(struct virtio_queue *queue)
{
	if (!queue->serve)
		return;
	watch_remove(&queue->kick);
	queue->serve = NULL;
}

void virtio_queue_again(struct virtio_queue *queue)
{
	write_one(queue->kick_fd);
}

void virtio_queue_flush(struct virtio_queue *queue)
{
	struct virtqueue *vq = &queue->vq;
	bool is_wanted;

	if (!virtio_queue_is_open(queue))
		return;
	is_wanted = virtqueue_publish(vq);
	if (guest_memory_is_poisoned(vq->mem))
		vq->error = "its memory was taken away";
	if (!virtqueue_enable_kick(vq,
				   (uint16_t)(vq->seen_avail - vq->next_avail)))
		virtio_queue_again(queue);
	if (vq->error)
		virtio_break(queue->device, vq->error);
	else if (is_wanted)
		write_one(queue->call_fd);
}
