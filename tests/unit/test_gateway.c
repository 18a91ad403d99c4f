// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_gateway.c - frames into a gateway, and what it says
 */
#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "core/util.h"
#include "switch/arp.h"
#include "unit/gateway_bed.h"
#include "switch/reply_queue.h"

#define ADDRESS 0x0a140001
#define GUEST 0x0a14000b
#define ICMP_OFFSET (ETH_HLEN + IP4_HLEN)

static const struct mac gateway_mac = {{0x52, 0x54, 0, 0, 0, 1}};
static const struct mac guest_mac = {{0x52, 0x54, 0, 0, 0, 0xaa}};
static const struct mac all = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
static const struct ip4_route to_gateway = {{{0x52, 0x54, 0, 0, 0, 0xaa}},
					    {{0x52, 0x54, 0, 0, 0, 1}},
					    GUEST,
					    ADDRESS};

struct fixture {
	struct gateway_bed bed;
	bool sending;
	unsigned replies;
	uint32_t reply_len;
	uint8_t reply[FRAME_MAX_LEN];
	uint8_t frame[FRAME_MAX_LEN];
	struct vnet_hdr hdr;
	uint16_t ingress;
};

static unsigned take_reply(void *ctx, struct port *port, struct frame **frames,
			   unsigned n)
{
	struct fixture *f = ctx;
	unsigned i;

	assert_ptr_equal(port, f->bed.port);
	assert_false(f->sending); /* never from within send() */
	for (i = 0; i < n; i++) {
		assert_false(frame_has_offload(frames[i]));
		f->reply_len = frames[i]->len;
		frame_copy(frames[i], 0, f->reply, f->reply_len);
	}
	f->replies += n;
	return n;
}

static const struct port_upper upper = {.input = take_reply};

static void start(struct fixture *f, bool dhcp_only)
{
	static const struct dhcp_settings dhcp = {
		.config = {.server = {ADDRESS, 24}, .lease_s = 600},
		.first = 0x0a140064,
		.last = 0x0a140066,
	};
	static const struct dns_settings dns = {.domain = "office.lab",
						.subnet = {ADDRESS, 24}};
	const struct gateway_settings settings = {
		.name = "wan/gateway",
		.mac = gateway_mac,
		.address = {ADDRESS, 24},
		.mtu = 1500,
		.dhcp = &dhcp,
		.dns = dhcp_only ? NULL : &dns,
		.dhcp_only = dhcp_only,
		.secret = {{1, 2}},
	};
	struct gateway_env env = {.ops = &gateway_bed_ops, .ctx = f};

	memset(f, 0, sizeof(*f));
	gateway_bed_start(&f->bed, &settings, &env, &upper);
}

static struct fixture fixture;

static int setup(void **state)
{
	start(&fixture, false);
	*state = &fixture;
	return 0;
}

static int setup_dhcp_only(void **state)
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

/* Sends f->frame without running the loop. */
static void push(struct fixture *f, size_t len)
{
	struct frame frame, *frames[] = {&frame};
	struct iovec tail;

	frame_set_data(&frame, f->frame, (uint32_t)len, &tail);
	frame.hdr = f->hdr;
	frame.ingress = f->ingress;
	f->sending = true;
	assert_int_equal(port_send(f->bed.port, frames, 1), 1);
	f->sending = false;
}

/* Sends f->frame; returns how many replies came. */
static unsigned send_frame(struct fixture *f, size_t len)
{
	f->replies = 0;
	push(f, len);
	loop_run_once(f->bed.loop, 0);
	return f->replies;
}

static uint64_t drops(const struct fixture *f, enum drop_reason reason)
{
	return f->bed.port->counters.drops[reason];
}

static unsigned send_arp(struct fixture *f, uint32_t sender, uint32_t target)
{
	const struct arp arp = {.op = ARP_REQUEST,
				.sender_mac = guest_mac,
				.sender = sender,
				.target = target};

	arp_encode(f->frame, &all, &arp);
	return send_frame(f, ARP_FRAME_LEN);
}

static size_t make_ping(struct fixture *f, size_t data_len)
{
	uint8_t *p = f->frame + ICMP_OFFSET;
	size_t i, len = ICMP_HLEN + data_len;

	memset(p, 0, ICMP_HLEN);
	p[0] = ICMP_ECHO;
	be32_store(p + 4, 0x00070001);
	for (i = ICMP_HLEN; i < len; i++)
		p[i] = (uint8_t)(i * 7);
	be16_store(p + 2, csum_fold(csum_add(0, p, len)));
	return ip4_encode(f->frame, &to_gateway, IP4_ICMP, len);
}

