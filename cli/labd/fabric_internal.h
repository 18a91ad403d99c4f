/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fabric_internal.h - shared by fabric.c and what it tells weft-switch
 */
#ifndef CLI_LABD_FABRIC_INTERNAL_H
#define CLI_LABD_FABRIC_INTERNAL_H

#include "cli/labd/fabric.h"

/**
 * struct fabric_slot - one port
 * @fd:		our copy; -1 while not attached
 * @kind:	enum wire_port_kind
 * @carrier:	as last reported
 * @is_down:	administratively
 * @network:	of a spare port; FABRIC_NO_NETWORK: it is in none
 */
struct fabric_slot {
	int fd;
	enum wire_port_kind kind;
	bool carrier;
	bool is_down;
	unsigned network;
};

/**
 * struct fabric_member - one member of an uplink
 * @text:	as the lab has it; empty: there is none
 * @cut:	enum bond_cut
 * @mtu:	of a cable, as it was told
 * @is_refused:	weft-switch would not have it; it is told again with the next
 *		lab file
 */
struct fabric_member {
	char text[LAB_MEMBER_SIZE];
	enum bond_cut cut;
	uint16_t mtu;
	bool is_refused;
};

/**
 * struct fabric_uplink - one uplink, as weft-switch is to know it
 * @is_told:	it does, and its members
 * @network:	number of the network that goes out by it
 * @members:	by number, which they keep while they are there
 * @changes:	number of the latest change that labd was told of
 * @active:	name of the active member, as last told; empty: none
 */
struct fabric_uplink {
	bool is_told;
	unsigned network;
	struct fabric_member members[BOND_MAX_MEMBERS];
	uint64_t changes;
	char active[PORT_NAME_SIZE];
};

/**
 * struct fabric - networks and ports as they should be
 * @settings:	lab, leases, link
 * @link:	to weft-switch
 * @events:	whom to tell
 * @ctx:	for @events
 * @slots:	by port number
 * @groups:	by number of a network: those with cables to one another have
 *		the same (fabric_group.c)
 * @uplinks:	by number
 * @leg_mtus:	of the host's own legs that weft-switch knows, by number of
 *		their network; 0: it knows none
 */
struct fabric {
	struct fabric_settings settings;
	struct switch_link *link;
	const struct fabric_events *events;
	void *ctx;
	struct fabric_slot slots[FABRIC_MAX_PORTS];
	unsigned groups[LAB_MAX_NETWORKS];
	struct fabric_uplink uplinks[LAB_MAX_UPLINKS];
	uint16_t leg_mtus[LAB_MAX_NETWORKS];
};

/*
 * Networks are named by their place in the lab here, and by their number
 * (struct network_settings) to weft-switch: a place is the file's, and moves.
 */

/**
 * fabric_tell_network() - that there is one, and what its service is to be
 * @type:	WIRE_NETWORK_ADD, or WIRE_NETWORK_CHANGE
 */
void fabric_tell_network(struct fabric *fabric, enum wire_type type,
			 unsigned network);

/** fabric_tell_network_ref() - a message that has nothing but its number */
void fabric_tell_network_ref(struct fabric *fabric, enum wire_type type,
			     unsigned network);

/**
 * fabric_tell_service() - all that a network's service port must know
 *
 * Reservations, then the start, then leases and names: it has them before its
 * first client asks.
 */
void fabric_tell_service(struct fabric *fabric, unsigned network);

/** fabric_tell_reservations() - another set, while the service port runs */
void fabric_tell_reservations(struct fabric *fabric, unsigned network);

/** fabric_tell_names() - the names that resolve on a network, as a whole */
void fabric_tell_names(struct fabric *fabric, unsigned network);

/** fabric_tell() - a message whose refusal is an event */
void fabric_tell(struct fabric *fabric, union wire_message *message,
		 const int *fds);

/* fabric_forward.c */

/** fabric_forget_forwards() - weft-switch does not know them any more */
void fabric_forget_forwards(struct fabric *fabric, unsigned network);

/** fabric_tell_resolvers() - who is asked for names of the world */
void fabric_tell_resolvers(struct fabric *fabric, unsigned network);

/** fabric_tell_port() - plug an attached port in */
void fabric_tell_port(struct fabric *fabric, unsigned port);

/** fabric_tell_port_link() - whether an attached port is down or up */
void fabric_tell_port_link(struct fabric *fabric, unsigned port);

/** fabric_tell_port_ref() - a message that has nothing but a port's number */
void fabric_tell_port_ref(struct fabric *fabric, enum wire_type type,
			  unsigned port);

/* fabric_group.c */

/**
 * fabric_regroup() - of @lab, in place of what runs
 * @moved:	LAB_MAX_NETWORKS, by number: networks that run and can't stay
 *		where they are, for a new cable leads to another group
 */
void fabric_regroup(struct fabric *fabric, const struct lab *lab, bool *moved);

/* fabric_uplink.c */

/** fabric_tell_uplinks() - those of the lab, as far as they are not told */
void fabric_tell_uplinks(struct fabric *fabric, const struct lab_diff *diff);

/**
 * fabric_drop_uplinks() - take away what @lab has not, or has elsewhere
 * @moved:	of fabric_regroup()
 */
void fabric_drop_uplinks(struct fabric *fabric, const struct lab *lab,
			 const bool *moved);

/** fabric_forget_uplinks() - weft-switch is a new one and knows none */
void fabric_forget_uplinks(struct fabric *fabric);

/** fabric_uplink_event() - WIRE_UPLINK_EVENT has come */
void fabric_uplink_event(struct fabric *fabric,
			 const struct wire_uplink_event *event);

/** fabric_tell_guests() - which addresses the lab gives to whom on a network */
void fabric_tell_guests(struct fabric *fabric, unsigned network);

/* fabric_leg.c */

/** fabric_tell_legs() - the host's own, as far as they are not told */
void fabric_tell_legs(struct fabric *fabric);

/** fabric_drop_legs() - as fabric_drop_uplinks() */
void fabric_drop_legs(struct fabric *fabric, const struct lab *lab,
		      const bool *moved);

/** fabric_forget_legs() - weft-switch is a new one and knows none */
void fabric_forget_legs(struct fabric *fabric);

/** fabric_tell_leg_guest() - the host's, among fabric_tell_guests() */
void fabric_tell_leg_guest(struct fabric *fabric, unsigned network);

#endif
