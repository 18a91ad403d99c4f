// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lease.c - the table of leases
 *
 * Theory of operation
 *
 * Entries lie in one array that is made once. Two hash tables of chains by
 * entry number lead to them: by client and by address. Unused entries hang on
 * a list of their own, through @address_next.
 *
 * An address without entry is one that nobody ever had. New clients get these
 * first, lowest address first, as people like to see them; when there are none
 * (or no entry is left), the entry expired longest is taken over.
 *
 * Quotas: OFFERED, BOUND and DECLINED entries are charged to the port they came
 * from, so that one guest which invents client identifiers (or declines all it
 * is offered) uses up its own share only. What was restored from disk is
 * charged to nobody until it is renewed.
 *
 * Limits: LEASE_MAX entries. Ports are told apart modulo QUOTA_PORTS.
 */
#include "switch/dhcp/lease.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "switch/siphash.h"

#define QUOTA_PORTS 1024
#define HASH_SIZE 1024
static_assert((HASH_SIZE & (HASH_SIZE - 1)) == 0, "a power of two");
static_assert(LEASE_MAX < UINT16_MAX, "an entry number plus one fits");

/**
 * struct lease_table - all entries and the ways to them
 * @pool:	what may be given out
 * @secret:	for @by_key
 * @next_ns:	nothing ends before that
 * @size:	entries of @leases
 * @reserved:	the first so many are reservations
 * @free_head:	first unused entry, number plus one
 * @by_key:	hash chains by client, number plus one
 * @by_address:	hash chains by address, number plus one
 * @charged:	entries that each ingress port has
 * @reused:	expired entries that were given to others
 * @leases:	the entries
 */
struct lease_table {
	struct lease_pool pool;
	struct siphash_key secret;
	uint64_t next_ns;
	unsigned size;
	unsigned reserved;
	uint16_t free_head;
	uint16_t by_key[HASH_SIZE];
	uint16_t by_address[HASH_SIZE];
	uint16_t charged[QUOTA_PORTS];
	uint64_t reused;
	struct lease *leases;
};

static unsigned hash_key(const struct lease_table *table,
			 const struct lease_key *key)
{
	uint64_t h = siphash(&table->secret, key->id.data, key->id.len);

	return (unsigned)(h + key->is_client_id) & (HASH_SIZE - 1);
}

static unsigned hash_address(uint32_t address)
{
	return address & (HASH_SIZE - 1);
}

static uint16_t lease_number(const struct lease_table *table,
			     const struct lease *lease)
{
	return (uint16_t)(lease - table->leases + 1);
}

static bool key_is_equal(const struct lease_key *a, const struct lease_key *b)
{
	return a->is_client_id == b->is_client_id && a->id.len == b->id.len &&
	       !memcmp(a->id.data, b->id.data, a->id.len);
}

static bool is_charged(const struct lease *lease)
{
	return lease->port != LEASE_NO_PORT &&
	       (lease->state == LEASE_OFFERED || lease->state == LEASE_BOUND ||
		lease->state == LEASE_DECLINED);
}

static void unlink_key(struct lease_table *table, struct lease *lease)
{
	uint16_t *at = &table->by_key[hash_key(table, &lease->key)];

	while (*at && *at != lease_number(table, lease))
		at = &table->leases[*at - 1].key_next;
	if (*at)
		*at = lease->key_next;
}

static void link_key(struct lease_table *table, struct lease *lease)
{
	uint16_t *head = &table->by_key[hash_key(table, &lease->key)];

	lease->key_next = *head;
	*head = lease_number(table, lease);
}

static void unlink_address(struct lease_table *table, struct lease *lease)
{
	uint16_t *at = &table->by_address[hash_address(lease->address)];

	while (*at != lease_number(table, lease))
		at = &table->leases[*at - 1].address_next;
	*at = lease->address_next;
}

static void link_address(struct lease_table *table, struct lease *lease)
{
	uint16_t *head = &table->by_address[hash_address(lease->address)];

	lease->address_next = *head;
	*head = lease_number(table, lease);
}

