// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * neighbour.c - which Ethernet address an IPv4 address of the subnet has
 *
 * Theory of operation
 *
 * Entries sit in one array, in hash chains by address, and in one list:
 *
 *   free		unused
 *   asked		a request is out, somebody waits for the answer
 *   ports[ingress]	known, in the order they were last heard
 *
 * What is known is reachable for NEIGHBOUR_REACHABLE_NS after a sign of life,
 * then stale: it is asked for again before anybody gets it. So a guest that is
 * gone isn't talked to for long, and nothing has to age.
 *
 * Whose address is it? RFC 826 believes whoever spoke last, and so do we, for
 * that is how an address moves from one guest to another (VRRP). The exception
 * are addresses that DHCP leased or reserved: those belong to the MAC address
 * that has them, and nobody else's claim is believed. Fixed addresses of the
 * lab file are reservations, so no guest can take another's. (Who forges the
 * MAC address as well fights with the filtering database, not with us.)
 *
 * Fairness: a new address pushes out the oldest of its own port once that has
 * its share, else the oldest of the port with the most. Those asked for are in
 * nobody's list and can't be pushed out.
 *
 * Limits: ports share a list modulo PORTS.
 */
#include "switch/gateway/neighbour.h"

#include <errno.h>
#include <stdlib.h>

#include "core/util.h"

#define PORTS 256
#define BUCKETS (2 * NEIGHBOUR_MAX)

/**
 * struct entry - one address
 * @place:	in the list that tells its state
 * @chain:	in its hash bucket
 * @waits:	struct neighbour_wait, while asked
 * @at:		what is known; @mac is zero where nothing is
 * @heard_ns:	last sign of life
 * @retry_ns:	while asked: when to ask again
 * @tries:	while asked: requests so far
 * @asked:	it is in the list of those
 */
struct entry {
	struct list place;
	struct list chain;
	struct list waits;
	struct neighbour at;
	uint64_t heard_ns;
	uint64_t retry_ns;
	uint8_t tries;
	bool asked;
};

/**
 * struct port_entries - what one port made us learn
 * @entries:	oldest first
 * @count:	of them
 */
struct port_entries {
	struct list entries;
	unsigned count;
};

/**
 * struct neighbours - the table
 * @settings:	as created
 * @clock:	for everything
 * @ops:	surroundings
 * @ctx:	handed back to @ops
 * @counters:	for `weft show`
 * @free:	unused entries
 * @asked:	in the order of their @retry_ns, as all wait equally long
 * @asked_count: of them
 * @wait_count:	callers that wait
 * @ports_in_use: ports with an entry
 * @ports:	by ingress
 * @buckets:	by hash
 * @entries:	all
 */
struct neighbours {
	struct neighbour_settings settings;
	struct clock *clock;
	const struct neighbour_ops *ops;
	void *ctx;
	struct neighbour_counters counters;
	struct list free;
	struct list asked;
	unsigned asked_count;
	unsigned wait_count;
	unsigned ports_in_use;
	struct port_entries ports[PORTS];
	struct list buckets[BUCKETS];
	struct entry entries[NEIGHBOUR_MAX];
};

static struct entry *entry_of(struct list *place)
{
	return container_of(place, struct entry, place);
}

static struct list *bucket_of(struct neighbours *table, uint32_t address)
{
	uint64_t hash =
		siphash(&table->settings.secret, &address, sizeof(address));

	return &table->buckets[hash % BUCKETS];
}

static struct entry *lookup(struct neighbours *table, uint32_t address)
{
	struct list *bucket = bucket_of(table, address);

	list_for_each (link, bucket) {
		struct entry *entry = container_of(link, struct entry, chain);

		if (entry->at.address == address)
			return entry;
	}
	return NULL;
}

static struct port_entries *port_of(struct neighbours *table,
				    const struct entry *entry)
{
	return &table->ports[entry->at.ingress % PORTS];
}

/* Out of the list that it is in. */
static void displace(struct neighbours *table, struct entry *entry)
{
	struct port_entries *port = port_of(table, entry);

	list_remove(&entry->place);
	if (entry->asked)
		table->asked_count--;
	else
		table->ports_in_use -= --port->count == 0;
	entry->asked = false;
}

