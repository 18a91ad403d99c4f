// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_icmp.c - what can't be delivered is told, in both directions
 *
 * Theory of operation
 *
 * To guests: an error about a packet at hand quotes what its snapshot has. One
 * that the host's error queue brings (ip(7), IP_RECVERR) is made anew: the
 * quoted packet as the guest had sent it, so nothing of the host's own
 * addresses and ports goes in (CVE-2026-115449 was that in another stack). It
 * comes from the router that found out, so traceroute sees the way.
 *
 * From guests: a flow is told when the quoted packet is one that we sent it.
 *
 * Both are rate limited, never about ICMP errors, and never end a UDP or ICMP
 * mapping (RFC 4787 REQ-12, RFC 5508 REQ-5).
 */
#include <errno.h>
#include <time.h> /* before the next, which forgot it */

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "core/bytes.h"
#include "core/csum.h"
#include "switch/nat/nat_internal.h"

#define ERROR_OFFSET (ETH_HLEN + IP4_HLEN)
/* Entries of no interest that are passed over in one go. */
#define MAX_STRANGE 64
#define MAX_ERROR (ERROR_OFFSET + ICMP_HLEN + IP4_MAX_HLEN + 128)

static bool may_tell(struct nat *nat, uint16_t ingress)
{
	return rate_take(&nat->icmp_rate, ingress, loop_now_ns(nat->env.loop));
}

/* The quoted packet is at its place already. */
static void send_error(struct nat *nat, uint8_t *buffer,
		       const struct ip4_route *route,
		       const struct nat_error *error, size_t quoted)
{
	uint8_t *p = buffer + ERROR_OFFSET;
	size_t len = ICMP_HLEN + quoted;

	be16_store(p, error->error);
	be16_store(p + 2, 0);
	be16_store(p + 4, 0);
	be16_store(p + 6, error->mtu); /* RFC 1191 4 */
	be16_store(p + 2, csum_fold(csum_add(0, p, len)));
	nat_reply(nat, buffer, ip4_encode(buffer, route, IP4_ICMP, len));
}

/* RFC 1122 3.2.2: none about what is no single host's or is an error itself. */
static bool may_be_told_of(const struct frame *frame, size_t offset,
			   const struct ip4 *ip)
{
	if (mac_is_group(frame_dst(frame)) || ip->dst >> 28 >= 0xe)
		return false;
	if (ip->protocol != IP4_ICMP)
		return true;
	return frame->snap_len > offset && frame->snap[offset] == ICMP_ECHO;
}

void nat_icmp_error(struct nat *nat, const struct frame *frame, size_t offset,
		    const struct ip4 *ip, uint16_t error, uint16_t mtu)
{
	const struct nat_error what = {.error = error, .mtu = mtu};
	struct ip4_route route = {nat->settings.mac, ip->src_mac,
				  nat->settings.address.addr, ip->src};
	size_t start = offset - ip->header_len;
	size_t quoted = (size_t)ip->header_len + ip->payload_len;
	uint8_t buffer[MAX_ERROR];

	if (!may_be_told_of(frame, offset, ip) || !may_tell(nat, ip->ingress))
		return;
	quoted = MIN(quoted, frame->snap_len - start);
	quoted = MIN(quoted, sizeof(buffer) - ERROR_OFFSET - ICMP_HLEN);
	memcpy(buffer + ERROR_OFFSET + ICMP_HLEN, frame->snap + start, quoted);
	send_error(nat, buffer, &route, &what, quoted);
}

/* What the host found out by itself, its guests' gateway did. */
static uint32_t finder(struct nat *nat, const struct nat_error *error)
{
	const struct nat_env *env = &nat->env;

	return env->sockets->is_host(env->sockets_ctx, error->from)
		       ? nat->settings.address.addr
		       : error->from;
}

void nat_error_tell(struct nat *nat, const struct nat_flow *flow,
		    const struct nat_error *error, const uint8_t *transport,
		    size_t len)
{
	struct ip4_route sent = {nat->settings.mac, flow->mac, flow->key.guest,
				 nat_visible(nat, error->remote)};
	uint8_t buffer[MAX_ERROR];
	uint8_t *quoted = buffer + ERROR_OFFSET + ICMP_HLEN;
	struct ip4_route route;

	if (!error->error || !may_tell(nat, flow->ingress))
		return;
	route = nat_route(nat, flow, finder(nat, error));
	len = MIN(len, sizeof(buffer) - ERROR_OFFSET - ICMP_HLEN - IP4_HLEN);
	/* its Ethernet header is where the ICMP header comes later */
	ip4_encode(quoted - ETH_HLEN, &sent,
		   flow->key.protocol == NAT_UDP ? IP4_UDP : IP4_ICMP, len);
	memcpy(quoted + IP4_HLEN, transport, len);
	send_error(nat, buffer, &route, error, IP4_HLEN + len);
}

