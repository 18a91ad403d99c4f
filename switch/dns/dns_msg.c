// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dns_msg.c - DNS queries read, responses written
 */
#include "switch/dns/dns_msg.h"

#include <string.h>

#include "core/ascii.h"
#include "core/bytes.h"
#include "core/util.h"

#define FLAG_QR 0x8000
#define FLAG_OPCODE 0x7800
#define FLAG_AA 0x0400
#define FLAG_TC 0x0200
#define FLAG_RD 0x0100
#define FLAG_CD 0x0010
#define OPT_DO 0x8000

#define LABEL_MAX 63
#define WIRE_NAME_MAX 255
#define POINTER 0xc0
/* The question's name, which follows the header, as a compressed name. */
#define NAME_OF_QUESTION 0xc00c
/* type, class, TTL, length of data */
#define RR_FIXED_LEN 10
#define OPT_LEN (1 + RR_FIXED_LEN)

/**
 * struct reader - a message being read
 * @data:	the message
 * @len:	bytes of it
 * @at:		next byte, at most @len
 */
struct reader {
	const uint8_t *data;
	size_t len;
	size_t at;
};

/* Dots and odd bytes within labels can't be in our names: '?' matches none. */
static char name_char(uint8_t c)
{
	if (ascii_is_alnum(c) || c == '-' || c == '_')
		return ascii_lower(c);
	return '?';
}

