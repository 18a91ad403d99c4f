// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_bed.c - a NAT engine between a test's frames and sockets on loopback
 */
#include "unit/nat_bed.h"

#include "unit/cmocka_wrap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "core/packet.h"

static const struct mac gateway_mac = {{0x02, 0x57, 0, 0, 0, 1}};

static unsigned take_frames(void *ctx, struct port *port, struct frame **frames,
			    unsigned n)
{
	struct nat_bed *bed = ctx;
	unsigned i;

	(void)port;
	for (i = 0; i < n; i++) {
		assert_true(bed->n < BED_FRAMES);
		bed->len[bed->n] = frames[i]->len;
		bed->hdr[bed->n] = frames[i]->hdr;
		frame_copy(frames[i], 0, bed->frames[bed->n], BED_FRAME_SIZE);
		bed->n++;
	}
	return n;
}

static void note_carrier(void *ctx, struct port *port, bool up)
{
	(void)ctx;
	(void)port;
	(void)up;
}

static const struct port_upper upper = {
	.input = take_frames,
	.carrier = note_carrier,
	.writable = NULL,
};

static int bed_open_socket(void *ctx, enum nat_socket kind)
{
	struct nat_bed *bed = ctx;

	bed->opened++;
	return bed->refuse ? bed->refuse : nat_sockets_host.open(NULL, kind);
}

static int bed_connect(void *ctx, int fd, uint32_t address, uint16_t port)
{
	(void)ctx;
	return nat_sockets_host.connect(NULL, fd, address, port);
}

static bool bed_is_host(void *ctx, uint32_t address)
{
	(void)ctx;
	return address == BED_HOST || address >> 24 == 127 || !address;
}

static const struct nat_sockets sockets = {bed_open_socket, bed_connect,
					   bed_is_host};

static void bed_refused(void *ctx, enum nat_protocol protocol, int code)
{
	struct nat_bed *bed = ctx;

	(void)protocol;
	(void)code;
	bed->refused++;
}

static void open_bed(struct nat_bed *bed, const struct nat_settings *wanted)
{
	static const struct nat_route route = {{0x0a1e0000, 24}, BED_OTHER};
	struct nat_settings settings = {
		.mac = gateway_mac,
		.address = {BED_GATEWAY, 24},
		.mtu = 1500,
		.host_access = wanted->host_access,
		.filtering = wanted->filtering,
		.max_flows = wanted->max_flows,
		.max_flows_per_port = wanted->max_flows_per_port,
		.max_fd = wanted->max_fd,
		.routes = &route,
		.route_count = 1,
		.secret = {{5, 6}},
	};
	const struct nat_env env = {.sockets = &sockets,
				    .sockets_ctx = bed,
				    .refused = bed_refused,
				    .refused_ctx = bed};

	memset(bed, 0, sizeof(*bed));
	nat_stand_open(&bed->stand, &settings, &env, &upper, bed);
	nat_bed_ip(bed, BED_GUEST, BED_REMOTE);
}

void nat_bed_open(struct nat_bed *bed, bool host_access, uint32_t max_flows)
{
	const struct nat_settings wanted = {
		.host_access = host_access,
		.max_flows = max_flows,
	};

	open_bed(bed, &wanted);
}

void nat_bed_open_filtering(struct nat_bed *bed, enum nat_filtering filtering)
{
	const struct nat_settings wanted = {.filtering = filtering};

	open_bed(bed, &wanted);
}

void nat_bed_open_limits(struct nat_bed *bed, const struct nat_settings *wanted)
{
	open_bed(bed, wanted);
}

void nat_bed_close(struct nat_bed *bed)
{
	assert_int_equal(nat_stand_close(&bed->stand), 0);
}

void nat_bed_ip(struct nat_bed *bed, uint32_t src, uint32_t dst)
{
	bed->ip = (struct ip4){.src = src,
			       .dst = dst,
			       .ttl = 64,
			       .header_len = IP4_HLEN,
			       .src_mac = {{2, 0, 0, 0, 0, (uint8_t)src}},
			       .ingress = BED_INGRESS};
}

