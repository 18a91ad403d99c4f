// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dns_cache.c - what is kept, for how long, and what makes room
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <string.h>

#include "core/bytes.h"
#include "core/util.h"
#include "switch/dns/dns_cache.h"

#define CNAME 5
#define NS 2

/**
 * struct fixture - a cache and a reply that is made for it
 * @fake:	the time
 * @cache:	under test
 * @key:	of the question
 * @message:	the reply
 * @len:	bytes of it
 * @question_len: of these, behind the header
 * @reply:	decoded
 * @got:	from the cache
 * @got_len:	bytes of it
 */
struct fixture {
	struct fake_clock fake;
	struct dns_cache *cache;
	struct dns_key key;
	uint8_t message[4096];
	size_t len;
	size_t question_len;
	struct dns_reply reply;
	uint8_t got[4096];
	size_t got_len;
};

static int setup(void **state)
{
	static const struct siphash_key secret = {{1, 2}};
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	fake_clock_init(&f.fake, 1000 * NSEC_PER_SEC);
	f.cache = dns_cache_create(&f.fake.clock, &secret, NULL);
	assert_non_null(f.cache);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	dns_cache_destroy(f->cache);
	return 0;
}

/* f->message becomes a reply without records to a question of @type. */
static void begin(struct fixture *f, const char *label, uint16_t type,
		  uint16_t flags)
{
	uint8_t *p = f->message + DNS_HEADER_LEN;
	struct dns_query query;
	enum dns_rcode rcode;
	size_t len = strlen(label);

	memset(f->message, 0, sizeof(f->message));
	be16_store(f->message + 2, flags & ~DNS_FLAG_QR);
	be16_store(f->message + 4, 1);
	*p++ = (uint8_t)len;
	memcpy(p, label, len);
	p += len + 1;
	be16_store(p, type);
	be16_store(p + 2, DNS_CLASS_IN);
	f->len = (size_t)(p + 4 - f->message);
	f->question_len = f->len - DNS_HEADER_LEN;
	assert_int_equal(dns_query_decode(f->message, f->len, &query, &rcode),
			 DNS_ANSWER);
	dns_key_set(&f->key, f->message, &query);
	be16_store(f->message + 2, flags | DNS_FLAG_QR);
}

/* @section: place of its count: 6 answer, 8 authority, 10 additional */
static void add(struct fixture *f, unsigned section, uint16_t type,
		uint32_t ttl_s, uint16_t rdata_len)
{
	uint8_t *p = f->message + f->len;

	be16_store(p, 0xc00c);
	be16_store(p + 2, type);
	be16_store(p + 4, DNS_CLASS_IN);
	be32_store(p + 6, ttl_s);
	be16_store(p + 10, rdata_len);
	f->len += 12u + rdata_len;
	be16_store(f->message + section,
		   (uint16_t)(be16_load(f->message + section) + 1));
}

static void add_soa(struct fixture *f, uint32_t ttl_s, uint32_t minimum_s)
{
	add(f, 8, DNS_SOA, ttl_s, 22);
	be32_store(f->message + f->len - 4, minimum_s);
}

/* Decodes f->message and keeps it. */
static void keep(struct fixture *f)
{
	assert_true(dns_reply_decode(f->message, f->len, f->question_len,
				     &f->reply));
	dns_cache_insert(f->cache, &f->key, f->message, &f->reply);
}

static bool find(struct fixture *f)
{
	f->got_len =
		dns_cache_lookup(f->cache, &f->key, f->got, sizeof(f->got));
	return f->got_len != 0;
}

static void pass(struct fixture *f, uint64_t s)
{
	f->fake.ns += s * NSEC_PER_SEC;
}

static const struct dns_cache_counters *counters(const struct fixture *f)
{
	return dns_cache_counters(f->cache);
}

static void ttl_counts_down_and_ends(void **state)
{
	struct fixture *f = *state;
	size_t ttl_at;

	begin(f, "www", DNS_A, DNS_FLAG_RD);
	ttl_at = f->len + 6;
	add(f, 6, DNS_A, 60, 4);
	keep(f);
	assert_int_equal(f->reply.ttl_s, 60);
	pass(f, 59);
	assert_true(find(f));
	assert_int_equal(f->got_len, f->len);
	assert_int_equal(be32_load(f->got + ttl_at), 1);
	pass(f, 1);
	assert_false(find(f));
	assert_int_equal(counters(f)->hits, 1);
	assert_int_equal(counters(f)->misses, 1);
	assert_int_equal(counters(f)->expired, 1);
	assert_int_equal(counters(f)->entries, 0);
	assert_int_equal(counters(f)->bytes, 0);
}

