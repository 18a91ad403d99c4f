// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_override.c - options that the lab file wants otherwise
 */
#include "switch/dhcp/dhcp_override.h"

#include <stddef.h>

#include "core/bytes.h"

static const struct dhcp_override *
find_of(const struct dhcp_overrides *overrides, const struct mac *mac,
	uint8_t code)
{
	unsigned i;

	for (i = 0; i < overrides->count; i++) {
		if (overrides->list[i].code == code &&
		    mac_is_equal(&overrides->list[i].mac, mac))
			return &overrides->list[i];
	}
	return NULL;
}

const struct dhcp_override *
dhcp_override_find(const struct dhcp_overrides *overrides,
		   const struct mac *mac, uint8_t code)
{
	static const struct mac everyone;
	const struct dhcp_override *own = find_of(overrides, mac, code);

	return own ? own : find_of(overrides, &everyone, code);
}

uint32_t dhcp_override_u32(const struct dhcp_overrides *overrides,
			   const struct mac *mac, uint8_t code,
			   uint32_t otherwise)
{
	const struct dhcp_override *o =
		dhcp_override_find(overrides, mac, code);

	if (!o)
		return otherwise;
	return o->len >= 4 ? be32_load(o->data) : 0;
}