static bool fill_error(struct nat_error *error,
		       const struct sock_extended_err *ee)
{
	const struct sockaddr_in *from = (const void *)SO_EE_OFFENDER(ee);

	error->is_local = ee->ee_origin == SO_EE_ORIGIN_LOCAL;
	error->mtu = (uint16_t)MIN(ee->ee_info, UINT16_MAX);
	if (error->is_local) {
		error->error = ee->ee_errno == EMSGSIZE
				       ? ICMP_FRAGMENTATION_NEEDED
				       : nat_errno_icmp(-(int)ee->ee_errno);
		return true;
	}
	if (ee->ee_origin != SO_EE_ORIGIN_ICMP ||
	    (ee->ee_type != ICMP_UNREACHABLE &&
	     ee->ee_type != ICMP_TIME_EXCEEDED))
		return false;
	error->error = (uint16_t)(ee->ee_type << 8 | ee->ee_code);
	if (error->error != ICMP_FRAGMENTATION_NEEDED)
		error->mtu = 0;
	if (from->sin_family == AF_INET)
		error->from = ntohl(from->sin_addr.s_addr);
	return true;
}

/* 1: filled; 0: of a kind that nobody needs to know; -1: the queue is empty */
static int read_one(int fd, struct nat_error *error)
{
	struct iovec iov = {error->data, sizeof(error->data)};
	struct sockaddr_in to = {0};
	union {
		char buffer[256];
		struct cmsghdr align;
	} control;
	struct msghdr msg = {.msg_name = &to,
			     .msg_namelen = sizeof(to),
			     .msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = &control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *cmsg;
	ssize_t len;

	memset(error, 0, sizeof(*error));
	len = recvmsg(fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT);
	if (len < 0)
		return -1;
	error->len = (uint16_t)len;
	error->remote = ntohl(to.sin_addr.s_addr);
	error->remote_port = ntohs(to.sin_port);
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		if (cmsg->cmsg_level == IPPROTO_IP &&
		    cmsg->cmsg_type == IP_RECVERR &&
		    fill_error(error, (const void *)CMSG_DATA(cmsg)))
			return 1;
	}
	return 0;
}

bool nat_error_read(int fd, struct nat_error *error)
{
	int found = 0, i;

	for (i = 0; i < MAX_STRANGE && !found; i++)
		found = read_one(fd, error);
	return found > 0;
}

/* The key of the flow that a packet of ours, quoted by a guest, was for. */
static bool quoted_key(const uint8_t *quote, size_t len, struct nat_key *key)
{
	size_t header_len;

	if (len < IP4_HLEN || quote[0] >> 4 != 4)
		return false;
	header_len = (quote[0] & 0xfu) * 4;
	if (header_len < IP4_HLEN || len < header_len + 8)
		return false;
	memset(key, 0, sizeof(*key));
	key->guest = be32_load(quote + 16);
	if (quote[9] == IP4_UDP) {
		key->protocol = NAT_UDP;
		key->guest_port = be16_load(quote + header_len + 2);
		return true;
	}
	key->protocol = NAT_TCP;
	key->remote = be32_load(quote + 12);
	key->remote_port = be16_load(quote + header_len);
	key->guest_port = be16_load(quote + header_len + 2);
	return quote[9] == IP4_TCP;
}

enum drop_reason nat_icmp_input(struct nat *nat, const struct frame *frame,
				size_t offset, const struct ip4 *ip)
{
	size_t len = MIN((size_t)ip->payload_len, frame->snap_len - offset);
	const uint8_t *p = frame->snap + offset;
	struct nat_flow *flow;
	struct nat_key key;

	if (!quoted_key(p + ICMP_HLEN, len - ICMP_HLEN, &key))
		return DROP_BAD_PACKET;
	flow = nat_flow_lookup(nat->flows, &key);
	if (!flow)
		return DROP_NOT_FOR_US;
	if (flow->ingress != ip->ingress)
		return DROP_BAD_SOURCE;
	if (flow->ops->icmp)
		flow->ops->icmp(nat, flow, be16_load(p), be16_load(p + 6));
	return DROP_NONE;
}
