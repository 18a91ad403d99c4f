/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fabric.h - the lab's networks and ports, kept alive in weft-switch
 *
 * The one place that knows what weft-switch should be doing. It tells a fresh
 * process all of it: after the first start as after a crash.
 */
#ifndef CLI_LABD_FABRIC_H
#define CLI_LABD_FABRIC_H

#include "cli/lab/lab.h"
#include "cli/lab/lab_diff.h"
#include "cli/labd/host_legs.h"
#include "cli/labd/host_nics.h"
#include "cli/labd/host_ports.h"
#include "cli/labd/kernel_nat.h"
#include "cli/labd/lease_store.h"
#include "cli/labd/resolv_conf.h"
#include "cli/labd/switch_link.h"
#include "switch/bond/bond_cut.h"

/** FABRIC_MAX_PORTS - port numbers are below this */
#define FABRIC_MAX_PORTS (LAB_MAX_NODES * LAB_MAX_NICS)
/** FABRIC_NO_NETWORK - instead of a network's number: a port is in none */
#define FABRIC_NO_NETWORK WIRE_NO_NETWORK

struct fabric;

/**
 * struct fabric_changes - changes of state of an uplink's members, by number
 * @first:	the first of them
 * @last:	the last
 * @moved:	another member is the active one
 */
struct fabric_changes {
	uint64_t first;
	uint64_t last;
	bool moved;
};

/**
 * struct fabric_events - what the owner is told
 * @carrier:	somebody came to a port's other end, or left
 * @refused:	weft-switch could not do what it was told; @why is a sentence
 * @down:	weft-switch died; it is being started again
 * @up:		it was started, at first or again
 * @capture:	WIRE_CAPTURE_COUNTS or WIRE_CAPTURE_ENDED has come
 * @lease:	a lease was given (@bound) or given back; not told of renewals
 * @dhcp:	a DHCP server has something to tell
 * @uplink:	members of the uplink with this number changed, as was not told
 *		before
 * @failover:	a round that somebody asked for is over
 */
struct fabric_events {
	void (*carrier)(void *ctx, unsigned port, bool up);
	void (*refused)(void *ctx, const char *why);
	void (*down)(void *ctx, const char *why);
	void (*up)(void *ctx);
	void (*capture)(void *ctx, const union wire_message *message);
	void (*lease)(void *ctx, const struct lease_entry *lease, bool bound);
	void (*dhcp)(void *ctx, const struct wire_dhcp_notice *notice);
	void (*uplink)(void *ctx, unsigned uplink,
		       const struct fabric_changes *changes);
	void (*failover)(void *ctx, const struct wire_failover_done *done);
};

/**
 * struct fabric_settings - what it is made of
 * @lab:	stays the caller's, unchanged until fabric_apply() or the end
 * @leases:	stays the caller's
 * @host_ports:	those of @lab are open; stays the caller's
 * @host_nics:	likewise
 * @host_legs:	likewise
 * @kernel_nat:	likewise
 * @resolvers:	the host's; stays the caller's
 * @link:	how to run weft-switch
 */
struct fabric_settings {
	const struct lab *lab;
	struct lease_store *leases;
	struct host_ports *host_ports;
	const struct host_nics *host_nics;
	const struct host_legs *host_legs;
	struct kernel_nat *kernel_nat;
	const struct resolv_conf *resolvers;
	struct switch_link_settings link;
};

/** fabric_port() - the number of a port of the node with this number */
static inline unsigned fabric_port(unsigned node, unsigned nic)
{
	return node * LAB_MAX_NICS + nic;
}

/** fabric_start() - start weft-switch and build every network in it */
struct fabric *fabric_start(struct loop *loop,
			    const struct fabric_settings *settings,
			    const struct fabric_events *events, void *ctx,
			    struct err *err);

/**
 * fabric_apply() - change networks to those of another lab
 * @lab:	numbered after the one so far (lab_number()); stays the
 *		caller's, who may destroy the other when this returns
 * @diff:	from that one to @lab
 *
 * Ports that don't fit @lab any more have been detached before; those that are
 * new are attached after. All others stay plugged in and notice nothing.
 */
void fabric_apply(struct fabric *fabric, const struct lab *lab,
		  const struct lab_diff *diff);

/** fabric_destroy() - end weft-switch; NULL is fine */
void fabric_destroy(struct fabric *fabric);

/**
 * fabric_attach() - plug a port in, and again after every restart
 * @port:	fabric_port() of the NIC
 * @kind:	enum wire_port_kind
 * @fd:		listening socket or tap; copied
 */
int fabric_attach(struct fabric *fabric, unsigned port,
		  enum wire_port_kind kind, int fd);

/** fabric_detach() - unplug it; no-op when it is not plugged in. A spare port
 * is in no network then */
void fabric_detach(struct fabric *fabric, unsigned port);

/**
 * fabric_plug() - plug a spare port into a network, or out
 * @network:	its number, or FABRIC_NO_NETWORK
 *
 * Also one that is not attached: it is there then from the start. Its front-end
 * is disconnected, and comes again by itself.
 */
void fabric_plug(struct fabric *fabric, unsigned port, unsigned network);

/** fabric_network() - number of the network that a port is in; spare ones may
 * be in FABRIC_NO_NETWORK */
unsigned fabric_network(const struct fabric *fabric, unsigned port);

/**
 * fabric_set_link() - take a port down or up, attached or not
 *
 * It stays so over restarts of weft-switch, and when the port is attached anew.
 * A fresh fabric has every port up.
 */
