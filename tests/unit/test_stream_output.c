// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_stream_output.c - what a stream port's client gets, and what it can't
 */
#include "unit/cmocka_wrap.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/stream_bed.h"

static void sent_frames_arrive_with_their_lengths(void **state)
{
	static uint8_t want[8 * BED_HLEN + FRAME_MAX_LEN + 20000];
	static uint8_t got[sizeof(want)];
	const uint32_t lens[] = {14, 60, 1514, 129, 9014};
	struct frame frames[ARRAY_SIZE(lens)], *list[ARRAY_SIZE(lens)];
	struct iovec tails[ARRAY_SIZE(lens)];
	struct stream_bed *f = *state;
	size_t size = 0;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		size_t len = bed_make_frame(want + size, lens[i], (uint8_t)i);

		frame_set_data(&frames[i], want + size + BED_HLEN, lens[i],
			       &tails[i]);
		list[i] = &frames[i];
		size += len;
	}
	assert_int_equal(port_send(f->port, list, i), i);
	assert_int_equal(bed_receive(f->peer, got, sizeof(got)), size);
	assert_memory_equal(got, want, size);
	assert_int_equal(f->port->counters.tx_frames, i);
	assert_true(bed_sleeps(f));
	assert_int_equal(f->writable, 0); /* it never was full */
}

/* Fill the port with frames of @len; how many it took. */
static unsigned fill(struct stream_bed *f, uint8_t *data, uint32_t len)
{
	struct frame frames[7], *list[7];
	unsigned i, n, sent = 0;
	struct iovec tails[7];

	do {
		for (i = 0; i < 7; i++) {
			bed_make_frame(data, len, (uint8_t)(sent + i));
			frame_set_data(&frames[i], data + BED_HLEN, len,
				       &tails[i]);
			list[i] = &frames[i];
		}
		n = port_send(f->port, list, 7);
		sent += n;
	} while (n == 7);
	assert_int_equal(port_send(f->port, list, 1), 0);
	return sent;
}

static void full_port_takes_fewer_and_ends_what_it_began(void **state)
{
	static uint8_t data[BED_HLEN + FRAME_MAX_LEN], got[4000000];
	const uint32_t lens[] = {60, 1514, 9014, 40000, FRAME_MAX_LEN};
	struct stream_bed *f = *state;
	unsigned i, j, sent;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		size_t size, at = 0;

		f->writable = 0;
		sent = fill(f, data, lens[i]);
		bed_run(f);
		assert_int_equal(f->writable, 0);
		/* Slowly: whatever is half sent is ended in many pieces. */
		while ((size = bed_receive(f->peer, got + at, 999))) {
			at += size;
			loop_run_once(f->loop, 0);
		}
		bed_run(f);
		at += bed_receive(f->peer, got + at, sizeof(got) - at);
		assert_int_equal(f->writable, 1);
		assert_int_equal(at, (size_t)sent * (BED_HLEN + lens[i]));
		for (j = 0; j < sent; j++) {
			const uint8_t *frame = got + j * (BED_HLEN + lens[i]);

			/* frames of one call share their bytes, not their head
			 */
			bed_make_frame(data, lens[i],
				       frame[BED_HLEN + BED_NUMBER_AT]);
			assert_int_equal(frame[BED_HLEN + BED_NUMBER_AT],
					 j & 0xff);
			assert_memory_equal(frame, data, BED_HLEN + lens[i]);
		}
	}
	bed_run(f);
	assert_int_equal(f->writable, 1);
}

/* Send one frame; false when it was not taken. */
static bool send_one(struct stream_bed *f, uint8_t *data, uint32_t len)
{
	struct frame frame, *list[] = {&frame};
	struct iovec tail;

	bed_make_frame(data, len, 1);
	frame_set_data(&frame, data + BED_HLEN, len, &tail);
	return port_send(f->port, list, 1) == 1;
}

/* Send frames until a part of one is left; @there: bytes that the client has */
static int send_till_cut(struct stream_bed *f, uint8_t *data, int *there)
{
	int sent = 0;

	do {
		assert_true(send_one(f, data, 40000));
		sent += BED_HLEN + 40000;
		assert_int_equal(ioctl(f->peer, FIONREAD, there), 0);
	} while (*there == sent);
	return sent;
}

static void rest_of_a_frame_goes_before_anything_else(void **state)
{
	static uint8_t data[BED_HLEN + 40000], got[1000000];
	struct stream_bed *f = *state;
	int there, sent;

	/* Nobody asks again: the rest goes by itself. */
	sent = send_till_cut(f, data, &there);
	assert_int_equal(bed_receive(f->peer, got, sizeof(got)), there);
	bed_run(f);
	assert_int_equal(bed_receive(f->peer, got, sizeof(got)), sent - there);
	assert_int_equal(f->writable, 0);
	/* The socket has room, but the port has not. */
	sent = send_till_cut(f, data, &there);
	assert_int_equal(bed_receive(f->peer, got, sizeof(got)), there);
	assert_false(send_one(f, data, 60));
	bed_run(f);
	assert_int_equal(bed_receive(f->peer, got, sizeof(got)), sent - there);
	assert_int_equal(f->writable, 1);
}

