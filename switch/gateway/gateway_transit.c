// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gateway_transit.c - packets from guest to guest by way of the gateway
 *
 * Theory of operation
 *
 * Two guests of the subnet need no gateway, and those that ask DHCP know the
 * routers of the lab (option 121). A guest with a fixed address whose only
 * route is the gateway doesn't: what it sends to a subnet behind a router comes
 * here, and is sent on as it is, with another Ethernet header and one TTL less
 * (RFC 1812 5.2). Offloads stay open.
 *
 * The next hop's Ethernet address may have to be asked for. Until then the
 * packet waits, of which there are a few, and fewer for one port; the rest is
 * dropped, and sent again by those who care.
 *
 * Limits: no ICMP redirects, no options looked at, and all of it passes the
 * reply queue: a way to be found, not a fast path.
 */
#include <errno.h>
#include <string.h>

#include "core/csum.h"
#include "switch/gateway/gateway_internal.h"
#include "switch/nat/nat_icmp.h"

#define IP4_CSUM_OFFSET 10
#define IP4_TTL_OFFSET 8

static void send_on(struct gateway *gateway, struct packet *packet,
		    size_t header, const struct mac *to)
{
	uint8_t *snap = packet->frame.snap, *ip = snap + header;
	uint16_t old = be16_load(ip + IP4_TTL_OFFSET);
	uint16_t new = (uint16_t)(old - 0x100);

	memcpy(snap, to, MAC_LEN);
	memcpy(snap + MAC_LEN, &gateway->mac, MAC_LEN);
	be16_store(ip + IP4_TTL_OFFSET, new);
	be16_store(ip + IP4_CSUM_OFFSET,
		   csum_update16(be16_load(ip + IP4_CSUM_OFFSET), old, new));
	frame_classify(&packet->frame);
	reply_queue_add_packet(&gateway->replies, packet);
}

static void transit_resolved(struct neighbour_wait *wait,
			     const struct neighbour *found)
{
	struct gateway_transit *transit =
		container_of(wait, struct gateway_transit, wait);
	struct packet *packet = transit->packet;
	size_t header = transit->offset - transit->ip.header_len;

	transit->packet = NULL;
	if (found) {
		send_on(transit->gateway, packet, header, &found->mac);
		return;
	}
	nat_icmp_error(transit->gateway->nat, &packet->frame, transit->offset,
		       &transit->ip, ICMP_HOST_UNREACHABLE, 0);
	port_drop_tx(&transit->gateway->port, &packet->frame, DROP_NO_ROUTE);
	packet_free(packet);
}

/* A place to wait in; NULL: none, or none for this port. */
static struct gateway_transit *place_for(struct gateway *gateway,
					 uint16_t ingress)
{
	struct gateway_transit *place = NULL;
	unsigned i, own = 0;

	for (i = 0; i < GATEWAY_TRANSITS; i++) {
		struct gateway_transit *transit = &gateway->transits[i];

		if (!transit->packet)
			place = transit;
		else if (transit->ip.ingress == ingress)
			own++;
	}
	return own < GATEWAY_TRANSITS_PER_PORT ? place : NULL;
}

static enum drop_reason wait_or_drop(struct gateway *gateway,
				     const struct frame *frame, size_t offset,
				     const struct ip4 *ip, uint32_t hop)
{
	struct gateway_transit *transit = place_for(gateway, ip->ingress);
	struct neighbour found;
	int code;

	if (!transit)
		return DROP_BACKLOG_FULL;
	transit->gateway = gateway;
	transit->offset = offset;
	transit->ip = *ip;
	neighbour_wait_init(&transit->wait, transit_resolved);
	transit->packet = packet_from_frame(gateway->env.pool, frame);
	if (!transit->packet)
		return DROP_NO_PACKET;
	code = neighbour_resolve(gateway->neighbours, hop, &transit->wait,
				 &found);
	if (code == -EINPROGRESS)
		return DROP_NONE;
	if (!code) {
		transit_resolved(&transit->wait, &found);
		return DROP_NONE;
	}
	packet_free(transit->packet);
	transit->packet = NULL;
	return code == -EHOSTUNREACH ? DROP_NO_ROUTE : DROP_RATE_LIMIT;
}

enum drop_reason gateway_transit(struct gateway *gateway,
				 const struct frame *frame, size_t offset,
				 const struct ip4 *ip)
{
	uint32_t hop = nat_next_hop(gateway->nat, ip->dst);

	if (!nat_is_guest(gateway->nat, ip->src))
		return DROP_BAD_SOURCE;
	if (ip->ttl <= 1) {
		nat_icmp_error(gateway->nat, frame, offset, ip,
			       ICMP_TTL_EXPIRED, 0);
		return DROP_TTL_EXPIRED;
	}
	return wait_or_drop(gateway, frame, offset, ip, hop);
}

void gateway_transit_fini(struct gateway *gateway)
{
	unsigned i;

	for (i = 0; i < GATEWAY_TRANSITS; i++) {
		struct gateway_transit *transit = &gateway->transits[i];

		if (!transit->packet)
			continue;
		neighbour_cancel(gateway->neighbours, &transit->wait);
		packet_free(transit->packet);
		transit->packet = NULL;
	}
}
