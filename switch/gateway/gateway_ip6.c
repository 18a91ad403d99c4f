// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gateway_ip6.c - what a gateway says and answers in IPv6
 *
 * Theory of operation
 *
 * It has two addresses, PREFIX::1 and the link-local one that its MAC address
 * gives, and answers Neighbor Solicitations and pings for them; so nobody else
 * gets through duplicate address detection with one. An answer goes to the
 * Ethernet address that the question came from. There is no neighbour cache, so
 * none can be poisoned or filled up (RFC 6583).
 *
 * What is to be routed is answered "no route" at once, so that a guest which
 * has a way out by hand falls back to IPv4 without waiting. Nor does the router
 * advertisement offer us as a default router: its lifetime is 0. The prefix
 * and the domain in it are good all the same.
 *
 * Limits: nothing is translated or passed on to other guests, and DNS is served
 * over IPv4 only, so no resolver is told.
 */
#include "switch/gateway/gateway_ip6.h"

#include <stdlib.h>
#include <string.h>

#include "switch/gateway/gateway_internal.h"

#define OUR_HOST 1
#define ERROR_QUOTE_MAX (IP6_MIN_MTU - IP6_HLEN - ICMP6_HLEN)
#define ICMP6_IS_ERROR(type) ((type) < 128)
#define ND_FIRST RA_SOLICITATION
#define ND_LAST 137

/**
 * struct gateway_ip6 - the IPv6 side of one gateway
 * @gateway:	whose
 * @ra:		what is advertised
 * @link_local:	ours
 * @address:	ours, of the prefix
 * @advertise:	do so
 * @dhcp6:	NULL when not served
 * @advertiser:	when
 * @counters:	for `weft show`
 */
struct gateway_ip6 {
	struct gateway *gateway;
	struct ra ra;
	struct in6_addr link_local;
	struct in6_addr address;
	bool advertise;
	struct dhcp6_server *dhcp6;
	struct advertiser advertiser;
	struct gateway_ip6_counters counters;
};

static const struct in6_addr all_routers = {
	{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02}}};

/* RFC 8415 7.1: all relay agents and servers */
static const struct in6_addr all_dhcp = {
	{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0, 0x02}}};

static bool is_ours(const struct gateway_ip6 *ip6, const struct in6_addr *addr)
{
	return ipv6_is_equal(addr, &ip6->address) ||
	       ipv6_is_equal(addr, &ip6->link_local);
}

static bool is_our_group(const struct gateway_ip6 *ip6,
			 const struct in6_addr *addr)
{
	const struct in6_addr groups[] = {
		nd_all_nodes,
		all_routers,
		nd_solicited_node(&ip6->address),
		nd_solicited_node(&ip6->link_local),
	};
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		if (ipv6_is_equal(addr, &groups[i]))
			return true;
	}
	return ip6->dhcp6 && ipv6_is_equal(addr, &all_dhcp);
}

/* A reply to @ip comes from where it was sent, unless that was a group. */
static struct ip6_route route_back(const struct gateway_ip6 *ip6,
				   const struct ip6 *ip)
{
	return (struct ip6_route){
		.src_mac = ip6->gateway->mac,
		.dst_mac = ip->src_mac,
		.src = is_ours(ip6, &ip->dst) ? ip->dst : ip6->link_local,
		.dst = ip->src,
		.hop_limit = IP6_HOP_LIMIT,
	};
}

static void send_frame(struct gateway_ip6 *ip6, size_t len)
{
	reply_queue_add(&ip6->gateway->replies, ip6->gateway->tx, len);
}

static void advertise(void *ctx, const struct advertiser_asker *to)
{
	const struct mac all_macs = nd_group_mac(&nd_all_nodes);
	struct gateway_ip6 *ip6 = ctx;

	send_frame(ip6, ra_encode(ip6->gateway->tx, to ? &to->mac : &all_macs,
				  to ? &to->address : &nd_all_nodes, &ip6->ra));
}

static const struct advertiser_ops advertiser_ops = {.advertise = advertise};

void gateway_ip6_farewell(struct gateway_ip6 *ip6)
{
	if (!ip6->advertise)
		return;
	ip6->ra.lifetime_s = 0;
	ip6->ra.valid_s = 0;
	ip6->ra.preferred_s = 0;
	ip6->ra.dns_s = 0;
	advertise(ip6, NULL);
}

