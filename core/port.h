/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * port.h - the one contract: everything that sends or receives Ethernet frames
 *
 * A vhost-user peer, a tap, an uplink, a bond, a NAT gateway, a cable to
 * another network, a replay in a test: each embeds a struct port. A network
 * plugs ports together and can't tell them apart. A new backend can be written
 * from this page alone.
 *
 * Threads: a port, its network and all that hangs on them belong to one worker.
 * Every function here is called on that worker only; nothing locks.
 *
 * Life: the owner embeds the port and calls port_init(). Whoever plugs it in
 * (network_add_port(), a bond) sets the upper side with port_plug(). Until then
 * and after port_unplug(), input is dropped. close() is called once, by the one
 * who took the port over, after port_unplug(); it frees the owner.
 *
 * Frames down: send() gets frames that are borrowed for the call. They may be
 * read, never changed, and not be kept: what must wait is copied into a packet
 * (core/packet.h) by the caller, not by the port. The port takes them in order
 * and says how many it took; a frame that it can never deliver (too long for
 * every buffer) it counts as dropped (port_count_lost()) and takes. When it
 * took fewer than it got, it is full: it calls port_writable() once when there
 * is room again.
 *
 * Frames up: the owner calls port_input() with frames whose snapshot is filled
 * and frame_classify()ed. When the call returns, each taken frame's verdict
 * says what became of it, and the owner may reuse the memory. A port that set
 * @can_wait may be told that not all were taken: their one receiver is full.
 * It keeps the rest in its own queue and offers them again when its resume()
 * is called. Other ports have everything taken, at worst as a drop.
 *
 * Drops: whoever loses a frame says so with port_drop_rx(), port_drop_tx() or
 * port_count_lost(), with the frame at hand as far as it is known. They count,
 * bring the verdict up to date and tell the upper side, so that a capture of
 * the port shows each frame that the counters know of.
 *
 * Nothing here is re-entered for the same port: a send() never calls
 * port_input() of its own port; a gateway that answers a frame does it from a
 * deferred call or after the batch (see loop_defer()).
 */
#ifndef CORE_PORT_H
#define CORE_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/frame.h"

/** PORT_NAME_SIZE - a name of 31 characters and "/gateway" behind it */
#define PORT_NAME_SIZE 40
/** PORT_FAULT_SIZE - why a port works no more */
#define PORT_FAULT_SIZE 96

struct port;

/** enum port_feature - what a port can take without software help (bits) */
enum port_feature {
	PORT_CSUM = 1 << 0, /* VNET_F_NEEDS_CSUM may reach it */
	PORT_TSO4 = 1 << 1, /* VNET_GSO_TCPV4 may reach it */
	PORT_TSO6 = 1 << 2, /* VNET_GSO_TCPV6 may reach it */
	PORT_ECN = 1 << 3,  /* VNET_GSO_ECN may be set on these */
};

/** enum port_direction - seen from the network that a port is plugged into */
enum port_direction {
	PORT_RX, /* from the port's guest or wire into the network */
	PORT_TX, /* from the network out through the port */
};

/**
 * struct port_counters - what passed, seen from the port's own guest or wire
 * @rx_frames:	came in through port_input()
 * @rx_bytes:	bytes of these
 * @tx_frames:	taken by send() and delivered
 * @tx_bytes:	bytes of these
 * @drops:	by reason; rx and tx reasons don't overlap (core/verdict.h)
 */
struct port_counters {
	uint64_t rx_frames;
	uint64_t rx_bytes;
	uint64_t tx_frames;
	uint64_t tx_bytes;
	uint64_t drops[DROP_COUNT];
};

/**
 * struct port_status - what a port tells about itself
 * @carrier:	somebody is at the other end
 * @detail:	one line for people: "vhost-user, driver ready, 2 queue pairs"
 * @fault:	why the port was switched off; empty while it works
 */
struct port_status {
	bool carrier;
	char detail[96];
	char fault[PORT_FAULT_SIZE];
};

/**
 * struct port_ops - down: what a kind of port does; const, one per kind
 * @send:	deliver @n frames (1 to FRAME_BATCH), in order; returns how
 *		many were taken. Never blocks. Those it took but could not
 *		deliver it counts with port_count_lost(), the others port_send()
 *		counts
 * @resume:	the upper side can take input again (only for ports that set
 *		@can_wait; NULL otherwise). Must not call port_input() from
 *		within: it schedules its receive work.
 * @status:	fill in @status, already zeroed
 * @close:	free everything; the port is gone when it returns
 */
