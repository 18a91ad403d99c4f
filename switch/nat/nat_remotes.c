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

/* Addresses of one subnet are to meet in different sets, so are ports. */
static unsigned first_way(struct nat_remote remote)
{
	uint32_t hash = (remote.address ^ (uint32_t)remote.port << 16) *
			UINT32_C(2654435761);

	return (hash >> 24) % (NAT_REMOTES / NAT_REMOTE_WAYS) * NAT_REMOTE_WAYS;
}

static bool is_at(const struct nat_remotes *remotes, unsigned i,
		  struct nat_remote remote)
{
	return remotes->address[i] == remote.address &&
	       remotes->port[i] == remote.port && remotes->at_s[i];
}

void nat_remotes_add(struct nat_remotes *remotes, struct nat_remote remote,
		     uint64_t now_ns)
{
	unsigned first = first_way(remote), i, slot = first;

	for (i = first; i < first + NAT_REMOTE_WAYS; i++) {
		if (is_at(remotes, i, remote)) {
			slot = i;
			break;
		}
		if (remotes->at_s[i] < remotes->at_s[slot])
			slot = i;
	}
	remotes->address[slot] = remote.address;
	remotes->port[slot] = remote.port;
	remotes->at_s[slot] = seconds(now_ns);
}

bool nat_remotes_has(const struct nat_remotes *remotes,
		     struct nat_remote remote, uint64_t now_ns,
		     uint64_t life_ns)
{
	unsigned first = first_way(remote), i;

	for (i = first; i < first + NAT_REMOTE_WAYS; i++) {
		if (is_at(remotes, i, remote))
			return seconds(now_ns) - remotes->at_s[i] <=
			       life_ns / NSEC_PER_SEC;
	}
	return false;
}
