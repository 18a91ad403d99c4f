/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lacp.h - the Link Aggregation Control Protocol of one bond (IEEE 802.1AX-2014
 * clause 6)
 *
 * Decides which members of a bond may carry frames, and agrees on it with the
 * other side. It has no port, no socket, no loop and no clock: frames come in
 * by lacp_receive() and go out by ops->send(), and the time is an argument,
 * nanoseconds of one monotonic clock (core/clock.h).
 *
 * The caller
 *
 *   - calls lacp_run() when lacp_next_ns() is due, and asks that again after
 *     each call that takes @now_ns;
 *   - reads what waits on its members' sockets at least once between two calls
 *     of lacp_run(), as an event loop does. lacp_run() relies on it: a partner
 *     expires only in the second call that finds it late, LACP_GRACE_NS after
 *     the first, so a process that was stopped reads first and judges then;
 *   - gives a member no frame to send unless it is distributing, and drops what
 *     comes in on it unless it is collecting;
 *   - doesn't feed a member's own transmissions back into it.
 *
 * ops->send() is called from lacp_run() and lacp_remove() only, so a frame can
 * be received where none may be sent; lacp_next_ns() is in the past then.
 * ops->changed() comes from within any call that takes @now_ns. Both may read,
 * but not call one of those again.
 */
#ifndef SWITCH_LACP_LACP_H
#define SWITCH_LACP_LACP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"
#include "core/err.h"
#include "core/util.h"
#include "switch/lacp/lacp_msg.h"

/** LACP_MEMBERS_MAX - members of a bond */
#define LACP_MEMBERS_MAX 32
/** LACP_KEY_MAX - keys of settings; the operational key has the speed as well
 */
#define LACP_KEY_MAX 1023
/** LACP_FAST_NS - Fast_Periodic_Time (6.4.4) */
#define LACP_FAST_NS NSEC_PER_SEC
/** LACP_SLOW_NS - Slow_Periodic_Time */
#define LACP_SLOW_NS (30 * NSEC_PER_SEC)
/** LACP_SHORT_NS - Short_Timeout_Time: a partner silent for so long expires */
#define LACP_SHORT_NS (3 * LACP_FAST_NS)
/** LACP_LONG_NS - Long_Timeout_Time */
#define LACP_LONG_NS (3 * LACP_SLOW_NS)
/** LACP_CHURN_NS - Churn_Detection_Time */
#define LACP_CHURN_NS (60 * NSEC_PER_SEC)
/** LACP_WAIT_NS - Aggregate_Wait_Time: from selection to attachment */
#define LACP_WAIT_NS (2 * NSEC_PER_SEC)
/** LACP_WAIT_MAX_NS - what it grows to for a partner that changes its mind */
#define LACP_WAIT_MAX_NS (64 * NSEC_PER_SEC)
/** LACP_GRACE_NS - between the two looks at a partner that is late */
#define LACP_GRACE_NS (200 * NSEC_PER_MSEC)
/** LACP_LEAVE_NS - how long a leaving member waits for its partner to stop */
#define LACP_LEAVE_NS NSEC_PER_SEC
/** LACP_LINGER_NS - and how long it still takes frames after that */
#define LACP_LINGER_NS (100 * NSEC_PER_MSEC)
/** LACP_TX_MAX - LACPDUs in any LACP_FAST_NS (6.4.16) */
#define LACP_TX_MAX 3
/** LACP_SLOW_FRAMES_MAX - slow-protocol frames in any second, each way (57A) */
#define LACP_SLOW_FRAMES_MAX 10

struct lacp;
struct lacp_member;

/** enum lacp_rate - how often we ask the partner to speak */
enum lacp_rate {
	LACP_RATE_SLOW,
	LACP_RATE_FAST,
};

/**
 * enum lacp_policy - which aggregator carries when there are several
 * @LACP_STABLE:	the one with most bandwidth, until it is of no use
 * @LACP_BANDWIDTH:	always the one with most bandwidth
 * @LACP_COUNT:		always the one with most members
 */
enum lacp_policy {
	LACP_STABLE,
	LACP_BANDWIDTH,
	LACP_COUNT,
};

/**
 * struct lacp_settings - the bond's end
 * @system_priority: of @system
 * @system:	MAC address of the bond
 * @key:	0 to LACP_KEY_MAX
 * @active:	speak first; else only when spoken to
 * @rate:	what we ask the partner for
 * @policy:	which aggregator carries
 * @min_links:	an aggregator with fewer usable members carries nothing
 * @fallback:	without any partner tell so, for an active-backup meanwhile
 */
struct lacp_settings {
	uint16_t system_priority;
	struct mac system;
	uint16_t key;
	bool active;
	enum lacp_rate rate;
	enum lacp_policy policy;
	uint16_t min_links;
	bool fallback;
};

/**
 * struct lacp_member_settings - one member
 * @port:	number, unique in the bond and not 0
 * @priority:	of the port
 * @mac:	of the port, source of its LACPDUs
 * @owner:	of the caller, see lacp_member_owner()
 */
struct lacp_member_settings {
	uint16_t port;
	uint16_t priority;
	struct mac mac;
	void *owner;
};

