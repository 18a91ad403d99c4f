// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gateway_dns.c - the gateway's DNS: over UDP and TCP, ours and the world's
 *
 * Names of the lab are answered at once (dns_server.c). All others go to the
 * host's resolvers (dns_forward.c) where there are host sockets; the reply then
 * comes later, and goes back the way that the query came.
 */
#include <errno.h>
#include <string.h>

#include "switch/gateway/gateway_internal.h"

/* RFC 791 3.1: what everybody must be able to take */
#define MTU_MIN 576

static_assert(TCP_SERVICE_REPLY_MAX >= DNS_REPLY_MAX, "an answer fits");
static_assert(DNS_FOREIGN != 0 && TCP_SERVICE_LATER != 0, "nor is it silence");

static void send_datagram(struct gateway *gateway, const struct dns_asker *to,
			  size_t len)
{
	struct ip4_route route = gateway_route(gateway, &to->mac, to->address);

	len = udp4_encode(gateway->tx, &route, udp4_ports(DNS_PORT, to->port),
			  len);
	reply_queue_add(&gateway->replies, gateway->tx, len);
}

static void reply_later(void *ctx, const struct dns_asker *asker,
			const uint8_t *data, size_t len)
{
	struct gateway *gateway = ctx;

	if (asker->transport == DNS_OVER_TCP) {
		tcp_service_reply(gateway->tcp, &asker->ticket, data, len);
		gateway_set_timer(gateway);
		return;
	}
	memcpy(gateway->tx + UDP4_OFFSET, data, len);
	send_datagram(gateway, asker, len);
}

static const struct dns_forward_ops forward_ops = {
	.reply = reply_later,
};

/*
 * As dns_server_answer(), but DNS_FOREIGN means that the answer comes later.
 * @reply: TCP_SERVICE_REPLY_MAX bytes
 */
static size_t answer(struct gateway *gateway, const struct dns_asker *asker,
		     const uint8_t *query, size_t len, uint8_t *reply)
{
	size_t reply_len = dns_server_answer(gateway->dns, asker->transport,
					     query, len, reply);

	if (reply_len != DNS_FOREIGN)
		return reply_len;
	return dns_forward_query(gateway->forward, asker, query, len, reply);
}

enum drop_reason gateway_input_dns(struct gateway *gateway,
				   const struct ip4 *ip, const struct udp *udp)
{
	const struct dns_asker asker = {
		.transport = DNS_OVER_UDP,
		.ingress = ip->ingress,
		.mac = ip->src_mac,
		.address = ip->src,
		.port = udp->src_port,
	};
	size_t len;

	len = answer(gateway, &asker, udp->data, udp->len,
		     gateway->tx + UDP4_OFFSET);
	if (!len)
		return DROP_BAD_PACKET;
	if (len != DNS_FOREIGN)
		send_datagram(gateway, &asker, len);
	return DROP_NONE;
}

static void tcp_send_segment(void *ctx, const struct ip4 *to,
			     const struct tcp4 *segment)
{
	struct gateway *gateway = ctx;
	struct ip4_route route = gateway_route(gateway, &to->src_mac, to->src);

	reply_queue_add(&gateway->replies, gateway->tx,
			tcp4_encode(gateway->tx, &route, segment));
}

static size_t tcp_answer(void *ctx, const struct tcp_message *message,
			 uint8_t *reply)
{
	const struct dns_asker asker = {
		.transport = DNS_OVER_TCP,
		.ingress = message->ingress,
		.ticket = message->ticket,
	};
	size_t len;

	len = answer(ctx, &asker, message->data, message->len, reply);
	return len == DNS_FOREIGN ? TCP_SERVICE_LATER : len;
}

static const struct tcp_service_ops tcp_ops = {
	.send = tcp_send_segment,
	.answer = tcp_answer,
};

static int create_forward(struct gateway *gateway, uint16_t mtu,
			  const struct gateway_settings *settings,
			  struct err *err)
{
	const struct dns_forward_settings forward = {
		.loop = gateway->env.loop,
		.clock = gateway->env.clock,
		.sockets = gateway->env.sockets,
		.sockets_ctx = gateway->env.sockets_ctx,
		.own_address = settings->address.addr,
		.udp_max = mtu - (size_t)(IP4_HLEN + UDP_HLEN),
		.secret = settings->secret,
	};

	gateway->forward =
		dns_forward_create(&forward, &forward_ops, gateway, err);
	return gateway->forward ? 0 : -ENOMEM;
}

int gateway_create_dns(struct gateway *gateway,
		       const struct gateway_settings *settings, struct err *err)
{
	uint16_t mtu = MAX(settings->mtu, MTU_MIN);
	struct dns_settings dns = *settings->dns;
	const struct tcp_service_settings tcp = {
		.port = DNS_PORT,
		.mss = (uint16_t)(mtu - TCP4_OVERHEAD),
		.secret = settings->secret,
	};

	dns.forwards = gateway->env.sockets != NULL;
	if (dns.forwards && create_forward(gateway, mtu, settings, err))
		return -ENOMEM;
	gateway->dns = dns_server_create(&dns, err);
	gateway->tcp = tcp_service_create(&tcp, gateway->env.clock, &tcp_ops,
					  gateway, err);
	return gateway->dns && gateway->tcp ? 0 : -ENOMEM;
}

void gateway_destroy_dns(struct gateway *gateway)
{
	dns_forward_destroy(gateway->forward);
	tcp_service_destroy(gateway->tcp);
	dns_server_destroy(gateway->dns);
}

void gateway_set_names(struct gateway *gateway, struct dns_names *names)
{
	if (gateway->dns)
		dns_server_set_names(gateway->dns, names);
	else
		dns_names_destroy(names);
}

void gateway_set_resolvers(struct gateway *gateway, const uint32_t *servers,
			   unsigned count)
{
	if (gateway->forward)
		dns_forward_set_servers(gateway->forward, servers, count);
}

void gateway_get_dns_counters(const struct gateway *gateway,
			      struct gateway_counters *counters)
{
	if (gateway->dns)
		counters->dns = dns_server_counters(gateway->dns);
	if (gateway->tcp)
		counters->tcp = tcp_service_counters(gateway->tcp);
	if (gateway->forward)
		counters->forward = dns_forward_counters(gateway->forward);
	if (gateway->forward)
		counters->cache = dns_forward_cache(gateway->forward);
}

unsigned gateway_resolvers(const struct gateway *gateway,
			   struct dns_resolver_view *views)
{
	return gateway->forward ? dns_forward_resolvers(gateway->forward, views)
				: 0;
}
