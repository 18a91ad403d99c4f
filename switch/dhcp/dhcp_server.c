// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_server.c - the DHCPv4 server of one network
 *
 * Theory of operation
 *
 * A client is its client identifier, else its hardware address; a reservation
 * goes by hardware address and beats both. DISCOVER finds the client's entry in
 * the lease table or allocates one, and a REQUEST must name the address of that
 * entry. What state an entry is in is told in lease.h.
 *
 * An INIT-REBOOT or REBINDING client that we don't know gets no answer, as it
 * may be another server's (RFC 2131 4.3.2); one that asks us by name (SELECTING
 * or RENEWING) gets a NAK, so that it starts anew at once.
 *
 * Limits: one subnet; relays are served if they are on it. No forced renew, no
 * authentication.
 */
#include "switch/dhcp/dhcp_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"

static bool is_host(const struct dhcp_server *server, uint32_t address)
{
	uint32_t host = ~ipv4_mask(server->config.server.len);

	return ipv4_prefix_contains(&server->config.server, address) &&
	       (address & host) && (address & host) != host;
}

struct lease *dhcp_find_lease(struct dhcp_server *server,
			      const struct dhcp_msg *msg)
{
	struct lease *lease =
		lease_lookup_reserved(server->leases, &msg->chaddr);
	struct lease_key key;

	lease_key_of(msg, &key);
	/* one whose own address is in use by somebody gets another meanwhile */
	if (!lease || lease->state == LEASE_DECLINED)
		return lease_lookup_client(server->leases, &key);
	lease_rekey(server->leases, lease, &key);
	return lease;
}

/* A bound or reserved client has what it has; all others count. */
static bool is_within_quota(struct dhcp_server *server,
			    const struct lease *lease, uint16_t port)
{
	if (lease && (lease->reserved || lease->state == LEASE_BOUND))
		return true;
	if (lease_may_charge(server->leases, lease, port))
		return true;
	server->counters.over_quota++;
	return false;
}

static void notice(struct dhcp_server *server, const struct dhcp_notice *notice)
{
	if (server->ops->notice)
		server->ops->notice(server->ctx, notice);
}

static void tell_exhausted(struct dhcp_server *server,
			   const struct dhcp_msg *msg)
{
	uint64_t now_ns = clock_now_ns(server->clock);

	server->counters.no_address++;
	if (server->exhausted_ns &&
	    now_ns - server->exhausted_ns < DHCP_NOTICE_NS)
		return;
	server->exhausted_ns = now_ns;
	notice(server, &(struct dhcp_notice){.kind = DHCP_NOTICE_EXHAUSTED,
					     .mac = msg->chaddr});
}

void dhcp_quarantine(struct dhcp_server *server, struct lease *lease,
		     enum dhcp_notice_kind kind, const struct mac *mac,
		     uint16_t port)
{
	const struct dhcp_notice what = {
		.kind = kind,
		.address = lease->address,
		.mac = *mac,
		.rest_s = DHCP_DECLINE_S,
	};

	server->counters.conflicts++;
	lease_set(server->leases, lease, LEASE_DECLINED, port,
		  dhcp_after_s(clock_now_ns(server->clock), DHCP_DECLINE_S));
	notice(server, &what);
}

struct lease *dhcp_choose_lease(struct dhcp_server *server,
				const struct dhcp_msg *msg, uint16_t port)
{
	struct lease *lease = dhcp_find_lease(server, msg);
	struct lease_key key;

	if (!is_within_quota(server, lease, port))
		return NULL;
	if (lease)
		return lease;
	lease_key_of(msg, &key);
	lease = lease_allocate(server->leases, &key, msg->requested);
	server->counters.reused = lease_reused(server->leases);
	if (!lease)
		tell_exhausted(server, msg);
	return lease;
}

void dhcp_hold_lease(struct dhcp_server *server, struct lease *lease,
		     const struct dhcp_msg *msg, uint16_t port)
{
	uint64_t now_ns = clock_now_ns(server->clock);

	lease->mac = msg->chaddr;
	if (lease->state != LEASE_BOUND)
		lease_set(server->leases, lease, LEASE_OFFERED, port,
			  dhcp_after_s(now_ns, DHCP_OFFER_S));
}

