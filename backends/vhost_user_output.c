// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost_user_output.c - frames that the guest receives
 *
 * Theory of operation
 *
 * Most frames fit the next buffer, and that buffer is one descriptor: they are
 * written in a run while the buffers behind are being prefetched. A frame that
 * needs more first collects chains without touching them; only when there is
 * room for all of it is anything written or pushed. So a frame that does not
 * fit leaves the ring as it was.
 *
 * Too few buffers means full, unless the guest has offered its whole ring, or
 * COLLECT_STEPS descriptors, or has been given STALL_MS to add some: then the
 * frame can't ever be delivered and is dropped, so that the ones behind it get
 * their turn.
 */
#include "backends/vhost_user_internal.h"

#include <endian.h>
#include <string.h>

#define STALL_MS 100

/*
 * One frame may cost so many descriptors of mergeable buffers: 64 KiB of them
 * in pieces of 128 bytes. Without a limit, a guest could have a ring full of
 * long chains of nothing looked through for each frame that comes for it.
 */
#define COLLECT_STEPS 512

/* Without mergeable buffers a driver must offer at least so much (5.1.6.3). */
#define MIN_BUFFER (ETH_HLEN + VLAN_HLEN + 1500u)

/** enum fill - what became of one frame */
enum fill {
	FILL_DONE,
	FILL_DROPPED,
	FILL_NO_ROOM,
	FILL_BROKEN,
};

/**
 * struct sink - a list of pieces that is being written to
 * @iov:	the piece that is next; guest memory
 * @offset:	bytes of that piece already written
 */
struct sink {
	const struct iovec *iov;
	size_t offset;
};

static void write_hdr(uint8_t *data, const struct frame *frame,
		      uint16_t hdr_len, unsigned num_buffers)
{
	uint16_t count = htole16((uint16_t)num_buffers);

	memcpy(data, &frame->hdr, sizeof(frame->hdr));
	if (LIKELY(hdr_len == HDR_LEN))
		memcpy(data + sizeof(frame->hdr), &count, sizeof(count));
}

static void write_simple(uint8_t *data, const struct frame *frame,
			 uint16_t hdr_len)
{
	unsigned i;

	write_hdr(data, frame, hdr_len, 1);
	data += hdr_len;
	if (LIKELY(frame->snap_len <= FRAME_SNAP_LEN))
		bytes_copy_short(data, frame->snap, frame->snap_len);
	else
		memcpy(data, frame->snap, frame->snap_len);
	data += frame->snap_len;
	for (i = 0; i < frame->iov_count; i++) {
		memcpy(data, frame->iov[i].iov_base, frame->iov[i].iov_len);
		data += frame->iov[i].iov_len;
	}
}

/* how many leading frames fit one simple buffer each, and write them */
static unsigned fill_run(struct vhost_user_ring *ring, struct frame **frames,
			 unsigned n)
{
	const struct virtqueue_buf *bufs = ring->owner->output.bufs;
	uint16_t hdr_len = ring->owner->hdr_len;
	unsigned i;

	for (i = 0; i < n; i++) {
		uint32_t len = frames[i]->len + hdr_len;

		if (!bufs[i].data || bufs[i].len < len)
			break;
		write_simple(bufs[i].data, frames[i], hdr_len);
		virtqueue_push(&ring->vq, bufs[i].head, len);
	}
	return i;
}

/* add the chain that is @out->count behind the next one; false: none there */
static bool collect(struct vhost_user_ring *ring, struct vhost_user_output *out)
{
	unsigned room = VIRTQUEUE_MAX_IOV - out->iov_count, pieces = 1;
	struct virtqueue_chain *chain = &out->chain;
	struct virtqueue_buf buf;
	uint64_t len;

	if (!virtqueue_peek(&ring->vq, out->count, VIRTQUEUE_WRITE, &buf, 1))
		return false;
	len = buf.len;
	chain->steps = 1;
	if (buf.data) {
		chain->iov[0].iov_base = buf.data;
		chain->iov[0].iov_len = buf.len;
	} else {
		if (virtqueue_walk(&ring->vq, buf.head, chain))
			return false;
		if (chain->readable) {
			ring->vq.error = "receive buffer that is not writable";
			return false;
		}
		pieces = chain->writable;
		len = chain->writable_len;
	}
	out->steps += chain->steps;
	if (pieces > room)
		return false;
	memcpy(&out->iov[out->iov_count], chain->iov,
	       pieces * sizeof(struct iovec));
	out->iov_count += pieces;
	out->head[out->count] = buf.head;
	out->len[out->count++] = (uint32_t)MIN(len, UINT32_MAX);
	return true;
}

