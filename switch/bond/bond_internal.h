/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bond_internal.h - what the files of a bond share; nobody else's
 */
#ifndef SWITCH_BOND_BOND_INTERNAL_H
#define SWITCH_BOND_BOND_INTERNAL_H

#include "switch/bond/bond.h"
#include "switch/bond/bond_cut.h"
#include "switch/egress.h"

/** BOND_BUCKETS - what frames are hashed into */
#define BOND_BUCKETS 256
/** BOND_NOBODY - a bucket's member while none carries traffic */
#define BOND_NOBODY UINT8_MAX
/** BOND_LOCKS - marks of gratuitous ARPs that we sent; shared by hash */
#define BOND_LOCKS 2048
/** BOND_LOCK_NS - for how long one that comes back is taken for ours */
#define BOND_LOCK_NS (5 * NSEC_PER_SEC)
/** BOND_COPIES - frames that balance-slb remembers to know their copies */
#define BOND_COPIES 4096
/** BOND_COPY_NS - how far apart two copies of a frame may come */
#define BOND_COPY_NS (50 * NSEC_PER_MSEC)
static_assert(BOND_MAX_MEMBERS <= 32 && BOND_MAX_MEMBERS < BOND_NOBODY,
	      "members are bits of a mask, and numbers in a bucket");

/**
 * enum bond_link - what the monitors, carrier and probes, say of a member
 *
 * Moved by bond_link_evaluate() and by the member's timer alone.
 */
enum bond_link {
	BOND_LINK_DOWN,
	BOND_LINK_UP_DELAY,
	BOND_LINK_UP,
	BOND_LINK_DOWN_DELAY,
};

/**
 * struct bond_member - a port that was taken over
 * @bond:	that it belongs to
 * @port:	its port
 * @slot:	its number, also its port's @upper_slot
 * @link:	enum bond_link
 * @state:	enum bond_state, follows from all else; see bond_update()
 * @reason:	enum bond_reason of @state
 * @in_use:	monitors that vote
 * @up:		monitors that say up
 * @cut:	enum bond_cut
 * @carries:	guests' frames may leave through it
 * @collects:	guests' frames may come in on it
 * @is_leaving:	sends nothing more, and is removed when @timer expires
 * @owes_writable: bond_member_send() took less than all
 * @waits:	its port kept frames; it is resumed with the bond
 * @lacp:	last vote
 * @speed_mbps:	0: unknown
 * @link_ns:	when @link changed
 * @since_ns:	when @state changed
 * @timer:	end of a delay, or of the member
 * @egress:	what waits for a full port, in modes in which several carry
 * @taps:	captures that look at it
 * @failures:	times that a monitor took it from use
 * @activations: times it became the active one
 * @control_tx:	frames of bond_member_send()
 * @control_rx:	frames that were consumed
 * @first_tx_ns: guests' first frame since it carries; 0: none so far
 * @last_tx_ns:	guests' frames
 * @first_rx_ns: guests' first frame since it collects
 * @last_rx_ns:	guests' frames
 */
struct bond_member {
	struct bond *bond;
	struct port *port;
	uint8_t slot;
	uint8_t link;
	uint8_t state;
	uint8_t reason;
	uint8_t in_use;
	uint8_t up;
	uint8_t cut;
	bool carries;
	bool collects;
	bool is_leaving;
	bool owes_writable;
	bool waits;
	struct bond_lacp lacp;
	uint32_t speed_mbps;
	uint64_t link_ns;
	uint64_t since_ns;
	struct timer timer;
	struct egress egress;
	struct list taps;
	uint64_t failures;
	uint64_t activations;
	uint64_t control_tx;
	uint64_t control_rx;
	uint64_t first_tx_ns;
	uint64_t last_tx_ns;
	uint64_t first_rx_ns;
	uint64_t last_rx_ns;
};

/**
 * struct bond_ops - what differs between modes; const, one per mode
 * @has_active:		one member is the active one
 * @is_announced:	the other end knows several ports, and must be told
 * @needs_links:	min_links holds
 * @can_carry:		may @member, whose link is up, send?
 * @can_collect:	may it receive?
 * @admit:		is this frame, on a member that collects, ours?
 * @send:		as in struct port_ops
 * @remap:		the members that carry have changed; returns those (bits
 *			by slot) that got traffic of others. NULL: nothing to do
 */