struct lease_table *lease_table_create(const struct lease_pool *pool,
				       unsigned reservations, struct err *err)
{
	uint64_t range = (uint64_t)pool->last - pool->first + 1;
	struct lease_table *table = calloc(1, sizeof(*table));
	unsigned i;

	if (pool->last < pool->first)
		range = 0;
	if (table)
		table->size = (unsigned)MIN(range + reservations, LEASE_MAX);
	if (table)
		table->leases = calloc(table->size + 1, sizeof(struct lease));
	if (!table || !table->leases) {
		err_set(err, -ENOMEM, "no memory for DHCP leases");
		free(table);
		return NULL;
	}
	table->pool = *pool;
	table->secret.k[0] = pool->seed;
	table->next_ns = LEASE_NEVER_NS;
	for (i = table->size; i > 0; i--) {
		table->leases[i - 1].address_next = table->free_head;
		table->free_head = (uint16_t)i;
	}
	return table;
}

void lease_table_destroy(struct lease_table *table)
{
	if (!table)
		return;
	free(table->leases);
	free(table);
}

void lease_key_of(const struct dhcp_msg *msg, struct lease_key *key)
{
	memset(key, 0, sizeof(*key));
	if (msg->client_id.len) {
		key->is_client_id = true;
		key->id = msg->client_id;
		return;
	}
	key->id.len = MAC_LEN;
	memcpy(key->id.data, msg->chaddr.b, MAC_LEN);
}

static struct lease *lease_new(struct lease_table *table, uint32_t address,
			       const struct lease_key *key)
{
	struct lease *lease;

	if (!table->free_head)
		return NULL;
	lease = &table->leases[table->free_head - 1];
	table->free_head = lease->address_next;
	memset(lease, 0, sizeof(*lease));
	lease->port = LEASE_NO_PORT;
	lease->address = address;
	lease->key = *key;
	link_address(table, lease);
	link_key(table, lease);
	return lease;
}

static void lease_delete(struct lease_table *table, struct lease *lease)
{
	unlink_key(table, lease);
	unlink_address(table, lease);
	lease->state = LEASE_FREE;
	lease->address = 0;
	lease->address_next = table->free_head;
	table->free_head = lease_number(table, lease);
}

int lease_reserve(struct lease_table *table, const struct mac *mac,
		  uint32_t address, const char *name)
{
	struct lease_key key = {.id.len = MAC_LEN};
	struct lease *lease;

	memcpy(key.id.data, mac->b, MAC_LEN);
	if (lease_lookup_address(table, address) ||
	    lease_lookup_reserved(table, mac))
		return -EEXIST;
	lease = lease_new(table, address, &key);
	if (!lease)
		return -ENOSPC;
	table->reserved++;
	lease->reserved = true;
	lease->state = LEASE_RESERVED;
	lease->mac = *mac;
	strncpy(lease->hostname, name, sizeof(lease->hostname) - 1);
	return 0;
}

struct lease *lease_lookup_reserved(struct lease_table *table,
				    const struct mac *mac)
{
	unsigned i;

	/* reservations came first, so they are the first entries */
	for (i = 0; i < table->reserved; i++) {
		struct lease *lease = &table->leases[i];

		if (lease->reserved && mac_is_equal(&lease->mac, mac))
			return lease;
	}
	return NULL;
}

struct lease *lease_lookup_client(struct lease_table *table,
				  const struct lease_key *key)
{
	uint16_t at = table->by_key[hash_key(table, key)];

	while (at) {
		struct lease *lease = &table->leases[at - 1];

		/* a declined address is nobody's, whoever had it before */
		if (lease->state != LEASE_DECLINED && !lease->reserved &&
		    key_is_equal(&lease->key, key))
			return lease;
		at = lease->key_next;
	}
	return NULL;
}

struct lease *lease_lookup_address(struct lease_table *table, uint32_t address)
{
	uint16_t at = table->by_address[hash_address(address)];

	while (at && table->leases[at - 1].address != address)
		at = table->leases[at - 1].address_next;
	return at ? &table->leases[at - 1] : NULL;
}

bool lease_in_pool(const struct lease_table *table, uint32_t address)
{
	return address >= table->pool.first && address <= table->pool.last;
}

static struct lease *longest_expired(struct lease_table *table)
{
	struct lease *oldest = NULL;
	unsigned i;

