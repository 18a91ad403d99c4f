// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_gateway.c - frames to a gateway with all its services
 *
 * Input: pieces of a control byte, a 16-bit big-endian length and a frame. The
 * control byte's bits: 0 the checksum is left to us, 1 a short snapshot, 2 put
 * the right IPv4 header checksum in; the upper half is the ingress port.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz_frame.h"
#include "core/csum.h"
#include "switch/gateway/gateway.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
	struct fake_clock fake;
	struct loop *loop;
	struct packet_pool *pool;
	struct gateway *gateway;
	uint64_t ticket;
};

static void fuzz_commit(void *ctx, const struct lease_record *record,
			uint64_t ticket)
{
	struct fuzz *fuzz = ctx;

	(void)record;
	fuzz->ticket = ticket;
}

static uint64_t fuzz_wall_s(void *ctx)
{
	(void)ctx;
	return 1700000000;
}

static const struct gateway_ops ops = {.commit = fuzz_commit,
				       .wall_s = fuzz_wall_s};

static unsigned fuzz_input(void *ctx, struct port *port, struct frame **frames,
			   unsigned n)
{
	unsigned i;

	(void)ctx;
	(void)port;
	for (i = 0; i < n; i++) {
		if (frames[i]->len < 42 || frame_has_offload(frames[i]))
			abort();
	}
	return n;
}

static const struct port_upper upper = {.input = fuzz_input};

static void fuzz_start(struct fuzz *fuzz)
{
	static const struct dhcp_settings dhcp = {
		.config = {.server = {0x0a140001, 24}, .lease_s = 600},
		.first = 0x0a140064,
		.last = 0x0a140066,
	};
	static const struct dns_settings dns = {.domain = "office.lab",
						.subnet = {0x0a140001, 24}};
	static const struct dhcp6_settings dhcp6 = {
		.prefix = {{{0xfd, 0, 0, 0x20}}},
		.first = 0x1000,
		.last = 0x1003,
		.lease_s = 600,
	};
	static const struct gateway_ip6_settings ip6 = {
		.prefix = {{{{0xfd, 0, 0, 0x20}}}, 64},
		.advertise = true,
		.prefix_flags = RA_ON_LINK | RA_AUTONOMOUS,
		.domain = "office.lab",
		.dhcp6 = &dhcp6,
	};
	const struct gateway_settings settings = {
		.name = "wan/gateway",
		.mac = {{0x52, 0x54, 0, 0, 0, 1}},
		.address = {0x0a140001, 24},
		.mtu = 1500,
		.dhcp = &dhcp,
		.dns = &dns,
		.ip6 = &ip6,
		.secret = {{1, 2}},
	};
	struct gateway_env env = {.ops = &ops, .ctx = fuzz};

	fake_clock_init(&fuzz->fake, 1);
	fuzz->loop = loop_create(&fuzz->fake.clock, NULL);
	fuzz->pool = packet_pool_create(64, 256, NULL);
	env.loop = fuzz->loop;
	env.clock = &fuzz->fake.clock;
	env.pool = fuzz->pool;
	fuzz->gateway = gateway_create(&settings, &env, NULL);
	if (!fuzz->gateway)
		abort();
	port_plug(gateway_port(fuzz->gateway), &upper, fuzz);
}

static void fuzz_frame(struct fuzz *fuzz, uint8_t control, uint8_t *data,
		       uint16_t len)
{
	struct frame frame, *frames[] = {&frame};
	struct iovec tail;

	if (control & 4)
		fuzz_frame_sum(data, len);
	fuzz_frame_set(&frame, data, len, control & 2 ? 20 : 0, &tail);
	if (!frame_classify(&frame))
		return;
	if (control & 1) {
		frame.hdr.flags = VNET_F_NEEDS_CSUM;
		frame.hdr.csum_start =
			frame_ethertype(&frame) == ETHERTYPE_IPV6 ? 54 : 34;
	}
	frame.ingress = control >> 4;
	port_send(gateway_port(fuzz->gateway), frames, 1);
	loop_run_once(fuzz->loop, 0);
	gateway_committed(fuzz->gateway, fuzz->ticket, control & 8);
	fuzz->fake.ns += 100 * NSEC_PER_MSEC;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz fuzz = {.ticket = 0};
	struct port *port;

	fuzz_start(&fuzz);
	port = gateway_port(fuzz.gateway);
	while (size >= 3) {
		uint16_t len = (uint16_t)MIN(be16_load(data + 1), size - 3);
		uint8_t *copy = malloc(len + 1u);

		if (!copy)
			abort();
		memcpy(copy, data + 3, len);
		fuzz_frame(&fuzz, data[0], copy, len);
		free(copy);
		data += 3 + len;
		size -= 3u + len;
	}
	loop_run_once(fuzz.loop, 0);
	loop_run_once(fuzz.loop, 0);
	if (packet_pool_in_use(fuzz.pool))
		abort();
	port_unplug(port);
	port->ops->close(port);
	packet_pool_destroy(fuzz.pool);
	loop_destroy(fuzz.loop);
	return 0;
}