static bool read_name(struct reader *r, char *name)
{
	size_t start = r->at, out = 0;

	while (r->at < r->len && r->data[r->at]) {
		uint8_t label = r->data[r->at++];

		if (label > LABEL_MAX || label > r->len - r->at ||
		    r->at + label - start > WIRE_NAME_MAX - 1)
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

/* Steps over a name, be it compressed; @is_root tells whether it is "." */
static bool skip_name(struct reader *r, bool *is_root)
{
	*is_root = r->at < r->len && !r->data[r->at];
	while (r->at < r->len) {
		uint8_t label = r->data[r->at++];

		if (!label)
			return true;
		if ((label & POINTER) == POINTER) {
			r->at++;
			return r->at <= r->len;
		}
		if (label > LABEL_MAX || label > r->len - r->at)
			return false;
		r->at += label;
	}
	return false;
}

static bool read_record(struct reader *r, struct dns_query *query,
			bool additional)
{
	size_t rdata_len;
	const uint8_t *p;
	bool is_root;

	if (!skip_name(r, &is_root) || r->len - r->at < RR_FIXED_LEN)
		return false;
	p = r->data + r->at;
	rdata_len = be16_load(p + 8);
	r->at += RR_FIXED_LEN;
	if (rdata_len > r->len - r->at)
		return false;
	r->at += rdata_len;
	if (be16_load(p) != DNS_OPT)
		return true;
	if (query->has_opt || !is_root || !additional)
		return false; /* RFC 6891 6.1.1 */
	query->has_opt = true;
	query->udp_size = be16_load(p + 2);
	query->opt_version = p[5];
	query->opt_do = be16_load(p + 6) & OPT_DO;
	return true;
}

static bool read_records(struct reader *r, struct dns_query *query)
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

enum dns_verdict dns_query_decode(const uint8_t *data, size_t len,
				  struct dns_query *query,
				  enum dns_rcode *rcode)
{
	struct reader r = {.data = data, .len = len, .at = DNS_HEADER_LEN};

	memset(query, 0, sizeof(*query));
	if (len < DNS_HEADER_LEN)
		return DNS_IGNORE;
	query->id = be16_load(data);
	query->flags = be16_load(data + 2);
	if (query->flags & FLAG_QR)
		return DNS_IGNORE;
	*rcode = DNS_NOTIMP;
	if (query->flags & FLAG_OPCODE)
		return DNS_REJECT;
	*rcode = DNS_FORMERR;
	if (be16_load(data + 4) != 1 || !read_name(&r, query->name) ||
	    r.len - r.at < 4)
		return DNS_REJECT;
	query->type = be16_load(data + r.at);
	query->class = be16_load(data + r.at + 2);
	r.at += 4;
	query->question_len = (uint16_t)(r.at - DNS_HEADER_LEN);
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
	w->limit = size - (query->has_opt ? OPT_LEN : 0);
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

	if (w->len + owner_len + RR_FIXED_LEN + rdata_len > w->limit) {
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

void dns_put_a(struct dns_writer *w, uint32_t address, uint32_t ttl_s)
{
	if (!put_head(w, 2, DNS_A, ttl_s, 4))
		return;
	be16_store(w->data + w->len, NAME_OF_QUESTION);
	w->len += 2 + RR_FIXED_LEN;
	be32_store(w->data + w->len, address);
	w->len += 4;
	count_record(w, SECTION_ANSWER);
}

void dns_put_ptr(struct dns_writer *w, const char *name, uint32_t ttl_s)
{
	uint8_t wire[WIRE_NAME_MAX + 1];
	size_t len = encode_name(wire, name);

	if (!put_head(w, 2, DNS_PTR, ttl_s, len))
		return;
	be16_store(w->data + w->len, NAME_OF_QUESTION);
	w->len += 2 + RR_FIXED_LEN;
	memcpy(w->data + w->len, wire, len);
	w->len += len;
	count_record(w, SECTION_ANSWER);
}

void dns_put_soa(struct dns_writer *w, bool as_answer, const char *zone,
		 uint32_t ttl_s)
{
	static const char hostmaster[] = "\012hostmaster";
	const size_t mailbox = sizeof(hostmaster) - 1;
	uint8_t wire[WIRE_NAME_MAX + 1];
	size_t len = encode_name(wire, zone);
	uint8_t *p;

	if (!put_head(w, len, DNS_SOA, ttl_s, 2 * len + mailbox + 20))
		return;
	p = w->data + w->len;
	memcpy(p, wire, len);
	p += len + RR_FIXED_LEN;
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

static void put_opt(struct dns_writer *w, const struct dns_query *query,
		    enum dns_rcode rcode)
{
	uint8_t *p = w->data + w->len;

	memset(p, 0, OPT_LEN);
	be16_store(p + 1, DNS_OPT);
	be16_store(p + 3, DNS_UDP_MAX);
	p[5] = (uint8_t)((unsigned)rcode >> 4);
	be16_store(p + 7, query->opt_do ? OPT_DO : 0);
	w->len += OPT_LEN;
	count_record(w, SECTION_ADDITIONAL);
}

static uint16_t response_flags(const struct dns_query *query,
			       enum dns_rcode rcode)
{
	unsigned echoed = query->flags & (FLAG_OPCODE | FLAG_RD | FLAG_CD);

	return (uint16_t)(FLAG_QR | echoed | (rcode & 0xfu));
}

size_t dns_write_end(struct dns_writer *w, const struct dns_query *query,
		     enum dns_rcode rcode, bool authoritative)
{
	unsigned flags = response_flags(query, rcode);

	if (authoritative)
		flags |= FLAG_AA;
	if (w->full)
		flags |= FLAG_TC;
	if (query->has_opt)
		put_opt(w, query, rcode);
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

size_t dns_write_failure(uint8_t *data, const uint8_t *message, size_t len,
			 enum dns_rcode rcode, bool truncated)
{
	enum dns_rcode ignored;
	struct dns_query query;
	struct dns_writer w;

	if (dns_query_decode(message, len, &query, &ignored) != DNS_ANSWER)
		return 0;
	dns_write_begin(&w, data, DNS_UDP_MIN, message, &query);
	w.full = truncated;
	return dns_write_end(&w, &query, rcode, false);
}

/* Lengths of labels are below any letter, so all bytes may be folded. */
static bool is_same_question(const uint8_t *a, const uint8_t *b, size_t len)
{
	size_t i, fixed = len - 4; /* type and class */

	for (i = 0; i < fixed; i++) {
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	}
	return memcmp(a + fixed, b + fixed, 4) == 0;
}

bool dns_is_reply_to(const uint8_t *reply, size_t len, const uint8_t *query,
		     size_t question_len)
{
	unsigned flags;

	if (len < DNS_HEADER_LEN || memcmp(reply, query, 2))
		return false;
	flags = be16_load(reply + 2);
	if (!(flags & FLAG_QR) || (flags & FLAG_OPCODE))
		return false;
	if (len == DNS_HEADER_LEN)
		return !be16_load(reply + 4) && (flags & 0xf);
	return be16_load(reply + 4) == 1 &&
	       len >= DNS_HEADER_LEN + question_len &&
	       is_same_question(reply + DNS_HEADER_LEN, query + DNS_HEADER_LEN,
				question_len);
}
