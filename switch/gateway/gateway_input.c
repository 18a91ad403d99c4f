// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gateway_input.c - what a frame wants from the gateway
 *
 * Theory of operation
 *
 * Frames come one by one: whom is it for, what is it, may
 * its sender have an answer now (each ingress port has its own allowance per
 * service). Headers are judged on the frame's snapshot; a payload is copied
 * once into @rx, where the services read it. So nothing in memory of a guest is
 * read twice, and a frame that isn't for us costs no copy.
 *
 * What is sent to our MAC address but not to our IPv4 address wants to be
 * routed: that is the NAT engine's, and so are replies to what it sent with our
 * address as the source. Where the kernel is the engine, so is all that is for
 * our address and no service's.
 *
 * Limits: no fragments but to the outside, no VLANs (a priority tag is stepped
 * over). IPv6 is gateway_ip6.c's.
 */
#include "switch/gateway/gateway_internal.h"

#include <string.h>

#include "core/csum.h"
#include "switch/arp.h"
#include "switch/nat/nat_fragment.h"
#include "switch/nat/nat_icmp.h"

bool gateway_allow(struct gateway *gateway, enum service service,
		   uint16_t ingress)
{
	return rate_take(&gateway->rates[service], ingress,
			 loop_now_ns(gateway->env.loop));
}

static void heard(struct gateway *gateway, const struct neighbour *seen,
		  enum neighbour_claim claim)
{
	if (gateway->neighbours)
		neighbour_heard(gateway->neighbours, seen, claim);
}

/* To us, or to all in a gratuitous message (RFC 5227 3). */
static enum neighbour_claim arp_claim(const struct gateway *gateway,
				      const struct arp *arp)
{
	return arp->target == gateway->address.addr ||
			       arp->target == arp->sender
		       ? NEIGHBOUR_TOLD
		       : NEIGHBOUR_OVERHEARD;
}

/* Who comes with an address that DHCP gave to another isn't helped. */
static bool is_stolen(const struct gateway *gateway, uint32_t address,
		      const struct mac *mac)
{
	struct mac owner;

	return gateway->dhcp &&
	       dhcp_server_owner(gateway->dhcp, address, &owner) &&
	       !mac_is_equal(&owner, mac);
}

/* The kernel has asked too, if it is the one that routes. */
static enum drop_reason input_arp_reply(struct gateway *gateway,
					const struct frame *frame,
					const struct arp *arp)
{
	if (!gateway->neighbours)
		return DROP_NOT_FOR_US;
	if (!gateway->kernel.port)
		return DROP_NONE;
	if (is_stolen(gateway, arp->sender, &arp->sender_mac))
		return DROP_BAD_SOURCE;
	return gateway_kernel_pass(gateway, frame);
}

/* RFC 826, with the precautions of RFC 5227 2.4 against our own address. */
static enum drop_reason input_arp(struct gateway *gateway,
				  const struct frame *frame, size_t offset)
{
	struct arp arp, reply;

	if (!arp_decode(frame->snap + offset, frame->snap_len - offset, &arp) ||
	    mac_is_group(&arp.sender_mac))
		return DROP_BAD_PACKET;
	if (arp.sender == gateway->address.addr) {
		gateway->counters.spoofed_address++;
		return DROP_NOT_FOR_US;
	}
	if (gateway->dhcp && arp.sender)
		dhcp_server_address_seen(gateway->dhcp, arp.sender,
					 &arp.sender_mac, frame->ingress);
	heard(gateway,
	      &(struct neighbour){arp.sender, arp.sender_mac, frame->ingress},
	      arp_claim(gateway, &arp));
	if (arp.target != gateway->address.addr)
		return DROP_NOT_FOR_US;
	if (arp.op != ARP_REQUEST)
		return input_arp_reply(gateway, frame, &arp);
	if (!gateway_allow(gateway, SERVICE_ARP, frame->ingress))
		return DROP_RATE_LIMIT;
	reply.op = ARP_REPLY;
	reply.sender_mac = gateway->mac;
	reply.sender = gateway->address.addr;
	reply.target_mac = arp.sender_mac;
	reply.target = arp.sender;
	arp_encode(gateway->tx, &arp.sender_mac, &reply);
	reply_queue_add(&gateway->replies, gateway->tx, ARP_FRAME_LEN);
	gateway->counters.arp_replies++;
	return DROP_NONE;
}

