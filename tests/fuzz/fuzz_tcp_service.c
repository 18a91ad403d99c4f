// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_tcp_service.c - segments to the small TCP, within valid connections
 *
 * Input: pieces of flags (0x80: an answer that was left for later comes), peer,
 * offsets of sequence and acknowledgement number from what would be right,
 * window, time in units of 100 ms, length, and data.
 * Checksums are right, as otherwise nothing would get in.
 */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/frame.h"
#include "core/util.h"
#include "switch/dns/tcp_service.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PIECE_LEN 7
#define PEERS 4
#define TICKETS 8

struct peer {
	uint32_t seq;
	uint32_t ack;
};

struct fuzz {
	struct fake_clock fake;
	struct tcp_service *service;
	struct peer peers[PEERS];
	struct tcp_ticket tickets[TICKETS];
	unsigned ticket_count;
	uint8_t frame[ETH_HLEN + TCP4_OVERHEAD + 4 + 256];
};

static void fuzz_send(void *ctx, const struct ip4 *to,
		      const struct tcp4 *segment)
{
	struct fuzz *fuzz = ctx;
	struct peer *peer = &fuzz->peers[segment->dst_port % PEERS];

	(void)to;
	if (segment->len > 1460)
		abort();
	if (segment->flags & TCP_RST)
		return;
	peer->ack = segment->seq + segment->len +
		    !!(segment->flags & (TCP_SYN | TCP_FIN));
	peer->seq = segment->ack;
}

static size_t fuzz_answer(void *ctx, const struct tcp_message *message,
			  uint8_t *reply)
{
	struct fuzz *fuzz = ctx;
	size_t len = message->len;

	if (message->data[0] == 0xff)
		return 0;
	if (message->data[0] == 0xfe) {
		fuzz->tickets[fuzz->ticket_count++ % TICKETS] = message->ticket;
		return TCP_SERVICE_LATER;
	}
	memset(reply, message->data[len - 1], 16 * len & 0xfff);
	return 16 * len & 0xfff;
}

/* What was promised, or was to somebody who has gone, comes. */
static void fuzz_reply(struct fuzz *fuzz, uint8_t ticket)
{
	static const uint8_t reply[TCP_SERVICE_REPLY_MAX];

	if (fuzz->ticket_count)
		tcp_service_reply(
			fuzz->service,
			&fuzz->tickets[ticket %
				       MIN(fuzz->ticket_count, TICKETS)],
			reply, ticket & 1 ? sizeof(reply) : ticket);
}

static const struct tcp_service_ops ops = {fuzz_send, fuzz_answer};

static void fuzz_segment(struct fuzz *fuzz, const uint8_t *head,
			 const uint8_t *data, uint8_t len)
{
	const struct peer *peer = &fuzz->peers[head[1] % PEERS];
	const struct ip4_route route = {.src = 0x0a14000b, .dst = 0x0a140001};
	const struct tcp4 segment = {
		.src_port = (uint16_t)(1000 + head[1] % PEERS),
		.dst_port = 53,
		.seq = peer->seq + (uint32_t)(int8_t)head[2],
		.ack = peer->ack + (uint32_t)(int8_t)head[3],
		.flags = head[0],
		.window = (uint16_t)(head[4] << 4),
		.mss = head[0] & TCP_SYN ? head[4] * 8 : 0,
		.len = len,
		.data = data,
	};
	size_t frame_len = tcp4_encode(fuzz->frame, &route, &segment);
	struct ip4 ip;

	if (!ip4_parse(fuzz->frame + ETH_HLEN, frame_len - ETH_HLEN,
		       frame_len - ETH_HLEN, &ip))
		abort();
	ip.payload = fuzz->frame + ETH_HLEN + IP4_HLEN;
	ip.ingress = head[1] >> 4;
	tcp_service_input(fuzz->service, &ip);
	if (head[0] & 0x80)
		fuzz_reply(fuzz, head[4]);
	fuzz->fake.ns += head[5] * 100 * NSEC_PER_MSEC;
	tcp_service_tick(fuzz->service);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct tcp_service_settings settings = {
		.port = 53, .mss = 1460, .secret = {{1, 2}}};
	struct fuzz *fuzz = calloc(1, sizeof(*fuzz));

	if (!fuzz)
		abort();
	fake_clock_init(&fuzz->fake, 1);
	fuzz->service = tcp_service_create(&settings, &fuzz->fake.clock, &ops,
					   fuzz, NULL);
	if (!fuzz->service)
		abort();
	while (size >= PIECE_LEN) {
		uint8_t len = (uint8_t)MIN(data[6], size - PIECE_LEN);

		fuzz_segment(fuzz, data, data + PIECE_LEN, len);
		data += PIECE_LEN + len;
		size -= PIECE_LEN + (size_t)len;
	}
	/* whatever was said, silence ends it */
	fuzz->fake.ns += 60 * NSEC_PER_SEC;
	tcp_service_tick(fuzz->service);
	fuzz->fake.ns += 60 * NSEC_PER_SEC;
	tcp_service_tick(fuzz->service);
	if (tcp_service_connections(fuzz->service))
		abort();
	tcp_service_destroy(fuzz->service);
	free(fuzz);
	return 0;
}
