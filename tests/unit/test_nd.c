// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_nd.c - Neighbor Discovery byte by byte, and what is refused
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "core/frame.h"
#include "switch/nd.h"

#define ICMP (IP6_HLEN)

static const struct mac ours = {{0x52, 0x54, 0, 0x12, 0x34, 0x56}};
static const struct in6_addr router = {{{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0,
					 0, 0, 0, 0, 0xab, 0xcd, 0xef}}};

static struct nd solicitation(void)
{
	return (struct nd){
		.type = ND_SOLICITATION,
		.has_mac = true,
		.mac = ours,
		.src = nd_link_local(&ours),
		.dst = nd_solicited_node(&router),
		.target = router,
	};
}

static struct nd answer(void)
{
	return (struct nd){
		.type = ND_ADVERTISEMENT,
		.flags = ND_ROUTER | ND_SOLICITED | ND_OVERRIDE,
		.has_mac = true,
		.mac = {{2, 3, 4, 5, 6, 7}},
		.src = router,
		.dst = nd_link_local(&ours),
		.target = router,
	};
}

static size_t encode(uint8_t *frame, const struct nd *nd)
{
	return nd_encode(frame, &ours, &ours, nd);
}

/* Let the message behind an Ethernet header have a good checksum. */
static void sum(uint8_t *ip)
{
	size_t len = be16_load(ip + 4);
	uint64_t sum = csum_add(len + 58, ip + 8, 32);

	memset(ip + ICMP + 2, 0, 2);
	be16_store(ip + ICMP + 2, csum_fold(csum_add(sum, ip + ICMP, len)));
}

static void solicitation_is_as_rfc_4861_draws_it(void **state)
{
	const struct nd nd = solicitation();
	const struct mac dst = nd_group_mac(&nd.dst);
	uint8_t frame[ND_FRAME_MAX];
	static const uint8_t wanted[ND_FRAME_MAX] = {
		0x33, 0x33, 0xff, 0xab, 0xcd, 0xef, /* solicited-node group */
		0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0x86, 0xdd,
		/* IPv6: 32 bytes of ICMPv6, hop limit 255 */
		0x60, 0, 0, 0, 0, 32, 58, 255, 0xfe, 0x80, 0, 0, 0, 0, 0, 0,
		0x50, 0x54, 0x00, 0xff, 0xfe, 0x12, 0x34, 0x56, 0xff, 0x02, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xab, 0xcd, 0xef,
		/* type, code, checksum, reserved, target */
		135, 0, 0xa5, 0xb6, 0, 0, 0, 0, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0xab, 0xcd, 0xef,
		/* source link-layer address */
		1, 1, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

	(void)state;
	assert_int_equal(nd_encode(frame, &dst, &ours, &nd), ND_FRAME_MAX);
	assert_memory_equal(frame, wanted, sizeof(wanted));
}

static void what_was_encoded_is_decoded(void **state)
{
	const struct nd both[] = {solicitation(), answer()};
	uint8_t frame[ND_FRAME_MAX + 10] = {0};
	struct nd nd;
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(both); i++) {
		size_t len = encode(frame, &both[i]);

		memset(&nd, 0xee, sizeof(nd));
		/* Ethernet padding follows */
		assert_true(nd_decode(frame + ETH_HLEN, len - ETH_HLEN + 10,
				      false, &nd));
		assert_int_equal(nd.type, both[i].type);
		assert_int_equal(nd.flags, both[i].flags);
		assert_true(nd.has_mac);
		assert_true(mac_is_equal(&nd.mac, &both[i].mac));
		assert_memory_equal(&nd.src, &both[i].src, 16);
		assert_memory_equal(&nd.dst, &both[i].dst, 16);
		assert_memory_equal(&nd.target, &both[i].target, 16);
	}
}

