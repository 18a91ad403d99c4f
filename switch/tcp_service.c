// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tcp_service.c - a small TCP for services that answer messages
 *
 * Theory of operation
 *
 * Only the passive side of RFC 9293. A SYN is answered with a cookie and leaves
 * nothing behind; the ACK that brings the cookie back makes the connection, so
 * there are no half-open ones. From then on:
 *
 *   rx	bytes in order; whole messages are answered and leave; what doesn't fit
 *	is not acknowledged, so the window (the room in rx) is the flow control.
 *	A segment out of order is dropped and asked for by a duplicate ACK.
 *   tx	answers; tx[0] has sequence number snd_una. snd_nxt goes back to snd_una
 *	when the timer runs out, snd_max is the highest that was ever sent. No
 *	message is taken from rx while the longest answer would not fit.
 *
 * Our FIN has the sequence number behind tx. It is sent when the peer closed
 * and all is answered, or when no whole query came for TCP_SERVICE_IDLE_NS: one
 * byte a second doesn't keep a connection. The connection is over when both
 * FINs are acknowledged, and forgotten TCP_SERVICE_LINGER_NS after ours anyway.
 *
 * RST and SYN within a connection are judged as RFC 5961 has it: only the exact
 * sequence number resets, all else gets a challenge ACK.
 *
 * Limits: TCP_SERVICE_MAX connections, the one idle longest makes room; at most
 * TCP_SERVICE_PER_PORT of one ingress port. No options but MSS, no congestion
 * window (tx is smaller than an initial window of RFC 6928), no TIME-WAIT: a
 * repeated FIN gets a RST.
 */
#include "switch/tcp_service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/util.h"
#include "switch/tcp_cookie.h"

#define PREFIX_LEN 2
#define RX_SIZE (PREFIX_LEN + TCP_SERVICE_QUERY_MAX)
#define TX_SIZE (2 * (PREFIX_LEN + TCP_SERVICE_REPLY_MAX))
#define RTO_NS NSEC_PER_SEC
#define RETRIES 4
#define NEVER UINT64_MAX

/*
 * struct conn - one connection; states are told by the flags
 * @used:	the entry is in use
 * @peer:	addresses and ingress port, for ops->send()
 * @port:	the peer's
 * @mss:	largest segment to send
 * @peer_fin:	the peer's FIN was received, nothing more comes
 * @fin:	our FIN is queued behind tx
 * @fin_acked:	the peer has seen it
 * @retries:	in a row
 * @rcv_nxt:	next sequence number expected
 * @snd_una:	oldest not acknowledged; number of tx[0]
 * @snd_nxt:	next to send
 * @snd_max:	highest ever sent
 * @snd_wnd:	the peer's window
 * @resend_ns:	when to send again; NEVER while all is acknowledged
 * @close_ns:	when to close, or to forget once @fin is set
 */
struct conn {
	bool used;
	struct ip4 peer;
	uint16_t port;
	uint16_t mss;
	bool peer_fin;
	bool fin;
	bool fin_acked;
	uint8_t retries;
	uint32_t rcv_nxt;
	uint32_t snd_una;
	uint32_t snd_nxt;
	uint32_t snd_max;
	uint32_t snd_wnd;
	uint64_t resend_ns;
	uint64_t close_ns;
	size_t rx_len;
	size_t tx_len;
	uint8_t rx[RX_SIZE];
	uint8_t tx[TX_SIZE];
};

struct tcp_service {
	struct tcp_service_settings settings;
	struct clock *clock;
	const struct tcp_service_ops *ops;
	void *ctx;
	unsigned count;
	struct tcp_service_counters counters;
	struct conn conns[TCP_SERVICE_MAX];
};

static void send_segment(struct tcp_service *service, struct conn *conn,
			 uint8_t flags, size_t offset, size_t len)
{
	const struct tcp4 segment = {
		.src_port = service->settings.port,
		.dst_port = conn->port,
		.seq = conn->snd_una + (uint32_t)offset,
		.ack = conn->rcv_nxt,
		.flags = flags | TCP_ACK,
		.window = (uint16_t)(RX_SIZE - conn->rx_len),
		.len = (uint16_t)len,
		.data = conn->tx + offset,
	};

	service->ops->send(service->ctx, &conn->peer, &segment);
}

