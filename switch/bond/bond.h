/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bond.h - one port made of member ports; the network can't tell
 *
 * The bond takes its members over, decides which of them carry traffic, and
 * moves traffic at once when one fails. It neither probes nor speaks LACP nor
 * announces: whoever does has a place to plug in here.
 *
 *	monitors	vote with bond_member_monitor(), LACP with
 *			bond_member_lacp() and bond_set_aggregator()
 *	their frames	come to bond_env.inspect() before all else, and leave by
 *			bond_member_send()
 *	the announcer	is called by bond_env.announce() and asks
 *			bond_member_of() where a guest's traffic goes now
 *
 * A struct bond_member lives from bond_add_member() until bond_env.gone() has
 * returned; its bond_member_slot() stays the same, and is below
 * BOND_MAX_MEMBERS, so that others can keep an array of what they know of it.
 */
#ifndef SWITCH_BOND_BOND_H
#define SWITCH_BOND_BOND_H

#include "core/loop.h"
#include "core/packet.h"
#include "core/port.h"
#include "switch/siphash.h"

#define BOND_MAX_MEMBERS 16
/** BOND_MAX_HISTORY - changes that are remembered */
#define BOND_MAX_HISTORY 128
/** BOND_REBALANCE_MS - how often balance-slb looks at the load, by default */
#define BOND_REBALANCE_MS 10000

struct bond;
struct bond_member;

/** enum bond_mode - who carries what (names as Linux bonding's) */
enum bond_mode {
	BOND_ACTIVE_BACKUP, /* one member carries all */
	BOND_BALANCE_SLB,   /* each guest (source MAC, VID) has its member */
	BOND_BALANCE_XOR,   /* each flow has its member; static LAG upstream */
	BOND_8023AD,        /* the same, in what LACP has agreed on */
	BOND_MODE_COUNT,
};

/** enum bond_reselect - when does a primary that came back take over? */
enum bond_reselect {
	BOND_RESELECT_ALWAYS,
	BOND_RESELECT_BETTER,  /* if it is faster than the active one */
	BOND_RESELECT_FAILURE, /* not before the active one fails */
	BOND_RESELECT_COUNT,
};

/** enum bond_hash_policy - what of a frame makes it a flow */
enum bond_hash_policy {
	BOND_HASH_LAYER2,      /* both MAC addresses and the type */
	BOND_HASH_LAYER23,     /* MAC and IP addresses */
	BOND_HASH_LAYER34,     /* IP addresses and TCP or UDP ports */
	BOND_HASH_VLAN_SRCMAC, /* VID and source MAC */
	BOND_HASH_POLICY_COUNT,
};

/** enum bond_monitor - who votes on a member; bit numbers in its status */
enum bond_monitor {
	BOND_MONITOR_CARRIER, /* the member port's own; the bond sees to it */
	BOND_MONITOR_PROBE,   /* ARP or IPv6 targets answer */
	BOND_MONITOR_COUNT,
};

/**
 * enum bond_state - what a member is at the moment
 * @BOND_DOWN:		a monitor said so: it neither sends nor receives
 * @BOND_UP_DELAY:	all monitors say up, but not for long enough
 * @BOND_BACKUP:	could carry traffic and doesn't; 802.3ad: not in the
 *			chosen aggregator, or the partner is not ready
 * @BOND_CARRYING:	carries its share, as others do
 * @BOND_ACTIVE:	active-backup: carries all. balance-slb: carries its
 *			share and is the one that group frames are received on.
 *			At most one member has this state; one has it, or was it
 *			and is in BOND_DOWN_DELAY, whenever one could
 * @BOND_DOWN_DELAY:	a monitor says down, but not for long enough to move its
 *			traffic. What is to leave through it is sent unless
 *			its carrier is gone, and dropped then
 * @BOND_LEAVING:	bond_remove_member(): sends nothing more, but what is
 *			under way to it still comes in
 */
enum bond_state {
	BOND_DOWN,
	BOND_UP_DELAY,
	BOND_BACKUP,
	BOND_CARRYING,
	BOND_ACTIVE,
	BOND_DOWN_DELAY,
	BOND_LEAVING,
	BOND_STATE_COUNT,
};

/** enum bond_reason - why a member's state changed */
enum bond_reason {
	BOND_REASON_ADDED,    /* a member was added, perhaps another one */
	BOND_REASON_CARRIER,  /* its carrier, or that of the one before */
	BOND_REASON_PROBE,    /* likewise */
	BOND_REASON_LACP,     /* likewise */
	BOND_REASON_DELAY,    /* up-delay or down-delay is over */
	BOND_REASON_NO_OTHER, /* up-delay ignored: there is no other member */
	BOND_REASON_PRIMARY,  /* the primary is back */
	BOND_REASON_MANUAL,   /* bond_switch() */
	BOND_REASON_REMOVED,  /* a member leaves, perhaps another one */
	BOND_REASON_SETTINGS, /* bond_set() */
	BOND_REASON_COUNT,
};

