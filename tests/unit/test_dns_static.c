// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dns_static.c - records that the lab file gives a name
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>

#include "core/bytes.h"
#include "core/util.h"
#include "unit/dns_server_bed.h"

static void set_records(void)
{
	static const struct {
		const char *name;
		uint16_t type;
		const char *value;
	} list[] = {
		{"db", DNS_A, "10.20.0.50"},
		{"db", DNS_A, "10.20.0.51"},
		{"db", DNS_AAAA, "fd00:20::50"},
		{"web2", DNS_AAAA, "fd00:20::c"},
		{"www", DNS_CNAME, "site"},
		{"site", DNS_CNAME, "web2.office.lab"},
		{"ring", DNS_CNAME, "ring"},
		{"info", DNS_TXT, "v=1 of all"},
		{"api.Example.com", DNS_A, "10.20.0.60"},
	};
	static const struct dns_name names[] = {{"web2", 0x0a14000c}};
	struct dns_static records[ARRAY_SIZE(list)];
	struct dns_names *snapshot = dns_names_create(names, 1);
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(list); i++)
		assert_int_equal(dns_static_set(&records[i], list[i].name,
						list[i].type, list[i].value),
				 0);
	assert_int_equal(
		dns_names_set_records(snapshot, records, ARRAY_SIZE(list)), 0);
	dns_server_set_names(bed.server, snapshot);
}

static void records_of_the_lab_file_are_answered(void **state)
{
	(void)state;
	set_records();
	assert_int_equal(ask("db", DNS_A), DNS_NOERROR);
	assert_int_equal(answers(), 2);
	assert_int_equal(be32_load(bed.reply + bed.reply_len - 4), 0x0a140033);
	assert_int_equal(ask("DB.office.lab", DNS_AAAA), DNS_NOERROR);
	assert_int_equal(answers(), 1);
	assert_int_equal(bed.reply[bed.reply_len - 1], 0x50);
	assert_int_equal(ask("db", DNS_ANY), DNS_NOERROR);
	assert_int_equal(answers(), 3);
	assert_int_equal(ask("db", DNS_TXT), DNS_NOERROR);
	assert_int_equal(answers(), 0);
	assert_int_equal(authorities(), 1);
	assert_int_equal(ask("info.office.lab", DNS_TXT), DNS_NOERROR);
	assert_memory_equal(bed.reply + bed.reply_len - 11, "\012v=1 of all",
			    11);
	assert_int_equal(ask("web2", DNS_A), DNS_NOERROR); /* a node has both */
	assert_int_equal(answers(), 1);
	assert_int_equal(ask("web2", DNS_AAAA), DNS_NOERROR);
	assert_int_equal(answers(), 1);
	assert_int_equal(ask("50.0.20.10.in-addr.arpa", DNS_PTR), DNS_NOERROR);
	assert_memory_equal(bed.reply + bed.reply_len - 15, "\2db\6office\3lab",
			    15);
}

static void record_with_a_dot_is_a_whole_name(void **state)
{
	(void)state;
	set_records();
	assert_int_equal(ask("api.example.com", DNS_A), DNS_NOERROR);
	assert_int_equal(answers(), 1);
	assert_int_equal(ask("api.example.com", DNS_AAAA), DNS_NOERROR);
	assert_int_equal(answers(), 0);
	assert_int_equal(ask("api", DNS_A), DNS_REFUSED);
	assert_int_equal(ask("api.example.com.office.lab", DNS_A),
			 DNS_NXDOMAIN);
	assert_int_equal(ask("other.example.com", DNS_A), DNS_REFUSED);
	assert_int_equal(ask("60.0.20.10.in-addr.arpa", DNS_PTR), DNS_NOERROR);
	assert_memory_equal(bed.reply + bed.reply_len - 17,
			    "\3api\7example\3com", 17);
}

static void cname_comes_with_what_it_leads_to(void **state)
{
	(void)state;
	set_records();
	assert_int_equal(ask("www", DNS_A), DNS_NOERROR);
	assert_int_equal(answers(), 3);
	assert_int_equal(be32_load(bed.reply + bed.reply_len - 4), 0x0a14000c);
	assert_memory_equal(bed.reply + bed.reply_len - 14 - 17,
			    "\4web2\6office\3lab", 17);
	assert_int_equal(ask("www.office.lab", DNS_AAAA), DNS_NOERROR);
	assert_int_equal(answers(), 3);
	assert_int_equal(bed.reply[bed.reply_len - 1], 0x0c);
	assert_int_equal(ask("www", DNS_TXT), DNS_NOERROR);
	assert_int_equal(answers(), 2);
	assert_int_equal(ask("www", DNS_CNAME), DNS_NOERROR);
	assert_int_equal(answers(), 1);
	assert_int_equal(ask("ring", DNS_A), DNS_NOERROR); /* and that ends */
}

static void what_is_no_record_is_refused(void **state)
{
	struct dns_static record;
	char text[300];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[256] = '\0';
	assert_int_equal(dns_static_set(&record, "a", DNS_TXT, text), -EINVAL);
	text[255] = '\0';
	assert_int_equal(dns_static_set(&record, "a", DNS_TXT, text), 0);
	assert_int_equal(record.len, 256);
	assert_int_equal(dns_static_set(&record, "a", DNS_CNAME, text),
			 -EINVAL);
	assert_int_equal(dns_static_set(&record, text, DNS_A, "1.2.3.4"),
			 -EINVAL);
	text[64] = '\0';
	assert_int_equal(dns_static_set(&record, text, DNS_A, "1.2.3.4"),
			 -EINVAL);
	text[63] = '\0';
	assert_int_equal(dns_static_set(&record, text, DNS_A, "1.2.3.4"), 0);
	assert_int_equal(dns_static_set(&record, "a..b", DNS_A, "1.2.3.4"),
			 -EINVAL);
	assert_int_equal(dns_static_set(&record, "", DNS_A, "1.2.3.4"),
			 -EINVAL);
	assert_int_equal(dns_static_set(&record, "a", DNS_A, "fd00::1"),
			 -EINVAL);
	assert_int_equal(dns_static_set(&record, "a", DNS_AAAA, "1.2.3.4"),
			 -EINVAL);
	assert_int_equal(dns_static_set(&record, "a", DNS_PTR, "b"), -EINVAL);
}

int main(void)
{
#define DNS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		DNS_TEST(records_of_the_lab_file_are_answered),
		DNS_TEST(record_with_a_dot_is_a_whole_name),
		DNS_TEST(cname_comes_with_what_it_leads_to),
		DNS_TEST(what_is_no_record_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
