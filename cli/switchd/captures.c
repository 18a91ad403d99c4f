// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * captures.c - weft-switch's captures, from labd's messages to their end
 *
 * Theory of operation
 *
 * A capture is put together from several messages, then begins: its writer is
 * started, and each worker is sent an errand, to look at those of its ports
 * that are wanted. It runs until labd stops it or its writer ends by itself.
 * Then each worker is sent the errand to look no more; when all have come back
 * the writer is told to write the rest, and when that is done too, the thread
 * is joined, labd is told, and all is freed. In that order nobody holds what is
 * gone.
 *
 * A capture of what passed before begins in the same way, and is stopped when
 * every worker's errand has come back.
 */
#include "cli/switchd/captures.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cli/switchd/capture_writer.h"
#include "cli/switchd/control.h"
#include "cli/switchd/domain_capture.h"

static_assert(CAPTURE_MAX_WORKERS >= CONTROL_MAX_WORKERS, "a ring each");

/** enum capture_state - how far a capture is */
enum capture_state {
	CAPTURE_BUILT,  /* being put together */
	CAPTURE_BEGINS, /* errands are under way */
	CAPTURE_RUNS,
	CAPTURE_ENDS, /* errands to end it are under way */
	CAPTURE_LAST, /* the writer writes the rest */
};

/**
 * struct captures - all of them
 * @loop:	of the control thread
 * @workers:	@worker_count of them
 * @worker_count: how many
 * @say:	to labd
 * @ctx:	for @say
 * @jobs:	by labd's number; NULL: free
 */
struct captures {
	struct loop *loop;
	struct worker *workers;
	unsigned worker_count;
	void (*say)(void *ctx, const union wire_message *message);
	void *ctx;
	struct capture_job *jobs[CAPTURES_MAX];
};

struct captures *
captures_create(struct loop *loop, struct worker *workers, unsigned count,
		void (*say)(void *ctx, const union wire_message *message),
		void *ctx)
{
	struct captures *captures = calloc(1, sizeof(*captures));

	if (!captures)
		return NULL;
	captures->loop = loop;
	captures->workers = workers;
	captures->worker_count = count;
	captures->say = say;
	captures->ctx = ctx;
	return captures;
}

static void job_free(struct capture_job *job)
{
	unsigned i;

	if (!job)
		return;
	for (i = 0; i < CAPTURE_MAX_WORKERS; i++)
		capture_ring_destroy(job->rings[i]);
	if (job->fd >= 0)
		close(job->fd);
	if (job->wake.fd >= 0)
		close(job->wake.fd);
	free(job);
}

/* The workers are gone, so nobody but the writers is left. */
void captures_destroy(struct captures *captures)
{
	unsigned i;

	if (!captures)
		return;
	for (i = 0; i < CAPTURES_MAX; i++) {
		struct capture_job *job = captures->jobs[i];

		if (job && job->done.call) {
			capture_job_stop(job, 2);
			pthread_join(job->thread, NULL);
		}
		job_free(job);
	}
	free(captures);
}

static void answer(struct captures *captures, uint32_t id, int code,
		   const char *text)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_REPLY;
	message.header.id = id;
	message.reply.code = code;
	snprintf(message.reply.text, sizeof(message.reply.text), "%s", text);
	captures->say(captures->ctx, &message);
}

static void count_tap(const struct capture_tap *tap,
		      struct wire_capture_counts *counts)
{
	struct capture_counters counters;

	capture_tap_count(tap, &counters);
	counts->ports++;
	counts->received += counters.received;
	counts->dropped += counters.dropped;
	counts->accepted += counters.accepted;
	counts->lost += counters.lost;
	counts->written += __atomic_load_n(&tap->written, __ATOMIC_RELAXED);
}

/* Call for each port that the capture has seen. */
static void for_each_tap(const struct capture_job *job,
			 void (*call)(void *arg, const struct capture_tap *tap),
			 void *arg)
{
	unsigned i, j, count;

	for (i = 0; i < CAPTURE_MAX_WORKERS; i++) {
		struct capture_ring *ring;

		ring = __atomic_load_n(&job->rings[i], __ATOMIC_ACQUIRE);
		count = ring ? __atomic_load_n(&ring->tap_count,
					       __ATOMIC_ACQUIRE)
			     : 0;
		for (j = 0; j < count; j++)
			call(arg, ring->taps[j]);
	}
}

static void add_counts(void *arg, const struct capture_tap *tap)
{
	count_tap(tap, arg);
}

