// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * network_capture.c - what a network shows: to its recorder, and to captures
 *
 * Theory of operation
 *
 * A frame is seen at two ports. Where it came in it is seen once its verdict is
 * final, behind the batch; where it goes out when send() took it, or when it
 * died there. So each is one record in the file of whoever captures that port,
 * with what the port's counters say of it.
 *
 * The recorder gets one record a frame, from the batch. What happens to a frame
 * later (it waited, and its receiver is gone) or at one of many receivers of a
 * flood is one more, marked as lost.
 *
 * Frames that others look at are copied into rings, and published when the
 * batch is over: whoever reads them sees a batch whole.
 *
 * Limits: of a flooded frame the recorder doesn't know which ports were passed
 * by, for they were private or without carrier.
 */
#include "switch/capture/capture.h"
#include "switch/network_internal.h"

static void see(struct network *network, struct network_port *entry,
		const struct capture_event *event)
{
	list_for_each (link, &entry->taps) {
		struct capture_tap *tap;

		tap = container_of(link, struct capture_tap, link);
		if (tap->settings->is_replay)
			continue;
		capture_tap_see(tap, event);
		if (list_is_empty(&tap->ring->dirty))
			list_append(&network->dirty, &tap->ring->dirty);
	}
}

/* Name of the port that a verdict is about; NULL: of none. */
static const char *peer_of(const struct network *network,
			   const struct verdict *verdict)
{
	bool has_egress = verdict->fate == FATE_FORWARDED ||
			  verdict->fate == FATE_QUEUED || verdict->at_egress;

	if (!has_egress || verdict->egress >= network->port_count ||
	    !network->ports[verdict->egress])
		return NULL;
	return network->ports[verdict->egress]->port->name;
}

void network_publish(struct network *network)
{
	struct list *link;

	while ((link = list_pop(&network->dirty)))
		capture_ring_publish(
			container_of(link, struct capture_ring, dirty));
}

static void see_batch(struct network *network, struct network_port *in,
		      struct frame **frames, unsigned n)
{
	struct capture_event event = {
		.direction = PORT_RX,
		.stamp_ns = network->began_ns,
	};
	unsigned i;

	for (i = 0; i < n; i++) {
		const struct verdict *verdict = &frames[i]->verdict;

		event.frame = frames[i];
		event.reason = verdict->at_egress ? DROP_NONE : verdict->reason;
		event.peer = peer_of(network, verdict);
		see(network, in, &event);
	}
}

/* Two loops, each with a length that the compiler knows. */
static void remember(struct recorder *recorder, struct frame **frames,
		     unsigned n, uint64_t now_ns)
{
	unsigned i;

	for (i = 0; n >= RECORDER_BUSY && i < n; i++)
		recorder_add(recorder, frames[i], now_ns, true);
	for (; i < n; i++)
		recorder_add(recorder, frames[i], now_ns, false);
}

void network_record(struct network *network, struct network_port *in,
		    struct frame **frames, unsigned n)
{
	if (LIKELY(network->recorder.records != NULL))
		remember(&network->recorder, frames, n,
			 loop_now_ns(network->env.loop));
	if (UNLIKELY(in->port->is_watched) && n)
		see_batch(network, in, frames, n);
	if (UNLIKELY(!list_is_empty(&network->dirty)))
		network_publish(network);
}

void network_sent(void *ctx, struct port *port, struct frame **frames,
		  unsigned n)
{
	struct network *network = ctx;
	struct capture_event event = {
		.direction = PORT_TX,
		.stamp_ns = loop_clock_ns(network->env.loop),
	};
	unsigned i;

	for (i = 0; i < n; i++) {
		event.frame = frames[i];
		/* what was lost was seen when it was */
		if (!frames[i]->verdict.lost)
			see(network, network_slot(network, port), &event);
		frames[i]->verdict.lost = false;
	}
	if (!network->is_busy)
		network_publish(network);
}

static void record_late(struct network *network, const struct port *port,
			const struct capture_event *event)
{
	struct frame frame = *event->frame;

	verdict_drop(&frame.verdict, event->reason);
	frame.verdict.egress = port->upper_slot;
	frame.verdict.at_egress = event->direction == PORT_TX;
	frame.verdict.lost = true;
	recorder_add(&network->recorder, &frame, loop_now_ns(network->env.loop),
		     false);
}

