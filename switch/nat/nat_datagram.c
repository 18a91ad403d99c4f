// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_datagram.c - datagrams between sockets and frames, for UDP and ICMP echo
 *
 * Theory of operation
 *
 * A ready socket is read in batches, into buffers that all flows share. Each
 * datagram gets its headers in a frame's snapshot and goes up with its data as
 * the tail. The checksum of a UDP datagram is left to the receiver. What
 * doesn't fit the network's MTU is cut into fragments (RFC 791 3.2), its
 * checksum made before.
 *
 * Limits: the buffers' memory stays while there are flows, a megabyte at worst.
 */
#include "switch/nat/nat_datagram.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "switch/nat/nat_internal.h"

#define HEADERS (ETH_HLEN + IP4_HLEN + NAT_DATAGRAM_HLEN)
#define IP4_MORE_FRAGMENTS 0x2000
#define UDP_CSUM_OFFSET 6
#define ICMP_CSUM_OFFSET 2
#define RX_BYTES ((size_t)NAT_RX_BATCH * NAT_RX_SIZE)

struct nat_datagrams *nat_datagrams_create(uint16_t first_id, struct err *err)
{
	struct nat_datagrams *datagrams = calloc(1, sizeof(*datagrams));
	uint8_t *rx = mmap(NULL, RX_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	unsigned i;

	if (!datagrams || rx == MAP_FAILED) {
		if (rx != MAP_FAILED)
			munmap(rx, RX_BYTES);
		free(datagrams);
		err_set(err, -ENOMEM, "no memory for datagrams");
		return NULL;
	}
	/* a kernel without huge pages refuses, and is right */
	(void)madvise(rx, RX_BYTES, MADV_NOHUGEPAGE);
	for (i = 0; i < NAT_RX_BATCH; i++)
		datagrams->iovs[i] = (struct iovec){
			rx + (size_t)i * NAT_RX_SIZE, NAT_RX_SIZE};
	datagrams->ip_id = first_id;
	return datagrams;
}

void nat_datagrams_destroy(struct nat_datagrams *datagrams)
{
	if (!datagrams)
		return;
	munmap(datagrams->iovs[0].iov_base, RX_BYTES);
	free(datagrams);
}

void nat_datagrams_relax(struct nat_datagrams *datagrams)
{
	nat_relax_bytes(datagrams->iovs[0].iov_base, RX_BYTES);
}

unsigned nat_datagrams_read(struct nat_datagrams *datagrams, int fd)
{
	int i, n;

	for (i = 0; i < NAT_RX_BATCH; i++) {
		struct msghdr *msg = &datagrams->msgs[i].msg_hdr;

		memset(msg, 0, sizeof(*msg));
		memset(&datagrams->from[i], 0, sizeof(datagrams->from[i]));
		msg->msg_name = &datagrams->from[i];
		msg->msg_namelen = sizeof(datagrams->from[i]);
		msg->msg_iov = &datagrams->iovs[i];
		msg->msg_iovlen = 1;
	}
	n = recvmmsg(fd, datagrams->msgs, NAT_RX_BATCH, MSG_DONTWAIT, NULL);
	return (unsigned)MAX(n, 0);
}

void nat_datagrams_deliver(struct nat *nat)
{
	struct nat_datagrams *datagrams = nat->datagrams;
	struct frame *frames[FRAME_BATCH];
	unsigned i, n = datagrams->frame_count;

	for (i = 0; i < n; i++)
		frames[i] = &datagrams->frames[i];
	datagrams->frame_count = 0;
	if (n)
		nat_deliver(nat, frames, n);
}

/* Addresses, and that it may be cut on its way: no DF, an id (RFC 6864 4.1). */
static void put_ip(uint8_t *head, const struct nat_datagram *d, uint16_t id,
		   uint16_t flags, size_t payload_len)
{
	uint8_t *ip = head + ETH_HLEN;

	ip4_encode(head, &d->route, d->protocol, payload_len);
	be16_store(ip + 4, id);
	be16_store(ip + 6, flags);
	be16_store(ip + 10, 0);
	be16_store(ip + 10, csum_fold(csum_add(0, ip, IP4_HLEN)));
}

/* @head and then @len bytes at @data become the next frame of the batch. */
static struct frame *add_frame(struct nat *nat, const uint8_t *head,
			       size_t head_len, const uint8_t *data, size_t len)
{
	struct nat_datagrams *datagrams = nat->datagrams;
	size_t part = MIN(len, FRAME_SNAP_LEN - head_len);
	struct frame *frame;
	struct iovec *tail;

	if (datagrams->frame_count == FRAME_BATCH)
		nat_datagrams_deliver(nat);
	frame = &datagrams->frames[datagrams->frame_count];
	tail = &datagrams->tails[datagrams->frame_count++];
	memcpy(frame->snap, head, head_len);
	memcpy(frame->snap + head_len, data, part);
	frame->len = (uint32_t)(head_len + len);
	frame->snap_len = (uint16_t)(head_len + part);
	frame->hdr = (struct vnet_hdr){0};
	tail->iov_base = (uint8_t *)(uintptr_t)data + part;
	tail->iov_len = len - part;
	frame->iov = tail;
	frame->iov_count = len > part;
	frame_classify(frame);
	return frame;
}

static uint64_t pseudo_sum(const struct nat_datagram *d)
{
	return csum_pseudo_ipv4(d->route.src, d->route.dst, d->protocol,
				(uint16_t)(NAT_DATAGRAM_HLEN + d->len));
}

static void put_csum(struct nat_datagram *d)
{
	bool udp = d->protocol == IP4_UDP;
	size_t offset = udp ? UDP_CSUM_OFFSET : ICMP_CSUM_OFFSET;
	uint64_t sum = udp ? pseudo_sum(d) : 0;
	uint16_t csum;

	be16_store(d->header + offset, 0);
	sum = csum_add(sum, d->header, NAT_DATAGRAM_HLEN);
	csum = csum_fold(csum_add(sum, d->data, d->len));
	if (udp && !csum)
		csum = 0xffff; /* RFC 768: zero means there is none */
	be16_store(d->header + offset, csum);
}

/* What the receiver is to add up, or have added up (virtio 1.2 5.1.6.2). */
static void leave_csum(struct frame *frame, const struct nat_datagram *d)
{
	be16_store(frame->snap + ETH_HLEN + IP4_HLEN + UDP_CSUM_OFFSET,
		   (uint16_t)~csum_fold(pseudo_sum(d)));
	frame->hdr.flags = VNET_F_NEEDS_CSUM;
	frame->hdr.csum_start = htole16(ETH_HLEN + IP4_HLEN);
	frame->hdr.csum_offset = htole16(UDP_CSUM_OFFSET);
}

static void add_whole(struct nat *nat, struct nat_datagram *d)
{
	uint8_t head[HEADERS];
	struct frame *frame;

	if (d->protocol != IP4_UDP)
		put_csum(d);
	put_ip(head, d, nat->datagrams->ip_id++, 0, NAT_DATAGRAM_HLEN + d->len);
	memcpy(head + ETH_HLEN + IP4_HLEN, d->header, NAT_DATAGRAM_HLEN);
	frame = add_frame(nat, head, HEADERS, d->data, d->len);
	if (d->protocol == IP4_UDP)
		leave_csum(frame, d);
}

static void add_fragments(struct nat *nat, struct nat_datagram *d)
{
	size_t most = (nat->settings.mtu - IP4_HLEN) & ~7u;
	size_t done = most - NAT_DATAGRAM_HLEN;
	uint16_t id = nat->datagrams->ip_id++;
	uint8_t head[HEADERS];

	put_csum(d);
	put_ip(head, d, id, IP4_MORE_FRAGMENTS, most);
	memcpy(head + ETH_HLEN + IP4_HLEN, d->header, NAT_DATAGRAM_HLEN);
	add_frame(nat, head, HEADERS, d->data, done);
	while (done < d->len) {
		size_t part = MIN(most, d->len - done);
		uint16_t flags = (uint16_t)((done + NAT_DATAGRAM_HLEN) / 8);

		if (done + part < d->len)
			flags |= IP4_MORE_FRAGMENTS;
		put_ip(head, d, id, flags, part);
		add_frame(nat, head, ETH_HLEN + IP4_HLEN, d->data + done, part);
		done += part;
	}
}

void nat_datagram_add(struct nat *nat, struct nat_datagram *datagram)
{
	if (IP4_HLEN + NAT_DATAGRAM_HLEN + datagram->len <= nat->settings.mtu)
		add_whole(nat, datagram);
	else
		add_fragments(nat, datagram);
}

void nat_set_fragmenting(int fd, bool dont_fragment)
{
	int value = dont_fragment ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT;

	(void)setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &value,
			 sizeof(value));
}

