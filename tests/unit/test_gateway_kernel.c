// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_gateway_kernel.c - a gateway whose way outside is the host's own network
 * stack: what goes there, what stays, and what comes back
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "core/util.h"
#include "switch/arp.h"
#include "unit/gateway_bed.h"
#include "unit/mem_port.h"

#define ADDRESS 0x0a140001
#define GUEST 0x0a14000b
#define OTHER 0x0a14000c
#define OUTSIDE 0xc6336407

static const struct mac gateway_mac = {{0x02, 0x57, 0, 0, 0, 1}};
static const struct mac guest_mac = {{0x52, 0x54, 0, 0, 0, 0xaa}};
static const struct mac other_mac = {{0x52, 0x54, 0, 0, 0, 0xbb}};
static const struct mac everyone = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

/**
 * struct fixture - a gateway between a network and a host
 * @network:	what the gateway is plugged into, as far as it takes frames
 * @up:		frames that came to @network
 * @last:	the last of them
 * @room:	frames that @network takes at once
 * @kernel:	the host's stack
 */
struct fixture {
	struct gateway_bed bed;
	unsigned up;
	unsigned room;
	uint8_t last[256];
	struct mem_port kernel;
	uint8_t frame[4096];
};

static bool closed;

static unsigned take(void *ctx, struct port *port, struct frame **frames,
		     unsigned n)
{
	struct fixture *f = ctx;
	unsigned i, taken = port->can_wait ? MIN(n, f->room) : n;

	for (i = 0; i < taken; i++)
		frame_copy(frames[i], 0, f->last, sizeof(f->last));
	f->up += taken;
	return taken;
}

static const struct port_upper upper = {.input = take};

static void kernel_close(struct port *port)
{
	(void)port;
	closed = true;
}

static int setup(void **state)
{
	static struct fixture fixture;
	static struct port_ops kernel_ops;
	static const struct dhcp_reservation mine = {
		{{0x52, 0x54, 0, 0, 0, 0xaa}}, GUEST, "guest"};
	static const struct dhcp_settings dhcp = {
		.config = {.server = {ADDRESS, 24}, .lease_s = 600},
		.first = 0x0a140064,
		.last = 0x0a140066,
		.reservations = &mine,
		.reservation_count = 1,
	};
	static const struct dns_settings dns = {.subnet = {ADDRESS, 24}};
	struct fixture *f = &fixture;
	const struct gateway_settings settings = {.name = "wan/gateway",
						  .mac = gateway_mac,
						  .address = {ADDRESS, 24},
						  .mtu = 1500,
						  .dhcp = &dhcp,
						  .dns = &dns,
						  .kernel = &f->kernel.port};
	struct gateway_env env = {.ops = &gateway_bed_ops, .ctx = f};

	memset(f, 0, sizeof(*f));
	closed = false;
	f->room = FRAME_BATCH;
	mem_port_init(&f->kernel, "wan/kernel");
	kernel_ops = *f->kernel.port.ops;
	kernel_ops.close = kernel_close;
	f->kernel.port.ops = &kernel_ops;
	f->kernel.port.features = PORT_CSUM | PORT_TSO4 | PORT_TSO6;
	gateway_bed_start(&f->bed, &settings, &env, &upper);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	gateway_bed_stop(&f->bed);
	assert_true(closed);
	return 0;
}

static void push(struct fixture *f, size_t len)
{
	struct frame frame, *frames[] = {&frame};
	struct iovec tail;

	frame_set_data(&frame, f->frame, (uint32_t)len, &tail);
	assert_int_equal(port_send(f->bed.port, frames, 1), 1);
	loop_run_once(f->bed.loop, 0);
}

static void send_udp(struct fixture *f, uint32_t src, uint32_t dst,
		     uint16_t port)
{
	const struct ip4_route route = {guest_mac, gateway_mac, src, dst};

	push(f, udp4_encode(f->frame, &route, udp4_ports(1000, port), 20));
}

static void send_icmp(struct fixture *f, uint8_t type)
{
	const struct ip4_route route = {guest_mac, gateway_mac, GUEST, ADDRESS};
	uint8_t *p = f->frame + ETH_HLEN + IP4_HLEN;

	memset(p, 0, 16);
	p[0] = type;
	be16_store(p + 2, (uint16_t) ~(type << 8));
	push(f, ip4_encode(f->frame, &route, IP4_ICMP, 16));
}

static void say_arp(struct fixture *f, uint16_t op, uint32_t sender,
		    const struct mac *mac)
{
	const struct arp arp = {.op = op,
				.sender_mac = *mac,
				.sender = sender,
				.target_mac = gateway_mac,
				.target = ADDRESS};

	arp_encode(f->frame, op == ARP_REPLY ? &gateway_mac : &everyone, &arp);
	push(f, ARP_FRAME_LEN);
}

/* From the kernel: @n frames of a type. */
static unsigned from_kernel(struct fixture *f, const struct mac *to,
			    uint16_t type, unsigned n)
{
	static uint8_t data[FRAME_BATCH][64];
	struct frame frames[FRAME_BATCH], *list[FRAME_BATCH];
	struct iovec tails[FRAME_BATCH];
	unsigned i;

	for (i = 0; i < n; i++) {
		memcpy(data[i], to->b, MAC_LEN);
		memcpy(data[i] + MAC_LEN, gateway_mac.b, MAC_LEN);
		/* a type of 0: every other one is IPv6 */
		be16_store(data[i] + 12, type    ? type
					 : i % 2 ? 0x86dd
						 : ETHERTYPE_IPV4);
		frame_set_data(&frames[i], data[i], sizeof(data[i]), &tails[i]);
		list[i] = &frames[i];
	}
	return port_input(&f->kernel.port, list, n);
}

