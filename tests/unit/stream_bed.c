// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stream_bed.c - see stream_bed.h
 */
#include "unit/cmocka_wrap.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "unit/stream_bed.h"

static unsigned upper_input(void *ctx, struct port *port, struct frame **frames,
			    unsigned n)
{
	struct stream_bed *f = ctx;
	unsigned i;

	assert_ptr_equal(port, f->port);
	assert_true(n <= FRAME_BATCH);
	f->calls++;
	for (i = 0; i < n && f->accept; i++, f->accept--) {
		assert_int_equal(frames[i]->verdict.fate, FATE_NONE);
		assert_false(frame_has_offload(frames[i]));
		f->lens[f->count % BED_SEEN_MAX] = frames[i]->len;
		f->numbers[f->count++ % BED_SEEN_MAX] =
			frames[i]->snap[BED_NUMBER_AT];
		frame_copy(frames[i], 0, f->data, sizeof(f->data));
	}
	return i;
}

static void upper_carrier(void *ctx, struct port *port, bool up)
{
	struct stream_bed *f = ctx;

	assert_int_equal(port->carrier, up);
	f->carrier_changes++;
}

static void upper_writable(void *ctx, struct port *port)
{
	struct stream_bed *f = ctx;

	(void)port;
	f->writable++;
}

static const struct port_upper upper = {
	.input = upper_input,
	.carrier = upper_carrier,
	.writable = upper_writable,
};

void bed_run(struct stream_bed *f)
{
	for (unsigned i = 0; i < 6; i++)
		loop_run_once(f->loop, 0);
}

bool bed_sleeps(struct stream_bed *f)
{
	struct timespec before, after;

	bed_run(f);
	clock_gettime(CLOCK_MONOTONIC, &before);
	loop_run_once(f->loop, 2);
	clock_gettime(CLOCK_MONOTONIC, &after);
	after.tv_sec -= before.tv_sec;
	return after.tv_sec * 1000000000 + after.tv_nsec - before.tv_nsec >=
	       1000000;
}

/* An abstract address of the kernel's choice: nothing to remove afterwards. */
static int listen_anywhere(struct stream_bed *f)
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

int bed_connect(struct stream_bed *f)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(
		connect(fd, (struct sockaddr *)&f->address, f->address_len), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	bed_run(f);
	return fd;
}

int stream_bed_setup(void **state)
{
	struct stream_settings settings = {.name = "ext:0", .mtu = 9000};
	struct stream *stream;
	static struct stream_bed f;

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
	f.peer = bed_connect(&f);
	assert_true(f.port->carrier);
	*state = &f;
	return 0;
}

int stream_bed_teardown(void **state)
{
	struct stream_bed *f = *state;

	port_unplug(f->port);
	f->port->ops->close(f->port);
	if (f->peer >= 0)
		close(f->peer);
	loop_destroy(f->loop);
	return 0;
}

size_t bed_make_frame(uint8_t *data, uint32_t len, uint8_t number)
{
	uint32_t i;

	be32_store(data, len);
	for (i = 0; i < len; i++)
		data[BED_HLEN + i] = (uint8_t)(i * 7 + 2);
	if (len > BED_NUMBER_AT)
		data[BED_HLEN + BED_NUMBER_AT] = number;
	return BED_HLEN + len;
}

void bed_send(struct stream_bed *f, uint32_t len, uint8_t number)
{
	static uint8_t data[BED_HLEN + FRAME_MAX_LEN];
	size_t size = bed_make_frame(data, len, number);

	assert_int_equal(send(f->peer, data, size, 0), size);
}

void bed_send_length(struct stream_bed *f, uint32_t len)
{
	uint8_t head[BED_HLEN];

	be32_store(head, len);
	assert_int_equal(send(f->peer, head, BED_HLEN, 0), BED_HLEN);
}

size_t bed_receive(int fd, uint8_t *data, size_t size)
{
	size_t got = 0;
	ssize_t len;

	while (got < size && (len = recv(fd, data + got, size - got, 0)) > 0)
		got += (size_t)len;
	return got;
}
