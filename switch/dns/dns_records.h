/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns_records.h - the records of a DNS message, one after the other
 */
#ifndef SWITCH_DNS_DNS_RECORDS_H
#define SWITCH_DNS_DNS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_LABEL_MAX 63
#define DNS_WIRE_NAME_MAX 255
/** DNS_RR_FIXED_LEN - type, class, TTL and length of the data */
#define DNS_RR_FIXED_LEN 10

/**
 * struct dns_reader - a message being read
 * @data:	the message
 * @len:	bytes of it
 * @at:		next byte, at most @len
 */
struct dns_reader {
	const uint8_t *data;
	size_t len;
	size_t at;
};

/**
 * struct dns_record - one record, by its places in the message
 * @start:	of its owner
 * @is_root:	whether the owner is "."
 * @type:	enum dns_type or any other
 * @class:	for OPT: what the sender takes over UDP
 * @ttl_at:	place of the TTL; for OPT: extended rcode, version, flags
 * @rdata_at:	place of the data
 * @rdata_len:	bytes of it
 */
struct dns_record {
	size_t start;
	bool is_root;
	uint16_t type;
	uint16_t class;
	size_t ttl_at;
	size_t rdata_at;
	uint16_t rdata_len;
};

/**
 * dns_read_record() - step over a record
 *
 * Names in it are stepped over, never followed, so no pointer can loop.
 *
 * Return: false when it doesn't end within the message.
 */
bool dns_read_record(struct dns_reader *r, struct dns_record *record);

/**
 * struct dns_reply - what a resolver's reply is, without its OPT
 * @len:	bytes up to the OPT, or to the last record
 * @flags:	second header word
 * @rcode:	with the upper bits of the OPT
 * @has_opt:	the resolver speaks EDNS
 * @is_negative: no such name, or no such record, and a SOA says so
 * @ttl_s:	how long it may be kept; 0: not at all
 */
struct dns_reply {
	size_t len;
	uint16_t flags;
	unsigned rcode;
	bool has_opt;
	bool is_negative;
	uint32_t ttl_s;
};

/**
 * dns_reply_decode() - read a reply, and cut its OPT and what follows it
 * @data:	a message with one question, of which @question_len bytes follow
 *		the header; counts and TTLs are set right: what is above the
 *		limits of dns_cache.h is cut to them
 *
 * An OPT is from hop to hop (RFC 6891 6.1.1), and not for guests.
 *
 * Return: false when it is malformed.
 */
bool dns_reply_decode(uint8_t *data, size_t len, size_t question_len,
		      struct dns_reply *reply);

/** dns_reply_age() - @data, once decoded, is @elapsed_s older */
void dns_reply_age(uint8_t *data, size_t len, size_t question_len,
		   uint32_t elapsed_s);

#endif
