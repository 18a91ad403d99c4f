// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost_user_input.c - frames that the guest transmits
 *
 * Theory of operation
 *
 * A batch of chains becomes a batch of frames: header and first bytes are
 * copied, the rest stays in guest memory as the frame's tail. Then the batch
 * goes up. Chains whose frames were taken, or were bad, are pushed back to the
 * guest in order; from the first frame that was not taken on, nothing is
 * pushed, and the next round peeks at the same chains again. So a drop is only
 * counted when its chain is pushed.
 *
 * A bad frame costs itself and nothing else; a chain that breaks the rules of
 * the ring breaks the ring.
 */
#include "backends/vhost_user_internal.h"

#include <string.h>

#include "core/offload.h"

/*
 * A chain may have as many descriptors as its ring, and the same one may be
 * offered again and again. So a batch ends when it has cost that many: some
 * sixty frames of 64 KiB in pages.
 */
#define BATCH_STEPS 1024

/*
 * A batch also ends with so many bytes. They are still in the cache when they
 * are passed on; and other ports don't wait for long, even if each frame has to
 * be cut into the shortest of segments.
 */
#define BATCH_BYTES (256 * 1024)

/**
 * struct cursor - where the next tail piece of the batch goes
 * @iovs:	entries of input->iovs in use
 * @steps:	descriptors that the batch has cost
 * @bytes:	length of its good frames
 * @is_bounced:	input->bounce is in use
 */
struct cursor {
	unsigned iovs;
	unsigned steps;
	unsigned bytes;
	bool is_bounced;
};

/*
 * The header decides what is done to the frame, so it is checked when the
 * snapshot is there; nothing else looks at a header that is all zero.
 */
static enum drop_reason check(const struct vhost_user *vu, struct frame *frame)
{
	uint16_t allowed = 0;

	if (!frame_classify(frame))
		return (enum drop_reason)frame->verdict.reason;
	if (LIKELY(!(frame->hdr.flags | frame->hdr.gso_type))) {
		frame->hdr = (struct vnet_hdr){0};
		return DROP_NONE;
	}
	if (vhost_user_has(vu, VIRTIO_NET_F_CSUM))
		allowed |= PORT_CSUM;
	if (vhost_user_has(vu, VIRTIO_NET_F_HOST_TSO4))
		allowed |= PORT_TSO4;
	if (vhost_user_has(vu, VIRTIO_NET_F_HOST_TSO6))
		allowed |= PORT_TSO6;
	if (vhost_user_has(vu, VIRTIO_NET_F_HOST_ECN))
		allowed |= PORT_ECN;
	return offload_check(frame, allowed) ? DROP_NONE : DROP_BAD_OFFLOAD;
}

/* one descriptor, one region: nearly every frame */
static enum drop_reason take_simple(struct vhost_user *vu, struct frame *frame,
				    const struct virtqueue_buf *buf,
				    struct cursor *cursor)
{
	uint32_t len = buf->len - vu->hdr_len;
	const uint8_t *data = buf->data + vu->hdr_len;

	if (UNLIKELY(buf->len < vu->hdr_len + (uint32_t)ETH_HLEN))
		return DROP_RUNT;
	if (UNLIKELY(len > FRAME_MAX_LEN))
		return DROP_TOO_LONG;
	memcpy(&frame->hdr, buf->data, sizeof(frame->hdr));
	frame->len = len;
	frame->iov_count = 0;
	frame->snap_len = (uint16_t)MIN(len, FRAME_SNAP_LEN);
	bytes_copy_short(frame->snap, data, frame->snap_len);
	if (len > FRAME_SNAP_LEN) {
		struct iovec *iov = &vu->input.iovs[cursor->iovs++];

		iov->iov_base = (void *)(uintptr_t)(data + FRAME_SNAP_LEN);
		iov->iov_len = len - FRAME_SNAP_LEN;
		frame->iov = iov;
		frame->iov_count = 1;
	}
	/* from here on only the copies count: don't read them anew */
	__asm__ volatile("" ::: "memory");
	return check(vu, frame);
}

/* copy @len bytes off the front of a list of pieces */
static void iov_pull(struct iovec **iov, unsigned *count, void *dst, size_t len)
{
	uint8_t *out = dst;

	while (len) {
		size_t part = MIN(len, (*iov)->iov_len);

		memcpy(out, (*iov)->iov_base, part);
		out += part;
		len -= part;
		(*iov)->iov_base = (uint8_t *)(*iov)->iov_base + part;
		(*iov)->iov_len -= part;
		if (!(*iov)->iov_len) {
			(*iov)++;
			(*count)--;
		}
	}
}

static void take_tail(struct vhost_user_input *input, struct frame *frame,
		      struct iovec *iov, unsigned count, struct cursor *cursor)
{
	size_t len = frame->len - frame->snap_len;

