// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cable.c - two ports that are the ends of one cable
 *
 * Theory of operation
 *
 * A frame that is sent is borrowed, and the network that sends it is at work:
 * it may not be entered again, and its verdict of the frame is not the other
 * network's. So the frame is copied into a packet, which waits for a deferred
 * call of the other end, and comes out there later in the same round of the
 * loop. However many cables are in a row, none is used from within another.
 *
 *	send() of one end -> queue of the other -> its arrive() -> port_input()
 *
 * One turn brings a batch out of one end; what is left has its turn in the next
 * round of the loop. So a flood one way, or frames that go round for ever in a
 * lab that is wired in a circle, leave time for all else.
 *
 * Full: a queue is bounded, and then the sender may wait as before any port. It
 * is told when there is room for a batch. When the worker's pool is empty, what
 * is under way already is waited for; only when that is nothing frames are
 * lost.
 *
 * Held: a network that can't take what comes out (its receiver is full) lets
 * the end wait, and then what is sent into the other end fills the queue. So a
 * slow receiver is felt by the sender on the far side of all cables.
 *
 * Life: the cable is freed when nobody uses it: not its two ends, and no call
 * of it that is under way.
 */
#include "switch/uplink/cable.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/**
 * struct cable_end - one of the two
 * @port:	its port
 * @cable:	of both
 * @peer:	the other end
 * @queue:	packets that @peer has sent, to come out here
 * @queued:	how many
 * @chunks:	their tail memory
 * @arrive:	brings them out
 * @is_open:	not closed so far
 * @is_held:	the upper side didn't take all, and is going to resume
 * @is_full:	a send() into this end took less than all
 */
struct cable_end {
	struct port port;
	struct cable *cable;
	struct cable_end *peer;
	struct list queue;
	unsigned queued;
	unsigned chunks;
	struct deferred arrive;
	bool is_open;
	bool is_held;
	bool is_full;
};

/**
 * struct cable - both ends
 * @loop:	of both
 * @pool:	for what is under way
 * @ends:	0 and 1
 * @users:	ends that are open, and calls under way
 * @is_plugged:	as set
 * @is_up:	that, and both ends are open
 */
struct cable {
	struct loop *loop;
	struct packet_pool *pool;
	struct cable_end ends[2];
	unsigned users;
	bool is_plugged;
	bool is_up;
};

static void cable_put(struct cable *cable)
{
	if (--cable->users)
		return;
	deferred_cancel(&cable->ends[0].arrive);
	deferred_cancel(&cable->ends[1].arrive);
	free(cable);
}

static void queue_push(struct cable_end *end, struct packet *packet)
{
	list_append(&end->queue, &packet->link);
	end->queued++;
	end->chunks += packet->frame.iov_count;
}

static struct packet *queue_pop(struct cable_end *end)
{
	struct list *link = list_pop(&end->queue);
	struct packet *packet;

	if (!link)
		return NULL;
	packet = container_of(link, struct packet, link);
	end->queued--;
	end->chunks -= packet->frame.iov_count;
	return packet;
}

static bool queue_has_room(const struct cable_end *end)
{
	return end->queued < CABLE_MAX_PACKETS &&
	       end->chunks < CABLE_MAX_CHUNKS;
}

/* Enough for a batch: not each frame is to wake the sender. */
static bool queue_takes_a_batch(const struct cable_end *end)
{
	return end->queued <= CABLE_MAX_PACKETS - FRAME_BATCH &&
	       end->chunks <= CABLE_MAX_CHUNKS / 2;
}

static void packet_pull(struct cable_end *end, struct packet *packet)
{
	frame_classify(&packet->frame);
	port_drop_rx(&end->port, &packet->frame, DROP_PULLED);
	packet_free(packet);
}

static void queue_drop(struct cable_end *end)
{
	struct packet *packet;

	while ((packet = queue_pop(end)))
		packet_pull(end, packet);
	if (end->peer->is_full)
		loop_defer(end->cable->loop, &end->arrive);
}

static unsigned cable_lose(struct port *port, struct frame **frames, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		port_count_lost(port, frames[i], DROP_NO_CARRIER);
	return n;
}

static unsigned cable_send(struct port *port, struct frame **frames, unsigned n)
{
	struct cable_end *end = container_of(port, struct cable_end, port);
	struct cable_end *to = end->peer;
	struct cable *cable = end->cable;
	unsigned i;

	if (!cable->is_up)
		return cable_lose(port, frames, n);
	for (i = 0; i < n && queue_has_room(to); i++) {
		struct packet *packet =
			packet_from_frame(cable->pool, frames[i]);

		if (LIKELY(packet != NULL))
			queue_push(to, packet);
		else if (!to->queued)
			port_count_lost(port, frames[i], DROP_NO_PACKET);
		else
			break;
	}
	end->is_full = i < n;
	if (to->queued)
		loop_defer(cable->loop, &to->arrive);
	return i;
}

