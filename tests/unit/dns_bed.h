/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns_bed.h - a DNS forwarder with resolvers on loopback, on a fake clock
 */
#ifndef TESTS_UNIT_DNS_BED_H
#define TESTS_UNIT_DNS_BED_H

#include <netinet/in.h>

#include "switch/dns/dns_forward.h"

#define RESOLVERS 3
#define FIRST 0xc0000201u /* 192.0.2.1, in place of which there is loopback */
#define OWN 0x0a140001u
#define UDP_MAX 1472

/**
 * struct answer - what a guest got
 * @asker:	whom it was for
 * @data:	message
 * @len:	bytes of it
 */
struct answer {
	struct dns_asker asker;
	uint8_t data[TCP_SERVICE_REPLY_MAX];
	size_t len;
};

/**
 * struct fixture - the forwarder and its surroundings
 * @fake:	the time
 * @loop:	of the forwarder
 * @forward:	under test
 * @udp:	the resolvers' sockets
 * @tcp:	their listening ones
 * @answers:	that guests got
 * @last:	of these
 * @from:	where a resolver was last asked from
 * @query:	that was made last
 * @query_len:	bytes of it
 * @on_answer:	called when a guest gets one; NULL: nobody
 * @ingress:	port that queries come in through
 * @last_said:	rcode of the last answer that came at once
 * @again:	for @on_answer: what it was told
 * @seen:	what a resolver got last
 * @seen_len:	bytes of it
 * @probes:	that resolvers got; the last is in @probe
 * @probe:	a probe
 * @probe_len:	bytes of it
 * @probe_from:	where it came from
 */
struct fixture {
	struct fake_clock fake;
	struct loop *loop;
	struct dns_forward *forward;
	int udp[RESOLVERS];
	int tcp[RESOLVERS];
	unsigned answers;
	struct answer last;
	struct sockaddr_in from;
	void (*on_answer)(struct fixture *f);
	uint16_t ingress;
	enum dns_rcode last_said;
	enum dns_rcode again;
	uint8_t query[1024];
	size_t query_len;
	uint8_t seen[2048];
	size_t seen_len;
	unsigned probes;
	uint8_t probe[512];
	size_t probe_len;
	struct sockaddr_in probe_from;
};

/** loopback_socket() - a non-blocking socket on 127.0.0.1, its address in @at
 */
int loopback_socket(int type, struct sockaddr_in *at);

/** use_servers() - the first @count resolvers serve */
void use_servers(struct fixture *f, unsigned count);

/** dns_bed_setup() - cmocka setup: one resolver serves */
int dns_bed_setup(void **state);

/** dns_bed_teardown() - cmocka teardown */
int dns_bed_teardown(void **state);

/** make_query() - f->query becomes a question of type A about @label */
void make_query(struct fixture *f, const char *label, uint16_t id);

/** add_opt() - with EDNS, DO and an option */
void add_opt(struct fixture *f, uint16_t size);

/** add_answer() - f->seen gets an A record of @ttl_s, @address its data */
void add_answer(struct fixture *f, uint32_t ttl_s, uint32_t address);

/** ask_query() - f->query, over @transport; what is said at once is an answer
 * if it isn't an error, which is returned
 */
enum dns_rcode ask_query(struct fixture *f, enum dns_transport transport);

/** ask_from() - over UDP, through port @ingress; the UDP port is @id */
enum dns_rcode ask_from(struct fixture *f, const char *label, uint16_t id,
			uint16_t ingress);

/** ask() - over UDP, through port 0 */
enum dns_rcode ask(struct fixture *f, const char *label, uint16_t id);

/** resolver_got() - what a resolver got, into f->seen, unless it is a probe;
 * false: nothing
 */
bool resolver_got(struct fixture *f, unsigned i);

/** resolver_says() - f->seen as it is now, to where the last query came from */
void resolver_says(struct fixture *f, unsigned i, size_t len);

/** probe_replies() - a resolver says that the last probe's name isn't there */
void probe_replies(struct fixture *f, unsigned i);

/** resolver_replies() - f->seen as a response */
void resolver_replies(struct fixture *f, unsigned i);

/** pass() - time passes */
void pass(struct fixture *f, uint64_t ns);

/** counters() - the forwarder's */
const struct dns_forward_counters *counters(struct fixture *f);

/** rcode() - of the last answer */
unsigned rcode(const struct fixture *f);

#endif