/* RFC 4861 7.2.4; to a probe of an address without one, to all. */
static void answer_solicitation(struct gateway_ip6 *ip6, const struct ip6 *ip,
				const struct nd *nd)
{
	bool probe = IN6_IS_ADDR_UNSPECIFIED(&nd->src);
	const struct nd reply = {
		.type = ND_ADVERTISEMENT,
		.flags = ND_ROUTER | ND_OVERRIDE | (probe ? 0 : ND_SOLICITED),
		.has_mac = true,
		.mac = ip6->gateway->mac,
		.src = nd->target,
		.dst = probe ? nd_all_nodes : nd->src,
		.target = nd->target,
	};
	const struct mac to = probe ? nd_group_mac(&nd_all_nodes) : ip->src_mac;

	send_frame(ip6, nd_encode(ip6->gateway->tx, &to, &ip6->gateway->mac,
				  &reply));
	ip6->counters.nd_replies++;
}

static enum drop_reason input_neighbour(struct gateway_ip6 *ip6,
					const struct ip6 *ip,
					const uint8_t *data, size_t len)
{
	struct nd nd;

	if (!nd_decode(data, len, ip->csum_partial, &nd))
		return DROP_BAD_PACKET;
	if (!is_ours(ip6, &nd.target))
		return DROP_NOT_FOR_US;
	if (nd.type == ND_ADVERTISEMENT) {
		ip6->gateway->counters.spoofed_address++;
		return DROP_NOT_FOR_US;
	}
	answer_solicitation(ip6, ip, &nd);
	return DROP_NONE;
}

/* Neighbor Discovery is read from the packet as a whole. */
static enum drop_reason input_nd(struct gateway_ip6 *ip6,
				 const struct frame *frame, size_t offset,
				 const struct ip6 *ip)
{
	struct gateway *gateway = ip6->gateway;
	size_t len = frame_copy(frame, offset, gateway->rx, ND_MAX_LEN);
	uint8_t type = gateway->rx[ip->header_len];

	if (!gateway_allow(gateway, SERVICE_ND, ip->ingress))
		return DROP_RATE_LIMIT;
	if (type == ND_SOLICITATION || type == ND_ADVERTISEMENT)
		return input_neighbour(ip6, ip, gateway->rx, len);
	if (type == RA_ADVERTISEMENT)
		ip6->counters.rogue_ra++;
	if (type != RA_SOLICITATION || !ip6->advertise)
		return DROP_NOT_FOR_US;
	if (!ra_solicitation_is_good(gateway->rx, len, ip->csum_partial))
		return DROP_BAD_PACKET;
	advertiser_asked(&ip6->advertiser, &ip->src, &ip->src_mac);
	return DROP_NONE;
}

/* RFC 4443 4.2: the same data comes back. */
static enum drop_reason input_echo(struct gateway_ip6 *ip6,
				   const struct ip6 *ip)
{
	struct ip6_route route = route_back(ip6, ip);
	uint8_t *p = ip6->gateway->tx + ETH_HLEN + IP6_HLEN;

	if (!gateway_allow(ip6->gateway, SERVICE_ICMP, ip->ingress))
		return DROP_RATE_LIMIT;
	if (!ip6_payload_csum_is_good(ip) || IN6_IS_ADDR_UNSPECIFIED(&ip->src))
		return DROP_BAD_PACKET;
	memcpy(p, ip->payload, ip->payload_len);
	p[0] = ICMP6_ECHO_REPLY;
	send_frame(ip6,
		   icmp6_encode(ip6->gateway->tx, &route, ip->payload_len));
	ip6->counters.echo_replies++;
	return DROP_NONE;
}

/* RFC 4443 2.4 (e): who never gets an error. */
static bool may_get_error(const struct frame *frame, size_t offset,
			  const struct ip6 *ip)
{
	uint8_t type;

	if (IN6_IS_ADDR_UNSPECIFIED(&ip->src) ||
	    IN6_IS_ADDR_MULTICAST(&ip->dst) || mac_is_group(frame_dst(frame)) ||
	    ip->is_fragment)
		return false;
	return ip->protocol != IP6_ICMP ||
	       (frame_copy(frame, offset + ip->header_len, &type, 1) == 1 &&
		!ICMP6_IS_ERROR(type));
}

