// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_gateway_ip6.c - IPv6 frames into a gateway, and what it says
 */
#include "unit/cmocka_wrap.h"

#include <arpa/inet.h>
#include <string.h>

#include "core/bytes.h"
#include "core/util.h"
#include "unit/gateway_bed.h"

#define ICMP (ETH_HLEN + IP6_HLEN)
#define QUOTE (ICMP + ICMP6_HLEN)

static const struct mac gateway_mac = {{0x52, 0x54, 0, 0, 0, 1}};
static const struct mac guest_mac = {{0x52, 0x54, 0, 0, 0, 0xaa}};

struct fixture {
	struct gateway_bed bed;
	struct in6_addr guest, guest_link, ours, ours_link;
	unsigned replies;
	uint32_t reply_len;
	struct ip6 ip;
	uint8_t reply[FRAME_MAX_LEN];
	uint8_t frame[FRAME_MAX_LEN];
	struct vnet_hdr hdr;
};

static unsigned take_reply(void *ctx, struct port *port, struct frame **frames,
			   unsigned n)
{
	struct fixture *f = ctx;
	unsigned i;

	(void)port;
	for (i = 0; i < n; i++) {
		f->reply_len = frames[i]->len;
		frame_copy(frames[i], 0, f->reply, f->reply_len);
		assert_true(ip6_parse(f->reply + ETH_HLEN, f->reply_len - 14,
				      f->reply_len - 14, &f->ip));
		f->ip.payload = f->reply + ICMP;
		assert_true(ip6_payload_csum_is_good(&f->ip));
		assert_memory_equal(f->reply + MAC_LEN, &gateway_mac, MAC_LEN);
	}
	f->replies += n;
	return n;
}

static const struct port_upper upper = {.input = take_reply};
static struct in6_addr address(const char *text)
{
	struct in6_addr addr;

	assert_int_equal(inet_pton(AF_INET6, text, &addr), 1);
	return addr;
}

static void start(struct fixture *f, bool advertise)
{
	struct gateway_ip6_settings ip6 = {
		.advertise = advertise,
		.prefix_flags = RA_ON_LINK | RA_AUTONOMOUS,
		.domain = "office.lab",
	};
	const struct gateway_settings settings = {
		.name = "wan/gateway",
		.mac = gateway_mac,
		.address = {0x0a140001, 24},
		.mtu = 1500,
		.ip6 = &ip6,
		.secret = {{1, 2}},
	};
	struct gateway_env env = {.ops = &gateway_bed_ops, .ctx = f};

	memset(f, 0, sizeof(*f));
	ipv6_prefix_parse("fd00:20::/64", &ip6.prefix);
	f->guest = address("fd00:20::aa");
	f->guest_link = address("fe80::aa");
	f->ours = address("fd00:20::1");
	f->ours_link = address("fe80::5054:ff:fe00:1");
	gateway_bed_start(&f->bed, &settings, &env, &upper);
}

static struct fixture fixture;

static int setup(void **state)
{
	start(&fixture, false);
	*state = &fixture;
	return 0;
}

static int setup_advertising(void **state)
{
	start(&fixture, true);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	gateway_bed_stop(&f->bed);
	return 0;
}

/* Sends f->frame; returns how many replies came. */
static unsigned send_frame(struct fixture *f, size_t len)
{
	struct frame frame, *frames[] = {&frame};
	struct iovec tail;

	frame_set_data(&frame, f->frame, (uint32_t)len, &tail);
	frame.hdr = f->hdr;
	f->replies = 0;
	assert_int_equal(port_send(f->bed.port, frames, 1), 1);
	loop_run_once(f->bed.loop, 0);
	return f->replies;
}

static uint64_t drops(const struct fixture *f, enum drop_reason reason)
{
	return f->bed.port->counters.drops[reason];
}

static struct ip6_route route(const struct in6_addr *src,
			      const struct in6_addr *dst)
{
	return (struct ip6_route){guest_mac, gateway_mac, *src, *dst, 64};
}

static size_t make_ping(struct fixture *f, const struct in6_addr *src,
			const struct in6_addr *dst, size_t data_len)
{
	struct ip6_route way = route(src, dst);
	uint8_t *p = f->frame + ICMP;
	size_t i;

	if (IN6_IS_ADDR_MULTICAST(dst))
		way.dst_mac = nd_group_mac(dst);
	memset(p, 0, ICMP6_HLEN);
	p[0] = ICMP6_ECHO;
	be32_store(p + 4, 0x00070001);
	for (i = 0; i < data_len; i++)
		p[ICMP6_HLEN + i] = (uint8_t)(i * 7);
	return icmp6_encode(f->frame, &way, ICMP6_HLEN + data_len);
}

