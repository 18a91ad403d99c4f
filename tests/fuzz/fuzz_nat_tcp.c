// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_nat_tcp.c - the TCP relay between a guest and an outside that both do as
 * they like
 *
 * Input: steps, each an operation and its arguments (enum step). The outside is
 * socketpairs. The guest's numbers are relative to what it was told last, so
 * that connections get somewhere. In the end everybody falls silent: all flows
 * must time out, and all sockets be closed.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "switch/nat/nat_internal.h"
#include "switch/tcp4.h"
#include "unit/nat_stand.h"

#define GATEWAY 0x0a140001u
#define GUEST 0x0a14000bu
#define REMOTE 0xc0000207u
#define PORTS 4u
#define SOCKETS 64u
#define STEPS 400u
#define SEGMENT_MAX 4096u

/** enum step - what happens next; the number is the first byte modulo these */
enum step {
	STEP_SEGMENT, /* port, flags, seq, ack, window, length */
	STEP_RAW,     /* length, then bytes behind an IP header */
	STEP_FLUSH,   /* the batch is over, the loop runs */
	STEP_WRITE,   /* socket, length: the outside sends */
	STEP_READ,    /* socket, length */
	STEP_SHUTDOWN,
	STEP_CLOSE,
	STEP_TIME, /* how long */
	STEP_ROOM, /* frames that the guest takes */
	STEP_FAIL, /* what open and connect yield */
	STEP_FORWARD,
	STEP_ICMP,
	STEP_COUNT,
};

/**
 * struct peer - numbers of a connection, as the guest has them
 * @seq:	that is expected of it
 * @ack:	behind what it got
 */
struct peer {
	uint32_t seq;
	uint32_t ack;
};

/**
 * struct fuzz - engine and surroundings
 * @stand:	the engine
 * @data:	of the input that is left
 * @size:	bytes of @data
 * @room:	data frames that the guest takes
 * @open_code:	what opening yields; 0: a socket
 * @connect_code: what connecting yields
 * @sockets:	the outside's ends; -1: closed
 * @socket_count: entries used
 * @peers:	by port of the guest
 * @frames:	of the batch
 * @tails:	of @frames
 * @bytes:	of @frames
 * @frame_count: entries used
 */
struct fuzz {
	struct nat_stand stand;
	const uint8_t *data;
	size_t size;
	unsigned room;
	int open_code;
	int connect_code;
	int sockets[SOCKETS];
	unsigned socket_count;
	struct peer peers[PORTS];
	struct frame frames[FRAME_BATCH];
	struct iovec tails[FRAME_BATCH];
	uint8_t bytes[FRAME_BATCH][ETH_HLEN + IP4_HLEN + SEGMENT_MAX];
	unsigned frame_count;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct mac gateway_mac = {{2, 0x57, 0, 0, 0, 1}};
static const struct mac guest_mac = {{2, 0, 0, 0, 0, 0x0b}};

static uint8_t take8(struct fuzz *f)
{
	if (!f->size)
		return 0;
	f->size--;
	return *f->data++;
}

static uint16_t take16(struct fuzz *f)
{
	return (uint16_t)(take8(f) << 8 | take8(f));
}

/* What comes to the guest must make sense, and tells it where it is. */
static void look_at(struct fuzz *f, const struct frame *frame)
{
	static uint8_t bytes[FRAME_MAX_LEN];
	const uint8_t *p = bytes + ETH_HLEN;
	size_t len = frame->len - ETH_HLEN;
	struct tcp4 tcp;
	struct ip4 ip;

	if (frame_copy(frame, 0, bytes, frame->len) != frame->len ||
	    !ip4_parse(p, len, len, &ip) || ip.dst != GUEST)
		__builtin_trap();
	if (ip.protocol != IP4_TCP)
		return;
	if (!tcp4_parse_header(p + ip.header_len, ip.payload_len,
			       ip.payload_len, &tcp))
		__builtin_trap();
	f->peers[tcp.dst_port % PORTS] = (struct peer){
		tcp.ack,
		tcp.seq + tcp.len + !!(tcp.flags & TCP_SYN) +
			!!(tcp.flags & TCP_FIN),
	};
}

static unsigned take_frames(void *ctx, struct port *port, struct frame **frames,
			    unsigned n)
{
	struct fuzz *f = ctx;
	unsigned i;

	for (i = 0; i < n; i++) {
		if (port->can_wait && !f->room)
			break;
		if (port->can_wait)
			f->room--;
		look_at(f, frames[i]);
	}
	return i;
}

static const struct port_upper upper = {.input = take_frames};

static int pair(struct fuzz *f)
{
	int ends[2];

	if (f->socket_count == SOCKETS ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		       ends))
		return -EMFILE;
	f->sockets[f->socket_count++] = ends[1];
	return ends[0];
}

