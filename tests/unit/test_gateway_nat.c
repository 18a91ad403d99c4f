// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_gateway_nat.c - packets that pass a gateway: from guest to guest,
 * outside
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "core/util.h"
#include "switch/arp.h"
#include "unit/gateway_bed.h"

#define ADDRESS 0x0a140001
#define GUEST 0x0a14000b
#define NEIGHBOUR 0x0a140032
#define ROUTER 0x0a1400fe
#define BEHIND 0x0a1e0007
#define OUTSIDE 0xc6336407
#define PORT 4
#define MAX_UP 16

static const struct mac gateway_mac = {{0x02, 0x57, 0, 0, 0, 1}};
static const struct mac guest_mac = {{0x52, 0x54, 0, 0, 0, 0xaa}};
static const struct mac router_mac = {{0x52, 0x54, 0, 0, 0, 0xfe}};

struct fixture {
	struct gateway_bed bed;
	unsigned opened;
	unsigned n;
	struct vnet_hdr hdr[MAX_UP];
	uint8_t up[MAX_UP][256];
	uint8_t frame[4096];
};

static unsigned take(void *ctx, struct port *port, struct frame **frames,
		     unsigned n)
{
	struct fixture *f = ctx;
	unsigned i;

	(void)port;
	for (i = 0; i < n; i++) {
		assert_true(f->n < MAX_UP);
		f->hdr[f->n] = frames[i]->hdr;
		frame_copy(frames[i], 0, f->up[f->n++], sizeof(f->up[0]));
	}
	return n;
}

static const struct port_upper upper = {.input = take};

static int no_socket(void *ctx, enum nat_socket kind)
{
	struct fixture *f = ctx;

	(void)kind;
	f->opened++;
	return -EACCES;
}

static int no_connect(void *ctx, int fd, uint32_t address, uint16_t port)
{
	(void)ctx;
	(void)fd;
	(void)address;
	(void)port;
	return -EACCES;
}

static bool no_host(void *ctx, uint32_t address)
{
	(void)ctx;
	(void)address;
	return false;
}

static const struct nat_sockets sockets = {no_socket, no_connect, no_host};

static int setup(void **state)
{
	static struct fixture fixture;
	static const struct nat_route route = {{0x0a1e0000, 24}, ROUTER};
	static const struct dhcp_reservation mine = {
		{{0x52, 0x54, 0, 0, 0, 0xaa}}, GUEST, "guest"};
	static const struct dhcp_settings dhcp = {
		.config = {.server = {ADDRESS, 24}, .lease_s = 600},
		.first = 0x0a140064,
		.last = 0x0a140066,
		.reservations = &mine,
		.reservation_count = 1,
	};
	static const struct nat_settings nat = {
		.mac = {{0x02, 0x57, 0, 0, 0, 1}},
		.address = {ADDRESS, 24},
		.mtu = 1500,
		.routes = &route,
		.route_count = 1,
	};
	const struct gateway_settings settings = {.name = "wan/gateway",
						  .mac = gateway_mac,
						  .address = {ADDRESS, 24},
						  .mtu = 1500,
						  .dhcp = &dhcp,
						  .nat = &nat};
	struct fixture *f = &fixture;
	struct gateway_env env = {.ops = &gateway_bed_ops,
				  .ctx = f,
				  .sockets = &sockets,
				  .sockets_ctx = f};

	memset(f, 0, sizeof(*f));
	gateway_bed_start(&f->bed, &settings, &env, &upper);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	gateway_bed_stop(&f->bed);
	return 0;
}

static void push(struct fixture *f, size_t len, const struct vnet_hdr *hdr)
{
	struct frame frame, *frames[] = {&frame};
	struct iovec tail;

	frame_set_data(&frame, f->frame, (uint32_t)len, &tail);
	frame.ingress = PORT;
	if (hdr)
		frame.hdr = *hdr;
	assert_int_equal(port_send(f->bed.port, frames, 1), 1);
	loop_run_once(f->bed.loop, 0);
}

static void send_udp(struct fixture *f, uint32_t dst)
{
	const struct ip4_route route = {guest_mac, gateway_mac, GUEST, dst};

	push(f, udp4_encode(f->frame, &route, udp4_ports(1000, 2000), 20),
	     NULL);
}

static void say_arp(struct fixture *f, uint32_t address, const struct mac *mac)
{
	const struct arp arp = {.op = ARP_REPLY,
				.sender_mac = *mac,
				.sender = address,
				.target_mac = gateway_mac,
				.target = ADDRESS};

	arp_encode(f->frame, &gateway_mac, &arp);
	push(f, ARP_FRAME_LEN, NULL);
}

static bool is_arp_request(const uint8_t *frame, uint32_t target)
{
	return be16_load(frame + 12) == ETHERTYPE_ARP &&
	       be16_load(frame + 20) == ARP_REQUEST &&
	       be32_load(frame + 38) == target;
}

