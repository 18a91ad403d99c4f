// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dns_server.c - who exists, who doesn't, and who asks wrongly
 */
#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/util.h"
#include "unit/dns_server_bed.h"

#define TYPE_AAAA DNS_AAAA
#define FLAG_TC 0x0200
#define FLAG_AA 0x0400

static void names_resolve_with_and_without_domain(void **state)
{
	(void)state;
	assert_int_equal(ask("web2", DNS_A), DNS_NOERROR);
	assert_int_equal(answers(), 1);
	assert_int_equal(be32_load(bed.reply + bed.reply_len - 4), 0x0a14000c);
	assert_true(be16_load(bed.reply + 2) & FLAG_AA);
	assert_int_equal(ask("WEB2.oFFice.LAB", DNS_A), DNS_NOERROR);
	assert_int_equal(answers(), 1);
	/* the question comes back letter by letter */
	assert_memory_equal(bed.reply + 13, "WEB2", 4);
	assert_int_equal(ask("web1", DNS_A), DNS_NOERROR);
	assert_int_equal(answers(), 2);
	assert_int_equal(ask("web1", DNS_ANY), DNS_NOERROR);
	assert_int_equal(answers(), 2);
}

static void other_types_have_no_data(void **state)
{
	(void)state;
	assert_int_equal(ask("web2", TYPE_AAAA), DNS_NOERROR);
	assert_int_equal(answers(), 0);
	assert_int_equal(authorities(), 1);
	assert_int_equal(ask("office.lab", TYPE_AAAA), DNS_NOERROR);
	assert_int_equal(authorities(), 1);
	assert_int_equal(ask("office.lab", DNS_SOA), DNS_NOERROR);
	assert_int_equal(answers(), 1);
}

static void unknown_names_of_ours_dont_exist(void **state)
{
	(void)state;
	assert_int_equal(ask("nobody.office.lab", DNS_A), DNS_NXDOMAIN);
	assert_int_equal(authorities(), 1);
	assert_int_equal(ask("a.web2.office.lab", DNS_A), DNS_NXDOMAIN);
	assert_int_equal(ask("bad.label", DNS_A), DNS_REFUSED);
}

static void the_world_is_left_to_whoever_forwards(void **state)
{
	const struct dns_settings settings = {.domain = "office.lab",
					      .subnet = {0x0a140001, 24},
					      .forwards = true};
	struct dns_server *forwards = dns_server_create(&settings, NULL);

	(void)state;
	begin("example.com", DNS_A);
	assert_int_equal(dns_server_answer(forwards, DNS_OVER_UDP, bed.query,
					   bed.query_len, bed.reply),
			 DNS_FOREIGN);
	begin("1.0.20.11.in-addr.arpa", DNS_PTR);
	assert_int_equal(dns_server_answer(forwards, DNS_OVER_UDP, bed.query,
					   bed.query_len, bed.reply),
			 DNS_FOREIGN);
	assert_int_equal(dns_server_counters(forwards)->foreign, 2);
	begin("nobody.office.lab", DNS_A);
	assert_true(dns_server_answer(forwards, DNS_OVER_UDP, bed.query,
				      bed.query_len, bed.reply) < DNS_UDP_MAX);
	assert_int_equal(bed.reply[3] & 0xf, DNS_NXDOMAIN);
	dns_server_destroy(forwards);
}

static void special_names_never_leave(void **state)
{
	(void)state;
	assert_int_equal(ask("localhost", DNS_A), DNS_NOERROR);
	assert_int_equal(answers(), 1);
	assert_int_equal(be32_load(bed.reply + bed.reply_len - 4), 0x7f000001);
	assert_int_equal(ask("a.localhost", TYPE_AAAA), DNS_NOERROR);
	assert_int_equal(answers(), 0);
	assert_int_equal(ask("1.0.0.127.in-addr.arpa", DNS_PTR), DNS_NOERROR);
	assert_int_equal(answers(), 1);
	assert_int_equal(ask("2.0.0.127.in-addr.arpa", DNS_PTR), DNS_NXDOMAIN);
	assert_int_equal(ask("a.invalid", DNS_A), DNS_NXDOMAIN);
	assert_int_equal(ask("printer.local", DNS_A), DNS_NXDOMAIN);
	assert_int_equal(ask("x.onion", DNS_A), DNS_NXDOMAIN);
	assert_int_equal(ask("notlocal", DNS_A), DNS_REFUSED);
}