static int fuzz_open(void *ctx, enum nat_socket kind)
{
	struct fuzz *f = ctx;

	(void)kind;
	return f->open_code ? f->open_code : pair(f);
}

static int fuzz_connect(void *ctx, int fd, uint32_t address, uint16_t port)
{
	struct fuzz *f = ctx;

	(void)fd;
	(void)address;
	(void)port;
	return f->connect_code;
}

static bool fuzz_is_host(void *ctx, uint32_t address)
{
	(void)ctx;
	return address >> 24 == 127;
}

static const struct nat_sockets sockets = {fuzz_open, fuzz_connect,
					   fuzz_is_host};

static void flush(struct fuzz *f)
{
	unsigned i;

	nat_flush(f->stand.nat);
	f->frame_count = 0;
	for (i = 0; i < 3; i++)
		loop_run_once(f->stand.loop, 0);
}

/* @len bytes behind the IP header of the next frame are there. */
static void input(struct fuzz *f, uint32_t remote, uint8_t protocol, size_t len)
{
	const struct ip4_route route = {guest_mac, gateway_mac, GUEST, remote};
	struct frame *frame = &f->frames[f->frame_count];
	uint8_t *bytes = f->bytes[f->frame_count];
	struct ip4 ip;

	len = ip4_encode(bytes, &route, protocol, len);
	frame_set_data(frame, bytes, (uint32_t)len,
		       &f->tails[f->frame_count++]);
	if (!ip4_parse(frame->snap + ETH_HLEN, frame->snap_len - ETH_HLEN,
		       len - ETH_HLEN, &ip))
		__builtin_trap();
	ip.src_mac = guest_mac;
	nat_input(f->stand.nat, frame, ETH_HLEN + IP4_HLEN, &ip);
	if (f->frame_count == FRAME_BATCH)
		flush(f);
}

static void say(struct fuzz *f)
{
	static const uint8_t zeroes[SEGMENT_MAX];
	const struct ip4_route route = {guest_mac, gateway_mac, GUEST, REMOTE};
	uint8_t port = take8(f);
	const struct peer *peer = &f->peers[port % PORTS];
	uint32_t remote = port & 0x80 ? GATEWAY : REMOTE;
	struct tcp4 tcp = {
		.src_port = (uint16_t)(40000 + port % PORTS),
		.dst_port = port & 0x80 ? 49152 : 80,
		.flags = take8(f) & 0x1f,
		.data = zeroes,
	};

	tcp.seq = peer->seq + (uint32_t)(int8_t)take8(f);
	tcp.ack = peer->ack + (uint32_t)(int8_t)take8(f);
	tcp.window = take16(f);
	tcp.len = take16(f) % (SEGMENT_MAX - TCP_HLEN - TCP4_OPTIONS);
	if (tcp.flags & TCP_SYN) {
		tcp.mss = take16(f);
		tcp.has_scale = port & 0x40;
		tcp.scale = take8(f);
	}
	(void)tcp4_encode(f->bytes[f->frame_count],
			  &(struct ip4_route){route.src_mac, route.dst_mac,
					      GUEST, remote},
			  &tcp);
	input(f, remote, IP4_TCP,
	      TCP_HLEN + tcp.len + (tcp.mss ? 4u : 0) +
		      (tcp.has_scale ? 4u : 0));
}

static void raw(struct fuzz *f, uint8_t protocol)
{
	uint8_t *p = f->bytes[f->frame_count] + ETH_HLEN + IP4_HLEN;
	size_t i, len = take8(f);

	for (i = 0; i < len; i++)
		p[i] = take8(f);
	input(f, REMOTE, protocol, len);
}

