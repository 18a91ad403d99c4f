/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uplink.h - one uplink of a lab: a bond, its probes, LACP and announcements
 *
 * The network plugs uplink_port() in and can't tell it from any other port.
 * Below are members, packet sockets on NICs or ends of cables. What is known of
 * guests comes in by callbacks; the rest is settings.
 *
 *	bond/bond.h	carries frames, and decides who does
 *	probe.h		finds members that have carrier but deliver nothing
 *	lacp/lacp.h	agrees with the other end who carries, in mode 802.3ad
 *	bond/announce.h	makes guests known on the member that they are behind
 *
 * All belongs to one worker, and no function of here may be called from within
 * a port's input or send, nor from @known or @is_elsewhere.
 */
#ifndef SWITCH_UPLINK_UPLINK_H
#define SWITCH_UPLINK_UPLINK_H

#include "switch/bond/announce.h"
#include "switch/bond/bond.h"
#include "switch/bond/bond_cut.h"
#include "switch/lacp/lacp.h"
#include "switch/uplink/probe.h"

/** UPLINK_GRACE_NS - a member that leaves still receives for so long */
#define UPLINK_GRACE_NS NSEC_PER_SEC
/** UPLINK_DETAIL_SIZE - name of a member, and a sentence */
#define UPLINK_DETAIL_SIZE (PORT_NAME_SIZE + 2 + PROBE_REASON_SIZE)

struct uplink;

/**
 * struct uplink_settings - all that a user can set; plain data
 * @bond:	who carries what
 * @announce:	how often guests are announced; not in balance-xor and 802.3ad
 * @arp:	whom to ask for by ARP; without targets nobody. All zero in
 *		@mac: one is made of the key. @seed is not looked at, that comes
 *		of the key, too
 * @nd:		likewise, by Neighbor Solicitation
 * @lacp:	for 802.3ad. All zero in @system: one is made of the key.
 *		@min_links and @fallback are not looked at: @bond has them
 *
 * A member that was judged by @arp or @nd is used if neither says that it is
 * dead. 802.3ad takes no probes: LACP is the one to watch members.
 */
struct uplink_settings {
	struct bond_settings bond;
	struct announce_settings announce;
	struct probe_settings arp;
	struct probe_settings nd;
	struct lacp_settings lacp;
};

/**
 * struct uplink_env - where an uplink lives; callbacks may be NULL
 * @loop:	of its worker
 * @pool:	for frames that wait for a full member
 * @key:	random, secret; what is made of it differs with the uplink's
 *		name
 * @ctx:	handed back to all below
 * @known:	a page of the guests behind the uplink; see struct announce_env.
 *		Without it nobody is announced
 * @is_elsewhere: is @mac known to be behind another port of the network than
 *		the uplink's? Without it our own frames that come back can't be
 *		told from others
 * @changed:	something in the status is new; from the loop, once a round
 */
struct uplink_env {
	struct loop *loop;
	struct packet_pool *pool;
	struct siphash_key key;
	void *ctx;
	unsigned (*known)(void *ctx, uint32_t *cursor,
			  struct announce_entry *entries, unsigned max);
	bool (*is_elsewhere)(void *ctx, uint16_t vid, const struct mac *mac);
	void (*changed)(void *ctx);
};

/**
 * struct uplink_status - the uplink as a whole
 * @settings:	in force
 * @bond:	of its bond
 * @is_announcing: a round of announcements is under way or to come
 * @announce:	what was announced, ever
 * @probe_naps:	times that we slept for too long to judge anybody
 * @has_lacp:	the mode is 802.3ad, and the rest is filled in
 * @lacp:	the aggregator that was chosen, and its partner
 * @lacp_system: what we are called
 */
struct uplink_status {
	struct uplink_settings settings;
	struct bond_status bond;
	bool is_announcing;
	struct announce_counters announce;
	uint64_t probe_naps;
	bool has_lacp;
	struct lacp_status lacp;
	struct mac lacp_system;
};

/**
 * struct uplink_member_status - one member
 * @name:	of its port
 * @bond:	what the bond knows of it
 * @has_arp:	@arp is filled in
 * @arp:	what its ARP probes say
 * @has_nd:	@nd is filled in
 * @nd:		what its Neighbor Solicitations say
 * @has_lacp:	@lacp and @lacp_counters are filled in
 * @lacp:	both ends, and what was agreed on
 * @lacp_counters: of its LACPDUs
 */
