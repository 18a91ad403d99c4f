/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_flow.h - the table of flows: found by address, bounded, shared fairly
 *
 * Each protocol embeds struct nat_flow at the start of its own struct and puts
 * that into a slot of the table. Slots are as large as the largest of them, are
 * reserved once and touched only when used.
 *
 * Fairness: a flow belongs to the ingress port that opened it. Who opens more
 * than a port's share pushes out his own; when the table is full, the
 * port with the most flows gives one. Of a port's flows the one that was idle
 * longest goes first, those that are not settled (a TCP connection that both
 * ends know) before those that are.
 */
#ifndef SWITCH_NAT_NAT_FLOW_H
#define SWITCH_NAT_NAT_FLOW_H

#include "core/list.h"
#include "switch/nat/nat.h"

struct nat_flows;

/**
 * struct nat_key - what finds a flow
 * @guest:	address, host order
 * @remote:	address; 0 for flows with endpoint-independent mapping
 * @guest_port:	or ICMP identifier
 * @remote_port: 0 likewise
 * @protocol:	enum nat_protocol
 */
struct nat_key {
	uint32_t guest;
	uint32_t remote;
	uint16_t guest_port;
	uint16_t remote_port;
	uint8_t protocol;
};

/**
 * struct nat_flow_ops - what the table needs of a protocol; const
 * @evict:	end the flow now: tell the guest if the protocol can, close what
 *		it owns, and call nat_flow_remove()
 * @state:	static word for `weft show flows`
 * @icmp:	the guest, or a router before it, says that what was sent to it
 *		did not arrive: enum icmp_error, and the MTU where that is the
 *		reason. NULL: that changes nothing
 */
struct nat_flow_ops {
	void (*evict)(struct nat *nat, struct nat_flow *flow);
	const char *(*state)(const struct nat_flow *flow);
	void (*icmp)(struct nat *nat, struct nat_flow *flow, uint16_t error,
		     uint16_t mtu);
};

/**
 * struct nat_flow - what all flows have; first member of each protocol's struct
 * @hash_link:	in the bucket of @key
 * @age_link:	in a list of its port, longest idle first
 * @key:	finds it
 * @ops:	of its protocol
 * @ingress:	port that opened it
 * @settled:	evicted last
 * @mac:	where packets to the guest go: its own address, or its router's
 * @used_ns:	last packet
 * @out_bytes:	payload from the guest
 * @in_bytes:	payload to the guest
 */
struct nat_flow {
	struct list hash_link;
	struct list age_link;
	struct nat_key key;
	const struct nat_flow_ops *ops;
	uint16_t ingress;
	bool settled;
	struct mac mac;
	uint64_t used_ns;
	uint64_t out_bytes;
	uint64_t in_bytes;
};

/**
 * struct nat_flow_limits - how large a table is
 * @flows:	slots
 * @flows_per_port: of which one ingress port may have
 * @slot_size:	bytes of the largest protocol's struct
 */
struct nat_flow_limits {
	uint32_t flows;
	uint32_t flows_per_port;
	size_t slot_size;
};

/**
 * nat_flows_create() - an empty table
 * @nat:	handed to struct nat_flow_ops
 * @limits:	none is 0
 * @secret:	for the hash
 */
struct nat_flows *nat_flows_create(struct nat *nat,
				   const struct nat_flow_limits *limits,
				   const struct siphash_key *secret,
				   struct err *err);

/** nat_flows_destroy() - evicts every flow; NULL is fine */
void nat_flows_destroy(struct nat_flows *flows);

/** nat_flow_lookup() - the flow of that key, or NULL */
struct nat_flow *nat_flow_lookup(struct nat_flows *flows,
				 const struct nat_key *key);

/**
 * nat_flow_add() - a zeroed slot with the common members filled in
 *
 * May evict another flow. @key must not be there yet.
 *
 * Return: never NULL.
 */
struct nat_flow *nat_flow_add(struct nat_flows *flows,
			      const struct nat_key *key,
			      const struct nat_flow_ops *ops, uint16_t ingress,
			      const struct mac *mac, uint64_t now_ns);

/**
 * nat_flow_remove() - the slot is free again; its owner closed all it had
 *
 * @flow may be read afterwards, but says nothing any more.
 */
void nat_flow_remove(struct nat_flows *flows, struct nat_flow *flow);

/** nat_flow_use() - a packet passed: last to be evicted among its like */
void nat_flow_use(struct nat_flows *flows, struct nat_flow *flow,
		  uint64_t now_ns);

/** nat_flow_settle() - from now on evicted after those that aren't */
void nat_flow_settle(struct nat_flows *flows, struct nat_flow *flow,
		     bool settled);

/** nat_flows_count() - of all protocols */
uint32_t nat_flows_count(const struct nat_flows *flows);

/**
 * nat_flows_evict_one() - for a socket that the host had none left for
 *
 * Return: false when there is no flow to be evicted.
 */
bool nat_flows_evict_one(struct nat_flows *flows, uint16_t ingress);

/**
 * nat_flows_next() - the flow in slot @cursor or the next one after it
 * @cursor:	in: slot to begin with; out: slot to go on with
 *
 * Return: NULL when there is none any more.
 */
struct nat_flow *nat_flows_next(const struct nat_flows *flows,
				uint32_t *cursor);

#endif