/* collect until @need bytes have room; returns the room there is */
static uint64_t collect_all(struct vhost_user_ring *ring,
			    struct vhost_user_output *out, uint32_t need)
{
	bool merge = vhost_user_has(ring->owner, VIRTIO_NET_F_MRG_RXBUF);
	unsigned most = merge ? ring->vq.size : 1;
	uint64_t room = 0;

	out->count = out->iov_count = out->steps = 0;
	while (room < need && out->count < most && out->steps < COLLECT_STEPS &&
	       collect(ring, out))
		room += out->len[out->count - 1];
	return room;
}

static void sink_put(struct sink *sink, const void *data, size_t len)
{
	const uint8_t *from = data;

	while (len) {
		size_t part = MIN(len, sink->iov->iov_len - sink->offset);

		memcpy((uint8_t *)sink->iov->iov_base + sink->offset, from,
		       part);
		from += part;
		len -= part;
		sink->offset += part;
		if (sink->offset == sink->iov->iov_len) {
			sink->iov++;
			sink->offset = 0;
		}
	}
}

static void write_collected(struct vhost_user_ring *ring,
			    const struct vhost_user_output *out,
			    const struct frame *frame)
{
	uint32_t left = frame->len + ring->owner->hdr_len;
	struct sink sink = {.iov = out->iov};
	uint8_t hdr[HDR_LEN];
	unsigned i;

	write_hdr(hdr, frame, ring->owner->hdr_len, out->count);
	sink_put(&sink, hdr, ring->owner->hdr_len);
	sink_put(&sink, frame->snap, frame->snap_len);
	for (i = 0; i < frame->iov_count; i++)
		sink_put(&sink, frame->iov[i].iov_base, frame->iov[i].iov_len);
	for (i = 0; i < out->count; i++) {
		uint32_t part = MIN(left, out->len[i]);

		virtqueue_push(&ring->vq, out->head[i], part);
		left -= part;
	}
}

/*
 * The buffers at hand don't hold the frame. A buffer that can't hold any frame
 * goes back empty, lest it block the good ones behind it.
 */
static enum fill no_room(struct vhost_user_ring *ring,
			 const struct vhost_user_output *out)
{
	struct vhost_user *vu = ring->owner;
	bool merge = vhost_user_has(vu, VIRTIO_NET_F_MRG_RXBUF);

	if (ring->vq.error)
		return FILL_BROKEN;
	if (!out->count)
		return virtqueue_has_more(&ring->vq, 0) ? FILL_DROPPED
							: FILL_NO_ROOM;
	if (merge && out->count < ring->vq.size && !vu->is_stalled &&
	    out->steps < COLLECT_STEPS)
		return FILL_NO_ROOM;
	if (out->len[0] < vu->hdr_len + (merge ? 0 : MIN_BUFFER))
		virtqueue_push(&ring->vq, out->head[0], 0);
	return FILL_DROPPED;
}

static enum fill fill_hard(struct vhost_user_ring *ring,
			   const struct frame *frame)
{
	struct vhost_user_output *out = &ring->owner->output;
	uint32_t need = frame->len + ring->owner->hdr_len;

	if (collect_all(ring, out, need) < need)
		return no_room(ring, out);
	if (out->len[0] < ring->owner->hdr_len) {
		virtqueue_push(&ring->vq, out->head[0], 0);
		return FILL_DROPPED;
	}
	write_collected(ring, out, frame);
	return FILL_DONE;
}

