// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fdb.c - filtering database: which port an address was last seen on
 *
 * Theory of operation
 *
 * Entries sit in one array, made at the start. Each is in a hash chain and in
 * the list of its port, which is ordered by when an address was last seen: the
 * head is the oldest. Ageing and eviction only ever look at heads. An entry
 * moves to the end of its list when its second changes, not at every frame.
 *
 * Eviction is fair per port: the one with most entries pays. The port that
 * learns pays itself when it already has its share, so finding the largest
 * port by walking them all is rare, and impossible to provoke by flooding.
 *
 * A static entry is in its hash chain only: what is in no port's list can't
 * age, be evicted, or stand in the way of those that can.
 *
 * The hash is seeded, so nobody can aim for one chain.
 *
 * Limits: port numbers are dense and small.
 */
#include "switch/fdb.h"

#include <errno.h>
#include <stdlib.h>

#include "core/util.h"

#define NIL UINT32_MAX

/**
 * struct fdb_entry - one address
 * @key:	fdb_key()
 * @seen_s:	when last seen as source
 * @next:	in its hash chain, or in the free list
 * @older:	in its port's list
 * @newer:	in its port's list
 * @port:	where it is; FDB_NONE of a free entry
 * @is_static:	put there by us; in no port's list
 */
struct fdb_entry {
	uint64_t key;
	uint32_t seen_s;
	uint32_t next;
	uint32_t older;
	uint32_t newer;
	uint16_t port;
	bool is_static;
};

/**
 * struct fdb_port - the addresses of one port, as a list by age
 * @oldest:	first to be evicted
 * @newest:	seen last
 * @count:	entries in the list
 */
struct fdb_port {
	uint32_t oldest;
	uint32_t newest;
	uint32_t count;
};

/**
 * struct fdb - a hash table with a list of each port's entries through it
 * @settings:	as given to fdb_create()
 * @counters:	for fdb_get_counters() and the like
 * @entries:	all of them, in use or free
 * @ports:	the lists by age
 * @buckets:	first entry of each hash bucket
 * @shift:	turns a hash into a bucket number
 * @free:	first unused entry
 * @reached:	entries from here on were never used: a list ends there
 * @ports_in_use: ports with at least one entry; eviction is fair among them
 * @static_count: entries in no list
 */
struct fdb {
	struct fdb_settings settings;
	struct fdb_counters counters;
	struct fdb_entry *entries;
	struct fdb_port *ports;
	uint32_t *buckets;
	unsigned shift;
	uint32_t free;
	uint32_t reached;
	uint32_t ports_in_use;
	uint32_t static_count;
};

static uint32_t *fdb_bucket(const struct fdb *fdb, uint64_t key)
{
	key ^= fdb->settings.seed;
	key *= UINT64_C(0x9e3779b97f4a7c15);
	key ^= key >> 32;
	key *= UINT64_C(0xd6e8feb86659fd93);
	return &fdb->buckets[key >> fdb->shift];
}

static uint32_t fdb_find(const struct fdb *fdb, uint64_t key)
{
	uint32_t i = *fdb_bucket(fdb, key);

	while (i != NIL && fdb->entries[i].key != key)
		i = fdb->entries[i].next;
	return i;
}

static void port_list_append(struct fdb *fdb, uint32_t i)
{
	struct fdb_entry *entry = &fdb->entries[i];
	struct fdb_port *port = &fdb->ports[entry->port];

	entry->older = port->newest;
	entry->newer = NIL;
	if (port->newest != NIL)
		fdb->entries[port->newest].newer = i;
	else
		port->oldest = i;
	port->newest = i;
	fdb->ports_in_use += port->count++ == 0;
}

static void port_list_remove(struct fdb *fdb, uint32_t i)
{
	struct fdb_entry *entry = &fdb->entries[i];
	struct fdb_port *port = &fdb->ports[entry->port];

	if (entry->older != NIL)
		fdb->entries[entry->older].newer = entry->newer;
	else
		port->oldest = entry->newer;
	if (entry->newer != NIL)
		fdb->entries[entry->newer].older = entry->older;
	else
		port->newest = entry->older;
	fdb->ports_in_use -= --port->count == 0;
}