static void send_ack(struct tcp_service *service, struct conn *conn)
{
	send_segment(service, conn, 0, conn->snd_nxt - conn->snd_una, 0);
}

static void send_rst(struct tcp_service *service, const struct ip4 *ip,
		     const struct tcp4 *in)
{
	struct tcp4 rst;

	if (in->flags & TCP_RST)
		return;
	tcp4_answer_rst(in, &rst);
	service->ops->send(service->ctx, ip, &rst);
}

static void conn_free(struct tcp_service *service, struct conn *conn)
{
	conn->used = false;
	service->count--;
}

static void conn_reset(struct tcp_service *service, struct conn *conn)
{
	service->counters.reset++;
	send_segment(service, conn, TCP_RST, conn->snd_nxt - conn->snd_una, 0);
	conn_free(service, conn);
}

/* Sends what the window allows; returns whether a segment went out. */
static bool flush(struct tcp_service *service, struct conn *conn)
{
	size_t offset = conn->snd_nxt - conn->snd_una;
	bool sent = false;

	while (offset < conn->tx_len && offset < conn->snd_wnd) {
		size_t part = MIN(conn->tx_len, conn->snd_wnd) - offset;
		uint8_t flags = 0;

		part = MIN(part, conn->mss);
		if (offset + part == conn->tx_len)
			flags = TCP_PSH;
		send_segment(service, conn, flags, offset, part);
		offset += part;
		sent = true;
	}
	if (conn->fin && !conn->fin_acked && offset == conn->tx_len) {
		send_segment(service, conn, TCP_FIN, offset, 0);
		offset++;
		sent = true;
	}
	conn->snd_nxt = conn->snd_una + (uint32_t)offset;
	if (tcp4_is_before(conn->snd_max, conn->snd_nxt))
		conn->snd_max = conn->snd_nxt;
	if (conn->resend_ns == NEVER &&
	    (conn->tx_len || conn->snd_una != conn->snd_max))
		conn->resend_ns = clock_now_ns(service->clock) + RTO_NS;
	return sent;
}

/* Answers whole messages; false: the connection was reset. */
static bool consume(struct tcp_service *service, struct conn *conn)
{
	size_t at = 0;

	while (conn->rx_len - at >= PREFIX_LEN &&
	       TX_SIZE - conn->tx_len >= PREFIX_LEN + TCP_SERVICE_REPLY_MAX) {
		uint8_t *reply = conn->tx + conn->tx_len;
		size_t len = be16_load(conn->rx + at), reply_len = 0;

		if (len && len <= TCP_SERVICE_QUERY_MAX &&
		    conn->rx_len - at < PREFIX_LEN + len)
			break;
		if (len && len <= TCP_SERVICE_QUERY_MAX)
			reply_len = service->ops->answer(
				service->ctx, conn->rx + at + PREFIX_LEN, len,
				reply + PREFIX_LEN);
		if (!reply_len) {
			conn_reset(service, conn);
			return false;
		}
		be16_store(reply, (uint16_t)reply_len);
		conn->tx_len += PREFIX_LEN + reply_len;
		at += PREFIX_LEN + len;
		service->counters.messages++;
		conn->close_ns =
			clock_now_ns(service->clock) + TCP_SERVICE_IDLE_NS;
	}
	conn->rx_len -= at;
	memmove(conn->rx, conn->rx + at, conn->rx_len);
	return true;
}

static void queue_fin(struct tcp_service *service, struct conn *conn)
{
	conn->fin = true;
	conn->close_ns = clock_now_ns(service->clock) + TCP_SERVICE_LINGER_NS;
}

static void take_ack(struct conn *conn, const struct tcp4 *in)
{
	size_t acked = in->ack - conn->snd_una;

	if (tcp4_is_before(in->ack, conn->snd_una))
		return; /* overtaken by a later one */
	conn->snd_wnd = in->window;
	if (!acked)
		return;
	if (acked > conn->tx_len) { /* a FIN has no byte in tx */
		conn->fin_acked = true;
		acked = conn->tx_len;
	}
	conn->tx_len -= acked;
	memmove(conn->tx, conn->tx + acked, conn->tx_len);
	conn->snd_una = in->ack;
	if (tcp4_is_before(conn->snd_nxt, conn->snd_una))
		conn->snd_nxt = conn->snd_una;
	conn->retries = 0;
	conn->resend_ns = NEVER;
}

