// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_advertiser.c - Router Advertisements: what they say, and when
 */
#include "unit/cmocka_wrap.h"

#include <arpa/inet.h>
#include <string.h>

#include "core/bytes.h"
#include "core/frame.h"
#include "core/util.h"
#include "switch/gateway/advertiser.h"
#include "switch/ra.h"

#define ICMP (ETH_HLEN + IP6_HLEN)
#define SENT_MAX 64

static const struct mac router_mac = {{0x52, 0x54, 0, 0, 0, 1}};

static struct ra sample(void)
{
	struct ra ra = {
		.src = nd_link_local(&router_mac),
		.mac = router_mac,
		.hop_limit = 64,
		.flags = RA_MANAGED,
		.lifetime_s = 1800,
		.mtu = 1500,
		.prefix_flags = RA_ON_LINK | RA_AUTONOMOUS,
		.valid_s = 86400,
		.preferred_s = 14400,
		.dns_s = 1800,
		.domain = "office.lab",
	};

	ipv6_prefix_parse("fd00:20::/64", &ra.prefix);
	inet_pton(AF_INET6, "fd00:20::1", &ra.dns);
	return ra;
}

static void an_advertisement_is_as_rfc_4861_and_8106_say(void **state)
{
	/* source address, MTU, prefix, RDNSS, DNSSL */
	static const char options[] = "\1\1\x52\x54\0\0\0\1"
				      "\5\1\0\0\0\0\x05\xdc"
				      "\3\4\x40\xc0\0\1\x51\x80"
				      "\0\0\x38\x40\0\0\0\0"
				      "\xfd\0\0\x20\0\0\0\0"
				      "\0\0\0\0\0\0\0\0"
				      "\x19\3\0\0\0\0\x07\x08"
				      "\xfd\0\0\x20\0\0\0\0"
				      "\0\0\0\0\0\0\0\1"
				      "\x1f\3\0\0\0\0\x07\x08"
				      "\6office\3lab\0\0\0\0\0";
	const struct mac all = nd_group_mac(&nd_all_nodes);
	const struct ra ra = sample();
	uint8_t frame[RA_FRAME_MAX];
	size_t len;

	(void)state;
	len = ra_encode(frame, &all, &nd_all_nodes, &ra);
	assert_int_equal(len, ICMP + 16 + sizeof(options) - 1);
	assert_memory_equal(frame, "\x33\x33\0\0\0\1", 6);
	assert_int_equal(frame[ETH_HLEN + 7], 255);
	assert_int_equal(frame[ICMP], RA_ADVERTISEMENT);
	assert_int_equal(frame[ICMP + 1], 0);
	assert_memory_equal(frame + ICMP + 4, "\x40\x80\x07\x08", 4);
	assert_memory_equal(frame + ICMP + 8, "\0\0\0\0\0\0\0\0", 8);
	assert_memory_equal(frame + ICMP + 16, options, sizeof(options) - 1);
	assert_true(nd_packet_is_good(frame + ETH_HLEN, len - ETH_HLEN, false,
				      16) >= 0);
}

static void names_that_are_none_are_left_out(void **state)
{
	struct ra ra = sample();
	uint8_t frame[RA_FRAME_MAX], name[RA_DOMAIN_SIZE + 1];
	size_t with, without;

	(void)state;
	with = ra_encode(frame, &router_mac, &nd_all_nodes, &ra);
	strcpy(ra.domain, "..");
	without = ra_encode(frame, &router_mac, &nd_all_nodes, &ra);
	assert_int_equal(without, with - 24);
	memset(&ra.dns, 0, sizeof(ra.dns));
	assert_int_equal(ra_encode(frame, &router_mac, &nd_all_nodes, &ra),
			 without - 24);
	strcpy(ra.domain, "office.lab"); /* a domain without a resolver */
	assert_int_equal(ra_encode(frame, &router_mac, &nd_all_nodes, &ra),
			 without);
	memset(ra.domain, 'a', sizeof(ra.domain) - 1);
	assert_int_equal(ra_name_encode(ra.domain, name), 0);
	memset(&ra.domain[63], '.', 1);
	ra.domain[127] = '\0';
	assert_int_equal(ra_name_encode(ra.domain, name), 64 + 64 + 1);
	assert_int_equal(ra_name_encode("a.", name), 3);
}

