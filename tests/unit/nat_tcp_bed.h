/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_tcp_bed.h - the TCP relay between a scripted guest and loopback
 *
 * The guest speaks raw segments; the outside is a listening socket on
 * 127.0.0.1, wherever the guest connects to. Time is a variable.
 */
#ifndef UNIT_NAT_TCP_BED_H
#define UNIT_NAT_TCP_BED_H

#include "switch/nat/nat_tcp_internal.h"
#include "unit/nat_stand.h"

#define BED_GATEWAY 0x0a140001u /* 10.20.0.1/24 */
#define BED_GUEST 0x0a14000bu
#define BED_REMOTE 0xc0000207u /* 192.0.2.7 */
#define BED_PORT 80
#define BED_INGRESS 3
#define BED_MTU 1500
#define BED_MSS 1460
#define BED_SEGMENTS 512
#define BED_BATCH 8
#define BED_BYTES (8 << 20)

/**
 * struct bed_segment - what the guest got
 * @tcp:	its header; @tcp.data points into @data of the bed, by sequence
 *		number
 * @hdr:	offloads
 */
struct bed_segment {
	struct tcp4 tcp;
	struct vnet_hdr hdr;
};

/**
 * struct bed_frame - what the guest sends, which stays until the batch is over
 * @frame:	as its port gives it
 * @tail:	of @frame
 * @data:	its bytes
 */
struct bed_frame {
	struct frame frame;
	struct iovec tail;
	uint8_t data[FRAME_MAX_LEN];
};

/**
 * struct nat_tcp_bed - engine, guest and outside
 * @stand:	the engine
 * @listener:	what all connect() calls reach
 * @out:	the connection as the outside has it, or -1
 * @open_code:	what opening yields instead of a socket; 0: a socket
 * @connect_code: what connecting yields; 0: the kernel's own
 * @sndbuf:	SO_SNDBUF of new sockets; 0: the kernel's own
 * @silent:	new sockets are never connected, nor refused
 * @corrupt:	one bit of the next segments is wrong
 * @room:	data frames that the guest still takes
 * @lose:	data frames that get lost, from the next on
 * @n:		segments that came, all kept while there is room
 * @segments:	they
 * @icmp:	type and code of the last ICMP error
 * @guest_port:	of what is said
 * @remote:	whom the guest speaks with
 * @remote_port: likewise
 * @ingress:	of the guest
 * @seq:	its next sequence number
 * @ack:	next byte that it expects: all before it came in order
 * @window:	as it is said, unscaled
 * @scale:	of the guest's SYN; negative: no such option
 * @mss:	of the guest's SYN
 * @offload:	frames of the guest come without a checksum
 * @start:	sequence number of data[0]
 * @data_len:	bytes of @data that came in order
 * @data:	what came, by sequence number
 * @batch_len:	entries of @batch
 * @batch:	frames of the guest since the last flush
 */
struct nat_tcp_bed {
	struct nat_stand stand;
	int listener;
	int out;
	int open_code;
	int connect_code;
	int sndbuf;
	bool silent;
	bool corrupt;
	unsigned room;
	unsigned lose;
	unsigned n;
	struct bed_segment segments[BED_SEGMENTS];
	unsigned icmp;
	uint16_t guest_port;
	uint32_t remote;
	uint16_t remote_port;
	uint16_t ingress;
	uint32_t seq;
	uint32_t ack;
	uint16_t window;
	int scale;
	uint16_t mss;
	bool offload;
	uint32_t start;
	uint32_t data_len;
	uint8_t *data;
	unsigned batch_len;
	struct bed_frame batch[BED_BATCH];
};

/** nat_tcp_bed_open() - an engine that may open @max_flows (0: as usual) */
void nat_tcp_bed_open(struct nat_tcp_bed *bed, uint32_t max_flows);

/** nat_tcp_bed_close() - all must be back where it belongs */
void nat_tcp_bed_close(struct nat_tcp_bed *bed);

/** bed_input() - one segment of the guest, without a flush */
enum drop_reason bed_input(struct nat_tcp_bed *bed, uint8_t flags,
			   const void *data, size_t len);

/** bed_flush() - the batch is over */
void bed_flush(struct nat_tcp_bed *bed);

/** bed_say() - one segment as a batch of its own; counts start anew */
void bed_say(struct nat_tcp_bed *bed, uint8_t flags, const void *data,
	     size_t len);

/** bed_talk() - data that the guest then counts as sent */
void bed_talk(struct nat_tcp_bed *bed, const void *data, size_t len);

/** bed_run() - let the loop look at all that is ready */
void bed_run(struct nat_tcp_bed *bed);

/** bed_pass() - time passes; counts start anew */
void bed_pass(struct nat_tcp_bed *bed, uint64_t ns);

/** BED_UNTIL() - run until it is so, which is a matter of the kernel alone */
#define BED_UNTIL(bed, condition)                            \
	do {                                                 \
		unsigned _rounds = 0;                        \
		while (!(condition)) {                       \
			assert_true(_rounds++ < 4000);       \
			loop_run_once((bed)->stand.loop, 1); \
		}                                            \
	} while (0)

/** bed_last() - the last segment that the guest got */
const struct tcp4 *bed_last(const struct nat_tcp_bed *bed);

/** bed_connect() - handshake; @bed->out is the other end */
void bed_connect(struct nat_tcp_bed *bed);

/** bed_write() - the outside sends a pattern of @len bytes from @offset on */
void bed_write(struct nat_tcp_bed *bed, size_t offset, size_t len);

/** bed_read() - the outside reads up to @len bytes; as read() */
ssize_t bed_read(struct nat_tcp_bed *bed, void *data, size_t len);

/** bed_byte() - byte @i of the pattern */
static inline uint8_t bed_byte(size_t i)
{
	return (uint8_t)(i * 7 + (i >> 8) * 13 + (i >> 16));
}

/** bed_expect_data() - the first @len bytes of the pattern came, in order */
void bed_expect_data(const struct nat_tcp_bed *bed, size_t len);

/** bed_flows() - TCP flows of the engine */
unsigned bed_flows(struct nat_tcp_bed *bed);

/** bed_flow() - the flow of what is said */
struct nat_tcp *bed_flow(struct nat_tcp_bed *bed);

/** bed_state() - word of the only flow; "" for none */
const char *bed_state(struct nat_tcp_bed *bed);

#endif