/* Returns whether the segment wants an ACK. */
static bool take_data(struct conn *conn, const struct tcp4 *in)
{
	uint32_t skip = conn->rcv_nxt - in->seq;
	size_t part;

	if (!in->len && !(in->flags & TCP_FIN))
		return in->seq != conn->rcv_nxt; /* a keep-alive, or a stray */
	if (tcp4_is_before(conn->rcv_nxt, in->seq) || skip > in->len ||
	    conn->peer_fin)
		return true;
	part = MIN(in->len - skip, RX_SIZE - conn->rx_len);
	memcpy(conn->rx + conn->rx_len, in->data + skip, part);
	conn->rx_len += part;
	conn->rcv_nxt += (uint32_t)part;
	if ((in->flags & TCP_FIN) && skip + part == in->len) {
		conn->rcv_nxt++;
		conn->peer_fin = true;
	}
	return true;
}

static void conn_input(struct tcp_service *service, struct conn *conn,
		       const struct tcp4 *in)
{
	size_t room = RX_SIZE - conn->rx_len;
	bool wants_ack;

	if ((in->flags & TCP_RST) && in->seq == conn->rcv_nxt) {
		service->counters.reset++;
		conn_free(service, conn);
		return;
	}
	/* RFC 5961 3.2, 4.2 and 5.2; and an ACK is in every segment but SYN */
	if ((in->flags & (TCP_RST | TCP_SYN)) || !(in->flags & TCP_ACK) ||
	    tcp4_is_before(conn->snd_max, in->ack)) {
		send_ack(service, conn);
		return;
	}
	take_ack(conn, in);
	wants_ack = take_data(conn, in);
	if (!consume(service, conn))
		return;
	wants_ack |= !room && conn->rx_len < RX_SIZE; /* the window opens */
	if (conn->peer_fin && !conn->fin && !conn->tx_len)
		queue_fin(service, conn);
	if (!flush(service, conn) && wants_ack)
		send_ack(service, conn);
	if (conn->fin_acked && conn->peer_fin)
		conn_free(service, conn);
}

static struct conn *conn_lookup(struct tcp_service *service,
				const struct ip4 *ip, uint16_t port)
{
	unsigned i;

	for (i = 0; i < TCP_SERVICE_MAX && service->count; i++) {
		struct conn *conn = &service->conns[i];

		if (conn->used && conn->port == port &&
		    conn->peer.src == ip->src &&
		    conn->peer.ingress == ip->ingress)
			return conn;
	}
	return NULL;
}

/* A free entry for @port, the longest idle one at worst; NULL: over quota. */
static struct conn *conn_allocate(struct tcp_service *service, uint16_t port)
{
	struct conn *free_one = NULL, *oldest = NULL;
	unsigned i, same_port = 0;

	for (i = 0; i < TCP_SERVICE_MAX; i++) {
		struct conn *conn = &service->conns[i];

		if (!conn->used) {
			free_one = conn;
			continue;
		}
		same_port += conn->peer.ingress == port;
		if (!oldest || conn->close_ns < oldest->close_ns)
			oldest = conn;
	}
	if (same_port >= TCP_SERVICE_PER_PORT)
		return NULL;
	if (!free_one) {
		service->counters.evicted++;
		conn_reset(service, oldest);
		free_one = oldest;
	}
	service->count++;
	return free_one;
}

static void conn_accept(struct tcp_service *service, const struct ip4 *ip,
			const struct tcp4 *in, uint16_t mss)
{
	struct conn *conn = conn_allocate(service, ip->ingress);

	if (!conn) {
		service->counters.refused++;
		send_rst(service, ip, in);
		return;
	}
	memset(conn, 0, offsetof(struct conn, rx));
	conn->used = true;
	conn->peer = *ip;
	conn->peer.payload = NULL; /* not ours to keep */
	conn->port = in->src_port;
	conn->mss = MIN(mss, service->settings.mss);
	conn->rcv_nxt = in->seq;
	conn->snd_una = conn->snd_nxt = conn->snd_max = in->ack;
	conn->resend_ns = NEVER;
	conn->close_ns = clock_now_ns(service->clock) + TCP_SERVICE_IDLE_NS;
	service->counters.accepted++;
	conn_input(service, conn, in);
}