static void tell_counts(void *arg, const struct capture_tap *tap)
{
	const struct capture_job *job = arg;
	union wire_message event;

	memset(&event, 0, sizeof(event));
	event.header.type = WIRE_CAPTURE_COUNTS;
	event.capture_counts.capture = job->add.capture;
	count_tap(tap, &event.capture_counts);
	snprintf(event.capture_counts.port, sizeof(event.capture_counts.port),
		 "%s", tap->name);
	job->captures->say(job->captures->ctx, &event);
}

static void tell_end(struct capture_job *job)
{
	union wire_message event;
	struct wire_capture_ended *ended = &event.capture_ended;

	for_each_tap(job, tell_counts, job);
	memset(&event, 0, sizeof(event));
	event.header.type = WIRE_CAPTURE_ENDED;
	ended->capture = job->add.capture;
	ended->code = job->code_error;
	ended->reached_ms = job->reached_ms;
	snprintf(ended->text, sizeof(ended->text), "%s", job->why);
	if (!ended->code && job->out_of_memory) {
		ended->code = -ENOMEM;
		snprintf(ended->text, sizeof(ended->text),
			 "no memory to look at all of its ports");
	} else if (!ended->code && job->overwritten) {
		ended->code = -EOVERFLOW;
		snprintf(ended->text, sizeof(ended->text),
			 "%llu frames were forgotten before they could be "
			 "written",
			 (unsigned long long)job->overwritten);
	}
	job->captures->say(job->captures->ctx, &event);
}

static void end_errands(struct capture_job *job);

/* On the control thread: the writer has ended. */
static void writer_done(struct post *post)
{
	struct capture_job *job = container_of(post, struct capture_job, done);

	pthread_join(job->thread, NULL);
	if (job->state != CAPTURE_LAST) {
		/* by itself: the workers still look */
		job->done.call = NULL;
		end_errands(job);
		return;
	}
	tell_end(job);
	job->captures->jobs[job->add.capture] = NULL;
	job_free(job);
}

/* On the control thread: a worker looks no more. */
static void end_returned(struct post *post)
{
	struct capture_errand *errand;
	struct capture_job *job;

	errand = container_of(post, struct capture_errand, post);
	job = errand->job;
	if (--job->open)
		return;
	job->state = CAPTURE_LAST;
	if (job->done.call) {
		capture_job_stop(job, 1);
		return;
	}
	tell_end(job);
	job->captures->jobs[job->add.capture] = NULL;
	job_free(job);
}

static struct worker *worker_of(const struct capture_errand *errand)
{
	return &errand->job->captures->workers[errand->worker];
}

/* On the worker's thread. */
static void end_run(struct post *post)
{
	struct capture_errand *errand;

	errand = container_of(post, struct capture_errand, post);
	domain_capture_end(&worker_of(errand)->domains, errand->job);
	post->call = end_returned;
	loop_post(errand->job->captures->loop, post);
}

static void answer_start(struct capture_job *job)
{
	if (job->start_id)
		answer(job->captures, job->start_id, 0, "");
	job->start_id = 0;
}

static void end_errands(struct capture_job *job)
{
	struct captures *captures = job->captures;
	unsigned i;

	if (job->state == CAPTURE_ENDS)
		return;
	answer_start(job);
	job->state = CAPTURE_ENDS;
	job->open += captures->worker_count;
	for (i = 0; i < captures->worker_count; i++) {
		job->returns[i] = (struct capture_errand){
			.post.call = end_run, .job = job, .worker = i};
		loop_post(captures->workers[i].domains.loop,
			  &job->returns[i].post);
	}
}

/* On the control thread: a worker has begun, or played all it had. */
static void begin_returned(struct post *post)
{
	struct capture_errand *errand;
	struct capture_job *job;

	errand = container_of(post, struct capture_errand, post);
	job = errand->job;
	/* errands to end it come back behind these */
	if (--job->open || job->state != CAPTURE_BEGINS)
		return;
	job->state = CAPTURE_RUNS;
	answer_start(job);
	if (job->add.last_ms)
		end_errands(job);
}

static void begin_done(struct capture_errand *errand)
{
	errand->post.call = begin_returned;
	loop_post(errand->job->captures->loop, &errand->post);
}

/* On the worker's thread. */
static void begin_run(struct post *post)
{
	struct capture_errand *errand;

	errand = container_of(post, struct capture_errand, post);
	domain_capture_begin(&worker_of(errand)->domains, errand, begin_done);
}