/* RFC 792, RFC 1122 3.2.2.6: the same data comes back. */
static enum drop_reason input_icmp(struct gateway *gateway,
				   const struct ip4 *ip)
{
	struct ip4_route route = gateway_route(gateway, &ip->src_mac, ip->src);
	uint8_t *p = gateway->tx + ETH_HLEN + IP4_HLEN;
	size_t len = ip->payload_len;

	if (len < ICMP_HLEN || len > IP4_MAX_LEN - IP4_HLEN)
		return DROP_BAD_PACKET;
	if (ip->payload[0] != ICMP_ECHO || ip->payload[1])
		return DROP_NOT_FOR_US;
	if (!ip->csum_partial && csum_fold(csum_add(0, ip->payload, len)))
		return DROP_BAD_PACKET;
	memcpy(p, ip->payload, len);
	p[0] = ICMP_ECHO_REPLY;
	be16_store(p + 2, 0);
	be16_store(p + 2, csum_fold(csum_add(0, p, len)));
	reply_queue_add(&gateway->replies, gateway->tx,
			ip4_encode(gateway->tx, &route, IP4_ICMP, len));
	gateway->counters.echo_replies++;
	return DROP_NONE;
}

static enum drop_reason input_udp(struct gateway *gateway, const struct ip4 *ip)
{
	bool unicast = ip->dst == gateway->address.addr;
	struct udp udp;

	if (!udp4_parse(ip, &udp))
		return DROP_BAD_PACKET;
	if (udp.dst_port == DHCP_SERVER_PORT && gateway->dhcp) {
		if (!gateway_allow(gateway, SERVICE_DHCP, ip->ingress))
			return DROP_RATE_LIMIT;
		dhcp_server_input(gateway->dhcp, ip, &udp);
		return DROP_NONE;
	}
	if (udp.dst_port == DHCP_CLIENT_PORT)
		gateway->counters.rogue_dhcp++;
	if (udp.dst_port == DNS_PORT && gateway->dns && unicast)
		return gateway_allow(gateway, SERVICE_DNS, ip->ingress)
			       ? gateway_input_dns(gateway, ip, &udp)
			       : DROP_RATE_LIMIT;
	return DROP_NOT_FOR_US;
}

static bool source_can_be_answered(const struct gateway *gateway,
				   const struct ip4 *ip)
{
	uint32_t everyone =
		gateway->address.addr | ~ipv4_mask(gateway->address.len);

	/* not this host, loopback, multicast, reserved (RFC 1122 3.2.1.3) */
	return ip->src >> 24 && ip->src >> 24 != 127 && ip->src >> 28 < 0xe &&
	       ip->src != everyone;
}

static enum drop_reason deliver(struct gateway *gateway, const struct ip4 *ip)
{
	bool unicast = ip->dst == gateway->address.addr;

	if (ip->protocol == IP4_UDP)
		return input_udp(gateway, ip);
	if (!unicast || gateway->dhcp_only)
		return DROP_NOT_FOR_US;
	if (!source_can_be_answered(gateway, ip))
		return DROP_BAD_PACKET;
	if (ip->protocol == IP4_ICMP) {
		if (!gateway_allow(gateway, SERVICE_ICMP, ip->ingress))
			return DROP_RATE_LIMIT;
		return input_icmp(gateway, ip);
	}
	if (ip->protocol != IP4_TCP || !gateway->tcp)
		return DROP_NOT_FOR_US;
	if (!gateway_allow(gateway, SERVICE_TCP, ip->ingress))
		return DROP_RATE_LIMIT;
	tcp_service_input(gateway->tcp, ip);
	return DROP_NONE;
}

bool gateway_offload_is_sane(const struct frame *frame, size_t payload)
{
	if (!(frame->hdr.flags & VNET_F_NEEDS_CSUM))
		return true;
	return le16toh(frame->hdr.csum_start) == payload;
}

static bool is_for_us(const struct gateway *gateway, const struct ip4 *ip)
{
	uint32_t everyone =
		gateway->address.addr | ~ipv4_mask(gateway->address.len);

	return ip->dst == gateway->address.addr || ip->dst == IP4_BROADCAST ||
	       ip->dst == everyone;
}

/* What passes us, to the outside or to another guest. */
static enum drop_reason route(struct gateway *gateway,
			      const struct frame *frame, size_t offset,
			      const struct ip4 *ip)
{
	if (mac_is_group(frame_dst(frame)))
		return DROP_NOT_FOR_US;
	if (!gateway->nat && !gateway->kernel.port)
		return DROP_NO_ROUTE;
	if (is_stolen(gateway, ip->src, &ip->src_mac))
		return DROP_BAD_SOURCE;
	if (gateway->kernel.port)
		return gateway_kernel_send(gateway, frame, ip);
	if (nat_is_inside(gateway->nat, ip->dst) &&
	    ip->dst != gateway->address.addr)
		return gateway_transit(gateway, frame, offset, ip);
	return nat_input(gateway->nat, frame, offset, ip);
}

