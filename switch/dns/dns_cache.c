// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dns_cache.c - what resolvers said, kept as long as they allow
 *
 * Theory of operation
 *
 * Replies are kept whole, so what belongs together (CNAMEs, signatures, the SOA
 * of a "no") expires together. Each is in a chain of its hash and in the order
 * of use: a hit goes to the front, what makes room is taken from the back. An
 * entry whose time is over is found by its next query, or makes room.
 *
 * Limits: DNS_CACHE_ENTRIES, DNS_CACHE_BYTES; the memory is the heap's, so an
 * unused cache costs the table of chains alone.
 */
#include "switch/dns/dns_cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/ascii.h"
#include "core/bytes.h"
#include "core/list.h"
#include "core/util.h"

#define CHAINS 1024

static_assert((CHAINS & (CHAINS - 1)) == 0, "a power of two");

/**
 * struct entry - one reply
 * @use:	in the order of use
 * @next:	in its chain
 * @hash:	of @key
 * @stored_ns:	its TTLs were right then
 * @expires_ns:	it may be told before
 * @is_negative: it says "no"
 * @len:	bytes of @message
 * @key:	what it answers
 * @message:	as dns_reply_decode() left it, the question in lower case
 */
struct entry {
	struct list use;
	struct entry *next;
	uint64_t hash;
	uint64_t stored_ns;
	uint64_t expires_ns;
	bool is_negative;
	uint16_t len;
	struct dns_key key;
	uint8_t message[];
};

/**
 * struct dns_cache - one cache
 * @clock:	for TTLs
 * @secret:	of the hash
 * @used:	struct entry, the last used first
 * @chains:	by hash
 * @counters:	for `weft show`
 */
struct dns_cache {
	struct clock *clock;
	struct siphash_key secret;
	struct list used;
	struct entry *chains[CHAINS];
	struct dns_cache_counters counters;
};

void dns_key_set(struct dns_key *key, const uint8_t *message,
		 const struct dns_query *query)
{
	unsigned i, name_len = query->question_len - 4u;
	const uint8_t *question = message + DNS_HEADER_LEN;
	uint8_t *p = key->data;

	*p++ = (uint8_t)((query->flags & DNS_FLAG_RD ? DNS_KEY_RD : 0) |
			 (query->flags & DNS_FLAG_AD ? DNS_KEY_AD : 0) |
			 (query->flags & DNS_FLAG_CD ? DNS_KEY_CD : 0) |
			 (query->opt_do ? DNS_KEY_DO : 0));
	/* lengths of labels are below any letter, so all may be folded */
	for (i = 0; i < name_len; i++)
		*p++ = (uint8_t)ascii_lower(question[i]);
	memcpy(p, question + name_len, 4);
	key->len = (uint16_t)(1 + query->question_len);
}

uint64_t dns_key_hash(const struct dns_key *key,
		      const struct siphash_key *secret)
{
	return siphash(secret, key->data, key->len);
}

bool dns_key_is_equal(const struct dns_key *a, const struct dns_key *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static struct entry *entry_of(struct list *link)
{
	return container_of(link, struct entry, use);
}

static size_t entry_size(const struct entry *entry)
{
	return sizeof(*entry) + entry->len;
}

static void put_first(struct list *head, struct list *item)
{
	list_append(head->next, item);
}

static void entry_free(struct dns_cache *cache, struct entry *entry)
{
	struct entry **at = &cache->chains[entry->hash % CHAINS];

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	list_remove(&entry->use);
	cache->counters.entries--;
	cache->counters.bytes -= entry_size(entry);
	free(entry);
}

static struct entry *lookup(const struct dns_cache *cache,
			    const struct dns_key *key, uint64_t hash)
{
	struct entry *entry = cache->chains[hash % CHAINS];

	while (entry &&
	       (entry->hash != hash || !dns_key_is_equal(&entry->key, key)))
		entry = entry->next;
	return entry;
}

static void make_room(struct dns_cache *cache, size_t size)
{
	while (cache->counters.entries &&
	       (cache->counters.entries >= DNS_CACHE_ENTRIES ||
		cache->counters.bytes + size > DNS_CACHE_BYTES)) {
		struct entry *last = entry_of(cache->used.prev);

		if (last->expires_ns <= clock_now_ns(cache->clock))
			cache->counters.expired++;
		else
			cache->counters.evicted++;
		entry_free(cache, last);
	}
}

void dns_cache_insert(struct dns_cache *cache, const struct dns_key *key,
		      const uint8_t *message, const struct dns_reply *reply)
{
	uint64_t hash = dns_key_hash(key, &cache->secret);
	struct entry *entry = lookup(cache, key, hash);

	if (entry)
		entry_free(cache, entry);
	entry = NULL;
	if (reply->ttl_s && reply->len <= UINT16_MAX)
		entry = malloc(sizeof(*entry) + reply->len);
	if (!entry) {
		cache->counters.not_kept++;
		return;
	}
	entry->hash = hash;
	entry->stored_ns = clock_now_ns(cache->clock);
	entry->expires_ns = entry->stored_ns + reply->ttl_s * NSEC_PER_SEC;
	entry->is_negative = reply->is_negative;
	entry->len = (uint16_t)reply->len;
	entry->key = *key;
	memcpy(entry->message, message, reply->len);
	memcpy(entry->message + DNS_HEADER_LEN, key->data + 1, key->len - 1u);
	make_room(cache, entry_size(entry));
	entry->next = cache->chains[hash % CHAINS];
	cache->chains[hash % CHAINS] = entry;
	put_first(&cache->used, &entry->use);
	cache->counters.inserted++;
	cache->counters.entries++;
	cache->counters.bytes += entry_size(entry);
}

size_t dns_cache_lookup(struct dns_cache *cache, const struct dns_key *key,
			uint8_t *message, size_t size)
{
	uint64_t hash = dns_key_hash(key, &cache->secret);
	uint64_t now_ns = clock_now_ns(cache->clock);
	struct entry *entry = lookup(cache, key, hash);

	if (entry && entry->expires_ns <= now_ns) {
		cache->counters.expired++;
		entry_free(cache, entry);
		entry = NULL;
	}
	if (!entry || entry->len > size) {
		cache->counters.misses++;
		return 0;
	}
	cache->counters.hits++;
	cache->counters.negative += entry->is_negative;
	list_remove(&entry->use);
	put_first(&cache->used, &entry->use);
	memcpy(message, entry->message, entry->len);
	dns_reply_age(message, entry->len, key->len - 1u,
		      (uint32_t)((now_ns - entry->stored_ns) / NSEC_PER_SEC));
	return entry->len;
}

void dns_cache_flush(struct dns_cache *cache)
{
	while (!list_is_empty(&cache->used))
		entry_free(cache, entry_of(cache->used.next));
}

struct dns_cache *dns_cache_create(struct clock *clock,
				   const struct siphash_key *secret,
				   struct err *err)
{
	struct dns_cache *cache = calloc(1, sizeof(*cache));

	if (!cache) {
		err_set(err, -ENOMEM, "no memory for a DNS cache");
		return NULL;
	}
	cache->clock = clock;
	cache->secret = *secret;
	list_init(&cache->used);
	return cache;
}

void dns_cache_destroy(struct dns_cache *cache)
{
	if (!cache)
		return;
	dns_cache_flush(cache);
	free(cache);
}

const struct dns_cache_counters *
dns_cache_counters(const struct dns_cache *cache)
{
	return &cache->counters;
}
