// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_ip6.c - IPv6 headers, those that extend them, UDP over it, and addresses
 */
#include "unit/cmocka_wrap.h"

#include <arpa/inet.h>
#include <string.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "core/frame.h"
#include "switch/ip6.h"

#define LEN 200

static uint8_t packet[LEN];
static struct ip6 ip;

/* A packet of LEN bytes; @headers are @len bytes behind the fixed one. */
static bool parse_at(uint8_t next, const void *headers, size_t len,
		     size_t data_len)
{
	memset(packet, 0, sizeof(packet));
	packet[0] = 0x60;
	be16_store(packet + 4, LEN - IP6_HLEN);
	packet[6] = next;
	packet[7] = 3;
	packet[8] = 0xfd;
	packet[24] = 0xfd;
	if (len)
		memcpy(packet + IP6_HLEN, headers, len);
	return ip6_parse(packet, data_len, LEN, &ip);
}

static bool parse(uint8_t next, const void *headers, size_t len)
{
	return parse_at(next, headers, len, LEN);
}

static void plain_packets_are_read(void **state)
{
	(void)state;
	assert_true(parse(IP6_UDP, NULL, 0));
	assert_int_equal(ip.protocol, IP6_UDP);
	assert_int_equal(ip.header_len, IP6_HLEN);
	assert_int_equal(ip.payload_len, LEN - IP6_HLEN);
	assert_int_equal(ip.hop_limit, 3);
	assert_false(ip.is_fragment);
	/* behind the packet there may be Ethernet padding */
	be16_store(packet + 4, 10);
	assert_true(ip6_parse(packet, LEN, LEN, &ip));
	assert_int_equal(ip.payload_len, 10);
	packet[6] = IP6_NOTHING;
	be16_store(packet + 4, 0);
	assert_true(ip6_parse(packet, IP6_HLEN, IP6_HLEN, &ip));
}

static void broken_headers_are_refused(void **state)
{
	size_t len;

	(void)state;
	parse(IP6_UDP, NULL, 0);
	for (len = 0; len < IP6_HLEN; len++)
		assert_false(ip6_parse(packet, len, LEN, &ip));
	assert_false(ip6_parse(packet, LEN - 1, LEN - 1, &ip));
	packet[0] = 0x40;
	assert_false(ip6_parse(packet, LEN, LEN, &ip));
	packet[0] = 0x60;
	packet[8] = 0xff; /* from a group */
	assert_false(ip6_parse(packet, LEN, LEN, &ip));
}

static void extension_headers_are_stepped_over(void **state)
{
	(void)state;
	/* hop-by-hop (router alert, PadN), destination options, routing */
	assert_true(parse(0,
			  "\x3c\0\5\2\0\0\1\0"
			  "\x2b\0\1\4\0\0\0\0"
			  "\x11\1\4\0........\0\0\0\0",
			  32));
	assert_int_equal(ip.protocol, IP6_UDP);
	assert_int_equal(ip.header_len, IP6_HLEN + 32);
	assert_int_equal(ip.payload_len, LEN - IP6_HLEN - 32);
	/* ESP is a payload like others */
	assert_true(parse(60, "\x32\0\1\4\0\0\0\0", 8));
	assert_int_equal(ip.protocol, 50);
}

static void fragments_are_told_from_whole_packets(void **state)
{
	(void)state;
	assert_true(parse(44, "\x11\0\0\0\0\0\0\7", 8)); /* RFC 6946 */
	assert_false(ip.is_fragment);
	assert_int_equal(ip.header_len, IP6_HLEN + 8);
	assert_true(parse(44, "\x11\0\0\1\0\0\0\7", 8)); /* the first */
	assert_true(ip.is_fragment);
	assert_true(parse(44, "\x3c\0\0\10\0\0\0\7", 8)); /* the last */
	assert_true(ip.is_fragment);
}

static void tricks_with_extension_headers_are_refused(void **state)
{
	uint8_t chain[8 * (IP6_MAX_HEADERS + 1)];
	unsigned i;

	(void)state;
	/* RFC 5095: a route that is still to be followed */
	assert_false(parse(43, "\x11\0\0\1\0\0\0\0", 8));
	/* RFC 2675: a jumbogram says so in an option that we don't know */
	assert_false(parse(0, "\x11\0\xc2\4\0\1\0\0", 8));
	/* options that must be understood, or run over the end */
	assert_false(parse(60, "\x11\0\x40\4\0\0\0\0", 8));
	assert_false(parse(60, "\x11\0\1\5\0\0\0\0", 8));
	assert_false(parse(60, "\x11\0\1\1\0\0\0\1", 8));
	/* hop-by-hop not at the beginning */
	assert_false(parse(60, "\0\0\1\4\0\0\0\0", 8));
	/* longer than the packet, or than what can be seen (RFC 7112) */
	assert_false(parse(60, "\x11\xff\1\4\0\0\0\0", 8));
	assert_false(parse_at(60, "\x11\0\1\4\0\0\0\0", 8, IP6_HLEN + 7));
	assert_true(parse_at(60, "\x11\0\1\4\0\0\0\0", 8, IP6_HLEN + 8));
	for (i = 0; i < sizeof(chain); i += 8)
		memcpy(chain + i, "\x3c\0\1\4\0\0\0\0", 8);
	chain[8 * (IP6_MAX_HEADERS - 1)] = IP6_UDP;
	assert_true(parse(60, chain, sizeof(chain)));
	chain[8 * (IP6_MAX_HEADERS - 1)] = 60;
	chain[8 * IP6_MAX_HEADERS] = IP6_UDP;
	assert_false(parse(60, chain, sizeof(chain)));
}