static size_t make_udp(struct fixture *f, const struct in6_addr *dst,
		       size_t data_len)
{
	const struct ip6_route way = route(&f->guest, dst);

	memset(f->frame + UDP6_OFFSET, 7, data_len);
	return udp6_encode(f->frame, &way, udp4_ports(1000, 2000), data_len);
}

static unsigned send_nd(struct fixture *f, const struct nd *nd)
{
	const struct mac to = IN6_IS_ADDR_MULTICAST(&nd->dst)
				      ? nd_group_mac(&nd->dst)
				      : gateway_mac;

	return send_frame(f, nd_encode(f->frame, &to, &guest_mac, nd));
}

static struct nd solicit(const struct in6_addr *src,
			 const struct in6_addr *target)
{
	return (struct nd){
		.type = ND_SOLICITATION,
		.has_mac = !IN6_IS_ADDR_UNSPECIFIED(src),
		.mac = guest_mac,
		.src = *src,
		.dst = nd_solicited_node(target),
		.target = *target,
	};
}

static void assert_advertised(struct fixture *f, const struct in6_addr *target,
			      uint8_t flags)
{
	struct nd nd;

	assert_true(nd_decode(f->reply + ETH_HLEN, f->reply_len - ETH_HLEN,
			      false, &nd));
	assert_int_equal(nd.type, ND_ADVERTISEMENT);
	assert_int_equal(nd.flags, flags);
	assert_true(nd.has_mac);
	assert_memory_equal(&nd.mac, &gateway_mac, MAC_LEN);
	assert_memory_equal(&nd.target, target, 16);
	assert_memory_equal(&nd.src, target, 16);
}

static void both_of_our_addresses_are_found(void **state)
{
	struct fixture *f = *state;
	struct nd nd = solicit(&f->guest, &f->ours);

	assert_int_equal(send_nd(f, &nd), 1);
	assert_advertised(f, &f->ours, ND_ROUTER | ND_SOLICITED | ND_OVERRIDE);
	assert_memory_equal(f->reply, &guest_mac, MAC_LEN);
	assert_memory_equal(&f->ip.dst, &f->guest, 16);
	nd = solicit(&f->guest_link, &f->ours_link);
	assert_int_equal(send_nd(f, &nd), 1);
	assert_advertised(f, &f->ours_link,
			  ND_ROUTER | ND_SOLICITED | ND_OVERRIDE);
	nd.dst = f->ours_link; /* unreachability detection: by unicast */
	assert_int_equal(send_nd(f, &nd), 1);
	nd = solicit(&f->guest, &f->guest_link);
	assert_int_equal(send_nd(f, &nd), 0);
}

static void nobody_else_gets_our_address(void **state)
{
	struct fixture *f = *state;
	struct nd nd = solicit(&in6addr_any, &f->ours);
	struct gateway_counters counters;

	assert_int_equal(send_nd(f, &nd), 1);
	assert_advertised(f, &f->ours, ND_ROUTER | ND_OVERRIDE);
	assert_memory_equal(f->reply, "\x33\x33\0\0\0\1", MAC_LEN);
	assert_memory_equal(&f->ip.dst, &nd_all_nodes, 16);
	/* claims and packets from it are counted, and believed by nobody */
	nd = (struct nd){.type = ND_ADVERTISEMENT,
			 .flags = ND_OVERRIDE,
			 .has_mac = true,
			 .mac = guest_mac,
			 .src = f->guest_link,
			 .dst = nd_all_nodes,
			 .target = f->ours};
	assert_int_equal(send_nd(f, &nd), 0);
	assert_int_equal(
		send_frame(f, make_ping(f, &f->ours, &f->ours_link, 9)), 0);
	gateway_get_counters(f->bed.gateway, &counters);
	assert_int_equal(counters.spoofed_address, 2);
	assert_int_equal(counters.ip6->nd_replies, 1);
}

static void nd_that_passed_a_router_is_refused(void **state)
{
	struct fixture *f = *state;
	const struct nd nd = solicit(&f->guest, &f->ours);
	const struct mac to = nd_group_mac(&nd.dst);
	size_t len = nd_encode(f->frame, &to, &guest_mac, &nd);

	f->frame[ETH_HLEN + 7] = 254;
	assert_int_equal(send_frame(f, len), 0);
	assert_int_equal(drops(f, DROP_BAD_PACKET), 1);
}

static void pings_of_any_size_are_answered(void **state)
{
	static const size_t sizes[] = {0, 1, 56, 1400, 9000, 65400};
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t len = make_ping(f, &f->guest, &f->ours, sizes[i]);

		assert_int_equal(send_frame(f, len), 1);
		assert_int_equal(f->reply_len, len);
		assert_int_equal(f->reply[ICMP], ICMP6_ECHO_REPLY);
		assert_memory_equal(f->reply + ICMP + 4, f->frame + ICMP + 4,
				    len - ICMP - 4);
		assert_memory_equal(&f->ip.src, &f->ours, 16);
		assert_memory_equal(&f->ip.dst, &f->guest, 16);
	}
	f->frame[ICMP + 2] ^= 1;
	assert_int_equal(send_frame(f, ICMP + 70), 0);
}

