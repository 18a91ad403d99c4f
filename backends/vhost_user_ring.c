// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost_user_ring.c - rings start and stop, kicks, notifications
 *
 * Theory of operation
 *
 * A kick eventfd is watched edge-triggered and never read: each write to it is
 * an edge, so nothing is lost, a read is saved, and a peer that reads its own
 * eventfd behind our back can't make a read of ours block.
 *
 * A kick of an input ring starts rounds of deferred work, one batch per ring
 * and round, until all are empty; only then are kicks wanted again. A kick of
 * an output ring matters only while a frame waits upstairs for buffers. While
 * the loop spins nobody needs kicks: vhost_user_poll() looks by itself, and
 * vhost_user_poll_end() asks for them again before the loop sleeps.
 *
 * Ring addresses are translated when a ring starts and again whenever memory
 * changes under it.
 */
#include "backends/vhost_user_internal.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

static unsigned ring_index(const struct vhost_user_ring *ring)
{
	return (unsigned)(ring - ring->owner->rings);
}

static void input_kicked(struct vhost_user *vu)
{
	if (!vu->is_blocked && !vu->fault)
		loop_defer(vu->loop, &vu->work);
}

static void output_kicked(struct vhost_user_ring *ring)
{
	struct vhost_user *vu = ring->owner;

	if (!ring->is_full)
		return;
	ring->is_full = false;
	timer_cancel(vu->loop, &vu->stall);
	virtqueue_disable_kick(&ring->vq);
	port_writable(&vu->port);
}

static void kick_readable(struct watch *watch, uint32_t events)
{
	struct vhost_user_ring *ring;

	(void)events;
	ring = container_of(watch, struct vhost_user_ring, kick);
	if (!ring->started)
		return;
	if (RING_IS_INPUT(ring_index(ring)))
		input_kicked(ring->owner);
	else
		output_kicked(ring);
}

void vhost_user_ring_init(struct vhost_user *vu, unsigned index)
{
	struct vhost_user_ring *ring = &vu->rings[index];

	ring->owner = vu;
	ring->kick.fd = -1;
	ring->kick.ready = kick_readable;
	ring->kick.name = RING_IS_INPUT(index) ? "vhost-user tx kick"
					       : "vhost-user rx kick";
	ring->call_fd = ring->err_fd = -1;
}

static int locate(const struct vhost_user_ring *ring,
		  struct virtqueue_settings *settings)
{
	const struct guest_memory *mem = &ring->owner->mem;
	uint16_t size = ring->size;

	settings->size = size;
	settings->desc = guest_memory_at_user(mem, ring->desc_user,
					      size * sizeof(struct vring_desc));
	settings->avail = guest_memory_at_user(mem, ring->avail_user,
					       virtqueue_avail_size(size));
	settings->used = guest_memory_at_user(mem, ring->used_user,
					      virtqueue_used_size(size));
	if (!size || !settings->desc || !settings->avail || !settings->used)
		return -EFAULT;
	return 0;
}

int vhost_user_ring_start(struct vhost_user_ring *ring)
{
	struct vhost_user *vu = ring->owner;
	struct virtqueue_settings settings = {
		.base = ring->base,
		.indirect = vhost_user_has(vu, VIRTIO_RING_F_INDIRECT_DESC),
		.event_idx = vhost_user_has(vu, VIRTIO_RING_F_EVENT_IDX)};
	int rc;

	rc = locate(ring, &settings);
	if (!rc)
		rc = virtqueue_init(&ring->vq, &vu->mem, &settings);
	if (rc)
		return rc;
	ring->started = true;
	virtqueue_disable_kick(&ring->vq);
	if (RING_IS_INPUT(ring_index(ring)))
		input_kicked(vu);
	return 0;
}

/* A frame may have another ring to go to now, and no kick is going to tell. */
void vhost_user_ring_give_up(struct vhost_user_ring *ring)
{
	ring->owner->owes_writable |= ring->is_full;
	ring->is_full = false;
}

void vhost_user_ring_stop(struct vhost_user_ring *ring)
{
	if (!ring->started)
		return;
	ring->base = ring->vq.next_avail;
	ring->started = false;
	vhost_user_ring_give_up(ring);
}

