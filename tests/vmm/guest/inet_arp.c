// SPDX-License-Identifier: GPL-2.0-or-later
/* inet_arp.c - who has which address (RFC 826) */
#include "guest/inet.h"
#include "guest/text.h"

#define ARP_SIZE 28
#define ARP_REQUEST 1
#define ARP_REPLY 2
#define TRIES 5

static const uint8_t everybody[MAC_LEN] = {255, 255, 255, 255, 255, 255};
static const uint8_t ethernet_ipv4[6] = {0, 1, 8, 0, 6, 4};

static int arp_send(struct inet *i, uint16_t operation, const uint8_t *to,
		    uint32_t target)
{
	uint8_t *frame = nic_frame(i->nic), *arp = frame + ETHER_SIZE;

	if (!frame)
		return -1;
	ether_put(i, frame, to, ETHER_ARP);
	memcpy(arp, ethernet_ipv4, sizeof(ethernet_ipv4));
	put16(arp + 6, operation);
	memcpy(arp + 8, i->nic->mac, MAC_LEN);
	put32(arp + 14, i->address);
	memset(arp + 18, 0, MAC_LEN);
	if (operation == ARP_REPLY)
		memcpy(arp + 18, to, MAC_LEN);
	put32(arp + 24, target);
	return nic_send(i->nic, frame, ETHER_SIZE + ARP_SIZE);
}

void arp_input(struct inet *i, const uint8_t *frame, uint32_t len)
{
	const uint8_t *arp = frame + ETHER_SIZE;

	if (len < ETHER_SIZE + ARP_SIZE ||
	    memcmp(arp, ethernet_ipv4, sizeof(ethernet_ipv4)))
		return;
	if (get32(arp + 14) == i->peer && i->peer) {
		memcpy(i->peer_mac, arp + 8, MAC_LEN);
		i->has_peer = true;
	}
	if (get16(arp + 6) == ARP_REQUEST && i->address &&
	    get32(arp + 24) == i->address)
		arp_send(i, ARP_REPLY, arp + 8, get32(arp + 14));
}

static bool has_peer(void *arg)
{
	const struct inet *i = arg;

	return i->has_peer;
}

int inet_ask(struct inet *i, uint32_t peer)
{
	return arp_send(i, ARP_REQUEST, everybody, peer);
}

int inet_resolve(struct inet *i, uint32_t peer)
{
	char text[16];
	unsigned n;

	i->peer = peer;
	i->has_peer = false;
	for (n = 0; n < TRIES; n++) {
		if (inet_ask(i, peer))
			return failed("arp: can't send");
		if (nic_wait(i->nic, has_peer, i,
			     i->nic->v.machine->patience_ms / TRIES))
			return 0;
	}
	return failed("arp: %s doesn't answer", ip_text(text, peer));
}
