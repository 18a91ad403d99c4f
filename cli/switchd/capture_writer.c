// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * capture_writer.c - the thread that turns captured frames into a pcapng stream
 *
 * Theory of operation
 *
 * The writer empties the rings of its capture into a buffer of whole blocks and
 * writes that. When the rings are empty it sleeps until a worker wakes it, and
 * then lets a millisecond's frames gather, so a worker makes one system call a
 * millisecond at most. Only the writer waits for a disk or a reader, and only
 * its own capture loses frames meanwhile.
 *
 * Told to stop, it writes what is there. A reader that takes nothing for
 * GRACE_MS is then left alone. A reader that is gone, and a full disk, end the
 * capture; a block that did not fit is cut off again, so the file is whole.
 *
 * Statistics are written at the end, and now and then before it, so that a file
 * that has no end has them too.
 *
 * Limits: frames of different workers are in order within a millisecond or so.
 */
#include "cli/switchd/capture_writer.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "switch/capture/pcapng.h"

#define BUFFER_SIZE (4u * PCAPNG_BLOCK_MAX)
#define STACK_SIZE (256u << 10)
#define NAP_MS 1
#define GRACE_MS 1000
#define STATISTICS_NS (10 * NSEC_PER_SEC)

/**
 * struct writer - the thread's state
 * @job:	what it does
 * @loop:	whom to tell of the end
 * @is_socket:	what it writes to
 * @out:	blocks that are not written
 * @whole:	of a file: where its last whole block ends
 * @wall_ns:	what to add to the monotonic clock for the time of day
 * @start_ns:	when it began, time of day
 * @statistics_ns: when statistics are due
 * @interfaces:	numbers given out
 * @frames:	written so far
 * @written:	of these: since the last statistics
 * @error:	0, or the -errno that ended it
 */
struct writer {
	struct capture_job *job;
	struct loop *loop;
	bool is_socket;
	struct pcapng out;
	uint64_t whole;
	uint64_t wall_ns;
	uint64_t start_ns;
	uint64_t statistics_ns;
	uint32_t interfaces;
	uint64_t frames;
	uint64_t written;
	int error;
};

void capture_job_stop(struct capture_job *job, int how)
{
	const uint64_t one = 1;

	if (__atomic_load_n(&job->stop, __ATOMIC_RELAXED) < how)
		__atomic_store_n(&job->stop, how, __ATOMIC_SEQ_CST);
	if (write(job->wake.fd, &one, sizeof(one)) < 0)
		return; /* its counter is full, so it is awake */
}

static int stop_of(const struct writer *writer)
{
	return __atomic_load_n(&writer->job->stop, __ATOMIC_SEQ_CST);
}

static uint64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

static void drain_wake(struct writer *writer)
{
	uint64_t value;

	if (read(writer->job->wake.fd, &value, sizeof(value)) < 0)
		return; /* nobody has called yet */
}

/* Wait for a reader; 0 when it may be ready, else -errno. */
static int wait_reader(struct writer *writer)
{
	struct pollfd fds[2] = {{writer->job->fd, POLLOUT, 0},
				{writer->job->wake.fd, POLLIN, 0}};
	bool ends = stop_of(writer);
	int n;

	if (stop_of(writer) > 1)
		return -ECANCELED;
	n = poll(fds, ends ? 1 : 2, ends ? GRACE_MS : -1);
	if (n == 0)
		return -ETIMEDOUT;
	if (!ends && fds[1].revents)
		drain_wake(writer);
	return 0;
}

static struct capture_ring *ring_of(const struct writer *writer, unsigned i)
{
	return __atomic_load_n(&writer->job->rings[i], __ATOMIC_ACQUIRE);
}

static void for_each_tap(struct writer *writer,
			 void (*call)(struct writer *writer,
				      struct capture_tap *tap))
{
	unsigned i, j, count;

	for (i = 0; i < CAPTURE_MAX_WORKERS; i++) {
		struct capture_ring *ring = ring_of(writer, i);

		count = ring ? __atomic_load_n(&ring->tap_count,
					       __ATOMIC_ACQUIRE)
			     : 0;
		for (j = 0; j < count; j++)
			call(writer, ring->taps[j]);
	}
}

