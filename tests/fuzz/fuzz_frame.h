/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_frame.h - frames out of a fuzzer's bytes
 */
#ifndef FUZZ_FUZZ_FRAME_H
#define FUZZ_FUZZ_FRAME_H

#include <string.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "core/frame.h"

/** fuzz_frame_sum() - let the header of an IPv4 packet have a good checksum */
static inline void fuzz_frame_sum(uint8_t *data, uint16_t len)
{
	if (len < ETH_HLEN + 20)
		return;
	memset(data + 24, 0, 2);
	be16_store(data + 24, csum_fold(csum_add(0, data + ETH_HLEN, 20)));
}

/**
 * fuzz_frame_set() - as frame_set_data(), and cut where a guest might cut
 * @cut:	bytes of the snapshot of a short frame; 0: all
 */
static inline void fuzz_frame_set(struct frame *frame, uint8_t *data,
				  uint16_t len, uint16_t cut,
				  struct iovec *tail)
{
	frame_set_data(frame, data, len, tail);
	if (!cut || frame->iov_count || len <= cut)
		return;
	frame->snap_len = cut;
	tail->iov_base = data + cut;
	tail->iov_len = (size_t)len - cut;
	frame->iov_count = 1;
}

#endif
