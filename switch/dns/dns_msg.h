/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns_msg.h - DNS queries read, responses written (RFC 1035, 6891)
 */
#ifndef SWITCH_DNS_DNS_MSG_H
#define SWITCH_DNS_DNS_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_PORT 53
#define DNS_HEADER_LEN 12
/** DNS_UDP_MIN - what every client takes (RFC 1035 2.3.4) */
#define DNS_UDP_MIN 512
/** DNS_UDP_MAX - what we take and send over UDP: it is never fragmented */
#define DNS_UDP_MAX 1232
/** DNS_NAME_SIZE - text of a name: 253 characters and NUL */
#define DNS_NAME_SIZE 254

/** enum dns_type - record types that we know (RFC 1035 3.2.2, 6891) */
enum dns_type {
	DNS_A = 1,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_PTR = 12,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_OPT = 41,
	DNS_FIRST_META = 128, /* RFC 6895 3.1: up to ANY, never data */
	DNS_ANY = 255,
};

#define DNS_CLASS_IN 1

#define DNS_FLAG_QR 0x8000
#define DNS_FLAG_OPCODE 0x7800
#define DNS_FLAG_AA 0x0400
#define DNS_FLAG_TC 0x0200
#define DNS_FLAG_RD 0x0100
#define DNS_FLAG_RA 0x0080
#define DNS_FLAG_Z 0x0040
#define DNS_FLAG_AD 0x0020
#define DNS_FLAG_CD 0x0010
/** DNS_OPT_LEN - an OPT without options */
#define DNS_OPT_LEN 11

/** enum dns_rcode - response codes (RFC 1035 4.1.1, 6891 9) */
enum dns_rcode {
	DNS_NOERROR = 0,
	DNS_FORMERR = 1,
	DNS_SERVFAIL = 2,
	DNS_NXDOMAIN = 3,
	DNS_NOTIMP = 4,
	DNS_REFUSED = 5,
	DNS_BADVERS = 16,
};

/**
 * struct dns_query - a query that passed dns_query_decode()
 * @id:		echoed
 * @flags:	second header word
 * @name:	asked for, lower case, without trailing dot; "" is the root
 * @type:	asked for, enum dns_type or any other
 * @class:	asked for
 * @question_len: bytes of the question, which follows the header
 * @has_opt:	the client speaks EDNS
 * @opt_version: should be 0
 * @opt_do:	DNSSEC OK, to be echoed (RFC 3225 3)
 * @udp_size:	what the client takes over UDP, within our limits
 * @udp_offer:	the same by its own words, at least DNS_UDP_MIN
 * @is_plain:	a question of class IN about data, and nothing else but what is
 *		from hop to hop: we may ask it in words of our own, and keep
 *		the reply
 */
struct dns_query {
	uint16_t id;
	uint16_t flags;
	char name[DNS_NAME_SIZE];
	uint16_t type;
	uint16_t class;
	uint16_t question_len;
	bool has_opt;
	uint8_t opt_version;
	bool opt_do;
	uint16_t udp_size;
	uint16_t udp_offer;
	bool is_plain;
};

/** enum dns_verdict - what to do with a message */
enum dns_verdict {
	DNS_ANSWER, /* a well-formed query */
	DNS_REJECT, /* answer with FORMERR or NOTIMP, header only */
	DNS_IGNORE, /* too short, or itself a response: never answered */
};

/**
 * dns_query_decode() - read a query
 * @data:	message, without the length of TCP
 * @query:	filled; only @id and @flags unless DNS_ANSWER
 * @rcode:	for DNS_REJECT
 *
 * Names are read without compression, as there is nothing before the question
 * that one could point to.
 */
enum dns_verdict dns_query_decode(const uint8_t *data, size_t len,
				  struct dns_query *query,
				  enum dns_rcode *rcode);

/**
 * struct dns_writer - a response being written
 * @data:	the message
 * @len:	bytes so far
 * @limit:	most it may become; room for OPT is kept behind it
 * @full:	a record didn't fit: TC is set (RFC 2181 9)
 */
struct dns_writer {
	uint8_t *data;
	size_t len;
	size_t limit;
	bool full;
};

/**
 * dns_write_begin() - header and question
 * @w:		ready for records
 * @data:	@size bytes, at least DNS_UDP_MIN
 * @size:	most that may be written
 * @message:	the query as it came; its question is copied, case and all
 * @query:	decoded from @message
 */
void dns_write_begin(struct dns_writer *w, uint8_t *data, size_t size,
		     const uint8_t *message, const struct dns_query *query);

/**
 * dns_put_record() - answer: @len bytes of data
 * @owner:	NULL: the name that was asked for
 */
void dns_put_record(struct dns_writer *w, const char *owner, uint16_t type,
		    uint32_t ttl_s, const void *data, size_t len);

/** dns_put_a() - answer: an address */
void dns_put_a(struct dns_writer *w, const char *owner, uint32_t address,
	       uint32_t ttl_s);

/** dns_put_name() - answer: a name, as PTR or CNAME */
void dns_put_name(struct dns_writer *w, const char *owner, uint16_t type,
		  const char *name, uint32_t ttl_s);

/** dns_put_soa() - authority: @zone, so that "no" may be cached (RFC 2308) */
void dns_put_soa(struct dns_writer *w, bool as_answer, const char *zone,
		 uint32_t ttl_s);

/** dns_write_end() - OPT, flags and @rcode; returns the length */
size_t dns_write_end(struct dns_writer *w, const struct dns_query *query,
		     enum dns_rcode rcode, bool authoritative);

/** dns_put_opt() - OPT behind @len bytes of a message; returns its length */
size_t dns_put_opt(uint8_t *data, size_t len, bool opt_do, unsigned rcode);

/**
 * dns_write_error() - a response of the header alone
 * @data:	DNS_HEADER_LEN bytes
 *
 * Return: DNS_HEADER_LEN.
 */
size_t dns_write_error(uint8_t *data, const struct dns_query *query,
		       enum dns_rcode rcode);

/** enum dns_match - how well a reply fits a query */
enum dns_match {
	DNS_MATCH_NO,
	DNS_MATCH_BUT_CASE, /* letters of the name are not as we wrote them */
	DNS_MATCH,
};

/**
 * dns_match_reply() - does @reply answer @query? (RFC 5452 9.1)
 * @query:	as it was sent, with its id
 *
 * Id and question must be the same; a question may be missing where a server
 * did not even read it (FORMERR and the like).
 */
enum dns_match dns_match_reply(const uint8_t *reply, size_t len,
			       const uint8_t *query, size_t question_len);

#endif
