/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gateway_internal.h - what the files of the gateway share; nobody else's
 */
#ifndef SWITCH_GATEWAY_GATEWAY_INTERNAL_H
#define SWITCH_GATEWAY_GATEWAY_INTERNAL_H

#include "switch/dns/dns_forward.h"
#include "switch/gateway/gateway.h"
#include "switch/ip4.h"
#include "switch/gateway/neighbour.h"
#include "switch/rate.h"
#include "switch/reply_queue.h"

/** enum service - who has a rate limit */
enum service {
	SERVICE_ARP,
	SERVICE_ND,
	SERVICE_ICMP,
	SERVICE_DHCP,
	SERVICE_DNS,
	SERVICE_TCP,
	SERVICE_COUNT,
};

/** GATEWAY_TRANSITS - packets that wait for their next hop to be found */
#define GATEWAY_TRANSITS 16
/** GATEWAY_TRANSITS_PER_PORT - of one ingress port */
#define GATEWAY_TRANSITS_PER_PORT 4

struct gateway;

/**
 * struct gateway_transit - a packet from guest to guest that waits
 * @wait:	for the next hop
 * @gateway:	whose
 * @packet:	NULL: this place is free
 * @offset:	of the IPv4 payload
 * @ip:		its header
 */
struct gateway_transit {
	struct neighbour_wait wait;
	struct gateway *gateway;
	struct packet *packet;
	size_t offset;
	struct ip4 ip;
};

/**
 * struct gateway_kernel - the way outside by the host's own network stack
 * @port:	that leads there; NULL: there is none
 * @count:	of @frames
 * @frames:	of this batch, for @port
 */
struct gateway_kernel {
	struct port *port;
	unsigned count;
	struct frame *frames[FRAME_BATCH];
};

/**
 * struct gateway - gateway.c tells how it works
 * @port:	plugged into the network
 * @mac:	ours
 * @address:	ours, with the subnet's prefix length
 * @dhcp_only:	no service but DHCP
 * @env:	where we live
 * @secret:	random
 * @dhcp:	NULL when not served
 * @dns:	NULL when not served
 * @tcp:	DNS over TCP; NULL when not served
 * @forward:	names of the world; NULL without host sockets
 * @ip6:	its IPv6 side; NULL: it has none
 * @neighbours:	who is where on the subnet; NULL for @dhcp_only
 * @nat:	the way outside; NULL when there is none
 * @kernel:	another way outside, in place of @nat
 * @forwards:	ports of the host that lead to guests; NULL without @nat
 * @transits:	packets that wait on their way from guest to guest
 * @timer:	armed while a service waits for something
 * @replies:	frames that go up after the batch
 * @counters:	for `weft show`; its pointers are filled in when asked
 * @rates:	by enum service
 * @rx:		payload of the packet that is being served
 * @tx:		frame that is being made
 */
struct gateway {
	struct port port;
	struct mac mac;
	struct ipv4_prefix address;
	bool dhcp_only;
	struct gateway_env env;
	struct siphash_key secret;
	struct dhcp_server *dhcp;
	struct dns_server *dns;
	struct tcp_service *tcp;
	struct dns_forward *forward;
	struct gateway_ip6 *ip6;
	struct neighbours *neighbours;
	struct nat *nat;
	struct gateway_kernel kernel;
	struct forwards *forwards;
	struct gateway_transit transits[GATEWAY_TRANSITS];
	struct timer timer;
	struct reply_queue replies;
	struct gateway_counters counters;
	struct rate rates[SERVICE_COUNT];
	uint8_t rx[IP4_MAX_LEN];
	uint8_t tx[ETH_HLEN + IP6_MAX_LEN];
};

/** gateway_route() - from us to @address, which is at @mac */
struct ip4_route gateway_route(const struct gateway *gateway,
			       const struct mac *mac, uint32_t address);

/** gateway_set_timer() - some service may wait for another time now */
void gateway_set_timer(struct gateway *gateway);

/** gateway_allow() - may @ingress have one answer more of @service now? */
bool gateway_allow(struct gateway *gateway, enum service service,
		   uint16_t ingress);

/** gateway_offload_is_sane() - a checksum that is left to us must be the one
 * of this very payload
 */
bool gateway_offload_is_sane(const struct frame *frame, size_t payload);

/**
 * gateway_input() - serve one frame
 *
 * Return: DROP_NONE when it was for us, else why not.
 */
enum drop_reason gateway_input(struct gateway *gateway,
			       const struct frame *frame);

/* gateway_transit.c */

/** gateway_transit() - a packet of a guest to another one; as nat_input() */
enum drop_reason gateway_transit(struct gateway *gateway,
				 const struct frame *frame, size_t offset,
				 const struct ip4 *ip);

/** gateway_transit_fini() - forget those that wait */
void gateway_transit_fini(struct gateway *gateway);

/* gateway_kernel.c */

/** gateway_kernel_init() - @port leads outside from now on */
void gateway_kernel_init(struct gateway *gateway, struct port *port);

/** gateway_kernel_fini() - close the port, if there is one */
void gateway_kernel_fini(struct gateway *gateway);

/**
 * gateway_kernel_wants() - is a packet to our own address the kernel's? It is
 * if it is no service's; @frame, @offset and @ip as for nat_input()
 */
bool gateway_kernel_wants(const struct gateway *gateway,
			  const struct frame *frame, size_t offset,
			  const struct ip4 *ip);

/**
 * gateway_kernel_pass() - a frame of this batch is to go there
 *
 * Return: DROP_NONE; if it can't be sent, it is counted by the flush.
 */
enum drop_reason gateway_kernel_pass(struct gateway *gateway,
				     const struct frame *frame);

/** gateway_kernel_send() - the same for a packet, if it may go there at all */
enum drop_reason gateway_kernel_send(struct gateway *gateway,
				     const struct frame *frame,
				     const struct ip4 *ip);

/** gateway_kernel_flush() - the batch is over; no-op without any */
void gateway_kernel_flush(struct gateway *gateway);

/** gateway_kernel_resume() - a guest that was full has room again */
void gateway_kernel_resume(struct gateway *gateway);

/* gateway_dns.c */

/** gateway_create_dns() - server, TCP and forwarder; 0 or -errno */
int gateway_create_dns(struct gateway *gateway,
		       const struct gateway_settings *settings,
		       struct err *err);

/** gateway_destroy_dns() - those that are there */
void gateway_destroy_dns(struct gateway *gateway);

/** gateway_input_dns() - a datagram to our port 53 */
enum drop_reason gateway_input_dns(struct gateway *gateway,
				   const struct ip4 *ip, const struct udp *udp);

/** gateway_get_dns_counters() - fill in those of DNS */
void gateway_get_dns_counters(const struct gateway *gateway,
			      struct gateway_counters *counters);

/** gateway_broadcast - the Ethernet broadcast address */
static const struct mac gateway_broadcast = {
	{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

#endif
