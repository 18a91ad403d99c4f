// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_udp_forward.c - datagrams of the host's clients to a guest, and back
 *
 * Theory of operation
 *
 * A forward has one socket, and each client (address and port) that speaks to
 * it a flow: found by the client in the forward's own hash, and by what the
 * guest answers to in the table of flows, where it is one among the guest's
 * others and shares their limits. What the guest answers goes to the client
 * from the forward's socket, so that it comes from where it was asked.
 *
 * A flow ends NAT_UDP_LIFE_NS after its last datagram, either way.
 *
 * Limits: on a host with several addresses an answer comes from the one that
 * the host's routing chooses, unless the forward names one. ICMP errors of the
 * guest end nowhere.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/bytes.h"
#include "switch/nat/nat_datagram.h"
#include "switch/nat/nat_forward.h"
#include "switch/nat/nat_udp.h"

#define BUCKETS 256

/**
 * struct nat_udp_forward - one socket
 * @nat:	whose
 * @fd:		bound; not ours
 * @buckets:	struct nat_udp_client, by hash of the client
 */
struct nat_udp_forward {
	struct nat *nat;
	int fd;
	struct list buckets[BUCKETS];
};

/**
 * struct nat_udp_client - one client's flow
 * @flow:	common part; @key's remote side is what the guest sees
 * @forward:	whose
 * @link:	in the bucket of @address
 * @address:	of the client
 * @timer:	ends the flow; armed once, looks at the flow's @used_ns
 */
struct nat_udp_client {
	struct nat_flow flow;
	struct nat_udp_forward *forward;
	struct list link;
	struct sockaddr_in address;
	struct timer timer;
};

size_t nat_udp_forward_slot_size(void)
{
	return sizeof(struct nat_udp_client);
}

static struct nat_udp_client *client_of(struct nat_flow *flow)
{
	return container_of(flow, struct nat_udp_client, flow);
}

static void client_evict(struct nat *nat, struct nat_flow *flow)
{
	struct nat_udp_client *client = client_of(flow);

	timer_cancel(nat->env.loop, &client->timer);
	list_remove(&client->link);
	nat_flow_remove(nat->flows, flow);
}

static const char *client_state(const struct nat_flow *flow)
{
	return flow->settled ? "answered" : "open";
}

static const struct nat_flow_ops client_ops = {
	.evict = client_evict,
	.state = client_state,
};

static void client_expired(struct timer *timer)
{
	struct nat_udp_client *client =
		container_of(timer, struct nat_udp_client, timer);
	struct nat *nat = client->forward->nat;
	uint64_t end_ns = client->flow.used_ns + NAT_UDP_LIFE_NS;

	if (loop_now_ns(nat->env.loop) >= end_ns)
		client_evict(nat, &client->flow);
	else
		timer_arm(nat->env.loop, timer, end_ns);
}

static struct list *bucket_of(struct nat_udp_forward *forward,
			      const struct sockaddr_in *address)
{
	const struct siphash_key *secret = &forward->nat->settings.secret;
	const uint32_t input[] = {address->sin_addr.s_addr, address->sin_port};

	return &forward->buckets[siphash(secret, input, sizeof(input)) %
				 BUCKETS];
}

static struct nat_udp_client *lookup(struct nat_udp_forward *forward,
				     const struct sockaddr_in *address)
{
	struct list *bucket = bucket_of(forward, address);

	list_for_each (link, bucket) {
		struct nat_udp_client *client =
			container_of(link, struct nat_udp_client, link);

		if (client->address.sin_port == address->sin_port &&
		    client->address.sin_addr.s_addr == address->sin_addr.s_addr)
			return client;
	}
	return NULL;
}