static void place_in_port(struct neighbours *table, struct entry *entry)
{
	struct port_entries *port = port_of(table, entry);

	list_append(&port->entries, &entry->place);
	table->ports_in_use += port->count++ == 0;
}

static void forget(struct neighbours *table, struct entry *entry)
{
	displace(table, entry);
	list_remove(&entry->chain);
	list_append(&table->free, &entry->place);
	table->counters.entries--;
}

static struct port_entries *largest_port(struct neighbours *table)
{
	struct port_entries *largest = table->ports;
	unsigned i;

	for (i = 1; i < PORTS; i++) {
		if (table->ports[i].count > largest->count)
			largest = &table->ports[i];
	}
	return largest;
}

static void evict(struct neighbours *table, struct port_entries *port)
{
	table->counters.evicted++;
	forget(table, entry_of(port->entries.next));
}

/* An entry in no list of a state, in its hash chain. */
static struct entry *entry_new(struct neighbours *table, uint32_t address)
{
	struct entry *entry;

	if (list_is_empty(&table->free))
		evict(table, largest_port(table));
	entry = entry_of(table->free.next);
	list_remove(&entry->place);
	entry->at = (struct neighbour){.address = address};
	entry->asked = false;
	list_append(bucket_of(table, address), &entry->chain);
	table->counters.entries++;
	return entry;
}

static bool is_host(const struct neighbours *table, uint32_t address)
{
	const struct ipv4_prefix *subnet = &table->settings.address;
	uint32_t host = ~ipv4_mask(subnet->len);

	return ipv4_prefix_contains(subnet, address) && (address & host) &&
	       (address & host) != host && address != subnet->addr;
}

/* Is it said by the one that DHCP gave the address to, if by anyone? */
static bool is_honest(struct neighbours *table, const struct neighbour *seen)
{
	struct mac owner;

	if (!table->ops->owner(table->ctx, seen->address, &owner) ||
	    mac_is_equal(&owner, &seen->mac))
		return true;
	table->counters.stolen++;
	return false;
}

static void answer_waits(struct neighbours *table, struct entry *entry,
			 const struct neighbour *found)
{
	struct list waits, *link;

	/* A callback may ask for the same address again: not in this round. */
	list_init(&waits);
	while ((link = list_pop(&entry->waits)))
		list_append(&waits, link);
	while ((link = list_pop(&waits))) {
		struct neighbour_wait *wait =
			container_of(link, struct neighbour_wait, link);

		table->wait_count--;
		wait->done(wait, found);
	}
}

/* A port that has its share pays for a new address itself. */
static void make_room(struct neighbours *table, uint16_t ingress)
{
	struct port_entries *port = &table->ports[ingress % PORTS];
	unsigned share = NEIGHBOUR_MAX / (table->ports_in_use + 1);

	if (list_is_empty(&table->free) && port->count >= share)
		evict(table, port);
}

static void learn(struct neighbours *table, const struct neighbour *seen)
{
	struct entry *entry;

	make_room(table, seen->ingress);
	entry = entry_new(table, seen->address);
	entry->at = *seen;
	entry->heard_ns = clock_now_ns(table->clock);
	place_in_port(table, entry);
	table->counters.learned++;
}

static void update(struct neighbours *table, struct entry *entry,
		   const struct neighbour *seen)
{
	const struct neighbour found = *seen;

	if (mac_is_zero(&entry->at.mac))
		table->counters.learned++;
	else
		table->counters.moved +=
			!mac_is_equal(&entry->at.mac, &seen->mac);
	displace(table, entry);
	entry->at = found;
	entry->heard_ns = clock_now_ns(table->clock);
	place_in_port(table, entry);
	answer_waits(table, entry, &found);
}

bool neighbour_heard(struct neighbours *table, const struct neighbour *seen,
		     enum neighbour_claim claim)
{
	uint64_t now_ns = clock_now_ns(table->clock);
	struct entry *entry;

	if (!is_host(table, seen->address) || mac_is_group(&seen->mac) ||
	    mac_is_zero(&seen->mac) ||
	    mac_is_equal(&seen->mac, &table->settings.mac))
		return true;
	entry = lookup(table, seen->address);
	if (entry && !entry->asked && entry->at.ingress == seen->ingress &&
	    mac_is_equal(&entry->at.mac, &seen->mac) &&
	    now_ns - entry->heard_ns < NSEC_PER_SEC)
		return true; /* the way of most packets */
	if (claim == NEIGHBOUR_USED && entry &&
	    !mac_is_equal(&entry->at.mac, &seen->mac))
		return true;
	if (!is_honest(table, seen))
		return false;
	if (entry)
		update(table, entry, seen);
	else if (claim != NEIGHBOUR_OVERHEARD)
		learn(table, seen);
	return true;
}