/* Many lengths, so that the cut is also found within the length of a frame. */
static void frame_may_be_cut_within_its_length(void **state)
{
	static struct frame frames[FRAME_BATCH], *list[FRAME_BATCH];
	static uint8_t data[BED_HLEN + 2000], got[1000000];
	struct stream_bed *f = *state;
	struct iovec tail;
	uint32_t len;
	unsigned i;

	for (len = 700; len < 1400; len++) {
		size_t at, size;

		bed_make_frame(data, len, 1);
		for (i = 0; i < FRAME_BATCH; i++) {
			frame_set_data(&frames[i], data + BED_HLEN, len, &tail);
			list[i] = &frames[i];
		}
		while (port_send(f->port, list, FRAME_BATCH) == FRAME_BATCH)
			;
		size = bed_receive(f->peer, got, sizeof(got));
		bed_run(f);
		size += bed_receive(f->peer, got + size, sizeof(got) - size);
		assert_int_equal(size % (BED_HLEN + len), 0);
		for (at = 0; at < size; at += BED_HLEN + len)
			assert_memory_equal(got + at, data, BED_HLEN + len);
	}
}

static void send_to_one_who_left_is_counted_and_told_later(void **state)
{
	static uint8_t data[BED_HLEN + FRAME_MAX_LEN];
	struct frame frame, *list[] = {&frame};
	struct stream_bed *f = *state;
	struct iovec tail;

	fill(f, data,
	     40000); /* a half sent frame must not outlive its client */
	close(f->peer);
	bed_run(f);
	assert_false(f->port->carrier);
	bed_make_frame(data, 60, 1);
	frame_set_data(&frame, data + BED_HLEN, 60, &tail);
	f->peer = bed_connect(f);
	assert_int_equal(port_send(f->port, list, 1), 1);
	assert_int_equal(bed_receive(f->peer, data, sizeof(data)),
			 BED_HLEN + 60);
	close(f->peer);
	f->peer = -1;
	assert_int_equal(port_send(f->port, list, 1), 1);
	assert_true(f->port->carrier); /* not from within send() */
	bed_run(f);
	assert_false(f->port->carrier);
	assert_int_equal(port_send(f->port, list, 1), 1);
	assert_int_equal(f->port->counters.drops[DROP_NO_CARRIER], 2);
	assert_int_equal(f->port->counters.tx_bytes % 40000, 60);
}

static void client_that_takes_nothing_is_read_and_let_go(void **state)
{
	struct frame frame, *list[] = {&frame};
	struct stream_bed *f = *state;
	uint8_t data[BED_HLEN + 60];
	struct iovec tail;

	bed_make_frame(data, 60, 1);
	frame_set_data(&frame, data + BED_HLEN, 60, &tail);
	bed_send(f, 60, 1);
	shutdown(f->peer, SHUT_RD);
	assert_int_equal(port_send(f->port, list, 1), 1);
	assert_int_equal(f->port->counters.drops[DROP_NO_CARRIER], 1);
	bed_run(f);
	assert_int_equal(f->count, 1);
	assert_false(f->port->carrier);
}

static void memory_that_cannot_be_read_costs_one_frame(void **state)
{
	struct frame frames[3], *list[3];
	struct stream_bed *f = *state;
	uint8_t data[BED_HLEN + 200], got[1000];
	struct iovec tails[3];
	unsigned i;

	bed_make_frame(data, 200, 1);
	for (i = 0; i < 3; i++) {
		frame_set_data(&frames[i], data + BED_HLEN, 200, &tails[i]);
		list[i] = &frames[i];
	}
	tails[1].iov_base =
		mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_int_equal(port_send(f->port, list, 3), 3);
	assert_int_equal(f->port->counters.drops[DROP_SEND_FAILED], 1);
	assert_int_equal(bed_receive(f->peer, got, sizeof(got)), 2 * 204);
	assert_memory_equal(got + 204, data, 204);
	munmap(tails[1].iov_base, 4096);
}

#define STREAM_TEST(name)                                       \
	cmocka_unit_test_setup_teardown(name, stream_bed_setup, \
					stream_bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STREAM_TEST(sent_frames_arrive_with_their_lengths),
		STREAM_TEST(full_port_takes_fewer_and_ends_what_it_began),
		STREAM_TEST(rest_of_a_frame_goes_before_anything_else),
		STREAM_TEST(frame_may_be_cut_within_its_length),
		STREAM_TEST(send_to_one_who_left_is_counted_and_told_later),
		STREAM_TEST(client_that_takes_nothing_is_read_and_let_go),
		STREAM_TEST(memory_that_cannot_be_read_costs_one_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