struct bond_ops {
	bool has_active;
	bool is_announced;
	bool needs_links;
	bool (*can_carry)(const struct bond *bond,
			  const struct bond_member *member);
	bool (*can_collect)(const struct bond *bond,
			    const struct bond_member *member);
	enum drop_reason (*admit)(struct bond *bond,
				  const struct bond_member *member,
				  const struct frame *frame);
	unsigned (*send)(struct bond *bond, struct frame **frames, unsigned n);
	uint32_t (*remap)(struct bond *bond);
};

extern const struct bond_ops bond_active_backup_ops;
extern const struct bond_ops bond_slb_ops;
extern const struct bond_ops bond_xor_ops;
extern const struct bond_ops bond_8023ad_ops;

/**
 * struct bond_copy - a unicast frame that came in not long ago
 * @sum:	of its first bytes
 * @until_ns:	when another one like it is no copy any more
 * @slot:	member that brought it
 */
struct bond_copy {
	uint64_t sum;
	uint64_t until_ns;
	uint8_t slot;
};

/**
 * struct bond - a port made of ports
 * @port:	what is plugged into the network
 * @env:	as given
 * @out:	for the members' egress
 * @settings:	in force
 * @ops:	of the mode in force; active-backup's during a fallback
 * @members:	by slot
 * @active:	the one member; NULL in modes that have none
 * @pinned:	active by hand
 * @carrying:	members that do, bits by slot
 * @collecting:	likewise
 * @force_primary: it was just set, and takes over whatever @settings say
 * @aggregator:	that LACP chose
 * @no_fallback: nor may it be without one
 * @depth:	calls of a port's input or send under way
 * @is_full:	a send() took less than it got; it is to be called writable
 * @is_control:	what is being sent is not guests'
 * @is_notifying: callbacks are under way
 * @is_changed:	@env.changed is to be called
 * @to_announce: members that @env.announce is to be called for
 * @notify:	calls both, when that could not be done at once
 * @writable:	tells the network that there is room, soon
 * @rebalance:	balance-slb's timer
 * @buckets:	slot of the member of each bucket, or BOND_NOBODY
 * @load:	balance-slb: bytes of each, halved at each look
 * @locks:	until when gratuitous ARPs of this hash are our own
 * @copies:	balance-slb: what came in, by its sum
 * @history:	a ring; @changes is where the next one goes
 * @changes:	of all members, ever
 * @switches:	of the active member
 * @switched_ns: when that was
 * @rebalances:	buckets moved
 * @locked_moves: gratuitous ARPs dropped because of @locks
 */
struct bond {
	struct port port;
	struct bond_env env;
	struct network_env out;
	struct bond_settings settings;
	const struct bond_ops *ops;
	struct bond_member *members[BOND_MAX_MEMBERS];
	struct bond_member *active;
	struct bond_member *pinned;
	uint32_t carrying;
	uint32_t collecting;
	bool force_primary;
	uint16_t aggregator;
	bool no_fallback;
	unsigned depth;
	bool is_full;
	bool is_control;
	bool is_notifying;
	bool is_changed;
	uint32_t to_announce;
	struct deferred notify;
	struct deferred writable;
	struct timer rebalance;
	uint8_t buckets[BOND_BUCKETS];
	uint64_t load[BOND_BUCKETS];
	uint64_t locks[BOND_LOCKS];
	struct bond_copy copies[BOND_COPIES];
	struct bond_change history[BOND_MAX_HISTORY];
	uint64_t changes;
	uint64_t switches;
	uint64_t switched_ns;
	uint64_t rebalances;
	uint64_t locked_moves;
};

static inline uint64_t bond_now_ns(const struct bond *bond)
{
	return loop_now_ns(bond->env.loop);
}

/** bond_member_at() - whose port this is */
static inline struct bond_member *bond_member_at(const struct bond *bond,
						 const struct port *port)
{
	return bond->members[port->upper_slot];
}

/** bond_note_tx() - guests' frames have left through it */
static inline void bond_note_tx(struct bond_member *member)
{
	member->last_tx_ns = bond_now_ns(member->bond);
	if (UNLIKELY(!member->first_tx_ns))
		member->first_tx_ns = loop_clock_ns(member->bond->env.loop);
}

/** bond_note_rx() - guests' frames have come in on it */
static inline void bond_note_rx(struct bond_member *member)
{
	member->last_rx_ns = bond_now_ns(member->bond);
	if (UNLIKELY(!member->first_rx_ns))
		member->first_rx_ns = loop_clock_ns(member->bond->env.loop);
}

