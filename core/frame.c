// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frame.c - building and reading borrowed frames
 */
#include "core/frame.h"

#include <stdbool.h>

#include "core/csum.h"

void frame_set_data(struct frame *frame, const void *data, uint32_t len,
		    struct iovec *tail)
{
	uint16_t snap_len = (uint16_t)MIN(len, FRAME_SNAP_LEN);

	frame->len = len;
	frame->snap_len = snap_len;
	memcpy(frame->snap, data, snap_len);
	tail->iov_base = (uint8_t *)(uintptr_t)data + snap_len;
	tail->iov_len = len - snap_len;
	frame->iov = tail;
	frame->iov_count = len > snap_len;
	frame->ingress = 0;
	frame->hdr = (struct vnet_hdr){0};
	frame_classify(frame);
}

size_t frame_copy(const struct frame *frame, size_t offset, void *dst,
		  size_t len)
{
	uint8_t *out = dst;
	size_t done = 0;
	unsigned i;

	if (offset < frame->snap_len) {
		done = MIN(len, frame->snap_len - offset);
		memcpy(out, frame->snap + offset, done);
		offset = 0;
	} else {
		offset -= frame->snap_len;
	}
	for (i = 0; i < frame->iov_count && done < len; i++) {
		const struct iovec *iov = &frame->iov[i];
		size_t part;

		if (offset >= iov->iov_len) {
			offset -= iov->iov_len;
			continue;
		}
		part = MIN(len - done, iov->iov_len - offset);
		memcpy(out + done, (uint8_t *)iov->iov_base + offset, part);
		done += part;
		offset = 0;
	}
	return done;
}

/* A part that begins at an odd byte counts with its bytes swapped. */
static uint64_t sum_part(uint64_t sum, const void *data, size_t len, bool odd)
{
	uint16_t part;

	if (!odd)
		return csum_add(sum, data, len);
	part = (uint16_t)~csum_fold(csum_add(0, data, len));
	return sum + (uint16_t)(part << 8 | part >> 8);
}

uint64_t frame_sum(const struct frame *frame, size_t offset, size_t len)
{
	size_t part = 0, done;
	uint64_t sum = 0;
	unsigned i;

	if (offset < frame->snap_len) {
		part = MIN(len, frame->snap_len - offset);
		sum = csum_add(0, frame->snap + offset, part);
		offset = 0;
	} else {
		offset -= frame->snap_len;
	}
	done = part;
	for (i = 0; i < frame->iov_count && done < len; i++) {
		const struct iovec *iov = &frame->iov[i];

		if (offset >= iov->iov_len) {
			offset -= iov->iov_len;
			continue;
		}
		part = MIN(len - done, iov->iov_len - offset);
		sum = sum_part(sum, (uint8_t *)iov->iov_base + offset, part,
			       done % 2);
		done += part;
		offset = 0;
	}
	return sum;
}

unsigned frame_iov(const struct frame *frame, struct iovec *iov)
{
	unsigned i;

	iov[0].iov_base = (void *)(uintptr_t)frame->snap;
	iov[0].iov_len = frame->snap_len;
	for (i = 0; i < frame->iov_count; i++)
		iov[i + 1] = frame->iov[i];
	return frame->iov_count + 1;
}
