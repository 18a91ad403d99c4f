// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * forward.c - ports of the host that lead to guests
 *
 * Theory of operation
 *
 * Sockets are watched and read here; what becomes of a client is told in
 * forward_client.c.
 *
 * A host that has no descriptor left can't accept: the forward then looks away
 * for PAUSE_NS, lest it be woken for the same client again and again.
 *
 * Limits: FORWARD_MAX forwards; IPv4.
 */
#include "switch/gateway/forward.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "switch/gateway/forward_internal.h"

/* Clients taken in one turn. */
#define TURN 16
#define PAUSE_NS (100 * NSEC_PER_MSEC)

static void pause_over(struct timer *timer)
{
	struct forward *forward = container_of(timer, struct forward, pause);

	watch_change(&forward->watch, EPOLLIN);
}

static void look_away(struct forward *forward)
{
	struct loop *loop = forward->forwards->env.loop;

	forward->counters.errors++;
	watch_change(&forward->watch, 0);
	timer_arm(loop, &forward->pause, loop_now_ns(loop) + PAUSE_NS);
}

static void tcp_readable(struct forward *forward)
{
	unsigned i;

	for (i = 0; i < TURN; i++) {
		int fd = accept4(forward->watch.fd, NULL, NULL,
				 SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			forward_take_client(forward, fd);
		} else if (errno == EMFILE || errno == ENFILE ||
			   errno == ENOBUFS || errno == ENOMEM) {
			look_away(forward);
			return;
		} else if (errno != ECONNABORTED && errno != EINTR) {
			return;
		}
	}
}

static void udp_readable(struct forward *forward)
{
	struct nat *nat = forward->forwards->env.nat;
	struct nat_datagrams *in = nat->datagrams;
	unsigned i, n = nat_datagrams_read(in, forward->watch.fd);

	for (i = 0; i < n; i++) {
		const struct sockaddr_in *client = &in->from[i];
		const uint8_t *data = in->iovs[i].iov_base;
		size_t len = in->msgs[i].msg_len;

		if (client->sin_family == AF_INET && client->sin_port &&
		    !nat_udp_forward_pass(forward->udp, client, data, len))
			forward_take_datagram(forward, client, data, len);
	}
	nat_datagrams_deliver(nat);
}

static void forward_ready(struct watch *watch, uint32_t events)
{
	struct forward *forward = container_of(watch, struct forward, watch);

	(void)events;
	if (forward->target.protocol == NAT_TCP)
		tcp_readable(forward);
	else
		udp_readable(forward);
}

static struct forward *lookup(struct forwards *forwards, unsigned number)
{
	return number < FORWARD_MAX ? forwards->forwards[number] : NULL;
}

static void forward_free(struct forward *forward)
{
	nat_udp_forward_destroy(forward->udp);
	free(forward);
}

int forwards_add(struct forwards *forwards, unsigned number,
		 const struct forward_target *target, int fd)
{
	struct forward *forward;
	int code = -ENOMEM;

	if (number >= FORWARD_MAX || lookup(forwards, number))
		return -EEXIST;
	forward = calloc(1, sizeof(*forward));
	if (!forward)
		return -ENOMEM;
	forward->forwards = forwards;
	forward->target = *target;
	forward->watch.ready = forward_ready;
	forward->watch.name = "forward";
	forward->watch.fd = fd;
	forward->pause.expired = pause_over;
	if (target->protocol == NAT_UDP)
		forward->udp = nat_udp_forward_create(forwards->env.nat, fd);
	if (target->protocol != NAT_UDP || forward->udp)
		code = watch_add(forwards->env.loop, &forward->watch, EPOLLIN);
	if (code) {
		forward_free(forward);
		return code;
	}
	nat_hairpin_add(&forwards->env.nat->hairpins, (uint8_t)target->protocol,
			fd);
	forwards->forwards[number] = forward;
	return 0;
}

int forwards_set(struct forwards *forwards, unsigned number,
		 const struct forward_target *target)
{
	struct forward *forward = lookup(forwards, number);

	if (!forward)
		return -ENOENT;
	if (forward->target.protocol != target->protocol)
		return -EINVAL;
	if (forward->udp && (forward->target.guest != target->guest ||
			     forward->target.port != target->port)) {
		/* who waits would get a flow to the old one */
		forward_forget_clients(forward);
		nat_udp_forward_end(forward->udp);
	}
	forward->target = *target;
	return 0;
}

int forwards_remove(struct forwards *forwards, unsigned number)
{
	struct forward *forward = lookup(forwards, number);

	if (!forward)
		return -ENOENT;
	forward_forget_clients(forward);
	timer_cancel(forwards->env.loop, &forward->pause);
	watch_remove(&forward->watch);
	nat_hairpin_remove(&forwards->env.nat->hairpins, forward->watch.fd);
	close(forward->watch.fd);
	forwards->forwards[number] = NULL;
	forward_free(forward);
	return 0;
}

const struct forward_counters *forwards_get(const struct forwards *forwards,
					    unsigned number,
					    unsigned *connections)
{
	const struct forward *forward;
	struct nat_flow_status flow;
	uint32_t cursor = 0;

	*connections = 0;
	forward = number < FORWARD_MAX ? forwards->forwards[number] : NULL;
	if (!forward)
		return NULL;
	while (nat_flow_get(forwards->env.nat, &cursor, &flow)) {
		/* a guest's own flows over UDP have no remote side */
		*connections += flow.protocol == forward->target.protocol &&
				flow.guest == forward->target.guest &&
				flow.guest_port == forward->target.port &&
				flow.remote;
	}
	return &forward->counters;
}

struct forwards *forwards_create(const struct forward_env *env, struct err *err)
{
	struct forwards *forwards = calloc(1, sizeof(*forwards));

	if (!forwards) {
		err_set(err, -ENOMEM, "no memory for forwards");
		return NULL;
	}
	forwards->env = *env;
	forward_clients_init(forwards);
	return forwards;
}

void forwards_destroy(struct forwards *forwards)
{
	unsigned i;

	if (!forwards)
		return;
	for (i = 0; i < FORWARD_MAX; i++)
		forwards_remove(forwards, i);
	deferred_cancel(&forwards->deferred);
	free(forwards);
}