void nat_put_ttl(struct msghdr *msg, union nat_ttl *room, uint8_t ttl)
{
	struct cmsghdr *cmsg = &room->cmsg;
	int left = MAX(ttl - 1, 1);

	memset(room, 0, sizeof(*room));
	cmsg->cmsg_level = IPPROTO_IP;
	cmsg->cmsg_type = IP_TTL;
	cmsg->cmsg_len = CMSG_LEN(sizeof(left));
	memcpy(CMSG_DATA(cmsg), &left, sizeof(left));
	msg->msg_control = room;
	msg->msg_controllen = sizeof(*room);
}

unsigned nat_frame_iov(const struct frame *frame, size_t offset, size_t len,
		       struct iovec *iov)
{
	unsigned i, used = 0;

	for (i = 0; i <= frame->iov_count && len; i++) {
		struct iovec piece = {(void *)(uintptr_t)frame->snap,
				      frame->snap_len};
		size_t skip, part;

		if (i)
			piece = frame->iov[i - 1];
		skip = MIN(offset, piece.iov_len);
		part = MIN(len, piece.iov_len - skip);
		offset -= skip;
		if (!part)
			continue;
		iov[used].iov_base = (uint8_t *)piece.iov_base + skip;
		iov[used++].iov_len = part;
		len -= part;
	}
	return used;
}

uint64_t nat_frame_csum(const struct frame *frame, size_t offset, size_t len)
{
	struct iovec iov[FRAME_MAX_IOV + 1];
	unsigned i, n = nat_frame_iov(frame, offset, len, iov);
	uint64_t sum = 0, piece;
	bool odd = false;

	for (i = 0; i < n; i++) {
		piece = csum_add(0, iov[i].iov_base, iov[i].iov_len);
		if (odd) /* RFC 1071 2 (B): swapped bytes, swapped sum */
			piece = __builtin_bswap16((uint16_t)~csum_fold(piece));
		sum += piece;
		odd ^= iov[i].iov_len & 1;
	}
	return sum;
}