static struct capture_tap *find_interface(const struct writer *writer,
					  uint32_t interface)
{
	unsigned i, j;

	for (i = 0; i < CAPTURE_MAX_WORKERS; i++) {
		struct capture_ring *ring = ring_of(writer, i);

		for (j = 0; ring && j < ring->tap_count; j++) {
			if (ring->taps[j]->interface == interface)
				return ring->taps[j];
		}
	}
	return NULL;
}

static void count_written(struct capture_tap *tap, int by)
{
	__atomic_store_n(&tap->written, tap->written + (uint64_t)(int64_t)by,
			 __ATOMIC_RELAXED);
}

/*
 * The first @done bytes of the buffer were written before it failed. A block
 * that is not whole is of no use: the file ends before it; and the frames of
 * the rest are not in it.
 */
static void cut_off(struct writer *writer, size_t done)
{
	size_t at, len;

	for (at = 0; at < writer->out.len; at += len) {
		struct capture_tap *tap = NULL;
		uint32_t interface;

		len = pcapng_block(writer->out.data + at, &interface);
		if (at + len <= done)
			writer->whole += len;
		else if (interface != UINT32_MAX)
			tap = find_interface(writer, interface);
		if (tap)
			count_written(tap, -1);
	}
	if (writer->job->add.is_file &&
	    ftruncate(writer->job->fd, (off_t)writer->whole))
		return; /* it then ends in half a block, as after a crash */
}

/* A socket's flags are its client's too, so they are not relied on. */
static ssize_t put(const struct writer *writer, const void *data, size_t len)
{
	if (writer->is_socket)
		return send(writer->job->fd, data, len,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
	return write(writer->job->fd, data, len);
}

static void flush(struct writer *writer)
{
	size_t at = 0;
	ssize_t done;
	int code = 0;

	while (at < writer->out.len && !writer->error) {
		done = put(writer, writer->out.data + at, writer->out.len - at);
		if (done > 0)
			at += (size_t)done;
		else if (done < 0 && errno == EAGAIN)
			code = wait_reader(writer);
		else if (done == 0 || errno != EINTR)
			code = done ? -errno : -EIO;
		if (code)
			writer->error = code;
	}
	if (writer->error)
		cut_off(writer, at);
	else
		writer->whole += writer->out.len;
	writer->out.len = 0;
}

/* Room for any block. */
static bool make_room(struct writer *writer)
{
	if (writer->out.size - writer->out.len < PCAPNG_BLOCK_MAX)
		flush(writer);
	return !writer->error;
}

static void add_interface(struct writer *writer, struct capture_tap *tap)
{
	const struct pcapng_interface interface = {
		.name = tap->name,
		.filter = writer->job->add.filter,
		.snaplen = writer->job->settings.snaplen,
	};

	if (tap->interface != UINT32_MAX || !make_room(writer))
		return;
	pcapng_add_interface(&writer->out, &interface);
	tap->interface = writer->interfaces++;
}

static void add_statistics(struct writer *writer, struct capture_tap *tap)
{
	struct pcapng_statistics statistics = {
		.interface = tap->interface,
		.start_ns = writer->start_ns,
		.stamp_ns = clock_ns(CLOCK_REALTIME),
		.written = tap->written,
	};
	struct capture_counters counters;

	if (tap->interface == UINT32_MAX || !make_room(writer))
		return;
	capture_tap_count(tap, &counters);
	statistics.received = counters.received;
	statistics.dropped = counters.dropped;
	statistics.accepted = counters.accepted;
	statistics.lost = counters.lost;
	pcapng_add_statistics(&writer->out, &statistics);
}

static bool is_full(const struct writer *writer)
{
	uint64_t most = writer->job->add.max_frames;

	return most && writer->frames >= most;
}

static bool write_record(void *arg, struct capture_record *record)
{
	struct writer *writer = arg;
	char comment[128];
	struct pcapng_packet packet = {
		.stamp_ns = record->stamp_ns + writer->wall_ns,
		.data = capture_record_data(record),
		.captured = record->captured,
		.len = record->len,
		.direction = record->direction == PORT_RX ? PCAPNG_INBOUND
							  : PCAPNG_OUTBOUND,
		.lost = record->lost,
		.comment = comment,
	};

	if (is_full(writer) || stop_of(writer) > 1)
		return false;
	add_interface(writer, record->tap);
	if (!make_room(writer))
		return false;
	packet.interface = record->tap->interface;
	capture_comment(record, comment, sizeof(comment));
	pcapng_add_packet(&writer->out, &packet);
	count_written(record->tap, 1);
	writer->frames++;
	writer->written++;
	return true;
}

/* Empty the rings once; how many frames there were. */
static unsigned drain(struct writer *writer)
{
	unsigned i, count = 0;

	for_each_tap(writer, add_interface);
	for (i = 0; i < CAPTURE_MAX_WORKERS; i++) {
		struct capture_ring *ring = ring_of(writer, i);

		if (ring && !writer->error)
			count += capture_ring_read(ring, write_record, writer);
	}
	flush(writer);
	return count;
}

static bool has_more(const struct writer *writer)
{
	unsigned i;

	for (i = 0; i < CAPTURE_MAX_WORKERS; i++) {
		struct capture_ring *ring = ring_of(writer, i);

		if (ring && capture_ring_used(ring))
			return true;
	}
	return false;
}

/* Sleep until a worker has frames, or the control thread a wish. */
static void sleep_for_frames(struct writer *writer)
{
	struct capture_job *job = writer->job;
	struct pollfd fds[2] = {{job->wake.fd, POLLIN, 0},
				{job->add.is_file ? -1 : job->fd, 0, 0}};

	__atomic_store_n(&job->wake.asleep, 1, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!has_more(writer) && !stop_of(writer))
		poll(fds, 2, -1);
	__atomic_store_n(&job->wake.asleep, 0, __ATOMIC_SEQ_CST);
	if (fds[0].revents)
		drain_wake(writer);
	if (fds[1].revents & (POLLERR | POLLHUP))
		writer->error = -EPIPE;
	else if (!stop_of(writer))
		poll(NULL, 0, NAP_MS);
}

static void keep_statistics(struct writer *writer)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);

	if (!writer->written || now_ns < writer->statistics_ns)
		return;
	for_each_tap(writer, add_statistics);
	flush(writer);
	writer->written = 0;
	writer->statistics_ns = now_ns + STATISTICS_NS;
}

