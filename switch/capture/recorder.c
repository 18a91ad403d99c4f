// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * recorder.c - the flight recorder: what passed a network a moment ago
 */
#include "switch/capture/recorder.h"

#include <sys/mman.h>

#define MAP_SIZE (RECORDER_RECORDS * sizeof(struct recorder_record))

static_assert((RECORDER_RECORDS & (RECORDER_RECORDS - 1)) == 0,
	      "places are low bits");
static_assert(RECORDER_SNAP_LEN <= FRAME_SNAP_SIZE, "it is copied whole");

void recorder_init(struct recorder *recorder)
{
	void *map = mmap(NULL, MAP_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	recorder->records = map == MAP_FAILED ? NULL : map;
	recorder->next = 0;
}

void recorder_fini(struct recorder *recorder)
{
	if (recorder->records)
		munmap(recorder->records, MAP_SIZE);
	recorder->records = NULL;
	recorder->next = 0;
}

uint64_t recorder_find(const struct recorder *recorder, uint64_t from_ns)
{
	uint64_t low = recorder_first(recorder), high = recorder->next;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (recorder_get(recorder, middle)->stamp_ns < from_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void recorder_frame(const struct recorder_record *record, struct frame *frame)
{
	frame->len = record->len;
	frame->snap_len = record->snap_len;
	frame->vid = 0;
	frame->iov = NULL;
	frame->iov_count = 0;
	frame->ingress = record->ingress;
	frame->hdr = (struct vnet_hdr){0};
	frame->verdict = record->verdict;
	memcpy(frame->snap, record->snap, record->snap_len);
}
