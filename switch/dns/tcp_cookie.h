/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tcp_cookie.h - initial sequence numbers that hold what a half-open connection
 * would (RFC 4987 3.6), so that a SYN costs no memory
 */
#ifndef SWITCH_DNS_TCP_COOKIE_H
#define SWITCH_DNS_TCP_COOKIE_H

#include <stdint.h>

#include "switch/ip4.h"
#include "switch/siphash.h"
#include "switch/tcp4.h"

/** tcp_cookie_make() - the sequence number of our SYN for theirs */
uint32_t tcp_cookie_make(const struct siphash_key *key, const struct ip4 *ip,
			 const struct tcp4 *syn, uint64_t now_ns);

/**
 * tcp_cookie_check() - does @ack acknowledge a SYN of ours?
 *
 * Return: the MSS to send with; 0 when it doesn't, or took over two minutes.
 */
uint16_t tcp_cookie_check(const struct siphash_key *key, const struct ip4 *ip,
			  const struct tcp4 *ack, uint64_t now_ns);

#endif
