/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recorder.h - the flight recorder: what passed a network a moment ago
 *
 * Always on. One record a frame, not one a port: the time, where it came in,
 * what became of it, and its first bytes. Looking at a port is choosing among
 * the network's records.
 */
#ifndef SWITCH_CAPTURE_RECORDER_H
#define SWITCH_CAPTURE_RECORDER_H

#include <stdbool.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/err.h"
#include "core/frame.h"
#include "core/port.h"

/** RECORDER_RECORDS - frames that a network remembers: 4 MiB; a power of two */
#define RECORDER_RECORDS 32768u

/** RECORDER_SNAP_LEN - bytes of each: all headers of TCP over IPv6, and more */
#define RECORDER_SNAP_LEN 104

/** RECORDER_BRIEF_LEN - the same, of a frame in a big batch: IPv4 and ports */
#define RECORDER_BRIEF_LEN 40

/** RECORDER_BUSY - frames in one batch from which on they are kept in brief */
#define RECORDER_BUSY 32

/**
 * struct recorder_record - one frame
 * @stamp_ns:	monotonic
 * @len:	of the frame
 * @ingress:	number of the port it came in through
 * @snap_len:	valid bytes of @snap
 * @verdict:	what became of it; @verdict.lost: not the frame's way, but what
 *		became of it afterwards at the port @verdict.egress
 * @snap:	the first bytes
 *
 * Two cache lines, written and rarely read; one, of a frame kept in brief.
 */
struct recorder_record {
	uint64_t stamp_ns;
	uint32_t len;
	uint16_t ingress;
	uint16_t snap_len;
	struct verdict verdict;
	uint8_t snap[RECORDER_SNAP_LEN];
} __attribute__((aligned(64)));
static_assert(sizeof(struct recorder_record) == 128, "two cache lines");
static_assert(sizeof(struct verdict) == sizeof(uint64_t), "recorder_add()");

/**
 * struct recorder - of one network
 * @records:	RECORDER_RECORDS, or NULL: there was no memory, none is kept
 * @next:	records so far; its low bits are the next one's place
 */
struct recorder {
	struct recorder_record *records;
	uint64_t next;
};

/** recorder_init() - address space only; memory is taken as frames pass */
void recorder_init(struct recorder *recorder);

/** recorder_fini() - forget all */
void recorder_fini(struct recorder *recorder);

#ifdef __SSE2__
/* 16 bytes past the cache; @to is aligned, @from need not be. */
static inline void recorder_stream(void *to, const void *from)
{
	_mm_stream_si128(to, _mm_loadu_si128(from));
}
#endif

/**
 * recorder_add() - remember a frame
 * @frame:	with its verdict
 * @now_ns:	monotonic
 * @brief:	little of it, for there are many
 *
 * The records of a busy network go round in more memory than a cache has, and
 * are seldom read. So they are written past it, in the pieces that this takes:
 * what frames need stays in the cache.
 */
static inline void recorder_add(struct recorder *recorder,
				const struct frame *frame, uint64_t now_ns,
				bool brief)
{
	uint16_t most = brief ? RECORDER_BRIEF_LEN : RECORDER_SNAP_LEN;
	uint16_t snap_len = MIN(frame->snap_len, most);
	struct recorder_record *to;

	to = &recorder->records[recorder->next++ % RECORDER_RECORDS];
#ifdef __SSE2__
	uint64_t what = frame->len | (uint64_t)frame->ingress << 32 |
			(uint64_t)snap_len << 48;
	uint64_t verdict, first;
	__m128i *out = (void *)to;
	unsigned at;

	memcpy(&verdict, &frame->verdict, sizeof(verdict));
	memcpy(&first, frame->snap, sizeof(first));
	_mm_stream_si128(&out[0],
			 _mm_set_epi64x((int64_t)what, (int64_t)now_ns));
	_mm_stream_si128(&out[1],
			 _mm_set_epi64x((int64_t)first, (int64_t)verdict));
	for (at = sizeof(first); at < most; at += sizeof(*out))
		recorder_stream(to->snap + at, frame->snap + at);
#else
	to->stamp_ns = now_ns;
	to->len = frame->len;
	to->ingress = frame->ingress;
	to->snap_len = snap_len;
	to->verdict = frame->verdict;
	memcpy(to->snap, frame->snap, most);
#endif
}

/** recorder_first() - number of the oldest record that is still there */
static inline uint64_t recorder_first(const struct recorder *recorder)
{
	return recorder->next > RECORDER_RECORDS
		       ? recorder->next - RECORDER_RECORDS
		       : 0;
}

/** recorder_get() - record number @n, from recorder_first() to @next - 1 */
static inline const struct recorder_record *
recorder_get(const struct recorder *recorder, uint64_t n)
{
	return &recorder->records[n % RECORDER_RECORDS];
}

/** recorder_find() - number of the first record not older than @from_ns */
uint64_t recorder_find(const struct recorder *recorder, uint64_t from_ns);

/** recorder_frame() - the record as a frame that ends where memory does */
void recorder_frame(const struct recorder_record *record, struct frame *frame);

#endif
