// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_flow.c - the table of flows: found by address, bounded, shared fairly
 *
 * Theory of operation
 *
 * Slots are one anonymous mapping. A slot is in use while its flow has @ops. A
 * free one is taken from the stack of those given back, else the next that was
 * never used. Slots lie in groups of some 64 KiB, and the memory of a group
 * without flows goes back to the host: ten thousand flows that a guest left
 * behind cost nothing once they timed out.
 *
 * Buckets are hashed with a secret, so a guest can't choose addresses that meet
 * in one. Heads of lists are made when first used: an idle table is zero pages.
 *
 * Each ingress port has two lists of its flows, the settled and the others,
 * both in order of last use, so the one to be evicted is always the first.
 *
 * Limits: to find the port with the most flows all ports are looked at; that
 * happens only when the table is full or the host has no descriptor left.
 */
#include "switch/nat/nat_flow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "switch/nat/nat_internal.h"
#include "switch/network.h"

/* A multiple of every page size that Linux has. */
#define GROUP_BYTES ((size_t)64 << 10)
#define SLOT_ALIGN 64u

/** enum standing - which of a port's flows go first */
enum standing {
	STANDING_UNSETTLED,
	STANDING_SETTLED,
	STANDING_COUNT,
};

/**
 * struct flow_port - what one ingress port has
 * @ages:	its flows by enum standing, longest idle first
 */
struct flow_port {
	struct list ages[STANDING_COUNT];
};

/**
 * struct nat_flows - the table
 * @nat:	handed to struct nat_flow_ops
 * @secret:	for the hash
 * @groups:	of GROUP_BYTES each
 * @group_count: entries
 * @slot_size:	of the largest protocol, aligned
 * @max:	slots
 * @max_per_port: of one ingress port
 * @fresh:	slots from here on were never used
 * @count:	slots in use
 * @free:	stack of slots that were given back
 * @free_count:	entries of @free
 * @group_slots: slots of one group
 * @group_used:	slots in use, by group
 * @buckets:	@bucket_mask + 1 heads of hash lists; all zero until used
 * @bucket_mask: power of two minus one
 * @ports:	by ingress port; all zero until used
 * @port_counts: flows by ingress port
 */
struct nat_flows {
	struct nat *nat;
	struct siphash_key secret;
	uint8_t *groups;
	uint32_t group_count;
	size_t slot_size;
	uint32_t max;
	uint32_t max_per_port;
	uint32_t fresh;
	uint32_t count;
	uint32_t *free;
	uint32_t free_count;
	uint32_t group_slots;
	uint32_t *group_used;
	struct list *buckets;
	uint32_t bucket_mask;
	struct flow_port *ports;
	uint32_t port_counts[NETWORK_MAX_PORTS];
};

static struct nat_flow *slot_at(const struct nat_flows *flows, uint32_t slot)
{
	size_t group = slot / flows->group_slots;

	return (void *)(flows->groups + group * GROUP_BYTES +
			slot % flows->group_slots * flows->slot_size);
}

static uint32_t slot_of(const struct nat_flows *flows,
			const struct nat_flow *flow)
{
	size_t offset = (size_t)((const uint8_t *)flow - flows->groups);

	return (uint32_t)(offset / GROUP_BYTES * flows->group_slots +
			  offset % GROUP_BYTES / flows->slot_size);
}

static struct list *head_ready(struct list *head)
{
	if (!head->next)
		list_init(head);
	return head;
}

static struct list *bucket_of(struct nat_flows *flows,
			      const struct nat_key *key)
{
	uint8_t data[13];

	memcpy(data, &key->guest, 4);
	memcpy(data + 4, &key->remote, 4);
	memcpy(data + 8, &key->guest_port, 2);
	memcpy(data + 10, &key->remote_port, 2);
	data[12] = key->protocol;
	return head_ready(
		&flows->buckets[siphash(&flows->secret, data, sizeof(data)) &
				flows->bucket_mask]);
}

