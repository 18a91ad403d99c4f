/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tcp_bed.h - the small TCP with a scripted peer, on a fake clock
 */
#ifndef TESTS_UNIT_TCP_BED_H
#define TESTS_UNIT_TCP_BED_H

#include "switch/dns/tcp_service.h"

#define PEER 0x0a14000b
#define SERVER 0x0a140001
#define PORT 40000
#define MSS 1460

/**
 * struct fixture - the service and its peer
 * @fake:	the time
 * @service:	under test
 * @sent:	segments since the last say()
 * @out:	the last of them
 * @data:	of them
 * @data_len:	bytes of it
 * @reply_size:	shortest answer
 * @tickets:	of messages that begin with "?"
 * @ticket_count: of them
 * @ingress:	port of the peer
 * @port:	its TCP port
 * @window:	its window
 * @seq:	its next sequence number
 * @ack:	what it acknowledges
 */
struct fixture {
	struct fake_clock fake;
	struct tcp_service *service;
	unsigned sent;
	struct tcp4 out;
	uint8_t data[4 * TCP_SERVICE_REPLY_MAX];
	size_t data_len;
	size_t reply_size;
	struct tcp_ticket tickets[16];
	unsigned ticket_count;
	uint16_t ingress;
	uint16_t port;
	uint16_t window;
	uint32_t seq;
	uint32_t ack;
};

/** tcp_bed_setup() - cmocka setup: a service, no connection */
int tcp_bed_setup(void **state);

/** tcp_bed_teardown() - cmocka teardown */
int tcp_bed_teardown(void **state);

/** say() - one segment with the present numbers; the replies' count starts anew
 */
void say(struct fixture *f, uint8_t flags, const void *data, uint16_t len);

/** connect_peer() - the handshake */
void connect_peer(struct fixture *f);

/** talk() - data that is acknowledged counts; so does what came back */
void talk(struct fixture *f, const void *data, uint16_t len);

/** pass() - time passes */
void pass(struct fixture *f, uint64_t ns);

#endif
