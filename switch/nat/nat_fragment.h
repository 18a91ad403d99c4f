/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_fragment.h - datagrams that a guest had to cut, put together again
 */
#ifndef SWITCH_NAT_NAT_FRAGMENT_H
#define SWITCH_NAT_NAT_FRAGMENT_H

#include "core/err.h"
#include "core/frame.h"
#include "switch/ip4.h"

/** NAT_FRAGMENT_PLACES - datagrams that are put together at a time */
#define NAT_FRAGMENT_PLACES 16
/** NAT_FRAGMENT_PLACES_PER_PORT - of one ingress port */
#define NAT_FRAGMENT_PLACES_PER_PORT 4
/** NAT_FRAGMENT_NS - a datagram that is not whole by then is given up */
#define NAT_FRAGMENT_NS (30 * NSEC_PER_SEC)

struct nat;
struct nat_fragments;

/** nat_fragments_create() - with room; NULL with @err */
struct nat_fragments *nat_fragments_create(struct err *err);

/** nat_fragments_destroy() - NULL is fine */
void nat_fragments_destroy(struct nat_fragments *fragments);

/** nat_fragments_relax() - give up what is not whole, and the memory */
void nat_fragments_relax(struct nat_fragments *fragments);

/**
 * nat_fragment_input() - a fragment of a guest that is to leave
 * @frame:	borrowed for the call
 * @offset:	of the IPv4 payload
 * @ip:		of ip4_parse_fragment()
 * @fragment:	likewise
 *
 * With the last of them, the whole goes to nat_input() and out.
 *
 * Return: DROP_NONE when it was taken, else why not.
 */
enum drop_reason nat_fragment_input(struct nat *nat, const struct frame *frame,
				    size_t offset, const struct ip4 *ip,
				    const struct ip4_fragment *fragment);

#endif
