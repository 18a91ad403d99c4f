// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_stream.c - clients of a stream port that come and go, and what they send
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/stream_bed.h"

static bool is_hung_up(int fd)
{
	char byte;

	return recv(fd, &byte, 1, 0) == 0;
}

static void frames_come_in_whole(void **state)
{
	const uint32_t lens[] = {14,   60,   FRAME_SNAP_LEN, FRAME_SNAP_LEN + 1,
				 1514, 9014, FRAME_MAX_LEN};
	static uint8_t want[BED_HLEN + FRAME_MAX_LEN];
	struct stream_bed *f = *state;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		bed_send(f, lens[i], (uint8_t)i);
		bed_run(f);
		assert_int_equal(f->count, i + 1);
		assert_int_equal(f->lens[i], lens[i]);
		bed_make_frame(want, lens[i], (uint8_t)i);
		assert_memory_equal(f->data, want + BED_HLEN, lens[i]);
	}
	assert_int_equal(f->port->counters.rx_frames, ARRAY_SIZE(lens));
}

static void frames_may_be_cut_at_every_byte(void **state)
{
	uint8_t bytes[3 * (BED_HLEN + 60)];
	struct stream_bed *f = *state;
	size_t at, size = 0;
	unsigned i;

	for (i = 0; i < 3; i++)
		size += bed_make_frame(bytes + size, 50 + i, (uint8_t)i);
	for (at = 1; at < size; at++) {
		f->count = 0;
		assert_int_equal(send(f->peer, bytes, at, 0), at);
		loop_run_once(f->loop, 0);
		assert_int_equal(send(f->peer, bytes + at, size - at, 0),
				 size - at);
		bed_run(f);
		assert_int_equal(f->count, 3);
		for (i = 0; i < 3; i++) {
			assert_int_equal(f->lens[i], 50 + i);
			assert_int_equal(f->numbers[i], i);
		}
	}
	/* and all bytes one by one */
	f->count = 0;
	for (at = 0; at < size; at++) {
		assert_int_equal(send(f->peer, bytes + at, 1, 0), 1);
		loop_run_once(f->loop, 0);
	}
	assert_int_equal(f->count, 3);
}

static void long_frames_pass_over_the_end_of_the_buffer(void **state)
{
	static uint8_t data[BED_HLEN + FRAME_MAX_LEN];
	struct stream_bed *f = *state;
	size_t at = 0, size = 0;
	unsigned i, sent = 0;

	while (f->count < 40) {
		ssize_t len;

		if (at == size) {
			size = bed_make_frame(data, FRAME_MAX_LEN - sent,
					      (uint8_t)sent);
			at = 0;
			sent++;
		}
		len = send(f->peer, data + at, size - at, 0);
		at += len > 0 ? (size_t)len : 0;
		loop_run_once(f->loop, 0);
	}
	for (i = 0; i < f->count; i++) {
		assert_int_equal(f->numbers[i], i);
		assert_int_equal(f->lens[i], FRAME_MAX_LEN - i);
	}
}

static void one_turn_hands_up_at_most_one_batch(void **state)
{
	struct stream_bed *f = *state;
	unsigned i;

	for (i = 0; i < 2 * FRAME_BATCH + 6; i++)
		bed_send(f, 60, (uint8_t)i);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->calls, 2); /* its event, and one deferred call */
	assert_int_equal(f->count, 2 * FRAME_BATCH);
	loop_run_once(f->loop, 0);
	assert_int_equal(f->count, 2 * FRAME_BATCH + 6);
	for (i = 0; i < f->count; i++)
		assert_int_equal(f->numbers[i], i);
}

static void frames_not_taken_wait_for_resume(void **state)
{
	struct stream_bed *f = *state;
	unsigned i;

	for (i = 0; i < 10; i++)
		bed_send(f, 1514, (uint8_t)i);
	f->accept = 3;
	bed_run(f);
	assert_int_equal(f->count, 3);
	bed_send(f, 1514, 10);
	bed_run(f);
	assert_int_equal(f->calls, 1); /* neither offered nor read */
	assert_true(bed_sleeps(f));
	f->accept = 2;
	f->port->ops->resume(f->port);
	assert_int_equal(f->calls, 1); /* not from within */
	bed_run(f);
	assert_int_equal(f->count, 5);
	f->accept = BED_SEEN_MAX;
	f->port->ops->resume(f->port);
	bed_run(f);
	assert_int_equal(f->count, 11);
	for (i = 0; i < 11; i++)
		assert_int_equal(f->numbers[i], i);
	assert_int_equal(f->port->counters.rx_frames, 11);
}