static int job_start(struct capture_job *job, struct err *err)
{
	struct captures *captures = job->captures;
	unsigned i;
	int code;

	if (job->state != CAPTURE_BUILT)
		return err_set(err, -EBUSY, "the capture runs already");
	if (job->settings.filter_len &&
	    !bpf_is_valid(job->code, job->settings.filter_len))
		return err_set(err, -EINVAL, "the filter is no program");
	job->done.call = writer_done;
	code = capture_writer_start(job, captures->loop);
	if (code)
		job->done.call = NULL;
	if (code)
		return err_set(err, code, "cannot start a capture: %s",
			       strerror(-code));
	job->state = CAPTURE_BEGINS;
	job->open = captures->worker_count;
	for (i = 0; i < captures->worker_count; i++) {
		job->errands[i] = (struct capture_errand){
			.post.call = begin_run, .job = job, .worker = i};
		loop_post(captures->workers[i].domains.loop,
			  &job->errands[i].post);
	}
	return 0;
}

static int job_add(struct captures *captures,
		   const struct wire_capture_add *add, int *fd, struct err *err)
{
	struct capture_job *job;

	if (add->capture >= CAPTURES_MAX || captures->jobs[add->capture])
		return err_set(err, -EEXIST, "capture number %u is taken",
			       add->capture);
	job = calloc(1, sizeof(*job));
	if (!job)
		return err_set(err, -ENOMEM, "no memory for a capture");
	job->captures = captures;
	job->add = *add;
	job->fd = *fd;
	*fd = -1;
	job->settings.filter = job->code;
	job->settings.snaplen = add->snaplen ? add->snaplen : CAPTURE_SNAPLEN;
	job->settings.is_replay = add->last_ms != 0;
	job->wake.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (job->wake.fd < 0) {
		job_free(job);
		return err_set(err, -errno, "no descriptor for a capture");
	}
	captures->jobs[add->capture] = job;
	return 0;
}

static int job_add_code(struct capture_job *job,
			const struct wire_capture_code *code, struct err *err)
{
	unsigned have = job->settings.filter_len;

	if (job->state != CAPTURE_BUILT ||
	    code->count > WIRE_CAPTURE_CODE_MAX ||
	    code->count > BPF_FILTER_MAX - have)
		return err_set(err, -E2BIG, "the filter is too long");
	memcpy(job->code + have, code->code,
	       code->count * sizeof(code->code[0]));
	job->settings.filter_len += code->count;
	return 0;
}

static int job_add_target(struct capture_job *job,
			  const struct wire_capture_target *target,
			  struct err *err)
{
	if (job->state != CAPTURE_BUILT ||
	    job->target_count == CAPTURE_MAX_TARGETS)
		return err_set(err, -E2BIG, "too many ports to capture");
	job->targets[job->target_count++] = *target;
	return 0;
}

/* One that never began has nothing to end. */
static int job_stop(struct capture_job *job)
{
	if (job->state == CAPTURE_BUILT) {
		job->captures->jobs[job->add.capture] = NULL;
		job_free(job);
	} else if (job->state < CAPTURE_ENDS) {
		end_errands(job);
	}
	return 0;
}

static void job_query(const struct capture_job *job, uint32_t id)
{
	union wire_message message;

	memset(&message, 0, sizeof(message));
	message.header.type = WIRE_CAPTURE_COUNTS;
	message.header.id = id;
	message.capture_counts.capture = job->add.capture;
	for_each_tap(job, add_counts, &message.capture_counts);
	job->captures->say(job->captures->ctx, &message);
}

static int job_handle(struct capture_job *job, const union wire_message *m,
		      struct err *err)
{
	if (m->header.type == WIRE_CAPTURE_CODE)
		return job_add_code(job, &m->capture_code, err);
	if (m->header.type == WIRE_CAPTURE_TARGET)
		return job_add_target(job, &m->capture_target, err);
	if (m->header.type == WIRE_CAPTURE_START)
		return job_start(job, err);
	return job_stop(job);
}

void captures_handle(struct captures *captures,
		     const union wire_message *message, int *fds)
{
	/* Every such message has the number at the same place. */
	uint32_t type = message->header.type, id = message->header.id;
	uint32_t number = message->capture_ref.capture;
	struct err err = {0};
	struct capture_job *job;
	int code;

	job = number < CAPTURES_MAX ? captures->jobs[number] : NULL;
	if (type == WIRE_CAPTURE_ADD)
		code = job_add(captures, &message->capture_add, &fds[0], &err);
	else if (!job)
		code = err_set(&err, -ENOENT, "there is no capture %u", number);
	else if (type == WIRE_CAPTURE_QUERY)
		return job_query(job, id);
	else
		code = job_handle(job, message, &err);
	/* What passes from now on: when all look. What passed: at once. */
	if (!code && job && type == WIRE_CAPTURE_START && !job->add.last_ms)
		job->start_id = id;
	else
		answer(captures, id, code, err.msg);
}