/** bond_hash() - of 64 bits that others choose */
static inline uint64_t bond_hash(const struct bond *bond, uint64_t bits)
{
	return siphash(&bond->env.key, &bits, sizeof(bits));
}

/** bond_member_is_usable() - its link is up, or not down for long enough */
static inline bool bond_member_is_usable(const struct bond_member *member)
{
	return !member->is_leaving && (member->link == BOND_LINK_UP ||
				       member->link == BOND_LINK_DOWN_DELAY);
}

/* bond_link.c */

/** bond_link_evaluate() - the votes have changed; bond_update() comes after */
void bond_link_evaluate(struct bond_member *member);

/** bond_link_vote() - keep a vote, and evaluate it; likewise */
void bond_link_vote(struct bond_member *member, enum bond_monitor monitor,
		    bool up);

/** bond_link_rearm() - a delay that runs has another length now */
void bond_link_rearm(struct bond_member *member);

/** bond_link_expired() - struct timer: a delay is over */
void bond_link_expired(struct timer *timer);

/* bond_update.c */

/**
 * bond_update() - make all follow from links, votes and settings
 *
 * The active member, states, buckets, features, carrier and announcements.
 * @reason is that of the event; where there is a nearer one, that is kept.
 */
void bond_update(struct bond *bond, enum bond_reason reason);

/** bond_notify_now() - struct deferred: call back what waited for it */
void bond_notify_now(struct deferred *deferred);

/* bond_input.c */

/** bond_member_upper - what a bond is to its members' ports */
extern const struct port_upper bond_member_upper;

/* bond_cut.c */

/** bond_cut_send() - of a member that is cut: lose what is sent to it */
void bond_cut_send(struct bond_member *member, struct frame **frames,
		   unsigned n);

/** bond_cut_input() - likewise what comes in */
void bond_cut_input(struct bond_member *member, struct frame **frames,
		    unsigned n);

/* bond_reflection.c */

/** bond_check_repeated() - is it one of ours come back, or brought before? */
enum drop_reason bond_check_repeated(struct bond *bond,
				     const struct bond_member *member,
				     const struct frame *frame);

/** bond_note_sent() - remember what we must know when it comes back */
void bond_note_sent(struct bond *bond, const struct frame *frame);

/* bond_bucket.c */

/**
 * bond_buckets_deal() - give those of members that don't carry to others
 * @everything:	and level all of them; otherwise those without load only
 *
 * Return: members that got a bucket which had another member.
 */
uint32_t bond_buckets_deal(struct bond *bond, bool everything);

/** bond_buckets_count() - that are @slot's */
unsigned bond_buckets_count(const struct bond *bond, unsigned slot);

/**
 * bond_buckets_send() - each frame to the member of its bucket
 * @bucket:	of a frame
 *
 * Return: @n: what can't go now waits in its member's egress or is dropped.
 */
unsigned bond_buckets_send(struct bond *bond, struct frame **frames, unsigned n,
			   uint8_t (*bucket)(struct bond *bond,
					     const struct frame *frame));

/** bond_any_can() - @can_carry, @can_collect: whoever has a link */
bool bond_any_can(const struct bond *bond, const struct bond_member *member);

/* bond_slb.c */

/** bond_slb_bucket() - of a guest */
uint8_t bond_slb_bucket(const struct bond *bond, uint16_t vid,
			const struct mac *mac);

/** bond_slb_rebalance() - struct timer: level the load */
void bond_slb_rebalance(struct timer *timer);

/* bond_xor.c */

/** bond_xor_send() - of both modes that hash flows */
unsigned bond_xor_send(struct bond *bond, struct frame **frames, unsigned n);

/** bond_xor_remap() - likewise */
uint32_t bond_xor_remap(struct bond *bond);

/** bond_xor_admit() - the other end is one port, too: all that it sends */
enum drop_reason bond_xor_admit(struct bond *bond,
				const struct bond_member *member,
				const struct frame *frame);

/* bond_capture.c; while the member's port is watched */

/** bond_see_input() - came in, and did not die at the member */
void bond_see_input(struct bond_member *member, struct frame **frames,
		    unsigned n);

/** bond_see_sent() - its port took them */
void bond_see_sent(struct bond_member *member, struct frame **frames,
		   unsigned n);

/** bond_see_dropped() - @frame died at the member; NULL: it was none */
void bond_see_dropped(struct bond_member *member, struct frame *frame,
		      enum port_direction direction, enum drop_reason reason);

/** bond_member_untap() - all captures let go of it */
void bond_member_untap(struct bond_member *member);

#endif