static void what_is_behind_a_router_goes_to_the_router(void **state)
{
	struct fixture *f = *state;

	send_udp(f, BEHIND);
	assert_int_equal(f->n, 1);
	assert_true(is_arp_request(f->up[0], ROUTER));
	say_arp(f, ROUTER, &router_mac);
	assert_int_equal(f->n, 2);
	assert_memory_equal(f->up[1], router_mac.b, MAC_LEN);
	assert_memory_equal(f->up[1] + MAC_LEN, gateway_mac.b, MAC_LEN);
	assert_int_equal(be32_load(f->up[1] + 26), GUEST);
	assert_int_equal(be32_load(f->up[1] + 30), BEHIND);
	assert_int_equal(f->up[1][22], IP4_TTL - 1);
	assert_int_equal(csum_fold(csum_add(0, f->up[1] + 14, 20)), 0);
	send_udp(f, BEHIND); /* the way is known now */
	assert_int_equal(f->n, 3);
	assert_int_equal(f->opened, 0);
}

static void a_neighbour_that_does_not_answer_is_told(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	send_udp(f, NEIGHBOUR);
	for (i = 0; i < 5; i++) {
		f->bed.fake.ns += NSEC_PER_SEC;
		loop_run_once(f->bed.loop, 0);
		loop_run_once(f->bed.loop, 0);
	}
	assert_int_equal(be16_load(f->up[f->n - 1] + 34),
			 ICMP_HOST_UNREACHABLE);
	assert_memory_equal(f->up[f->n - 1], guest_mac.b, MAC_LEN);
	assert_int_equal(packet_pool_in_use(f->bed.pool), 0);
}

static void one_port_may_let_only_so_much_wait(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	for (i = 0; i < 10; i++)
		send_udp(f, NEIGHBOUR + i);
	assert_int_equal(packet_pool_in_use(f->bed.pool), 4);
	assert_int_equal(f->bed.port->counters.drops[DROP_BACKLOG_FULL], 6);
}

static void a_ttl_of_1_does_not_pass(void **state)
{
	const struct ip4_route route = {guest_mac, gateway_mac, GUEST, BEHIND};
	struct fixture *f = *state;
	size_t len = udp4_encode(f->frame, &route, udp4_ports(1, 2), 20);

	f->frame[22] = 1;
	be16_store(f->frame + 24, 0);
	be16_store(f->frame + 24, csum_fold(csum_add(0, f->frame + 14, 20)));
	push(f, len, NULL);
	assert_int_equal(f->n, 1);
	assert_int_equal(be16_load(f->up[0] + 34), ICMP_TTL_EXPIRED);
}

static void who_uses_the_address_of_another_gets_nowhere(void **state)
{
	const struct ip4_route route = {router_mac, gateway_mac, GUEST,
					OUTSIDE};
	struct fixture *f = *state;

	push(f, udp4_encode(f->frame, &route, udp4_ports(1, 2), 20), NULL);
	assert_int_equal(f->bed.port->counters.drops[DROP_BAD_SOURCE], 1);
	assert_int_equal(f->opened, 0);
	send_udp(f, OUTSIDE);
	assert_int_equal(f->opened, 1);
}

static void work_left_undone_passes_undone(void **state)
{
	const struct ip4_route route = {guest_mac, gateway_mac, GUEST, BEHIND};
	const struct vnet_hdr tso = {.flags = VNET_F_NEEDS_CSUM,
				     .gso_type = VNET_GSO_TCPV4,
				     .hdr_len = htole16(54),
				     .gso_size = htole16(1000),
				     .csum_start = htole16(34),
				     .csum_offset = htole16(16)};
	struct fixture *f = *state;

	assert_true(f->bed.port->features & PORT_TSO4);
	say_arp(f, ROUTER, &router_mac);
	memset(f->frame + 34, 0, 3000);
	f->frame[34 + 12] = 0x50;
	push(f, ip4_encode(f->frame, &route, IP4_TCP, 3000), &tso);
	assert_int_equal(f->n, 1);
	assert_memory_equal(&f->hdr[0], &tso, sizeof(tso));
}

static void a_closed_port_of_the_gateway_is_told(void **state)
{
	struct fixture *f = *state;

	send_udp(f, ADDRESS);
	assert_int_equal(f->n, 1);
	assert_int_equal(be16_load(f->up[0] + 34), ICMP_PORT_UNREACHABLE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_behind_a_router_goes_to_the_router),
		TEST(a_neighbour_that_does_not_answer_is_told),
		TEST(one_port_may_let_only_so_much_wait),
		TEST(a_ttl_of_1_does_not_pass),
		TEST(who_uses_the_address_of_another_gets_nowhere),
		TEST(work_left_undone_passes_undone),
		TEST(a_closed_port_of_the_gateway_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
