// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dns_msg.c - DNS queries read, responses written
 */
#include "switch/dns/dns_msg.h"

#include <string.h>

#include "core/ascii.h"
#include "core/bytes.h"
#include "core/util.h"
#include "switch/dns/dns_records.h"

#define OPT_DO 0x8000

/* The question's name, which follows the header, as a compressed name. */
#define NAME_OF_QUESTION 0xc00c
/* Options that are from hop to hop: RFC 7873, 7828, 7830 */
#define OPTION_COOKIE 10
#define OPTION_KEEPALIVE 11
#define OPTION_PADDING 12
#define OPTION_HEAD_LEN 4

static_assert(DNS_OPT_LEN == 1 + DNS_RR_FIXED_LEN, "the root owns it");

/* Dots and odd bytes within labels can't be in our names: '?' matches none. */
static char name_char(uint8_t c)
{
	if (ascii_is_alnum(c) || c == '-' || c == '_')
		return ascii_lower(c);
	return '?';
}

static bool read_name(struct dns_reader *r, char *name)
{
	size_t start = r->at, out = 0;

	while (r->at < r->len && r->data[r->at]) {
		uint8_t label = r->data[r->at++];

		if (label > DNS_LABEL_MAX || label > r->len - r->at ||
		    r->at + label - start > DNS_WIRE_NAME_MAX - 1)
			return false;
		if (out)
			name[out++] = '.';
		while (label--)
			name[out++] = name_char(r->data[r->at++]);
	}
	if (r->at == r->len)
		return false;
	r->at++;
	name[out] = '\0';
	return true;
}

static bool is_from_hop_to_hop(unsigned option)
{
	return option == OPTION_COOKIE || option == OPTION_KEEPALIVE ||
	       option == OPTION_PADDING;
}

static bool are_options_plain(const uint8_t *p, size_t len)
{
	while (len >= OPTION_HEAD_LEN) {
		size_t part = OPTION_HEAD_LEN + (size_t)be16_load(p + 2);

		if (part > len || !is_from_hop_to_hop(be16_load(p)))
			return false;
		p += part;
		len -= part;
	}
	return !len;
}

static bool read_record(struct dns_reader *r, struct dns_query *query,
			bool additional)
{
	struct dns_record record;
	const uint8_t *p;

	if (!dns_read_record(r, &record))
		return false;
	if (record.type != DNS_OPT) {
		query->is_plain = false;
		return true;
	}
	if (query->has_opt || !record.is_root || !additional)
		return false; /* RFC 6891 6.1.1 */
	p = r->data + record.ttl_at;
	query->has_opt = true;
	query->udp_size = record.class;
	query->opt_version = p[1];
	query->opt_do = be16_load(p + 2) & OPT_DO;
	if ((be16_load(p + 2) & ~OPT_DO) || query->opt_version ||
	    !are_options_plain(r->data + record.rdata_at, record.rdata_len))
		query->is_plain = false;
	return true;
}

static bool read_records(struct dns_reader *r, struct dns_query *query)
{
	/* answers in a query make no sense; authority is for IXFR */
	unsigned authority = be16_load(r->data + 8);
	unsigned additional = be16_load(r->data + 10);

	if (be16_load(r->data + 6))
		return false;
	while (authority--) {
		if (!read_record(r, query, false))
			return false;
	}
	while (additional--) {
		if (!read_record(r, query, true))
			return false;
	}
	return r->at == r->len;
}

/* Types that are records of a zone, rather than what is done with one. */
static bool is_data(uint16_t type)
{
	return type && type != DNS_OPT &&
	       (type < DNS_FIRST_META || type > DNS_ANY);
}

enum dns_verdict dns_query_decode(const uint8_t *data, size_t len,
				  struct dns_query *query,
				  enum dns_rcode *rcode)
{
	struct dns_reader r = {data, len, DNS_HEADER_LEN};