static void serve(struct writer *writer)
{
	bool ends = false;

	pcapng_add_section(&writer->out, "weft");
	while (!writer->error && !is_full(writer)) {
		/* what came before the order to stop is still to be written */
		ends = stop_of(writer);
		if (drain(writer))
			keep_statistics(writer);
		else if (ends)
			break;
		else if (!writer->error)
			sleep_for_frames(writer);
	}
	for_each_tap(writer, add_statistics);
	flush(writer);
}

static void explain(struct writer *writer)
{
	struct capture_job *job = writer->job;
	int error = writer->error;

	job->code_error = error;
	if (error == -EPIPE || error == -ECONNRESET)
		snprintf(job->why, sizeof(job->why), "its reader is gone");
	else if (error == -ETIMEDOUT)
		snprintf(job->why, sizeof(job->why),
			 "its reader did not take the rest");
	else if (error)
		snprintf(job->why, sizeof(job->why), "cannot write: %s",
			 strerror(-error));
}

static void *writer_main(void *arg)
{
	struct writer *writer = arg;
	struct capture_job *job = writer->job;
	struct loop *loop = writer->loop;
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);

	writer->start_ns = clock_ns(CLOCK_REALTIME);
	writer->wall_ns = writer->start_ns - now_ns;
	writer->statistics_ns = now_ns + STATISTICS_NS;
	serve(writer);
	explain(writer);
	close(job->fd);
	job->fd = -1;
	free(writer);
	loop_post(loop, &job->done);
	return NULL;
}

/* The buffer lies behind the struct. */
static struct writer *writer_create(struct capture_job *job, struct loop *loop)
{
	struct writer *writer = calloc(1, sizeof(*writer) + BUFFER_SIZE);
	struct stat st;

	if (!writer)
		return NULL;
	writer->is_socket = !fstat(job->fd, &st) && S_ISSOCK(st.st_mode);
	writer->job = job;
	writer->loop = loop;
	writer->whole = job->add.offset;
	writer->out.data = (uint8_t *)(writer + 1);
	writer->out.size = BUFFER_SIZE;
	return writer;
}

int capture_writer_start(struct capture_job *job, struct loop *loop)
{
	struct writer *writer = writer_create(job, loop);
	pthread_attr_t attributes;
	int code;

	if (!writer)
		return -ENOMEM;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	code = pthread_create(&job->thread, &attributes, writer_main, writer);
	pthread_attr_destroy(&attributes);
	if (code)
		free(writer);
	return -code;
}