static void discover(struct dhcp_server *server, const struct dhcp_msg *msg,
		     const struct dhcp_from *from)
{
	struct lease *lease = dhcp_choose_lease(server, msg, from->ingress);
	struct dhcp_pending *pending;
	bool known;

	if (!lease)
		return;
	known = lease->state == LEASE_BOUND || lease->state == LEASE_RESERVED ||
		lease->state == LEASE_OFFERED;
	pending = dhcp_pending_find(server, lease->address);
	if (pending && pending->kind == PENDING_PROBE)
		known = false;
	else
		dhcp_pending_end(server, pending); /* it began anew */
	dhcp_hold_lease(server, lease, msg, from->ingress);
	if (known && msg->rapid_commit && server->config.rapid_commit)
		dhcp_bind_lease(server, msg, from, lease);
	else if (known)
		dhcp_send_offer(server, msg, from, lease);
	else
		dhcp_pending_offer(server, msg, from, lease);
}

void dhcp_bind_lease(struct dhcp_server *server, const struct dhcp_msg *msg,
		     const struct dhcp_from *from, struct lease *lease)
{
	if (!is_within_quota(server, lease, from->ingress))
		return;
	dhcp_hold_lease(server, lease, msg, from->ingress);
	if (!lease->reserved)
		dhcp_hostname_label(&msg->hostname, lease->hostname);
	dhcp_pending_ack(server, msg, from, lease);
}

static void withdraw_offer(struct dhcp_server *server, struct lease *lease)
{
	server->counters.foreign++;
	if (!lease || lease->state != LEASE_OFFERED)
		return;
	dhcp_pending_end(server, dhcp_pending_find(server, lease->address));
	lease_set(server->leases, lease,
		  lease->was_bound ? LEASE_EXPIRED : LEASE_FREE, lease->port,
		  clock_now_ns(server->clock));
}

/* RFC 2131 4.3.2: which of its four states a client is in shows in what it
 * fills in. */
static void request(struct dhcp_server *server, const struct dhcp_msg *msg,
		    const struct dhcp_from *from)
{
	uint32_t address = msg->requested ? msg->requested : msg->ciaddr;
	struct lease *lease = dhcp_find_lease(server, msg);
	bool asks_us = msg->server_id || (msg->ciaddr && from->unicast);

	if (msg->server_id && msg->server_id != server->config.server.addr) {
		withdraw_offer(server, lease);
		return;
	}
	if (!address) {
		server->counters.bad++;
		return;
	}
	if (!is_host(server, address))
		dhcp_send_nak(server, msg, from, "wrong network");
	else if (!lease && asks_us)
		dhcp_send_nak(server, msg, from, "lease is not known");
	else if (!lease)
		server->counters.foreign++;
	else if (lease->address != address)
		dhcp_send_nak(server, msg, from, "not your address");
	else
		dhcp_bind_lease(server, msg, from, lease);
}

/* Both speak of a lease that the sender must have: else it is forged. */
static struct lease *own_lease(struct dhcp_server *server,
			       const struct dhcp_msg *msg, uint32_t address,
			       uint16_t port)
{
	struct lease *lease = dhcp_find_lease(server, msg);

	if (msg->server_id && msg->server_id != server->config.server.addr) {
		server->counters.foreign++;
		return NULL;
	}
	if (lease && lease->address == address &&
	    (lease->state == LEASE_BOUND || lease->state == LEASE_OFFERED) &&
	    (lease->port == port || lease->port == LEASE_NO_PORT))
		return lease;
	server->counters.forged++;
	return NULL;
}

static void decline(struct dhcp_server *server, const struct dhcp_msg *msg,
		    const struct dhcp_from *from)
{
	struct lease *lease =
		own_lease(server, msg, msg->requested, from->ingress);

	if (!lease)
		return;
	dhcp_pending_end(server, dhcp_pending_find(server, lease->address));
	dhcp_quarantine(server, lease, DHCP_NOTICE_DECLINED, &msg->chaddr,
			from->ingress);
}