static void send_request(struct neighbours *table, struct entry *entry)
{
	entry->tries++;
	entry->retry_ns = clock_now_ns(table->clock) + NEIGHBOUR_RETRY_NS;
	table->counters.requests++;
	table->ops->request(table->ctx, entry->at.address);
}

static void ask(struct neighbours *table, struct entry *entry)
{
	entry->asked = true;
	entry->tries = 0;
	list_append(&table->asked, &entry->place);
	table->asked_count++;
	send_request(table, entry);
}

/* Known, reachable, and still of the one who has the lease. */
static bool is_good(struct neighbours *table, const struct entry *entry)
{
	struct mac owner;

	return !entry->asked &&
	       clock_now_ns(table->clock) - entry->heard_ns <
		       NEIGHBOUR_REACHABLE_NS &&
	       (!table->ops->owner(table->ctx, entry->at.address, &owner) ||
		mac_is_equal(&owner, &entry->at.mac));
}

int neighbour_resolve(struct neighbours *table, uint32_t address,
		      struct neighbour_wait *wait, struct neighbour *found)
{
	struct entry *entry = lookup(table, address);

	if (!is_host(table, address))
		return -EHOSTUNREACH;
	if (entry && is_good(table, entry)) {
		*found = entry->at;
		return 0;
	}
	if (table->wait_count == NEIGHBOUR_MAX_WAITS ||
	    (!(entry && entry->asked) &&
	     table->asked_count == NEIGHBOUR_MAX_ASKED)) {
		table->counters.full++;
		return -ENOBUFS;
	}
	if (!entry) {
		ask(table, entry = entry_new(table, address));
	} else if (!entry->asked) {
		displace(table, entry);
		ask(table, entry);
	}
	list_append(&entry->waits, &wait->link);
	table->wait_count++;
	return -EINPROGRESS;
}

void neighbour_cancel(struct neighbours *table, struct neighbour_wait *wait)
{
	if (list_is_empty(&wait->link))
		return;
	list_remove(&wait->link);
	table->wait_count--;
}

uint64_t neighbours_next_ns(const struct neighbours *table)
{
	return list_is_empty(&table->asked)
		       ? UINT64_MAX
		       : entry_of(table->asked.next)->retry_ns;
}

void neighbours_tick(struct neighbours *table)
{
	while (neighbours_next_ns(table) <= clock_now_ns(table->clock)) {
		struct entry *entry = entry_of(table->asked.next);

		if (entry->tries == NEIGHBOUR_TRIES) {
			table->counters.failed++;
			forget(table, entry);
			answer_waits(table, entry, NULL);
			continue;
		}
		list_remove(&entry->place);
		list_append(&table->asked, &entry->place);
		send_request(table, entry);
	}
}

struct neighbours *neighbours_create(const struct neighbour_settings *settings,
				     struct clock *clock,
				     const struct neighbour_ops *ops, void *ctx,
				     struct err *err)
{
	struct neighbours *table = calloc(1, sizeof(*table));
	unsigned i;

	if (!table) {
		err_set(err, -ENOMEM, "no memory for a gateway's neighbours");
		return NULL;
	}
	table->settings = *settings;
	table->clock = clock;
	table->ops = ops;
	table->ctx = ctx;
	list_init(&table->free);
	list_init(&table->asked);
	for (i = 0; i < PORTS; i++)
		list_init(&table->ports[i].entries);
	for (i = 0; i < BUCKETS; i++)
		list_init(&table->buckets[i]);
	for (i = 0; i < NEIGHBOUR_MAX; i++) {
		list_init(&table->entries[i].chain);
		list_init(&table->entries[i].waits);
		list_append(&table->free, &table->entries[i].place);
	}
	return table;
}

void neighbours_destroy(struct neighbours *table)
{
	free(table);
}

const struct neighbour_counters *
neighbours_counters(const struct neighbours *table)
{
	return &table->counters;
}
