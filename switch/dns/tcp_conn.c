// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tcp_conn.c - one connection of the TCP service, established to closed
 *
 * Theory of operation
 *
 * Only the passive side of RFC 9293, from the first ACK on:
 *
 *   rx	bytes in order; whole messages are answered and leave; what doesn't fit
 *	is not acknowledged, so the window (the room in rx) is the flow control.
 *	A segment out of order is dropped and asked for by a duplicate ACK.
 *   tx	answers; tx[0] has sequence number snd_una. snd_nxt goes back to snd_una
 *	when the timer runs out, snd_max is the highest that was ever sent. No
 *	message is taken from rx while its longest answer, and those of messages
 *	that are answered later, would not fit.
 *
 * Our FIN has the sequence number behind tx. It is sent when the peer closed
 * and all is answered, or when no whole query came for TCP_SERVICE_IDLE_NS: one
 * byte a second doesn't keep a connection. The connection is over when both
 * FINs are acknowledged, and forgotten TCP_SERVICE_LINGER_NS after ours anyway.
 *
 * RST and SYN within a connection are judged as RFC 5961 has it: only the exact
 * sequence number resets, all else gets a challenge ACK.
 *
 * Limits: no options but MSS; no congestion window, as the way to the guest is
 * a queue in memory that has room for a whole tx; no TIME-WAIT: a repeated FIN
 * gets a RST.
 */
#include "switch/dns/tcp_internal.h"

#include <string.h>

#include "core/bytes.h"
#include "core/util.h"

#define RTO_NS NSEC_PER_SEC
#define RETRIES 4

static void send_segment(struct tcp_service *service, struct tcp_conn *conn,
			 uint8_t flags, size_t offset, size_t len)
{
	const struct tcp4 segment = {
		.src_port = service->settings.port,
		.dst_port = conn->port,
		.seq = conn->snd_una + (uint32_t)offset,
		.ack = conn->rcv_nxt,
		.flags = flags | TCP_ACK,
		.window = (uint16_t)(TCP_RX_SIZE - conn->rx_len),
		.len = (uint16_t)len,
		.data = conn->tx + offset,
	};

	service->ops->send(service->ctx, &conn->peer, &segment);
}

static void send_ack(struct tcp_service *service, struct tcp_conn *conn)
{
	send_segment(service, conn, 0, conn->snd_nxt - conn->snd_una, 0);
}

static void conn_free(struct tcp_service *service, struct tcp_conn *conn)
{
	conn->used = false;
	service->count--;
}

void tcp_conn_reset(struct tcp_service *service, struct tcp_conn *conn)
{
	service->counters.reset++;
	send_segment(service, conn, TCP_RST, conn->snd_nxt - conn->snd_una, 0);
	conn_free(service, conn);
}

/* Sends what the window allows; returns whether a segment went out. */
static bool flush(struct tcp_service *service, struct tcp_conn *conn)
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
	if (conn->resend_ns == TCP_NEVER &&
	    (conn->tx_len || conn->snd_una != conn->snd_max))
		conn->resend_ns = clock_now_ns(service->clock) + RTO_NS;
	return sent;
}

static bool has_room(const struct tcp_conn *conn)
{
	return TCP_TX_SIZE - conn->tx_len >=
	       (conn->pending + 1u) * (TCP_PREFIX_LEN + TCP_SERVICE_REPLY_MAX);
}

/* One message of rx at @at to whoever answers; false: reset the connection. */
static bool answer(struct tcp_service *service, struct tcp_conn *conn,
		   size_t at, size_t len)
{
	uint8_t *reply = conn->tx + conn->tx_len;
	const struct tcp_message message = {
		.data = conn->rx + at + TCP_PREFIX_LEN,
		.len = len,
		.ingress = conn->peer.ingress,
		.ticket = {(uint16_t)(conn - service->conns), conn->serial},
	};
	size_t reply_len;

	if (!len || len > TCP_SERVICE_QUERY_MAX)
		return false;
	reply_len = service->ops->answer(service->ctx, &message,
					 reply + TCP_PREFIX_LEN);
	if (!reply_len)
		return false;
	conn->close_ns = clock_now_ns(service->clock) + TCP_SERVICE_IDLE_NS;
	if (reply_len == TCP_SERVICE_LATER) {
		conn->pending++;
		return true;
	}
	be16_store(reply, (uint16_t)reply_len);
	conn->tx_len += TCP_PREFIX_LEN + reply_len;
	service->counters.messages++;
	return true;
}