static void pings_to_all_routers_are_answered_from_our_own_address(void **state)
{
	const struct in6_addr routers = address("ff02::2");
	struct fixture *f = *state;

	assert_int_equal(
		send_frame(f, make_ping(f, &f->guest_link, &routers, 9)), 1);
	assert_memory_equal(&f->ip.src, &f->ours_link, 16);
	assert_int_equal(send_frame(f, make_ping(f, &in6addr_any, &f->ours, 9)),
			 0);
}

static void assert_error(struct fixture *f, enum icmp6_error error,
			 size_t quoted)
{
	assert_int_equal(be16_load(f->reply + ICMP), error);
	assert_memory_equal(&f->ip.dst, &f->guest, 16);
	assert_memory_equal(&f->ip.src, &f->ours, 16);
	assert_int_equal(f->reply_len, QUOTE + quoted);
	assert_memory_equal(f->reply + QUOTE, f->frame + ETH_HLEN, quoted);
}

static void who_wants_outside_is_told_at_once(void **state)
{
	const struct in6_addr outside = address("2001:db8::1");
	const struct in6_addr other = address("fd00:20::77");
	struct fixture *f = *state;
	size_t len = make_udp(f, &outside, 20);

	assert_int_equal(send_frame(f, len), 1);
	assert_error(f, ICMP6_NO_ROUTE, len - ETH_HLEN);
	/* padding isn't quoted; what is long is cut to fit everywhere */
	assert_int_equal(send_frame(f, len + 11), 1);
	assert_error(f, ICMP6_NO_ROUTE, len - ETH_HLEN);
	assert_int_equal(send_frame(f, make_udp(f, &outside, 1400)), 1);
	assert_error(f, ICMP6_NO_ROUTE, IP6_MIN_MTU - IP6_HLEN - ICMP6_HLEN);
	assert_int_equal(send_frame(f, make_udp(f, &other, 20)), 1);
	assert_error(f, ICMP6_ADDRESS_UNREACHABLE, len - ETH_HLEN);
	assert_int_equal(drops(f, DROP_NO_ROUTE), 4);
	assert_int_equal(send_frame(f, make_udp(f, &f->ours, 20)), 1);
	assert_error(f, ICMP6_PORT_UNREACHABLE, len - ETH_HLEN);
}

static void errors_are_never_answered(void **state)
{
	const struct in6_addr outside = address("2001:db8::1");
	struct fixture *f = *state;
	const struct ip6_route way = route(&f->guest, &outside);
	size_t len = make_ping(f, &f->guest, &outside, 20);

	assert_int_equal(send_frame(f, len), 1); /* a ping is no error */
	f->frame[ICMP] = 3;
	len = icmp6_encode(f->frame, &way, ICMP6_HLEN + 20);
	assert_int_equal(send_frame(f, len), 0);
	assert_int_equal(
		send_frame(f, make_ping(f, &in6addr_any, &outside, 20)), 0);
	/* nor is what was sent to a group of Ethernet addresses */
	len = make_udp(f, &outside, 20);
	memcpy(f->frame, "\x33\x33\0\0\0\1", MAC_LEN);
	assert_int_equal(send_frame(f, len), 0);
	len = make_udp(f, &f->ours, 20);
	memcpy(f->frame, "\x33\x33\0\0\0\1", MAC_LEN);
	assert_int_equal(send_frame(f, len), 0);
	/* or to one of IPv6 */
	assert_int_equal(send_frame(f, make_udp(f, &nd_all_nodes, 20)), 0);
}

static void every_truncation_is_a_bad_packet(void **state)
{
	struct fixture *f = *state;
	size_t len, whole = make_ping(f, &f->guest, &f->ours, 100);

	for (len = ETH_HLEN; len < whole; len++)
		assert_int_equal(send_frame(f, len), 0);
	assert_int_equal(drops(f, DROP_BAD_PACKET), whole - ETH_HLEN);
}

static void checksums_may_be_left_to_us(void **state)
{
	struct fixture *f = *state;
	size_t len = make_ping(f, &f->guest, &f->ours, 100);

	be16_store(f->frame + ICMP + 2, 0);
	assert_int_equal(send_frame(f, len), 0);
	f->hdr.flags = VNET_F_NEEDS_CSUM;
	f->hdr.csum_start = ICMP;
	f->hdr.csum_offset = 2;
	assert_int_equal(send_frame(f, len), 1);
	f->hdr.csum_start = ICMP + 4;
	assert_int_equal(send_frame(f, len), 0);
	assert_int_equal(drops(f, DROP_BAD_OFFLOAD), 1);
}