static void the_world_is_refused(void **state)
{
	(void)state;
	assert_int_equal(ask("example.com", DNS_A), DNS_REFUSED);
	assert_int_equal(ask("nobody", DNS_A), DNS_REFUSED);
	assert_int_equal(ask("", DNS_A), DNS_REFUSED);
	assert_int_equal(ask("xoffice.lab", DNS_A), DNS_REFUSED);
	assert_int_equal(ask("1.0.0.128.in-addr.arpa", DNS_PTR), DNS_REFUSED);
	begin("web2", DNS_A);
	bed.query[bed.query_len - 1] = 3; /* CHAOS */
	assert_int_equal(ask_over(DNS_OVER_UDP), DNS_REFUSED);
}

static void addresses_have_their_first_name(void **state)
{
	static const uint8_t name[] = "\004web1\006office\003lab";

	(void)state;
	assert_int_equal(ask("11.0.20.10.in-addr.arpa", DNS_PTR), DNS_NOERROR);
	assert_int_equal(answers(), 1);
	assert_memory_equal(bed.reply + bed.reply_len - sizeof(name), name,
			    sizeof(name));
	assert_int_equal(ask("77.0.20.10.IN-ADDR.arpa", DNS_PTR), DNS_NXDOMAIN);
	assert_int_equal(ask("11.0.20.10.in-addr.arpa", DNS_A), DNS_NOERROR);
	assert_int_equal(answers(), 0);
	assert_int_equal(ask("0.20.10.in-addr.arpa", DNS_SOA), DNS_NOERROR);
	assert_int_equal(ask("011.0.20.10.in-addr.arpa", DNS_PTR),
			 DNS_NXDOMAIN);
}

static void opt_is_answered_by_opt(void **state)
{
	(void)state;
	begin("web2", DNS_A);
	add_opt(4096, 0);
	assert_int_equal(ask_over(DNS_OVER_UDP), DNS_NOERROR);
	assert_int_equal(be16_load(bed.reply + 10), 1);
	assert_int_equal(be16_load(bed.reply + bed.reply_len - 10), DNS_OPT);
	assert_int_equal(be16_load(bed.reply + bed.reply_len - 8), DNS_UDP_MAX);
	assert_int_equal(be16_load(bed.reply + bed.reply_len - 4), 0x8000);
	begin("web2", DNS_A);
	add_opt(512, 1);
	assert_int_equal(ask_over(DNS_OVER_UDP), DNS_BADVERS & 0xf);
	assert_int_equal(bed.reply[bed.reply_len - 6], DNS_BADVERS >> 4);
	assert_int_equal(answers(), 0);
	begin("web2", DNS_A);
	add_opt(512, 0);
	add_opt(512, 0);
	assert_int_equal(ask_over(DNS_OVER_UDP), DNS_FORMERR);
}

static void what_is_too_long_for_udp_is_cut_and_whole_over_tcp(void **state)
{
	struct dns_name many[60];
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = (struct dns_name){"many", i};
	dns_server_set_names(bed.server,
			     dns_names_create(many, ARRAY_SIZE(many)));
	assert_int_equal(ask("many", DNS_A), DNS_NOERROR);
	assert_true(be16_load(bed.reply + 2) & FLAG_TC);
	assert_true(bed.reply_len <= DNS_UDP_MIN);
	assert_int_equal(ask_over(DNS_OVER_TCP), DNS_NOERROR);
	assert_false(be16_load(bed.reply + 2) & FLAG_TC);
	assert_int_equal(answers(), 60);
	begin("many", DNS_A);
	add_opt(65535, 0);
	ask_over(DNS_OVER_UDP);
	assert_true(bed.reply_len <= DNS_UDP_MAX);
	assert_int_equal(answers(), 60);
}

static void every_truncation_is_an_error(void **state)
{
	size_t whole;

	(void)state;
	begin("web2.office.lab", DNS_A);
	add_opt(1232, 0);
	whole = bed.query_len;
	for (bed.query_len = whole - 1; bed.query_len >= DNS_HEADER_LEN;
	     bed.query_len--)
		assert_int_equal(ask_over(DNS_OVER_UDP), DNS_FORMERR);
	for (; bed.query_len > 0; bed.query_len--)
		assert_int_equal(dns_server_answer(bed.server, DNS_OVER_UDP,
						   bed.query, bed.query_len,
						   bed.reply),
				 0);
}

static void malformed_questions_are_errors(void **state)
{
	static const uint8_t counts[] = {5, 7};
	unsigned i;

	(void)state;
	begin("web2", DNS_A);
	bed.query[12] = 0xc0; /* a pointer, to itself */
	bed.query[13] = 12;
	assert_int_equal(ask_over(DNS_OVER_UDP), DNS_FORMERR);
	begin("web2", DNS_A);
	bed.query[12] = 64;
	assert_int_equal(ask_over(DNS_OVER_UDP), DNS_FORMERR);
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		begin("web2", DNS_A);
		bed.query[counts[i]] = 2;
		assert_int_equal(ask_over(DNS_OVER_UDP), DNS_FORMERR);
	}
	begin("web2", DNS_A);
	bed.query[2] = 0x28; /* UPDATE */
	assert_int_equal(ask_over(DNS_OVER_UDP), DNS_NOTIMP);
}

