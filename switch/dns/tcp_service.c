// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tcp_service.c - a small TCP for services that answer messages
 *
 * Theory of operation
 *
 * A SYN is answered with a cookie and leaves nothing behind; the ACK that
 * brings the cookie back makes the connection, so there are no half-open ones.
 * What happens within a connection is told in tcp_conn.c.
 *
 * Limits: TCP_SERVICE_MAX connections, the one idle longest makes room; at most
 * TCP_SERVICE_PER_PORT of one ingress port.
 */
#include "switch/dns/tcp_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "switch/dns/tcp_cookie.h"

static void send_rst(struct tcp_service *service, const struct ip4 *ip,
		     const struct tcp4 *in)
{
	struct tcp4 rst;

	if (in->flags & TCP_RST)
		return;
	tcp4_answer_rst(in, &rst);
	service->ops->send(service->ctx, ip, &rst);
}

static struct tcp_conn *conn_lookup(struct tcp_service *service,
				    const struct ip4 *ip, uint16_t port)
{
	unsigned i;

	for (i = 0; i < TCP_SERVICE_MAX && service->count; i++) {
		struct tcp_conn *conn = &service->conns[i];

		if (conn->used && conn->port == port &&
		    conn->peer.src == ip->src &&
		    conn->peer.ingress == ip->ingress)
			return conn;
	}
	return NULL;
}

/* A free entry for @port, the longest idle one at worst; NULL: over quota. */
static struct tcp_conn *conn_allocate(struct tcp_service *service,
				      uint16_t port)
{
	struct tcp_conn *free_one = NULL, *oldest = NULL;
	unsigned i, same_port = 0;

	for (i = 0; i < TCP_SERVICE_MAX; i++) {
		struct tcp_conn *conn = &service->conns[i];

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
		tcp_conn_reset(service, oldest);
		free_one = oldest;
	}
	service->count++;
	return free_one;
}

static void conn_accept(struct tcp_service *service, const struct ip4 *ip,
			const struct tcp4 *in, uint16_t mss)
{
	struct tcp_conn *conn = conn_allocate(service, ip->ingress);

	if (!conn) {
		service->counters.refused++;
		send_rst(service, ip, in);
		return;
	}
	memset(conn, 0, offsetof(struct tcp_conn, rx));
	conn->used = true;
	conn->peer = *ip;
	conn->peer.payload = NULL; /* not ours to keep */
	conn->port = in->src_port;
	conn->mss = MIN(mss, service->settings.mss);
	conn->serial = ++service->serial;
	conn->rcv_nxt = in->seq;
	conn->snd_una = conn->snd_nxt = conn->snd_max = in->ack;
	conn->resend_ns = TCP_NEVER;
	conn->close_ns = clock_now_ns(service->clock) + TCP_SERVICE_IDLE_NS;
	service->counters.accepted++;
	tcp_conn_input(service, conn, in);
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
		.window = TCP_RX_SIZE,
		.mss = service->settings.mss,
	};

	service->counters.syns++;
	service->ops->send(service->ctx, ip, &syn);
}

void tcp_service_input(struct tcp_service *service, const struct ip4 *ip)
{
	struct tcp_conn *conn;
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
		tcp_conn_input(service, conn, &in);
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

void tcp_service_reply(struct tcp_service *service,
		       const struct tcp_ticket *ticket, const uint8_t *data,
		       size_t len)
{
	struct tcp_conn *conn = &service->conns[ticket->slot];

	if (conn->used && conn->serial == ticket->serial && conn->pending)
		tcp_conn_reply(service, conn, data, len);
	else
		service->counters.late++;
}

uint64_t tcp_service_next_ns(const struct tcp_service *service)
{
	uint64_t next_ns = TCP_NEVER;
	unsigned i;

	for (i = 0; i < TCP_SERVICE_MAX && service->count; i++) {
		const struct tcp_conn *conn = &service->conns[i];

		if (conn->used)
			next_ns = MIN(next_ns,
				      MIN(conn->resend_ns, conn->close_ns));
	}
	return next_ns;
}

void tcp_service_tick(struct tcp_service *service)
{
	uint64_t now_ns = clock_now_ns(service->clock);
	unsigned i;

	for (i = 0; i < TCP_SERVICE_MAX && service->count; i++) {
		struct tcp_conn *conn = &service->conns[i];

		if (!conn->used)
			continue;
		if (conn->close_ns <= now_ns && conn->fin) {
			tcp_conn_reset(service, conn);
			continue;
		}
		if (conn->close_ns <= now_ns) {
			service->counters.idle++;
			tcp_conn_close(service, conn);
		} else if (conn->resend_ns <= now_ns) {
			tcp_conn_resend(service, conn);
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