/* Is this drop in the record of the batch that is in work? */
static bool is_of_batch(const struct network *network,
			const struct frame *frame,
			enum port_direction direction)
{
	return direction == PORT_TX && network->is_busy &&
	       frame->verdict.fate != FATE_FLOODED;
}

void network_dropped(void *ctx, struct port *port, struct frame *frame,
		     enum port_direction direction, enum drop_reason reason)
{
	struct network *network = ctx;
	struct capture_event event = {
		.frame = frame,
		.direction = (uint8_t)direction,
		.reason = (uint8_t)reason,
	};

	if (frame && direction == PORT_RX)
		frame->ingress = port->upper_slot;
	if (frame && network->recorder.records &&
	    !is_of_batch(network, frame, direction))
		record_late(network, port, &event);
	if (LIKELY(!port->is_watched))
		return;
	event.stamp_ns = loop_clock_ns(network->env.loop);
	see(network, network_slot(network, port), &event);
	if (!network->is_busy)
		network_publish(network);
}

void network_tap(struct network *network, struct port *port,
		 struct capture_tap *tap)
{
	list_append(&network_slot(network, port)->taps, &tap->link);
	port->is_watched = true;
}

void network_tap_remove(struct network *network, struct port *port,
			struct capture_tap *tap)
{
	list_remove(&tap->link);
	port->is_watched = !list_is_empty(&network_slot(network, port)->taps);
}

void network_untap(struct network *network, struct port *port)
{
	while (list_pop(&network_slot(network, port)->taps))
		;
	port->is_watched = false;
}

void network_replay_begin(const struct network *network, uint64_t from_ns,
			  struct network_replay *replay)
{
	const struct recorder *recorder = &network->recorder;
	uint64_t first = recorder_first(recorder);

	*replay = (struct network_replay){.from_ns = from_ns};
	replay->end = recorder->next;
	if (!recorder->records)
		return;
	replay->next = recorder_find(recorder, from_ns);
	/* record 0 is the network's beginning: nothing was forgotten before */
	if (first && replay->next == first)
		replay->reached_ns = recorder_get(recorder, first)->stamp_ns;
}

/* Has this record to do with the port in @slot, and which way? */
static bool is_about(const struct recorder_record *record, uint16_t slot,
		     struct capture_event *event)
{
	const struct verdict *v = &record->verdict;

	event->reason = DROP_NONE;
	if (record->ingress == slot && !(v->lost && v->at_egress)) {
		event->direction = PORT_RX;
		if (!v->at_egress)
			event->reason = v->reason;
		return true;
	}
	event->direction = PORT_TX;
	if (v->fate == FATE_FLOODED)
		return true;
	if (v->at_egress)
		event->reason = v->reason;
	return v->egress == slot && (v->fate == FATE_FORWARDED ||
				     v->fate == FATE_QUEUED || v->at_egress);
}

static void replay_record(struct network *network, struct capture_ring *ring,
			  const struct recorder_record *record)
{
	struct capture_event event = {.stamp_ns = record->stamp_ns};
	struct frame frame;
	uint16_t slot;

	recorder_frame(record, &frame);
	event.frame = &frame;
	for (slot = 0; slot < network->port_count; slot++) {
		struct network_port *entry = network->ports[slot];

		if (!entry || list_is_empty(&entry->taps) ||
		    record->stamp_ns < entry->plugged_ns ||
		    !is_about(record, slot, &event))
			continue;
		event.peer = event.direction == PORT_RX
				     ? peer_of(network, &frame.verdict)
				     : NULL;
		list_for_each (link, &entry->taps) {
			struct capture_tap *tap;

			tap = container_of(link, struct capture_tap, link);
			if (tap->ring == ring)
				capture_tap_see(tap, &event);
		}
	}
}

bool network_replay_step(struct network *network, struct capture_ring *ring,
			 struct network_replay *replay, unsigned most)
{
	const struct recorder *recorder = &network->recorder;
	uint64_t first = recorder_first(recorder);

	if (replay->next < first) {
		replay->lost += MIN(first, replay->end) - replay->next;
		replay->next = first;
	}
	for (; most && replay->next < replay->end; most--) {
		if (capture_ring_used(ring) > CAPTURE_RING_SIZE / 2)
			break;
		replay_record(network, ring,
			      recorder_get(recorder, replay->next++));
		capture_ring_publish(ring);
	}
	return replay->next < replay->end;
}
