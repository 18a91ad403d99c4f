/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_remotes.h - whom a guest has spoken to from one of its ports
 *
 * With filtering that depends on the address, or on address and port (RFC 4787
 * REQ-8), who was never spoken to is not heard. In the first case all ports are
 * 0 here. The table is small and in sets, so a look
 * at it costs little; who is spoken to next takes the place of the one in his
 * set that was not for longest.
 */
#ifndef SWITCH_NAT_NAT_REMOTES_H
#define SWITCH_NAT_NAT_REMOTES_H

#include <stdbool.h>
#include <stdint.h>

/** NAT_REMOTES - addresses that one mapping remembers */
#define NAT_REMOTES 64
/** NAT_REMOTE_WAYS - of these, so many are looked at for an address */
#define NAT_REMOTE_WAYS 8

/**
 * struct nat_remote - an endpoint outside
 * @address:	host order
 * @port:	likewise; 0 where any port will do
 */
struct nat_remote {
	uint32_t address;
	uint16_t port;
};

/**
 * struct nat_remotes - the table; all zero is an empty one
 * @address:	spoken to; host order
 * @port:	likewise
 * @at_s:	when last; 0 for a free entry
 */
struct nat_remotes {
	uint32_t address[NAT_REMOTES];
	uint16_t port[NAT_REMOTES];
	uint32_t at_s[NAT_REMOTES];
};

/** nat_remotes_add() - spoken to at @now_ns */
void nat_remotes_add(struct nat_remotes *remotes, struct nat_remote remote,
		     uint64_t now_ns);

/** nat_remotes_has() - spoken to within the last @life_ns? */
bool nat_remotes_has(const struct nat_remotes *remotes,
		     struct nat_remote remote, uint64_t now_ns,
		     uint64_t life_ns);

#endif
