// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tcp_bed.c - the small TCP with a scripted peer, on a fake clock
 */
#include "unit/cmocka_wrap.h"

#include "unit/tcp_bed.h"

#include <string.h>

#include "core/frame.h"
#include "core/util.h"

static void take_segment(void *ctx, const struct ip4 *to,
			 const struct tcp4 *segment)
{
	struct fixture *f = ctx;

	assert_int_equal(to->src, PEER);
	f->sent++;
	f->out = *segment;
	assert_true(f->data_len + segment->len <= sizeof(f->data));
	if (segment->len)
		memcpy(f->data + f->data_len, segment->data, segment->len);
	f->data_len += segment->len;
}

/* "!": no answer. "?": later, by f->tickets. */
static size_t echo(void *ctx, const struct tcp_message *message, uint8_t *reply)
{
	struct fixture *f = ctx;

	if (message->data[0] == '!')
		return 0;
	if (message->data[0] == '?') {
		assert_true(f->ticket_count < ARRAY_SIZE(f->tickets));
		f->tickets[f->ticket_count++] = message->ticket;
		return TCP_SERVICE_LATER;
	}
	memset(reply, 0, f->reply_size);
	memcpy(reply, message->data, message->len);
	return MAX(message->len, f->reply_size);
}

static const struct tcp_service_ops ops = {take_segment, echo};

int tcp_bed_setup(void **state)
{
	static struct fixture f;
	const struct tcp_service_settings settings = {
		.port = 53, .mss = MSS, .secret = {{1, 2}}};

	memset(&f, 0, sizeof(f));
	fake_clock_init(&f.fake, 1000 * NSEC_PER_SEC);
	f.service =
		tcp_service_create(&settings, &f.fake.clock, &ops, &f, NULL);
	f.port = PORT;
	f.window = 65535;
	f.seq = 0xfffffffe; /* so that it wraps */
	*state = &f;
	return 0;
}

int tcp_bed_teardown(void **state)
{
	struct fixture *f = *state;

	tcp_service_destroy(f->service);
	return 0;
}

void say(struct fixture *f, uint8_t flags, const void *data, uint16_t len)
{
	uint8_t frame[ETH_HLEN + TCP4_OVERHEAD + 4 + 4096];
	const struct ip4_route route = {.src = PEER, .dst = SERVER};
	const struct tcp4 segment = {
		.src_port = f->port,
		.dst_port = 53,
		.seq = f->seq,
		.ack = f->ack,
		.flags = flags,
		.window = f->window,
		.mss = flags & TCP_SYN ? MSS : 0,
		.len = len,
		.data = data,
	};
	size_t frame_len = tcp4_encode(frame, &route, &segment);
	struct ip4 ip;

	assert_true(ip4_parse(frame + ETH_HLEN, frame_len - ETH_HLEN,
			      frame_len - ETH_HLEN, &ip));
	ip.payload = frame + ETH_HLEN + IP4_HLEN;
	ip.ingress = f->ingress;
	f->sent = 0;
	f->data_len = 0;
	tcp_service_input(f->service, &ip);
}

void connect_peer(struct fixture *f)
{
	say(f, TCP_SYN, NULL, 0);
	assert_int_equal(f->sent, 1);
	assert_int_equal(f->out.flags, TCP_SYN | TCP_ACK);
	assert_int_equal(f->out.ack, f->seq + 1);
	assert_int_equal(f->out.mss, MSS);
	f->ack = f->out.seq + 1;
	f->seq++;
	say(f, TCP_ACK, NULL, 0);
}

void talk(struct fixture *f, const void *data, uint16_t len)
{
	say(f, TCP_ACK | TCP_PSH, data, len);
	f->seq += len;
	f->ack += (uint32_t)f->data_len;
}

void pass(struct fixture *f, uint64_t ns)
{
	f->fake.ns += ns;
	f->sent = 0;
	f->data_len = 0;
	tcp_service_tick(f->service);
}