static void chain_of_cnames_lives_as_long_as_its_shortest(void **state)
{
	struct fixture *f = *state;

	begin(f, "www", DNS_A, 0);
	add(f, 6, CNAME, 300, 4);
	add(f, 6, CNAME, 20, 4);
	add(f, 6, DNS_A, 60, 4);
	keep(f);
	pass(f, 19);
	assert_true(find(f));
	assert_int_equal(f->got_len, f->len);
	pass(f, 1);
	assert_false(find(f));
	/* a chain that leads nowhere, as yet */
	begin(f, "www", DNS_A, 0);
	add(f, 6, CNAME, 300, 4);
	keep(f);
	assert_false(find(f));
	assert_int_equal(counters(f)->not_kept, 1);
}

static void no_is_kept_as_long_as_its_soa_says(void **state)
{
	struct fixture *f = *state;

	begin(f, "none", DNS_A, DNS_NXDOMAIN);
	add_soa(f, 600, 30);
	keep(f);
	assert_true(f->reply.is_negative);
	assert_true(find(f));
	assert_int_equal(be32_load(f->got + f->got_len - 22 - 6), 30);
	assert_int_equal(counters(f)->negative, 1);
	pass(f, 30);
	assert_false(find(f));
	begin(f, "none", DNS_A, DNS_NOERROR); /* no such record */
	add_soa(f, 10, 900);
	keep(f);
	pass(f, 9);
	assert_true(find(f));
	pass(f, 1);
	assert_false(find(f));
	begin(f, "none", DNS_A, DNS_NXDOMAIN);
	add_soa(f, 86400, 86400);
	keep(f);
	pass(f, DNS_CACHE_NEGATIVE_MAX_S);
	assert_false(find(f));
}

static void no_without_soa_and_referrals_are_not_kept(void **state)
{
	struct fixture *f = *state;

	begin(f, "a", DNS_A, DNS_NXDOMAIN);
	keep(f);
	assert_false(find(f));
	begin(f, "a", DNS_A, DNS_NOERROR);
	add(f, 8, NS, 3600, 4);
	keep(f);
	assert_false(find(f));
	begin(f, "a", DNS_A, DNS_REFUSED);
	add_soa(f, 60, 60);
	keep(f);
	assert_false(find(f));
	begin(f, "a", DNS_A, DNS_FLAG_TC);
	add(f, 6, DNS_A, 60, 4);
	keep(f);
	assert_false(find(f));
	begin(f, "a", DNS_A, 0);
	add(f, 6, DNS_A, 0, 4);
	keep(f);
	assert_false(find(f));
	assert_int_equal(counters(f)->not_kept, 5);
	begin(f, "a", DNS_A, DNS_SERVFAIL);
	keep(f);
	assert_true(find(f));
	pass(f, DNS_CACHE_FAILED_S);
	assert_false(find(f));
}

static void ttls_are_capped(void **state)
{
	struct fixture *f = *state;

	begin(f, "a", DNS_A, 0);
	add(f, 6, DNS_A, 10 * DNS_CACHE_TTL_MAX_S, 4);
	keep(f);
	assert_true(find(f));
	assert_int_equal(be32_load(f->got + f->got_len - 10),
			 DNS_CACHE_TTL_MAX_S);
	pass(f, DNS_CACHE_TTL_MAX_S);
	assert_false(find(f));
	begin(f, "a", DNS_A, 0);
	add(f, 6, DNS_A, UINT32_MAX, 4); /* RFC 2181 8: that is 0 */
	keep(f);
	assert_false(find(f));
}

static void key_is_the_question_and_what_changes_its_answer(void **state)
{
	static const uint16_t others[] = {DNS_FLAG_CD, DNS_FLAG_AD, 0};
	struct dns_query signed_too = {.flags = DNS_FLAG_RD, .opt_do = true};
	struct fixture *f = *state;
	unsigned i;

	begin(f, "WWW", DNS_A, DNS_FLAG_RD);
	add(f, 6, DNS_A, 60, 4);
	keep(f);
	begin(f, "wWw", DNS_A, DNS_FLAG_RD);
	assert_true(find(f));
	assert_memory_equal(f->got + DNS_HEADER_LEN, "\3www", 4);
	begin(f, "www", DNS_PTR, DNS_FLAG_RD);
	assert_false(find(f));
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		begin(f, "www", DNS_A, others[i]);
		assert_false(find(f));
	}
	begin(f, "www", DNS_A, DNS_FLAG_RD);
	signed_too.question_len = (uint16_t)f->question_len;
	dns_key_set(&f->key, f->message, &signed_too);
	assert_false(find(f));
}

static void later_reply_takes_the_place_of_the_older(void **state)
{
	struct fixture *f = *state;

	begin(f, "www", DNS_A, 0);
	add(f, 6, DNS_A, 60, 4);
	keep(f);
	begin(f, "www", DNS_A, 0);
	add(f, 6, DNS_A, 90, 4);
	add(f, 6, DNS_A, 90, 4);
	keep(f);
	assert_int_equal(counters(f)->entries, 1);
	assert_true(find(f));
	assert_int_equal(f->got_len, f->len);
	begin(f, "www", DNS_A, 0); /* and one that can't be kept ends it */
	add(f, 6, DNS_A, 0, 4);
	keep(f);
	assert_false(find(f));
}

