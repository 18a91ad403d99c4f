/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gateway_ip6.h - what a gateway says and answers in IPv6
 */
#ifndef SWITCH_GATEWAY_GATEWAY_IP6_H
#define SWITCH_GATEWAY_GATEWAY_IP6_H

#include "core/frame.h"
#include "switch/dhcp6/dhcp6_server.h"
#include "switch/gateway/advertiser.h"
#include "switch/ra.h"

struct gateway;

/** GATEWAY_VALID_S - an address of SLAAC lives so long unless told again */
#define GATEWAY_VALID_S 86400
/** GATEWAY_PREFERRED_S - and is taken for new connections so long */
#define GATEWAY_PREFERRED_S 14400
/** GATEWAY_DNS_S - a resolver counts so long (RFC 8106 5.1) */
#define GATEWAY_DNS_S (3 * ADVERTISER_MAX_S)

/**
 * struct gateway_ip6_settings - the IPv6 side of one gateway
 * @prefix:	of the network; a /64 without host bits. PREFIX::1 is ours
 * @advertise:	tell it
 * @ra_flags:	RA_MANAGED, RA_OTHER
 * @prefix_flags: RA_ON_LINK, RA_AUTONOMOUS
 * @domain:	to search names in; empty: none
 * @dhcp6:	serve it; NULL: not
 */
struct gateway_ip6_settings {
	struct ipv6_prefix prefix;
	bool advertise;
	uint8_t ra_flags;
	uint8_t prefix_flags;
	char domain[RA_DOMAIN_SIZE];
	const struct dhcp6_settings *dhcp6;
};

/**
 * struct gateway_ip6_counters - beside those of struct gateway_counters
 * @nd_replies:	Neighbor Advertisements sent
 * @echo_replies: to pings
 * @unreachable: ICMPv6 errors sent
 * @rogue_ra:	advertisements of other routers
 * @adverts:	ours
 * @dhcp6:	NULL when not served
 */
struct gateway_ip6_counters {
	uint64_t nd_replies;
	uint64_t echo_replies;
	uint64_t unreachable;
	uint64_t rogue_ra;
	struct advertiser_counters adverts;
	const struct dhcp6_counters *dhcp6;
};

/**
 * gateway_ip6_create() - the IPv6 side of @gateway
 *
 * Return: NULL without memory.
 */
struct gateway_ip6 *
gateway_ip6_create(struct gateway *gateway,
		   const struct gateway_ip6_settings *settings);

/** gateway_ip6_destroy() - NULL is fine */
void gateway_ip6_destroy(struct gateway_ip6 *ip6);

/** gateway_ip6_input() - as gateway_input(), of what lies at @offset */
enum drop_reason gateway_ip6_input(struct gateway_ip6 *ip6,
				   const struct frame *frame, size_t offset);

/** gateway_ip6_farewell() - tell all that the prefix is over (RFC 4861 6.2.5)
 */
void gateway_ip6_farewell(struct gateway_ip6 *ip6);

/** gateway_ip6_next_ns() - when gateway_ip6_tick() is due; UINT64_MAX: never */
uint64_t gateway_ip6_next_ns(const struct gateway_ip6 *ip6);

/** gateway_ip6_tick() - send what is due */
void gateway_ip6_tick(struct gateway_ip6 *ip6);

/** gateway_ip6_counters() - valid as long as @ip6 */
const struct gateway_ip6_counters *
gateway_ip6_counters(struct gateway_ip6 *ip6);

#endif