static unsigned take_batch(struct cable_end *end, struct frame **frames)
{
	struct packet *packet;
	unsigned n = 0;

	while (n < FRAME_BATCH && (packet = queue_pop(end))) {
		frame_classify(&packet->frame);
		frames[n++] = &packet->frame;
	}
	return n;
}

/* What was not taken goes before all that came meanwhile. */
static void put_back(struct cable_end *end, struct frame **frames, unsigned n)
{
	struct list *first = end->queue.next;

	for (unsigned i = 0; i < n; i++) {
		struct packet *packet =
			container_of(frames[i], struct packet, frame);

		if (!end->cable->is_up) {
			packet_pull(end, packet);
			continue;
		}
		list_append(first, &packet->link);
		end->queued++;
		end->chunks += packet->frame.iov_count;
	}
}

static void cable_input(struct cable_end *end)
{
	struct frame *frames[FRAME_BATCH];
	unsigned i, taken, n = take_batch(end, frames);

	if (!n)
		return;
	taken = port_input(&end->port, frames, n);
	for (i = 0; i < taken; i++)
		packet_free(container_of(frames[i], struct packet, frame));
	put_back(end, frames + taken, n - taken);
	end->is_held = taken < n;
	if (!end->is_held && end->queued)
		loop_defer(end->cable->loop, &end->arrive);
}

static void cable_arrive(struct deferred *deferred)
{
	struct cable_end *end =
		container_of(deferred, struct cable_end, arrive);
	struct cable *cable = end->cable;

	cable->users++;
	if (!end->is_held)
		cable_input(end);
	if (end->peer->is_full && queue_takes_a_batch(end)) {
		end->peer->is_full = false;
		port_writable(&end->peer->port);
	}
	cable_put(cable);
}

static void cable_resume(struct port *port)
{
	struct cable_end *end = container_of(port, struct cable_end, port);

	end->is_held = false;
	loop_defer(end->cable->loop, &end->arrive);
}

static void cable_status(struct port *port, struct port_status *status)
{
	struct cable_end *end = container_of(port, struct cable_end, port);
	const char *more = "";

	if (!end->peer->is_open)
		more = ", which is gone";
	else if (!end->cable->is_plugged)
		more = ", pulled out";
	snprintf(status->detail, sizeof(status->detail), "cable to %s%s",
		 end->peer->port.name, more);
}

/* Both ends know before anybody is told, as what is told may send. */
static void cable_update(struct cable *cable)
{
	cable->users++;
	cable->is_up = cable->is_plugged && cable->ends[0].is_open &&
		       cable->ends[1].is_open;
	for (unsigned i = 0; i < 2 && !cable->is_up; i++)
		queue_drop(&cable->ends[i]);
	for (unsigned i = 0; i < 2; i++)
		port_carrier(&cable->ends[i].port, cable->is_up);
	cable_put(cable);
}

static void cable_close(struct port *port)
{
	struct cable_end *end = container_of(port, struct cable_end, port);
	struct cable *cable = end->cable;

	end->is_open = false;
	cable_update(cable);
	cable_put(cable);
}

static const struct port_ops cable_ops = {
	.send = cable_send,
	.resume = cable_resume,
	.status = cable_status,
	.close = cable_close,
};

static void end_init(struct cable *cable, unsigned i, const char *name,
		     uint16_t mtu)
{
	struct cable_end *end = &cable->ends[i];

	port_init(&end->port, &cable_ops, name);
	end->port.features = PORT_CSUM | PORT_TSO4 | PORT_TSO6 | PORT_ECN;
	end->port.mtu = mtu;
	end->port.can_wait = true;
	end->cable = cable;
	end->peer = &cable->ends[!i];
	end->is_open = true;
	list_init(&end->queue);
	deferred_init(&end->arrive, cable_arrive);
	cable->users++;
}

struct cable *cable_create(struct loop *loop, struct packet_pool *pool,
			   const char *name_a, const char *name_b, uint16_t mtu,
			   struct err *err)
{
	struct cable *cable = calloc(1, sizeof(*cable));

	if (!cable) {
		err_set(err, -ENOMEM, "no memory for a cable from %s to %s",
			name_a, name_b);
		return NULL;
	}
	cable->loop = loop;
	cable->pool = pool;
	end_init(cable, 0, name_a, mtu);
	end_init(cable, 1, name_b, mtu);
	cable_set_carrier(cable, true);
	return cable;
}

struct port *cable_port(struct cable *cable, unsigned end)
{
	return &cable->ends[end].port;
}

void cable_set_mtu(struct cable *cable, uint16_t mtu)
{
	cable->ends[0].port.mtu = mtu;
	cable->ends[1].port.mtu = mtu;
}

void cable_set_carrier(struct cable *cable, bool up)
{
	cable->is_plugged = up;
	cable_update(cable);
}
