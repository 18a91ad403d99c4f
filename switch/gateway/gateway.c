// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gateway.c - the port that a network's addresses and names come from
 *
 * Theory of operation
 *
 * gateway_input.c judges what comes down through send() and calls services.
 * These write their replies into @tx, from where they go into the reply
 * queue, which hands them up after the batch.
 *
 * One timer serves whatever waits (DHCP probes and commits, TCP): after each
 * batch, commit and expiry it is set to the earliest moment that any of them
 * names, or not at all, so that an idle gateway sleeps.
 *
 * Limits: what gateway_input.c doesn't understand doesn't get here.
 */
#include "switch/gateway/gateway_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "switch/arp.h"

void gateway_set_timer(struct gateway *gateway)
{
	uint64_t next_ns = UINT64_MAX;

	if (gateway->dhcp)
		next_ns = dhcp_server_next_ns(gateway->dhcp);
	if (gateway->tcp)
		next_ns = MIN(next_ns, tcp_service_next_ns(gateway->tcp));
	if (gateway->neighbours)
		next_ns = MIN(next_ns, neighbours_next_ns(gateway->neighbours));
	if (gateway->ip6)
		next_ns = MIN(next_ns, gateway_ip6_next_ns(gateway->ip6));
	if (next_ns == UINT64_MAX)
		timer_cancel(gateway->env.loop, &gateway->timer);
	else if (!timer_is_armed(&gateway->timer) ||
		 gateway->timer.at_ns != next_ns)
		timer_arm(gateway->env.loop, &gateway->timer, next_ns);
}

static void gateway_expired(struct timer *timer)
{
	struct gateway *gateway = container_of(timer, struct gateway, timer);

	if (gateway->dhcp)
		dhcp_server_tick(gateway->dhcp);
	if (gateway->tcp)
		tcp_service_tick(gateway->tcp);
	if (gateway->neighbours)
		neighbours_tick(gateway->neighbours);
	if (gateway->ip6)
		gateway_ip6_tick(gateway->ip6);
	gateway_set_timer(gateway);
}

struct ip4_route gateway_route(const struct gateway *gateway,
			       const struct mac *mac, uint32_t address)
{
	return (struct ip4_route){
		.src_mac = gateway->mac,
		.dst_mac = *mac,
		.src = gateway->address.addr,
		.dst = address,
	};
}

static void dhcp_send_datagram(void *ctx, const struct dhcp_datagram *datagram)
{
	struct gateway *gateway = ctx;
	struct ip4_route route =
		gateway_route(gateway, &datagram->dst_mac, datagram->dst);
	size_t len;

	memcpy(gateway->tx + UDP4_OFFSET, datagram->data, datagram->len);
	len = udp4_encode(gateway->tx, &route,
			  udp4_ports(DHCP_SERVER_PORT, datagram->dst_port),
			  datagram->len);
	reply_queue_add(&gateway->replies, gateway->tx, len);
}

/* @sender 0: a probe, which nobody learns from (RFC 5227 1.1). */
static void arp_request(struct gateway *gateway, uint32_t sender,
			uint32_t target)
{
	const struct arp request = {
		.op = ARP_REQUEST,
		.sender_mac = gateway->mac,
		.sender = sender,
		.target = target,
	};

	arp_encode(gateway->tx, &gateway_broadcast, &request);
	reply_queue_add(&gateway->replies, gateway->tx, ARP_FRAME_LEN);
}

static void dhcp_probe_address(void *ctx, uint32_t address)
{
	arp_request(ctx, 0, address);
}

static void dhcp_commit_lease(void *ctx, const struct lease_record *record,
			      uint64_t ticket)
{
	struct gateway *gateway = ctx;

	gateway->env.ops->commit(gateway->env.ctx, record, ticket);
}

static uint64_t dhcp_wall_s(void *ctx)
{
	struct gateway *gateway = ctx;

	return gateway->env.ops->wall_s(gateway->env.ctx);
}

static void dhcp_tell_notice(void *ctx, const struct dhcp_notice *notice)
{
	struct gateway *gateway = ctx;

	if (gateway->env.ops->dhcp_notice)
		gateway->env.ops->dhcp_notice(gateway->env.ctx, notice);
}

static const struct dhcp_ops dhcp_ops = {
	.send = dhcp_send_datagram,
	.probe = dhcp_probe_address,
	.commit = dhcp_commit_lease,
	.wall_s = dhcp_wall_s,
	.notice = dhcp_tell_notice,
};

static void neighbour_request(void *ctx, uint32_t address)
{
	struct gateway *gateway = ctx;

	arp_request(gateway, gateway->address.addr, address);
}

static bool neighbour_owner(void *ctx, uint32_t address, struct mac *mac)
{
	struct gateway *gateway = ctx;

	return gateway->dhcp && dhcp_server_owner(gateway->dhcp, address, mac);
}

