/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_bed.h - a NAT engine between a test's frames and sockets on loopback
 */
#ifndef UNIT_NAT_BED_H
#define UNIT_NAT_BED_H

#include "switch/nat/nat_internal.h"
#include "unit/nat_stand.h"
#include "unit/private_net.h"

#define BED_GATEWAY 0x0a140001 /* 10.20.0.1/24 */
#define BED_GUEST 0x0a14000b
#define BED_OTHER 0x0a14000c
#define BED_BEHIND 0x0a1e0005        /* in 10.30.0.0/24, a route's */
#define BED_REMOTE (PRIVATE_NET + 7) /* outside */
#define BED_STRANGER (PRIVATE_NET + 8)
#define BED_HOST (PRIVATE_NET + 200) /* the host's own */
#define BED_INGRESS 3
#define BED_FRAMES 64
#define BED_FRAME_SIZE 2048

/**
 * struct nat_bed - the engine and both its sides
 * @stand:	the engine
 * @refuse:	what opening a socket yields; 0: a socket
 * @opened:	sockets asked for
 * @refused:	calls of nat_env.refused
 * @n:		frames that came up
 * @len:	of each
 * @hdr:	of each
 * @frames:	of each the first bytes
 * @frame:	the one to be sent
 * @ip:		header of the one to be sent
 * @hdr_out:	of the one to be sent
 */
struct nat_bed {
	struct nat_stand stand;
	int refuse;
	unsigned opened;
	unsigned refused;
	unsigned n;
	uint32_t len[BED_FRAMES];
	struct vnet_hdr hdr[BED_FRAMES];
	uint8_t frames[BED_FRAMES][BED_FRAME_SIZE];
	uint8_t frame[FRAME_MAX_LEN];
	struct ip4 ip;
	struct vnet_hdr hdr_out;
};

/** nat_bed_open() - with a route to 10.30.0.0/24; @max_flows 0: as usual */
void nat_bed_open(struct nat_bed *bed, bool host_access, uint32_t max_flows);

/** nat_bed_open_filtering() - as nat_bed_open(), with that filtering */
void nat_bed_open_filtering(struct nat_bed *bed, enum nat_filtering filtering);

/** nat_bed_open_limits() - as nat_bed_open(), with the limits of @wanted */
void nat_bed_open_limits(struct nat_bed *bed,
			 const struct nat_settings *wanted);

/** nat_bed_close() - all must be back where it belongs */
void nat_bed_close(struct nat_bed *bed);

/** nat_bed_ip() - what follows is sent from @src to @dst */
void nat_bed_ip(struct nat_bed *bed, uint32_t src, uint32_t dst);

/** nat_bed_input() - @len bytes of payload at its place, a batch of its own */
enum drop_reason nat_bed_input(struct nat_bed *bed, uint8_t protocol,
			       size_t len);

/** nat_bed_udp() - one datagram of @len bytes 'x' */
enum drop_reason nat_bed_udp(struct nat_bed *bed, uint16_t src, uint16_t dst,
			     size_t len);

/** nat_bed_echo() - one echo request of @len bytes */
enum drop_reason nat_bed_echo(struct nat_bed *bed, uint16_t id, uint16_t seq,
			      size_t len);

/** nat_bed_run() - let the loop look at all that is ready */
void nat_bed_run(struct nat_bed *bed);

/** nat_bed_forward() - time passes, and timers expire */
void nat_bed_forward(struct nat_bed *bed, uint64_t ns);

/** nat_bed_payload() - where the IP payload of the frame @i begins */
static inline uint8_t *nat_bed_payload(struct nat_bed *bed, unsigned i)
{
	return bed->frames[i] + ETH_HLEN + IP4_HLEN;
}

/** nat_bed_socket() - a UDP socket outside, bound; @port 0: any */
int nat_bed_socket(uint32_t address, uint16_t port);

/** nat_bed_port() - the port that a socket is bound to */
uint16_t nat_bed_port(int fd);

/**
 * nat_bed_take() - what a socket outside has got
 * @from_port:	of whom; may be NULL
 *
 * Return: bytes, or -1 for nothing.
 */
int nat_bed_take(int fd, uint16_t *from_port);

/** nat_bed_answer() - @len bytes from @fd to a port of the host */
void nat_bed_answer(int fd, uint16_t port, size_t len);

/** nat_bed_flows() - how many there are of all protocols */
unsigned nat_bed_flows(struct nat_bed *bed);

#endif
