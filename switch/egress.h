/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * egress.h - the way out through one port: batch, backlog, waiting sources
 */
#ifndef SWITCH_EGRESS_H
#define SWITCH_EGRESS_H

#include "core/loop.h"
#include "core/packet.h"
#include "core/port.h"
#include "switch/network.h"

/**
 * struct egress - embedded in a network's entry of a port
 * @port:		where frames go
 * @env:		the network's
 * @batch:		frames of the current input, borrowed until the flush
 * @batch_count:	entries of @batch
 * @touched:	link in the list of egresses that have a batch
 * @backlog:	packets that wait, in order
 * @backlog_count:	packets in @backlog
 * @backlog_chunks:	tail memory that @backlog holds
 * @rest:	takes what is left of a frame that @port took only a part of
 * @cut:	those segments, until they are put in front of @backlog
 * @waiters:	sources (struct egress_wait) that kept frames for this port
 * @wait_timer:	ends the waiting
 * @stuck:	a wait timed out; nobody waits until the port moves again
 */
struct egress {
	struct port *port;
	const struct network_env *env;
	struct frame *batch[FRAME_BATCH];
	unsigned batch_count;
	struct list touched;
	struct list backlog;
	unsigned backlog_count;
	unsigned backlog_chunks;
	struct offload_rest rest;
	struct list cut;
	struct list waiters;
	struct timer wait_timer;
	bool stuck;
};

/**
 * struct egress_wait - a source's place in the queue before a full port
 * @link:	in the waiters of one egress, at most
 * @source:	is resumed when it is worth trying again
 */
struct egress_wait {
	struct list link;
	struct port *source;
};

/** egress_init() - nothing queued; @env outlives it */
void egress_init(struct egress *egress, struct port *port,
		 const struct network_env *env);

/** egress_fini() - drop what is queued, resume who waits */
void egress_fini(struct egress *egress);

/** egress_add() - collect a frame; at most FRAME_BATCH between flushes */
static inline void egress_add(struct egress *egress, struct frame *frame)
{
	egress->batch[egress->batch_count++] = frame;
}

/**
 * egress_flush() - send what was collected, or let it wait, or drop it
 * @egress:	its batch is empty afterwards
 * @wait:	place of the one source of the whole batch if it can keep what
 *		is not taken; NULL otherwise
 *
 * Verdicts of unicast frames are brought up to date. A flooded frame keeps its
 * verdict: it reached others; its loss here is counted at the port.
 *
 * Return: frames dealt with, in order; fewer than the batch only when @wait was
 * given. That source is resumed later.
 */
unsigned egress_flush(struct egress *egress, struct egress_wait *wait);

/** egress_writable() - the port has room: backlog first, then the waiters */
void egress_writable(struct egress *egress);

/** egress_discard() - drop the backlog for this reason, wake waiters */
void egress_discard(struct egress *egress, enum drop_reason reason);

/** egress_carrier_lost() - nobody is there: drop the backlog, wake waiters */
void egress_carrier_lost(struct egress *egress);

#endif