static void answer_syn(struct tcp_service *service, const struct ip4 *ip,
		       const struct tcp4 *in)
{
	const struct tcp4 syn = {
		.src_port = in->dst_port,
		.dst_port = in->src_port,
		.seq = tcp_cookie_make(&service->settings.secret, ip, in,
				       clock_now_ns(service->clock)),
		.ack = in->seq + 1, /* data on a SYN comes again */
		.flags = TCP_SYN | TCP_ACK,
		.window = RX_SIZE,
		.mss = service->settings.mss,
	};

	service->counters.syns++;
	service->ops->send(service->ctx, ip, &syn);
}

void tcp_service_input(struct tcp_service *service, const struct ip4 *ip)
{
	struct conn *conn;
	struct tcp4 in;
	uint16_t mss;

	if (!tcp4_parse(ip, &in)) {
		service->counters.bad++;
		return;
	}
	conn = conn_lookup(service, ip, in.src_port);
	if (in.dst_port != service->settings.port) {
		service->counters.strays++;
		send_rst(service, ip, &in);
	} else if (conn) {
		conn_input(service, conn, &in);
	} else if ((in.flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) ==
		   TCP_SYN) {
		answer_syn(service, ip, &in);
	} else {
		mss = 0;
		if ((in.flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_ACK)
			mss = tcp_cookie_check(&service->settings.secret, ip,
					       &in,
					       clock_now_ns(service->clock));
		if (mss) {
			conn_accept(service, ip, &in, mss);
			return;
		}
		service->counters.strays++;
		send_rst(service, ip, &in);
	}
}

uint64_t tcp_service_next_ns(const struct tcp_service *service)
{
	uint64_t next_ns = NEVER;
	unsigned i;

	for (i = 0; i < TCP_SERVICE_MAX && service->count; i++) {
		const struct conn *conn = &service->conns[i];

		if (conn->used)
			next_ns = MIN(next_ns,
				      MIN(conn->resend_ns, conn->close_ns));
	}
	return next_ns;
}

static void resend(struct tcp_service *service, struct conn *conn)
{
	uint64_t wait_ns = RTO_NS << ++conn->retries;

	service->counters.retransmits++;
	if (conn->retries > RETRIES) {
		conn_reset(service, conn);
		return;
	}
	conn->snd_nxt = conn->snd_una;
	conn->resend_ns = clock_now_ns(service->clock) + wait_ns;
	if (!flush(service, conn) && conn->tx_len) {
		/* a closed window is asked by one byte, RFC 9293 3.8.6.1 */
		send_segment(service, conn, 0, 0, 1);
		conn->snd_nxt = conn->snd_una + 1;
		if (tcp4_is_before(conn->snd_max, conn->snd_nxt))
			conn->snd_max = conn->snd_nxt;
	}
}

void tcp_service_tick(struct tcp_service *service)
{
	uint64_t now_ns = clock_now_ns(service->clock);
	unsigned i;

	for (i = 0; i < TCP_SERVICE_MAX && service->count; i++) {
		struct conn *conn = &service->conns[i];

		if (!conn->used)
			continue;
		if (conn->close_ns <= now_ns && conn->fin) {
			conn_reset(service, conn);
			continue;
		}
		if (conn->close_ns <= now_ns) {
			service->counters.idle++;
			queue_fin(service, conn);
			flush(service, conn);
		} else if (conn->resend_ns <= now_ns) {
			resend(service, conn);
		}
	}
}

struct tcp_service *
tcp_service_create(const struct tcp_service_settings *settings,
		   struct clock *clock, const struct tcp_service_ops *ops,
		   void *ctx, struct err *err)
{
	struct tcp_service *service = calloc(1, sizeof(*service));

	if (!service) {
		err_set(err, -ENOMEM, "no memory for a TCP service");
		return NULL;
	}
	service->settings = *settings;
	service->clock = clock;
	service->ops = ops;
	service->ctx = ctx;
	return service;
}

void tcp_service_destroy(struct tcp_service *service)
{
	free(service);
}

unsigned tcp_service_connections(const struct tcp_service *service)
{
	return service->count;
}

const struct tcp_service_counters *
tcp_service_counters(const struct tcp_service *service)
{
	return &service->counters;
}
