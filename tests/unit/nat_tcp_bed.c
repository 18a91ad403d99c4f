// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_tcp_bed.c - the TCP relay between a scripted guest and loopback
 */
#include "unit/nat_tcp_bed.h"

#include "unit/cmocka_wrap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/csum.h"

static const struct mac gateway_mac = {{0x02, 0x57, 0, 0, 0, 1}};
static const struct mac guest_mac = {{0x02, 0, 0, 0, 0, 0x0b}};

/* Checksum of what a guest would sum up, or have its NIC do so. */
static void check_csum(const uint8_t *frame, uint32_t len,
		       const struct vnet_hdr *hdr)
{
	const uint8_t *p = frame + ETH_HLEN + IP4_HLEN;
	uint16_t tcp_len = (uint16_t)(len - ETH_HLEN - IP4_HLEN);
	uint64_t sum = csum_pseudo_ipv4(be32_load(frame + ETH_HLEN + 12),
					be32_load(frame + ETH_HLEN + 16),
					IP4_TCP, tcp_len);

	if (hdr->flags & VNET_F_NEEDS_CSUM) {
		assert_int_equal(le16toh(hdr->csum_start), ETH_HLEN + IP4_HLEN);
		assert_int_equal(be16_load(p + TCP_CSUM_OFFSET),
				 (uint16_t)~csum_fold(sum));
	} else {
		assert_int_equal(csum_fold(csum_add(sum, p, tcp_len)), 0);
	}
}

static void keep_data(struct nat_tcp_bed *bed, const struct tcp4 *tcp,
		      const uint8_t *data)
{
	uint32_t at = tcp->seq - bed->start;

	if (!tcp->len)
		return;
	assert_true(at + tcp->len <= BED_BYTES);
	memcpy(bed->data + at, data, tcp->len);
	if (at <= bed->data_len && at + tcp->len > bed->data_len) {
		bed->ack += at + tcp->len - bed->data_len;
		bed->data_len = at + tcp->len;
	}
}

static void take_segment(struct nat_tcp_bed *bed, struct tcp4 *tcp,
			 const uint8_t *payload, const struct vnet_hdr *hdr)
{
	if (bed->n < BED_SEGMENTS) {
		bed->segments[bed->n].tcp = *tcp;
		bed->segments[bed->n].hdr = *hdr;
		bed->n++;
	}
	if (tcp->flags & TCP_SYN) {
		bed->start = tcp->seq + 1;
		bed->data_len = 0;
		return;
	}
	keep_data(bed, tcp, payload);
	if ((tcp->flags & TCP_FIN) &&
	    tcp->seq + tcp->len - bed->start == bed->data_len)
		bed->ack++;
}

static void take_frame(struct nat_tcp_bed *bed, const struct frame *frame)
{
	static uint8_t data[FRAME_MAX_LEN];
	const uint8_t *p = data + ETH_HLEN;
	struct tcp4 tcp;
	struct ip4 ip;

	assert_int_equal(frame_copy(frame, 0, data, frame->len), frame->len);
	assert_true(ip4_parse(p, frame->len - ETH_HLEN, frame->len - ETH_HLEN,
			      &ip));
	p += ip.header_len;
	if (ip.protocol == IP4_ICMP) {
		bed->icmp = be16_load(p);
		return;
	}
	check_csum(data, frame->len, &frame->hdr);
	assert_true(tcp4_parse_header(p, ip.payload_len, ip.payload_len, &tcp));
	assert_int_equal(ip.dst, BED_GUEST);
	take_segment(bed, &tcp, p + tcp.header_len, &frame->hdr);
}

static unsigned take_frames(void *ctx, struct port *port, struct frame **frames,
			    unsigned n)
{
	struct nat_tcp_bed *bed = ctx;
	unsigned i;

	for (i = 0; i < n; i++) {
		bool data = port->can_wait;

		if (data && !bed->room)
			break;
		if (data)
			bed->room--;
		if (data && bed->lose)
			bed->lose--;
		else
			take_frame(bed, frames[i]);
	}
	return i;
}

static const struct port_upper upper = {.input = take_frames};

/* One end of a pair that is never writable, so it looks like connecting. */
static int open_silent(struct nat_tcp_bed *bed)
{
	static const uint8_t data[4096];
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX,
				    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
				    0, pair),
			 0);
	while (send(pair[0], data, sizeof(data), MSG_NOSIGNAL) > 0)
		;
	bed->out = pair[1];
	bed->connect_code = -EINPROGRESS;
	return pair[0];
}