/**
 * struct lacp_link - a member's link
 * @up:		carrier
 * @half_duplex: known to be so: such links aren't aggregated (6.4.1)
 * @speed_mbps:	0 where unknown; only links of one speed aggregate
 */
struct lacp_link {
	bool up;
	bool half_duplex;
	uint32_t speed_mbps;
};

/** enum lacp_receive_state - receive machine (6.4.12) */
enum lacp_receive_state {
	LACP_RX_INITIALIZE,
	LACP_RX_PORT_DISABLED,
	LACP_RX_LACP_DISABLED,
	LACP_RX_EXPIRED,
	LACP_RX_DEFAULTED,
	LACP_RX_CURRENT,
	LACP_RX_COUNT,
};

/** enum lacp_mux_state - mux machine, independent control (6.4.15) */
enum lacp_mux_state {
	LACP_MUX_DETACHED,
	LACP_MUX_WAITING,
	LACP_MUX_ATTACHED,
	LACP_MUX_COLLECTING,
	LACP_MUX_DISTRIBUTING,
	LACP_MUX_COUNT,
};

/**
 * enum lacp_selected - what selection decided (6.4.14)
 * @LACP_UNSELECTED:	fits nowhere, or must begin anew
 * @LACP_STANDBY:	its aggregator doesn't carry
 */
enum lacp_selected {
	LACP_UNSELECTED,
	LACP_STANDBY,
	LACP_SELECTED,
	LACP_SELECTED_COUNT,
};

/**
 * enum lacp_churn - is a side in sync in reasonable time (6.4.17)?
 * @LACP_CHURN_MONITOR:	it isn't yet
 * @LACP_CHURN_NONE:	it is
 * @LACP_CHURNED:	it wasn't for LACP_CHURN_NS
 */
enum lacp_churn {
	LACP_CHURN_MONITOR,
	LACP_CHURN_NONE,
	LACP_CHURNED,
	LACP_CHURN_COUNT,
};

/**
 * enum lacp_leave_state - how far a member's graceful leave is
 * @LACP_STAYS:		it isn't leaving
 * @LACP_LEAVE_STOP:	we send nothing, and wait for the partner to stop
 * @LACP_LEAVE_LAST:	the partner sends nothing; our last word is on the way
 * @LACP_LEFT:		silent for good: lacp_remove() it
 */
enum lacp_leave_state {
	LACP_STAYS,
	LACP_LEAVE_STOP,
	LACP_LEAVE_LAST,
	LACP_LEFT,
	LACP_LEAVE_COUNT,
};

/** enum lacp_reason - why a member does not distribute; the first that holds */
enum lacp_reason {
	LACP_FINE,
	LACP_IS_LEAVING,
	LACP_LINK_DOWN,
	LACP_LINK_HALF_DUPLEX,
	LACP_PARTNER_EXPIRED,
	LACP_NO_PARTNER,
	LACP_LOOPED,
	LACP_WAITS,
	LACP_MIN_LINKS,
	LACP_OTHER_CARRIES,
	LACP_PARTNER_NOT_SYNC,
	LACP_PARTNER_NOT_COLLECTING,
	LACP_REASON_COUNT,
};

/**
 * struct lacp_counters - frames and events of one member
 * @rx:		LACPDUs that were used
 * @tx:		LACPDUs sent
 * @bad:	frames that can't be LACPDUs or markers though they say so
 * @limited:	frames beyond LACP_SLOW_FRAMES_MAX a second, and a marker that
 *		came before the last one was answered: ignored
 * @early:	LACPDUs that came while the link was down or half duplex
 * @markers:	markers that asked
 * @answered:	responses to them; the rest is among @limited
 * @expired:	times that the partner fell silent
 * @restarted:	times that the partner became another one, or another key
 */
struct lacp_counters {
	uint64_t rx;
	uint64_t tx;
	uint64_t bad;
	uint64_t limited;
	uint64_t early;
	uint64_t markers;
	uint64_t answered;
	uint64_t expired;
	uint64_t restarted;
};

/**
 * struct lacp_member_status - all there is to know of one member
 * @link:	as told
 * @actor:	as in our LACPDUs
 * @partner:	as in its LACPDUs, or the defaults
 * @receive:	receive machine
 * @mux:	mux machine
 * @selected:	selection
 * @aggregator:	1 to LACP_MEMBERS_MAX; 0 while in none
 * @collecting:	frames that come in are taken
 * @distributing: frames may be sent
 * @looped:	what comes in was sent by ourselves
 * @actor_churn: ours
 * @partner_churn: the partner's
 * @leave:	graceful leave
 * @reason:	why it isn't distributing
 */
struct lacp_member_status {
	struct lacp_link link;
	struct lacp_end actor;
	struct lacp_end partner;
	enum lacp_receive_state receive;
	enum lacp_mux_state mux;
	enum lacp_selected selected;
	unsigned aggregator;
	bool collecting;
	bool distributing;
	bool looped;
	enum lacp_churn actor_churn;
	enum lacp_churn partner_churn;
	enum lacp_leave_state leave;
	enum lacp_reason reason;
};