static void longest_unused_makes_room(void **state)
{
	struct fixture *f = *state;
	char label[16];
	unsigned i;

	for (i = 0; i < DNS_CACHE_ENTRIES + 10; i++) {
		snprintf(label, sizeof(label), "n%u", i);
		begin(f, label, DNS_A, 0);
		add(f, 6, DNS_A, 60, 4);
		keep(f);
		begin(f, "n0", DNS_A, 0);
		assert_true(find(f));
	}
	assert_int_equal(counters(f)->entries, DNS_CACHE_ENTRIES);
	assert_int_equal(counters(f)->evicted, 10);
	begin(f, "n1", DNS_A, 0);
	assert_false(find(f));
	begin(f, "n11", DNS_A, 0);
	assert_true(find(f));
	pass(f, 60);
	begin(f, "more", DNS_A, 0);
	add(f, 6, DNS_A, 60, 4);
	keep(f);
	assert_int_equal(counters(f)->evicted, 10);
	assert_int_equal(counters(f)->expired, 1);
	dns_cache_flush(f->cache);
	assert_int_equal(counters(f)->entries, 0);
	assert_int_equal(counters(f)->bytes, 0);
}

static void memory_is_bounded_by_bytes_too(void **state)
{
	struct fixture *f = *state;
	char label[16];
	unsigned i;

	for (i = 0; i < 2 * DNS_CACHE_BYTES / 3000; i++) {
		snprintf(label, sizeof(label), "n%u", i);
		begin(f, label, DNS_A, 0);
		add(f, 6, DNS_A, 60, 3000);
		keep(f);
		assert_true(counters(f)->bytes <= DNS_CACHE_BYTES);
	}
	assert_true(counters(f)->evicted > 0);
	assert_true(counters(f)->bytes > DNS_CACHE_BYTES - 4000);
}

static void opt_and_what_follows_it_are_cut(void **state)
{
	struct fixture *f = *state;
	size_t len;

	begin(f, "www", DNS_A, 0);
	add(f, 6, DNS_A, 60, 4);
	add(f, 10, DNS_A, 60, 4);
	len = f->len;
	f->len = dns_put_opt(f->message, f->len, true, 16);
	add(f, 10, DNS_A, 1, 4);
	assert_true(dns_reply_decode(f->message, f->len, f->question_len,
				     &f->reply));
	assert_true(f->reply.has_opt);
	assert_int_equal(f->reply.rcode, DNS_BADVERS);
	assert_int_equal(f->reply.len, len);
	assert_int_equal(be16_load(f->message + 10), 1);
	assert_int_equal(f->reply.ttl_s, 0);
}

static void malformed_replies_are_told(void **state)
{
	struct fixture *f = *state;
	size_t len;

	begin(f, "www", DNS_A, 0);
	add(f, 6, DNS_A, 60, 4);
	add_soa(f, 60, 60);
	for (len = DNS_HEADER_LEN + f->question_len; len < f->len; len++)
		assert_false(dns_reply_decode(f->message, len, f->question_len,
					      &f->reply));
	assert_true(dns_reply_decode(f->message, f->len + 9, f->question_len,
				     &f->reply));
	assert_int_equal(f->reply.len, f->len); /* and what trails is cut */
	be16_store(f->message + 6, UINT16_MAX);
	assert_false(dns_reply_decode(f->message, f->len, f->question_len,
				      &f->reply));
	begin(f, "www", DNS_A, 0);
	f->len = dns_put_opt(f->message, f->len, false, 0);
	be16_store(f->message + 6, 1); /* an OPT among the answers */
	be16_store(f->message + 10, 0);
	assert_false(dns_reply_decode(f->message, f->len, f->question_len,
				      &f->reply));
}

int main(void)
{
#define CACHE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CACHE_TEST(ttl_counts_down_and_ends),
		CACHE_TEST(chain_of_cnames_lives_as_long_as_its_shortest),
		CACHE_TEST(no_is_kept_as_long_as_its_soa_says),
		CACHE_TEST(no_without_soa_and_referrals_are_not_kept),
		CACHE_TEST(ttls_are_capped),
		CACHE_TEST(key_is_the_question_and_what_changes_its_answer),
		CACHE_TEST(later_reply_takes_the_place_of_the_older),
		CACHE_TEST(longest_unused_makes_room),
		CACHE_TEST(memory_is_bounded_by_bytes_too),
		CACHE_TEST(opt_and_what_follows_it_are_cut),
		CACHE_TEST(malformed_replies_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
