// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_nat.c - guests' packets into a NAT engine, and what sockets bring back
 *
 * Input: pieces of a control byte, a 16-bit big-endian length and so many
 * bytes. The control byte's low half says what: 0-7 the IP packet behind an
 * Ethernet header, bit 0 puts the right header checksum in, bit 1 leaves the
 * payload's to us, bit 2 cuts the snapshot short; 8-11 bytes that come from
 * outside to the port in the first two; 12-15 time passes. The upper half is
 * the ingress port.
 *
 * It runs in a network namespace of its own, whose loopback is the outside;
 * where it gets none, no socket is ever given.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "fuzz/fuzz_frame.h"
#include "switch/nat/nat_internal.h"
#include "unit/nat_stand.h"
#include "unit/private_net.h"

#define MAX_FUZZ_FLOWS 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/**
 * struct fuzz - the engine under test
 * @stand:	the engine
 * @outside:	a socket that answers; -1: none
 */
struct fuzz {
	struct nat_stand stand;
	int outside;
};

static bool has_net;

static int fuzz_open(void *ctx, enum nat_socket kind)
{
	(void)ctx;
	return has_net ? nat_sockets_host.open(NULL, kind) : -EACCES;
}

static int fuzz_connect(void *ctx, int fd, uint32_t address, uint16_t port)
{
	(void)ctx;
	return nat_sockets_host.connect(NULL, fd, address, port);
}

static bool fuzz_is_host(void *ctx, uint32_t address)
{
	(void)ctx;
	return address == PRIVATE_NET + 1;
}

static const struct nat_sockets sockets = {fuzz_open, fuzz_connect,
					   fuzz_is_host};

/* What goes to a guest is a frame to it, from us, of a good IP packet. */
static unsigned fuzz_input(void *ctx, struct port *port, struct frame **frames,
			   unsigned n)
{
	const struct fuzz *fuzz = ctx;
	unsigned i;

	(void)port;
	for (i = 0; i < n; i++) {
		const uint8_t *ip = frames[i]->snap + ETH_HLEN;

		if (frames[i]->len < 42 ||
		    !mac_is_equal(frame_src(frames[i]),
				  &fuzz->stand.nat->settings.mac) ||
		    csum_fold(csum_add(0, ip, IP4_HLEN)) ||
		    be16_load(ip + 2) != frames[i]->len - ETH_HLEN)
			abort();
	}
	return n;
}

static const struct port_upper upper = {.input = fuzz_input};

static void fuzz_start(struct fuzz *fuzz)
{
	static const struct nat_route route = {{0x0a1e0000, 24}, 0x0a14000c};
	struct nat_settings settings = {
		.mac = {{0x02, 0x57, 0, 0, 0, 1}},
		.address = {0x0a140001, 24},
		.mtu = 1500,
		.max_flows = MAX_FUZZ_FLOWS,
		.routes = &route,
		.route_count = 1,
	};
	const struct nat_env env = {.sockets = &sockets};

	nat_stand_open(&fuzz->stand, &settings, &env, &upper, fuzz);
	fuzz->outside = has_net ? fuzz_open(NULL, NAT_SOCKET_UDP) : -1;
}

static void fuzz_packet(struct fuzz *fuzz, uint8_t control, uint8_t *data,
			uint16_t len)
{
	struct frame frame;
	struct ip4_fragment fragment;
	struct iovec tail;
	struct ip4 ip;
	bool is_whole;

	if (control & 1)
		fuzz_frame_sum(data, len);
	fuzz_frame_set(&frame, data, len, control & 4 ? 37 : 0, &tail);
	if (!frame_classify(&frame))
		return;
	is_whole = ip4_parse(frame.snap + ETH_HLEN, frame.snap_len - ETH_HLEN,
			     frame.len - ETH_HLEN, &ip);
	if (!is_whole &&
	    !ip4_parse_fragment(frame.snap + ETH_HLEN,
				frame.snap_len - ETH_HLEN, frame.len - ETH_HLEN,
				&ip, &fragment))
		return;
	ip.csum_partial = control & 2;
	ip.src_mac = *frame_src(&frame);
	ip.ingress = control >> 4;
	frame.ingress = ip.ingress;
	if (!is_whole) {
		nat_fragment_input(fuzz->stand.nat, &frame,
				   ETH_HLEN + ip.header_len, &ip, &fragment);
		return;
	}
	if (ip.dst == 0x0a140001 &&
	    !nat_wants(fuzz->stand.nat, &frame, ETH_HLEN + ip.header_len, &ip))
		return;
	nat_input(fuzz->stand.nat, &frame, ETH_HLEN + ip.header_len, &ip);
	nat_flush(fuzz->stand.nat);
}

static void fuzz_answer(struct fuzz *fuzz, const uint8_t *data, uint16_t len)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(PRIVATE_NET + 1)};

	if (len < 2 || fuzz->outside < 0)
		return;
	memcpy(&to.sin_port, data, 2);
	if (sendto(fuzz->outside, data + 2, len - 2u, 0, (struct sockaddr *)&to,
		   sizeof(to)) < 0)
		return;
}

static void fuzz_end(struct fuzz *fuzz)
{
	if (nat_stand_close(&fuzz->stand))
		abort();
	if (fuzz->outside >= 0)
		close(fuzz->outside);
}

static void fuzz_piece(struct fuzz *fuzz, uint8_t control, uint8_t *data,
		       uint16_t len)
{
	if ((control & 12) == 12)
		fuzz->stand.fake.ns += ((control & 3) + 1) * 40 * NSEC_PER_SEC;
	else if (control & 8)
		fuzz_answer(fuzz, data, len);
	else
		fuzz_packet(fuzz, control, data, len);
	loop_run_once(fuzz->stand.loop, 0);
	loop_run_once(fuzz->stand.loop, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool asked;
	struct fuzz fuzz;

	if (!asked) {
		has_net = private_net_enter();
		if (!has_net)
			fprintf(stderr, "skipped: what comes back from sockets;"
					" no network namespace of our own\n");
	}
	asked = true;
	fuzz_start(&fuzz);
	while (size >= 3) {
		uint16_t len = (uint16_t)MIN(be16_load(data + 1), size - 3);
		uint8_t *copy = malloc(len + 1u);

		if (!copy)
			abort();
		memcpy(copy, data + 3, len);
		fuzz_piece(&fuzz, data[0], copy, len);
		free(copy);
		data += 3 + len;
		size -= 3u + len;
	}
	fuzz_end(&fuzz);
	return 0;
}