/**
 * struct lacp_status - the bond as a whole
 * @up:		members that distribute are at least min_links, and one
 * @fallback:	nobody has a partner, and the settings want to go on without
 * @aggregator:	that carries; 0: none
 * @members:	in the aggregator
 * @distributing: of these
 * @partner:	system, priority and key of the aggregator's other side
 */
struct lacp_status {
	bool up;
	bool fallback;
	unsigned aggregator;
	unsigned members;
	unsigned distributing;
	struct lacp_end partner;
};

/**
 * struct lacp_ops - what LACP needs from its surroundings
 * @send:	put @frame on @member's wire; it is borrowed. Loss is no error
 * @changed:	something of @member's status differs from what it was at the
 *		last call; @member NULL: of the bond's. What stops is told
 *		before the partner is, what starts likewise
 */
struct lacp_ops {
	void (*send)(void *ctx, struct lacp_member *member,
		     const uint8_t *frame, size_t len);
	void (*changed)(void *ctx, struct lacp_member *member);
};

/**
 * lacp_check() - can @settings be had?
 *
 * Return: 0, or -EINVAL with @err: key too large, no proper system address, no
 * such rate or policy.
 */
int lacp_check(const struct lacp_settings *settings, struct err *err);

/**
 * lacp_create() - a bond's LACP without members
 * @ops:	and @ctx outlive it
 *
 * Return: NULL for settings that lacp_check() refuses, or no memory.
 */
struct lacp *lacp_create(const struct lacp_settings *settings,
			 const struct lacp_ops *ops, void *ctx,
			 struct err *err);

/** lacp_destroy() - says nothing to partners, calls nobody; NULL is fine */
void lacp_destroy(struct lacp *lacp);

/**
 * lacp_set() - change settings while it runs
 *
 * Another system, priority or key begins all negotiations anew. Everything else
 * is told to the partners and takes effect without.
 *
 * Return: 0, or -EINVAL with @err, as lacp_check().
 */
int lacp_set(struct lacp *lacp, const struct lacp_settings *settings,
	     uint64_t now_ns, struct err *err);

/**
 * lacp_add() - a member with its link down
 *
 * Return: NULL when LACP_MEMBERS_MAX are there, when its port number is 0 or
 * taken, or its address is a group's.
 */
struct lacp_member *lacp_add(struct lacp *lacp,
			     const struct lacp_member_settings *settings,
			     uint64_t now_ns, struct err *err);

/**
 * lacp_leave() - begin a graceful leave (see lacp_leave.c)
 *
 * The end is told by changed(): status.leave is LACP_LEFT then. That may be
 * within this call, where there is no partner to tell, and takes at most two
 * LACP_LEAVE_NS, two seconds of transmit limit and LACP_LINGER_NS.
 */
void lacp_leave(struct lacp_member *member, uint64_t now_ns);

/**
 * lacp_remove() - forget a member, at any time; changed() isn't called for it
 *
 * One that didn't leave tells its partner so in one last LACPDU.
 */
void lacp_remove(struct lacp_member *member, uint64_t now_ns);

/** lacp_link() - carrier, speed and duplex of a member */
void lacp_link(struct lacp_member *member, const struct lacp_link *link,
	       uint64_t now_ns);

/**
 * lacp_receive() - a frame came in on a member
 * @frame:	from destination address on; padding behind it is fine
 *
 * Return: false: it is neither LACPDU nor marker, the caller's to judge.
 */
bool lacp_receive(struct lacp_member *member, const uint8_t *frame, size_t len,
		  uint64_t now_ns);

/**
 * lacp_run() - do what is due
 *
 * Return: lacp_next_ns(), later than @now_ns.
 */
uint64_t lacp_run(struct lacp *lacp, uint64_t now_ns);

/** lacp_next_ns() - when lacp_run() is due; UINT64_MAX: never */
uint64_t lacp_next_ns(const struct lacp *lacp);

/** lacp_get_status() - of the bond */
void lacp_get_status(const struct lacp *lacp, struct lacp_status *status);

/** lacp_member_get_status() - of a member */
void lacp_member_get_status(const struct lacp_member *member,
			    struct lacp_member_status *status);

/** lacp_member_counters() - valid as long as the member */
const struct lacp_counters *
lacp_member_counters(const struct lacp_member *member);

/** lacp_member_owner() - as in its settings */
void *lacp_member_owner(const struct lacp_member *member);

/** lacp_receive_name() - "current" */
const char *lacp_receive_name(enum lacp_receive_state state);

/** lacp_mux_name() - "distributing" */
const char *lacp_mux_name(enum lacp_mux_state state);

/** lacp_selected_name() - "standby" */
const char *lacp_selected_name(enum lacp_selected selected);

/** lacp_churn_name() - "none", "monitoring", "churned" */
const char *lacp_churn_name(enum lacp_churn churn);

/** lacp_leave_name() - "staying" */
const char *lacp_leave_name(enum lacp_leave_state state);

/** lacp_reason_name() - "partner-not-in-sync" */
const char *lacp_reason_name(enum lacp_reason reason);

#endif
