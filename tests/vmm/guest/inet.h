/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inet.h - as much of IPv4 as a ping needs: ARP, DHCP, ICMP echo
 *
 * Addresses are numbers in the host's byte order: 0x0a140001 is 10.20.0.1.
 */
#ifndef GUEST_INET_H
#define GUEST_INET_H

#include "guest/nic.h"

#define ETHER_SIZE 14
#define ETHER_IPV4 0x0800
#define ETHER_ARP 0x0806
#define IP_SIZE 20
#define IP_ICMP 1
#define IP_UDP 17
#define PROBES 64

/*
 * struct inet - a card's addresses, and what is being waited for
 * @peer: whose MAC is @peer_mac, once @has_peer
 * @offered, @server: of the DHCP message that came last, @dhcp_type its type
 * @echo_sent: by sequence number modulo PROBES, when it was sent; 0: answered
 */
struct inet {
	struct nic *nic;
	uint32_t address, mask, gateway;
	uint32_t peer;
	uint8_t peer_mac[MAC_LEN];
	bool has_peer;
	uint32_t xid, offered, server, lease_s;
	uint8_t dhcp_type;
	uint16_t echo_id, echo_seq, echo_answered;
	uint64_t echo_sent_us[PROBES];
	uint64_t rtt_min_us, rtt_max_us, rtt_sum_us;
	unsigned echoes, answers, strange;
};

/* inet_init() - @nic's frames go to @i from now on */
void inet_init(struct inet *i, struct nic *nic);

/* inet_address() - by DHCP, or ip=, mask= and gw= on the command line */
int inet_address(struct inet *i);

/* inet_ask() - who has @peer? Doesn't wait for an answer. */
int inet_ask(struct inet *i, uint32_t peer);

/* inet_resolve() - the MAC of @peer, by ARP */
int inet_resolve(struct inet *i, uint32_t peer);

/* inet_ping() - one echo request to the peer; inet_pinged() - sends it and
 * waits for the answer */
int inet_ping(struct inet *i, uint32_t len);
bool inet_pinged(struct inet *i, uint32_t len, uint64_t ms);

/* inet_dhcp() - DISCOVER, OFFER, REQUEST, ACK */
int inet_dhcp(struct inet *i);

/* Each kind's own file gets what is its own. */
void arp_input(struct inet *i, const uint8_t *frame, uint32_t len);
void icmp_input(struct inet *i, uint8_t *frame, uint32_t len);
void dhcp_input(struct inet *i, const uint8_t *udp, uint32_t len);

/* Numbers of the net: most significant byte first. */
uint16_t get16(const uint8_t *at);
uint32_t get32(const uint8_t *at);
void put16(uint8_t *at, uint16_t value);
void put32(uint8_t *at, uint32_t value);

/* inet_checksum() - RFC 1071 */
uint16_t inet_checksum(const uint8_t *at, uint32_t len);

/* ether_put() - addresses and type of a frame from this card */
void ether_put(const struct inet *i, uint8_t *frame, const uint8_t *to,
	       uint16_t type);

/* ip_put() - an IPv4 header in front of @len bytes */
void ip_put(uint8_t *ip, uint8_t protocol, uint32_t from, uint32_t to,
	    uint32_t len);

/* ip_text() - 16 bytes of @text */
const char *ip_text(char *text, uint32_t address);

#endif
