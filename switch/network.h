/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * network.h - ports plugged together: learning, forwarding, flooding
 *
 * One network is one broadcast domain, whatever its mode: nat, bridge and
 * internal differ only in which ports are plugged in (docs/architecture.md).
 */
#ifndef SWITCH_NETWORK_H
#define SWITCH_NETWORK_H

#include "core/loop.h"
#include "core/offload.h"
#include "core/packet.h"
#include "core/port.h"
#include "switch/fdb.h"

#define NETWORK_MAX_PORTS 1024
#define NETWORK_MAX_FDB 8192
/** NETWORK_FLOOD_PPS - frames a second that one port may have flooded */
#define NETWORK_FLOOD_PPS 20000
/** NETWORK_FLOOD_BURST - frames that it may save up */
#define NETWORK_FLOOD_BURST 4000
/** NETWORK_BACKLOG_PACKETS - frames that may wait for one slow port */
#define NETWORK_BACKLOG_PACKETS 256
/** NETWORK_BACKLOG_CHUNKS - tail memory that these may take */
#define NETWORK_BACKLOG_CHUNKS 512
/** NETWORK_WAIT_NS - how long a source waits for a full port at most */
#define NETWORK_WAIT_NS (5 * NSEC_PER_MSEC)

struct capture_ring;
struct capture_tap;
struct network;

/**
 * struct network_watcher - whoever wants to know what happens to the ports
 * @carrier:	a port's carrier changed; the network has dealt with it
 * @ctx:	for @carrier
 */
struct network_watcher {
	void (*carrier)(void *ctx, struct port *port, bool up);
	void *ctx;
};

/**
 * struct network_options - one network
 * @name:		for messages
 * @max_ports:		0: NETWORK_MAX_PORTS
 * @max_fdb:		0: NETWORK_MAX_FDB
 * @ageing_s:		0: FDB_AGEING_S
 * @flood_pps:		0: NETWORK_FLOOD_PPS
 * @seed:		random, for the fdb's hash
 * @link_local:		forward 01-80-C2-00-00-0x too: a cable, not a bridge
 * @watcher:		told of carrier changes, unless its @carrier is NULL
 */
struct network_options {
	const char *name;
	uint16_t max_ports;
	uint32_t max_fdb;
	uint32_t ageing_s;
	uint32_t flood_pps;
	uint64_t seed;
	bool link_local;
	struct network_watcher watcher;
};

/**
 * struct network_port_options - one port's place in a network
 * @isolated:	private port: reaches non-isolated ports only
 * @disabled:	administratively down: takes and gives nothing
 * @mac:	a port of ours (a gateway): its address from the start, and
 *		nobody else's; all zero: the port's addresses are learnt
 */
struct network_port_options {
	bool isolated;
	bool disabled;
	struct mac mac;
};

/**
 * struct network_env - what a network uses of its worker
 * @loop:	time and timers
 * @pool:	for frames that wait for a slow port
 * @scratch:	for offloads that a receiver can't take
 */
struct network_env {
	struct loop *loop;
	struct packet_pool *pool;
	struct offload_scratch *scratch;
};

/**
 * network_create() - an empty network
 * @env:	what it points to must outlive the network
 */
struct network *network_create(const struct network_env *env,
			       const struct network_options *options,
			       struct err *err);

/** network_destroy() - unplugs every port, closes none; NULL is fine */
void network_destroy(struct network *network);

/** network_set_link_local() - options.link_local, from now on */
void network_set_link_local(struct network *network, bool link_local);

/**
 * network_add_port() - plug @port in
 *
 * @port stays its owner's, who unplugs it with network_remove_port() before
 * closing it.
 *
 * Return: 0, -ENOSPC when the network is full, -EEXIST when its @options->mac
 * is in use already, -ENOMEM.
 */
int network_add_port(struct network *network, struct port *port,
		     const struct network_port_options *options);

/** network_remove_port() - forget its addresses and what waits for it */
void network_remove_port(struct network *network, struct port *port);

/**
 * network_set_port_options() - change them on a running port
 *
 * One that is disabled now is forgotten as if its carrier had gone. Its @mac
 * can't be changed.
 */
void network_set_port_options(struct network *network, struct port *port,
			      const struct network_port_options *options);

/** network_fdb() - for `weft show fdb` */
const struct fdb *network_fdb(const struct network *network);

/** network_port() - the port in slot @slot, NULL when there is none */
struct port *network_port(const struct network *network, uint16_t slot);

/**
 * network_tap() - let a capture see what passes @port
 *
 * Until network_untap(), or network_remove_port(): the tap then is in no list.
 */
void network_tap(struct network *network, struct port *port,
		 struct capture_tap *tap);

/** network_untap() - all captures let go of @port */
void network_untap(struct network *network, struct port *port);

/** network_tap_remove() - one capture lets go of @port */
void network_tap_remove(struct network *network, struct port *port,
			struct capture_tap *tap);

/**
 * struct network_replay - the flight recorder, played to taps
 * @next:	number of the record that is next; 0 to begin
 * @from_ns:	older ones are left out
 * @end:	number behind the last one; fixed at the beginning
 * @lost:	records that were overwritten before their turn
 * @reached_ns:	the oldest that is remembered, when that is younger than
 *		@from_ns; else 0
 */
struct network_replay {
	uint64_t next;
	uint64_t from_ns;
	uint64_t end;
	uint64_t lost;
	uint64_t reached_ns;
};

/** network_replay_begin() - find the first record and the last one */
void network_replay_begin(const struct network *network, uint64_t from_ns,
			  struct network_replay *replay);

/**
 * network_replay_step() - show some records to the taps of one capture
 * @ring:	of the capture; what is tapped for it sees the records
 * @most:	records in this step
 *
 * Return: true when there are more, and it is to be called again.
 */
bool network_replay_step(struct network *network, struct capture_ring *ring,
			 struct network_replay *replay, unsigned most);

/** network_backlog() - packets that wait for @port */
unsigned network_backlog(const struct network *network,
			 const struct port *port);

#endif