/* A good Router Solicitation with one option; returns its length. */
static size_t solicitation(uint8_t *frame)
{
	const struct ip6_route route = {
		.src = nd_link_local(&router_mac),
		.dst = {{{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}}},
		.hop_limit = 255,
	};
	uint8_t *icmp = frame + ICMP;

	memset(icmp, 0, 16);
	icmp[0] = RA_SOLICITATION;
	icmp[8] = ND_OPT_SOURCE_MAC;
	icmp[9] = 1;
	return icmp6_encode(frame, &route, 16) - ETH_HLEN;
}

static bool is_refused_with(unsigned at, uint8_t value)
{
	uint8_t frame[128];
	size_t len = solicitation(frame);

	assert_true(ra_solicitation_is_good(frame + ETH_HLEN, len, false));
	frame[at] = value;
	return !ra_solicitation_is_good(frame + ETH_HLEN, len, true);
}

static void broken_solicitations_are_refused(void **state)
{
	uint8_t frame[128];
	size_t len = solicitation(frame), n;

	(void)state;
	assert_true(is_refused_with(ETH_HLEN + 7, 254)); /* hop limit */
	assert_true(is_refused_with(ICMP, RA_ADVERTISEMENT));
	assert_true(is_refused_with(ICMP + 1, 1)); /* code */
	assert_true(is_refused_with(ICMP + 9, 0));
	assert_true(is_refused_with(ICMP + 9, 2));
	assert_true(is_refused_with(ETH_HLEN + 8, 0xff)); /* from a group */
	for (n = 0; n < len; n++)
		assert_false(
			ra_solicitation_is_good(frame + ETH_HLEN, n, false));
	frame[ICMP + 2] ^= 1;
	assert_false(ra_solicitation_is_good(frame + ETH_HLEN, len, false));
	/* RFC 4861 6.1.1: nobody has no MAC address */
	solicitation(frame);
	memset(frame + ETH_HLEN + 8, 0, 16);
	assert_false(ra_solicitation_is_good(frame + ETH_HLEN, len, true));
	frame[ICMP + 8] = 14; /* a nonce, say */
	assert_true(ra_solicitation_is_good(frame + ETH_HLEN, len, true));
}

struct sent {
	uint64_t at_ns;
	bool to_all;
	struct in6_addr to;
};

struct fixture {
	struct fake_clock fake;
	struct advertiser advertiser;
	unsigned count;
	struct sent sent[SENT_MAX];
};

static void take(void *ctx, const struct advertiser_asker *to)
{
	struct fixture *f = ctx;
	struct sent *sent = &f->sent[f->count++];

	assert_in_range(f->count, 1, SENT_MAX);
	sent->at_ns = f->fake.ns;
	sent->to_all = !to;
	if (to)
		sent->to = to->address;
}

static const struct advertiser_ops ops = {.advertise = take};

static int setup(void **state)
{
	static struct fixture fixture;
	const struct siphash_key key = {{1, 2}};

	memset(&fixture, 0, sizeof(fixture));
	fake_clock_init(&fixture.fake, NSEC_PER_SEC);
	advertiser_init(&fixture.advertiser, &fixture.fake.clock, &key, &ops,
			&fixture);
	*state = &fixture;
	return 0;
}

/* Everything that is due up to @end_ns. */
static void run_until(struct fixture *f, uint64_t end_ns)
{
	while (advertiser_next_ns(&f->advertiser) <= end_ns) {
		f->fake.ns =
			MAX(f->fake.ns, advertiser_next_ns(&f->advertiser));
		advertiser_tick(&f->advertiser);
	}
	f->fake.ns = end_ns;
}

static struct in6_addr asker(uint8_t last)
{
	struct in6_addr address = nd_link_local(&router_mac);

	address.s6_addr[15] = last;
	return address;
}