/* 1: taken; 0: no room or broken */
static unsigned fill_one(struct vhost_user_ring *ring, struct frame *frame)
{
	struct vhost_user *vu = ring->owner;

	switch (fill_hard(ring, frame)) {
	case FILL_DONE:
		return 1;
	case FILL_DROPPED:
		port_count_lost(&vu->port, frame, DROP_RX_BUFFER);
		return 1;
	case FILL_NO_ROOM:
	case FILL_BROKEN:
		break;
	}
	return 0;
}

static unsigned fill(struct vhost_user_ring *ring, struct frame **frames,
		     unsigned n)
{
	struct virtqueue_buf *bufs = ring->owner->output.bufs;
	unsigned done = 0;

	while (done < n) {
		unsigned got, run;

		got = virtqueue_peek(&ring->vq, 0, VIRTQUEUE_WRITE, bufs,
				     MIN(n - done, FRAME_BATCH));
		if (!got)
			break;
		run = fill_run(ring, frames + done, got);
		done += run;
		if (run == got)
			continue;
		if (!fill_one(ring, frames[done]))
			break;
		done++;
	}
	return done;
}

/* ask for a kick when there are more buffers than now; true: there are */
static bool wait_for_buffers(struct vhost_user_ring *ring)
{
	struct vhost_user *vu = ring->owner;
	unsigned pending =
		(uint16_t)(ring->vq.seen_avail - ring->vq.next_avail);

	if (!virtqueue_enable_kick(&ring->vq, pending)) {
		virtqueue_disable_kick(&ring->vq);
		return !ring->vq.error;
	}
	ring->is_full = true;
	ring->full_at = (uint16_t)(ring->vq.next_avail + pending);
	if (pending && !timer_is_armed(&vu->stall))
		timer_arm(vu->loop, &vu->stall,
			  loop_now_ns(vu->loop) + STALL_MS * NSEC_PER_MSEC);
	return false;
}

static unsigned ring_send(struct vhost_user_ring *ring, struct frame **frames,
			  unsigned n)
{
	unsigned done = fill(ring, frames, n);

	while (UNLIKELY(done < n) && !ring->vq.error && wait_for_buffers(ring))
		done += fill(ring, frames + done, n - done);
	ring->owner->is_stalled = false;
	vhost_user_ring_flush(ring);
	return done;
}

/*
 * With several queue pairs a flow has to stay on one. In an untagged IPv4 frame
 * without options addresses and ports lie at fixed places; a fragment has no
 * ports. Everything else goes by its MAC addresses.
 */
static unsigned pick_output(const struct vhost_user *vu,
			    const struct frame *frame)
{
	uint64_t a, b, c = 0;

	memcpy(&a, frame->snap, sizeof(a));
	memcpy(&b, frame->snap + 6, sizeof(b));
	if (frame->snap_len >= 38 && be16_load(frame->snap + 12) == 0x0800) {
		bool whole = !(be16_load(frame->snap + 20) & 0x3fff);

		memcpy(&b, frame->snap + 26, sizeof(b));
		if (whole && frame->snap[14] == 0x45)
			memcpy(&c, frame->snap + 34, 4);
	}
	a = (a ^ b ^ c * UINT64_C(0xff51afd7ed558ccd)) *
	    UINT64_C(0x9e3779b97f4a7c15);
	return (unsigned)((a >> 32) * vu->output_count >> 32);
}

unsigned vhost_user_send(struct port *port, struct frame **frames, unsigned n)
{
	struct vhost_user *vu = container_of(port, struct vhost_user, port);
	unsigned done = 0;

	if (UNLIKELY(!vu->output_count)) {
		for (; done < n; done++)
			port_count_lost(port, frames[done], DROP_NO_CARRIER);
		return n;
	}
	if (LIKELY(vu->output_count == 1))
		return ring_send(vu->outputs[0], frames, n);
	while (done < n && vu->output_count) {
		unsigned run = 1, taken, to = pick_output(vu, frames[done]);

		while (done + run < n &&
		       pick_output(vu, frames[done + run]) == to)
			run++;
		taken = ring_send(vu->outputs[to], frames + done, run);
		done += taken;
		if (taken < run)
			break;
	}
	return done;
}