/**
 * struct bond_settings - all that a user can set; plain data
 * @mode:		enum bond_mode
 * @primary:		name of the preferred active member ("bond0/eth1");
 *			empty: none. It need not be there
 * @primary_reselect:	enum bond_reselect
 * @up_delay_ms:	how long all monitors must say up before a member is
 *			used; ignored when no other can be. A member that
 *			flaps moves traffic once in this time at most
 * @down_delay_ms:	how long a monitor must say down before traffic moves
 * @xmit_hash_policy:	enum bond_hash_policy; balance-xor and 802.3ad
 * @min_links:		balance-xor and 802.3ad: members that must carry before
 *			the bond has carrier; 0 and 1: any
 * @rebalance_ms:	balance-slb: how often load is levelled; 0: never
 * @fallback:		802.3ad: be active-backup while no aggregator is chosen,
 *			unless bond_allow_fallback() says no
 */
struct bond_settings {
	uint8_t mode;
	char primary[PORT_NAME_SIZE];
	uint8_t primary_reselect;
	uint32_t up_delay_ms;
	uint32_t down_delay_ms;
	uint8_t xmit_hash_policy;
	uint8_t min_links;
	uint32_t rebalance_ms;
	bool fallback;
};

/**
 * struct bond_env - where a bond lives; all but @loop and @pool may be NULL
 * @loop:	of its worker; time and timers
 * @pool:	for frames that wait for a full member
 * @key:	random: guests choose what is hashed
 * @ctx:	handed back to all below
 * @announce:	guests' traffic has moved to @member: all MAC addresses for
 *		which bond_member_of() says @member are to be announced on it
 *		now. Called within the event that moved it, but never from
 *		within a port's input or send: after that then, in the same
 *		round of the loop. Not for balance-xor and 802.3ad, where the
 *		other end knows one port only
 * @changed:	something in the status is new; for events. Called as @announce
 * @inspect:	sees each frame that comes in on any member first, whatever
 *		state the member is in. True: it was ours, nobody else gets it.
 *		It may vote, but neither send nor remove from within
 *		(loop_defer() may). What it left alone it may see once more, as
 *		the network had no room
 * @is_forged:	a guest's @frame is about to leave. True: outside it would pass
 *		for one of ours, LACP's or a probe's, so it is dropped
 * @writable:	a bond_member_send() that took less than all may be tried again
 * @is_elsewhere: is the source of @frame known to be behind another port of
 *		the network than the bond? Without it, our own frames that come
 *		back can't be told from others
 * @gone:	@member has left: forget it. Its port is closed next
 */
struct bond_env {
	struct loop *loop;
	struct packet_pool *pool;
	struct siphash_key key;
	void *ctx;
	void (*announce)(void *ctx, struct bond_member *member);
	void (*changed)(void *ctx);
	bool (*inspect)(void *ctx, struct bond_member *member,
			struct frame *frame);
	bool (*is_forged)(void *ctx, const struct frame *frame);
	void (*writable)(void *ctx, struct bond_member *member);
	bool (*is_elsewhere)(void *ctx, const struct frame *frame);
	void (*gone)(void *ctx, struct bond_member *member);
};

/**
 * struct bond_lacp - LACP's vote on a member, by direction (802.1AX 6.4)
 * @collecting:		frames from it are ours
 * @distributing:	frames may leave through it
 * @aggregator:		that it is attached to; 0: none. What is collected then
 *			was under way to a member that has left its aggregator
 */
struct bond_lacp {
	bool collecting;
	bool distributing;
	uint16_t aggregator;
};

/**
 * struct bond_change - one member's change of state
 * @at_ns:	when, on the loop's clock; the same for all that one event
 * changes
 * @member:	name of its port
 * @from:	enum bond_state
 * @to:		enum bond_state
 * @reason:	enum bond_reason
 */
struct bond_change {
	uint64_t at_ns;
	char member[PORT_NAME_SIZE];
	uint8_t from;
	uint8_t to;
	uint8_t reason;
};

