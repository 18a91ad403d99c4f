// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * forward_client.c - clients of forwards, until it is known where the guest is
 *
 * Theory of operation
 *
 * A client's connection is handed to the NAT engine as soon as it is known
 * where the guest is:
 *
 *   accept --> next hop known ------------------------> nat_forward_tcp()
 *          \-> ARP --> deferred: answered ------------/
 *                               nobody there: RST to the client
 *
 * It is the same for the first datagram of a client over UDP, which waits
 * meanwhile; those after it find the client's flow. Answers of ARP come from
 * within the gateway's send(), so what they set free goes on in a deferred
 * call.
 *
 * Limits: FORWARD_WAITS clients wait at a time, FORWARD_HELD of UDP; further
 * ones get RST, or are dropped.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "switch/gateway/forward_internal.h"

static struct forward_wait *wait_of(struct list *link)
{
	return container_of(link, struct forward_wait, link);
}

/* The client shall not think that it was served (RFC 9293 3.10.7.1). */
static void reset_client(int fd)
{
	const struct linger now = {.l_onoff = 1};

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static void wait_free(struct forward_wait *wait)
{
	struct forwards *forwards = wait->forward->forwards;

	list_remove(&wait->link);
	if (wait->fd >= 0)
		reset_client(wait->fd);
	if (wait->data)
		forwards->held--;
	free(wait->data);
	wait->data = NULL;
	wait->fd = -1;
	list_append(&forwards->unused, &wait->link);
}

static void start_tcp(struct forward *forward,
		      const struct forward_target *target, int fd,
		      const struct neighbour *hop)
{
	struct nat *nat = forward->forwards->env.nat;

	if (nat_forward_tcp(nat, fd, target->guest, target->port, hop))
		forward->counters.errors++;
}

/* The flow of a client that has none, and its first datagram through it. */
static void start_udp(struct forward *forward,
		      const struct forward_target *target,
		      const struct forward_wait *wait,
		      const struct neighbour *hop)
{
	const struct nat_key key = {.guest = target->guest,
				    .guest_port = target->port};

	if (!nat_udp_forward_pass(forward->udp, &wait->client, wait->data,
				  wait->len)) {
		forward->counters.accepted++;
		if (nat_udp_forward_open(forward->udp, &wait->client, &key,
					 hop)) {
			forward->counters.errors++;
			return;
		}
		nat_udp_forward_pass(forward->udp, &wait->client, wait->data,
				     wait->len);
	}
	nat_datagrams_deliver(forward->forwards->env.nat);
}

static void wait_is_over(struct forward_wait *wait)
{
	struct forward *forward = wait->forward;
	int fd = wait->fd;

	if (!wait->is_found) {
		forward->counters.refused++;
	} else if (wait->data) {
		start_udp(forward, &wait->target, wait, &wait->found);
	} else {
		wait->fd = -1;
		start_tcp(forward, &wait->target, fd, &wait->found);
	}
	wait_free(wait);
}

static void go_on(struct deferred *deferred)
{
	struct forwards *forwards =
		container_of(deferred, struct forwards, deferred);

	while (!list_is_empty(&forwards->ready))
		wait_is_over(wait_of(forwards->ready.next));
}

static void guest_resolved(struct neighbour_wait *neighbour,
			   const struct neighbour *found)
{
	struct forward_wait *wait =
		container_of(neighbour, struct forward_wait, wait);
	struct forwards *forwards = wait->forward->forwards;

	wait->is_found = found != NULL;
	if (found)
		wait->found = *found;
	list_remove(&wait->link);
	list_append(&forwards->ready, &wait->link);
	loop_defer(forwards->env.loop, &forwards->deferred);
}

/* Whom to ask, or -errno: 0: it is @found already. */
static int find_guest(struct forward *forward, struct forward_wait *wait,
		      struct neighbour *found)
{
	const struct forward_env *env = &forward->forwards->env;
	uint32_t guest = forward->target.guest;

	if (!guest)
		return -EHOSTUNREACH;
	return env->resolve(env->ctx, nat_next_hop(env->nat, guest),
			    &wait->wait, found);
}

static struct forward_wait *wait_new(struct forward *forward)
{
	struct forwards *forwards = forward->forwards;
	struct forward_wait *wait;

	if (list_is_empty(&forwards->unused))
		return NULL;
	wait = wait_of(forwards->unused.next);
	list_remove(&wait->link);
	list_append(&forwards->waiting, &wait->link);
	wait->forward = forward;
	wait->target = forward->target;
	wait->is_found = false;
	neighbour_wait_init(&wait->wait, guest_resolved);
	return wait;
}

/* The client's descriptor or datagram is in @wait: serve it now, or later. */
static void wait_begin(struct forward_wait *wait)
{
	int code = find_guest(wait->forward, wait, &wait->found);

	if (code == -EINPROGRESS)
		return;
	if (code == -ENOBUFS) {
		wait->forward->counters.errors++;
		wait_free(wait);
		return;
	}
	wait->is_found = !code;
	wait_is_over(wait);
}

void forward_take_client(struct forward *forward, int fd)
{
	struct forward_wait *wait = wait_new(forward);

	forward->counters.accepted++;
	if (!wait) {
		forward->counters.errors++;
		reset_client(fd);
		return;
	}
	wait->fd = fd;
	wait_begin(wait);
}

/* The first datagram of a client: it is kept until the guest is found. */
void forward_take_datagram(struct forward *forward,
			   const struct sockaddr_in *client,
			   const uint8_t *data, size_t len)
{
	struct forwards *forwards = forward->forwards;
	struct forward_wait *wait = NULL;

	if (forwards->held < FORWARD_HELD)
		wait = wait_new(forward);
	if (!wait) {
		forward->counters.errors++;
		return;
	}
	wait->data = malloc(len + 1);
	if (!wait->data) {
		forward->counters.errors++;
		wait_free(wait);
		return;
	}
	forwards->held++;
	memcpy(wait->data, data, len);
	wait->len = len;
	wait->client = *client;
	wait_begin(wait);
}

static void forget_waits(struct forward *forward, struct list *waits)
{
	const struct forward_env *env = &forward->forwards->env;

	list_for_each_safe (link, waits) {
		struct forward_wait *wait = wait_of(link);

		if (wait->forward != forward)
			continue;
		env->cancel(env->ctx, &wait->wait);
		wait_free(wait);
	}
}

void forward_forget_clients(struct forward *forward)
{
	forget_waits(forward, &forward->forwards->waiting);
	forget_waits(forward, &forward->forwards->ready);
}

void forward_clients_init(struct forwards *forwards)
{
	unsigned i;

	deferred_init(&forwards->deferred, go_on);
	list_init(&forwards->unused);
	list_init(&forwards->waiting);
	list_init(&forwards->ready);
	for (i = 0; i < FORWARD_WAITS; i++) {
		forwards->waits[i].fd = -1;
		list_append(&forwards->unused, &forwards->waits[i].link);
	}
}