	for (i = 0; i < table->size; i++) {
		struct lease *lease = &table->leases[i];

		if (lease->state != LEASE_EXPIRED ||
		    !lease_in_pool(table, lease->address))
			continue;
		if (!oldest || lease->expires_ns < oldest->expires_ns)
			oldest = lease;
	}
	return oldest;
}

static uint32_t never_used(struct lease_table *table)
{
	uint64_t address = table->pool.first;

	/* at most one step more than there are entries */
	for (; address <= table->pool.last; address++) {
		if (!lease_lookup_address(table, (uint32_t)address))
			return (uint32_t)address;
	}
	return 0;
}

struct lease *lease_allocate(struct lease_table *table,
			     const struct lease_key *key, uint32_t wanted)
{
	struct lease *lease = NULL;
	uint32_t address = 0;

	if (wanted && lease_in_pool(table, wanted)) {
		lease = lease_lookup_address(table, wanted);
		if (!lease)
			address = wanted;
		else if (lease->state != LEASE_EXPIRED)
			lease = NULL;
	}
	if (!address && !lease && table->free_head)
		address = never_used(table);
	if (!address && !lease)
		lease = longest_expired(table);
	if (lease) {
		table->reused++;
		address = lease->address;
		lease_delete(table, lease);
	}
	return address ? lease_new(table, address, key) : NULL;
}

bool lease_may_charge(const struct lease_table *table,
		      const struct lease *lease, uint16_t port)
{
	if (lease && is_charged(lease) && lease->port == port)
		return true;
	return table->charged[port % QUOTA_PORTS] < table->pool.quota;
}

void lease_set(struct lease_table *table, struct lease *lease,
	       enum lease_state state, uint16_t port, uint64_t expires_ns)
{
	if (is_charged(lease))
		table->charged[lease->port % QUOTA_PORTS]--;
	if (lease->reserved && (state == LEASE_FREE || state == LEASE_EXPIRED))
		state = LEASE_RESERVED;
	lease->was_bound |= state == LEASE_BOUND;
	lease->state = (uint8_t)state;
	lease->port = port;
	lease->expires_ns = expires_ns;
	if (is_charged(lease))
		table->charged[port % QUOTA_PORTS]++;
	if (state == LEASE_FREE)
		lease_delete(table, lease);
	else if (state == LEASE_OFFERED || state == LEASE_BOUND ||
		 state == LEASE_DECLINED)
		table->next_ns = MIN(table->next_ns, expires_ns);
}

void lease_rekey(struct lease_table *table, struct lease *lease,
		 const struct lease_key *key)
{
	if (key_is_equal(&lease->key, key))
		return;
	unlink_key(table, lease);
	lease->key = *key;
	link_key(table, lease);
}

void lease_expire(struct lease_table *table, uint64_t now_ns)
{
	uint64_t next_ns = LEASE_NEVER_NS;
	unsigned i;

	if (now_ns < table->next_ns)
		return;
	for (i = 0; i < table->size; i++) {
		struct lease *lease = &table->leases[i];

		if (lease->state != LEASE_OFFERED &&
		    lease->state != LEASE_BOUND &&
		    lease->state != LEASE_DECLINED)
			continue;
		if (lease->expires_ns > now_ns)
			next_ns = MIN(next_ns, lease->expires_ns);
		else if (lease->state != LEASE_DECLINED && lease->was_bound)
			lease_set(table, lease, LEASE_EXPIRED, lease->port,
				  lease->expires_ns);
		else
			lease_set(table, lease, LEASE_FREE, lease->port, 0);
	}
	table->next_ns = next_ns;
}

uint64_t lease_reused(const struct lease_table *table)
{
	return table->reused;
}

const struct lease *lease_next(const struct lease_table *table,
			       const struct lease *lease)
{
	const struct lease *end = table->leases + table->size;

	for (lease = lease ? lease + 1 : table->leases; lease < end; lease++) {
		if (lease->state != LEASE_FREE)
			return lease;
	}
	return NULL;
}

unsigned lease_count(const struct lease_table *table, enum lease_state state)
{
	const struct lease *lease = NULL;
	unsigned n = 0;

	while ((lease = lease_next(table, lease)))
		n += lease->state == state;
	return n;
}