static const struct neighbour_ops neighbour_ops = {
	.request = neighbour_request,
	.owner = neighbour_owner,
};

static unsigned gateway_send(struct port *port, struct frame **frames,
			     unsigned n)
{
	struct gateway *gateway = container_of(port, struct gateway, port);
	enum drop_reason reason;
	unsigned i;

	for (i = 0; i < n; i++) {
		reason = gateway_input(gateway, frames[i]);
		if (reason != DROP_NONE)
			port_count_lost(port, frames[i], reason);
	}
	if (gateway->nat)
		nat_flush(gateway->nat);
	gateway_kernel_flush(gateway);
	gateway_set_timer(gateway);
	return n;
}

static void gateway_resume(struct port *port)
{
	struct gateway *gateway = container_of(port, struct gateway, port);

	if (gateway->nat)
		nat_resume(gateway->nat);
	else
		gateway_kernel_resume(gateway);
}

static void gateway_status(struct port *port, struct port_status *status)
{
	struct gateway *gateway = container_of(port, struct gateway, port);
	char address[IPV4_PREFIX_TEXT_SIZE];

	snprintf(status->detail, sizeof(status->detail),
		 "gateway %s:%s%s%s%s%s",
		 ipv4_prefix_format(&gateway->address, address),
		 gateway->ip6 ? " IPv6" : "", gateway->dhcp ? " DHCP" : "",
		 gateway->dns ? " DNS" : "",
		 gateway->nat           ? " NAT"
		 : gateway->kernel.port ? " NAT by the kernel"
					: "",
		 gateway->dhcp_only ? " only" : "");
}

static void gateway_close(struct port *port)
{
	struct gateway *gateway = container_of(port, struct gateway, port);

	timer_cancel(gateway->env.loop, &gateway->timer);
	gateway_transit_fini(gateway);
	forwards_destroy(gateway->forwards);
	nat_destroy(gateway->nat);
	gateway_kernel_fini(gateway);
	reply_queue_fini(&gateway->replies);
	gateway_destroy_dns(gateway);
	dhcp_server_destroy(gateway->dhcp);
	neighbours_destroy(gateway->neighbours);
	gateway_ip6_destroy(gateway->ip6);
	free(gateway);
}

static const struct port_ops gateway_port_ops = {
	.send = gateway_send,
	.resume = gateway_resume,
	.status = gateway_status,
	.close = gateway_close,
};

static int create_neighbours(struct gateway *gateway,
			     const struct gateway_settings *settings,
			     struct err *err)
{
	const struct neighbour_settings neighbours = {
		.address = settings->address,
		.mac = settings->mac,
		.secret = settings->secret,
	};

	gateway->neighbours = neighbours_create(&neighbours, gateway->env.clock,
						&neighbour_ops, gateway, err);
	return gateway->neighbours ? 0 : -ENOMEM;
}

int gateway_set_dhcp(struct gateway *gateway,
		     const struct dhcp_settings *settings, uint64_t seed,
		     struct err *err)
{
	struct dhcp_server *dhcp;

	dhcp = dhcp_server_create(settings, gateway->env.clock, seed, &dhcp_ops,
				  gateway, err);
	if (!dhcp)
		return -EINVAL;
	if (gateway->dhcp)
		dhcp_server_inherit(dhcp, gateway->dhcp);
	dhcp_server_destroy(gateway->dhcp);
	gateway->dhcp = dhcp;
	gateway_set_timer(gateway);
	return 0;
}

static int resolve_guest(void *ctx, uint32_t address,
			 struct neighbour_wait *wait, struct neighbour *found)
{
	struct gateway *gateway = ctx;
	int code = neighbour_resolve(gateway->neighbours, address, wait, found);

	gateway_set_timer(gateway);
	return code;
}

static void cancel_guest(void *ctx, struct neighbour_wait *wait)
{
	struct gateway *gateway = ctx;

	neighbour_cancel(gateway->neighbours, wait);
}

static int create_forwards(struct gateway *gateway, struct err *err)
{
	const struct forward_env env = {
		.loop = gateway->env.loop,
		.nat = gateway->nat,
		.resolve = resolve_guest,
		.cancel = cancel_guest,
		.ctx = gateway,
	};

	gateway->forwards = forwards_create(&env, err);
	return gateway->forwards ? 0 : -ENOMEM;
}

