/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture_job.h - one capture, as its three kinds of threads share it
 *
 * The control thread makes it and ends it. The workers that have its ports fill
 * a ring each. A thread of its own, the writer, empties them into a descriptor.
 * Nobody waits for anybody but the writer, and that only for its reader.
 */
#ifndef CLI_SWITCHD_CAPTURE_JOB_H
#define CLI_SWITCHD_CAPTURE_JOB_H

#include <pthread.h>

#include "cli/switchd/wire.h"
#include "core/loop.h"
#include "switch/capture/capture.h"

/** CAPTURE_MAX_WORKERS - rings of one capture */
#define CAPTURE_MAX_WORKERS 64

struct capture_job;
struct captures;

/**
 * struct capture_errand - one worker's part in beginning or ending a capture
 * @post:	to the worker, and back
 * @job:	the capture
 * @worker:	number of the worker
 */
struct capture_errand {
	struct post post;
	struct capture_job *job;
	unsigned worker;
};

/**
 * struct capture_job - one capture
 * @captures:	where it belongs
 * @add:	as labd wants it
 * @settings:	what taps need to know
 * @code:	of the filter
 * @targets:	@target_count entries
 * @target_count: how many
 * @fd:		where to write; the writer closes it
 * @wake:	of the writer
 * @rings:	by worker; atomic, NULL: none of its ports are there
 * @errands:	by worker: to begin
 * @returns:	by worker: to end
 * @open:	control's: errands that are under way
 * @state:	control's: enum capture_state
 * @start_id:	control's: id of the request to be answered when it has begun
 * @thread:	the writer
 * @stop:	atomic: write what is there, and end; 2: end at once
 * @done:	posted by the writer at its end; without call: no writer is
 * there
 * @code_error:	writer's result: 0 or -errno
 * @why:	a sentence for that
 * @out_of_memory: atomic: some ports could not be looked at
 * @reached_ms:	atomic: see struct wire_capture_ended
 * @overwritten: atomic: what passed before was forgotten while it was written
 */
struct capture_job {
	struct captures *captures;
	struct wire_capture_add add;
	struct capture_settings settings;
	struct sock_filter code[BPF_FILTER_MAX];
	struct wire_capture_target targets[CAPTURE_MAX_TARGETS];
	unsigned target_count;
	int fd;
	struct capture_wake wake;
	struct capture_ring *rings[CAPTURE_MAX_WORKERS];
	struct capture_errand errands[CAPTURE_MAX_WORKERS];
	struct capture_errand returns[CAPTURE_MAX_WORKERS];
	unsigned open;
	int state;
	uint32_t start_id;
	pthread_t thread;
	int stop;
	struct post done;
	int code_error;
	char why[WIRE_CAPTURE_TEXT_SIZE];
	int out_of_memory;
	uint64_t reached_ms;
	uint64_t overwritten;
};

/** capture_job_stop() - any thread: the writer is to end; see @stop */
void capture_job_stop(struct capture_job *job, int how);

#endif
