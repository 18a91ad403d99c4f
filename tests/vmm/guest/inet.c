// SPDX-License-Identifier: GPL-2.0-or-later
/* inet.c - headers, checksums, and which file a received frame is for */
#include "guest/inet.h"
#include "guest/text.h"

#define UDP_SIZE 8
#define DHCP_CLIENT_PORT 68

uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

void put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

void put32(uint8_t *at, uint32_t value)
{
	put16(at, (uint16_t)(value >> 16));
	put16(at + 2, (uint16_t)value);
}

uint16_t inet_checksum(const uint8_t *at, uint32_t len)
{
	uint64_t sum = 0;

	for (; len >= 4; at += 4, len -= 4)
		sum += get32(at);
	if (len >= 2) {
		sum += get16(at);
		at += 2;
		len -= 2;
	}
	if (len)
		sum += (uint32_t)at[0] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void ether_put(const struct inet *i, uint8_t *frame, const uint8_t *to,
	       uint16_t type)
{
	memcpy(frame, to, MAC_LEN);
	memcpy(frame + MAC_LEN, i->nic->mac, MAC_LEN);
	put16(frame + 12, type);
}

void ip_put(uint8_t *ip, uint8_t protocol, uint32_t from, uint32_t to,
	    uint32_t len)
{
	memset(ip, 0, IP_SIZE);
	ip[0] = 0x45;
	put16(ip + 2, (uint16_t)(IP_SIZE + len));
	ip[8] = 64;
	ip[9] = protocol;
	put32(ip + 12, from);
	put32(ip + 16, to);
	put16(ip + 10, inet_checksum(ip, IP_SIZE));
}

const char *ip_text(char *text, uint32_t address)
{
	format(text, 16, "%u.%u.%u.%u", address >> 24, address >> 16 & 255,
	       address >> 8 & 255, address & 255);
	return text;
}

/* ip_input() - whole and unfragmented ones only */
static void ip_input(struct inet *i, uint8_t *frame, uint32_t len)
{
	uint8_t *ip = frame + ETHER_SIZE;
	uint32_t total;

	if (len < ETHER_SIZE + IP_SIZE || ip[0] != 0x45)
		return;
	total = get16(ip + 2);
	if (total < IP_SIZE || total > len - ETHER_SIZE ||
	    inet_checksum(ip, IP_SIZE)) {
		i->strange++;
		return;
	}
	if (get16(ip + 6) & 0x3fff)
		return;
	if (ip[9] == IP_ICMP)
		icmp_input(i, frame, ETHER_SIZE + total);
	else if (ip[9] == IP_UDP && total >= IP_SIZE + UDP_SIZE &&
		 get16(ip + IP_SIZE + 2) == DHCP_CLIENT_PORT)
		dhcp_input(i, ip + IP_SIZE + UDP_SIZE,
			   total - IP_SIZE - UDP_SIZE);
}

static void input(struct nic *nic, uint8_t *frame, uint32_t len)
{
	struct inet *i = nic->arg;

	if (len < ETHER_SIZE)
		return;
	if (get16(frame + 12) == ETHER_ARP)
		arp_input(i, frame, len);
	else if (get16(frame + 12) == ETHER_IPV4)
		ip_input(i, frame, len);
}

void inet_init(struct inet *i, struct nic *nic)
{
	*i = (struct inet){.nic = nic};
	nic->input = input;
	nic->arg = i;
	/* Guests that start together must not ask with the same numbers. */
	i->xid = 0x77650000 ^ get32(nic->mac + 2);
	i->echo_id = get16(nic->mac + 4);
}
