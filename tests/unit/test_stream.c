// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_stream.c - a stream port with clients on real unix sockets
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "backends/stream.h"

#define SEEN_MAX 1024
/* Last byte of the source address. */
#define NUMBER_AT 11
#define HLEN 4

struct fixture {
	struct fake_clock fake;
	struct log log;
	struct loop *loop;
	struct port *port;
	struct sockaddr_un address;
	socklen_t address_len;
	int peer;
	unsigned accept;
	unsigned calls;
	unsigned count;
	unsigned writable;
	unsigned carrier_changes;
	uint32_t lens[SEEN_MAX];
	uint8_t numbers[SEEN_MAX];
	uint8_t data[FRAME_MAX_LEN];
};

static unsigned upper_input(void *ctx, struct port *port, struct frame **frames,
			    unsigned n)
{
	struct fixture *f = ctx;
	unsigned i;

	assert_ptr_equal(port, f->port);
	assert_true(n <= FRAME_BATCH);
	f->calls++;
	for (i = 0; i < n && f->accept; i++, f->accept--) {
		assert_int_equal(frames[i]->verdict.fate, FATE_NONE);
		assert_false(frame_has_offload(frames[i]));
		f->lens[f->count % SEEN_MAX] = frames[i]->len;
		f->numbers[f->count++ % SEEN_MAX] = frames[i]->snap[NUMBER_AT];
		frame_copy(frames[i], 0, f->data, sizeof(f->data));
	}
	return i;
}

static void upper_carrier(void *ctx, struct port *port, bool up)
{
	struct fixture *f = ctx;

	assert_int_equal(port->carrier, up);
	f->carrier_changes++;
}

static void upper_writable(void *ctx, struct port *port)
{
	struct fixture *f = ctx;

	(void)port;
	f->writable++;
}

static const struct port_upper upper = {
	upper_input,
	upper_carrier,
	upper_writable,
};

static void run(struct fixture *f)
{
	for (unsigned i = 0; i < 6; i++)
		loop_run_once(f->loop, 0);
}

/* An abstract address of the kernel's choice: nothing to remove afterwards. */
static int listen_anywhere(struct fixture *f)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	f->address.sun_family = AF_UNIX;
	f->address_len = sizeof(f->address);
	assert_int_equal(bind(fd, (struct sockaddr *)&f->address,
			      sizeof(f->address.sun_family)),
			 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&f->address,
				     &f->address_len),
			 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static int client_comes(struct fixture *f)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(
		connect(fd, (struct sockaddr *)&f->address, f->address_len), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	run(f);
	return fd;
}

static int setup(void **state)
{
	struct stream_settings settings = {.name = "ext:0", .mtu = 9000};
	struct stream *stream;
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	fake_clock_init(&f.fake, 1000);
	f.log = (struct log){LOG_ERROR, "test", &f.fake.clock};
	f.loop = loop_create(&f.fake.clock, NULL);
	settings.listen_fd = listen_anywhere(&f);
	settings.log = &f.log;
	stream = stream_create(f.loop, &settings, NULL);
	assert_non_null(stream);
	f.port = stream_port(stream);
	f.accept = UINT32_MAX;
	port_plug(f.port, &upper, &f);
	f.peer = client_comes(&f);
	assert_true(f.port->carrier);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	port_unplug(f->port);
	f->port->ops->close(f->port);
	if (f->peer >= 0)
		close(f->peer);
	loop_destroy(f->loop);
	return 0;
}

/* A frame with its length in front; returns the bytes of both. */
static size_t make_frame(uint8_t *data, uint32_t len, uint8_t number)
{
	uint32_t i;

	be32_store(data, len);
	for (i = 0; i < len; i++)
		data[HLEN + i] = (uint8_t)(i * 7 + 2);
	if (len > NUMBER_AT)
		data[HLEN + NUMBER_AT] = number;
	return HLEN + len;
}

static void client_sends(struct fixture *f, uint32_t len, uint8_t number)
{
	static uint8_t data[HLEN + FRAME_MAX_LEN];
	size_t size = make_frame(data, len, number);

	assert_int_equal(send(f->peer, data, size, 0), size);
}

static void client_sends_length(struct fixture *f, uint32_t len)
{
	uint8_t head[HLEN];

	be32_store(head, len);
	assert_int_equal(send(f->peer, head, HLEN, 0), HLEN);
}

