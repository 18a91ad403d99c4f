/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns_server_bed.h - a DNS server that is asked
 */
#ifndef TESTS_UNIT_DNS_SERVER_BED_H
#define TESTS_UNIT_DNS_SERVER_BED_H

#include "switch/dns/dns_server.h"

/**
 * struct dns_server_bed - the server, and what was asked last
 * @server:	under test
 * @query:	@query_len bytes
 * @query_len:	bytes of @query
 * @reply:	@reply_len bytes
 * @reply_len:	bytes of @reply
 */
struct dns_server_bed {
	struct dns_server *server;
	uint8_t query[1024];
	size_t query_len;
	uint8_t reply[DNS_REPLY_MAX];
	size_t reply_len;
};

extern struct dns_server_bed bed;

/** setup() - cmocka setup: Office.lab, with a few names */
int setup(void **state);

/** teardown() - cmocka teardown */
int teardown(void **state);

/** begin() - bed.query becomes a question */
void begin(const char *name, uint16_t type);

/** add_opt() - with EDNS and DO */
void add_opt(uint16_t size, uint8_t version);

/** ask_over() - what bed.query is answered, in bed.reply */
enum dns_rcode ask_over(enum dns_transport transport);

/** ask() - a question over UDP */
enum dns_rcode ask(const char *name, uint16_t type);

/** answers() - records in bed.reply's answer */
unsigned answers(void);

/** authorities() - and in its authority */
unsigned authorities(void);

#endif