static void arp_is_answered_for_our_address_alone(void **state)
{
	struct fixture *f = *state;
	struct arp arp;

	assert_int_equal(send_arp(f, GUEST, ADDRESS), 1);
	assert_int_equal(f->reply_len, ARP_FRAME_LEN);
	assert_true(arp_decode(f->reply + ETH_HLEN, ARP_LEN, &arp));
	assert_int_equal(arp.op, ARP_REPLY);
	assert_int_equal(arp.sender, ADDRESS);
	assert_int_equal(arp.target, GUEST);
	assert_memory_equal(&arp.sender_mac, &gateway_mac, MAC_LEN);
	assert_memory_equal(f->reply, &guest_mac, MAC_LEN);
	assert_int_equal(send_arp(f, GUEST, ADDRESS + 1), 0);
	assert_int_equal(drops(f, DROP_NOT_FOR_US), 1);
	assert_int_equal(send_arp(f, 0, ADDRESS), 1); /* RFC 5227 probe */
}

static void our_addresses_in_foreign_mouths_are_counted(void **state)
{
	struct fixture *f = *state;
	struct gateway_counters counters;
	size_t len;

	assert_int_equal(send_arp(f, ADDRESS, GUEST), 0);
	len = make_ping(f, 10);
	memcpy(f->frame + MAC_LEN, &gateway_mac, MAC_LEN);
	assert_int_equal(send_frame(f, len), 0);
	len = make_ping(f, 10);
	be32_store(f->frame + ETH_HLEN + 12, ADDRESS);
	be16_store(f->frame + ETH_HLEN + 10, 0);
	be16_store(f->frame + ETH_HLEN + 10,
		   csum_fold(csum_add(0, f->frame + ETH_HLEN, IP4_HLEN)));
	assert_int_equal(send_frame(f, len), 0);
	gateway_get_counters(f->bed.gateway, &counters);
	assert_int_equal(counters.spoofed_address, 2);
	assert_int_equal(counters.spoofed_mac, 1);
}

static void assert_echo(struct fixture *f, size_t len)
{
	uint8_t *p = f->reply + ICMP_OFFSET;

	assert_int_equal(f->reply_len, len);
	assert_int_equal(p[0], ICMP_ECHO_REPLY);
	assert_int_equal(csum_fold(csum_add(0, p, len - ICMP_OFFSET)), 0);
	assert_memory_equal(p + 4, f->frame + ICMP_OFFSET + 4,
			    len - ICMP_OFFSET - 4);
}

static void ping_of_any_size_is_answered(void **state)
{
	static const size_t sizes[] = {0, 1, 56, 1400, 1472, 9000, 65507};
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t len = make_ping(f, sizes[i]);

		assert_int_equal(send_frame(f, len), 1);
		assert_echo(f, len);
	}
}

static void ping_with_its_checksum_left_to_us_is_answered(void **state)
{
	struct fixture *f = *state;
	size_t len = make_ping(f, 1400);

	be16_store(f->frame + ICMP_OFFSET + 2, 0);
	assert_int_equal(send_frame(f, len), 0);
	assert_int_equal(drops(f, DROP_BAD_PACKET), 1);
	f->hdr.flags = VNET_F_NEEDS_CSUM;
	f->hdr.csum_start = ICMP_OFFSET;
	f->hdr.csum_offset = 2;
	assert_int_equal(send_frame(f, len), 1);
	assert_echo(f, len);
	f->hdr.csum_start = ICMP_OFFSET + 8;
	assert_int_equal(send_frame(f, len), 0);
	assert_int_equal(drops(f, DROP_BAD_OFFLOAD), 1);
}

static void padding_is_no_payload(void **state)
{
	struct fixture *f = *state;
	size_t len = make_ping(f, 2);

	memset(f->frame + len, 0xee, 60 - len);
	assert_int_equal(send_frame(f, 60), 1);
	assert_int_equal(f->reply_len, len);
}

static void every_truncation_is_a_bad_packet(void **state)
{
	struct fixture *f = *state;
	size_t len, whole = make_ping(f, 100);

	for (len = ETH_HLEN; len < whole; len++)
		assert_int_equal(send_frame(f, len), 0);
	assert_int_equal(drops(f, DROP_BAD_PACKET), whole - ETH_HLEN);
}

