/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns_server.h - answers for the nodes' names; the rest is somebody else's
 */
#ifndef SWITCH_DNS_DNS_SERVER_H
#define SWITCH_DNS_DNS_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"
#include "core/err.h"
#include "switch/dns/dns_msg.h"
#include "switch/dns/dns_names.h"

/** DNS_TTL_S - how long an answer may be kept; leases come and go */
#define DNS_TTL_S 10
/** DNS_REPLY_MAX - longest reply over TCP */
#define DNS_REPLY_MAX 4096
#define DNS_DOMAIN_SIZE 128
/** DNS_FOREIGN - in place of a length: the name isn't ours */
#define DNS_FOREIGN SIZE_MAX

/** enum dns_transport - how a query came: decides how long a reply may be */
enum dns_transport {
	DNS_OVER_UDP,
	DNS_OVER_TCP,
};

/**
 * struct dns_settings - one server
 * @domain:	nodes are called NAME.@domain as well; empty: just NAME
 * @subnet:	whose addresses we have names for (PTR)
 * @forward_private: names of private addresses too, that aren't of @subnet
 * @forwards:	somebody else answers for the world; else it is refused
 */
struct dns_settings {
	char domain[DNS_DOMAIN_SIZE];
	struct ipv4_prefix subnet;
	bool forward_private;
	bool forwards;
};

/**
 * struct dns_counters - what was asked
 * @queries:	well-formed
 * @answers:	with a record
 * @no_data:	the name is known, but has no record of that type
 * @no_name:	NXDOMAIN
 * @refused:	not our business
 * @foreign:	left to whoever forwards
 * @rejected:	FORMERR, NOTIMP or BADVERS
 * @ignored:	not answered at all
 * @truncated:	replies with TC
 */
struct dns_counters {
	uint64_t queries;
	uint64_t answers;
	uint64_t no_data;
	uint64_t no_name;
	uint64_t refused;
	uint64_t foreign;
	uint64_t rejected;
	uint64_t ignored;
	uint64_t truncated;
};

struct dns_server;

/** dns_server_create() - a server that knows no name yet */
struct dns_server *dns_server_create(const struct dns_settings *settings,
				     struct err *err);

/** dns_server_destroy() - and its names; NULL is fine */
void dns_server_destroy(struct dns_server *server);

/** dns_server_set_names() - take @names over, destroy what was there */
void dns_server_set_names(struct dns_server *server, struct dns_names *names);

/**
 * dns_server_answer() - one query, one reply
 * @query:	message, without the length of TCP
 * @reply:	DNS_REPLY_MAX bytes
 *
 * Return: bytes of @reply; 0 when the message must not be answered; DNS_FOREIGN
 * when it is well-formed and to be forwarded.
 */
size_t dns_server_answer(struct dns_server *server,
			 enum dns_transport transport, const uint8_t *query,
			 size_t len, uint8_t *reply);

/** dns_server_counters() - valid as long as the server */
const struct dns_counters *dns_server_counters(const struct dns_server *server);

#endif