/**
 * struct bond_status - the bond as a whole
 * @settings:	in force
 * @active:	the one member; NULL: none, or the mode has none
 * @members:	that there are, leaving ones included
 * @carrying:	members that send
 * @aggregator:	chosen one; 0: none
 * @is_fallback: 802.3ad that behaves as active-backup
 * @switches:	times that the active member changed
 * @switched_ns: the last of them; 0: never
 * @changes:	state changes since the start; the last BOND_MAX_HISTORY of
 *		them can be had with bond_get_history()
 * @rebalances:	buckets that were moved because of load
 * @locked_moves: gratuitous ARPs that were taken for our own coming back
 */
struct bond_status {
	struct bond_settings settings;
	struct bond_member *active;
	unsigned members;
	unsigned carrying;
	uint16_t aggregator;
	bool is_fallback;
	uint64_t switches;
	uint64_t switched_ns;
	uint64_t changes;
	uint64_t rebalances;
	uint64_t locked_moves;
};

/**
 * struct bond_member_status - one member
 * @state:	enum bond_state
 * @reason:	enum bond_reason, of the last change
 * @since_ns:	when that was
 * @in_use:	1 << enum bond_monitor for those that vote
 * @up:		1 << enum bond_monitor for those that say up
 * @lacp:	last vote; all zero: none
 * @cut:	enum bond_cut (switch/bond/bond_cut.h)
 * @speed_mbps:	0: unknown
 * @failures:	times that a monitor took it from use
 * @activations: times it became BOND_ACTIVE
 * @control_tx:	frames that bond_member_send() sent
 * @control_rx:	frames that @inspect consumed
 * @first_tx_ns: guests' first frame that left since it began to carry; 0: none
 * @last_tx_ns:	the last one ever, by the round of the loop; 0: none
 * @first_rx_ns: first one that was accepted since it began to collect; 0: none
 * @last_rx_ns:	the last one ever, by the round of the loop; 0: none
 * @buckets:	of 256 of the modes that hash: how many are its own
 * @waiting:	frames that wait because it is full
 *
 * Frames, bytes and drops are in bond_member_port()->counters.
 */
struct bond_member_status {
	uint8_t state;
	uint8_t reason;
	uint64_t since_ns;
	uint8_t in_use;
	uint8_t up;
	struct bond_lacp lacp;
	uint8_t cut;
	uint32_t speed_mbps;
	uint64_t failures;
	uint64_t activations;
	uint64_t control_tx;
	uint64_t control_rx;
	uint64_t first_tx_ns;
	uint64_t last_tx_ns;
	uint64_t first_rx_ns;
	uint64_t last_rx_ns;
	unsigned buckets;
	unsigned waiting;
};

/* Basics */

/** bond_settings_init() - active-backup, no delays, Linux' defaults */
void bond_settings_init(struct bond_settings *settings);

/** bond_settings_are_valid() - are mode, reselect and policy known ones? */
bool bond_settings_are_valid(const struct bond_settings *settings);

/**
 * bond_create() - a bond without members, and so without carrier
 * @name:	of its port: "bond0"
 * @env:	what it points to must outlive the bond
 */
struct bond *bond_create(const char *name, const struct bond_settings *settings,
			 const struct bond_env *env, struct err *err);

/**
 * bond_destroy() - its members' ports are closed; NULL is fine
 *
 * The same as close() of its port, which is to be unplugged before.
 */
void bond_destroy(struct bond *bond);

/**
 * bond_port() - what the network plugs in
 *
 * Its features and MTU are what all members that are not down can take.
 * When the one member that carries all is full, so is the bond, and who sends
 * may wait. With several members each has a backlog as a port of a network has
 * (switch/egress.h): the bond takes all frames, and those that find neither
 * room nor backlog are dropped and counted at that member and at the bond,
 * while the others' go on.
 */
struct port *bond_port(struct bond *bond);

/**
 * bond_set() - other settings from now on; traffic moves where they say so
 *
 * Return: 0, or -EINVAL for an unknown mode, reselect or policy: nothing has
 * changed then.
 */
int bond_set(struct bond *bond, const struct bond_settings *settings);

/**
 * bond_switch() - make @member active now, by hand
 *
 * It stays so, also against a primary, until it fails or leaves, or until
 * another mode or primary is set.
 *
 * Return: 0, -EAGAIN when @member can't carry traffic now, -EOPNOTSUPP in a
 * mode without an active member.
 */
int bond_switch(struct bond *bond, struct bond_member *member);

/* Members */

/**
 * bond_add_member() - take @port over
 * @port:	plugged in nowhere; on failure it stays the caller's
 * @speed_mbps:	for BOND_RESELECT_BETTER; 0: unknown
 * @member:	set on success; may be NULL
 *
 * Return: 0, -ENOSPC with BOND_MAX_MEMBERS there, -EEXIST when the name of
 * @port is a member's, -ENOMEM.
 */