	frame->iov = &input->iovs[cursor->iovs];
	frame->iov_count = (uint16_t)count;
	if (count <= FRAME_MAX_IOV) {
		memcpy(&input->iovs[cursor->iovs], iov, count * sizeof(*iov));
		cursor->iovs += count;
		return;
	}
	input->iovs[cursor->iovs].iov_base = input->bounce;
	input->iovs[cursor->iovs++].iov_len = len;
	frame->iov_count = 1;
	cursor->is_bounced = true;
	iov_pull(&iov, &count, input->bounce, len);
}

static enum drop_reason take_chain(struct vhost_user *vu,
				   struct vhost_user_ring *ring,
				   struct frame *frame, uint16_t head,
				   struct cursor *cursor)
{
	struct virtqueue_chain *chain = &vu->input.chain;
	struct iovec *iov = chain->iov;
	unsigned count;

	if (virtqueue_walk(&ring->vq, head, chain))
		return DROP_BAD_DESCRIPTOR;
	cursor->steps += chain->steps;
	count = chain->readable;
	if (chain->writable)
		return DROP_BAD_DESCRIPTOR;
	if (chain->readable_len < vu->hdr_len + (uint64_t)ETH_HLEN)
		return DROP_RUNT;
	if (chain->readable_len > vu->hdr_len + (uint64_t)FRAME_MAX_LEN)
		return DROP_TOO_LONG;
	frame->len = (uint32_t)chain->readable_len - vu->hdr_len;
	frame->snap_len = (uint16_t)MIN(frame->len, FRAME_SNAP_LEN);
	iov_pull(&iov, &count, frame->snap, vu->hdr_len);
	memcpy(&frame->hdr, frame->snap, sizeof(frame->hdr));
	iov_pull(&iov, &count, frame->snap, frame->snap_len);
	take_tail(&vu->input, frame, iov, count, cursor);
	__asm__ volatile("" ::: "memory");
	return check(vu, frame);
}

/*
 * Counted later, and looked at then by captures; good frames fill the array
 * from the front, so this one goes to its end. Only what check() refused is a
 * frame.
 */
static struct frame *keep_bad(struct vhost_user_input *input,
			      const struct frame *frame, unsigned bad,
			      enum drop_reason drop)
{
	struct frame *kept = &input->frames[FRAME_BATCH - 1 - bad];

	if (drop != DROP_BAD_OFFLOAD)
		return NULL;
	if (kept != frame)
		*kept = *frame;
	return kept;
}

static bool has_room(const struct cursor *cursor, unsigned left)
{
	return !cursor->is_bounced && cursor->steps < BATCH_STEPS &&
	       cursor->iovs + FRAME_MAX_IOV + left <= INPUT_IOVS;
}

/* chains to frames; returns the good ones, shortens @n to what was looked at */
static unsigned take_batch(struct vhost_user_ring *ring, unsigned *n)
{
	struct vhost_user_input *input = &ring->owner->input;
	struct cursor cursor = {0};
	unsigned i, good = 0;

	for (i = 0; i < *n && cursor.bytes < BATCH_BYTES; i++) {
		struct frame *frame = &input->frames[good];
		enum drop_reason drop;

		if (LIKELY(input->bufs[i].data)) {
			drop = take_simple(ring->owner, frame, &input->bufs[i],
					   &cursor);
		} else if (has_room(&cursor, *n - i)) {
			drop = take_chain(ring->owner, ring, frame,
					  input->bufs[i].head, &cursor);
		} else {
			break;
		}
		if (UNLIKELY(ring->vq.error))
			break;
		input->drops[i] = (uint8_t)drop;
		if (UNLIKELY(drop)) {
			input->bad[i] = keep_bad(input, frame, i - good, drop);
			continue;
		}
		input->chain_of[good] = (uint8_t)i;
		input->ptrs[good++] = frame;
		cursor.bytes += frame->len;
	}
	*n = i;
	return good;
}

/* a disabled ring is drained, but nothing leaves it (vhost-user.rst) */
static unsigned hand_up(struct vhost_user_ring *ring, unsigned good, unsigned n)
{
	struct vhost_user *vu = ring->owner;
	unsigned i, taken;

	if (!ring->enabled) {
		for (i = 0; i < good; i++)
			port_drop_rx(&vu->port, vu->input.ptrs[i],
				     DROP_PORT_DISABLED);
		return n;
	}
	if (!good)
		return n;
	taken = port_input(&vu->port, vu->input.ptrs, good);
	if (taken == good)
		return n;
	vu->is_blocked = true;
	return vu->input.chain_of[taken];
}

bool vhost_user_input_batch(struct vhost_user_ring *ring)
{
	struct vhost_user *vu = ring->owner;
	struct vhost_user_input *input = &vu->input;
	unsigned i, n, good, done;

	n = virtqueue_peek(&ring->vq, 0, VIRTQUEUE_READ, input->bufs,
			   FRAME_BATCH);
	if (n) {
		good = take_batch(ring, &n);
		done = hand_up(ring, good, n);
		for (i = 0; i < done; i++) {
			if (UNLIKELY(input->drops[i]))
				port_drop_rx(&vu->port, input->bad[i],
					     input->drops[i]);
			virtqueue_push(&ring->vq, input->bufs[i].head, 0);
		}
	}
	vhost_user_ring_flush(ring);
	return n != 0;
}
