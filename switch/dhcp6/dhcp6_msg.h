/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp6_msg.h - DHCPv6 messages: read with all checks, written piece by piece
 */
#ifndef SWITCH_DHCP6_DHCP6_MSG_H
#define SWITCH_DHCP6_DHCP6_MSG_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DHCP6_CLIENT_PORT 546
#define DHCP6_SERVER_PORT 547

/** DHCP6_DUID_MAX - longest DUID, type included (RFC 8415 11.1) */
#define DHCP6_DUID_MAX 130
/** DHCP6_MAX_IAS - identity associations of a message that are read */
#define DHCP6_MAX_IAS 4
/** DHCP6_MSG_MAX - longest message that is written */
#define DHCP6_MSG_MAX 1024

/** enum dhcp6_type - messages (RFC 8415 7.3) */
enum dhcp6_type {
	DHCP6_SOLICIT = 1,
	DHCP6_ADVERTISE,
	DHCP6_REQUEST,
	DHCP6_CONFIRM,
	DHCP6_RENEW,
	DHCP6_REBIND,
	DHCP6_REPLY,
	DHCP6_RELEASE,
	DHCP6_DECLINE,
	DHCP6_RECONFIGURE,
	DHCP6_INFORMATION_REQUEST,
	DHCP6_TYPE_COUNT,
};

/** enum dhcp6_option - options (RFC 8415 21, RFC 3646) */
enum dhcp6_option {
	DHCP6_OPT_CLIENTID = 1,
	DHCP6_OPT_SERVERID = 2,
	DHCP6_OPT_IA_NA = 3,
	DHCP6_OPT_IAADDR = 5,
	DHCP6_OPT_ORO = 6,
	DHCP6_OPT_STATUS_CODE = 13,
	DHCP6_OPT_RAPID_COMMIT = 14,
	DHCP6_OPT_DNS_SERVERS = 23,
	DHCP6_OPT_DOMAIN_LIST = 24,
	DHCP6_OPT_IA_PD = 25,
	DHCP6_OPT_REFRESH_TIME = 32,
};

/** enum dhcp6_status - status codes (RFC 8415 21.13) */
enum dhcp6_status {
	DHCP6_SUCCESS = 0,
	DHCP6_NO_ADDRS_AVAIL = 2,
	DHCP6_NO_BINDING = 3,
	DHCP6_NOT_ON_LINK = 4,
	DHCP6_USE_MULTICAST = 5,
	DHCP6_NO_PREFIX_AVAIL = 6,
};

/**
 * struct dhcp6_duid - who a client or server is
 * @len:	bytes of @data; 0: there is none
 * @data:	not looked into
 */
struct dhcp6_duid {
	uint8_t len;
	uint8_t data[DHCP6_DUID_MAX];
};

/**
 * struct dhcp6_ia - an identity association of a message
 * @option:	DHCP6_OPT_IA_NA or DHCP6_OPT_IA_PD
 * @iaid:	that the client gave it
 * @has_address: it names one; further ones are not read
 * @address:	that one
 */
struct dhcp6_ia {
	uint16_t option;
	uint32_t iaid;
	bool has_address;
	struct in6_addr address;
};

/**
 * struct dhcp6_msg - a client's message that passed dhcp6_decode()
 * @type:	enum dhcp6_type
 * @xid:	transaction id, as on the wire
 * @client:	its DUID
 * @server:	for whom it is
 * @rapid_commit: SOLICIT may be answered by REPLY
 * @wants_dns:	it asks for DNS servers
 * @wants_domain: it asks for domains to search
 * @wants_refresh: it asks how long the answer is good
 * @ia_count:	entries of @ias
 * @ias:	further ones are not read
 */
struct dhcp6_msg {
	uint8_t type;
	uint8_t xid[3];
	struct dhcp6_duid client;
	struct dhcp6_duid server;
	bool rapid_commit;
	bool wants_dns;
	bool wants_domain;
	bool wants_refresh;
	unsigned ia_count;
	struct dhcp6_ia ias[DHCP6_MAX_IAS];
};

/**
 * dhcp6_decode() - read a client's message
 *
 * Return: false for what no client sends, and where an option runs over the
 * end, comes twice, or is too short or too long.
 */
bool dhcp6_decode(const uint8_t *data, size_t len, struct dhcp6_msg *msg);

/**
 * struct dhcp6_writer - a message that is being written
 * @data:	DHCP6_MSG_MAX bytes
 * @len:	used of them
 * @full:	something had no room; the message is not to be sent
 */
struct dhcp6_writer {
	uint8_t *data;
	size_t len;
	bool full;
};

/** dhcp6_begin() - type and transaction id */
void dhcp6_begin(struct dhcp6_writer *writer, uint8_t *data, uint8_t type,
		 const uint8_t *xid);

/** dhcp6_put() - an option of @len bytes */
void dhcp6_put(struct dhcp6_writer *writer, uint16_t option, const void *data,
	       size_t len);

/**
 * dhcp6_open() - begin an option whose first @len bytes are @data; more follow
 *
 * Return: for dhcp6_shut().
 */
size_t dhcp6_open(struct dhcp6_writer *writer, uint16_t option,
		  const void *data, size_t len);

/** dhcp6_shut() - what was put since dhcp6_open() belongs to that option */
void dhcp6_shut(struct dhcp6_writer *writer, size_t opened);

#endif
