// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_pending.c - replies of the DHCP server that can't be sent at once
 *
 * Theory of operation
 *
 * An OFFER of an address that the client didn't have last waits for an ARP
 * probe, and an ACK waits until the lease is durable. Each waits in a slot with
 * a copy of its request, which a client that asks again replaces: there is one
 * slot per address at most. When its time comes, the slot looks its lease up
 * again by client and address, so one that went away meanwhile is not found.
 *
 * A renewal changes the lease only once it is durable: should the commit fail,
 * client, table and disk still agree on the earlier end.
 *
 * Limits: DHCP_MAX_PENDING slots, looked through in order.
 */
#include "switch/dhcp/dhcp_internal.h"

#include "core/util.h"

#define PROBES_PER_CLIENT 3

struct dhcp_pending *dhcp_pending_find(struct dhcp_server *server,
				       uint32_t address)
{
	unsigned i;

	for (i = 0; i < DHCP_MAX_PENDING && server->pending_count; i++) {
		struct dhcp_pending *pending = &server->pending[i];

		if (pending->kind != PENDING_NONE &&
		    pending->address == address)
			return pending;
	}
	return NULL;
}

static struct dhcp_pending *pending_new(struct dhcp_server *server)
{
	unsigned i;

	for (i = 0; i < DHCP_MAX_PENDING; i++) {
		if (server->pending[i].kind != PENDING_NONE)
			continue;
		server->pending_count++;
		server->pending[i].probes = 0;
		return &server->pending[i];
	}
	server->counters.pending_full++;
	return NULL;
}

void dhcp_pending_end(struct dhcp_server *server, struct dhcp_pending *pending)
{
	if (!pending)
		return;
	pending->kind = PENDING_NONE;
	server->pending_count--;
}

static void pending_fill(struct dhcp_pending *pending,
			 const struct dhcp_msg *msg,
			 const struct dhcp_from *from,
			 const struct lease *lease)
{
	pending->request = *msg;
	pending->from = *from;
	pending->from.unicast = false; /* it is for the server's judgement */
	pending->address = lease->address;
}

/* The lease that a waiting reply is about, if it is still this client's. */
static struct lease *pending_lease(struct dhcp_server *server,
				   const struct dhcp_pending *pending)
{
	struct lease *lease = dhcp_find_lease(server, &pending->request);

	return lease && lease->address == pending->address ? lease : NULL;
}

static void pending_probe(struct dhcp_server *server,
			  struct dhcp_pending *pending)
{
	pending->kind = PENDING_PROBE;
	pending->probes++;
	pending->due_ns = clock_now_ns(server->clock) + DHCP_PROBE_NS;
	server->ops->probe(server->ctx, pending->address);
}

static void pending_commit(struct dhcp_server *server,
			   struct dhcp_pending *pending,
			   const struct lease *lease)
{
	uint64_t now_ns = clock_now_ns(server->clock);
	struct lease_record record;
	uint64_t expires_s;

	pending->kind = PENDING_COMMIT;
	pending->due_ns = now_ns + DHCP_COMMIT_NS;
	pending->lease_s = dhcp_lease_time(server, &pending->request);
	pending->expires_ns = dhcp_after_s(now_ns, pending->lease_s);
	pending->ticket = ++server->last_ticket;
	expires_s = server->ops->wall_s(server->ctx) + pending->lease_s;
	if (pending->lease_s == DHCP_LEASE_INFINITE)
		expires_s = LEASE_RECORD_NEVER;
	lease_record_fill(lease, expires_s, &record);
	server->ops->commit(server->ctx, &record, pending->ticket);
}

void dhcp_pending_offer(struct dhcp_server *server, const struct dhcp_msg *msg,
			const struct dhcp_from *from, const struct lease *lease)
{
	struct dhcp_pending *pending;

	pending = dhcp_pending_find(server, lease->address);
	if (pending && pending->kind == PENDING_PROBE) {
		pending_fill(pending, msg, from, lease);
		return; /* asked again: one probe serves both */
	}
	if (!pending)
		pending = pending_new(server);
	if (!pending)
		return;
	pending_fill(pending, msg, from, lease);
	pending_probe(server, pending);
}

