// SPDX-License-Identifier: GPL-2.0-or-later
/* inet_icmp.c - echo, asked and answered (RFC 792) */
#include "guest/clock.h"
#include "guest/inet.h"
#include "guest/text.h"

#define ICMP_SIZE 8
#define ECHO_REPLY 0
#define ECHO_REQUEST 8

static uint8_t filler(uint16_t seq, uint32_t at)
{
	return (uint8_t)(seq + at);
}

int inet_ping(struct inet *i, uint32_t len)
{
	uint8_t *frame = nic_frame(i->nic),
		*icmp = frame + ETHER_SIZE + IP_SIZE;
	uint32_t n;

	if (!frame)
		return -1;
	i->echo_seq++;
	ether_put(i, frame, i->peer_mac, ETHER_IPV4);
	ip_put(frame + ETHER_SIZE, IP_ICMP, i->address, i->peer,
	       ICMP_SIZE + len);
	icmp[0] = ECHO_REQUEST;
	icmp[1] = 0;
	put16(icmp + 2, 0);
	put16(icmp + 4, i->echo_id);
	put16(icmp + 6, i->echo_seq);
	for (n = 0; n < len; n++)
		icmp[ICMP_SIZE + n] = filler(i->echo_seq, n);
	put16(icmp + 2, inet_checksum(icmp, ICMP_SIZE + len));
	i->echo_sent_us[i->echo_seq % PROBES] = now_us(i->nic->v.machine) | 1;
	i->echoes++;
	return nic_send(i->nic, frame, ETHER_SIZE + IP_SIZE + ICMP_SIZE + len);
}

static void note_answer(struct inet *i, const uint8_t *icmp, uint32_t len)
{
	uint16_t seq = get16(icmp + 6);
	uint64_t *sent = &i->echo_sent_us[seq % PROBES], rtt;
	uint32_t n;

	/* Twice, too late for us to remember, or somebody else's. */
	if (get16(icmp + 4) != i->echo_id || !*sent ||
	    (uint16_t)(i->echo_seq - seq) >= PROBES) {
		i->strange++;
		return;
	}
	for (n = ICMP_SIZE; n < len; n++)
		if (icmp[n] != filler(seq, n - ICMP_SIZE)) {
			i->strange++;
			return;
		}
	rtt = now_us(i->nic->v.machine) - *sent;
	*sent = 0;
	i->answers++;
	i->echo_answered = seq;
	i->rtt_sum_us += rtt;
	if (i->answers == 1 || rtt < i->rtt_min_us)
		i->rtt_min_us = rtt;
	if (rtt > i->rtt_max_us)
		i->rtt_max_us = rtt;
}

/* The request is the answer, with a few bytes changed. */
static void answer(struct inet *i, const uint8_t *request, uint32_t len)
{
	uint8_t *frame, *ip, *icmp;

	frame = nic_frame(i->nic);
	if (!frame || len > FRAME_MAX)
		return;
	memcpy(frame, request, len);
	ip = frame + ETHER_SIZE;
	icmp = ip + IP_SIZE;
	ether_put(i, frame, request + MAC_LEN, ETHER_IPV4);
	ip_put(ip, IP_ICMP, i->address, get32(request + ETHER_SIZE + 12),
	       len - ETHER_SIZE - IP_SIZE);
	icmp[0] = ECHO_REPLY;
	put16(icmp + 2, 0);
	put16(icmp + 2, inet_checksum(icmp, len - ETHER_SIZE - IP_SIZE));
	nic_send(i->nic, frame, len);
}

void icmp_input(struct inet *i, uint8_t *frame, uint32_t len)
{
	uint8_t *ip = frame + ETHER_SIZE, *icmp = ip + IP_SIZE;

	len -= ETHER_SIZE + IP_SIZE;
	if (get32(ip + 16) != i->address || len < ICMP_SIZE)
		return;
	if (inet_checksum(icmp, len)) {
		i->strange++;
		return;
	}
	if (icmp[0] == ECHO_REPLY)
		note_answer(i, icmp, len);
	else if (icmp[0] == ECHO_REQUEST)
		answer(i, frame, len + ETHER_SIZE + IP_SIZE);
}

static bool is_answered(void *arg)
{
	const struct inet *i = arg;

	return i->answers && i->echo_answered == i->echo_seq;
}

bool inet_pinged(struct inet *i, uint32_t len, uint64_t ms)
{
	if (inet_ping(i, len))
		return false;
	return nic_wait(i->nic, is_answered, i, ms);
}
