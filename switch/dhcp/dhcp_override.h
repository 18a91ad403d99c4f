/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp_override.h - options that the lab file wants otherwise
 *
 * What a client is told is made of three layers: an override of its own, else
 * one of its network, else what the server would say by itself.
 */
#ifndef SWITCH_DHCP_DHCP_OVERRIDE_H
#define SWITCH_DHCP_DHCP_OVERRIDE_H

#include <stdint.h>

#include "core/addr.h"

/** DHCP_OVERRIDE_SIZE - bytes of an option's value */
#define DHCP_OVERRIDE_SIZE 128
/** DHCP_MAX_OVERRIDES - of one server, those of all its clients included */
#define DHCP_MAX_OVERRIDES 1024

/**
 * struct dhcp_override - an option with the value that is wanted
 * @mac:	of the client; zero: all of the network
 * @code:	of the option; the lease time is an option, too
 * @len:	bytes of @data; 0: the option is not told
 * @data:	as on the wire
 */
struct dhcp_override {
	struct mac mac;
	uint8_t code;
	uint8_t len;
	uint8_t data[DHCP_OVERRIDE_SIZE];
};

/**
 * struct dhcp_overrides - those of one server
 * @count:	entries of @list
 * @list:	in no order; of two for the same the first counts
 */
struct dhcp_overrides {
	unsigned count;
	const struct dhcp_override *list;
};

/** dhcp_override_find() - what @mac is told as option @code, or NULL */
const struct dhcp_override *
dhcp_override_find(const struct dhcp_overrides *overrides,
		   const struct mac *mac, uint8_t code);

/** dhcp_override_u32() - its number: that of an address, or of seconds; or
 * @otherwise when there is none. One that is not told counts as 0 */
uint32_t dhcp_override_u32(const struct dhcp_overrides *overrides,
			   const struct mac *mac, uint8_t code,
			   uint32_t otherwise);

#endif
