// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dns_upstream.c - one try to get a reply from a resolver, over UDP or TCP
 *
 * Over UDP one datagram goes out and the first that fits the query is the
 * reply. Over TCP (RFC 7766) the connection is made, the query written, and the
 * reply read, each as far as it goes at a time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/bytes.h"
#include "switch/dns/dns_forward_internal.h"

/* Datagrams taken in one turn: forged ones must not hold up others. */
#define TURN_DATAGRAMS 16

static uint8_t *message_of(struct dns_upstream *upstream)
{
	return upstream->query + DNS_PREFIX_LEN;
}

static bool is_temporary(ssize_t code)
{
	return code < 0 && (errno == EAGAIN || errno == EINTR);
}

static void udp_readable(struct dns_upstream *upstream)
{
	struct dns_forward *forward = upstream->forward;
	enum dns_match match;
	unsigned i;

	for (i = 0; i < TURN_DATAGRAMS; i++) {
		ssize_t len =
			recv(upstream->watch.fd, forward->rx, IP4_MAX_LEN, 0);

		if (is_temporary(len))
			return;
		if (len < 0) { /* an ICMP error: nobody is there */
			dns_upstream_failed(upstream, true);
			return;
		}
		match = dns_match_reply(forward->rx, (size_t)len,
					message_of(upstream),
					upstream->question_len);
		if (match != DNS_MATCH_NO) {
			dns_upstream_replied(upstream, forward->rx, (size_t)len,
					     match);
			return;
		}
		forward->counters.forged++;
	}
}

/* Returns whether the whole query is out. */
static bool tcp_write(struct dns_upstream *upstream)
{
	size_t len = DNS_PREFIX_LEN + upstream->query_len;

	while (upstream->at < len) {
		ssize_t sent =
			send(upstream->watch.fd, upstream->query + upstream->at,
			     len - upstream->at, MSG_NOSIGNAL);

		if (is_temporary(sent) || (sent < 0 && errno == ENOTCONN))
			return false;
		if (sent <= 0) {
			dns_upstream_failed(upstream,
					    upstream->kind == DNS_PASSED);
			return false;
		}
		upstream->at += (size_t)sent;
	}
	upstream->is_sent = true;
	upstream->at = 0;
	watch_change(&upstream->watch, EPOLLIN);
	return true;
}

/* Bytes of the reply from @upstream->at on; 1: there are @len, 0: not yet */
static int tcp_read(struct dns_upstream *upstream, uint8_t *to, size_t len)
{
	while (upstream->at < len) {
		ssize_t got = recv(upstream->watch.fd, to + upstream->at,
				   len - upstream->at, 0);

		if (is_temporary(got))
			return 0;
		if (got <= 0)
			return -ECONNRESET;
		upstream->at += (size_t)got;
	}
	return 1;
}

/* The length is there: a place for the message; false: nobody can get it. */
static bool tcp_begin_reply(struct dns_upstream *upstream)
{
	size_t len = be16_load(upstream->prefix);

	if (len > TCP_SERVICE_REPLY_MAX) {
		upstream->forward->counters.too_long++;
		return false;
	}
	upstream->reply = malloc(len + DNS_OPT_LEN);
	upstream->at = 0;
	return upstream->reply;
}

static void tcp_readable(struct dns_upstream *upstream)
{
	enum dns_match match = DNS_MATCH_NO;
	size_t len;
	int code = 1;

	if (!upstream->reply) {
		code = tcp_read(upstream, upstream->prefix, DNS_PREFIX_LEN);
		if (code > 0 && !tcp_begin_reply(upstream))
			code = -ENOMEM;
	}
	len = be16_load(upstream->prefix);
	if (code > 0)
		code = tcp_read(upstream, upstream->reply, len);
	if (!code)
		return;
	if (code > 0)
		match = dns_match_reply(upstream->reply, len,
					message_of(upstream),
					upstream->question_len);
	if (match != DNS_MATCH_NO)
		dns_upstream_replied(upstream, upstream->reply, len, match);
	else
		dns_upstream_failed(upstream, false);
}

static void upstream_ready(struct watch *watch, uint32_t events)
{
	struct dns_upstream *upstream =
		container_of(watch, struct dns_upstream, watch);

	(void)events;
	if (upstream->transport == DNS_OVER_UDP)
		udp_readable(upstream);
	else if (upstream->is_sent || tcp_write(upstream))
		tcp_readable(upstream);
}

static int udp_send(struct dns_upstream *upstream)
{
	ssize_t len = send(upstream->watch.fd, message_of(upstream),
			   upstream->query_len, MSG_NOSIGNAL);

	return len < 0 && !is_temporary(len) ? -errno : 0;
}

int dns_upstream_try(struct dns_upstream *upstream, uint32_t address)
{
	const struct dns_forward_settings *settings =
		&upstream->forward->settings;
	bool udp = upstream->transport == DNS_OVER_UDP;
	int code, fd;

	upstream->at = 0;
	upstream->is_sent = false;
	fd = settings->sockets->open(settings->sockets_ctx,
				     udp ? NAT_SOCKET_UDP : NAT_SOCKET_TCP);
	if (fd < 0)
		return fd;
	upstream->watch.fd = fd;
	upstream->watch.ready = upstream_ready;
	upstream->watch.name = "resolver";
	code = settings->sockets->connect(settings->sockets_ctx, fd, address,
					  DNS_PORT);
	if (code == -EINPROGRESS)
		code = 0;
	if (!code)
		code = watch_add(settings->loop, &upstream->watch,
				 udp ? EPOLLIN : EPOLLIN | EPOLLOUT);
	if (!code && udp)
		code = udp_send(upstream);
	return code;
}

void dns_upstream_close(struct dns_upstream *upstream)
{
	if (upstream->watch.fd < 0)
		return;
	watch_remove(&upstream->watch);
	close(upstream->watch.fd);
	upstream->watch.fd = -1;
	free(upstream->reply);
	upstream->reply = NULL;
}
