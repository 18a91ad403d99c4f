/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_hairpin.h - which of the host's ports lead back to guests of the network
 *
 * The host's addresses are no destination for guests; these ports of it are,
 * by TCP and UDP: of forwards, and of UDP mappings (RFC 4787 REQ-9).
 */
#ifndef SWITCH_NAT_NAT_HAIRPIN_H
#define SWITCH_NAT_NAT_HAIRPIN_H

#include <stdbool.h>
#include <stdint.h>

/** NAT_HAIRPINS - sockets of forwards that are known; more don't lead back */
#define NAT_HAIRPINS 1024

/**
 * struct nat_hairpin - a forward's socket
 * @fd:		its descriptor, which is not ours; -1: free
 * @protocol:	enum nat_protocol
 * @address:	it is bound to; 0: all of the host's
 * @port:	likewise
 */
struct nat_hairpin {
	int fd;
	uint8_t protocol;
	uint32_t address;
	uint16_t port;
};

/**
 * struct nat_hairpins - all of an engine
 * @end:		no entry of @forwards from here on was ever used
 * @forwards:	sockets of forwards
 * @udp:	a bit for each port that a UDP mapping has outside
 */
struct nat_hairpins {
	unsigned end;
	struct nat_hairpin forwards[NAT_HAIRPINS];
	uint8_t udp[(UINT16_MAX + 1) / 8];
};

/** nat_hairpins_init() - none */
void nat_hairpins_init(struct nat_hairpins *hairpins);

/** nat_hairpin_add() - a forward's socket; what can't be asked for its address
 *  stays unknown
 */
void nat_hairpin_add(struct nat_hairpins *hairpins, uint8_t protocol, int fd);

/** nat_hairpin_remove() - @fd is going to be closed; unknown is fine */
void nat_hairpin_remove(struct nat_hairpins *hairpins, int fd);

/** nat_hairpin_map() - a UDP mapping has, or has no more, this port outside */
void nat_hairpin_map(struct nat_hairpins *hairpins, uint16_t port, bool has);

/** nat_hairpin_has() - does this port of the host's @address lead back? */
bool nat_hairpin_has(const struct nat_hairpins *hairpins, uint8_t protocol,
		     uint32_t address, uint16_t port);

/** nat_hairpin_bound() - the port that a socket is bound to; 0: none */
uint16_t nat_hairpin_bound(int fd);

#endif
