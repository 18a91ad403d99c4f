// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_stream.c - a unix stream port's client that sends anything at all
 *
 * Input: pieces of two bytes and data. The first byte says how many frames the
 * network takes before it is full and, in its top bits, whether it is resumed,
 * sends something itself, or the client comes anew; the second is the length of
 * the data that the client then sends.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backends/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DO_RESUME 0x80
#define DO_SEND 0x40
#define DO_RECONNECT 0x20
#define DO_TAKE 0x1f

struct fuzz {
	struct fake_clock fake;
	struct log log;
	struct loop *loop;
	struct stream *stream;
	struct port *port;
	int peer;
	unsigned room;
	uint64_t sent;
	uint64_t taken;
	uint8_t copy[FRAME_MAX_LEN];
};

static unsigned fuzz_input(void *ctx, struct port *port, struct frame **frames,
			   unsigned n)
{
	struct fuzz *fuzz = ctx;
	unsigned i;

	(void)port;
	if (n == 0 || n > FRAME_BATCH)
		abort();
	for (i = 0; i < n && fuzz->room; i++, fuzz->room--) {
		const struct frame *frame = frames[i];

		if (frame->len < ETH_HLEN || frame->len > FRAME_MAX_LEN)
			abort();
		if (frame_copy(frame, 0, fuzz->copy, sizeof(fuzz->copy)) !=
		    frame->len)
			abort();
		fuzz->taken += 4 + frame->len;
	}
	return i;
}

static void fuzz_carrier(void *ctx, struct port *port, bool up)
{
	(void)ctx;
	(void)port;
	(void)up;
}

static void fuzz_writable(void *ctx, struct port *port)
{
	(void)ctx;
	(void)port;
}

static const struct port_upper upper = {
	.input = fuzz_input,
	.carrier = fuzz_carrier,
	.writable = fuzz_writable,
};

static void fuzz_connect(struct fuzz *fuzz)
{
	int pair[2];

	if (fuzz->peer >= 0)
		close(fuzz->peer);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair))
		abort();
	fuzz->peer = pair[0];
	if (stream_connect(fuzz->stream, pair[1]))
		abort(); /* the one before has hung up */
}

static void fuzz_frame(struct fuzz *fuzz, uint32_t len)
{
	struct frame frame, *list[] = {&frame};
	struct iovec tail;

	frame_set_data(&frame, fuzz->copy, len, &tail);
	port_send(fuzz->port, list, 1);
}

static void fuzz_piece(struct fuzz *fuzz, uint8_t what, const uint8_t *data,
		       size_t len)
{
	ssize_t sent;

	fuzz->room = what & DO_TAKE;
	if (what & DO_RECONNECT)
		fuzz_connect(fuzz);
	sent = send(fuzz->peer, data, len, MSG_NOSIGNAL);
	fuzz->sent += sent > 0 ? (uint64_t)sent : 0;
	if (what & DO_SEND)
		fuzz_frame(fuzz, 60 + (uint32_t)len * 256);
	if (what & DO_RESUME)
		fuzz->port->ops->resume(fuzz->port);
	loop_run_once(fuzz->loop, 0);
	if (fuzz->taken > fuzz->sent)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz fuzz;
	struct stream_settings settings = {
		.name = "ext:0", .listen_fd = -1, .mtu = 1500};

	memset(&fuzz, 0, sizeof(fuzz));
	fake_clock_init(&fuzz.fake, 1);
	fuzz.log = (struct log){LOG_ERROR, "fuzz", &fuzz.fake.clock};
	settings.log = &fuzz.log;
	fuzz.loop = loop_create(&fuzz.fake.clock, NULL);
	fuzz.stream = stream_create(fuzz.loop, &settings, NULL);
	if (!fuzz.stream)
		abort();
	fuzz.port = stream_port(fuzz.stream);
	port_plug(fuzz.port, &upper, &fuzz);
	fuzz.peer = -1;
	fuzz_connect(&fuzz);
	while (size >= 2) {
		size_t len = MIN(data[1], size - 2);

		fuzz_piece(&fuzz, data[0], data + 2, len);
		data += 2 + len;
		size -= 2 + len;
	}
	fuzz.port->ops->close(fuzz.port);
	close(fuzz.peer);
	loop_destroy(fuzz.loop);
	return 0;
}
