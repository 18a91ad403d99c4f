/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_datagram.h - datagrams between sockets and frames, for UDP and ICMP echo
 *
 * Both have eight bytes of header, then data.
 */
#ifndef SWITCH_NAT_NAT_DATAGRAM_H
#define SWITCH_NAT_NAT_DATAGRAM_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "core/err.h"
#include "core/frame.h"
#include "switch/ip4.h"

/** NAT_RX_BATCH - datagrams read from a socket at a time */
#define NAT_RX_BATCH 16
/** NAT_RX_SIZE - room for each: the largest there is */
#define NAT_RX_SIZE 65536
/** NAT_DATAGRAM_HLEN - of UDP and of ICMP echo */
#define NAT_DATAGRAM_HLEN 8

static_assert(UDP_HLEN == NAT_DATAGRAM_HLEN, "RFC 768");
static_assert(ICMP_HLEN == NAT_DATAGRAM_HLEN, "RFC 792");

struct nat;

/**
 * struct nat_datagrams - what an engine reads and hands up in batches
 * @from:	senders of what was read
 * @iovs:	NAT_RX_BATCH buffers of NAT_RX_SIZE, touched as far as needed
 * @msgs:	the same for recvmmsg()
 * @frames:	@frame_count that go up next
 * @tails:	of @frames
 * @frame_count: entries
 * @ip_id:	of the next packet (RFC 6864)
 */
struct nat_datagrams {
	struct sockaddr_in from[NAT_RX_BATCH];
	struct iovec iovs[NAT_RX_BATCH];
	struct mmsghdr msgs[NAT_RX_BATCH];
	struct frame frames[FRAME_BATCH];
	struct iovec tails[FRAME_BATCH];
	unsigned frame_count;
	uint16_t ip_id;
};

/**
 * struct nat_datagram - one for a guest
 * @route:	addresses
 * @protocol:	IP4_UDP or IP4_ICMP
 * @header:	its checksum is filled in by nat_datagram_add()
 * @data:	@len bytes, good until nat_datagrams_deliver()
 * @len:	of @data
 */
struct nat_datagram {
	struct ip4_route route;
	uint8_t protocol;
	uint8_t header[NAT_DATAGRAM_HLEN];
	const uint8_t *data;
	size_t len;
};

/**
 * union nat_ttl - room for a control message with a TTL
 * @buffer:	so much
 * @cmsg:	so aligned
 */
union nat_ttl {
	char buffer[CMSG_SPACE(sizeof(int))];
	struct cmsghdr cmsg;
};

/** nat_put_ttl() - @msg is to have the TTL @ttl, less one (RFC 1812 5.3.1) */
void nat_put_ttl(struct msghdr *msg, union nat_ttl *room, uint8_t ttl);

/** nat_set_fragmenting() - may what @fd sends be cut on its way? */
void nat_set_fragmenting(int fd, bool dont_fragment);

/** nat_datagrams_create() - with room; NULL with @err */
struct nat_datagrams *nat_datagrams_create(uint16_t first_id, struct err *err);

/** nat_datagrams_destroy() - NULL is fine */
void nat_datagrams_destroy(struct nat_datagrams *datagrams);

/** nat_datagrams_relax() - give the memory of buffers back */
void nat_datagrams_relax(struct nat_datagrams *datagrams);

/**
 * nat_datagrams_read() - what a socket has, up to NAT_RX_BATCH
 *
 * Return: how many; @msgs and @from tell the rest.
 */
unsigned nat_datagrams_read(struct nat_datagrams *datagrams, int fd);

/**
 * nat_datagram_add() - one more for the guest, as one frame or as fragments
 *
 * May deliver those before it.
 */
void nat_datagram_add(struct nat *nat, struct nat_datagram *datagram);

/** nat_datagrams_deliver() - hand up what was added */
void nat_datagrams_deliver(struct nat *nat);

/**
 * nat_frame_iov() - where a part of a frame lies
 * @iov:	room for @frame->iov_count + 1 entries
 *
 * Return: entries filled; 0 for @len 0.
 */
unsigned nat_frame_iov(const struct frame *frame, size_t offset, size_t len,
		       struct iovec *iov);

/** nat_frame_csum() - sum over a part of a frame, for csum_fold() */
uint64_t nat_frame_csum(const struct frame *frame, size_t offset, size_t len);

#endif
