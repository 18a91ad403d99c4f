// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_offload.c - any header on any frame, then the software side of it
 *
 * Input: features of the sender, features of the receiver, struct vnet_hdr, the
 * frame. What passes offload_check() must come out of offload_send() whole.
 */
#include "core/offload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned sink(struct port *port, struct frame **frames, unsigned n)
{
	static uint8_t bytes[FRAME_MAX_LEN];
	unsigned i;

	for (i = 0; i < n; i++) {
		assert(!offload_missing(port, frames[i]));
		assert(frame_copy(frames[i], 0, bytes, sizeof(bytes)) ==
		       frames[i]->len);
	}
	return n;
}

static void keep(struct offload_rest *rest, struct frame *segment)
{
	(void)rest;
	(void)segment;
	__builtin_trap(); /* the sink is never full */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct offload_rest rest = {.keep = keep};
	static const struct port_ops ops = {.send = sink};
	static struct offload_scratch scratch;
	struct frame frame, *frames = &frame;
	struct iovec tail;
	struct port port;

	if (size < 2 + sizeof(struct vnet_hdr) + ETH_HLEN ||
	    size > FRAME_MAX_LEN)
		return 0;
	port_init(&port, &ops, "sink");
	port.features = data[1] & 15;
	frame_set_data(&frame, data + 12, (uint32_t)size - 12, &tail);
	memcpy(&frame.hdr, data + 2, sizeof(frame.hdr));
	if (offload_check(&frame, data[0] & 15) &&
	    offload_send(&port, &frames, 1, &scratch, &rest) != 1)
		__builtin_trap();
	return 0;
}