static struct list *age_list(struct nat_flows *flows,
			     const struct nat_flow *flow)
{
	struct flow_port *port = &flows->ports[flow->ingress];

	return head_ready(&port->ages[flow->settled ? STANDING_SETTLED
						    : STANDING_UNSETTLED]);
}

static int map_slots(struct nat_flows *flows)
{
	size_t bytes = flows->group_count * GROUP_BYTES;
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return -ENOMEM;
	/* else the first flow may take 2 MiB; a kernel without them refuses */
	(void)madvise(p, bytes, MADV_NOHUGEPAGE);
	flows->groups = p;
	return 0;
}

static int allocate(struct nat_flows *flows)
{
	uint32_t buckets = 1;

	while (buckets < flows->max)
		buckets *= 2;
	flows->bucket_mask = buckets - 1;
	flows->buckets = calloc(buckets, sizeof(*flows->buckets));
	flows->free = calloc(flows->max, sizeof(*flows->free));
	flows->group_used =
		calloc(flows->group_count, sizeof(*flows->group_used));
	flows->ports = calloc(NETWORK_MAX_PORTS, sizeof(*flows->ports));
	if (!flows->buckets || !flows->free || !flows->group_used ||
	    !flows->ports)
		return -ENOMEM;
	return map_slots(flows);
}

struct nat_flows *nat_flows_create(struct nat *nat,
				   const struct nat_flow_limits *limits,
				   const struct siphash_key *secret,
				   struct err *err)
{
	struct nat_flows *flows = calloc(1, sizeof(*flows));

	if (!flows)
		goto fail;
	flows->nat = nat;
	flows->secret = *secret;
	flows->max = limits->flows;
	flows->max_per_port = limits->flows_per_port;
	flows->slot_size =
		(limits->slot_size + SLOT_ALIGN - 1) / SLOT_ALIGN * SLOT_ALIGN;
	assert(flows->max && flows->max_per_port &&
	       flows->slot_size <= GROUP_BYTES);
	flows->group_slots = (uint32_t)(GROUP_BYTES / flows->slot_size);
	flows->group_count =
		(flows->max + flows->group_slots - 1) / flows->group_slots;
	if (!allocate(flows))
		return flows;
fail:
	err_set(err, -ENOMEM, "no memory for %u flows", limits->flows);
	nat_flows_destroy(flows);
	return NULL;
}

void nat_flows_destroy(struct nat_flows *flows)
{
	uint32_t cursor = 0;
	struct nat_flow *flow;

	if (!flows)
		return;
	while (flows->groups && (flow = nat_flows_next(flows, &cursor)))
		flow->ops->evict(flows->nat, flow);
	if (flows->groups)
		munmap(flows->groups, flows->group_count * GROUP_BYTES);
	free(flows->buckets);
	free(flows->free);
	free(flows->group_used);
	free(flows->ports);
	free(flows);
}

static bool key_is_equal(const struct nat_key *a, const struct nat_key *b)
{
	return a->guest == b->guest && a->remote == b->remote &&
	       a->guest_port == b->guest_port &&
	       a->remote_port == b->remote_port && a->protocol == b->protocol;
}

struct nat_flow *nat_flow_lookup(struct nat_flows *flows,
				 const struct nat_key *key)
{
	list_for_each (link, bucket_of(flows, key)) {
		struct nat_flow *flow;

		flow = container_of(link, struct nat_flow, hash_link);
		if (key_is_equal(&flow->key, key))
			return flow;
	}
	return NULL;
}

static void evict_first_of(struct nat_flows *flows, uint16_t ingress)
{
	struct flow_port *port = &flows->ports[ingress];
	struct list *head = head_ready(&port->ages[STANDING_UNSETTLED]);
	struct nat_flow *flow;

	if (list_is_empty(head))
		head = head_ready(&port->ages[STANDING_SETTLED]);
	flow = container_of(head->next, struct nat_flow, age_link);
	flows->nat->counters.evicted++;
	flow->ops->evict(flows->nat, flow);
}