/* All that is there for the client; 0 also when the port hung up. */
static size_t client_gets(int fd, uint8_t *data, size_t size)
{
	size_t got = 0;
	ssize_t len;

	while (got < size && (len = recv(fd, data + got, size - got, 0)) > 0)
		got += (size_t)len;
	return got;
}

static bool is_hung_up(int fd)
{
	char byte;

	return recv(fd, &byte, 1, 0) == 0;
}

static void frames_come_in_whole(void **state)
{
	const uint32_t lens[] = {14,   60,   FRAME_SNAP_LEN, FRAME_SNAP_LEN + 1,
				 1514, 9014, FRAME_MAX_LEN};
	static uint8_t want[HLEN + FRAME_MAX_LEN];
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		client_sends(f, lens[i], (uint8_t)i);
		run(f);
		assert_int_equal(f->count, i + 1);
		assert_int_equal(f->lens[i], lens[i]);
		make_frame(want, lens[i], (uint8_t)i);
		assert_memory_equal(f->data, want + HLEN, lens[i]);
	}
	assert_int_equal(f->port->counters.rx_frames, ARRAY_SIZE(lens));
}

static void frames_may_be_cut_at_every_byte(void **state)
{
	uint8_t bytes[3 * (HLEN + 60)];
	struct fixture *f = *state;
	size_t at, size = 0;
	unsigned i;

	for (i = 0; i < 3; i++)
		size += make_frame(bytes + size, 50 + i, (uint8_t)i);
	for (at = 1; at < size; at++) {
		f->count = 0;
		assert_int_equal(send(f->peer, bytes, at, 0), at);
		loop_run_once(f->loop, 0);
		assert_int_equal(send(f->peer, bytes + at, size - at, 0),
				 size - at);
		run(f);
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
	static uint8_t data[HLEN + FRAME_MAX_LEN];
	struct fixture *f = *state;
	size_t at = 0, size = 0;
	unsigned i, sent = 0;

	while (f->count < 40) {
		ssize_t len;

		if (at == size) {
			size = make_frame(data, FRAME_MAX_LEN - sent,
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
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < 2 * FRAME_BATCH + 6; i++)
		client_sends(f, 60, (uint8_t)i);
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
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < 10; i++)
		client_sends(f, 1514, (uint8_t)i);
	f->accept = 3;
	run(f);
	assert_int_equal(f->count, 3);
	client_sends(f, 1514, 10);
	run(f);
	assert_int_equal(f->calls, 1); /* neither offered nor read */
	f->accept = 2;
	f->port->ops->resume(f->port);
	assert_int_equal(f->calls, 1); /* not from within */
	run(f);
	assert_int_equal(f->count, 5);
	f->accept = SEEN_MAX;
	f->port->ops->resume(f->port);
	run(f);
	assert_int_equal(f->count, 11);
	for (i = 0; i < 11; i++)
		assert_int_equal(f->numbers[i], i);
	assert_int_equal(f->port->counters.rx_frames, 11);
}

static void client_that_hangs_up_is_read_to_the_end(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < 2 * FRAME_BATCH; i++)
		client_sends(f, 60, (uint8_t)i);
	f->accept = 3;
	run(f);
	close(f->peer);
	f->peer = -1;
	run(f);
	assert_int_equal(f->count, 3);
	assert_int_equal(f->calls, 1); /* hanging up is no resume() */
	f->accept = SEEN_MAX;
	f->port->ops->resume(f->port);
	run(f);
	assert_int_equal(f->count, 2 * FRAME_BATCH);
	assert_false(f->port->carrier);
}

static void impossible_length_disconnects_and_the_next_may_come(void **state)
{
	const uint32_t lens[] = {0, FRAME_MAX_LEN + 1, 0x80000000, UINT32_MAX};
	struct fixture *f = *state;
	struct port_status status;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		client_sends(f, 60, 1);
		client_sends_length(f, lens[i]);
		client_sends(f, 60, 2);
		run(f);
		assert_int_equal(f->count, i + 1); /* what came before */
		assert_false(f->port->carrier);
		close(f->peer);
		f->peer = client_comes(f);
		assert_true(f->port->carrier);
	}
	assert_int_equal(f->port->counters.drops[DROP_RUNT], 1);
	assert_int_equal(f->port->counters.drops[DROP_TOO_LONG], 3);
	port_get_status(f->port, &status);
	assert_string_equal(status.fault, "");
	client_sends(f, 60, 3);
	run(f);
	assert_int_equal(f->numbers[f->count - 1], 3);
}