static void fdb_forget(struct fdb *fdb, uint32_t i)
{
	uint32_t *link = fdb_bucket(fdb, fdb->entries[i].key);

	while (*link != i)
		link = &fdb->entries[*link].next;
	*link = fdb->entries[i].next;
	if (!fdb->entries[i].is_static)
		port_list_remove(fdb, i);
	fdb->entries[i].port = FDB_NONE;
	fdb->entries[i].next = fdb->free;
	fdb->free = i;
	fdb->counters.entries--;
}

static uint16_t fdb_largest_port(const struct fdb *fdb)
{
	uint16_t i, largest = 0;

	for (i = 1; i < fdb->settings.max_ports; i++) {
		if (fdb->ports[i].count > fdb->ports[largest].count)
			largest = i;
	}
	return largest;
}

static void fdb_evict(struct fdb *fdb, uint16_t learner)
{
	uint32_t share = fdb->settings.max_entries / (fdb->ports_in_use + 1);
	uint16_t payer = learner;

	if (fdb->ports[learner].count <= share)
		payer = fdb_largest_port(fdb);
	fdb_forget(fdb, fdb->ports[payer].oldest);
	fdb->counters.evicted++;
}

/* A free entry becomes @key's; in no port's list yet. */
static uint32_t fdb_take(struct fdb *fdb, uint64_t key, uint16_t port)
{
	uint32_t *bucket = fdb_bucket(fdb, key), i = fdb->free;
	struct fdb_entry *entry = &fdb->entries[i];

	fdb->free = entry->next;
	fdb->reached = MAX(fdb->reached, i + 1);
	entry->key = key;
	entry->port = port;
	entry->is_static = false;
	entry->next = *bucket;
	*bucket = i;
	fdb->counters.entries++;
	return i;
}

static bool fdb_insert(struct fdb *fdb, uint64_t key, uint16_t port,
		       uint32_t now_s)
{
	uint32_t i;

	if (fdb->free == NIL)
		fdb_evict(fdb, port);
	i = fdb_take(fdb, key, port);
	fdb->entries[i].seen_s = now_s;
	port_list_append(fdb, i);
	fdb->counters.learned++;
	return true;
}

bool fdb_learn(struct fdb *fdb, uint64_t key, uint16_t port, uint32_t now_s)
{
	uint32_t i = fdb_find(fdb, key);
	struct fdb_entry *entry;

	if (i == NIL)
		return fdb_insert(fdb, key, port, now_s);
	entry = &fdb->entries[i];
	if (LIKELY(entry->port == port && entry->seen_s == now_s))
		return true;
	if (entry->is_static)
		return entry->port == port;
	fdb->counters.moved += entry->port != port;
	port_list_remove(fdb, i);
	entry->port = port;
	entry->seen_s = now_s;
	port_list_append(fdb, i);
	return true;
}

int fdb_add_static(struct fdb *fdb, uint64_t key, uint16_t port)
{
	if (fdb_find(fdb, key) != NIL)
		return -EEXIST;
	/* One entry is left to learn with, or eviction would find nothing. */
	if (fdb->static_count + 1 >= fdb->settings.max_entries)
		return -ENOSPC;
	if (fdb->free == NIL)
		fdb_evict(fdb, port);
	fdb->entries[fdb_take(fdb, key, port)].is_static = true;
	fdb->static_count++;
	return 0;
}

void fdb_remove_static(struct fdb *fdb, uint64_t key)
{
	uint32_t i = fdb_find(fdb, key);

	if (i == NIL || !fdb->entries[i].is_static)
		return;
	fdb_forget(fdb, i);
	fdb->static_count--;
}

static bool fdb_is_old(const struct fdb *fdb, const struct fdb_entry *entry,
		       uint32_t now_s)
{
	return !entry->is_static &&
	       now_s - entry->seen_s >= fdb->settings.ageing_s;
}