enum drop_reason nat_bed_input(struct nat_bed *bed, uint8_t protocol,
			       size_t len)
{
	const struct ip4_route route = {bed->ip.src_mac, gateway_mac,
					bed->ip.src, bed->ip.dst};
	enum drop_reason reason;
	struct frame frame;
	struct iovec tail;

	ip4_encode(bed->frame, &route, protocol, len);
	frame_set_data(&frame, bed->frame,
		       (uint32_t)(ETH_HLEN + IP4_HLEN + len), &tail);
	frame.hdr = bed->hdr_out;
	frame.ingress = bed->ip.ingress;
	bed->ip.protocol = protocol;
	bed->ip.payload_len = (uint16_t)len;
	bed->ip.csum_partial = bed->hdr_out.flags & VNET_F_NEEDS_CSUM;
	reason = nat_input(bed->stand.nat, &frame, ETH_HLEN + IP4_HLEN,
			   &bed->ip);

	nat_flush(bed->stand.nat); /* the frame goes with this call */
	return reason;
}

enum drop_reason nat_bed_udp(struct nat_bed *bed, uint16_t src, uint16_t dst,
			     size_t len)
{
	const struct ip4_route route = {bed->ip.src_mac, gateway_mac,
					bed->ip.src, bed->ip.dst};

	memset(bed->frame + UDP4_OFFSET, 'x', len);
	udp4_encode(bed->frame, &route, udp4_ports(src, dst), len);
	return nat_bed_input(bed, IP4_UDP, UDP_HLEN + len);
}

enum drop_reason nat_bed_echo(struct nat_bed *bed, uint16_t id, uint16_t seq,
			      size_t len)
{
	uint8_t *p = bed->frame + ETH_HLEN + IP4_HLEN;

	memset(p, 'e', ICMP_HLEN + len);
	be16_store(p, ICMP_ECHO << 8);
	be16_store(p + 2, 0);
	be16_store(p + 4, id);
	be16_store(p + 6, seq);
	be16_store(p + 2, csum_fold(csum_add(0, p, ICMP_HLEN + len)));
	return nat_bed_input(bed, IP4_ICMP, ICMP_HLEN + len);
}

void nat_bed_run(struct nat_bed *bed)
{
	int i;

	for (i = 0; i < 5; i++)
		loop_run_once(bed->stand.loop, 0);
}

void nat_bed_forward(struct nat_bed *bed, uint64_t ns)
{
	bed->stand.fake.ns += ns;
	nat_bed_run(bed);
}

int nat_bed_socket(uint32_t address, uint16_t port)
{
	struct sockaddr_in own = {.sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(address)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
	return fd;
}

uint16_t nat_bed_port(int fd)
{
	struct sockaddr_in own;
	socklen_t len = sizeof(own);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &len), 0);
	return ntohs(own.sin_port);
}

int nat_bed_take(int fd, uint16_t *from_port)
{
	struct sockaddr_in from = {0};
	socklen_t len = sizeof(from);
	static uint8_t buffer[65536];
	ssize_t n = recvfrom(fd, buffer, sizeof(buffer), 0,
			     (struct sockaddr *)&from, &len);

	if (from_port)
		*from_port = ntohs(from.sin_port);
	return (int)n;
}

void nat_bed_answer(int fd, uint16_t port, size_t len)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(PRIVATE_NET + 1)};
	static uint8_t buffer[65536];
	size_t i;

	for (i = 0; i < len; i++)
		buffer[i] = (uint8_t)(i * 7);
	assert_int_equal(
		sendto(fd, buffer, len, 0, (struct sockaddr *)&to, sizeof(to)),
		len);
}

unsigned nat_bed_flows(struct nat_bed *bed)
{
	struct nat_counters c;
	unsigned i, n = 0;

	nat_get_counters(bed->stand.nat, &c);
	for (i = 0; i < NAT_PROTOCOLS; i++)
		n += (unsigned)c.flows[i];
	return n;
}