/* Among equals the one who wants more gives way himself. */
static uint16_t port_with_most(const struct nat_flows *flows, uint16_t ingress)
{
	uint16_t i, most = ingress;

	for (i = 0; i < NETWORK_MAX_PORTS; i++) {
		if (flows->port_counts[i] > flows->port_counts[most])
			most = i;
	}
	return most;
}

bool nat_flows_evict_one(struct nat_flows *flows, uint16_t ingress)
{
	if (!flows->count)
		return false;
	evict_first_of(flows, port_with_most(flows, ingress));
	return true;
}

static void make_room(struct nat_flows *flows, uint16_t ingress)
{
	if (flows->port_counts[ingress] >= flows->max_per_port)
		evict_first_of(flows, ingress);
	if (flows->count == flows->max)
		nat_flows_evict_one(flows, ingress);
	assert(flows->count < flows->max);
}

struct nat_flow *nat_flow_add(struct nat_flows *flows,
			      const struct nat_key *key,
			      const struct nat_flow_ops *ops, uint16_t ingress,
			      const struct mac *mac, uint64_t now_ns)
{
	struct nat_flow *flow;
	uint32_t slot;

	assert(ingress < NETWORK_MAX_PORTS);
	make_room(flows, ingress);
	slot = flows->free_count ? flows->free[--flows->free_count]
				 : flows->fresh++;
	flow = slot_at(flows, slot);
	memset(flow, 0, flows->slot_size);
	flow->key = *key;
	flow->ops = ops;
	flow->ingress = ingress;
	flow->mac = *mac;
	flow->used_ns = now_ns;
	list_append(bucket_of(flows, key), &flow->hash_link);
	list_append(age_list(flows, flow), &flow->age_link);
	flows->count++;
	flows->port_counts[ingress]++;
	flows->group_used[slot / flows->group_slots]++;
	flows->nat->counters.opened[key->protocol]++;
	flows->nat->counters.flows[key->protocol]++;
	return flow;
}

void nat_flow_remove(struct nat_flows *flows, struct nat_flow *flow)
{
	uint32_t slot = slot_of(flows, flow);
	uint32_t group = slot / flows->group_slots;

	list_remove(&flow->hash_link);
	list_remove(&flow->age_link);
	flow->ops = NULL;
	flows->nat->counters.flows[flow->key.protocol]--;
	flows->port_counts[flow->ingress]--;
	flows->count--;
	flows->free[flows->free_count++] = slot;
	/* it then reads zero, so its slots are free ones still */
	if (!--flows->group_used[group])
		(void)madvise(flows->groups + group * GROUP_BYTES, GROUP_BYTES,
			      MADV_DONTNEED);
}

void nat_flow_use(struct nat_flows *flows, struct nat_flow *flow,
		  uint64_t now_ns)
{
	struct list *ages = age_list(flows, flow);

	flow->used_ns = now_ns;
	if (ages->prev == &flow->age_link)
		return;
	list_remove(&flow->age_link);
	list_append(ages, &flow->age_link);
}

void nat_flow_settle(struct nat_flows *flows, struct nat_flow *flow,
		     bool settled)
{
	if (flow->settled == settled)
		return;
	flow->settled = settled;
	list_remove(&flow->age_link);
	list_append(age_list(flows, flow), &flow->age_link);
}

uint32_t nat_flows_count(const struct nat_flows *flows)
{
	return flows->count;
}

struct nat_flow *nat_flows_next(const struct nat_flows *flows, uint32_t *cursor)
{
	while (*cursor < flows->fresh) {
		struct nat_flow *flow = slot_at(flows, (*cursor)++);

		if (flow->ops)
			return flow;
	}
	return NULL;
}