uint16_t fdb_lookup(const struct fdb *fdb, uint64_t key, uint32_t now_s)
{
	uint32_t i = fdb_find(fdb, key);

	if (i == NIL || fdb_is_old(fdb, &fdb->entries[i], now_s))
		return FDB_NONE;
	return fdb->entries[i].port;
}

void fdb_flush_port(struct fdb *fdb, uint16_t port)
{
	while (fdb->ports[port].count)
		fdb_forget(fdb, fdb->ports[port].oldest);
}

void fdb_age(struct fdb *fdb, uint32_t now_s)
{
	uint16_t i;

	for (i = 0; i < fdb->settings.max_ports; i++) {
		struct fdb_port *port = &fdb->ports[i];

		while (port->count &&
		       now_s - fdb->entries[port->oldest].seen_s >=
			       fdb->settings.ageing_s) {
			fdb_forget(fdb, port->oldest);
			fdb->counters.aged++;
		}
	}
}

static void fdb_describe(const struct fdb_entry *entry, uint32_t now_s,
			 struct fdb_info *info)
{
	be16_store(info->mac.b, (uint16_t)(entry->key >> 32));
	be32_store(info->mac.b + 2, (uint32_t)entry->key);
	info->vid = (uint16_t)(entry->key >> 48);
	info->port = entry->port;
	info->age_s = entry->is_static ? 0 : now_s - entry->seen_s;
	info->is_static = entry->is_static;
}

unsigned fdb_list(const struct fdb *fdb, uint32_t *cursor, uint32_t now_s,
		  struct fdb_info *info, unsigned max)
{
	uint32_t i = *cursor, scanned;
	unsigned count = 0;

	for (scanned = 0;
	     scanned < FDB_LIST_SCAN && count < max && i < fdb->reached;
	     scanned++, i++) {
		const struct fdb_entry *entry = &fdb->entries[i];

		if (entry->port != FDB_NONE && !fdb_is_old(fdb, entry, now_s))
			fdb_describe(entry, now_s, &info[count++]);
	}
	*cursor = i < fdb->reached ? i : 0;
	return count;
}

const struct fdb_counters *fdb_get_counters(const struct fdb *fdb)
{
	return &fdb->counters;
}

static int fdb_allocate(struct fdb *fdb)
{
	uint32_t size = 64, i;

	fdb->shift = 64 - 6;
	while (size < fdb->settings.max_entries && fdb->shift > 33) {
		size *= 2;
		fdb->shift--;
	}
	fdb->entries =
		calloc(fdb->settings.max_entries, sizeof(struct fdb_entry));
	fdb->ports = calloc(fdb->settings.max_ports, sizeof(struct fdb_port));
	fdb->buckets = malloc(size * sizeof(uint32_t));
	if (!fdb->entries || !fdb->ports || !fdb->buckets)
		return -ENOMEM;
	for (i = 0; i < size; i++)
		fdb->buckets[i] = NIL;
	for (i = 0; i < fdb->settings.max_ports; i++)
		fdb->ports[i].oldest = fdb->ports[i].newest = NIL;
	for (i = 0; i < fdb->settings.max_entries; i++) {
		fdb->entries[i].port = FDB_NONE;
		fdb->entries[i].next = i + 1;
	}
	fdb->entries[fdb->settings.max_entries - 1].next = NIL;
	return 0;
}

struct fdb *fdb_create(const struct fdb_settings *settings, struct err *err)
{
	struct fdb *fdb = calloc(1, sizeof(*fdb));

	if (!fdb)
		goto fail;
	fdb->settings = *settings;
	if (fdb_allocate(fdb))
		goto fail;
	return fdb;
fail:
	err_set(err, -ENOMEM, "no memory for %u filtering database entries",
		settings->max_entries);
	fdb_destroy(fdb);
	return NULL;
}

void fdb_destroy(struct fdb *fdb)
{
	if (!fdb)
		return;
	free(fdb->entries);
	free(fdb->ports);
	free(fdb->buckets);
	free(fdb);
}
