// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dns_server_bed.c - a DNS server that is asked
 */
#include "unit/cmocka_wrap.h"

#include "unit/dns_server_bed.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/util.h"

struct dns_server_bed bed;

int setup(void **state)
{
	static const struct dns_name names[] = {
		{"web2", 0x0a14000c}, {"Web1", 0x0a14000b},
		{"web1", 0x0a1e000b}, {"alias", 0x0a14000b},
		{"bad.label", 1},     {"", 2},
	};
	const struct dns_settings settings = {.domain = "Office.lab",
					      .subnet = {0x0a140001, 24}};

	(void)state;
	bed.server = dns_server_create(&settings, NULL);
	dns_server_set_names(bed.server,
			     dns_names_create(names, ARRAY_SIZE(names)));
	return 0;
}

int teardown(void **state)
{
	(void)state;
	dns_server_destroy(bed.server);
	return 0;
}

void begin(const char *name, uint16_t type)
{
	uint8_t *p = bed.query + DNS_HEADER_LEN;

	memset(bed.query, 0, sizeof(bed.query));
	be16_store(bed.query, 0x1234);
	be16_store(bed.query + 2, 0x0100);
	be16_store(bed.query + 4, 1);
	while (*name) {
		size_t label = strcspn(name, ".");

		*p++ = (uint8_t)label;
		memcpy(p, name, label);
		p += label;
		name += label + (name[label] == '.');
	}
	p++;
	be16_store(p, type);
	be16_store(p + 2, DNS_CLASS_IN);
	bed.query_len = (size_t)(p + 4 - bed.query);
}

void add_opt(uint16_t size, uint8_t version)
{
	uint8_t *p = bed.query + bed.query_len;

	be16_store(p + 1, DNS_OPT);
	be16_store(p + 3, size);
	p[6] = version;
	be16_store(p + 7, 0x8000);
	bed.query_len += 11;
	be16_store(bed.query + 10, (uint16_t)(be16_load(bed.query + 10) + 1));
}

enum dns_rcode ask_over(enum dns_transport transport)
{
	uint8_t *exact = malloc(bed.query_len);

	assert_non_null(exact);
	memcpy(exact, bed.query, bed.query_len);
	bed.reply_len = dns_server_answer(bed.server, transport, exact,
					  bed.query_len, bed.reply);
	free(exact);
	assert_true(bed.reply_len >= DNS_HEADER_LEN);
	assert_int_equal(be16_load(bed.reply), 0x1234);
	assert_true(bed.reply[2] & 0x80);
	return bed.reply[3] & 0xf;
}

enum dns_rcode ask(const char *name, uint16_t type)
{
	begin(name, type);
	return ask_over(DNS_OVER_UDP);
}

unsigned answers(void)
{
	return be16_load(bed.reply + 6);
}

unsigned authorities(void)
{
	return be16_load(bed.reply + 8);
}