struct port_ops {
	unsigned (*send)(struct port *port, struct frame **frames, unsigned n);
	void (*resume)(struct port *port);
	void (*status)(struct port *port, struct port_status *status);
	void (*close)(struct port *port);
};

/**
 * struct port_upper - up: whoever the port is plugged into
 * @input:	frames from the port; returns how many were taken, in order
 *		(all of them unless the port set @can_wait)
 * @carrier:	the port's carrier changed
 * @writable:	a send() that took less than all may be tried again
 * @dropped:	a frame died at the port, elsewhere than in @input; @frame is
 *		NULL where there was nothing that could be read as one. NULL:
 *		not interested
 * @sent:	a send() took the @n frames; called while @port->is_watched
 */
struct port_upper {
	unsigned (*input)(void *ctx, struct port *port, struct frame **frames,
			  unsigned n);
	void (*carrier)(void *ctx, struct port *port, bool up);
	void (*writable)(void *ctx, struct port *port);
	void (*dropped)(void *ctx, struct port *port, struct frame *frame,
			enum port_direction direction, enum drop_reason reason);
	void (*sent)(void *ctx, struct port *port, struct frame **frames,
		     unsigned n);
};

/**
 * struct port - embedded in each owner
 * @ops:	what the kind does
 * @upper:	NULL while not plugged in
 * @upper_ctx:	handed back to @upper
 * @upper_slot:	for the upper side: its number of this port
 * @features:	enum port_feature bits; the owner may change them, and does so
 *		before it reports carrier
 * @mtu:	largest IP packet, for status and for segmentation
 * @carrier:	last reported state
 * @can_wait:	the owner can keep frames that were not taken
 * @is_patient:	and keeps them by receiver: none of its frames for others waits
 *		behind them, so it may be let wait for as long as it takes
 * @is_watched:	for the upper side, which sets it: tell it what was sent
 * @name:	"web1:0", "bond0/eth1"
 * @counters:	kept by the inline functions below
 */
struct port {
	const struct port_ops *ops;
	const struct port_upper *upper;
	void *upper_ctx;
	uint16_t upper_slot;
	uint16_t features;
	uint16_t mtu;
	bool carrier;
	bool can_wait;
	bool is_patient;
	bool is_watched;
	char name[PORT_NAME_SIZE];
	struct port_counters counters;
};

/** port_init() - start a port that is not plugged in and has no carrier */
void port_init(struct port *port, const struct port_ops *ops, const char *name);

/** port_plug() - give the port its upper side */
void port_plug(struct port *port, const struct port_upper *upper, void *ctx);

/** port_unplug() - take the upper side away; input is dropped from now on */
void port_unplug(struct port *port);

/** port_carrier() - the owner reports its carrier; no-op when unchanged */
void port_carrier(struct port *port, bool up);

/** port_writable() - the owner reports that a full port has room again */
void port_writable(struct port *port);

/** port_get_status() - carrier, words and fault, for `weft show ports` */
void port_get_status(struct port *port, struct port_status *status);

/**
 * port_drop_rx() - a frame that came in died before port_input()
 * @frame:	its verdict says so then; NULL: what came in was no frame
 */
void port_drop_rx(struct port *port, struct frame *frame,
		  enum drop_reason reason);

/**
 * port_drop_tx() - a frame that was to go out died outside of send()
 *
 * A flooded frame keeps its verdict: it reached others.
 */
void port_drop_tx(struct port *port, struct frame *frame,
		  enum drop_reason reason);

/**
 * port_count_lost() - within send(): a frame that is taken but not delivered
 *
 * As port_drop_tx(). port_send() is going to count what was taken as sent; this
 * takes the one frame out of that count.
 */
void port_count_lost(struct port *port, struct frame *frame,
		     enum drop_reason reason);

/**
 * port_input() - hand frames up
 * @port:	where they came from
 * @frames:	classified, verdict without a drop
 * @n:		1 to FRAME_BATCH
 *
 * Return: how many were taken, in order; @n unless @port->can_wait.
 */
unsigned port_input(struct port *port, struct frame **frames, unsigned n);

/**
 * port_send() - hand frames down; how upper sides call send()
 *
 * Return: how many the port took, in order.
 */
unsigned port_send(struct port *port, struct frame **frames, unsigned n);

#endif
