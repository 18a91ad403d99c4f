// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dns_server.c - answers for the nodes' names
 *
 * Theory of operation
 *
 * A query falls into one of five parts of the name space: a name of ours (NAME
 * or NAME.domain), the rest of our domain, an address of our subnet under
 * in-addr.arpa, the special names, and the world. We are authoritative for the
 * first three: what isn't there doesn't exist (NXDOMAIN), and what has no
 * record of the asked type says so (no records but SOA, RFC 2308 2.2). Special
 * are those that no DNS server may be asked for: localhost and invalid (RFC
 * 6761 6.3, 6.4), local (RFC 6762), onion (RFC 7686), and reverse zones of
 * private addresses (RFC 6303), unless the resolvers are said to know them;
 * test isn't, as a lab's resolver may well serve it. The world is left to
 * whoever forwards, or refused, since a wrong "no" would be cached.
 *
 * A record of the lab file makes its name ours, wherever it is.
 *
 * Limits: A, PTR and SOA, and what dns_static.h has; ANY gets all that a name
 * has (RFC 8482 4.1).
 */
#include "switch/dns/dns_server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ascii.h"
#include "core/bytes.h"
#include "core/util.h"
#include "switch/dns/dns_records.h"
#include "switch/dns/dns_zones.h"

/* CNAMEs that lead to one another, in one answer */
#define CHAIN_MAX 8
#define LOOPBACK UINT32_C(0x7f000001)
#define ARPA ".in-addr.arpa"
#define ZONE_SIZE (DNS_DOMAIN_SIZE + sizeof(ARPA))

/**
 * struct dns_server - one server
 * @settings:	domain in lower case
 * @names:	the present snapshot; NULL before the first
 * @counters:	for `weft show`
 * @reverse_zone: zone under in-addr.arpa that holds the subnet
 */
struct dns_server {
	struct dns_settings settings;
	struct dns_names *names;
	struct dns_counters counters;
	char reverse_zone[ZONE_SIZE];
};

/**
 * struct answer - a reply in the making
 * @w:		where it is written
 * @query:	what was asked
 */
struct answer {
	struct dns_writer w;
	const struct dns_query *query;
};

static size_t finish(struct dns_server *server, struct answer *answer,
		     enum dns_rcode rcode)
{
	server->counters.truncated += answer->w.full;
	return dns_write_end(&answer->w, answer->query, rcode,
			     rcode == DNS_NOERROR || rcode == DNS_NXDOMAIN);
}

static size_t refuse(struct dns_server *server, struct answer *answer)
{
	server->counters.refused++;
	return finish(server, answer, DNS_REFUSED);
}

/* "No", with the SOA of the zone that says it, if the zone has a name. */
static size_t deny(struct dns_server *server, struct answer *answer,
		   enum dns_rcode rcode, const char *zone)
{
	if (rcode == DNS_NXDOMAIN)
		server->counters.no_name++;
	else
		server->counters.no_data++;
	if (*zone)
		dns_put_soa(&answer->w, false, zone, DNS_TTL_S);
	return finish(server, answer, rcode);
}

/**
 * struct known - what we know of a name
 * @names:	addresses of nodes
 * @name_count:	entries
 * @records:	of the lab file
 * @record_count: entries
 */
struct known {
	const struct dns_name *names;
	size_t name_count;
	const struct dns_static *records;
	size_t record_count;
};

/* Length of the part of @name in front of ".domain"; 0: not in our domain. */
static size_t name_in_domain(const struct dns_server *server, const char *name)
{
	size_t domain = strlen(server->settings.domain), len = strlen(name);

	if (!domain || len < domain + 2 || name[len - domain - 1] != '.' ||
	    strcmp(name + len - domain, server->settings.domain))
		return 0;
	return len - domain - 1;
}

/* A name of one label is ours alone and below our domain. */
static bool look_up(const struct dns_server *server, const char *name,
		    struct known *known)
{
	size_t inside = name_in_domain(server, name), count;
	size_t len = inside ? inside : strlen(name);
	const struct dns_static *records;

	memset(known, 0, sizeof(*known));
	if (!server->names)
		return false;
	known->names =
		dns_names_lookup(server->names, name, len, &known->name_count);
	records = dns_names_records(server->names, &count);
	if (inside && memchr(name, '.', inside))
		len = strlen(name);
	known->records = dns_statics_lookup(records, count, name, len,
					    &known->record_count);
	return known->name_count || known->record_count;
}

/* The whole name of a record, or of what a CNAME leads to. */
static void complete(const struct dns_server *server, const char *name,
		     char *whole)
{
	const char *domain = server->settings.domain;
	bool alone = !strchr(name, '.') && *domain;

	snprintf(whole, DNS_NAME_SIZE, "%.*s%s%s",
		 alone ? DNS_LABEL_MAX : DNS_NAME_SIZE - 1, name,
		 alone ? "." : "", alone ? domain : "");
}

static bool is_asked(const struct answer *answer, uint16_t type)
{
	return answer->query->type == type || answer->query->type == DNS_ANY;
}