static void client_that_hangs_up_is_read_to_the_end(void **state)
{
	struct stream_bed *f = *state;
	unsigned i;

	for (i = 0; i < 2 * FRAME_BATCH; i++)
		bed_send(f, 60, (uint8_t)i);
	f->accept = 3;
	bed_run(f);
	close(f->peer);
	f->peer = -1;
	bed_run(f);
	assert_int_equal(f->count, 3);
	assert_int_equal(f->calls, 1); /* hanging up is no resume() */
	assert_true(bed_sleeps(f));
	f->accept = BED_SEEN_MAX;
	f->port->ops->resume(f->port);
	bed_run(f);
	assert_int_equal(f->count, 2 * FRAME_BATCH);
	assert_false(f->port->carrier);
}

static void impossible_length_disconnects_and_the_next_may_come(void **state)
{
	const uint32_t lens[] = {0, FRAME_MAX_LEN + 1, 0x80000000, UINT32_MAX};
	struct stream_bed *f = *state;
	struct port_status status;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		bed_send(f, 60, 1);
		bed_send_length(f, lens[i]);
		bed_send(f, 60, 2);
		bed_run(f);
		assert_int_equal(f->count, i + 1); /* what came before */
		assert_false(f->port->carrier);
		close(f->peer);
		f->peer = bed_connect(f);
		assert_true(f->port->carrier);
	}
	assert_int_equal(f->port->counters.drops[DROP_RUNT], 1);
	assert_int_equal(f->port->counters.drops[DROP_TOO_LONG], 3);
	port_get_status(f->port, &status);
	assert_string_equal(status.fault, "");
	bed_send(f, 60, 3);
	bed_run(f);
	assert_int_equal(f->numbers[f->count - 1], 3);
}

static void runt_is_dropped_and_counted_alone(void **state)
{
	struct stream_bed *f = *state;

	bed_send(f, 13, 0);
	bed_send(f, 1, 0);
	bed_send(f, 60, 9);
	bed_run(f);
	assert_int_equal(f->port->counters.drops[DROP_RUNT], 2);
	assert_int_equal(f->count, 1);
	assert_int_equal(f->numbers[0], 9);
	assert_true(f->port->carrier);
}

static void second_client_is_refused(void **state)
{
	struct stream_bed *f = *state;
	int second = bed_connect(f);

	assert_true(is_hung_up(second));
	close(second);
	assert_true(f->port->carrier);
	assert_int_equal(f->carrier_changes, 1);
	bed_send(f, 60, 1);
	bed_run(f);
	assert_int_equal(f->count, 1);
}

static void client_may_come_again_at_once(void **state)
{
	struct stream_bed *f = *state;
	unsigned i;

	for (i = 0; i < 300; i++) {
		/* Half a frame is forgotten with the one who sent it. */
		bed_send_length(f, 1000);
		if (i % 2)
			bed_run(f);
		close(f->peer);
		f->peer = bed_connect(f);
		bed_send(f, 60, 1);
		bed_run(f);
		assert_true(f->port->carrier);
		assert_int_equal(f->count, i + 1);
	}
}

static void half_closed_client_is_gone(void **state)
{
	struct stream_bed *f = *state;

	bed_send(f, 60, 1);
	shutdown(f->peer, SHUT_WR);
	bed_run(f);
	assert_int_equal(f->count, 1);
	assert_false(f->port->carrier);
}

static void status_says_whether_there_is_a_client(void **state)
{
	struct stream_bed *f = *state;
	struct port_status status;

	port_get_status(f->port, &status);
	assert_string_equal(status.detail, "unix stream, client connected");
	close(f->peer);
	f->peer = -1;
	bed_run(f);
	port_get_status(f->port, &status);
	assert_string_equal(status.detail, "unix stream, no client");
	assert_false(status.carrier);
}

static void blocking_socket_is_refused(void **state)
{
	struct stream_settings settings = {.name = "x"};
	struct stream_bed *f = *state;
	struct err err = {0};

	settings.listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_null(stream_create(f->loop, &settings, &err));
	assert_int_equal(err.code, -EINVAL);
	close(settings.listen_fd);
}

#define STREAM_TEST(name)                                       \
	cmocka_unit_test_setup_teardown(name, stream_bed_setup, \
					stream_bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STREAM_TEST(frames_come_in_whole),
		STREAM_TEST(frames_may_be_cut_at_every_byte),
		STREAM_TEST(long_frames_pass_over_the_end_of_the_buffer),
		STREAM_TEST(one_turn_hands_up_at_most_one_batch),
		STREAM_TEST(frames_not_taken_wait_for_resume),
		STREAM_TEST(client_that_hangs_up_is_read_to_the_end),
		STREAM_TEST(
			impossible_length_disconnects_and_the_next_may_come),
		STREAM_TEST(runt_is_dropped_and_counted_alone),
		STREAM_TEST(second_client_is_refused),
		STREAM_TEST(client_may_come_again_at_once),
		STREAM_TEST(half_closed_client_is_gone),
		STREAM_TEST(status_says_whether_there_is_a_client),
		STREAM_TEST(blocking_socket_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