static void release(struct dhcp_server *server, const struct dhcp_msg *msg,
		    const struct dhcp_from *from)
{
	struct lease *lease =
		own_lease(server, msg, msg->ciaddr, from->ingress);
	struct lease_record record;

	if (!lease)
		return;
	dhcp_pending_end(server, dhcp_pending_find(server, lease->address));
	lease_record_fill(lease, 0, &record);
	lease_set(server->leases, lease, LEASE_EXPIRED, lease->port,
		  clock_now_ns(server->clock));
	server->ops->commit(server->ctx, &record, 0);
}

static void inform(struct dhcp_server *server, const struct dhcp_msg *msg,
		   const struct dhcp_from *from)
{
	if (!is_host(server, msg->ciaddr)) {
		server->counters.foreign++;
		return;
	}
	dhcp_send_ack(server, msg, from, NULL, 0);
}

static void serve(struct dhcp_server *server, const struct dhcp_msg *msg,
		  const struct dhcp_from *from)
{
	switch (msg->type) {
	case DHCPDISCOVER:
		discover(server, msg, from);
		break;
	case DHCPREQUEST:
		request(server, msg, from);
		break;
	case DHCPDECLINE:
		decline(server, msg, from);
		break;
	case DHCPRELEASE:
		release(server, msg, from);
		break;
	case DHCPINFORM:
		inform(server, msg, from);
		break;
	default: /* a byte from the wire: servers' types and nonsense */
		server->counters.bad++;
		break;
	}
}

void dhcp_server_input(struct dhcp_server *server, const struct ip4 *ip,
		       const struct udp *udp)
{
	const struct dhcp_from from = {
		.src_mac = ip->src_mac,
		.ingress = ip->ingress,
		.unicast = ip->dst == server->config.server.addr,
	};
	struct dhcp_msg msg;

	if (!dhcp_msg_decode(udp->data, udp->len, &msg)) {
		server->counters.bad++;
		return;
	}
	server->counters.rx[msg.type <= DHCPINFORM ? msg.type : 0]++;
	if (msg.giaddr &&
	    !ipv4_prefix_contains(&server->config.server, msg.giaddr)) {
		server->counters.foreign++;
		return;
	}
	lease_expire(server->leases, clock_now_ns(server->clock));
	serve(server, &msg, &from);
}

static int add_reservations(struct dhcp_server *server,
			    const struct dhcp_settings *settings,
			    struct err *err)
{
	char text[IPV4_TEXT_SIZE];
	unsigned i;

	for (i = 0; i < settings->reservation_count; i++) {
		const struct dhcp_reservation *r = &settings->reservations[i];
		int ret;

		ret = lease_reserve(server->leases, &r->mac, r->address,
				    r->name);
		if (ret)
			return err_set(err, ret, "DHCP: cannot reserve %s: %s",
				       ipv4_format(r->address, text),
				       ret == -EEXIST
					       ? "it or its MAC address has a "
						 "reservation already"
					       : "too many reservations");
	}
	return 0;
}

static int copy_overrides(struct dhcp_server *server,
			  const struct dhcp_settings *settings, struct err *err)
{
	const struct dhcp_overrides *from = &settings->config.overrides;
	struct dhcp_overrides *to = &server->config.overrides;

	to->list = NULL;
	if (from->count > DHCP_MAX_OVERRIDES)
		return err_set(err, -ENOSPC, "DHCP: more than %d overrides",
			       DHCP_MAX_OVERRIDES);
	server->overrides = calloc(from->count + 1, sizeof(*from->list));
	if (!server->overrides)
		return err_set(err, -ENOMEM, "no memory for DHCP options");
	if (from->count)
		memcpy(server->overrides, from->list,
		       from->count * sizeof(*from->list));
	to->list = server->overrides;
	return 0;
}