static void outside(struct fuzz *f, enum step step)
{
	static uint8_t bytes[UINT16_MAX];
	unsigned i = take8(f) % SOCKETS;
	size_t len = take16(f);

	if (i >= f->socket_count || f->sockets[i] < 0)
		return;
	if (step == STEP_WRITE) {
		(void)!send(f->sockets[i], bytes, len, MSG_NOSIGNAL);
	} else if (step == STEP_READ) {
		(void)!recv(f->sockets[i], bytes, len, 0);
	} else if (step == STEP_SHUTDOWN) {
		shutdown(f->sockets[i], len & 1 ? SHUT_WR : SHUT_RDWR);
	} else {
		close(f->sockets[i]);
		f->sockets[i] = -1;
	}
}

static void forward(struct fuzz *f)
{
	const struct neighbour hop = {.address = GUEST, .mac = guest_mac};
	int fd = pair(f);

	if (fd >= 0)
		nat_forward_tcp(f->stand.nat, fd, GUEST,
				(uint16_t)(40000 + take8(f) % PORTS), &hop);
}

static void fail(struct fuzz *f)
{
	static const int codes[] = {0,
				    0,
				    -EMFILE,
				    -ECONNREFUSED,
				    -ENETUNREACH,
				    -EACCES,
				    -EINPROGRESS,
				    -EADDRNOTAVAIL};
	uint8_t which = take8(f);

	f->open_code = which & 0x80 ? codes[which % 3] : 0;
	f->connect_code = codes[which % ARRAY_SIZE(codes)];
}

static void take_step(struct fuzz *f)
{
	enum step step = take8(f) % STEP_COUNT;

	switch (step) {
	case STEP_SEGMENT:
		say(f);
		break;
	case STEP_RAW:
	case STEP_ICMP:
		raw(f, step == STEP_RAW ? IP4_TCP : IP4_ICMP);
		break;
	case STEP_FLUSH:
		flush(f);
		break;
	case STEP_WRITE:
	case STEP_READ:
	case STEP_SHUTDOWN:
	case STEP_CLOSE:
		outside(f, step);
		break;
	case STEP_TIME:
		f->stand.fake.ns += NSEC_PER_MSEC << take8(f) % 24;
		break;
	case STEP_ROOM:
		f->room = take8(f);
		nat_resume(f->stand.nat);
		break;
	case STEP_FAIL:
		fail(f);
		break;
	case STEP_FORWARD:
		forward(f);
		break;
	case STEP_COUNT:
		break;
	}
}

static void begin(struct fuzz *f)
{
	const struct nat_settings settings = {
		.mac = gateway_mac,
		.address = {GATEWAY, 24},
		.mtu = 1500,
		.max_flows = 6,
		.secret = {{5, 6}},
	};
	const struct nat_env env = {.sockets = &sockets, .sockets_ctx = f};

	nat_stand_open(&f->stand, &settings, &env, &upper, f);
	f->room = 1000;
}

/* Nobody says anything any more. */
static void fall_silent(struct fuzz *f)
{
	struct nat_counters counters;
	unsigned i;

	flush(f);
	for (i = 0; i < 200; i++) {
		f->stand.fake.ns += 60 * NSEC_PER_SEC;
		flush(f);
	}
	nat_get_counters(f->stand.nat, &counters);
	if (counters.flows[NAT_TCP])
		__builtin_trap();
}

static void check_socket(int fd)
{
	static uint8_t bytes[UINT16_MAX];
	ssize_t n;

	if (fd < 0)
		return;
	do
		n = recv(fd, bytes, sizeof(bytes), 0);
	while (n > 0);
	if (n < 0 && errno == EAGAIN)
		__builtin_trap(); /* the engine has lost its end */
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz f;
	unsigned i;

	memset(&f, 0, sizeof(f));
	f.data = data;
	f.size = size;
	begin(&f);
	for (i = 0; i < STEPS && f.size; i++)
		take_step(&f);
	fall_silent(&f);
	if (nat_stand_close(&f.stand))
		__builtin_trap();
	for (i = 0; i < f.socket_count; i++)
		check_socket(f.sockets[i]);
	return 0;
}
