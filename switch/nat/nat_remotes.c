// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_remotes.c - whom a guest has spoken to from one of its ports
 */
#include "switch/nat/nat_remotes.h"

#include "core/util.h"

/* Never 0, which marks a free entry. */
static uint32_t seconds(uint64_t ns)
{
	return (uint32_t)(ns / NSEC_PER_SEC) + 1;
}

/* Addresses of one subnet are to meet in different sets. */
static unsigned first_way(uint32_t address)
{
	unsigned sets = NAT_REMOTES / NAT_REMOTE_WAYS;

	return (address * UINT32_C(2654435761) >> 24) % sets * NAT_REMOTE_WAYS;
}

void nat_remotes_add(struct nat_remotes *remotes, uint32_t address,
		     uint64_t now_ns)
{
	unsigned first = first_way(address), i, slot = first;

	for (i = first; i < first + NAT_REMOTE_WAYS; i++) {
		if (remotes->address[i] == address && remotes->at_s[i]) {
			slot = i;
			break;
		}
		if (remotes->at_s[i] < remotes->at_s[slot])
			slot = i;
	}
	remotes->address[slot] = address;
	remotes->at_s[slot] = seconds(now_ns);
}

bool nat_remotes_has(const struct nat_remotes *remotes, uint32_t address,
		     uint64_t now_ns, uint64_t life_ns)
{
	unsigned first = first_way(address), i;

	for (i = first; i < first + NAT_REMOTE_WAYS; i++) {
		if (remotes->address[i] == address && remotes->at_s[i])
			return seconds(now_ns) - remotes->at_s[i] <=
			       life_ns / NSEC_PER_SEC;
	}
	return false;
}