static void name_of_256_bytes_is_an_error(void **state)
{
	uint8_t *p = bed.query + DNS_HEADER_LEN;
	unsigned i;

	(void)state;
	begin("", DNS_A);
	for (i = 0; i < 127; i++, p += 2)
		memcpy(p, "\001a", 2);
	memcpy(p, "\0\0\1\0\1", 5);
	bed.query_len = (size_t)(p + 5 - bed.query);
	assert_int_equal(ask_over(DNS_OVER_UDP), DNS_REFUSED); /* 255 */
	memcpy(p, "\001a\0\0\1\0\1", 7);
	bed.query_len += 2;
	assert_int_equal(ask_over(DNS_OVER_UDP), DNS_FORMERR); /* 257 */
}

static void responses_are_never_answered(void **state)
{
	(void)state;
	begin("web2", DNS_A);
	bed.query[2] |= 0x80;
	assert_int_equal(dns_server_answer(bed.server, DNS_OVER_UDP, bed.query,
					   bed.query_len, bed.reply),
			 0);
}

static void reverse_zones_of_private_addresses_stay_here(void **state)
{
	static const struct {
		const char *name;
		enum dns_rcode rcode;
	} cases[] = {
		{"1.1.168.192.in-addr.arpa", DNS_NXDOMAIN},
		{"168.192.in-addr.arpa", DNS_NOERROR},
		{"5.0.20.172.in-addr.arpa", DNS_NXDOMAIN},
		{"16.172.in-addr.arpa", DNS_NOERROR},
		{"31.172.in-addr.arpa", DNS_NOERROR},
		{"15.172.in-addr.arpa", DNS_REFUSED},
		{"32.172.in-addr.arpa", DNS_REFUSED},
		{"016.172.in-addr.arpa", DNS_REFUSED},
		{"172.in-addr.arpa", DNS_REFUSED},
		{"1.64.100.in-addr.arpa", DNS_NXDOMAIN},
		{"1.63.100.in-addr.arpa", DNS_REFUSED},
		{"1.1.254.169.in-addr.arpa", DNS_NXDOMAIN},
		{"110.in-addr.arpa", DNS_REFUSED},
		{"1.8.8.8.in-addr.arpa", DNS_REFUSED},
		{"1.0.d.f.ip6.arpa", DNS_NXDOMAIN},
		{"1.8.b.d.0.1.0.0.2.ip6.arpa", DNS_NXDOMAIN},
		{"1.2.ip6.arpa", DNS_REFUSED},
	};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(ask(cases[i].name, DNS_PTR), cases[i].rcode);
		if (cases[i].rcode != DNS_REFUSED)
			assert_int_equal(authorities(), 1); /* "no" is kept */
	}
	assert_int_equal(ask("10.in-addr.arpa", DNS_SOA), DNS_NOERROR);
	assert_int_equal(answers(), 1);
}

static void resolvers_that_know_private_addresses_are_asked(void **state)
{
	const struct dns_settings settings = {.subnet = {0x0a140001, 24},
					      .forward_private = true,
					      .forwards = true};

	(void)state;
	dns_server_destroy(bed.server);
	bed.server = dns_server_create(&settings, NULL);
	begin("1.1.168.192.in-addr.arpa", DNS_PTR);
	assert_true(dns_server_answer(bed.server, DNS_OVER_UDP, bed.query,
				      bed.query_len, bed.reply) == DNS_FOREIGN);
	assert_int_equal(ask("9.0.20.10.in-addr.arpa", DNS_PTR), DNS_NXDOMAIN);
}

int main(void)
{
#define DNS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		DNS_TEST(names_resolve_with_and_without_domain),
		DNS_TEST(reverse_zones_of_private_addresses_stay_here),
		DNS_TEST(resolvers_that_know_private_addresses_are_asked),
		DNS_TEST(other_types_have_no_data),
		DNS_TEST(unknown_names_of_ours_dont_exist),
		DNS_TEST(the_world_is_refused),
		DNS_TEST(the_world_is_left_to_whoever_forwards),
		DNS_TEST(special_names_never_leave),
		DNS_TEST(addresses_have_their_first_name),
		DNS_TEST(opt_is_answered_by_opt),
		DNS_TEST(what_is_too_long_for_udp_is_cut_and_whole_over_tcp),
		DNS_TEST(every_truncation_is_an_error),
		DNS_TEST(malformed_questions_are_errors),
		DNS_TEST(name_of_256_bytes_is_an_error),
		DNS_TEST(responses_are_never_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
