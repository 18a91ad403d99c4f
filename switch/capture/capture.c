// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * capture.c - what a port does for those who capture it: filter, copy, count
 *
 * Theory of operation
 *
 * A frame is judged on its snapshot. Where a filter reads further, the frame is
 * copied once, and judged and captured from that copy: what a guest changes
 * meanwhile can't make the file hold what the filter refused.
 */
#include "switch/capture/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"

struct capture_tap *capture_tap_create(struct capture_ring *ring,
				       const struct capture_settings *settings,
				       const char *name)
{
	struct capture_tap *tap;

	if (ring->tap_count == CAPTURE_MAX_TAPS)
		return NULL;
	tap = calloc(1, sizeof(*tap));
	if (!tap)
		return NULL;
	list_init(&tap->link);
	tap->ring = ring;
	tap->settings = settings;
	tap->interface = UINT32_MAX;
	snprintf(tap->name, sizeof(tap->name), "%s", name);
	ring->taps[ring->tap_count] = tap;
	__atomic_store_n(&ring->tap_count, ring->tap_count + 1,
			 __ATOMIC_RELEASE);
	return tap;
}

/* One thread writes, so plain addition does. */
static void count(uint64_t *counter)
{
	__atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED);
}

/*
 * Does the filter want the frame? *whole is set when all of it had to be copied
 * to tell.
 */
static bool is_wanted(const struct capture_tap *tap, const struct frame *frame,
		      bool *whole)
{
	const struct capture_settings *settings = tap->settings;
	struct bpf_frame at_hand = {0};
	int64_t verdict;

	if (!settings->filter_len)
		return true;
	if (frame) {
		at_hand.data = frame->snap;
		at_hand.have = frame->snap_len;
		at_hand.len = frame->len;
	}
	verdict = bpf_run(settings->filter, &at_hand);
	if (LIKELY(verdict != BPF_NEED_MORE))
		return verdict != 0;
	if (!frame || frame->len > FRAME_MAX_LEN)
		return false;
	at_hand.data = tap->ring->scratch;
	at_hand.have = frame_copy(frame, 0, tap->ring->scratch, frame->len);
	*whole = at_hand.have == frame->len;
	return bpf_run(settings->filter, &at_hand) > 0;
}

static bool put_record(struct capture_tap *tap,
		       const struct capture_event *event, bool whole)
{
	const struct frame *frame = event->frame;
	struct capture_record *record;
	uint32_t captured = 0;

	/* The recorder has no tails: there, less than the frame is at hand. */
	if (frame)
		captured = frame->iov_count ? frame->len : frame->snap_len;
	captured = MIN(captured, tap->settings->snaplen);
	record = capture_ring_reserve(tap->ring, captured);
	if (!record)
		return false;
	record->tap = tap;
	record->stamp_ns = event->stamp_ns;
	record->len = frame ? frame->len : 0;
	record->lost = tap->unreported;
	record->verdict = frame ? frame->verdict : (struct verdict){0};
	record->direction = event->direction;
	record->reason = event->reason;
	record->peer[0] = '\0';
	if (event->peer)
		memcpy(record->peer, event->peer, sizeof(record->peer));
	if (whole)
		memcpy(capture_record_data(record), tap->ring->scratch,
		       captured);
	else if (frame)
		frame_copy(frame, 0, capture_record_data(record), captured);
	tap->unreported = 0;
	return true;
}

void capture_tap_see(struct capture_tap *tap, const struct capture_event *event)
{
	bool whole = false;

	count(&tap->counters.received);
	if (event->reason)
		count(&tap->counters.dropped);
	if (!is_wanted(tap, event->frame, &whole))
		return;
	count(&tap->counters.accepted);
	if (put_record(tap, event, whole))
		return;
	count(&tap->counters.lost);
	tap->unreported++;
}

void capture_tap_count(const struct capture_tap *tap,
		       struct capture_counters *counters)
{
	const struct capture_counters *from = &tap->counters;

	/* In this order no count exceeds the one that it is part of. */
	counters->lost = __atomic_load_n(&from->lost, __ATOMIC_ACQUIRE);
	counters->accepted = __atomic_load_n(&from->accepted, __ATOMIC_ACQUIRE);
	counters->dropped = __atomic_load_n(&from->dropped, __ATOMIC_ACQUIRE);
	counters->received = __atomic_load_n(&from->received, __ATOMIC_ACQUIRE);
}

static void add_word(char *text, size_t size, const char *word)
{
	size_t len = strlen(text);

	snprintf(text + len, size - len, "%s%s", len ? ", " : "weft: ", word);
}

static void add_fate(const struct capture_record *record, char *text,
		     size_t size)
{
	const struct verdict *verdict = &record->verdict;
	const char *fate =
		fate_name(record->reason ? FATE_DROPPED : verdict->fate);
	char word[PORT_NAME_SIZE + 64];

	if (record->reason)
		snprintf(word, sizeof(word), "%s %s", fate,
			 drop_reason_name(record->reason));
	else if (verdict->fate == FATE_DROPPED)
		snprintf(word, sizeof(word), "%s %s at %s", fate,
			 drop_reason_name(verdict->reason), record->peer);
	else if (verdict->fate == FATE_QUEUED)
		snprintf(word, sizeof(word), "%s before %s", fate,
			 record->peer);
	else if (verdict->fate == FATE_FLOODED)
		snprintf(word, sizeof(word), "%s", fate);
	else
		return;
	add_word(text, size, word);
}

void capture_comment(const struct capture_record *record, char *text,
		     size_t size)
{
	uint16_t changes = record->verdict.changes;

	text[0] = '\0';
	add_fate(record, text, size);
	if (changes & CHANGE_SEGMENTED)
		add_word(text, size, "segmented");
	else if (changes & CHANGE_CHECKSUM)
		add_word(text, size, "checksum filled in");
	if (changes & CHANGE_TAGGED)
		add_word(text, size, "tagged");
}