static void assert_bad_ip4(struct fixture *f, unsigned offset, uint8_t value)
{
	size_t len = make_ping(f, 100);
	uint8_t *p = f->frame + ETH_HLEN;
	uint64_t before = drops(f, DROP_BAD_PACKET);

	p[offset] = value;
	be16_store(p + 10, 0);
	be16_store(p + 10, csum_fold(csum_add(0, p, IP4_HLEN)));
	assert_int_equal(send_frame(f, len), 0);
	assert_int_equal(drops(f, DROP_BAD_PACKET), before + 1);
}

static void malformed_headers_are_bad_packets(void **state)
{
	struct fixture *f = *state;

	assert_bad_ip4(f, 0, 0x65);  /* version */
	assert_bad_ip4(f, 0, 0x44);  /* header of 16 bytes */
	assert_bad_ip4(f, 0, 0x4f);  /* options that aren't there */
	assert_bad_ip4(f, 2, 0xff);  /* longer than the frame */
	assert_bad_ip4(f, 6, 0x20);  /* first fragment */
	assert_bad_ip4(f, 7, 1);     /* later fragment */
	assert_bad_ip4(f, 12, 0x7f); /* from loopback */
	assert_bad_ip4(f, 12, 0xe0); /* from multicast */
	assert_bad_ip4(f, 12, 0);    /* from nobody */
	make_ping(f, 100);
	f->frame[ETH_HLEN + 11] ^= 1; /* checksum */
	assert_int_equal(send_frame(f, ICMP_OFFSET + 108), 0);
}

static void outside_is_no_route(void **state)
{
	struct fixture *f = *state;
	struct ip4_route route = to_gateway;
	size_t len;

	route.dst = 0x08080808;
	len = ip4_encode(f->frame, &route, IP4_UDP, 8);
	assert_int_equal(send_frame(f, len), 0);
	assert_int_equal(drops(f, DROP_NO_ROUTE), 1);
	route.dst_mac = guest_mac; /* flooded, somebody else's */
	len = ip4_encode(f->frame, &route, IP4_UDP, 8);
	assert_int_equal(send_frame(f, len), 0);
	assert_int_equal(drops(f, DROP_NOT_FOR_US), 1);
}

static void flood_of_one_port_is_limited_and_others_are_served(void **state)
{
	struct fixture *f = *state;
	unsigned i, answered = 0;

	for (i = 0; i < 10 * GATEWAY_ARP_PER_S; i++)
		answered += send_arp(f, GUEST, ADDRESS);
	assert_int_equal(answered, GATEWAY_ARP_PER_S);
	assert_int_equal(drops(f, DROP_RATE_LIMIT), 9 * GATEWAY_ARP_PER_S);
	f->ingress = 1;
	assert_int_equal(send_arp(f, GUEST, ADDRESS), 1);
	f->ingress = 0;
	f->bed.fake.ns += NSEC_PER_SEC / 2;
	loop_run_once(f->bed.loop, 0);
	for (i = answered = 0; i < GATEWAY_ARP_PER_S; i++)
		answered += send_arp(f, GUEST, ADDRESS);
	assert_int_equal(answered, GATEWAY_ARP_PER_S / 2);
}

static void who_speaks_to_us_becomes_a_neighbour(void **state)
{
	struct fixture *f = *state;
	const struct arp reply = {.op = ARP_REPLY,
				  .sender_mac = guest_mac,
				  .sender = GUEST + 1,
				  .target = ADDRESS};
	struct gateway_counters counters;

	send_arp(f, GUEST, ADDRESS);
	send_arp(f, GUEST + 7, GUEST);
	arp_encode(f->frame, &gateway_mac, &reply);
	assert_int_equal(send_frame(f, ARP_FRAME_LEN), 0);
	assert_int_equal(drops(f, DROP_NOT_FOR_US), 1); /* the second */
	gateway_get_counters(f->bed.gateway, &counters);
	assert_int_equal(counters.neighbours->learned, 2);
	assert_int_equal(send_frame(f, make_ping(f, 56)), 1);
	assert_int_equal(counters.neighbours->entries, 2);
}

