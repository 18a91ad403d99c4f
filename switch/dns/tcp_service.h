/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tcp_service.h - a small TCP for services that answer messages with a length
 * in front, as DNS does (RFC 1035 4.2.2, RFC 7766)
 */
#ifndef SWITCH_DNS_TCP_SERVICE_H
#define SWITCH_DNS_TCP_SERVICE_H

#include <stddef.h>
#include <stdint.h>

#include "core/clock.h"
#include "core/err.h"
#include "switch/ip4.h"
#include "switch/siphash.h"
#include "switch/tcp4.h"

/** TCP_SERVICE_MAX - connections at a time */
#define TCP_SERVICE_MAX 64
/** TCP_SERVICE_PER_PORT - connections that one ingress port may have */
#define TCP_SERVICE_PER_PORT 8
/** TCP_SERVICE_QUERY_MAX - longest message that is read */
#define TCP_SERVICE_QUERY_MAX 2046
/** TCP_SERVICE_REPLY_MAX - longest message that is sent */
#define TCP_SERVICE_REPLY_MAX 16384
/** TCP_SERVICE_OPEN - messages of one connection that are answered at a time */
#define TCP_SERVICE_OPEN 4
/** TCP_SERVICE_LATER - in place of a length: tcp_service_reply() will come */
#define TCP_SERVICE_LATER SIZE_MAX
/** TCP_SERVICE_IDLE_NS - a connection without a whole query is closed */
#define TCP_SERVICE_IDLE_NS (10 * NSEC_PER_SEC)
/** TCP_SERVICE_LINGER_NS - and forgotten after that, answered or not */
#define TCP_SERVICE_LINGER_NS (5 * NSEC_PER_SEC)

/**
 * struct tcp_ticket - which connection waits for an answer
 * @slot:	of the connection
 * @serial:	of the connection; the slot may have another by then
 */
struct tcp_ticket {
	uint16_t slot;
	uint32_t serial;
};

/**
 * struct tcp_message - one message of a peer
 * @data:	borrowed
 * @len:	1 to TCP_SERVICE_QUERY_MAX
 * @ingress:	port that it came in through
 * @ticket:	for tcp_service_reply()
 */
struct tcp_message {
	const uint8_t *data;
	size_t len;
	uint16_t ingress;
	struct tcp_ticket ticket;
};

/**
 * struct tcp_service_ops - what the service needs from its surroundings
 * @send:	pass a segment to @to's source on; @segment is borrowed
 * @answer:	writes at most TCP_SERVICE_REPLY_MAX bytes to @reply and returns
 *		how many; 0 resets the connection, TCP_SERVICE_LATER is a
 *		promise
 */
struct tcp_service_ops {
	void (*send)(void *ctx, const struct ip4 *to,
		     const struct tcp4 *segment);
	size_t (*answer)(void *ctx, const struct tcp_message *message,
			 uint8_t *reply);
};

/**
 * struct tcp_service_settings - one service
 * @port:	that it listens on; all others are answered with RST
 * @mss:	largest segment to receive and to send
 * @secret:	random, for initial sequence numbers (RFC 6528)
 */
struct tcp_service_settings {
	uint16_t port;
	uint16_t mss;
	struct siphash_key secret;
};

/**
 * struct tcp_service_counters - what happened
 * @syns:	answered
 * @accepted:	connections
 * @refused:	connections over the quota of their port
 * @evicted:	connections that made room for a new one
 * @reset:	connections ended by RST, ours or theirs
 * @idle:	connections that we closed for saying nothing
 * @messages:	answered
 * @late:	answers whose connection was gone
 * @retransmits: timer ran out
 * @strays:	segments of no connection
 * @bad:	malformed
 */
struct tcp_service_counters {
	uint64_t syns;
	uint64_t accepted;
	uint64_t refused;
	uint64_t evicted;
	uint64_t reset;
	uint64_t idle;
	uint64_t messages;
	uint64_t late;
	uint64_t retransmits;
	uint64_t strays;
	uint64_t bad;
};

struct tcp_service;

/** tcp_service_create() - a service without connections */
struct tcp_service *
tcp_service_create(const struct tcp_service_settings *settings,
		   struct clock *clock, const struct tcp_service_ops *ops,
		   void *ctx, struct err *err);

/** tcp_service_destroy() - connections are forgotten; NULL is fine */
void tcp_service_destroy(struct tcp_service *service);

/** tcp_service_input() - a TCP packet to our address */
void tcp_service_input(struct tcp_service *service, const struct ip4 *ip);

/**
 * tcp_service_reply() - the answer that was to come later
 * @ticket:	of the message; if its connection is gone, nothing is done
 * @len:	at most TCP_SERVICE_REPLY_MAX
 *
 * Not from within @answer. Answers may overtake one another (RFC 7766 6.2.1.1).
 */
void tcp_service_reply(struct tcp_service *service,
		       const struct tcp_ticket *ticket, const uint8_t *data,
		       size_t len);

/** tcp_service_next_ns() - when tcp_service_tick() is due; UINT64_MAX: never */
uint64_t tcp_service_next_ns(const struct tcp_service *service);

/** tcp_service_tick() - send again, close what is idle */
void tcp_service_tick(struct tcp_service *service);

/** tcp_service_connections() - how many there are */
unsigned tcp_service_connections(const struct tcp_service *service);

/** tcp_service_counters() - valid as long as the service */
const struct tcp_service_counters *
tcp_service_counters(const struct tcp_service *service);

#endif