/* Records of the asked type; @owner as in dns_put_record(). */
static void put_known(struct dns_server *server, struct answer *answer,
		      const char *owner, const struct known *known)
{
	char target[DNS_NAME_SIZE];
	size_t i;

	for (i = 0; i < known->name_count && is_asked(answer, DNS_A); i++)
		dns_put_a(&answer->w, owner, known->names[i].address,
			  DNS_TTL_S);
	for (i = 0; i < known->record_count; i++) {
		const struct dns_static *record = &known->records[i];

		if (record->type == DNS_CNAME) {
			complete(server, (const char *)record->data, target);
			dns_put_name(&answer->w, owner, DNS_CNAME, target,
				     DNS_TTL_S);
		} else if (is_asked(answer, record->type)) {
			dns_put_record(&answer->w, owner, record->type,
				       DNS_TTL_S, record->data, record->len);
		}
	}
}

/* The name that a CNAME leads to goes to @target; false: it is none. */
static bool follow(const struct dns_server *server, const struct answer *answer,
		   const struct known *known, char *target)
{
	if (!known->record_count || known->records[0].type != DNS_CNAME ||
	    is_asked(answer, DNS_CNAME))
		return false;
	complete(server, (const char *)known->records[0].data, target);
	return true;
}

/* With all that the CNAMEs lead to, as clients don't follow them themselves. */
static size_t answer_known(struct dns_server *server, struct answer *answer,
			   const struct known *first)
{
	size_t before = answer->w.len;
	struct known known = *first;
	char target[DNS_NAME_SIZE];
	unsigned i;

	put_known(server, answer, NULL, &known);
	for (i = 0; i < CHAIN_MAX && follow(server, answer, &known, target);
	     i++) {
		if (!look_up(server, target, &known))
			break;
		put_known(server, answer, target, &known);
	}
	if (answer->w.len == before && !answer->w.full)
		return deny(server, answer, DNS_NOERROR,
			    server->settings.domain);
	server->counters.answers++;
	return finish(server, answer, DNS_NOERROR);
}

static size_t answer_apex(struct dns_server *server, struct answer *answer,
			  const char *zone)
{
	if (answer->query->type != DNS_SOA && answer->query->type != DNS_ANY)
		return deny(server, answer, DNS_NOERROR, zone);
	dns_put_soa(&answer->w, true, zone, DNS_TTL_S);
	server->counters.answers++;
	return finish(server, answer, DNS_NOERROR);
}

/* A node's, else that of a record. */
static const char *name_of(const struct dns_server *server, uint32_t address)
{
	const struct dns_static *records;
	const char *name;
	size_t count, i;

	if (!server->names)
		return NULL;
	name = dns_names_lookup_address(server->names, address);
	records = dns_names_records(server->names, &count);
	for (i = 0; i < count && !name; i++) {
		if (records[i].type == DNS_A &&
		    be32_load(records[i].data) == address)
			name = records[i].name;
	}
	return name;
}

static size_t answer_address(struct dns_server *server, struct answer *answer,
			     uint32_t address)
{
	const char *name = name_of(server, address);
	char text[DNS_NAME_SIZE];

	if (!name)
		return deny(server, answer, DNS_NXDOMAIN, server->reverse_zone);
	if (!is_asked(answer, DNS_PTR))
		return deny(server, answer, DNS_NOERROR, server->reverse_zone);
	complete(server, name, text);
	dns_put_name(&answer->w, NULL, DNS_PTR, text, DNS_TTL_S);
	server->counters.answers++;
	return finish(server, answer, DNS_NOERROR);
}

/* "11.0.30.10.in-addr.arpa", nothing else (RFC 1035 3.5). */
static bool parse_reverse(const char *name, uint32_t *address)
{
	char quad[IPV4_TEXT_SIZE];
	size_t len = strlen(name), tail = sizeof(ARPA) - 1;
	uint32_t backwards;

	if (len <= tail || len - tail >= sizeof(quad) ||
	    strcmp(name + len - tail, ARPA))
		return false;
	memcpy(quad, name, len - tail);
	quad[len - tail] = '\0';
	if (ipv4_parse(quad, &backwards))
		return false;
	*address = __builtin_bswap32(backwards);
	return true;
}

static size_t answer_localhost(struct dns_server *server, struct answer *answer)
{
	if (answer->query->type != DNS_A && answer->query->type != DNS_ANY)
		return deny(server, answer, DNS_NOERROR, "");
	dns_put_a(&answer->w, NULL, LOOPBACK, DNS_TTL_S);
	server->counters.answers++;
	return finish(server, answer, DNS_NOERROR);
}

static size_t answer_loopback(struct dns_server *server, struct answer *answer,
			      uint32_t address)
{
	if (address != LOOPBACK)
		return deny(server, answer, DNS_NXDOMAIN, "");
	if (answer->query->type != DNS_PTR && answer->query->type != DNS_ANY)
		return deny(server, answer, DNS_NOERROR, "");
	dns_put_name(&answer->w, NULL, DNS_PTR, "localhost", DNS_TTL_S);
	server->counters.answers++;
	return finish(server, answer, DNS_NOERROR);
}