static void duplicate_address_detection_has_no_source(void **state)
{
	struct nd nd = solicitation();
	uint8_t frame[ND_FRAME_MAX];
	size_t len;

	(void)state;
	memset(&nd.src, 0, sizeof(nd.src));
	nd.has_mac = false;
	len = encode(frame, &nd);
	assert_int_equal(len, ND_FRAME_MAX - 8);
	assert_true(nd_decode(frame + ETH_HLEN, len - ETH_HLEN, false, &nd));
	assert_false(nd.has_mac);
	/* with an option, or to anyone else, it is none (RFC 4861 7.1.1) */
	nd.has_mac = true;
	len = encode(frame, &nd);
	assert_false(nd_decode(frame + ETH_HLEN, len - ETH_HLEN, false, &nd));
	nd.has_mac = false;
	nd.dst = router;
	len = encode(frame, &nd);
	assert_false(nd_decode(frame + ETH_HLEN, len - ETH_HLEN, false, &nd));
}

/* One byte of a good advertisement changed, checksum mended. */
struct flaw {
	const char *what;
	unsigned at;
	uint8_t value;
};

static void each_flaw_is_refused(void **state)
{
	static const struct flaw flaws[] = {
		{"version 4", 0, 0x40},
		{"payload of 23", 5, 23},
		{"payload longer than the frame", 5, 33},
		{"huge payload", 4, 0xff},
		{"hop-by-hop header", 6, 0},
		{"hop limit 254", 7, 254},
		{"source a group", 8, 0xff},
		{"solicited, to a group", 24, 0xff},
		{"type of a router advertisement", ICMP, 134},
		{"code", ICMP + 1, 1},
		{"target a group", ICMP + 8, 0xff},
		{"option of length 0", ICMP + 25, 0},
		{"option longer than the packet", ICMP + 25, 2},
	};
	uint8_t frame[ND_FRAME_MAX];
	const struct nd good = answer();
	struct nd nd;
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(flaws); i++) {
		uint8_t *ip = frame + ETH_HLEN;
		size_t len = encode(frame, &good) - ETH_HLEN;

		assert_true(nd_decode(ip, len, false, &nd));
		ip[flaws[i].at] = flaws[i].value;
		if (be16_load(ip + 4) <= len - IP6_HLEN)
			sum(ip);
		if (nd_decode(ip, len, false, &nd))
			fail_msg("accepted: %s", flaws[i].what);
	}
}

static void checksum_counts_unless_it_is_left_to_a_nic(void **state)
{
	uint8_t frame[ND_FRAME_MAX];
	const struct nd good = answer();
	size_t len = encode(frame, &good) - ETH_HLEN;
	struct nd nd;

	(void)state;
	frame[ETH_HLEN + ICMP + 2] ^= 1;
	assert_false(nd_decode(frame + ETH_HLEN, len, false, &nd));
	assert_true(nd_decode(frame + ETH_HLEN, len, true, &nd));
}

static void every_shorter_packet_is_refused(void **state)
{
	uint8_t frame[ND_FRAME_MAX];
	const struct nd good = answer();
	size_t len = encode(frame, &good) - ETH_HLEN, i;
	struct nd nd;

	(void)state;
	for (i = 0; i < len; i++)
		assert_false(nd_decode(frame + ETH_HLEN, i, true, &nd));
}

static void options_that_are_not_known_are_stepped_over(void **state)
{
	uint8_t packet[IP6_HLEN + 24 + 24] = {0};
	uint8_t frame[ND_FRAME_MAX];
	const struct nd good = answer();
	struct nd nd;

	(void)state;
	encode(frame, &good);
	memcpy(packet, frame + ETH_HLEN, IP6_HLEN + 24);
	packet[5] = 48;
	packet[ICMP + 24] = 14; /* a nonce of 16 bytes, then the address */
	packet[ICMP + 25] = 2;
	memcpy(packet + ICMP + 40, frame + ETH_HLEN + ICMP + 24, 8);
	sum(packet);
	assert_true(nd_decode(packet, sizeof(packet), false, &nd));
	assert_true(nd.has_mac);
	assert_true(mac_is_equal(&nd.mac, &good.mac));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(solicitation_is_as_rfc_4861_draws_it),
		cmocka_unit_test(what_was_encoded_is_decoded),
		cmocka_unit_test(duplicate_address_detection_has_no_source),
		cmocka_unit_test(each_flaw_is_refused),
		cmocka_unit_test(checksum_counts_unless_it_is_left_to_a_nic),
		cmocka_unit_test(every_shorter_packet_is_refused),
		cmocka_unit_test(options_that_are_not_known_are_stepped_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