void fabric_set_link(struct fabric *fabric, unsigned port, bool up);

/** fabric_is_link_up() - as set; not whether anybody is at the other end */
bool fabric_is_link_up(const struct fabric *fabric, unsigned port);

/** fabric_resolvers_changed() - those of struct fabric_settings are others */
void fabric_resolvers_changed(struct fabric *fabric);

/** fabric_has_carrier() - as last reported; never of a port that is down, or in
 * no network */
bool fabric_has_carrier(const struct fabric *fabric, unsigned port);

/** fabric_query_port() - ask for counters; see switch_link_request() */
void fabric_query_port(struct fabric *fabric, unsigned port,
		       switch_answer_fn *answer, void *arg);

/**
 * fabric_query_network() - the same for a network's filtering database
 * @network:	number of the network (struct network_settings)
 */
void fabric_query_network(struct fabric *fabric, unsigned network,
			  switch_answer_fn *answer, void *arg);

/** fabric_query_gateway() - WIRE_GATEWAY_QUERY or WIRE_COUNTERS_QUERY of one */
void fabric_query_gateway(struct fabric *fabric, enum wire_type type,
			  unsigned network, switch_answer_fn *answer,
			  void *arg);

/**
 * struct fabric_page - which page of a table of weft-switch
 * @network:	number of the network
 * @cursor:	0, or of the page before
 */
struct fabric_page {
	unsigned network;
	uint32_t cursor;
};

/** fabric_query_page() - WIRE_FDB_QUERY or WIRE_FLOW_QUERY */
void fabric_query_page(struct fabric *fabric, enum wire_type type,
		       const struct fabric_page *page, switch_answer_fn *answer,
		       void *arg);

/** fabric_change_forwards() - the host's ports are those of @lab from now on */
void fabric_change_forwards(struct fabric *fabric, const struct lab *lab);

/** fabric_tell_forwards() - to weft-switch, where they differ from what it was
 * told; @network is a place in the lab */
void fabric_tell_forwards(struct fabric *fabric, unsigned network);

/** fabric_query_forward() - the same for a port of the host */
void fabric_query_forward(struct fabric *fabric, const struct host_port *port,
			  switch_answer_fn *answer, void *arg);

/* Uplinks */

/**
 * struct fabric_member_ref - a member of an uplink
 * @uplink:	number of the uplink (struct lab_uplink_settings)
 * @member:	number among its members
 */
struct fabric_member_ref {
	unsigned uplink;
	unsigned member;
};

/**
 * fabric_uplink_runs() - does a network go out by the uplink with this number?
 */
bool fabric_uplink_runs(const struct fabric *fabric, unsigned uplink);

/** fabric_uplink_active() - name of its active member, as last told, or empty
 */
const char *fabric_uplink_active(const struct fabric *fabric, unsigned uplink);

/**
 * fabric_find_member() - by the name of its port, "bond0/eth1"
 *
 * Return: false when no uplink that runs has such a member.
 */
bool fabric_find_member(const struct fabric *fabric, const char *name,
			struct fabric_member_ref *ref);

/** fabric_member_name() - of its port; empty when there is none any more */
void fabric_member_name(const struct fabric *fabric,
			const struct fabric_member_ref *ref,
			char name[PORT_NAME_SIZE]);

/**
 * fabric_place_member() - the member that an uplink of the lab has at @place
 * @ref:	filled
 * @name:	of its port, filled in any case
 *
 * Return: false when weft-switch was not told of it.
 */
bool fabric_place_member(const struct fabric *fabric,
			 const struct lab_uplink_settings *uplink,
			 unsigned place, struct fabric_member_ref *ref,
			 char name[PORT_NAME_SIZE]);

/**
 * fabric_cut_member() - take a member down or up
 *
 * It stays so over restarts of weft-switch, for as long as it is a member.
 */
void fabric_cut_member(struct fabric *fabric,
		       const struct fabric_member_ref *ref, enum bond_cut cut);

/** fabric_member_cut() - as set; not whether its wire works */
enum bond_cut fabric_member_cut(const struct fabric *fabric,
				const struct fabric_member_ref *ref);

/**
 * fabric_nic_returned() - the NIC of this name was opened again
 *
 * Where it is a member it leaves, and joins as the new one.
 */
void fabric_nic_returned(struct fabric *fabric, const char *name);

/** fabric_ask_member() - WIRE_MEMBER_QUERY or WIRE_MEMBER_SWITCH */
void fabric_ask_member(struct fabric *fabric, enum wire_type type,
		       const struct fabric_member_ref *ref,
		       switch_answer_fn *answer, void *arg);

/** fabric_ask_uplink() - WIRE_UPLINK_QUERY */
void fabric_ask_uplink(struct fabric *fabric, unsigned uplink,
		       switch_answer_fn *answer, void *arg);

/** fabric_ask_changes() - WIRE_CHANGE_QUERY, from number @first on */
void fabric_ask_changes(struct fabric *fabric, unsigned uplink, uint64_t first,
			switch_answer_fn *answer, void *arg);

/** fabric_leg_changed() - the host has another address on this network */
void fabric_leg_changed(struct fabric *fabric, const char *network);

/** fabric_request() - any other question; see switch_link_request() */
void fabric_request(struct fabric *fabric, union wire_message *message,
		    const int *fds, switch_answer_fn *answer, void *arg);

/** fabric_link() - for pid and restarts */
const struct switch_link *fabric_link(const struct fabric *fabric);

#endif