struct uplink_member_status {
	char name[PORT_NAME_SIZE];
	struct bond_member_status bond;
	bool has_arp;
	struct probe_status arp;
	bool has_nd;
	struct probe_status nd;
	bool has_lacp;
	struct lacp_member_status lacp;
	struct lacp_counters lacp_counters;
};

/**
 * struct uplink_change - one member's change of state
 * @bond:	what changed, and why
 * @detail:	for people: what a probe or LACP said; empty where nobody said
 *		more
 */
struct uplink_change {
	struct bond_change bond;
	char detail[UPLINK_DETAIL_SIZE];
};

/* Basics */

/** uplink_settings_init() - active-backup, three rounds, no probes; 50 ms. LACP
 * active, slow, stable */
void uplink_settings_init(struct uplink_settings *settings);

/**
 * uplink_create() - without members, and so without carrier
 * @name:	of its port: "bond0"
 * @env:	what it points to must outlive the uplink
 *
 * Return: NULL with the reason in @err.
 */
struct uplink *uplink_create(const char *name,
			     const struct uplink_settings *settings,
			     const struct uplink_env *env, struct err *err);

/**
 * uplink_destroy() - its members' ports are closed; NULL is fine
 *
 * LACP's partners are told. No callback comes any more. Its port is to be
 * unplugged before.
 */
void uplink_destroy(struct uplink *uplink);

/**
 * uplink_port() - what the network plugs in
 *
 * Not to be closed: it goes with uplink_destroy().
 */
struct port *uplink_port(struct uplink *uplink);

/**
 * uplink_set() - other settings from now on; traffic moves where they say so
 *
 * Members that were asked before keep what is known of them. Who changes to
 * 802.3ad has no way out until partners have agreed; who leaves it says
 * good-bye to them.
 *
 * Return: 0; or -errno with the reason in @err, and nothing has changed.
 */
int uplink_set(struct uplink *uplink, const struct uplink_settings *settings,
	       struct err *err);

/**
 * uplink_switch() - make the member @name active now, by hand; see
 * bond_switch()
 *
 * Return: 0, -ENOENT, -EAGAIN when it can't carry traffic now, -EOPNOTSUPP in a
 * mode without an active member.
 */
int uplink_switch(struct uplink *uplink, const char *name);

/* Members */

/**
 * uplink_add_member() - take @port over; its name is the member's
 * @port:	plugged in nowhere; on failure it stays the caller's
 * @speed_mbps:	of its link; 0: unknown
 * @err:	the reason, on failure
 *
 * Return: 0 or -errno, as bond_add_member().
 */
int uplink_add_member(struct uplink *uplink, struct port *port,
		      uint32_t speed_mbps, struct err *err);

/**
 * uplink_remove_member() - let it go, and close its port
 *
 * Its traffic moves now and is announced; what waits for it is still sent, what
 * is under way to it comes in for UPLINK_GRACE_NS. In 802.3ad that begins when
 * the partner has agreed to send nothing more (lacp_leave()). Once more within
 * that time, or when a new member needs its place: it goes at once.
 *
 * Return: 0 or -ENOENT.
 */
int uplink_remove_member(struct uplink *uplink, const char *name);

/** uplink_set_speed() - what the link of @name does now; 0 or -ENOENT */
int uplink_set_speed(struct uplink *uplink, const char *name,
		     uint32_t speed_mbps);

/** uplink_cut_member() - see bond_member_cut(); 0 or -ENOENT */
int uplink_cut_member(struct uplink *uplink, const char *name,
		      enum bond_cut how);

/* Status */

/** uplink_get_status() - of the uplink, for `weft bond show` */
void uplink_get_status(const struct uplink *uplink,
		       struct uplink_status *status);

/**
 * uplink_get_member_status() - of the member in @slot
 *
 * Return: false when there is none.
 */
bool uplink_get_member_status(const struct uplink *uplink, unsigned slot,
			      struct uplink_member_status *status);

/** uplink_lookup_member() - for captures (switch/bond/bond_capture.h); or NULL
 */
struct bond_member *uplink_lookup_member(const struct uplink *uplink,
					 const char *name);

/**
 * uplink_member_port() - of the member in @slot: its carrier, its counters
 *
 * Return: NULL when there is none.
 */
const struct port *uplink_member_port(const struct uplink *uplink,
				      unsigned slot);

/**
 * uplink_get_history() - the latest changes, oldest first
 * @changes:	room for @max; there are BOND_MAX_HISTORY at most
 *
 * Return: how many were filled in.
 */
unsigned uplink_get_history(const struct uplink *uplink,
			    struct uplink_change *changes, unsigned max);

#endif
