/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp_reply.h - what a network tells its DHCP clients, and how
 */
#ifndef SWITCH_DHCP_DHCP_REPLY_H
#define SWITCH_DHCP_DHCP_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"
#include "switch/dhcp/dhcp_msg.h"
#include "switch/dhcp/dhcp_override.h"

/** DHCP_MAX_ROUTES - classless routes that are told */
#define DHCP_MAX_ROUTES 64
#define DHCP_DOMAIN_SIZE 128

/**
 * struct dhcp_route - one classless route (RFC 3442)
 * @to:		destination, host bits zero
 * @via:	router, host order
 */
struct dhcp_route {
	struct ipv4_prefix to;
	uint32_t via;
};

/**
 * struct dhcp_config - the options of one network
 * @server:	our address, the server identifier, with the prefix length
 * @gateway:	option 3; 0: none is handed out
 * @dns:	option 6; 0: none
 * @mtu:	option 26; 0: none
 * @lease_s:	lease time, DHCP_LEASE_INFINITE for ever
 * @domain:	option 15; empty: none
 * @routes:	option 121, without the default route
 * @route_count: entries used
 * @rapid_commit: a client that wants it gets its ACK at once (RFC 4039)
 * @overrides:	what the lab file wants otherwise; the server's own copy
 */
struct dhcp_config {
	struct ipv4_prefix server;
	uint32_t gateway;
	uint32_t dns;
	uint16_t mtu;
	uint32_t lease_s;
	char domain[DHCP_DOMAIN_SIZE];
	struct dhcp_route routes[DHCP_MAX_ROUTES];
	unsigned route_count;
	bool rapid_commit;
	struct dhcp_overrides overrides;
};

/**
 * struct dhcp_answer - one reply to be made
 * @type:	DHCPOFFER, DHCPACK or DHCPNAK
 * @yiaddr:	0 for an INFORM's ACK and a NAK
 * @lease_s:	lease time; not told when @yiaddr is 0
 * @hostname:	option 12; empty: none
 * @message:	option 56, for a NAK; NULL: none
 */
struct dhcp_answer {
	enum dhcp_type type;
	uint32_t yiaddr;
	uint32_t lease_s;
	const char *hostname;
	const char *message;
};

/**
 * dhcp_reply_encode() - a whole reply (RFC 2131 table 3)
 * @config:	of the network
 * @request:	that is answered
 * @answer:	what is said
 * @data:	DHCP_MAX_LEN bytes
 *
 * Options come in the order of the client's list, except that 121 precedes 3
 * (RFC 3442), 61 is echoed behind them (RFC 6842) and 82 comes last (RFC 3046).
 * A NAK has nothing but 53, 54, 56, 61 and 82. Overrides are told in their
 * options' places, and to a client without a list all of them.
 *
 * Return: its length, at least DHCP_MIN_LEN.
 */
size_t dhcp_reply_encode(const struct dhcp_config *config,
			 const struct dhcp_msg *request,
			 const struct dhcp_answer *answer, uint8_t *data);

/**
 * dhcp_hostname_label() - a client's idea of its name, as a DNS label
 * @name:	option 12, any bytes
 * @label:	64 bytes; lower case letters, digits and inner hyphens; empty
 *		when nothing of the name can be used
 */
void dhcp_hostname_label(const struct dhcp_blob *name, char *label);

#endif
