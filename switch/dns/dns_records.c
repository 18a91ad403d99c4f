// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dns_records.c - the records of a DNS message, one after the other
 *
 * How long a reply may be kept is decided by all of its records together, as it
 * is kept whole, chains of CNAMEs included (RFC 2181 5.2): the shortest TTL, of
 * a SOA in a "no" also its MINIMUM (RFC 2308 5). A "no" without SOA is not
 * kept, nor is a referral.
 */
#include "switch/dns/dns_records.h"

#include <string.h>

#include "core/bytes.h"
#include "core/util.h"
#include "switch/dns/dns_cache.h"
#include "switch/dns/dns_msg.h"

#define POINTER 0xc0
#define COUNT_ANSWER 6
#define COUNT_AUTHORITY 8
#define COUNT_ADDITIONAL 10
/* two names of a byte, five numbers */
#define SOA_MIN_LEN 22
/* RFC 2181 8: a TTL with the top bit set is 0 */
#define TTL_SIGN 0x80000000u

/* Steps over a name, be it compressed. */
static bool skip_name(struct dns_reader *r)
{
	while (r->at < r->len) {
		uint8_t label = r->data[r->at++];

		if (!label)
			return true;
		if ((label & POINTER) == POINTER) {
			r->at++;
			return r->at <= r->len;
		}
		if (label > DNS_LABEL_MAX || label > r->len - r->at)
			return false;
		r->at += label;
	}
	return false;
}

bool dns_read_record(struct dns_reader *r, struct dns_record *record)
{
	const uint8_t *p;

	record->start = r->at;
	record->is_root = r->at < r->len && !r->data[r->at];
	if (!skip_name(r) || r->len - r->at < DNS_RR_FIXED_LEN)
		return false;
	p = r->data + r->at;
	record->type = be16_load(p);
	record->class = be16_load(p + 2);
	record->ttl_at = r->at + 4;
	record->rdata_len = be16_load(p + 8);
	r->at += DNS_RR_FIXED_LEN;
	record->rdata_at = r->at;
	if (record->rdata_len > r->len - r->at)
		return false;
	r->at += record->rdata_len;
	return true;
}

/**
 * struct scan - a reply being decoded
 * @r:		where we are
 * @data:	the same message, to be changed
 * @reply:	filled
 * @type:	asked for
 * @is_found:	a record of that type is in the answer
 * @soa_s:	how long the SOA of a "no" lets it be kept
 * @has_soa:	there is one
 * @shortest_s:	TTL of all records
 */
struct scan {
	struct dns_reader r;
	uint8_t *data;
	struct dns_reply *reply;
	uint16_t type;
	bool is_found;
	bool has_soa;
	uint32_t shortest_s;
};

static uint32_t fair_ttl(uint32_t ttl_s)
{
	return ttl_s & TTL_SIGN ? 0 : MIN(ttl_s, DNS_CACHE_TTL_MAX_S);
}

static void scan_ttl(struct scan *scan, const struct dns_record *record,
		     unsigned section)
{
	uint8_t *at = scan->data + record->ttl_at;
	uint32_t ttl_s = fair_ttl(be32_load(at));

	if (section == COUNT_AUTHORITY && record->type == DNS_SOA &&
	    record->rdata_len >= SOA_MIN_LEN && !scan->is_found) {
		const uint8_t *end =
			scan->data + record->rdata_at + record->rdata_len;

		ttl_s = MIN(ttl_s, fair_ttl(be32_load(end - 4)));
		ttl_s = MIN(ttl_s, DNS_CACHE_NEGATIVE_MAX_S);
		scan->has_soa = true;
	}
	if (section == COUNT_ANSWER && record->type == scan->type)
		scan->is_found = true;
	be32_store(at, ttl_s);
	scan->shortest_s = MIN(scan->shortest_s, ttl_s);
}

/* @left: records of this section that come after the OPT, and are cut */
static void scan_opt(struct scan *scan, const struct dns_record *record,
		     unsigned section, unsigned left)
{
	unsigned count = be16_load(scan->data + section);

	scan->reply->has_opt = true;
	scan->reply->rcode |= (unsigned)scan->data[record->ttl_at] << 4;
	scan->reply->len = record->start;
	be16_store(scan->data + section, (uint16_t)(count - left));
}

/* false: malformed */
static bool scan_section(struct scan *scan, unsigned section)
{
	unsigned left = be16_load(scan->data + section);
	struct dns_record record;

	for (; left; left--) {
		if (!dns_read_record(&scan->r, &record))
			return false;
		if (record.type == DNS_OPT) {
			if (section != COUNT_ADDITIONAL || !record.is_root)
				return false;
			scan_opt(scan, &record, section, left);
			return true;
		}
		scan_ttl(scan, &record, section);
	}
	return true;
}

static uint32_t keep_s(const struct scan *scan)
{
	const struct dns_reply *reply = scan->reply;

	if (reply->flags & DNS_FLAG_TC)
		return 0;
	if (reply->rcode == DNS_SERVFAIL)
		return DNS_CACHE_FAILED_S;
	if (reply->is_negative ||
	    (reply->rcode == DNS_NOERROR && scan->is_found))
		return scan->shortest_s;
	return 0;
}

bool dns_reply_decode(uint8_t *data, size_t len, size_t question_len,
		      struct dns_reply *reply)
{
	struct scan scan = {
		.r = {data, len, DNS_HEADER_LEN + question_len},
		.data = data,
		.reply = reply,
		.shortest_s = DNS_CACHE_TTL_MAX_S,
	};

	*reply = (struct dns_reply){.flags = be16_load(data + 2)};
	reply->rcode = reply->flags & 0xf;
	scan.type = be16_load(data + scan.r.at - 4);
	if (!scan_section(&scan, COUNT_ANSWER) ||
	    !scan_section(&scan, COUNT_AUTHORITY) ||
	    !scan_section(&scan, COUNT_ADDITIONAL))
		return false;
	if (!reply->has_opt)
		reply->len = scan.r.at;
	reply->is_negative = scan.has_soa &&
			     (reply->rcode == DNS_NXDOMAIN ||
			      (reply->rcode == DNS_NOERROR && !scan.is_found));
	reply->ttl_s = keep_s(&scan);
	return true;
}

void dns_reply_age(uint8_t *data, size_t len, size_t question_len,
		   uint32_t elapsed_s)
{
	struct dns_reader r = {data, len, DNS_HEADER_LEN + question_len};
	struct dns_record record;

	while (r.at < r.len && dns_read_record(&r, &record)) {
		uint8_t *at = data + record.ttl_at;
		uint32_t ttl_s = be32_load(at);

		be32_store(at, ttl_s - MIN(ttl_s, elapsed_s));
	}
}