void dhcp_pending_ack(struct dhcp_server *server, const struct dhcp_msg *msg,
		      const struct dhcp_from *from, const struct lease *lease)
{
	struct dhcp_pending *pending;

	pending = dhcp_pending_find(server, lease->address);
	if (pending && pending->kind == PENDING_COMMIT) {
		pending_fill(pending, msg, from, lease);
		return; /* asked again: one commit answers both */
	}
	if (!pending)
		pending = pending_new(server);
	if (!pending)
		return;
	pending_fill(pending, msg, from, lease);
	pending_commit(server, pending, lease);
}

void dhcp_server_committed(struct dhcp_server *server, uint64_t ticket, bool ok)
{
	struct dhcp_pending *pending = NULL;
	struct lease *lease;
	unsigned i;

	for (i = 0; i < DHCP_MAX_PENDING && !pending; i++) {
		if (server->pending[i].kind == PENDING_COMMIT &&
		    server->pending[i].ticket == ticket)
			pending = &server->pending[i];
	}
	if (!pending)
		return;
	dhcp_pending_end(server, pending);
	lease = pending_lease(server, pending);
	if (!lease || !ok) {
		server->counters.commit_failed++;
		return;
	}
	lease_set(server->leases, lease, LEASE_BOUND, pending->from.ingress,
		  pending->expires_ns);
	dhcp_send_ack(server, &pending->request, &pending->from, lease,
		      pending->lease_s);
}

void dhcp_server_address_seen(struct dhcp_server *server, uint32_t address,
			      const struct mac *mac, uint16_t port)
{
	struct dhcp_pending *pending = dhcp_pending_find(server, address);
	struct lease *lease;

	if (!pending || pending->kind != PENDING_PROBE ||
	    mac_is_equal(mac, &pending->request.chaddr) ||
	    !lease_may_charge(server->leases, NULL, port))
		return;
	lease = pending_lease(server, pending);
	if (!lease) {
		dhcp_pending_end(server, pending);
		return;
	}
	dhcp_quarantine(server, lease, DHCP_NOTICE_CONFLICT, mac, port);
	lease = NULL;
	if (pending->probes < PROBES_PER_CLIENT)
		lease = dhcp_choose_lease(server, &pending->request,
					  pending->from.ingress);
	if (!lease) {
		dhcp_pending_end(server, pending);
		return;
	}
	dhcp_hold_lease(server, lease, &pending->request,
			pending->from.ingress);
	pending->address = lease->address;
	pending_probe(server, pending);
}

uint64_t dhcp_server_next_ns(const struct dhcp_server *server)
{
	uint64_t next_ns = UINT64_MAX;
	unsigned i;

	for (i = 0; i < DHCP_MAX_PENDING && server->pending_count; i++) {
		if (server->pending[i].kind != PENDING_NONE)
			next_ns = MIN(next_ns, server->pending[i].due_ns);
	}
	return next_ns;
}

/* Nobody has objected; @from_slot is free by now. */
static void pending_probed(struct dhcp_server *server,
			   const struct dhcp_pending *from_slot)
{
	const struct dhcp_pending pending = *from_slot;
	struct lease *lease = pending_lease(server, &pending);

	if (!lease)
		return;
	if (pending.request.rapid_commit && server->config.rapid_commit)
		dhcp_bind_lease(server, &pending.request, &pending.from, lease);
	else
		dhcp_send_offer(server, &pending.request, &pending.from, lease);
}

void dhcp_server_tick(struct dhcp_server *server)
{
	uint64_t now_ns = clock_now_ns(server->clock);
	unsigned i;

	lease_expire(server->leases, now_ns);
	for (i = 0; i < DHCP_MAX_PENDING && server->pending_count; i++) {
		struct dhcp_pending *pending = &server->pending[i];

		if (pending->kind == PENDING_NONE || pending->due_ns > now_ns)
			continue;
		if (pending->kind == PENDING_COMMIT) {
			server->counters.commit_failed++;
			dhcp_pending_end(server, pending);
			continue;
		}
		dhcp_pending_end(server, pending);
		pending_probed(server, pending);
	}
}