void vhost_user_ring_reset(struct vhost_user_ring *ring)
{
	vhost_user_ring_stop(ring);
	vhost_user_ring_set_kick(ring, -1);
	if (ring->call_fd >= 0)
		close(ring->call_fd);
	if (ring->err_fd >= 0)
		close(ring->err_fd);
	ring->call_fd = ring->err_fd = -1;
	ring->enabled = false;
	ring->size = ring->base = 0;
	ring->desc_user = ring->avail_user = ring->used_user = 0;
}

int vhost_user_ring_relocate(struct vhost_user_ring *ring)
{
	struct virtqueue_settings settings;
	int rc;

	if (!ring->started)
		return 0;
	rc = locate(ring, &settings);
	return rc ? rc : virtqueue_move(&ring->vq, &settings);
}

int vhost_user_ring_set_kick(struct vhost_user_ring *ring, int fd)
{
	watch_remove(&ring->kick);
	if (ring->kick.fd >= 0)
		close(ring->kick.fd);
	ring->kick.fd = fd;
	if (fd < 0)
		return 0;
	return watch_add(ring->owner->loop, &ring->kick, EPOLLIN | EPOLLET);
}

void vhost_user_ring_flush(struct vhost_user_ring *ring)
{
	struct vhost_user *vu = ring->owner;

	if (virtqueue_publish(&ring->vq) && ring->call_fd >= 0)
		vhost_user_notify(vu, ring->call_fd);
	if (UNLIKELY(ring->vq.error))
		vhost_user_fault(vu, ring->vq.error);
	if (UNLIKELY(guest_memory_is_poisoned(&vu->mem)))
		vhost_user_fault(vu, "its memory was taken away");
}

/* one batch from each input ring; true when any had one */
static bool input_round(struct vhost_user *vu)
{
	bool worked = false;
	unsigned i;

	for (i = 1; i < vu->ring_count; i += 2) {
		if (vu->is_blocked || vu->fault)
			break;
		if (vu->rings[i].started)
			worked |= vhost_user_input_batch(&vu->rings[i]);
	}
	return worked;
}

/* true when chains came in meanwhile: kicks can't be relied on for those */
static bool want_kicks(struct vhost_user *vu)
{
	bool more = false;
	unsigned i;

	for (i = 1; i < vu->ring_count; i += 2) {
		if (vu->rings[i].started &&
		    !virtqueue_enable_kick(&vu->rings[i].vq, 0)) {
			virtqueue_disable_kick(&vu->rings[i].vq);
			more = true;
		}
	}
	return more;
}

void vhost_user_work(struct deferred *deferred)
{
	struct vhost_user *vu = container_of(deferred, struct vhost_user, work);

	if (vu->is_blocked || vu->fault)
		return;
	if (input_round(vu) || (!vu->is_polling && want_kicks(vu)))
		loop_defer(vu->loop, &vu->work);
}

static void poll_begin(struct vhost_user *vu)
{
	unsigned i;

	vu->is_polling = true;
	for (i = 0; i < vu->ring_count; i++) {
		if (vu->rings[i].started)
			virtqueue_disable_kick(&vu->rings[i].vq);
	}
}

/* how many of the chains that wait in a full ring were not enough */
static unsigned too_few(const struct vhost_user_ring *ring)
{
	uint16_t left = (uint16_t)(ring->full_at - ring->vq.next_avail);

	/* short frames may have used more than those meanwhile */
	return left <= ring->vq.size ? left : 0;
}

bool vhost_user_poll(struct poller *poller)
{
	struct vhost_user *vu = container_of(poller, struct vhost_user, poller);
	unsigned i;

	if (vu->fault)
		return false;
	if (!vu->is_polling)
		poll_begin(vu);
	for (i = 0; i < vu->output_count; i++) {
		struct vhost_user_ring *ring = vu->outputs[i];

		if (ring->is_full &&
		    virtqueue_has_more(&ring->vq, too_few(ring)))
			output_kicked(ring);
	}
	return input_round(vu);
}

void vhost_user_poll_end(struct poller *poller)
{
	struct vhost_user *vu = container_of(poller, struct vhost_user, poller);
	unsigned i;

	vu->is_polling = false;
	for (i = 0; i < vu->output_count; i++) {
		struct vhost_user_ring *ring = vu->outputs[i];

		if (ring->is_full &&
		    !virtqueue_enable_kick(&ring->vq, too_few(ring)))
			output_kicked(ring);
	}
	if (!vu->is_blocked && !vu->fault)
		loop_defer(vu->loop, &vu->work);
}