/* Answers whole messages; false: the connection was reset. */
static bool consume(struct tcp_service *service, struct tcp_conn *conn)
{
	size_t at = 0;

	while (conn->rx_len - at >= TCP_PREFIX_LEN && has_room(conn)) {
		size_t len = be16_load(conn->rx + at);

		if (len && len <= TCP_SERVICE_QUERY_MAX &&
		    conn->rx_len - at < TCP_PREFIX_LEN + len)
			break;
		if (!answer(service, conn, at, len)) {
			tcp_conn_reset(service, conn);
			return false;
		}
		at += TCP_PREFIX_LEN + len;
	}
	conn->rx_len -= at;
	memmove(conn->rx, conn->rx + at, conn->rx_len);
	return true;
}

static void queue_fin(struct tcp_service *service, struct tcp_conn *conn)
{
	conn->fin = true;
	conn->close_ns = clock_now_ns(service->clock) + TCP_SERVICE_LINGER_NS;
}

static void take_ack(struct tcp_conn *conn, const struct tcp4 *in)
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
	conn->resend_ns = TCP_NEVER;
}

/* Returns whether the segment wants an ACK. */
static bool take_data(struct tcp_conn *conn, const struct tcp4 *in)
{
	uint32_t skip = conn->rcv_nxt - in->seq;
	size_t part;

	if (!in->len && !(in->flags & TCP_FIN))
		return in->seq != conn->rcv_nxt; /* a keep-alive, or a stray */
	if (tcp4_is_before(conn->rcv_nxt, in->seq) || skip > in->len ||
	    conn->peer_fin)
		return true;
	part = MIN(in->len - skip, TCP_RX_SIZE - conn->rx_len);
	memcpy(conn->rx + conn->rx_len, in->data + skip, part);
	conn->rx_len += part;
	conn->rcv_nxt += (uint32_t)part;
	if ((in->flags & TCP_FIN) && skip + part == in->len) {
		conn->rcv_nxt++;
		conn->peer_fin = true;
	}
	return true;
}

/* Answers what can be answered, sends what may be sent; the end, if it is. */
static void proceed(struct tcp_service *service, struct tcp_conn *conn,
		    bool wants_ack, bool was_full)
{
	if (!consume(service, conn))
		return;
	wants_ack |= was_full && conn->rx_len < TCP_RX_SIZE; /* window opens */
	if (conn->peer_fin && !conn->fin && !conn->tx_len && !conn->pending)
		queue_fin(service, conn);
	if (!flush(service, conn) && wants_ack)
		send_ack(service, conn);
	if (conn->fin_acked && conn->peer_fin)
		conn_free(service, conn);
}

void tcp_conn_reply(struct tcp_service *service, struct tcp_conn *conn,
		    const uint8_t *data, size_t len)
{
	uint8_t *reply = conn->tx + conn->tx_len;

	conn->pending--;
	if (conn->fin)
		return; /* its sequence number is taken: nothing may follow */
	be16_store(reply, (uint16_t)len);
	memcpy(reply + TCP_PREFIX_LEN, data, len);
	conn->tx_len += TCP_PREFIX_LEN + len;
	service->counters.messages++;
	proceed(service, conn, false, conn->rx_len == TCP_RX_SIZE);
}

void tcp_conn_input(struct tcp_service *service, struct tcp_conn *conn,
		    const struct tcp4 *in)
{
	bool was_full = conn->rx_len == TCP_RX_SIZE;

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
	proceed(service, conn, take_data(conn, in), was_full);
}

void tcp_conn_close(struct tcp_service *service, struct tcp_conn *conn)
{
	queue_fin(service, conn);
	flush(service, conn);
}

void tcp_conn_resend(struct tcp_service *service, struct tcp_conn *conn)
{
	uint64_t wait_ns = RTO_NS << ++conn->retries;

	service->counters.retransmits++;
	if (conn->retries > RETRIES) {
		tcp_conn_reset(service, conn);
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
