// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tcp_cookie.c - initial sequence numbers that hold a half-open connection
 *
 * Theory of operation
 *
 * A cookie is 24 bits of keyed hash over both ends, the peer's own initial
 * sequence number, the minute and the MSS, then 6 bits of the minute and 2 of
 * the MSS. The peer's first ACK brings it back.
 */
#include "switch/dns/tcp_cookie.h"

#include "core/util.h"

#define SLOT_NS (64 * NSEC_PER_SEC)
#define SLOT_MASK 0x3f

static const uint16_t mss_table[] = {TCP4_MSS_DEFAULT, 1220, 1440, 1460};
static_assert(ARRAY_SIZE(mss_table) == 4, "two bits of a cookie");

static uint32_t make(const struct siphash_key *key, const struct ip4 *ip,
		     uint32_t ports, uint32_t peer_isn, uint64_t slot_mss)
{
	const uint64_t data[] = {
		(uint64_t)ip->src << 32 | ip->dst,
		(uint64_t)ports << 32 | peer_isn,
		slot_mss,
	};
	uint32_t hash = (uint32_t)siphash(key, data, sizeof(data));

	return (hash & 0xffffff00) | (uint32_t)(slot_mss & 0xff);
}

uint32_t tcp_cookie_make(const struct siphash_key *key, const struct ip4 *ip,
			 const struct tcp4 *syn, uint64_t now_ns)
{
	uint32_t ports = udp4_ports(syn->src_port, syn->dst_port);
	unsigned mss = ARRAY_SIZE(mss_table) - 1;

	while (mss && mss_table[mss] > syn->mss)
		mss--;
	return make(key, ip, ports, syn->seq, now_ns / SLOT_NS << 2 | mss);
}

uint16_t tcp_cookie_check(const struct siphash_key *key, const struct ip4 *ip,
			  const struct tcp4 *ack, uint64_t now_ns)
{
	uint32_t ports = udp4_ports(ack->src_port, ack->dst_port);
	uint32_t cookie = ack->ack - 1;
	uint64_t slot = now_ns / SLOT_NS;
	unsigned mss = cookie & 3;

	/* a cookie is of this minute or of the one before */
	if ((slot & SLOT_MASK) != (cookie >> 2 & SLOT_MASK))
		slot--;
	if (cookie != make(key, ip, ports, ack->seq - 1, slot << 2 | mss))
		return 0;
	return mss_table[mss];
}
