/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns_cache.h - what resolvers said, kept as long as they allow
 */
#ifndef SWITCH_DNS_DNS_CACHE_H
#define SWITCH_DNS_DNS_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/clock.h"
#include "core/err.h"
#include "switch/dns/dns_msg.h"
#include "switch/dns/dns_records.h"
#include "switch/siphash.h"

/** DNS_CACHE_ENTRIES - replies that are kept */
#define DNS_CACHE_ENTRIES 4096
/** DNS_CACHE_BYTES - memory of all of them */
#define DNS_CACHE_BYTES (2 << 20)
/** DNS_CACHE_TTL_MAX_S - nothing is kept longer, or said to last longer */
#define DNS_CACHE_TTL_MAX_S 86400u
/** DNS_CACHE_NEGATIVE_MAX_S - nor a "no" (RFC 2308 5: one to three hours) */
#define DNS_CACHE_NEGATIVE_MAX_S 3600u
/** DNS_CACHE_FAILED_S - a resolver's SERVFAIL is kept (RFC 9520 3.2) */
#define DNS_CACHE_FAILED_S 1u

/** DNS_QUESTION_MAX - bytes of a question: name, type, class */
#define DNS_QUESTION_MAX (DNS_WIRE_NAME_MAX + 4)

/* What of a query decides what is said, in the first byte of its key. */
#define DNS_KEY_RD 1
#define DNS_KEY_AD 2
#define DNS_KEY_CD 4
#define DNS_KEY_DO 8

/**
 * struct dns_key - what a reply is the answer to
 * @len:	bytes of @data
 * @data:	DNS_KEY_..., then the question in lower case
 */
struct dns_key {
	uint16_t len;
	uint8_t data[1 + DNS_QUESTION_MAX];
};

/**
 * dns_key_set() - the key of a query
 * @message:	as it came
 * @query:	decoded from it
 */
void dns_key_set(struct dns_key *key, const uint8_t *message,
		 const struct dns_query *query);

/** dns_key_hash() - for tables; @secret keeps guests from aiming */
uint64_t dns_key_hash(const struct dns_key *key,
		      const struct siphash_key *secret);

/** dns_key_is_equal() - the same question? */
bool dns_key_is_equal(const struct dns_key *a, const struct dns_key *b);

/**
 * struct dns_cache_counters - what became of replies
 * @hits:	queries answered
 * @negative:	of these, with "no"
 * @misses:	queries that were not
 * @inserted:	replies kept
 * @expired:	whose time was over
 * @evicted:	that made room, the one longest unused first
 * @not_kept:	replies that may not be kept
 * @entries:	now
 * @bytes:	now
 */
struct dns_cache_counters {
	uint64_t hits;
	uint64_t negative;
	uint64_t misses;
	uint64_t inserted;
	uint64_t expired;
	uint64_t evicted;
	uint64_t not_kept;
	uint64_t entries;
	uint64_t bytes;
};

struct dns_cache;

/** dns_cache_create() - an empty one */
struct dns_cache *dns_cache_create(struct clock *clock,
				   const struct siphash_key *secret,
				   struct err *err);

/** dns_cache_destroy() - NULL is fine */
void dns_cache_destroy(struct dns_cache *cache);

/**
 * dns_cache_insert() - keep a reply, in place of an older one
 * @message:	as dns_reply_decode() left it
 * @reply:	from there
 */
void dns_cache_insert(struct dns_cache *cache, const struct dns_key *key,
		      const uint8_t *message, const struct dns_reply *reply);

/**
 * dns_cache_lookup() - a reply, with what is left of its TTLs
 * @message:	room for @size bytes; the id is not that of the query, the
 *		question is in lower case
 *
 * Return: bytes of it; 0 when there is none, or too long a one.
 */
size_t dns_cache_lookup(struct dns_cache *cache, const struct dns_key *key,
			uint8_t *message, size_t size);

/** dns_cache_flush() - forget all */
void dns_cache_flush(struct dns_cache *cache);

/** dns_cache_counters() - valid as long as the cache */
const struct dns_cache_counters *
dns_cache_counters(const struct dns_cache *cache);

#endif