static void runt_is_dropped_and_counted_alone(void **state)
{
	struct fixture *f = *state;

	client_sends(f, 13, 0);
	client_sends(f, 1, 0);
	client_sends(f, 60, 9);
	run(f);
	assert_int_equal(f->port->counters.drops[DROP_RUNT], 2);
	assert_int_equal(f->count, 1);
	assert_int_equal(f->numbers[0], 9);
	assert_true(f->port->carrier);
}

static void second_client_is_refused(void **state)
{
	struct fixture *f = *state;
	int second = client_comes(f);

	assert_true(is_hung_up(second));
	close(second);
	assert_true(f->port->carrier);
	assert_int_equal(f->carrier_changes, 1);
	client_sends(f, 60, 1);
	run(f);
	assert_int_equal(f->count, 1);
}

static void client_may_come_again_at_once(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < 300; i++) {
		/* Half a frame is forgotten with the one who sent it. */
		client_sends_length(f, 1000);
		if (i % 2)
			run(f);
		close(f->peer);
		f->peer = client_comes(f);
		client_sends(f, 60, 1);
		run(f);
		assert_true(f->port->carrier);
		assert_int_equal(f->count, i + 1);
	}
}

static void half_closed_client_is_gone(void **state)
{
	struct fixture *f = *state;

	client_sends(f, 60, 1);
	shutdown(f->peer, SHUT_WR);
	run(f);
	assert_int_equal(f->count, 1);
	assert_false(f->port->carrier);
}

static void sent_frames_arrive_with_their_lengths(void **state)
{
	static uint8_t want[8 * HLEN + FRAME_MAX_LEN + 20000];
	static uint8_t got[sizeof(want)];
	const uint32_t lens[] = {14, 60, 1514, 129, 9014};
	struct frame frames[ARRAY_SIZE(lens)], *list[ARRAY_SIZE(lens)];
	struct iovec tails[ARRAY_SIZE(lens)];
	struct fixture *f = *state;
	size_t size = 0;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		size_t len = make_frame(want + size, lens[i], (uint8_t)i);

		frame_set_data(&frames[i], want + size + HLEN, lens[i],
			       &tails[i]);
		list[i] = &frames[i];
		size += len;
	}
	assert_int_equal(port_send(f->port, list, i), i);
	assert_int_equal(client_gets(f->peer, got, sizeof(got)), size);
	assert_memory_equal(got, want, size);
	assert_int_equal(f->port->counters.tx_frames, i);
}