/* Only what leaves is put together: that for us fits in one packet. */
static enum drop_reason input_fragment(struct gateway *gateway,
				       const struct frame *frame, size_t offset)
{
	struct ip4_fragment fragment;
	struct ip4 ip;

	if (mac_is_group(frame_dst(frame)) ||
	    !ip4_parse_fragment(frame->snap + offset, frame->snap_len - offset,
				frame->len - offset, &ip, &fragment))
		return DROP_BAD_PACKET;
	ip.src_mac = *frame_src(frame);
	ip.ingress = frame->ingress;
	if (gateway->kernel.port)
		return route(gateway, frame, offset, &ip);
	if (!gateway->nat || is_for_us(gateway, &ip) ||
	    nat_is_inside(gateway->nat, ip.dst))
		return DROP_BAD_PACKET;
	if (is_stolen(gateway, ip.src, &ip.src_mac))
		return DROP_BAD_SOURCE;
	return nat_fragment_input(gateway->nat, frame, offset + ip.header_len,
				  &ip, &fragment);
}

static enum drop_reason input_ip4(struct gateway *gateway,
				  const struct frame *frame, size_t offset)
{
	enum drop_reason reason;
	struct ip4 ip;

	if (!ip4_parse(frame->snap + offset, frame->snap_len - offset,
		       frame->len - offset, &ip))
		return input_fragment(gateway, frame, offset);
	if (ip.src == gateway->address.addr) {
		gateway->counters.spoofed_address++;
		return DROP_BAD_PACKET;
	}
	heard(gateway,
	      &(struct neighbour){ip.src, *frame_src(frame), frame->ingress},
	      NEIGHBOUR_USED);
	offset += ip.header_len;
	if (!gateway_offload_is_sane(frame, offset))
		return DROP_BAD_OFFLOAD;
	ip.csum_partial = frame->hdr.flags & VNET_F_NEEDS_CSUM;
	ip.src_mac = *frame_src(frame);
	ip.ingress = frame->ingress;
	if (!is_for_us(gateway, &ip) ||
	    (gateway->nat && nat_wants(gateway->nat, frame, offset, &ip)) ||
	    (gateway->kernel.port &&
	     gateway_kernel_wants(gateway, frame, offset, &ip)))
		return route(gateway, frame, offset, &ip);
	if (frame_copy(frame, offset, gateway->rx, ip.payload_len) !=
	    ip.payload_len)
		return DROP_BAD_PACKET;
	ip.payload = gateway->rx;
	reason = deliver(gateway, &ip);
	/* RFC 1122 4.1.3.1 */
	if (reason == DROP_NOT_FOR_US && ip.protocol == IP4_UDP && gateway->nat)
		nat_icmp_error(gateway->nat, frame, offset, &ip,
			       ICMP_PORT_UNREACHABLE, 0);
	return reason;
}

enum drop_reason gateway_input(struct gateway *gateway,
			       const struct frame *frame)
{
	size_t offset = ETH_HLEN;

	if (!mac_is_equal(frame_dst(frame), &gateway->mac) &&
	    !mac_is_equal(frame_dst(frame), &gateway_broadcast) &&
	    !(gateway->ip6 && be16_load(frame->snap) == ND_GROUP_MAC))
		return DROP_NOT_FOR_US;
	if (mac_is_equal(frame_src(frame), &gateway->mac)) {
		gateway->counters.spoofed_mac++;
		return DROP_NOT_FOR_US;
	}
	if (frame->vid)
		return DROP_NOT_FOR_US;
	if (be16_load(frame->snap + 12) == 0x8100)
		offset += VLAN_HLEN;
	if (offset > frame->snap_len)
		return DROP_BAD_PACKET;
	if (frame_ethertype(frame) == ETHERTYPE_ARP)
		return input_arp(gateway, frame, offset);
	if (frame_ethertype(frame) == ETHERTYPE_IPV4)
		return input_ip4(gateway, frame, offset);
	if (frame_ethertype(frame) == ETHERTYPE_IPV6 && gateway->ip6)
		return gateway_ip6_input(gateway->ip6, frame, offset);
	return DROP_NOT_FOR_US;
}
