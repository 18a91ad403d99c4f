/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * network_internal.h - what the files of a network share; nobody else's
 */
#ifndef SWITCH_NETWORK_INTERNAL_H
#define SWITCH_NETWORK_INTERNAL_H

#include "switch/egress.h"
#include "switch/network.h"
#include "switch/capture/recorder.h"

/**
 * struct network_port - a port's entry
 * @port:	plugged in
 * @options:	isolated, disabled
 * @flood_ns:	virtual clock of its flooding
 * @wait:	its place in the queue before a full port
 * @egress:	the way out through it
 * @taps:	captures that look at it
 * @plugged_ns:	older records of this number are another port's
 */
struct network_port {
	struct port *port;
	struct network_port_options options;
	uint64_t flood_ns;
	struct egress_wait wait;
	struct egress egress;
	struct list taps;
	uint64_t plugged_ns;
};

/**
 * struct network - ports, and which address is behind which
 * @env:	of the worker that it lives on; what it points to is borrowed
 * @options:	as given to network_create()
 * @fdb:	filtering database
 * @age_timer:	forgets idle addresses
 * @ports:	by number; NULL for a free one
 * @port_count:	slots in use are below this
 * @flood_cost_ns: what one flooded frame costs its port's allowance
 * @touched:	egresses with a batch that is to be sent
 * @recorder:	what passed
 * @dirty:	capture rings with frames of the batch in work
 * @is_busy:	a batch is in work
 * @began_ns:	when it came, if its port is watched
 */
struct network {
	struct network_env env;
	struct network_options options;
	struct fdb *fdb;
	struct timer age_timer;
	struct network_port **ports;
	uint16_t port_count;
	uint64_t flood_cost_ns;
	struct list touched;
	struct recorder recorder;
	struct list dirty;
	bool is_busy;
	uint64_t began_ns;
};

/** network_slot() - the entry of a port that is plugged in */
static inline struct network_port *network_slot(const struct network *network,
						const struct port *port)
{
	return network->ports[port->upper_slot];
}

/** network_dropped() - struct port_upper: a frame died at a port */
void network_dropped(void *ctx, struct port *port, struct frame *frame,
		     enum port_direction direction, enum drop_reason reason);

/** network_sent() - struct port_upper: a watched port has sent */
void network_sent(void *ctx, struct port *port, struct frame **frames,
		  unsigned n);

/** network_record() - a batch has its verdicts: remember it, let taps see it */
void network_record(struct network *network, struct network_port *in,
		    struct frame **frames, unsigned n);

/** network_publish() - give captures what the batch has brought */
void network_publish(struct network *network);

#endif
