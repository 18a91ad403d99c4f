// SPDX-License-Identifier: GPL-2.0-or-later
/* hostile_net.c - frames whose headers lie, and buffers that fit none (N2, N3,
 * N5, N6, N8 of the catalogue) */
#include "guest/hostile.h"
#include "guest/text.h"

#define F_CSUM (1ULL << 0)
#define F_HOST_TSO4 (1ULL << 11)
#define F_HOST_TSO6 (1ULL << 12)
#define F_HOST_ECN (1ULL << 13)
#define OFFLOADS (F_CSUM | F_HOST_TSO4 | F_HOST_TSO6 | F_HOST_ECN)

#define NEEDS_CSUM 1
#define GSO_TCPV4 1
#define GSO_UDP 3
#define GSO_TCPV6 4
#define GSO_UDP_L4 5
#define GSO_ECN 0x80

#define USED_MS 1000
#define LONG_FRAME 1500

/* unused() - what a deed returns when a frame doesn't come back */
static int unused(struct victim *victim)
{
	if (virtio_status(victim->v) & VIRTIO_NEEDS_RESET)
		return DEED_DONE;
	return hostile_deviates(victim, "a frame was never used");
}

/* send() - the frame in the scratch page with its header; was it used? */
static bool send(struct victim *victim, struct net_header header, uint32_t len)
{
	struct virtq *q = victim->target;
	struct virtq_buffer b = {(uint64_t)victim->scratch,
				 len + NET_HEADER_SIZE, false};

	memcpy(victim->scratch, &header, NET_HEADER_SIZE);
	raw(q, RAW_FIRST(q), b, 0, 0);
	raw_kick(q, RAW_FIRST(q));
	if (!raw_used(q, USED_MS))
		return false;
	q->last_used = q->used->idx;
	return true;
}

/* put_tcp() - headers of a TCP segment, right but for what a case changes */
static void put_tcp(struct victim *victim)
{
	uint8_t *frame = victim->scratch + NET_HEADER_SIZE;
	uint8_t *ip = frame + ETHER_SIZE, *tcp = ip + IP_SIZE;
	static const uint8_t nobody[MAC_LEN] = {2, 0, 0, 0, 0, 1};

	memset(frame, 0, LONG_FRAME);
	ether_put(&victim->inet, frame, nobody, ETHER_IPV4);
	ip_put(ip, 6, victim->inet.address, victim->inet.gateway,
	       LONG_FRAME - ETHER_SIZE - IP_SIZE);
	put16(tcp, 1000);
	put16(tcp + 2, 9);
	tcp[12] = 5 << 4;
	tcp[13] = 0x10;
}

/* N2: from nothing to one byte less than an Ethernet header. */
static int runts(struct victim *victim, const struct hostile_case *c)
{
	struct net_header header = {0};
	uint32_t len;

	(void)c;
	victim_works(victim);
	put_tcp(victim);
	for (len = 0; len <= ETHER_SIZE; len++)
		if (!send(victim, header, len))
			return unused(victim);
	return DEED_DONE;
}

/* N3: each is a header that no driver sends with this frame. */
static const struct net_header lies[] = {
	{0, GSO_TCPV4, 54, 0, 0, 0, 0},
	{NEEDS_CSUM, GSO_TCPV4, 54, 0, 34, 16, 0},
	{NEEDS_CSUM, GSO_TCPV4, 54, 1, 34, 16, 0},
	{NEEDS_CSUM, GSO_TCPV4, 54, 0xffff, 34, 16, 0},
	{NEEDS_CSUM, GSO_TCPV4, 0, 1000, 34, 16, 0},
	{NEEDS_CSUM, GSO_TCPV4, 0xffff, 1000, 34, 16, 0},
	{NEEDS_CSUM, GSO_TCPV4, 54, 1000, 33, 16, 0},
	{NEEDS_CSUM, GSO_TCPV4, 54, 1000, 0xffff, 16, 0},
	{NEEDS_CSUM, GSO_TCPV4, 54, 1000, 34, 0xffff, 0},
	{NEEDS_CSUM, GSO_TCPV4, 54, 1000, 0xfffe, 0xfffe, 0},
	{NEEDS_CSUM, GSO_TCPV4 | GSO_ECN, 54, 1000, 34, 16, 0},
	{NEEDS_CSUM, GSO_ECN, 54, 1000, 34, 16, 0},
	{NEEDS_CSUM, GSO_TCPV6, 74, 1000, 54, 16, 0},
	{NEEDS_CSUM, GSO_UDP, 42, 1000, 34, 6, 0},
	{NEEDS_CSUM, GSO_UDP_L4, 42, 1000, 34, 6, 0},
	{NEEDS_CSUM, 2, 54, 1000, 34, 16, 0},
	{NEEDS_CSUM, 0x7f, 54, 1000, 34, 16, 0},
	{NEEDS_CSUM, 0, 0, 0, 1513, 0, 0},
	{NEEDS_CSUM, 0, 0, 0, 0, 0, 0},
	{NEEDS_CSUM, 0, 0, 0, 1499, 1, 0},
	{0xff, 0xff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff},
	{0, 0, 0, 0, 0, 0, 0xffff},
};

static int header_lies(struct victim *victim, const struct hostile_case *c)
{
	unsigned i;

	victim_works(victim);
	put_tcp(victim);
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++)
		if (!send(victim, lies[i],
			  c->a ? (uint32_t)c->a : (uint32_t)LONG_FRAME))
			return unused(victim);
	return DEED_DONE;
}