static void replies_that_wait_are_bounded(void **state)
{
	struct fixture *f = *state;
	size_t len = make_ping(f, 10);
	unsigned i;

	for (i = 0; i < REPLY_QUEUE_FRAMES + 10; i++)
		push(f, len);
	assert_int_equal(f->replies, 0);
	assert_int_equal(drops(f, DROP_BACKLOG_FULL), 10);
	for (i = 0; i < 10; i++)
		loop_run_once(f->bed.loop, 0);
	assert_int_equal(f->replies, REPLY_QUEUE_FRAMES);
	len = make_ping(f, 60000);
	for (i = 0; i < 40; i++)
		push(f, len);
	assert_int_equal(drops(f, DROP_BACKLOG_FULL),
			 10 + 40 - REPLY_QUEUE_BYTES / len);
}

static void dns_is_answered_to_its_asker(void **state)
{
	static const uint8_t query[] =
		"\0\7\1\0\0\1\0\0\0\0\0\0\4none\0\0\1\0\1";
	struct fixture *f = *state;
	struct udp udp;
	struct ip4 ip;
	size_t len;

	memcpy(f->frame + UDP4_OFFSET, query, sizeof(query) - 1);
	len = udp4_encode(f->frame, &to_gateway, udp4_ports(5000, DNS_PORT),
			  sizeof(query) - 1);
	assert_int_equal(send_frame(f, len), 1);
	assert_true(ip4_parse(f->reply + ETH_HLEN, f->reply_len - ETH_HLEN,
			      f->reply_len - ETH_HLEN, &ip));
	ip.payload = f->reply + ETH_HLEN + ip.header_len;
	assert_true(udp4_parse(&ip, &udp));
	assert_int_equal(ip.dst, GUEST);
	assert_int_equal(udp.dst_port, 5000);
	assert_int_equal(udp.data[3] & 0xf, DNS_REFUSED);
	f->frame[UDP4_OFFSET + 14] ^= 1; /* now the checksum is wrong */
	assert_int_equal(send_frame(f, len), 0);
	assert_int_equal(drops(f, DROP_BAD_PACKET), 1);
}

static void dhcp_only_port_says_nothing_else(void **state)
{
	static const uint8_t query[] =
		"\0\7\1\0\0\1\0\0\0\0\0\0\4none\0\0\1\0\1";
	struct fixture *f = *state;
	size_t len;

	assert_int_equal(send_arp(f, GUEST, ADDRESS), 1);
	assert_int_equal(send_frame(f, make_ping(f, 56)), 0);
	memcpy(f->frame + UDP4_OFFSET, query, sizeof(query) - 1);
	len = udp4_encode(f->frame, &to_gateway, udp4_ports(5000, DNS_PORT),
			  sizeof(query) - 1);
	assert_int_equal(send_frame(f, len), 0);
	memset(f->frame, 0, sizeof(f->frame));
	len = ip4_encode(f->frame, &to_gateway, IP4_TCP, 20);
	assert_int_equal(send_frame(f, len), 0);
	assert_int_equal(drops(f, DROP_NOT_FOR_US), 3);
}

static void tagged_frames_are_not_ours_but_priority_tags_are(void **state)
{
	struct fixture *f = *state;
	size_t len = make_ping(f, 56);

	memmove(f->frame + 16, f->frame + 12, len - 12);
	be16_store(f->frame + 12, 0x8100);
	be16_store(f->frame + 14, 0xa000);
	assert_int_equal(send_frame(f, len + VLAN_HLEN), 1);
	assert_int_equal(f->reply_len, len);
	be16_store(f->frame + 14, 7);
	assert_int_equal(send_frame(f, len + VLAN_HLEN), 0);
}

int main(void)
{
#define GATEWAY_TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		GATEWAY_TEST(arp_is_answered_for_our_address_alone),
		GATEWAY_TEST(our_addresses_in_foreign_mouths_are_counted),
		GATEWAY_TEST(ping_of_any_size_is_answered),
		GATEWAY_TEST(ping_with_its_checksum_left_to_us_is_answered),
		GATEWAY_TEST(padding_is_no_payload),
		GATEWAY_TEST(every_truncation_is_a_bad_packet),
		GATEWAY_TEST(malformed_headers_are_bad_packets),
		GATEWAY_TEST(outside_is_no_route),
		GATEWAY_TEST(
			flood_of_one_port_is_limited_and_others_are_served),
		GATEWAY_TEST(who_speaks_to_us_becomes_a_neighbour),
		GATEWAY_TEST(replies_that_wait_are_bounded),
		GATEWAY_TEST(dns_is_answered_to_its_asker),
		GATEWAY_TEST(tagged_frames_are_not_ours_but_priority_tags_are),
		cmocka_unit_test_setup_teardown(
			dhcp_only_port_says_nothing_else, setup_dhcp_only,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