bool nat_udp_forward_pass(struct nat_udp_forward *forward,
			  const struct sockaddr_in *client, const uint8_t *data,
			  size_t len)
{
	struct nat_udp_client *known = lookup(forward, client);
	struct nat_datagram d = {.protocol = IP4_UDP, .data = data, .len = len};
	struct nat *nat = forward->nat;
	struct nat_flow *flow;

	if (!known)
		return false;
	flow = &known->flow;
	d.route = nat_route(nat, flow, flow->key.remote);
	be16_store(d.header, flow->key.remote_port);
	be16_store(d.header + 2, flow->key.guest_port);
	be16_store(d.header + 4, (uint16_t)(UDP_HLEN + len));
	flow->in_bytes += len;
	nat_flow_use(nat->flows, flow, loop_now_ns(nat->env.loop));
	nat_datagram_add(nat, &d);
	return true;
}

int nat_udp_forward_open(struct nat_udp_forward *forward,
			 const struct sockaddr_in *client,
			 const struct nat_key *key, const struct neighbour *hop)
{
	struct nat *nat = forward->nat;
	uint64_t now_ns = loop_now_ns(nat->env.loop);
	struct nat_udp_client *added;
	struct nat_key full = *key;
	int code;

	full.protocol = NAT_UDP;
	code = nat_forward_remote(nat, client, &full);
	if (code)
		return code;
	added = client_of(nat_flow_add(nat->flows, &full, &client_ops,
				       hop->ingress, &hop->mac, now_ns));
	added->forward = forward;
	added->address = *client;
	added->timer.expired = client_expired;
	list_append(bucket_of(forward, client), &added->link);
	return timer_arm(nat->env.loop, &added->timer,
			 now_ns + NAT_UDP_LIFE_NS);
}

static enum drop_reason answer_client(struct nat_udp_client *client,
				      const struct frame *frame, size_t offset,
				      size_t len)
{
	struct iovec iov[FRAME_MAX_IOV + 1];
	struct msghdr msg = {
		.msg_name = &client->address,
		.msg_namelen = sizeof(client->address),
		.msg_iov = iov,
	};

	msg.msg_iovlen = nat_frame_iov(frame, offset, len, iov);
	if (sendmsg(client->forward->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return DROP_NO_SOCKET;
	return DROP_NONE;
}

bool nat_udp_forward_input(struct nat *nat, const struct nat_key *key,
			   const struct frame *frame, size_t offset,
			   const struct ip4 *ip, enum drop_reason *reason)
{
	size_t len = be16_load(frame->snap + offset + 4) - (size_t)UDP_HLEN;
	struct nat_flow *flow = nat_flow_lookup(nat->flows, key);

	if (!flow || flow->ops != &client_ops)
		return false;
	*reason = DROP_BAD_SOURCE;
	if (!nat_flow_is_of(flow, ip))
		return true;
	flow->out_bytes += len;
	nat_flow_use(nat->flows, flow, loop_now_ns(nat->env.loop));
	nat_flow_settle(nat->flows, flow, true);
	*reason = answer_client(client_of(flow), frame, offset + UDP_HLEN, len);
	return true;
}

struct nat_udp_forward *nat_udp_forward_create(struct nat *nat, int fd)
{
	struct nat_udp_forward *forward = calloc(1, sizeof(*forward));
	unsigned i;

	if (!forward)
		return NULL;
	forward->nat = nat;
	forward->fd = fd;
	for (i = 0; i < BUCKETS; i++)
		list_init(&forward->buckets[i]);
	return forward;
}

void nat_udp_forward_end(struct nat_udp_forward *forward)
{
	struct list *link;
	unsigned i;

	for (i = 0; i < BUCKETS; i++) {
		while ((link = list_pop(&forward->buckets[i]))) {
			struct nat_udp_client *client =
				container_of(link, struct nat_udp_client, link);

			client_evict(forward->nat, &client->flow);
		}
	}
}

void nat_udp_forward_destroy(struct nat_udp_forward *forward)
{
	if (!forward)
		return;
	nat_udp_forward_end(forward);
	free(forward);
}
