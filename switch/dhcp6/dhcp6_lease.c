// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp6_lease.c - which client has which IPv6 address
 *
 * Limits: entries are looked through in order; DHCPv6 is rare, and limited per
 * port.
 */
#include "switch/dhcp6/dhcp6_lease.h"

#include <stddef.h>

static bool is_over(const struct dhcp6_lease *lease, uint64_t now_ns)
{
	return lease->state == DHCP6_UNUSED || lease->expires_ns <= now_ns;
}

/* The client's entry, over or not. */
static struct dhcp6_lease *lookup(struct dhcp6_leases *table, uint64_t key)
{
	unsigned i;

	for (i = 0; i < DHCP6_MAX_LEASES; i++) {
		struct dhcp6_lease *lease = &table->leases[i];

		if (lease->state != DHCP6_UNUSED &&
		    lease->state != DHCP6_DECLINED && lease->key == key)
			return lease;
	}
	return NULL;
}

struct dhcp6_lease *dhcp6_lease_find(struct dhcp6_leases *table, uint64_t key,
				     uint64_t now_ns)
{
	struct dhcp6_lease *lease = lookup(table, key);

	return lease && !is_over(lease, now_ns) ? lease : NULL;
}

/* Does nobody but @own have it? */
static bool is_free(const struct dhcp6_leases *table, uint32_t host,
		    const struct dhcp6_lease *own, uint64_t now_ns)
{
	unsigned i;

	for (i = 0; i < DHCP6_MAX_LEASES; i++) {
		const struct dhcp6_lease *lease = &table->leases[i];

		if (lease != own && lease->host == host &&
		    !is_over(lease, now_ns))
			return false;
	}
	return true;
}

static bool within_quota(const struct dhcp6_leases *table, uint16_t port,
			 uint64_t now_ns)
{
	unsigned i, count = 0;

	for (i = 0; i < DHCP6_MAX_LEASES; i++)
		count += !is_over(&table->leases[i], now_ns) &&
			 table->leases[i].port == port;
	return count < DHCP6_PORT_QUOTA;
}

/* An entry that never had an address, else the one that is over longest. */
static struct dhcp6_lease *spare(struct dhcp6_leases *table, uint64_t now_ns)
{
	struct dhcp6_lease *oldest = NULL;
	unsigned i;

	for (i = 0; i < DHCP6_MAX_LEASES; i++) {
		struct dhcp6_lease *lease = &table->leases[i];

		if (lease->state == DHCP6_UNUSED)
			return lease;
		if (is_over(lease, now_ns) &&
		    (!oldest || lease->expires_ns < oldest->expires_ns))
			oldest = lease;
	}
	return oldest;
}

/* 0: there is none, as far as was looked. */
static uint32_t choose(const struct dhcp6_leases *table, uint64_t key,
		       uint32_t wanted, uint64_t now_ns)
{
	uint64_t size = (uint64_t)table->last - table->first + 1;
	unsigned i;

	if (wanted >= table->first && wanted <= table->last &&
	    is_free(table, wanted, NULL, now_ns))
		return wanted;
	for (i = 0; i < size && i <= DHCP6_MAX_LEASES; i++) {
		uint32_t host = table->first + (uint32_t)((key + i) % size);

		if (is_free(table, host, NULL, now_ns))
			return host;
	}
	return 0;
}

struct dhcp6_lease *dhcp6_lease_take(struct dhcp6_leases *table, uint64_t key,
				     uint32_t wanted, uint16_t port,
				     uint64_t now_ns)
{
	struct dhcp6_lease *lease = lookup(table, key);
	uint32_t host;

	if (lease && !is_over(lease, now_ns))
		return lease;
	if (!within_quota(table, port, now_ns))
		return NULL;
	if (lease && is_free(table, lease->host, lease, now_ns))
		return lease;
	host = choose(table, key, wanted, now_ns);
	if (!lease)
		lease = spare(table, now_ns);
	if (!host || !lease)
		return NULL;
	lease->key = key;
	lease->host = host;
	return lease;
}