static void what_is_for_the_outside_goes_to_the_kernel_as_it_is(void **state)
{
	struct fixture *f = *state;

	send_udp(f, GUEST, OUTSIDE, 53);
	assert_int_equal(f->kernel.sent, 1);
	assert_memory_equal(f->kernel.data[0], f->frame, 60);
	assert_int_equal(f->up, 0);
	assert_int_equal(f->bed.port->features,
			 PORT_CSUM | PORT_TSO4 | PORT_TSO6);
}

static void so_does_what_is_for_another_guest_by_way_of_us(void **state)
{
	struct fixture *f = *state;

	send_udp(f, GUEST, OTHER, 9);
	assert_int_equal(f->kernel.sent, 1);
}

static void services_stay_with_the_gateway(void **state)
{
	struct fixture *f = *state;

	send_icmp(f, ICMP_ECHO);
	assert_int_equal(f->last[34], ICMP_ECHO_REPLY);
	say_arp(f, ARP_REQUEST, GUEST, &guest_mac);
	assert_int_equal(f->up, 2);
	send_udp(f, GUEST, ADDRESS, 53);
	send_udp(f, GUEST, ADDRESS, 67);
	assert_int_equal(f->kernel.sent, 0);
	send_udp(f, GUEST, ADDRESS, 54);
	send_icmp(f, 3);
	assert_int_equal(f->kernel.sent, 2);
}

static void a_guest_has_no_business_with_the_loopback(void **state)
{
	struct fixture *f = *state;

	send_udp(f, GUEST, 0x7f000001, 54);
	send_udp(f, 0x7f000001, OUTSIDE, 54);
	assert_int_equal(f->kernel.sent, 0);
	assert_int_equal(f->bed.port->counters.drops[DROP_BLOCKED], 2);
}

static void who_uses_the_address_of_another_gets_nowhere(void **state)
{
	const struct ip4_route route = {other_mac, gateway_mac, GUEST, OUTSIDE};
	struct fixture *f = *state;

	push(f, udp4_encode(f->frame, &route, udp4_ports(1, 2), 20));
	say_arp(f, ARP_REPLY, GUEST, &other_mac);
	assert_int_equal(f->kernel.sent, 0);
	assert_int_equal(f->bed.port->counters.drops[DROP_BAD_SOURCE], 2);
	say_arp(f, ARP_REPLY, GUEST, &guest_mac);
	say_arp(f, ARP_REPLY, OTHER, &other_mac);
	assert_int_equal(f->kernel.sent, 2);
}

static void a_fragment_passes_whole(void **state)
{
	const struct ip4_route route = {guest_mac, gateway_mac, GUEST, OUTSIDE};
	struct fixture *f = *state;
	size_t len = udp4_encode(f->frame, &route, udp4_ports(1, 2), 20);

	be16_store(f->frame + 20, 0x2000); /* more of them */
	be16_store(f->frame + 24, 0);
	be16_store(f->frame + 24, csum_fold(csum_add(0, f->frame + 14, 20)));
	push(f, len);
	assert_int_equal(f->kernel.sent, 1);
}

static void what_the_kernel_sends_goes_to_guests(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(from_kernel(f, &everyone, ETHERTYPE_ARP, 1), 1);
	assert_int_equal(from_kernel(f, &guest_mac, ETHERTYPE_IPV4, 3), 3);
	assert_int_equal(f->up, 4);
	assert_memory_equal(f->last, guest_mac.b, MAC_LEN);
}

static void but_not_what_it_says_to_all(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(from_kernel(f, &everyone, ETHERTYPE_IPV4, 1), 1);
	assert_int_equal(from_kernel(f, &guest_mac, 0, 7), 7);
	assert_int_equal(f->up, 4);
	assert_int_equal(f->kernel.port.counters.drops[DROP_NOT_FOR_US], 4);
}

static void a_guest_that_is_full_makes_the_kernel_wait(void **state)
{
	struct fixture *f = *state;

	f->room = 2;
	assert_int_equal(from_kernel(f, &guest_mac, ETHERTYPE_IPV4, 5), 2);
	assert_false(f->bed.port->can_wait);
	f->bed.port->ops->resume(f->bed.port);
	assert_int_equal(f->kernel.resumed, 1);
}

static void what_the_kernel_does_not_take_is_counted(void **state)
{
	struct fixture *f = *state;

	f->kernel.room = 0;
	send_udp(f, GUEST, OUTSIDE, 9);
	assert_int_equal(f->bed.port->counters.drops[DROP_SEND_FAILED], 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_for_the_outside_goes_to_the_kernel_as_it_is),
		TEST(so_does_what_is_for_another_guest_by_way_of_us),
		TEST(services_stay_with_the_gateway),
		TEST(a_guest_has_no_business_with_the_loopback),
		TEST(who_uses_the_address_of_another_gets_nowhere),
		TEST(a_fragment_passes_whole),
		TEST(what_the_kernel_sends_goes_to_guests),
		TEST(but_not_what_it_says_to_all),
		TEST(a_guest_that_is_full_makes_the_kernel_wait),
		TEST(what_the_kernel_does_not_take_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
