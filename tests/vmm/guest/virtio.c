// SPDX-License-Identifier: GPL-2.0-or-later
/* virtio.c - from reset to DRIVER_OK, as virtio 1.2 3.1.1 has it */
#include "guest/virtio.h"
#include "guest/io.h"
#include "guest/irq.h"
#include "guest/text.h"

#define RESET_MS 2000

static uint64_t common(const struct virtio *v, unsigned at)
{
	return v->common.at + at;
}

uint8_t virtio_status(const struct virtio *v)
{
	return read8(common(v, COMMON_STATUS));
}

void virtio_set_status(const struct virtio *v, uint8_t status)
{
	write8(common(v, COMMON_STATUS), status);
}

uint64_t virtio_offered(const struct virtio *v)
{
	uint64_t low;

	write32(common(v, COMMON_DEVICE_FEATURE_SELECT), 0);
	low = read32(common(v, COMMON_DEVICE_FEATURE));
	write32(common(v, COMMON_DEVICE_FEATURE_SELECT), 1);
	return low | (uint64_t)read32(common(v, COMMON_DEVICE_FEATURE)) << 32;
}

void virtio_accept(const struct virtio *v, uint64_t features)
{
	write32(common(v, COMMON_DRIVER_FEATURE_SELECT), 0);
	write32(common(v, COMMON_DRIVER_FEATURE), (uint32_t)features);
	write32(common(v, COMMON_DRIVER_FEATURE_SELECT), 1);
	write32(common(v, COMMON_DRIVER_FEATURE), (uint32_t)(features >> 32));
}

void virtio_select(const struct virtio *v, uint16_t index)
{
	write16(common(v, COMMON_QUEUE_SELECT), index);
}

static bool is_reset(void *arg)
{
	return !virtio_status(arg);
}

int virtio_reset(struct virtio *v)
{
	virtio_set_status(v, 0);
	if (!wait_for(v->machine, is_reset, v, RESET_MS))
		return failed("virtio %u: status 0x%x after reset", v->id,
			      virtio_status(v));
	return 0;
}

int virtio_begin(struct virtio *v, uint64_t wanted)
{
	uint64_t offered;

	if (virtio_reset(v))
		return -1;
	virtio_set_status(v, VIRTIO_ACKNOWLEDGE);
	virtio_set_status(v, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER);
	offered = virtio_offered(v);
	if (!(offered & VIRTIO_F_VERSION_1))
		return failed("virtio %u: not a modern device", v->id);
	wanted |= v->extra_features | VIRTIO_F_VERSION_1;
	v->features = offered & wanted;
	virtio_accept(v, v->features);
	virtio_set_status(v, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER |
				     VIRTIO_FEATURES_OK);
	if (!(virtio_status(v) & VIRTIO_FEATURES_OK))
		return failed("virtio %u: features 0x%lx of 0x%lx refused",
			      v->id, v->features, offered);
	return virtio_irq_on(v);
}

/* take_vector() - its own, or the last one for all that have none */
static int take_vector(struct virtio *v, struct virtq *q)
{
	q->entry = 1U + q->index;
	if (!v->uses_msix)
		return 0;
	if (q->entry >= v->msix_count)
		q->entry = v->msix_count - 1U;
	write16(common(v, COMMON_QUEUE_MSIX), (uint16_t)q->entry);
	if (read16(common(v, COMMON_QUEUE_MSIX)) != q->entry)
		return failed("virtio %u: queue %u can't have vector %u", v->id,
			      q->index, q->entry);
	return 0;
}

int virtio_queue(struct virtio *v, struct virtq *q, uint16_t index,
		 uint16_t size)
{
	uint16_t most;

	virtio_select(v, index);
	most = read16(common(v, COMMON_QUEUE_SIZE));
	if (!most)
		return failed("virtio %u: there is no queue %u", v->id, index);
	if (!size || size > most)
		size = most;
	if (size > VIRTQ_MAX)
		size = VIRTQ_MAX;
	if (q->desc && q->size == size)
		virtq_clear(q);
	else
		virtq_init(q, v->machine, index, size);
	q->event_idx = v->features & VIRTIO_F_EVENT_IDX;
	v->queues[index] = q;
	write16(common(v, COMMON_QUEUE_SIZE), size);
	write64(common(v, COMMON_QUEUE_DESC), (uint64_t)q->desc);
	write64(common(v, COMMON_QUEUE_DRIVER), (uint64_t)q->avail);
	write64(common(v, COMMON_QUEUE_DEVICE), (uint64_t)q->used);
	q->notify = v->notify.at +
		    (uint64_t)read16(common(v, COMMON_QUEUE_NOTIFY_OFF)) *
			    v->notify_multiplier;
	if (take_vector(v, q))
		return -1;
	write16(common(v, COMMON_QUEUE_ENABLE), 1);
	if (read16(common(v, COMMON_QUEUE_ENABLE)) != 1)
		return failed("virtio %u: queue %u stays off", v->id, index);
	return 0;
}

int virtio_run(struct virtio *v)
{
	virtio_set_status(v, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER |
				     VIRTIO_FEATURES_OK | VIRTIO_DRIVER_OK);
	if (virtio_status(v) & VIRTIO_NEEDS_RESET)
		return failed("virtio %u: broken from the start", v->id);
	return 0;
}

static bool asks_for_reset(void *arg)
{
	return virtio_status(arg) & VIRTIO_NEEDS_RESET;
}

bool virtio_needs_reset(struct virtio *v, uint64_t ms)
{
	return wait_for(v->machine, asks_for_reset, v, ms);
}