static void the_first_come_soon_and_the_others_at_random(void **state)
{
	struct fixture *f = *state;
	bool differ = false;
	unsigned i;

	run_until(f, 3600 * NSEC_PER_SEC);
	assert_in_range(f->count, 4 + 3600 / 600, 4 + 3600 / 200);
	assert_int_equal(f->sent[0].at_ns, NSEC_PER_SEC);
	for (i = 1; i < f->count; i++) {
		uint64_t gap_ns = f->sent[i].at_ns - f->sent[i - 1].at_ns;

		assert_true(f->sent[i].to_all);
		if (i <= 3) {
			assert_in_range(gap_ns, 3 * NSEC_PER_SEC,
					16 * NSEC_PER_SEC);
			continue;
		}
		assert_in_range(gap_ns, 200 * NSEC_PER_SEC, 600 * NSEC_PER_SEC);
		differ |= i > 4 &&
			  gap_ns != f->sent[i - 1].at_ns - f->sent[i - 2].at_ns;
	}
	assert_true(differ);
}

static void who_asks_gets_his_own_within_half_a_second(void **state)
{
	const struct in6_addr one = asker(1), two = asker(2);
	struct fixture *f = *state;
	uint64_t asked_ns;

	run_until(f, 100 * NSEC_PER_SEC);
	f->count = 0;
	asked_ns = f->fake.ns;
	advertiser_asked(&f->advertiser, &one, &router_mac);
	advertiser_asked(&f->advertiser, &two, &router_mac);
	advertiser_asked(&f->advertiser, &one, &router_mac);
	run_until(f, asked_ns + NSEC_PER_SEC);
	assert_int_equal(f->count, 2);
	assert_in_range(f->sent[0].at_ns, asked_ns,
			asked_ns + ADVERTISER_DELAY_NS);
	assert_in_range(f->sent[1].at_ns, asked_ns,
			asked_ns + ADVERTISER_DELAY_NS);
	assert_false(f->sent[0].to_all || f->sent[1].to_all);
	assert_false(ipv6_is_equal(&f->sent[0].to, &f->sent[1].to));
	assert_int_equal(f->advertiser.counters.solicitations, 3);
	assert_int_equal(f->advertiser.counters.solicited, 2);
}

static void
who_has_no_address_gets_one_to_all_but_never_two_at_once(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	run_until(f, 100 * NSEC_PER_SEC);
	f->count = 0;
	for (i = 0; i < 200; i++) {
		advertiser_asked(&f->advertiser, &in6addr_any, &router_mac);
		run_until(f, f->fake.ns + 50 * NSEC_PER_MSEC);
	}
	/* ten seconds of asking */
	assert_in_range(f->count, 2, 4);
	for (i = 1; i < f->count; i++)
		assert_true(f->sent[i].at_ns - f->sent[i - 1].at_ns >=
			    ADVERTISER_GAP_NS);
}

static void too_many_askers_share_one(void **state)
{
	struct fixture *f = *state;
	unsigned i, to_all = 0;

	run_until(f, 100 * NSEC_PER_SEC);
	f->count = 0;
	for (i = 0; i < ADVERTISER_ASKERS + 9; i++) {
		const struct in6_addr address = asker((uint8_t)i);

		advertiser_asked(&f->advertiser, &address, &router_mac);
	}
	run_until(f, f->fake.ns + NSEC_PER_SEC);
	assert_int_equal(f->count, ADVERTISER_ASKERS + 1);
	for (i = 0; i < f->count; i++)
		to_all += f->sent[i].to_all;
	assert_int_equal(to_all, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_advertisement_is_as_rfc_4861_and_8106_say),
		cmocka_unit_test(names_that_are_none_are_left_out),
		cmocka_unit_test(broken_solicitations_are_refused),
		cmocka_unit_test_setup(
			the_first_come_soon_and_the_others_at_random, setup),
		cmocka_unit_test_setup(
			who_asks_gets_his_own_within_half_a_second, setup),
		cmocka_unit_test_setup(
			who_has_no_address_gets_one_to_all_but_never_two_at_once,
			setup),
		cmocka_unit_test_setup(too_many_askers_share_one, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