/* With as much of the packet as is sure to arrive (RFC 4443 2.4 (c)). */
static void send_error(struct gateway_ip6 *ip6, const struct frame *frame,
		       size_t offset, const struct ip6 *ip,
		       enum icmp6_error error)
{
	struct gateway *gateway = ip6->gateway;
	struct ip6_route route = route_back(ip6, ip);
	uint8_t *p = gateway->tx + ETH_HLEN + IP6_HLEN;
	size_t len = (size_t)ip->header_len + ip->payload_len;

	if (!may_get_error(frame, offset, ip) ||
	    !gateway_allow(gateway, SERVICE_ICMP, ip->ingress))
		return;
	if (!IN6_IS_ADDR_LINKLOCAL(&ip->src) && !is_ours(ip6, &ip->dst))
		route.src = ip6->address;
	memset(p, 0, ICMP6_HLEN);
	be16_store(p, (uint16_t)error);
	len = frame_copy(frame, offset, p + ICMP6_HLEN,
			 MIN(len, ERROR_QUOTE_MAX));
	send_frame(ip6, icmp6_encode(gateway->tx, &route, ICMP6_HLEN + len));
	ip6->counters.unreachable++;
}

static enum drop_reason input_dhcp(struct gateway_ip6 *ip6,
				   const struct ip6 *ip, const struct udp *udp)
{
	const struct dhcp6_datagram datagram = {
		.data = udp->data,
		.len = udp->len,
		.unicast = !IN6_IS_ADDR_MULTICAST(&ip->dst),
		.ingress = ip->ingress,
	};
	struct ip6_route route = route_back(ip6, ip);
	uint8_t *tx = ip6->gateway->tx;
	size_t len;

	if (!gateway_allow(ip6->gateway, SERVICE_DHCP, ip->ingress))
		return DROP_RATE_LIMIT;
	if (IN6_IS_ADDR_UNSPECIFIED(&ip->src))
		return DROP_BAD_PACKET;
	len = dhcp6_server_input(ip6->dhcp6, &datagram, tx + UDP6_OFFSET);
	if (len)
		send_frame(ip6, udp6_encode(tx, &route,
					    udp4_ports(DHCP6_SERVER_PORT,
						       DHCP6_CLIENT_PORT),
					    len));
	return DROP_NONE;
}

/* To us, with @ip's payload in our memory. */
static enum drop_reason deliver(struct gateway_ip6 *ip6,
				const struct frame *frame, size_t offset,
				const struct ip6 *ip)
{
	struct udp udp;

	if (ip->protocol == IP6_ICMP) {
		if (ip->payload_len < ICMP6_HLEN)
			return DROP_BAD_PACKET;
		return ip->payload[0] == ICMP6_ECHO && !ip->payload[1]
			       ? input_echo(ip6, ip)
			       : DROP_NOT_FOR_US;
	}
	if (ip->protocol == IP6_UDP && !udp6_parse(ip, &udp))
		return DROP_BAD_PACKET;
	if (ip->protocol == IP6_UDP && ip6->dhcp6 &&
	    udp.dst_port == DHCP6_SERVER_PORT)
		return input_dhcp(ip6, ip, &udp);
	send_error(ip6, frame, offset, ip, ICMP6_PORT_UNREACHABLE);
	return DROP_NOT_FOR_US;
}

/* To the outside, or to another guest, who should be asked directly. */
static enum drop_reason route(struct gateway_ip6 *ip6,
			      const struct frame *frame, size_t offset,
			      const struct ip6 *ip)
{
	if (mac_is_group(frame_dst(frame)) || IN6_IS_ADDR_MULTICAST(&ip->dst) ||
	    IN6_IS_ADDR_LINKLOCAL(&ip->dst) || IN6_IS_ADDR_LOOPBACK(&ip->dst) ||
	    IN6_IS_ADDR_UNSPECIFIED(&ip->dst))
		return DROP_NOT_FOR_US;
	send_error(ip6, frame, offset, ip,
		   ipv6_prefix_contains(&ip6->ra.prefix, &ip->dst)
			   ? ICMP6_ADDRESS_UNREACHABLE
			   : ICMP6_NO_ROUTE);
	return DROP_NO_ROUTE;
}