static void advance(struct fixture *f, uint64_t ns)
{
	f->bed.fake.ns += ns;
	loop_run_once(f->bed.loop, 0);
	loop_run_once(f->bed.loop, 0);
}

static size_t make_router_solicitation(struct fixture *f)
{
	const struct in6_addr routers = address("ff02::2");
	struct ip6_route way = route(&f->guest_link, &routers);

	way.dst_mac = nd_group_mac(&routers);
	way.hop_limit = 255;
	memset(f->frame + ICMP, 0, 8);
	f->frame[ICMP] = RA_SOLICITATION;
	return icmp6_encode(f->frame, &way, 8);
}

static void assert_prefix_lives(struct fixture *f, uint32_t valid_s,
				uint32_t preferred_s)
{
	const uint8_t *prefix = f->reply + ICMP + 16 + 8 + 8;

	assert_int_equal(f->reply[ICMP], RA_ADVERTISEMENT);
	assert_int_equal(be16_load(f->reply + ICMP + 6), 0); /* no way out */
	assert_int_equal(prefix[0], 3);
	assert_int_equal(be32_load(prefix + 4), valid_s);
	assert_int_equal(be32_load(prefix + 8), preferred_s);
}

static void the_prefix_is_advertised_and_taken_back(void **state)
{
	struct fixture *f = *state;
	struct gateway_counters counters;

	advance(f, 1);
	assert_int_equal(f->replies, 1);
	assert_prefix_lives(f, GATEWAY_VALID_S, GATEWAY_PREFERRED_S);
	assert_memory_equal(f->reply, "\x33\x33\0\0\0\1", MAC_LEN);
	assert_int_equal(send_frame(f, make_router_solicitation(f)), 0);
	advance(f, ADVERTISER_DELAY_NS);
	assert_int_equal(f->replies, 1);
	assert_prefix_lives(f, GATEWAY_VALID_S, GATEWAY_PREFERRED_S);
	assert_memory_equal(f->reply, &guest_mac, MAC_LEN);
	assert_memory_equal(&f->ip.dst, &f->guest_link, 16);
	f->replies = 0;
	gateway_farewell(f->bed.gateway);
	assert_int_equal(f->replies, 1); /* at once: the port goes next */
	assert_prefix_lives(f, 0, 0);
	gateway_get_counters(f->bed.gateway, &counters);
	assert_int_equal(counters.ip6->adverts.solicited, 1);
	assert_int_equal(counters.ip6->adverts.multicast, 1);
}

static void without_advertisements_nobody_is_answered(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(send_frame(f, make_router_solicitation(f)), 0);
	advance(f, 1000 * NSEC_PER_SEC);
	gateway_farewell(f->bed.gateway);
	assert_int_equal(f->replies, 0);
	assert_int_equal(drops(f, DROP_NOT_FOR_US), 1);
}

static void other_routers_are_counted(void **state)
{
	struct fixture *f = *state;
	size_t len = make_router_solicitation(f);
	struct gateway_counters counters;

	f->frame[ICMP] = RA_ADVERTISEMENT;
	memcpy(f->frame, "\x33\x33\0\0\0\1", MAC_LEN);
	memcpy(f->frame + ETH_HLEN + 24, &nd_all_nodes, 16);
	assert_int_equal(send_frame(f, len), 0);
	gateway_get_counters(f->bed.gateway, &counters);
	assert_int_equal(counters.ip6->rogue_ra, 1);
}

static void a_flood_of_solicitations_is_limited(void **state)
{
	struct fixture *f = *state;
	const struct nd nd = solicit(&f->guest, &f->ours);
	unsigned i, answered = 0;

	for (i = 0; i < 2 * GATEWAY_ND_PER_S; i++)
		answered += send_nd(f, &nd);
	assert_int_equal(answered, GATEWAY_ND_PER_S);
	assert_int_equal(drops(f, DROP_RATE_LIMIT), GATEWAY_ND_PER_S);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_of_our_addresses_are_found),
		TEST(nobody_else_gets_our_address),
		TEST(nd_that_passed_a_router_is_refused),
		TEST(pings_of_any_size_are_answered),
		TEST(pings_to_all_routers_are_answered_from_our_own_address),
		TEST(who_wants_outside_is_told_at_once),
		TEST(errors_are_never_answered),
		TEST(every_truncation_is_a_bad_packet),
		TEST(checksums_may_be_left_to_us),
		cmocka_unit_test_setup_teardown(
			the_prefix_is_advertised_and_taken_back,
			setup_advertising, teardown),
		TEST(without_advertisements_nobody_is_answered),
		TEST(other_routers_are_counted),
		TEST(a_flood_of_solicitations_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
