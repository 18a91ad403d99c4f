// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_send.c - the replies of the DHCP server: addressed, counted and sent
 */
#include "switch/dhcp/dhcp_internal.h"

#include <string.h>

#include "core/util.h"

uint64_t dhcp_after_s(uint64_t now_ns, uint32_t lease_s)
{
	return lease_s == DHCP_LEASE_INFINITE ? LEASE_NEVER_NS
					      : now_ns + lease_s * NSEC_PER_SEC;
}

/* Destination of a reply, RFC 2131 4.1. */
static void route_reply(const struct dhcp_msg *request,
			const struct dhcp_from *from,
			const struct dhcp_answer *answer,
			struct dhcp_datagram *out)
{
	out->dst_port = DHCP_CLIENT_PORT;
	out->dst_mac = from->src_mac;
	if (request->giaddr) {
		out->dst = request->giaddr;
		out->dst_port = DHCP_SERVER_PORT;
	} else if (answer->type == DHCPNAK ||
		   (!request->ciaddr &&
		    (request->flags & DHCP_FLAG_BROADCAST))) {
		out->dst = IP4_BROADCAST;
		memset(out->dst_mac.b, 0xff, MAC_LEN);
	} else if (request->ciaddr) {
		out->dst = request->ciaddr;
	} else {
		out->dst = answer->yiaddr;
		out->dst_mac = request->chaddr;
	}
}

static void dhcp_send(struct dhcp_server *server,
		      const struct dhcp_msg *request,
		      const struct dhcp_from *from,
		      const struct dhcp_answer *answer)
{
	uint8_t data[DHCP_MAX_LEN];
	struct dhcp_datagram out;

	out.data = data;
	out.len = dhcp_reply_encode(&server->config, request, answer, data);
	route_reply(request, from, answer, &out);
	server->ops->send(server->ctx, &out);
}

uint32_t dhcp_lease_limit(const struct dhcp_server *server,
			  const struct mac *mac)
{
	return dhcp_override_u32(&server->config.overrides, mac, DHCP_OPT_LEASE,
				 server->config.lease_s);
}

uint32_t dhcp_lease_time(const struct dhcp_server *server,
			 const struct dhcp_msg *msg)
{
	uint32_t lease_s = dhcp_lease_limit(server, &msg->chaddr);

	if (msg->lease_s && msg->lease_s < lease_s)
		lease_s = MIN(MAX(msg->lease_s, DHCP_MIN_LEASE_S), lease_s);
	return lease_s;
}

static const char *reserved_name(const struct lease *lease)
{
	return lease->reserved ? lease->hostname : NULL;
}

void dhcp_send_offer(struct dhcp_server *server, const struct dhcp_msg *msg,
		     const struct dhcp_from *from, const struct lease *lease)
{
	const struct dhcp_answer answer = {
		.type = DHCPOFFER,
		.yiaddr = lease->address,
		.lease_s = dhcp_lease_time(server, msg),
		.hostname = reserved_name(lease),
	};

	server->counters.offers++;
	dhcp_send(server, msg, from, &answer);
}

void dhcp_send_ack(struct dhcp_server *server, const struct dhcp_msg *msg,
		   const struct dhcp_from *from, const struct lease *lease,
		   uint32_t lease_s)
{
	const struct dhcp_answer answer = {
		.type = DHCPACK,
		.yiaddr = lease ? lease->address : 0,
		.lease_s = lease_s,
		.hostname = lease ? reserved_name(lease) : NULL,
	};

	server->counters.acks++;
	server->counters.rapid += msg->type == DHCPDISCOVER;
	dhcp_send(server, msg, from, &answer);
}

void dhcp_send_nak(struct dhcp_server *server, const struct dhcp_msg *msg,
		   const struct dhcp_from *from, const char *why)
{
	const struct dhcp_answer answer = {.type = DHCPNAK, .message = why};
	struct dhcp_msg request = *msg;

	/* its relay must broadcast it: the client can't have that address */
	if (request.giaddr)
		request.flags |= DHCP_FLAG_BROADCAST;
	server->counters.naks++;
	dhcp_send(server, &request, from, &answer);
}