	memset(query, 0, sizeof(*query));
	if (len < DNS_HEADER_LEN)
		return DNS_IGNORE;
	query->id = be16_load(data);
	query->flags = be16_load(data + 2);
	if (query->flags & DNS_FLAG_QR)
		return DNS_IGNORE;
	*rcode = DNS_NOTIMP;
	if (query->flags & DNS_FLAG_OPCODE)
		return DNS_REJECT;
	*rcode = DNS_FORMERR;
	if (be16_load(data + 4) != 1 || !read_name(&r, query->name) ||
	    r.len - r.at < 4)
		return DNS_REJECT;
	query->type = be16_load(data + r.at);
	query->class = be16_load(data + r.at + 2);
	r.at += 4;
	query->question_len = (uint16_t)(r.at - DNS_HEADER_LEN);
	query->is_plain = query->class == DNS_CLASS_IN &&
			  is_data(query->type) && !(query->flags & DNS_FLAG_Z);
	if (!read_records(&r, query))
		return DNS_REJECT;
	query->udp_offer = MAX(query->udp_size, DNS_UDP_MIN);
	query->udp_size = MIN(query->udp_offer, DNS_UDP_MAX);
	return DNS_ANSWER;
}

void dns_write_begin(struct dns_writer *w, uint8_t *data, size_t size,
		     const uint8_t *message, const struct dns_query *query)
{
	memset(data, 0, DNS_HEADER_LEN);
	be16_store(data + 4, 1);
	memcpy(data + DNS_HEADER_LEN, message + DNS_HEADER_LEN,
	       query->question_len);
	w->data = data;
	w->len = DNS_HEADER_LEN + query->question_len;
	w->limit = size - (query->has_opt ? DNS_OPT_LEN : 0);
	w->full = false;
}

static void count_record(struct dns_writer *w, unsigned section)
{
	uint8_t *count = w->data + section;

	be16_store(count, (uint16_t)(be16_load(count) + 1));
}

#define SECTION_ANSWER 6
#define SECTION_AUTHORITY 8
#define SECTION_ADDITIONAL 10

/* Owner, type, class, TTL and length of a record whose data comes next. */
static bool put_head(struct dns_writer *w, size_t owner_len, uint16_t type,
		     uint32_t ttl_s, size_t rdata_len)
{
	uint8_t *p = w->data + w->len + owner_len;

	if (w->len + owner_len + DNS_RR_FIXED_LEN + rdata_len > w->limit) {
		w->full = true;
		return false;
	}
	be16_store(p, type);
	be16_store(p + 2, DNS_CLASS_IN);
	be32_store(p + 4, ttl_s);
	be16_store(p + 8, (uint16_t)rdata_len);
	return true;
}

/* @name is ours, so its labels are in order; returns bytes on the wire */
static size_t encode_name(uint8_t *p, const char *name)
{
	uint8_t *start = p;

	while (*name) {
		size_t label = strcspn(name, ".");

		*p++ = (uint8_t)label;
		memcpy(p, name, label);
		p += label;
		name += label;
		name += *name == '.';
	}
	*p++ = 0;
	return (size_t)(p - start);
}

void dns_put_record(struct dns_writer *w, const char *owner, uint16_t type,
		    uint32_t ttl_s, const void *data, size_t len)
{
	uint8_t wire[DNS_WIRE_NAME_MAX + 1];
	size_t owner_len = 2;

	be16_store(wire, NAME_OF_QUESTION);
	if (owner)
		owner_len = encode_name(wire, owner);
	if (!put_head(w, owner_len, type, ttl_s, len))
		return;
	memcpy(w->data + w->len, wire, owner_len);
	w->len += owner_len + DNS_RR_FIXED_LEN;
	memcpy(w->data + w->len, data, len);
	w->len += len;
	count_record(w, SECTION_ANSWER);
}

void dns_put_a(struct dns_writer *w, const char *owner, uint32_t address,
	       uint32_t ttl_s)
{
	uint8_t data[4];

	be32_store(data, address);
	dns_put_record(w, owner, DNS_A, ttl_s, data, sizeof(data));
}

void dns_put_name(struct dns_writer *w, const char *owner, uint16_t type,
		  const char *name, uint32_t ttl_s)
{
	uint8_t wire[DNS_WIRE_NAME_MAX + 1];
	size_t len = encode_name(wire, name);

	dns_put_record(w, owner, type, ttl_s, wire, len);
}

