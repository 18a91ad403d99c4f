// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * egress.c - the way out through one port: batch, backlog, waiting sources
 *
 * Theory of operation
 *
 * A full port is met in one of two ways. If the source can keep its frames (a
 * guest's TX ring, a NAT socket) and all of its batch was for this one port, it
 * is told how many were taken, and waits: nothing is lost and nothing copied.
 * Otherwise the rest is copied into the backlog, which is bounded in packets
 * and in memory; beyond that the frames are dropped here, at the slow port, and
 * nowhere else.
 *
 * Waiting blocks the head of the source's queue, so it is bounded too: after
 * NETWORK_WAIT_NS all sources go on, and the port counts as stuck. Nobody waits
 * for a stuck port, it has to show room again first; but a source that holds up
 * nobody by waiting (struct port, @is_patient) may go on to do so.
 *
 * A frame that has to be cut for the port may find room for a part of its
 * segments only. The others are the first of the backlog then.
 *
 * Order: while a backlog exists, new frames go behind it.
 *
 * Limits: one class of service. A receiver that moves one frame every few
 * milliseconds slows those that send to it, as a slow link would.
 */
#include "switch/egress.h"

static void egress_resume_waiters(struct egress *egress)
{
	struct list *link;

	timer_cancel(egress->env->loop, &egress->wait_timer);
	while ((link = list_pop(&egress->waiters))) {
		struct egress_wait *wait;

		wait = container_of(link, struct egress_wait, link);
		wait->source->ops->resume(wait->source);
	}
}

static void egress_wait_expired(struct timer *timer)
{
	struct egress *egress = container_of(timer, struct egress, wait_timer);

	egress->stuck = true;
	egress_resume_waiters(egress);
}

static struct packet *backlog_pop(struct egress *egress)
{
	struct list *link = list_pop(&egress->backlog);
	struct packet *packet;

	if (!link)
		return NULL;
	packet = container_of(link, struct packet, link);
	egress->backlog_count--;
	egress->backlog_chunks -= packet->frame.iov_count;
	return packet;
}

static enum drop_reason backlog_push(struct egress *egress, struct list *where,
				     const struct frame *frame)
{
	struct packet *packet;

	if (egress->backlog_count >= NETWORK_BACKLOG_PACKETS ||
	    egress->backlog_chunks >= NETWORK_BACKLOG_CHUNKS)
		return DROP_BACKLOG_FULL;
	packet = packet_from_frame(egress->env->pool, frame);
	if (!packet)
		return DROP_NO_PACKET;
	list_append(where, &packet->link);
	egress->backlog_count++;
	egress->backlog_chunks += packet->frame.iov_count;
	return DROP_NONE;
}

static void egress_drop_backlog(struct egress *egress, enum drop_reason reason)
{
	struct packet *packet;

	while ((packet = backlog_pop(egress))) {
		port_drop_tx(egress->port, &packet->frame, reason);
		packet_free(packet);
	}
}

void egress_fini(struct egress *egress)
{
	egress_drop_backlog(egress, DROP_NO_CARRIER);
	egress_resume_waiters(egress);
}

/* A frame was not taken: let a copy wait, or record its loss. */
static void egress_defer_or_drop(struct egress *egress, struct list *where,
				 struct frame *frame)
{
	enum drop_reason reason = DROP_NO_CARRIER;

	if (egress->port->carrier)
		reason = backlog_push(egress, where, frame);
	if (reason != DROP_NONE)
		port_drop_tx(egress->port, frame, reason);
	else if (frame->verdict.fate != FATE_FLOODED)
		frame->verdict.fate = FATE_QUEUED;
}

/* Of a frame that was cut: it goes before all that waits. */
static void egress_keep_segment(struct offload_rest *rest,
				struct frame *segment)
{
	struct egress *egress = container_of(rest, struct egress, rest);

	egress_defer_or_drop(egress, &egress->cut, segment);
}

static void egress_queue_cut(struct egress *egress)
{
	struct list *first = egress->backlog.next, *link;

	while ((link = list_pop(&egress->cut)))
		list_append(first, link);
}

void egress_init(struct egress *egress, struct port *port,
		 const struct network_env *env)
{
	memset(egress, 0, sizeof(*egress));
	egress->port = port;
	egress->env = env;
	egress->wait_timer.expired = egress_wait_expired;
	list_init(&egress->touched);
	list_init(&egress->backlog);
	list_init(&egress->waiters);
	list_init(&egress->cut);
	egress->rest.keep = egress_keep_segment;
}

static void egress_wait_for_room(struct egress *egress,
				 struct egress_wait *wait)
{
	/* it may wait already: one whose owner began anew was never resumed */
	list_remove(&wait->link);
	list_append(&egress->waiters, &wait->link);
	if (!timer_is_armed(&egress->wait_timer))
		timer_arm(egress->env->loop, &egress->wait_timer,
			  loop_now_ns(egress->env->loop) + NETWORK_WAIT_NS);
}

unsigned egress_flush(struct egress *egress, struct egress_wait *wait)
{
	unsigned i, n = egress->batch_count, taken = 0;

	egress->batch_count = 0;
	if (egress->port->carrier && list_is_empty(&egress->backlog))
		taken = offload_send(egress->port, egress->batch, n,
				     egress->env->scratch, &egress->rest);
	egress_queue_cut(egress);
	if (LIKELY(taken == n))
		return n;
	if (wait && egress->port->carrier &&
	    (!egress->stuck || wait->source->is_patient)) {
		egress_wait_for_room(egress, wait);
		return taken;
	}
	for (i = taken; i < n; i++)
		egress_defer_or_drop(egress, &egress->backlog,
				     egress->batch[i]);
	return n;
}

/* Send up to a batch of the backlog; false when the port is full again. */
static bool egress_drain(struct egress *egress)
{
	struct frame *frames[FRAME_BATCH];
	unsigned taken, n = 0;
	bool is_cut;

	list_for_each (link, &egress->backlog) {
		frames[n++] = &container_of(link, struct packet, link)->frame;
		if (n == FRAME_BATCH)
			break;
	}
	taken = offload_send(egress->port, frames, n, egress->env->scratch,
			     &egress->rest);
	for (unsigned i = 0; i < taken; i++)
		packet_free(backlog_pop(egress));
	is_cut = !list_is_empty(&egress->cut);
	egress_queue_cut(egress);
	return taken == n && !is_cut;
}

void egress_writable(struct egress *egress)
{
	egress->stuck = false;
	while (!list_is_empty(&egress->backlog)) {
		if (!egress_drain(egress))
			return;
	}
	egress_resume_waiters(egress);
}

void egress_discard(struct egress *egress, enum drop_reason reason)
{
	egress->stuck = false;
	egress_drop_backlog(egress, reason);
	egress_resume_waiters(egress);
}

void egress_carrier_lost(struct egress *egress)
{
	egress_discard(egress, DROP_NO_CARRIER);
}