/* Fill the port with frames of @len; how many it took. */
static unsigned fill(struct fixture *f, uint8_t *data, uint32_t len)
{
	struct frame frames[7], *list[7];
	unsigned i, n, sent = 0;
	struct iovec tails[7];

	do {
		for (i = 0; i < 7; i++) {
			make_frame(data, len, (uint8_t)(sent + i));
			frame_set_data(&frames[i], data + HLEN, len, &tails[i]);
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
	static uint8_t data[HLEN + FRAME_MAX_LEN], got[4000000];
	const uint32_t lens[] = {60, 1514, 9014, 40000, FRAME_MAX_LEN};
	struct fixture *f = *state;
	unsigned i, j, sent;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		size_t size, at = 0;

		f->writable = 0;
		sent = fill(f, data, lens[i]);
		run(f);
		assert_int_equal(f->writable, 0);
		/* Slowly: whatever is half sent is ended in many pieces. */
		while ((size = client_gets(f->peer, got + at, 999))) {
			at += size;
			loop_run_once(f->loop, 0);
		}
		run(f);
		at += client_gets(f->peer, got + at, sizeof(got) - at);
		assert_int_equal(f->writable, 1);
		assert_int_equal(at, (size_t)sent * (HLEN + lens[i]));
		for (j = 0; j < sent; j++) {
			const uint8_t *frame = got + j * (HLEN + lens[i]);

			/* frames of one call share their bytes, not their head
			 */
			make_frame(data, lens[i], frame[HLEN + NUMBER_AT]);
			assert_int_equal(frame[HLEN + NUMBER_AT], j & 0xff);
			assert_memory_equal(frame, data, HLEN + lens[i]);
		}
	}
	run(f);
	assert_int_equal(f->writable, 1);
}

static void send_to_one_who_left_is_counted_and_told_later(void **state)
{
	static uint8_t data[HLEN + FRAME_MAX_LEN];
	struct frame frame, *list[] = {&frame};
	struct fixture *f = *state;
	struct iovec tail;

	fill(f, data,
	     40000); /* a half sent frame must not outlive its client */
	close(f->peer);
	run(f);
	assert_false(f->port->carrier);
	make_frame(data, 60, 1);
	frame_set_data(&frame, data + HLEN, 60, &tail);
	f->peer = client_comes(f);
	assert_int_equal(port_send(f->port, list, 1), 1);
	assert_int_equal(client_gets(f->peer, data, sizeof(data)), HLEN + 60);
	close(f->peer);
	f->peer = -1;
	assert_int_equal(port_send(f->port, list, 1), 1);
	assert_true(f->port->carrier); /* not from within send() */
	run(f);
	assert_false(f->port->carrier);
	assert_int_equal(port_send(f->port, list, 1), 1);
	assert_int_equal(f->port->counters.drops[DROP_NO_CARRIER], 2);
	assert_int_equal(f->port->counters.tx_bytes % 40000, 60);
}

static void client_that_takes_nothing_is_read_and_let_go(void **state)
{
	struct frame frame, *list[] = {&frame};
	struct fixture *f = *state;
	uint8_t data[HLEN + 60];
	struct iovec tail;

	make_frame(data, 60, 1);
	frame_set_data(&frame, data + HLEN, 60, &tail);
	client_sends(f, 60, 1);
	shutdown(f->peer, SHUT_RD);
	assert_int_equal(port_send(f->port, list, 1), 1);
	assert_int_equal(f->port->counters.drops[DROP_NO_CARRIER], 1);
	run(f);
	assert_int_equal(f->count, 1);
	assert_false(f->port->carrier);
}

static void memory_that_cannot_be_read_costs_one_frame(void **state)
{
	struct frame frames[3], *list[3];
	struct fixture *f = *state;
	uint8_t data[HLEN + 200], got[1000];
	struct iovec tails[3];
	unsigned i;

	make_frame(data, 200, 1);
	for (i = 0; i < 3; i++) {
		frame_set_data(&frames[i], data + HLEN, 200, &tails[i]);
		list[i] = &frames[i];
	}
	tails[1].iov_base =
		mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_int_equal(port_send(f->port, list, 3), 3);
	assert_int_equal(f->port->counters.drops[DROP_SEND_FAILED], 1);
	assert_int_equal(client_gets(f->peer, got, sizeof(got)), 2 * 204);
	assert_memory_equal(got + 204, data, 204);
	munmap(tails[1].iov_base, 4096);
}

static void status_says_whether_there_is_a_client(void **state)
{
	struct fixture *f = *state;
	struct port_status status;

	port_get_status(f->port, &status);
	assert_string_equal(status.detail, "unix stream, client connected");
	close(f->peer);
	f->peer = -1;
	run(f);
	port_get_status(f->port, &status);
	assert_string_equal(status.detail, "unix stream, no client");
	assert_false(status.carrier);
}

static void blocking_socket_is_refused(void **state)
{
	struct stream_settings settings = {.name = "x"};
	struct fixture *f = *state;
	struct err err = {0};

	settings.listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_null(stream_create(f->loop, &settings, &err));
	assert_int_equal(err.code, -EINVAL);
	close(settings.listen_fd);
}

#define STREAM_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

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
		STREAM_TEST(sent_frames_arrive_with_their_lengths),
		STREAM_TEST(full_port_takes_fewer_and_ends_what_it_began),
		STREAM_TEST(send_to_one_who_left_is_counted_and_told_later),
		STREAM_TEST(client_that_takes_nothing_is_read_and_let_go),
		STREAM_TEST(memory_that_cannot_be_read_costs_one_frame),
		STREAM_TEST(status_says_whether_there_is_a_client),
		STREAM_TEST(blocking_socket_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