static int create_nat(struct gateway *gateway,
		      const struct gateway_settings *settings, struct err *err)
{
	const struct nat_env env = {
		.loop = gateway->env.loop,
		.clock = gateway->env.clock,
		.port = &gateway->port,
		.replies = &gateway->replies,
		.sockets = gateway->env.sockets,
		.sockets_ctx = gateway->env.sockets_ctx,
		.refused = gateway->env.ops->nat_refused,
		.refused_ctx = gateway->env.ctx,
	};

	gateway->nat = nat_create(settings->nat, &env, err);
	if (!gateway->nat)
		return -ENOMEM;
	/* they become a stream again, so nobody has to cut them */
	gateway->port.features |= PORT_TSO4 | PORT_ECN;
	gateway->port.is_patient = true;
	return create_forwards(gateway, err);
}

static int create_ip6(struct gateway *gateway,
		      const struct gateway_settings *settings, struct err *err)
{
	gateway->ip6 = gateway_ip6_create(gateway, settings->ip6);
	if (!gateway->ip6)
		return err_set(err, -ENOMEM, "no memory for IPv6");
	gateway_set_timer(gateway);
	return 0;
}

static int create_services(struct gateway *gateway,
			   const struct gateway_settings *settings,
			   struct err *err)
{
	static const uint32_t per_s[] = {
		[SERVICE_ARP] = GATEWAY_ARP_PER_S,
		[SERVICE_ND] = GATEWAY_ND_PER_S,
		[SERVICE_ICMP] = GATEWAY_ICMP_PER_S,
		[SERVICE_DHCP] = GATEWAY_DHCP_PER_S,
		[SERVICE_DNS] = GATEWAY_DNS_PER_S,
		[SERVICE_TCP] = GATEWAY_TCP_PER_S,
	};
	unsigned i;

	static_assert(ARRAY_SIZE(per_s) == SERVICE_COUNT, "each has a limit");
	for (i = 0; i < SERVICE_COUNT; i++)
		rate_init(&gateway->rates[i], per_s[i], per_s[i]);
	if (!settings->dhcp_only && create_neighbours(gateway, settings, err))
		return -ENOMEM;
	if (settings->dns && !settings->dhcp_only &&
	    gateway_create_dns(gateway, settings, err))
		return -ENOMEM;
	if (settings->nat && create_nat(gateway, settings, err))
		return -ENOMEM;
	if (settings->ip6 && create_ip6(gateway, settings, err))
		return -ENOMEM;
	if (!settings->dhcp)
		return 0;
	return gateway_set_dhcp(gateway, settings->dhcp, settings->secret.k[0],
				err);
}

struct gateway *gateway_create(const struct gateway_settings *settings,
			       const struct gateway_env *env, struct err *err)
{
	struct gateway *gateway = calloc(1, sizeof(*gateway));

	if (!gateway) {
		err_set(err, -ENOMEM, "no memory for a gateway");
		return NULL;
	}
	port_init(&gateway->port, &gateway_port_ops, settings->name);
	gateway->port.mtu = settings->mtu;
	gateway->port.features = PORT_CSUM;
	gateway->mac = settings->mac;
	gateway->address = settings->address;
	gateway->dhcp_only = settings->dhcp_only;
	gateway->env = *env;
	gateway->secret = settings->secret;
	gateway->timer.expired = gateway_expired;
	reply_queue_init(&gateway->replies, env->loop, env->pool,
			 &gateway->port);
	if (create_services(gateway, settings, err)) {
		gateway_close(&gateway->port);
		return NULL;
	}
	if (settings->kernel)
		gateway_kernel_init(gateway, settings->kernel);
	port_carrier(&gateway->port, true);
	return gateway;
}

void gateway_farewell(struct gateway *gateway)
{
	if (!gateway->ip6)
		return;
	gateway_ip6_farewell(gateway->ip6);
	reply_queue_flush(&gateway->replies);
}

struct port *gateway_port(struct gateway *gateway)
{
	return &gateway->port;
}

int gateway_restore(struct gateway *gateway, const struct lease_record *record)
{
	return gateway->dhcp ? dhcp_server_restore(gateway->dhcp, record)
			     : -EINVAL;
}

void gateway_committed(struct gateway *gateway, uint64_t ticket, bool ok)
{
	if (!gateway->dhcp)
		return;
	dhcp_server_committed(gateway->dhcp, ticket, ok);
	gateway_set_timer(gateway);
}

struct nat *gateway_nat(const struct gateway *gateway)
{
	return gateway->nat;
}

struct forwards *gateway_forwards(const struct gateway *gateway)
{
	return gateway->forwards;
}

void gateway_get_counters(const struct gateway *gateway,
			  struct gateway_counters *counters)
{
	*counters = gateway->counters;
	if (gateway->dhcp)
		counters->dhcp = dhcp_server_counters(gateway->dhcp);
	gateway_get_dns_counters(gateway, counters);
	if (gateway->neighbours)
		counters->neighbours = neighbours_counters(gateway->neighbours);
	if (gateway->ip6)
		counters->ip6 = gateway_ip6_counters(gateway->ip6);
}
