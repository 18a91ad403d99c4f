/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture.h - what a port does for those who capture it: filter, copy, count
 */
#ifndef SWITCH_CAPTURE_CAPTURE_H
#define SWITCH_CAPTURE_CAPTURE_H

#include "switch/capture/bpf.h"
#include "switch/capture/capture_ring.h"

/** CAPTURE_SNAPLEN - most bytes of a frame unless less is asked for */
#define CAPTURE_SNAPLEN 262144u

/**
 * struct capture_settings - the same for all taps of a capture; never changes
 * @filter:	a valid program; unused when @filter_len is 0
 * @filter_len:	instructions; 0: every frame is wanted
 * @snaplen:	most bytes of each frame
 * @is_replay:	it wants what the recorder plays, nothing that passes now
 */
struct capture_settings {
	const struct sock_filter *filter;
	unsigned filter_len;
	uint32_t snaplen;
	bool is_replay;
};

/**
 * struct capture_counters - written by the worker, read by the writer: atomic
 * @received:	frames that passed, or died, at the port
 * @dropped:	of these: died at the port
 * @accepted:	of @received: the filter let them through
 * @lost:	of @accepted: the ring was full
 */
struct capture_counters {
	uint64_t received;
	uint64_t dropped;
	uint64_t accepted;
	uint64_t lost;
};

/**
 * struct capture_tap - one capture's look at one port; its ring frees it
 * @link:	in the port's taps while attached, else in no list
 * @ring:	where frames go
 * @settings:	of the capture
 * @name:	of the port
 * @counters:	see there
 * @unreported:	lost since the last record
 * @interface:	writer's: number in the file, UINT32_MAX: none yet
 * @written:	atomic, writer's: frames in the file
 */
struct capture_tap {
	struct list link;
	struct capture_ring *ring;
	const struct capture_settings *settings;
	char name[PORT_NAME_SIZE];
	struct capture_counters counters;
	uint32_t unreported;
	uint32_t interface;
	uint64_t written;
};

/**
 * struct capture_event - a frame seen at a port
 * @frame:	NULL: what came was no frame
 * @stamp_ns:	when
 * @direction:	enum port_direction
 * @reason:	enum drop_reason: it died at this port
 * @peer:	name of the port that its verdict forwards it to; NULL: none
 */
struct capture_event {
	const struct frame *frame;
	uint64_t stamp_ns;
	uint8_t direction;
	uint8_t reason;
	const char *peer;
};

/**
 * capture_tap_create() - on the worker's thread; not attached to a port yet
 *
 * Return: NULL when there is no memory, or too many are there.
 */
struct capture_tap *capture_tap_create(struct capture_ring *ring,
				       const struct capture_settings *settings,
				       const char *name);

/** capture_tap_see() - count a frame, and put it into the ring if wanted */
void capture_tap_see(struct capture_tap *tap,
		     const struct capture_event *event);

/** capture_tap_count() - a tap's counters, on any thread */
void capture_tap_count(const struct capture_tap *tap,
		       struct capture_counters *counters);

/**
 * capture_comment() - what happened to a frame, in words
 * @text:	"weft: dropped backlog-full"; empty: nothing worth a word
 */
void capture_comment(const struct capture_record *record, char *text,
		     size_t size);

#endif