void dns_put_soa(struct dns_writer *w, bool as_answer, const char *zone,
		 uint32_t ttl_s)
{
	static const char hostmaster[] = "\012hostmaster";
	const size_t mailbox = sizeof(hostmaster) - 1;
	uint8_t wire[DNS_WIRE_NAME_MAX + 1];
	size_t len = encode_name(wire, zone);
	uint8_t *p;

	if (!put_head(w, len, DNS_SOA, ttl_s, 2 * len + mailbox + 20))
		return;
	p = w->data + w->len;
	memcpy(p, wire, len);
	p += len + DNS_RR_FIXED_LEN;
	memcpy(p, wire, len); /* MNAME: we don't have a name of our own */
	p += len;
	memcpy(p, hostmaster, mailbox);
	memcpy(p + mailbox, wire, len);
	p += mailbox + len;
	be32_store(p, 1);          /* SERIAL */
	be32_store(p + 4, 3600);   /* REFRESH */
	be32_store(p + 8, 600);    /* RETRY */
	be32_store(p + 12, 86400); /* EXPIRE */
	be32_store(p + 16, ttl_s); /* MINIMUM */
	w->len = (size_t)(p + 20 - w->data);
	count_record(w, as_answer ? SECTION_ANSWER : SECTION_AUTHORITY);
}

size_t dns_put_opt(uint8_t *data, size_t len, bool opt_do, unsigned rcode)
{
	uint8_t *count = data + SECTION_ADDITIONAL;
	uint8_t *p = data + len;

	memset(p, 0, DNS_OPT_LEN);
	be16_store(p + 1, DNS_OPT);
	be16_store(p + 3, DNS_UDP_MAX);
	p[5] = (uint8_t)(rcode >> 4);
	be16_store(p + 7, opt_do ? OPT_DO : 0);
	be16_store(count, (uint16_t)(be16_load(count) + 1));
	return len + DNS_OPT_LEN;
}

static uint16_t response_flags(const struct dns_query *query,
			       enum dns_rcode rcode)
{
	unsigned echoed =
		query->flags & (DNS_FLAG_OPCODE | DNS_FLAG_RD | DNS_FLAG_CD);

	return (uint16_t)(DNS_FLAG_QR | echoed | (rcode & 0xfu));
}

size_t dns_write_end(struct dns_writer *w, const struct dns_query *query,
		     enum dns_rcode rcode, bool authoritative)
{
	unsigned flags = response_flags(query, rcode);

	if (authoritative)
		flags |= DNS_FLAG_AA;
	if (w->full)
		flags |= DNS_FLAG_TC;
	if (query->has_opt)
		w->len = dns_put_opt(w->data, w->len, query->opt_do, rcode);
	be16_store(w->data, query->id);
	be16_store(w->data + 2, (uint16_t)flags);
	return w->len;
}

size_t dns_write_error(uint8_t *data, const struct dns_query *query,
		       enum dns_rcode rcode)
{
	memset(data, 0, DNS_HEADER_LEN);
	be16_store(data, query->id);
	be16_store(data + 2, response_flags(query, rcode));
	return DNS_HEADER_LEN;
}

/* Lengths of labels are below any letter, so all bytes may be folded. */
static enum dns_match match_question(const uint8_t *a, const uint8_t *b,
				     size_t len)
{
	size_t i, fixed = len - 4; /* type and class */

	if (!memcmp(a, b, len))
		return DNS_MATCH;
	for (i = 0; i < fixed; i++) {
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return DNS_MATCH_NO;
	}
	return memcmp(a + fixed, b + fixed, 4) ? DNS_MATCH_NO
					       : DNS_MATCH_BUT_CASE;
}

enum dns_match dns_match_reply(const uint8_t *reply, size_t len,
			       const uint8_t *query, size_t question_len)
{
	unsigned flags;

	if (len < DNS_HEADER_LEN || memcmp(reply, query, 2))
		return DNS_MATCH_NO;
	flags = be16_load(reply + 2);
	if (!(flags & DNS_FLAG_QR) || (flags & DNS_FLAG_OPCODE))
		return DNS_MATCH_NO;
	if (len == DNS_HEADER_LEN)
		return !be16_load(reply + 4) && (flags & 0xf) ? DNS_MATCH
							      : DNS_MATCH_NO;
	if (be16_load(reply + 4) != 1 || len < DNS_HEADER_LEN + question_len)
		return DNS_MATCH_NO;
	return match_question(reply + DNS_HEADER_LEN, query + DNS_HEADER_LEN,
			      question_len);
}