/* RFC 6303 3: an empty zone */
static size_t answer_private(struct dns_server *server, struct answer *answer,
			     const char *zone)
{
	return zone == answer->query->name
		       ? answer_apex(server, answer, zone)
		       : deny(server, answer, DNS_NXDOMAIN, zone);
}

static size_t answer_world(struct dns_server *server, struct answer *answer)
{
	static const char *const nowhere[] = {"invalid", "local", "onion"};
	const char *name = answer->query->name, *zone;
	unsigned i;

	if (dns_is_below(name, "localhost"))
		return answer_localhost(server, answer);
	for (i = 0; i < ARRAY_SIZE(nowhere); i++) {
		if (dns_is_below(name, nowhere[i]))
			return deny(server, answer, DNS_NXDOMAIN, "");
	}
	zone = server->settings.forward_private ? NULL : dns_private_zone(name);
	if (zone)
		return answer_private(server, answer, zone);
	if (!server->settings.forwards)
		return refuse(server, answer);
	server->counters.foreign++;
	return DNS_FOREIGN;
}

static size_t answer_query(struct dns_server *server, struct answer *answer)
{
	const char *name = answer->query->name;
	struct known known;
	uint32_t address;

	if (answer->query->class != DNS_CLASS_IN)
		return answer_world(server, answer);
	if (look_up(server, name, &known))
		return answer_known(server, answer, &known);
	if (name_in_domain(server, name))
		return deny(server, answer, DNS_NXDOMAIN,
			    server->settings.domain);
	if (*name && !strcmp(name, server->settings.domain))
		return answer_apex(server, answer, server->settings.domain);
	if (!strcmp(name, server->reverse_zone))
		return answer_apex(server, answer, server->reverse_zone);
	if (!parse_reverse(name, &address))
		return answer_world(server, answer);
	if (ipv4_prefix_contains(&server->settings.subnet, address))
		return answer_address(server, answer, address);
	if (address >> 24 == LOOPBACK >> 24)
		return answer_loopback(server, answer, address);
	return answer_world(server, answer);
}

size_t dns_server_answer(struct dns_server *server,
			 enum dns_transport transport, const uint8_t *query,
			 size_t len, uint8_t *reply)
{
	enum dns_rcode rcode = DNS_NOERROR;
	struct dns_query decoded;
	struct answer answer;

	switch (dns_query_decode(query, len, &decoded, &rcode)) {
	case DNS_IGNORE:
		server->counters.ignored++;
		return 0;
	case DNS_REJECT:
		server->counters.rejected++;
		return dns_write_error(reply, &decoded, rcode);
	case DNS_ANSWER:
		break;
	}
	server->counters.queries++;
	answer.query = &decoded;
	dns_write_begin(&answer.w, reply,
			transport == DNS_OVER_TCP ? DNS_REPLY_MAX
						  : decoded.udp_size,
			query, &decoded);
	if (decoded.opt_version) {
		server->counters.rejected++;
		return finish(server, &answer, DNS_BADVERS);
	}
	return answer_query(server, &answer);
}

/* The longest zone of whole octets that holds the subnet. */
static void set_reverse_zone(struct dns_server *server)
{
	const struct ipv4_prefix *subnet = &server->settings.subnet;
	uint32_t a = subnet->addr;
	char *zone = server->reverse_zone;

	if (subnet->len >= 24)
		snprintf(zone, ZONE_SIZE, "%u.%u.%u" ARPA, a >> 8 & 0xff,
			 a >> 16 & 0xff, a >> 24);
	else if (subnet->len >= 16)
		snprintf(zone, ZONE_SIZE, "%u.%u" ARPA, a >> 16 & 0xff,
			 a >> 24);
	else if (subnet->len >= 8)
		snprintf(zone, ZONE_SIZE, "%u" ARPA, a >> 24);
	else
		snprintf(zone, ZONE_SIZE, "%s", &ARPA[1]);
}

struct dns_server *dns_server_create(const struct dns_settings *settings,
				     struct err *err)
{
	struct dns_server *server = calloc(1, sizeof(*server));
	char *c;

	if (!server) {
		err_set(err, -ENOMEM, "no memory for a DNS server");
		return NULL;
	}
	server->settings = *settings;
	for (c = server->settings.domain; *c; c++)
		*c = ascii_lower((uint8_t)*c);
	set_reverse_zone(server);
	return server;
}

void dns_server_destroy(struct dns_server *server)
{
	if (!server)
		return;
	dns_names_destroy(server->names);
	free(server);
}

void dns_server_set_names(struct dns_server *server, struct dns_names *names)
{
	dns_names_destroy(server->names);
	server->names = names;
}

const struct dns_counters *dns_server_counters(const struct dns_server *server)
{
	return &server->counters;
}