static bool is_nd(const struct frame *frame, size_t offset,
		  const struct ip6 *ip)
{
	uint8_t type;

	return ip->protocol == IP6_ICMP && !ip->is_fragment &&
	       frame_copy(frame, offset + ip->header_len, &type, 1) == 1 &&
	       type >= ND_FIRST && type <= ND_LAST;
}

enum drop_reason gateway_ip6_input(struct gateway_ip6 *ip6,
				   const struct frame *frame, size_t offset)
{
	struct gateway *gateway = ip6->gateway;
	struct ip6 ip;

	if (!ip6_parse(frame->snap + offset, frame->snap_len - offset,
		       frame->len - offset, &ip))
		return DROP_BAD_PACKET;
	if (is_ours(ip6, &ip.src)) {
		gateway->counters.spoofed_address++;
		return DROP_BAD_PACKET;
	}
	if (!gateway_offload_is_sane(frame, offset + ip.header_len))
		return DROP_BAD_OFFLOAD;
	ip.csum_partial = frame->hdr.flags & VNET_F_NEEDS_CSUM;
	ip.src_mac = *frame_src(frame);
	ip.ingress = frame->ingress;
	if (!is_ours(ip6, &ip.dst) && !is_our_group(ip6, &ip.dst))
		return route(ip6, frame, offset, &ip);
	if (ip.is_fragment)
		return DROP_BAD_PACKET;
	if (is_nd(frame, offset, &ip))
		return input_nd(ip6, frame, offset, &ip);
	if (frame_copy(frame, offset + ip.header_len, gateway->rx,
		       ip.payload_len) != ip.payload_len)
		return DROP_BAD_PACKET;
	ip.payload = gateway->rx;
	return deliver(ip6, frame, offset, &ip);
}

uint64_t gateway_ip6_next_ns(const struct gateway_ip6 *ip6)
{
	return ip6->advertise ? advertiser_next_ns(&ip6->advertiser)
			      : UINT64_MAX;
}

void gateway_ip6_tick(struct gateway_ip6 *ip6)
{
	if (ip6->advertise)
		advertiser_tick(&ip6->advertiser);
}

const struct gateway_ip6_counters *gateway_ip6_counters(struct gateway_ip6 *ip6)
{
	ip6->counters.adverts = ip6->advertiser.counters;
	ip6->counters.dhcp6 = ip6->dhcp6 ? &ip6->dhcp6->counters : NULL;
	return &ip6->counters;
}

static void fill_ra(struct gateway_ip6 *ip6,
		    const struct gateway_ip6_settings *settings)
{
	struct ra *ra = &ip6->ra;

	ra->src = ip6->link_local;
	ra->mac = ip6->gateway->mac;
	ra->hop_limit = IP6_HOP_LIMIT;
	ra->flags = settings->ra_flags;
	ra->mtu = ip6->gateway->port.mtu;
	ra->prefix = settings->prefix;
	ra->prefix_flags = settings->prefix_flags;
	ra->valid_s = GATEWAY_VALID_S;
	ra->preferred_s = GATEWAY_PREFERRED_S;
	ra->dns_s = GATEWAY_DNS_S;
	memcpy(ra->domain, settings->domain, sizeof(ra->domain));
}

struct gateway_ip6 *
gateway_ip6_create(struct gateway *gateway,
		   const struct gateway_ip6_settings *settings)
{
	struct gateway_ip6 *ip6 = calloc(1, sizeof(*ip6));

	if (!ip6)
		return NULL;
	ip6->gateway = gateway;
	ip6->link_local = nd_link_local(&gateway->mac);
	ip6->address = settings->prefix.addr;
	ip6->address.s6_addr[15] |= OUR_HOST;
	ip6->advertise = settings->advertise;
	fill_ra(ip6, settings);
	if (settings->dhcp6) {
		ip6->dhcp6 = malloc(sizeof(*ip6->dhcp6));
		if (!ip6->dhcp6) {
			free(ip6);
			return NULL;
		}
		dhcp6_server_init(ip6->dhcp6, settings->dhcp6,
				  gateway->env.clock);
	}
	advertiser_init(&ip6->advertiser, gateway->env.clock, &gateway->secret,
			&advertiser_ops, ip6);
	return ip6;
}

void gateway_ip6_destroy(struct gateway_ip6 *ip6)
{
	if (ip6)
		free(ip6->dhcp6);
	free(ip6);
}