struct dhcp_server *dhcp_server_create(const struct dhcp_settings *settings,
				       struct clock *clock, uint64_t seed,
				       const struct dhcp_ops *ops, void *ctx,
				       struct err *err)
{
	struct lease_pool pool = {
		.first = settings->first,
		.last = settings->last,
		.quota = settings->quota ? settings->quota : DHCP_PORT_QUOTA,
		.seed = seed,
	};
	struct dhcp_server *server = calloc(1, sizeof(*server));

	if (!server) {
		err_set(err, -ENOMEM, "no memory for a DHCP server");
		return NULL;
	}
	server->config = settings->config;
	server->clock = clock;
	server->ops = ops;
	server->ctx = ctx;
	/* Answers to whoever served here before us must not fit. */
	server->last_ticket = seed >> 1;
	if (!is_host(server, settings->first) ||
	    !is_host(server, settings->last) ||
	    (settings->first <= server->config.server.addr &&
	     server->config.server.addr <= settings->last)) {
		err_set(err, -EINVAL,
			"DHCP: the range must lie on the subnet, without the "
			"gateway's address");
		goto fail;
	}
	server->leases =
		lease_table_create(&pool, settings->reservation_count, err);
	if (server->leases && !copy_overrides(server, settings, err) &&
	    !add_reservations(server, settings, err))
		return server;
fail:
	dhcp_server_destroy(server);
	return NULL;
}

void dhcp_server_destroy(struct dhcp_server *server)
{
	if (!server)
		return;
	lease_table_destroy(server->leases);
	free(server->overrides);
	free(server);
}

/* The rest of a lease, never more than one whole: clocks jump. */
static uint64_t restored_end_ns(const struct dhcp_server *server,
				const struct mac *mac, uint64_t expires_s,
				uint64_t wall_s)
{
	uint32_t lease_s = dhcp_lease_limit(server, mac);
	uint64_t rest_s = expires_s > wall_s ? expires_s - wall_s : 0;

	if (lease_s == DHCP_LEASE_INFINITE && expires_s == LEASE_RECORD_NEVER)
		return LEASE_NEVER_NS;
	return clock_now_ns(server->clock) +
	       MIN(rest_s, (uint64_t)lease_s) * NSEC_PER_SEC;
}

int dhcp_server_restore(struct dhcp_server *server,
			const struct lease_record *record)
{
	uint64_t wall_s = server->ops->wall_s(server->ctx);
	uint64_t end_ns = restored_end_ns(server, &record->mac,
					  record->expires_s, wall_s);

	if (!is_host(server, record->address))
		return -EINVAL;
	return lease_record_restore(server->leases, record, end_ns,
				    record->expires_s > wall_s ? LEASE_BOUND
							       : LEASE_EXPIRED);
}

void dhcp_server_inherit(struct dhcp_server *server, struct dhcp_server *old)
{
	const struct lease *rests = NULL;
	struct lease *lease;

	lease_expire(old->leases, clock_now_ns(old->clock));
	while ((rests = lease_next(old->leases, rests))) {
		if (rests->state != LEASE_DECLINED || rests->reserved ||
		    !lease_in_pool(server->leases, rests->address) ||
		    lease_lookup_address(server->leases, rests->address))
			continue;
		lease = lease_allocate(server->leases, &rests->key,
				       rests->address);
		if (lease)
			lease_set(server->leases, lease, LEASE_DECLINED,
				  rests->port, rests->expires_ns);
	}
}

bool dhcp_server_owner(struct dhcp_server *server, uint32_t address,
		       struct mac *mac)
{
	const struct lease *lease =
		lease_lookup_address(server->leases, address);

	if (!lease || !(lease->reserved ||
			(lease->state == LEASE_BOUND &&
			 lease->expires_ns > clock_now_ns(server->clock))))
		return false;
	*mac = lease->mac;
	return true;
}

const struct lease_table *dhcp_server_leases(const struct dhcp_server *server)
{
	return server->leases;
}

const struct dhcp_counters *
dhcp_server_counters(const struct dhcp_server *server)
{
	return &server->counters;
}
