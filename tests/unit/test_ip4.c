// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_ip4.c - IPv4 options, UDP lengths, and the hash behind cookies
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "core/frame.h"
#include "switch/ip4.h"
#include "switch/siphash.h"

static uint8_t packet[100];
static struct ip4 ip;

static bool parse_with_options(const void *options)
{
	memset(packet, 0, sizeof(packet));
	packet[0] = 0x47; /* eight bytes of options */
	be16_store(packet + 2, sizeof(packet));
	memcpy(packet + IP4_HLEN, options, 8);
	be16_store(packet + 10, csum_fold(csum_add(0, packet, 28)));
	return ip4_parse(packet, sizeof(packet), sizeof(packet), &ip);
}

static void options_are_stepped_over_but_source_routes_refused(void **state)
{
	(void)state;
	assert_true(parse_with_options("\1\1\1\1\1\1\1\1"));
	assert_int_equal(ip.header_len, 28);
	assert_int_equal(ip.payload_len, 72);
	assert_true(parse_with_options("\7\7\4....")); /* record route */
	assert_true(parse_with_options("\0garbage"));
	assert_false(parse_with_options("\1\1\1\1\1\1\1\7")); /* no length */
	assert_false(parse_with_options("\7\1......"));
	assert_false(parse_with_options("\7\0......"));
	assert_false(parse_with_options("\7\11......"));
	assert_false(parse_with_options("\203\7\4....\0"));
	assert_false(parse_with_options("\1\211\7\4...."));
}

static bool parse_udp(uint16_t len, uint16_t payload_len, uint32_t ports)
{
	uint8_t data[64] = {0};
	struct ip4 carrier = {.payload = data, .payload_len = payload_len};
	struct udp udp;

	be32_store(data, ports);
	be16_store(data + 4, len);
	return udp4_parse(&carrier, &udp) && udp.len == len - UDP_HLEN;
}

static void udp_lengths_and_ports_are_checked(void **state)
{
	uint16_t len;

	(void)state;
	assert_true(parse_udp(8, 8, udp4_ports(1, 2)));
	assert_true(parse_udp(8, 20, udp4_ports(1, 2)));
	for (len = 0; len < UDP_HLEN; len++) {
		assert_false(parse_udp(len, 20, udp4_ports(1, 2)));
		assert_false(parse_udp(8, len, udp4_ports(1, 2)));
	}
	assert_false(parse_udp(21, 20, udp4_ports(1, 2)));
	assert_false(parse_udp(8, 20, udp4_ports(0, 2)));
	assert_false(parse_udp(8, 20, udp4_ports(1, 0)));
}

static void udp_checksum_is_written_and_checked(void **state)
{
	const struct ip4_route route = {.src = 1, .dst = 2};
	uint8_t frame[UDP4_OFFSET + 5];
	struct udp udp;
	size_t len;

	(void)state;
	memcpy(frame + UDP4_OFFSET, "hello", 5);
	len = udp4_encode(frame, &route, udp4_ports(3, 4), 5);
	assert_int_equal(len, sizeof(frame));
	assert_true(ip4_parse(frame + ETH_HLEN, len - ETH_HLEN, len - ETH_HLEN,
			      &ip));
	ip.payload = frame + ETH_HLEN + IP4_HLEN;
	assert_true(udp4_parse(&ip, &udp));
	assert_memory_equal(udp.data, "hello", 5);
	frame[UDP4_OFFSET]++;
	assert_false(udp4_parse(&ip, &udp));
}

/* The paper's own example, appendix A. */
static void siphash_is_the_one_of_its_paper(void **state)
{
	const struct siphash_key key = {
		{UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)}};
	uint8_t data[15];
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)i;
	assert_true(siphash(&key, data, sizeof(data)) ==
		    UINT64_C(0xa129ca6149be45e5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			options_are_stepped_over_but_source_routes_refused),
		cmocka_unit_test(udp_lengths_and_ports_are_checked),
		cmocka_unit_test(udp_checksum_is_written_and_checked),
		cmocka_unit_test(siphash_is_the_one_of_its_paper),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