static int bed_open_socket(void *ctx, enum nat_socket kind)
{
	struct nat_tcp_bed *bed = ctx;
	const int rcvbuf = 1 << 20;
	int fd;

	if (bed->open_code)
		return bed->open_code;
	if (bed->silent)
		return open_silent(bed);
	fd = nat_sockets_host.open(NULL, kind);
	/* so that much may be in flight from the start */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof(rcvbuf));
	if (bed->sndbuf)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bed->sndbuf,
			   sizeof(bed->sndbuf));
	return fd;
}

static int bed_connect_socket(void *ctx, int fd, uint32_t address,
			      uint16_t port)
{
	struct nat_tcp_bed *bed = ctx;
	struct sockaddr_in to;
	socklen_t len = sizeof(to);

	(void)address;
	(void)port;
	if (bed->connect_code)
		return bed->connect_code;
	getsockname(bed->listener, (struct sockaddr *)&to, &len);
	return connect(fd, (struct sockaddr *)&to, sizeof(to)) ? -errno : 0;
}

static bool bed_is_host(void *ctx, uint32_t address)
{
	(void)ctx;
	return address >> 24 == 127;
}

static const struct nat_sockets sockets = {bed_open_socket, bed_connect_socket,
					   bed_is_host};

static int listen_on_loopback(void)
{
	struct sockaddr_in own = {.sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
	assert_int_equal(listen(fd, 4096), 0);
	return fd;
}

void nat_tcp_bed_open(struct nat_tcp_bed *bed, uint32_t max_flows)
{
	const struct nat_settings settings = {
		.mac = gateway_mac,
		.address = {BED_GATEWAY, 24},
		.mtu = BED_MTU,
		.max_flows = max_flows,
		.secret = {{5, 6}},
	};
	const struct nat_env env = {.sockets = &sockets, .sockets_ctx = bed};

	memset(bed, 0, sizeof(*bed));
	nat_stand_open(&bed->stand, &settings, &env, &upper, bed);
	bed->data = malloc(BED_BYTES);
	bed->listener = listen_on_loopback();
	bed->out = -1;
	bed->room = UINT32_MAX;
	bed->guest_port = 40000;
	bed->remote = BED_REMOTE;
	bed->remote_port = BED_PORT;
	bed->ingress = BED_INGRESS;
	bed->seq = 0xfffffff0; /* so that it wraps */
	bed->window = UINT16_MAX;
	bed->scale = 7;
	bed->mss = BED_MSS;
}

void nat_tcp_bed_close(struct nat_tcp_bed *bed)
{
	assert_int_equal(nat_stand_close(&bed->stand), 0);
	close(bed->listener);
	if (bed->out >= 0)
		close(bed->out);
	free(bed->data);
}

static size_t encode(struct nat_tcp_bed *bed, uint8_t *frame, uint8_t flags,
		     const void *data, size_t len)
{
	const struct ip4_route route = {guest_mac, gateway_mac, BED_GUEST,
					bed->remote};
	const struct tcp4 tcp = {
		.src_port = bed->guest_port,
		.dst_port = bed->remote_port,
		.seq = bed->seq,
		.ack = bed->ack,
		.flags = flags,
		.window = bed->window,
		.mss = flags & TCP_SYN ? bed->mss : 0,
		.has_scale = flags & TCP_SYN && bed->scale >= 0,
		.scale = (uint8_t)bed->scale,
		.len = (uint16_t)len,
		.data = data,
	};

	size_t headers;

	if (!bed->offload)
		return tcp4_encode(frame, &route, &tcp);
	headers = tcp4_encode_header(frame, &route, &tcp);
	if (len)
		memcpy(frame + headers, data, len);
	return headers + len;
}

enum drop_reason bed_input(struct nat_tcp_bed *bed, uint8_t flags,
			   const void *data, size_t len)
{
	struct bed_frame *out = &bed->batch[bed->batch_len++];
	size_t frame_len = encode(bed, out->data, flags, data, len);
	struct frame *frame = &out->frame;
	struct ip4 ip;

	assert_true(bed->batch_len <= BED_BATCH);

	if (bed->corrupt)
		out->data[frame_len - 1] ^= 1;
	frame_set_data(frame, out->data, (uint32_t)frame_len, &out->tail);
	frame->ingress = bed->ingress;
	if (bed->offload) {
		frame->hdr.flags = VNET_F_NEEDS_CSUM;
		frame->hdr.csum_start = htole16(ETH_HLEN + IP4_HLEN);
		frame->hdr.csum_offset = htole16(TCP_CSUM_OFFSET);
	}
	assert_true(ip4_parse(frame->snap + ETH_HLEN,
			      frame->snap_len - ETH_HLEN, frame_len - ETH_HLEN,
			      &ip));
	ip.src_mac = guest_mac;
	ip.ingress = bed->ingress;
	return nat_input(bed->stand.nat, frame, ETH_HLEN + IP4_HLEN, &ip);
}

void bed_flush(struct nat_tcp_bed *bed)
{
	nat_flush(bed->stand.nat);
	bed->batch_len = 0;
}

void bed_run(struct nat_tcp_bed *bed)
{
	unsigned i;

	for (i = 0; i < 8; i++)
		loop_run_once(bed->stand.loop, 0);
}

void bed_say(struct nat_tcp_bed *bed, uint8_t flags, const void *data,
	     size_t len)
{
	bed->n = 0;
	bed_input(bed, flags, data, len);
	bed_flush(bed);
	bed_run(bed);
}

void bed_talk(struct nat_tcp_bed *bed, const void *data, size_t len)
{
	bed_say(bed, TCP_ACK | TCP_PSH, data, len);
	bed->seq += (uint32_t)len;
}

void bed_pass(struct nat_tcp_bed *bed, uint64_t ns)
{
	bed->n = 0;
	bed->stand.fake.ns += ns;
	bed_run(bed);
}

const struct tcp4 *bed_last(const struct nat_tcp_bed *bed)
{
	assert_true(bed->n);
	return &bed->segments[bed->n - 1].tcp;
}

void bed_connect(struct nat_tcp_bed *bed)
{
	bed_say(bed, TCP_SYN, NULL, 0);
	BED_UNTIL(bed, bed->n);
	assert_int_equal(bed_last(bed)->flags, TCP_SYN | TCP_ACK);
	assert_int_equal(bed_last(bed)->ack, bed->seq + 1);
	bed->seq++;
	bed->ack = bed_last(bed)->seq + 1;
	if (bed->out >= 0)
		close(bed->out);
	bed->out = accept4(bed->listener, NULL, NULL,
			   SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(bed->out >= 0);
	bed_say(bed, TCP_ACK, NULL, 0);
	assert_int_equal(bed->n, 0);
}

void bed_write(struct nat_tcp_bed *bed, size_t offset, size_t len)
{
	static uint8_t data[BED_BYTES];
	size_t i;

	for (i = 0; i < len; i++)
		data[i] = bed_byte(offset + i);
	assert_int_equal(send(bed->out, data, len, MSG_NOSIGNAL), len);
	bed_run(bed);
}

ssize_t bed_read(struct nat_tcp_bed *bed, void *data, size_t len)
{
	return recv(bed->out, data, len, MSG_DONTWAIT);
}

void bed_expect_data(const struct nat_tcp_bed *bed, size_t len)
{
	size_t i;

	assert_int_equal(bed->data_len, len);
	for (i = 0; i < len && bed->data[i] == bed_byte(i); i++)
		;
	assert_int_equal(i, len);
}

unsigned bed_flows(struct nat_tcp_bed *bed)
{
	struct nat_counters counters;

	nat_get_counters(bed->stand.nat, &counters);
	return (unsigned)counters.flows[NAT_TCP];
}

struct nat_tcp *bed_flow(struct nat_tcp_bed *bed)
{
	const struct nat_key key = {BED_GUEST, bed->remote, bed->guest_port,
				    bed->remote_port, NAT_TCP};
	struct nat_flow *flow = nat_flow_lookup(bed->stand.nat->flows, &key);

	assert_non_null(flow);
	return nat_tcp_of(flow);
}

const char *bed_state(struct nat_tcp_bed *bed)
{
	struct nat_flow_status status;
	uint32_t cursor = 0;

	return nat_flow_get(bed->stand.nat, &cursor, &status) ? status.state
							      : "";
}