/* N4: lengths inside of the packet. @a is an offset, each value goes there. */
static int packet_lies(struct victim *victim, const struct hostile_case *c)
{
	struct net_header header = {NEEDS_CSUM, GSO_TCPV4, 54, 1000, 34, 16, 0};
	unsigned value;

	victim_works(victim);
	for (value = 0; value < 256; value += 15) {
		put_tcp(victim);
		victim->scratch[NET_HEADER_SIZE + c->a] = (uint8_t)value;
		if (!send(victim, header, LONG_FRAME) ||
		    !send(victim, header, 34))
			return unused(victim);
	}
	return DEED_DONE;
}

/* N5: what is offered to receive fits nothing; then come good ones again. The
 * gateway's answer to the probe has to find them. */
static int small_buffers(struct victim *victim, const struct hostile_case *c)
{
	static const uint32_t lens[] = {0, 1, 11, 12, 13, 14, 25, 60};
	struct virtq *q = &victim->nic.rx;
	unsigned i, first = q->size / 2;
	struct virtq_buffer b = {(uint64_t)victim->scratch, 0, true};
	uint16_t head;
	uint32_t len;

	/* The good ones that wait are taken first: ask until they are gone. */
	if (virtio_reset(victim->v))
		return DEED_FAILED;
	victim->v->extra_features = c->features;
	if (virtio_begin(victim->v, c->features) ||
	    virtio_queue(victim->v, q, NIC_RX, 0) ||
	    virtio_queue(victim->v, victim->target, NIC_TX, 0))
		return DEED_FAILED;
	victim->nic.tx_free = (1ULL << NIC_BUFFERS) - 1;
	if (virtio_run(victim->v))
		return DEED_FAILED;
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		b.len = lens[i];
		raw(q, first + i, b, 0, 0);
		virtq_put(q, (uint16_t)(first + i));
	}
	for (i = 0; i < NIC_BUFFERS; i++) {
		b.at = (uint64_t)victim->nic.rx_buffers + i * NIC_BUFFER_SIZE;
		b.len = NIC_BUFFER_SIZE;
		head = virtq_add(q, &b, 1);
		if (head != VIRTQ_NONE)
			victim->nic.rx_owner[head] = (uint8_t)i;
	}
	virtq_publish(q);
	virtq_notify(q);
	/* A request whose answer comes there; more than once, as each small
	 * buffer may cost one frame. */
	for (i = 0; i < 12 && !virtq_has_used(q); i++) {
		if (virtio_status(victim->v) & VIRTIO_NEEDS_RESET)
			return DEED_DONE;
		victim_works(victim);
	}
	while (virtq_pop(q, &len) != VIRTQ_NONE)
		;
	return DEED_DONE;
}

/* N8: longer than any frame, in one piece or in many. */
static int too_long(struct victim *victim, const struct hostile_case *c)
{
	struct virtq *q = victim->target;
	unsigned i, n = (unsigned)c->a, first = RAW_FIRST(q);
	struct virtq_buffer b = {0x100000, (uint32_t)c->b, false};

	if (n > q->size / 2U)
		return DEED_SKIPPED;
	for (i = 0; i < n; i++)
		raw(q, first + i, b, i + 1 < n ? VIRTQ_NEXT : 0, first + i + 1);
	raw_kick(q, first);
	return raw_used(q, USED_MS) ? DEED_DONE : unused(victim);
}

static const struct hostile_case cases[] = {
	{"N2.runts", ON_NET, HOSTILE_PASS, runts, 0, 0, 0},
	{"N2.runts-offloads", ON_NET, HOSTILE_PASS, runts, OFFLOADS, 0, 0},
	{"N3.lies", ON_NET, HOSTILE_PASS, header_lies, OFFLOADS, 0, 0},
	{"N3.lies-short", ON_NET, HOSTILE_PASS, header_lies, OFFLOADS, 40, 0},
	{"N3.lies-not-agreed", ON_NET, HOSTILE_PASS, header_lies, 0, 0, 0},
	{"N4.ethertype", ON_NET, HOSTILE_PASS, packet_lies, OFFLOADS, 12, 0},
	{"N4.ihl", ON_NET, HOSTILE_PASS, packet_lies, OFFLOADS, 14, 0},
	{"N4.total", ON_NET, HOSTILE_PASS, packet_lies, OFFLOADS, 16, 0},
	{"N4.protocol", ON_NET, HOSTILE_PASS, packet_lies, OFFLOADS, 23, 0},
	{"N4.doff", ON_NET, HOSTILE_PASS, packet_lies, OFFLOADS, 46, 0},
	{"N5.small-buffers", ON_NET, HOSTILE_EITHER, small_buffers, 0, 0, 0},
	{"N6.small-mergeable", ON_NET, HOSTILE_EITHER, small_buffers,
	 NET_F_MRG_RXBUF, 0, 0},
	{"N8.64k", ON_NET, HOSTILE_EITHER, too_long, 0, 1, 0xffff},
	{"N8.65550", ON_NET, HOSTILE_EITHER, too_long, 0, 1, 65563},
	{"N8.16m", ON_NET, HOSTILE_EITHER, too_long, 0, 1, 0x1000000},
	{"N8.4g", ON_NET, HOSTILE_EITHER, too_long, 0, 128, 0x02000000},
};
HOSTILE_CASES(net);