static const struct ip6_route route = {
	.src = {{{0xfd, 1}}}, .dst = {{{0xfd, 2}}}, .hop_limit = 64};

static bool parse_udp(const uint8_t *frame, size_t len, struct udp *udp)
{
	if (!ip6_parse(frame + ETH_HLEN, len - ETH_HLEN, len - ETH_HLEN, &ip))
		return false;
	ip.payload = frame + ETH_HLEN + IP6_HLEN;
	return udp6_parse(&ip, udp);
}

static void udp_is_written_and_read_again(void **state)
{
	uint8_t frame[UDP6_OFFSET + 5];
	struct udp udp;
	size_t len;

	(void)state;
	memcpy(frame + UDP6_OFFSET, "hello", 5);
	len = udp6_encode(frame, &route, udp4_ports(547, 546), 5);
	assert_int_equal(len, sizeof(frame));
	assert_true(parse_udp(frame, len, &udp));
	assert_int_equal(udp.src_port, 547);
	assert_int_equal(udp.dst_port, 546);
	assert_int_equal(udp.len, 5);
	assert_memory_equal(udp.data, "hello", 5);
	frame[len - 1] ^= 1;
	assert_false(parse_udp(frame, len, &udp));
	frame[len - 1] ^= 1;
	/* RFC 8200 8.1: there must be a checksum */
	be16_store(frame + ETH_HLEN + IP6_HLEN + 6, 0);
	assert_false(parse_udp(frame, len, &udp));
	ip.csum_partial = true;
	assert_true(udp6_parse(&ip, &udp));
}

/* The sum of this one is 0, which is written as 0xffff: 0 means none. */
static void udp_whose_sum_is_0_has_a_checksum(void **state)
{
	uint8_t frame[UDP6_OFFSET + 2] = {0};
	uint8_t *csum = frame + ETH_HLEN + IP6_HLEN + 6;
	struct udp udp;
	size_t len;

	(void)state;
	udp6_encode(frame, &route, udp4_ports(547, 546), 2);
	memcpy(frame + UDP6_OFFSET, csum, 2);
	len = udp6_encode(frame, &route, udp4_ports(547, 546), 2);
	assert_int_equal(be16_load(csum), 0xffff);
	assert_true(parse_udp(frame, len, &udp));
	be16_store(csum, 0);
	assert_false(parse_udp(frame, len, &udp));
}

static void udp_lengths_and_ports_are_checked(void **state)
{
	uint8_t frame[UDP6_OFFSET + 5] = {0}, *udp_len = frame + 58;
	struct udp udp;
	size_t len;

	(void)state;
	len = udp6_encode(frame, &route, udp4_ports(0, 546), 5);
	assert_false(parse_udp(frame, len, &udp));
	len = udp6_encode(frame, &route, udp4_ports(547, 0), 5);
	assert_false(parse_udp(frame, len, &udp));
	udp6_encode(frame, &route, udp4_ports(1, 2), 5);
	be16_store(udp_len, 14);
	assert_false(parse_udp(frame, len, &udp));
	be16_store(udp_len, 7);
	assert_false(parse_udp(frame, len, &udp));
}

static void icmp_checksums_cover_the_addresses(void **state)
{
	uint8_t frame[ETH_HLEN + IP6_HLEN + 9] = {0}, *icmp = frame + 54;
	size_t len;

	(void)state;
	icmp[0] = ICMP6_ECHO;
	len = icmp6_encode(frame, &route, 9);
	assert_int_equal(len, sizeof(frame));
	assert_true(ip6_parse(frame + 14, len - 14, len - 14, &ip));
	ip.payload = icmp;
	assert_true(ip6_payload_csum_is_good(&ip));
	ip.dst.s6_addr[15] = 1;
	assert_false(ip6_payload_csum_is_good(&ip));
}

static void prefixes_are_read_and_compared(void **state)
{
	struct ipv6_prefix prefix;
	struct in6_addr addr;
	char text[IPV6_PREFIX_TEXT_SIZE];

	(void)state;
	assert_int_equal(ipv6_prefix_parse("fd00:20::/64", &prefix), 0);
	assert_string_equal(ipv6_prefix_format(&prefix, text), "fd00:20::/64");
	inet_pton(AF_INET6, "fd00:20::7", &addr);
	assert_true(ipv6_prefix_contains(&prefix, &addr));
	inet_pton(AF_INET6, "fd00:20:0:1::7", &addr);
	assert_false(ipv6_prefix_contains(&prefix, &addr));
	prefix.len = 63;
	assert_true(ipv6_prefix_contains(&prefix, &addr));
	prefix.len = 0;
	memset(&addr, 0xff, sizeof(addr));
	assert_true(ipv6_prefix_contains(&prefix, &addr));
	assert_int_not_equal(ipv6_prefix_parse("fd00::", &prefix), 0);
	assert_int_not_equal(ipv6_prefix_parse("fd00::/129", &prefix), 0);
	assert_int_not_equal(ipv6_prefix_parse("fd00::/", &prefix), 0);
	assert_int_not_equal(ipv6_prefix_parse("10.0.0.0/8", &prefix), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_packets_are_read),
		cmocka_unit_test(broken_headers_are_refused),
		cmocka_unit_test(extension_headers_are_stepped_over),
		cmocka_unit_test(fragments_are_told_from_whole_packets),
		cmocka_unit_test(tricks_with_extension_headers_are_refused),
		cmocka_unit_test(udp_is_written_and_read_again),
		cmocka_unit_test(udp_whose_sum_is_0_has_a_checksum),
		cmocka_unit_test(udp_lengths_and_ports_are_checked),
		cmocka_unit_test(icmp_checksums_cover_the_addresses),
		cmocka_unit_test(prefixes_are_read_and_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
