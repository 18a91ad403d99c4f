// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reply_queue.c - frames that a port makes itself, handed up after the batch
 */
#include "switch/reply_queue.h"

static void drop_all(struct list *packets)
{
	struct list *link;

	while ((link = list_pop(packets)))
		packet_free(container_of(link, struct packet, link));
}

static void deliver(struct deferred *deferred)
{
	struct reply_queue *queue =
		container_of(deferred, struct reply_queue, deferred);
	struct packet *packets[FRAME_BATCH];
	struct frame *frames[FRAME_BATCH];
	struct list *link;
	unsigned i, n = 0;

	while (n < FRAME_BATCH && (link = list_pop(&queue->packets))) {
		packets[n] = container_of(link, struct packet, link);
		frames[n] = &packets[n]->frame;
		queue->bytes -= frames[n]->len;
		n++;
	}
	queue->frames -= n;
	if (!list_is_empty(&queue->packets))
		loop_defer(queue->loop, &queue->deferred);
	if (n)
		port_input(queue->port, frames, n);
	for (i = 0; i < n; i++)
		packet_free(packets[i]);
}

void reply_queue_init(struct reply_queue *queue, struct loop *loop,
		      struct packet_pool *pool, struct port *port)
{
	queue->loop = loop;
	queue->pool = pool;
	queue->port = port;
	queue->frames = 0;
	queue->bytes = 0;
	list_init(&queue->packets);
	deferred_init(&queue->deferred, deliver);
}

void reply_queue_fini(struct reply_queue *queue)
{
	deferred_cancel(&queue->deferred);
	drop_all(&queue->packets);
	queue->frames = 0;
	queue->bytes = 0;
}

static bool is_full(const struct reply_queue *queue, size_t len)
{
	return queue->frames == REPLY_QUEUE_FRAMES ||
	       queue->bytes + len > REPLY_QUEUE_BYTES;
}

static void append(struct reply_queue *queue, struct packet *packet)
{
	list_append(&queue->packets, &packet->link);
	queue->frames++;
	queue->bytes += packet->frame.len;
	loop_defer(queue->loop, &queue->deferred);
}

void reply_queue_add(struct reply_queue *queue, const void *data, size_t len)
{
	struct packet *packet;
	struct frame frame;
	struct iovec tail;

	frame_set_data(&frame, data, (uint32_t)len, &tail);
	if (is_full(queue, len)) {
		port_drop_rx(queue->port, &frame, DROP_BACKLOG_FULL);
		return;
	}
	packet = packet_from_frame(queue->pool, &frame);
	if (packet)
		append(queue, packet);
	else
		port_drop_rx(queue->port, &frame, DROP_NO_PACKET);
}

void reply_queue_add_packet(struct reply_queue *queue, struct packet *packet)
{
	if (!is_full(queue, packet->frame.len)) {
		append(queue, packet);
		return;
	}
	port_drop_rx(queue->port, &packet->frame, DROP_BACKLOG_FULL);
	packet_free(packet);
}

void reply_queue_flush(struct reply_queue *queue)
{
	while (!list_is_empty(&queue->packets)) {
		deferred_cancel(&queue->deferred);
		deliver(&queue->deferred);
	}
	deferred_cancel(&queue->deferred);
}
