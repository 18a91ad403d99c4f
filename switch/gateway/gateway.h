/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gateway.h - the port that a network's addresses and names come from
 *
 * It has a MAC and an IPv4 address of its own and answers ARP, ICMP echo, DHCP
 * and DNS there. On an internal network the same port serves DHCP alone.
 */
#ifndef SWITCH_GATEWAY_GATEWAY_H
#define SWITCH_GATEWAY_GATEWAY_H

#include "core/loop.h"
#include "core/packet.h"
#include "core/port.h"
#include "switch/dhcp/dhcp_server.h"
#include "switch/dns/dns_forward.h"
#include "switch/dns/dns_server.h"
#include "switch/gateway/forward.h"
#include "switch/gateway/gateway_ip6.h"
#include "switch/nat/nat.h"
#include "switch/gateway/neighbour.h"
#include "switch/siphash.h"
#include "switch/dns/tcp_service.h"

/* What one ingress port gets of each service, a second and at once. */
#define GATEWAY_ARP_PER_S 200
#define GATEWAY_ND_PER_S 200
#define GATEWAY_ICMP_PER_S 2000
#define GATEWAY_DHCP_PER_S 50
#define GATEWAY_DNS_PER_S 500000 /* as frames: most cost no more than one */
#define GATEWAY_TCP_PER_S 4000

struct gateway;

/**
 * struct gateway_ops - what the gateway needs from the control side
 * @commit:	as in struct dhcp_ops; answered by gateway_committed()
 * @wall_s:	seconds since 1970
 * @nat_refused: as in struct nat_env; needed only with NAT
 * @dhcp_notice: as in struct dhcp_ops; may be NULL
 */
struct gateway_ops {
	void (*commit)(void *ctx, const struct lease_record *record,
		       uint64_t ticket);
	uint64_t (*wall_s)(void *ctx);
	void (*nat_refused)(void *ctx, enum nat_protocol protocol, int code);
	void (*dhcp_notice)(void *ctx, const struct dhcp_notice *notice);
};

/**
 * struct gateway_settings - one gateway
 * @name:	of the port: "wan/gateway"
 * @mac:	ours
 * @address:	ours, with the subnet's prefix length
 * @mtu:	largest IP packet
 * @dhcp:	serve it; NULL: not. Its config.server must be @address. For a
 *		DHCP-only port its gateway and dns are 0
 * @dns:	serve it; NULL: not
 * @nat:	lead outside; NULL: nowhere. Its mac, address and mtu are those
 *		of the gateway
 * @kernel:	or lead outside by this port, whose far end routes and
 *		translates (gateway_kernel.c); it is the gateway's then, and
 *		closed with it. NULL: not
 * @ip6:	speak IPv6 too; NULL: no
 * @dhcp_only:	answer DHCP, and ARP for @address, since clients renew by
 *		unicast; nothing else, not even ping
 * @secret:	random
 */
struct gateway_settings {
	const char *name;
	struct mac mac;
	struct ipv4_prefix address;
	uint16_t mtu;
	const struct dhcp_settings *dhcp;
	const struct dns_settings *dns;
	const struct nat_settings *nat;
	struct port *kernel;
	const struct gateway_ip6_settings *ip6;
	bool dhcp_only;
	struct siphash_key secret;
};

/**
 * struct gateway_env - where a gateway lives
 * @loop:	of its worker
 * @clock:	the loop's
 * @pool:	for replies that wait
 * @ops:	control side; may be NULL when there is no DHCP
 * @ctx:	handed back to @ops
 * @sockets:	of the host, for NAT and for names of the world; NULL: those
 *		are refused
 * @sockets_ctx: for @sockets
 */
struct gateway_env {
	struct loop *loop;
	struct clock *clock;
	struct packet_pool *pool;
	const struct gateway_ops *ops;
	void *ctx;
	const struct nat_sockets *sockets;
	void *sockets_ctx;
};

/**
 * struct gateway_counters - beside the port's own drops
 * @arp_replies:	to ARP requests
 * @echo_replies:	to pings
 * @spoofed_mac:	frames with our source address
 * @spoofed_address:	ARP, ND or IP from our address, by somebody else
 * @rogue_dhcp:		datagrams that only a DHCP server sends
 * @dhcp:		NULL when not served
 * @dns:		NULL when not served
 * @tcp:		NULL when not served
 * @forward:		NULL when the world's names are refused
 * @cache:		likewise
 * @neighbours:		NULL for a DHCP-only port
 * @ip6:		NULL without IPv6
 */
struct gateway_counters {
	uint64_t arp_replies;
	uint64_t echo_replies;
	uint64_t spoofed_mac;
	uint64_t spoofed_address;
	uint64_t rogue_dhcp;
	const struct dhcp_counters *dhcp;
	const struct dns_counters *dns;
	const struct tcp_service_counters *tcp;
	const struct dns_forward_counters *forward;
	const struct dns_cache_counters *cache;
	const struct neighbour_counters *neighbours;
	const struct gateway_ip6_counters *ip6;
};

/**
 * gateway_create() - a gateway with carrier, not plugged in
 * @settings:	borrowed for the call; @settings->kernel stays the caller's on
 *		failure
 *
 * Destroyed by its port's close(), after port_unplug().
 */
struct gateway *gateway_create(const struct gateway_settings *settings,
			       const struct gateway_env *env, struct err *err);

/** gateway_port() - to be plugged into a network */
struct port *gateway_port(struct gateway *gateway);

/** gateway_farewell() - tell its guests that it ends; before port_unplug() */
void gateway_farewell(struct gateway *gateway);

/**
 * gateway_set_dhcp() - serve other reservations from now on
 * @settings:	as in struct gateway_settings
 * @seed:	random
 *
 * DHCP forgets its leases, which are then restored, and what it had offered,
 * but not which addresses are in use by somebody; everything else of the
 * gateway goes on.
 *
 * Return: 0, or -errno with @err, and DHCP goes on as it was.
 */
int gateway_set_dhcp(struct gateway *gateway,
		     const struct dhcp_settings *settings, uint64_t seed,
		     struct err *err);

/** gateway_restore() - as dhcp_server_restore() */
int gateway_restore(struct gateway *gateway, const struct lease_record *record);

/** gateway_committed() - as dhcp_server_committed() */
void gateway_committed(struct gateway *gateway, uint64_t ticket, bool ok);

/** gateway_set_names() - take @names over, for DNS */
void gateway_set_names(struct gateway *gateway, struct dns_names *names);

/** gateway_set_resolvers() - as dns_forward_set_servers() */
void gateway_set_resolvers(struct gateway *gateway, const uint32_t *servers,
			   unsigned count);

/**
 * gateway_resolvers() - as dns_forward_resolvers()
 * @views:	DNS_FORWARD_SERVERS entries
 */
unsigned gateway_resolvers(const struct gateway *gateway,
			   struct dns_resolver_view *views);

/** gateway_nat() - its NAT engine; NULL when it leads nowhere */
struct nat *gateway_nat(const struct gateway *gateway);

/** gateway_forwards() - ports of the host; NULL where there is no NAT */
struct forwards *gateway_forwards(const struct gateway *gateway);

/** gateway_get_counters() - for `weft show` */
void gateway_get_counters(const struct gateway *gateway,
			  struct gateway_counters *counters);

#endif
