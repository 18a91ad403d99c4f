// SPDX-License-Identifier: GPL-2.0-or-later
/* inet_dhcp.c - an address for the card (RFC 2131), asked for once */
#include "guest/inet.h"
#include "guest/text.h"

#define UDP_SIZE 8
#define BOOTP_SIZE 240 /* with the magic cookie */
#define MAGIC 0x63825363
#define MESSAGE_SIZE 300
#define BROADCAST 0x8000
#define TRIES 5
#define TRY_MS 2000

enum { DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5 };

enum {
	OPTION_PAD = 0,
	OPTION_MASK = 1,
	OPTION_ROUTER = 3,
	OPTION_ADDRESS = 50,
	OPTION_LEASE = 51,
	OPTION_TYPE = 53,
	OPTION_SERVER = 54,
	OPTION_WANTED = 55,
	OPTION_END = 255
};

static const uint8_t everybody[MAC_LEN] = {255, 255, 255, 255, 255, 255};

static uint8_t *option32(uint8_t *at, uint8_t code, uint32_t value)
{
	at[0] = code;
	at[1] = 4;
	put32(at + 2, value);
	return at + 6;
}

static void put_options(const struct inet *i, uint8_t *at, uint8_t type)
{
	at[0] = OPTION_TYPE;
	at[1] = 1;
	at[2] = type;
	at += 3;
	if (type == REQUEST) {
		at = option32(at, OPTION_ADDRESS, i->offered);
		at = option32(at, OPTION_SERVER, i->server);
	}
	at[0] = OPTION_WANTED;
	at[1] = 2;
	at[2] = OPTION_MASK;
	at[3] = OPTION_ROUTER;
	at[4] = OPTION_END;
}

static int dhcp_send(struct inet *i, uint8_t type)
{
	uint8_t *frame = nic_frame(i->nic), *ip = frame + ETHER_SIZE;
	uint8_t *udp = ip + IP_SIZE, *message = udp + UDP_SIZE;

	if (!frame)
		return -1;
	ether_put(i, frame, everybody, ETHER_IPV4);
	ip_put(ip, IP_UDP, 0, 0xffffffff, UDP_SIZE + MESSAGE_SIZE);
	put16(udp, 68);
	put16(udp + 2, 67);
	put16(udp + 4, UDP_SIZE + MESSAGE_SIZE);
	put16(udp + 6, 0);
	memset(message, 0, MESSAGE_SIZE);
	message[0] = 1; /* BOOTREQUEST */
	message[1] = 1; /* Ethernet */
	message[2] = MAC_LEN;
	put32(message + 4, i->xid);
	put16(message + 10, BROADCAST);
	memcpy(message + 28, i->nic->mac, MAC_LEN);
	put32(message + 236, MAGIC);
	put_options(i, message + BOOTP_SIZE, type);
	return nic_send(i->nic, frame,
			ETHER_SIZE + IP_SIZE + UDP_SIZE + MESSAGE_SIZE);
}

static void take_option(struct inet *i, const uint8_t *option)
{
	if (option[0] == OPTION_TYPE && option[1] >= 1)
		i->dhcp_type = option[2];
	if (option[1] < 4)
		return;
	if (option[0] == OPTION_MASK)
		i->mask = get32(option + 2);
	else if (option[0] == OPTION_ROUTER)
		i->gateway = get32(option + 2);
	else if (option[0] == OPTION_SERVER)
		i->server = get32(option + 2);
	else if (option[0] == OPTION_LEASE)
		i->lease_s = get32(option + 2);
}

void dhcp_input(struct inet *i, const uint8_t *message, uint32_t len)
{
	uint32_t at = BOOTP_SIZE;

	if (len < BOOTP_SIZE || message[0] != 2 ||
	    get32(message + 4) != i->xid || get32(message + 236) != MAGIC)
		return;
	i->offered = get32(message + 16);
	while (at < len && message[at] != OPTION_END) {
		if (message[at] == OPTION_PAD) {
			at++;
			continue;
		}
		if (at + 2 > len || at + 2 + message[at + 1] > len)
			return;
		take_option(i, message + at);
		at += 2U + message[at + 1];
	}
}

static bool has_offer(void *arg)
{
	const struct inet *i = arg;

	return i->dhcp_type == OFFER;
}

static bool has_ack(void *arg)
{
	const struct inet *i = arg;

	return i->dhcp_type == ACK;
}

static bool exchange(struct inet *i, uint8_t type, bool (*done)(void *arg))
{
	unsigned n;

	for (n = 0; n < TRIES; n++) {
		if (dhcp_send(i, type))
			return false;
		if (nic_wait(i->nic, done, i, TRY_MS))
			return true;
	}
	return false;
}

int inet_dhcp(struct inet *i)
{
	i->dhcp_type = 0;
	i->xid++;
	if (!exchange(i, DISCOVER, has_offer))
		return failed("dhcp: nobody offers an address");
	if (!exchange(i, REQUEST, has_ack))
		return failed("dhcp: the offer was not acknowledged");
	i->address = i->offered;
	return 0;
}
