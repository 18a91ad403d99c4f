// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_dns_cache.c - replies of resolvers, read, kept and told again
 *
 * Input: operations of a byte. Its lower two bits: 0 a reply is kept, 1 one is
 * looked up, 2 time passes, 3 all is forgotten. The upper six choose among
 * questions, or are seconds. A reply is a 16-bit length and what follows the
 * question, in front of which are flags and three counts.
 */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/util.h"
#include "fuzz_ops.h"
#include "switch/dns/dns_cache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define QUESTIONS 4
#define MESSAGE_MAX 4096

struct fuzz {
	struct fake_clock fake;
	struct dns_cache *cache;
	uint8_t message[MESSAGE_MAX];
};

/* The query in fuzz->message, and its key. */
static size_t fuzz_question(struct fuzz *fuzz, unsigned number,
			    struct dns_key *key)
{
	static const uint16_t types[QUESTIONS] = {DNS_A, 5, DNS_SOA, 28};
	const size_t len = DNS_HEADER_LEN + 3 + 4;
	uint8_t *p = fuzz->message;
	struct dns_query query;
	enum dns_rcode rcode;

	memset(p, 0, len);
	p[5] = 1;
	p[DNS_HEADER_LEN] = 1;
	p[DNS_HEADER_LEN + 1] = (uint8_t)('A' + number);
	be16_store(p + DNS_HEADER_LEN + 3, types[number]);
	be16_store(p + DNS_HEADER_LEN + 5, DNS_CLASS_IN);
	fuzz_check(dns_query_decode(p, len, &query, &rcode) == DNS_ANSWER);
	dns_key_set(key, p, &query);
	return len;
}

static void fuzz_keep(struct fuzz *fuzz, struct fuzz_ops *ops, unsigned number)
{
	struct dns_reply reply;
	struct dns_key key;
	size_t start = fuzz_question(fuzz, number, &key), part;

	part = fuzz_take(ops, 2);
	be16_store(fuzz->message + 2, (uint16_t)fuzz_take(ops, 2));
	be16_store(fuzz->message + 6, (uint16_t)fuzz_take(ops, 2));
	be16_store(fuzz->message + 8, (uint16_t)fuzz_take(ops, 2));
	be16_store(fuzz->message + 10, (uint16_t)fuzz_take(ops, 2));
	part = MIN(MIN(part, ops->size), MESSAGE_MAX - start);
	memcpy(fuzz->message + start, ops->data, part);
	ops->data += part;
	ops->size -= part;
	if (!dns_reply_decode(fuzz->message, start + part,
			      start - DNS_HEADER_LEN, &reply))
		return;
	fuzz_check(reply.len >= start && reply.len <= start + part);
	fuzz_check(reply.ttl_s <= DNS_CACHE_TTL_MAX_S);
	dns_cache_insert(fuzz->cache, &key, fuzz->message, &reply);
}

/* What is told is well-formed, and no TTL of it is 0 or above the limit. */
static void fuzz_lookup(struct fuzz *fuzz, unsigned number)
{
	struct dns_key key;
	size_t start = fuzz_question(fuzz, number, &key), len;
	struct dns_reader r = {fuzz->message, 0, start};
	struct dns_record record;

	len = dns_cache_lookup(fuzz->cache, &key, fuzz->message, MESSAGE_MAX);
	if (!len)
		return;
	fuzz_check(len >= start && !memcmp(fuzz->message + DNS_HEADER_LEN,
					   key.data + 1, key.len - 1u));
	for (r.len = len; r.at < r.len;) {
		fuzz_check(dns_read_record(&r, &record));
		fuzz_check(record.type != DNS_OPT);
		fuzz_check(be32_load(fuzz->message + record.ttl_at) <=
			   DNS_CACHE_TTL_MAX_S);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct siphash_key secret = {{1, 2}};
	struct fuzz_ops ops = {data, size};
	struct fuzz fuzz;

	fake_clock_init(&fuzz.fake, 100 * NSEC_PER_SEC);
	fuzz.cache = dns_cache_create(&fuzz.fake.clock, &secret, NULL);
	fuzz_check(fuzz.cache != NULL);
	while (fuzz_more(&ops)) {
		unsigned op = (unsigned)fuzz_take(&ops, 1), rest = op >> 2;

		if ((op & 3) == 0)
			fuzz_keep(&fuzz, &ops, rest % QUESTIONS);
		else if ((op & 3) == 1)
			fuzz_lookup(&fuzz, rest % QUESTIONS);
		else if ((op & 3) == 2)
			fuzz.fake.ns += rest * NSEC_PER_SEC;
		else
			dns_cache_flush(fuzz.cache);
		fuzz_check(dns_cache_counters(fuzz.cache)->bytes <=
			   DNS_CACHE_BYTES);
	}
	dns_cache_destroy(fuzz.cache);
	return 0;
}