int bond_add_member(struct bond *bond, struct port *port, uint32_t speed_mbps,
		    struct bond_member **member);

/**
 * bond_remove_member() - let it go, and close its port
 * @grace_ns:	0: now, before this returns. Otherwise its traffic moves now,
 *		what waits for it is still sent, and for so long unicast
 *		frames that are under way to it are accepted
 *
 * Once more during its grace: the new @grace_ns counts.
 */
void bond_remove_member(struct bond *bond, struct bond_member *member,
			uint64_t grace_ns);

/** bond_member() - in @slot below BOND_MAX_MEMBERS; NULL: nobody */
struct bond_member *bond_member(const struct bond *bond, unsigned slot);

/** bond_lookup_member() - by name of its port; NULL: no such */
struct bond_member *bond_lookup_member(const struct bond *bond,
				       const char *name);

/** bond_member_slot() - its number, as long as it lives */
unsigned bond_member_slot(const struct bond_member *member);

/** bond_member_port() - for name, MTU and counters; the bond's to send with */
const struct port *bond_member_port(const struct bond_member *member);

/** bond_member_set_speed() - what its link does now; 0: unknown */
void bond_member_set_speed(struct bond *bond, struct bond_member *member,
			   uint32_t speed_mbps);

/* Monitors */

/**
 * bond_member_monitor() - @monitor votes on @member
 *
 * A monitor counts from its first vote on. A member is used when all that count
 * say up, delays apart. Carrier is the bond's own to report.
 */
void bond_member_monitor(struct bond *bond, struct bond_member *member,
			 enum bond_monitor monitor, bool up);

/** bond_member_unmonitor() - @monitor does not count any more */
void bond_member_unmonitor(struct bond *bond, struct bond_member *member,
			   enum bond_monitor monitor);

/**
 * bond_member_lacp() - LACP votes on @member; heard in mode 802.3ad only
 *
 * Comes on top of the other votes and knows no delays. A member on which it
 * never voted carries nothing.
 */
void bond_member_lacp(struct bond *bond, struct bond_member *member,
		      const struct bond_lacp *vote);

/** bond_set_aggregator() - members of this one carry traffic; 0: none */
void bond_set_aggregator(struct bond *bond, uint16_t aggregator);

/**
 * bond_allow_fallback() - may fallback be, as long as there is no aggregator?
 *
 * It may at first. LACP knows of partners that are about to agree.
 */
void bond_allow_fallback(struct bond *bond, bool allowed);

/**
 * bond_member_send() - send control frames out of one member, whatever it is
 *
 * Not from within bond_env.inspect(). These are not counted at the bond's port.
 *
 * Return: how many its port took; 0 also when it has no carrier. With carrier,
 * bond_env.writable() follows when it took less than all.
 */
unsigned bond_member_send(struct bond *bond, struct bond_member *member,
			  struct frame **frames, unsigned n);

/**
 * bond_member_of() - where frames from @mac in @vid leave now
 *
 * Return: NULL when nothing carries traffic, and in modes in which a guest's
 * frames have no one member.
 */
struct bond_member *bond_member_of(const struct bond *bond, uint16_t vid,
				   const struct mac *mac);

/* Status */

/** bond_get_status() - of the bond, for `weft bond show` */
void bond_get_status(const struct bond *bond, struct bond_status *status);

/** bond_member_get_status() - of one member */
void bond_member_get_status(const struct bond *bond,
			    const struct bond_member *member,
			    struct bond_member_status *status);

/**
 * bond_get_history() - the latest changes, oldest first
 * @changes:	room for @max
 *
 * Return: how many were filled in.
 */
unsigned bond_get_history(const struct bond *bond, struct bond_change *changes,
			  unsigned max);

/** bond_mode_name() - "active-backup", "802.3ad", ... */
const char *bond_mode_name(enum bond_mode mode);

/** bond_reselect_name() - "always", "better", "failure" */
const char *bond_reselect_name(enum bond_reselect reselect);

/** bond_hash_policy_name() - "layer2", "layer3+4", "vlan+srcmac", ... */
const char *bond_hash_policy_name(enum bond_hash_policy policy);

/** bond_monitor_name() - "carrier", "probe" */
const char *bond_monitor_name(enum bond_monitor monitor);

/** bond_state_name() - "backup", "up-delay", ... */
const char *bond_state_name(enum bond_state state);

/** bond_reason_name() - "carrier", "removed", ... */
const char *bond_reason_name(enum bond_reason reason);

#endif
