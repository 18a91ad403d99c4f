/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe.h - finds members that have carrier but deliver nothing
 *
 * Through each member of a bond, named targets are asked for by ARP (RFC 826,
 * RFC 5227 1.1) and Neighbor Solicitation (RFC 4861) at an interval. A member
 * through which nobody has answered for some intervals is dead, until answers
 * come again. Sending and the verdict's consequence are callbacks.
 *
 * What an answer proves. It came in through the member, so guests can't forge
 * one, as long as the bond lets no frame of a guest pass that
 * probe_is_forged(). Someone upstream can: ARP and ND have no secret that an
 * answer would have to know. He who sees our probes, or guesses the MAC
 * address, can answer in a target's place and so keep a member alive that leads
 * nowhere; who is in the path can swallow answers and have a good member
 * declared dead. Both he could have by dropping the traffic itself.
 */
#ifndef SWITCH_UPLINK_PROBE_H
#define SWITCH_UPLINK_PROBE_H

#include <netinet/in.h>

#include "core/addr.h"
#include "core/err.h"
#include "core/frame.h"
#include "core/loop.h"

/** PROBE_MAX_MEMBERS - slots are numbered from 0 */
#define PROBE_MAX_MEMBERS 16
/** PROBE_MAX_TARGETS - as Linux bonding has it for arp_ip_target */
#define PROBE_MAX_TARGETS 16
/** PROBE_MIN_INTERVAL_MS - more often is a storm of broadcasts */
#define PROBE_MIN_INTERVAL_MS 10
/** PROBE_MAX_INTERVAL_MS - less often finds nothing in time */
#define PROBE_MAX_INTERVAL_MS 60000
/** PROBE_MISSES - intervals without an answer, by default */
#define PROBE_MISSES 3
/** PROBE_ANSWERS - intervals with one in a row, by default */
#define PROBE_ANSWERS 2
/** PROBE_REASON_SIZE - a sentence */
#define PROBE_REASON_SIZE 128
/** PROBE_SLACK_NS - an answer may be so much later than the last one was */
#define PROBE_SLACK_NS (5 * NSEC_PER_MSEC)

struct probe;

/**
 * enum probe_state - what is known about a member
 * @PROBE_UNKNOWN: it was added, and neither enough answers came nor has there
 *		been silence for long enough
 * @PROBE_ALIVE: enough answers came in a row. It stays so while each silence is
 *		short
 * @PROBE_DEAD:	silence, until enough answers come in a row
 */
enum probe_state {
	PROBE_UNKNOWN,
	PROBE_ALIVE,
	PROBE_DEAD,
	PROBE_STATE_COUNT,
};

/**
 * struct probe_target - whom to ask for
 * @is_ip6:	@ip6 counts, not @ip4
 * @ip4:	host order
 * @ip6:	a unicast address
 */
struct probe_target {
	bool is_ip6;
	uint32_t ip4;
	struct in6_addr ip6;
};

/**
 * struct probe_settings - how members are watched
 * @mac:	the bond's own for probes, locally administered, the low four
 *		bits zero: a member's slot goes there. Were it the same on all
 *		members, the switch upstream would see it move with each probe
 * @vid:	VLAN of the targets; 0: untagged
 * @source4:	sender of ARP probes; 0: 0.0.0.0, as in RFC 5227. Any other
 *		must be an address of the bond's own: a target takes the sender
 *		for being at @mac, so with the host's address it would send the
 *		host's traffic there
 * @from_link_local: solicitations come from the link-local address of the
 *		member's MAC address. Else from ::, as in duplicate address
 *		detection: answers then go to all nodes, and a target that is
 *		just detecting takes us for a duplicate
 * @all_targets: each target must answer; else one does
 * @misses:	intervals of silence that make a member dead, at least 1
 * @answers:	intervals with an answer, in a row, that make it alive again
 * @interval_ms: between two probes of a member
 * @seed:	random; spreads the members' probes over the interval
 * @target_count: entries of @targets, at least 1
 * @targets:	whom to ask for
 */
struct probe_settings {
	struct mac mac;
	uint16_t vid;
	uint32_t source4;
	bool from_link_local;
	bool all_targets;
	uint8_t misses;
	uint8_t answers;
	uint32_t interval_ms;
	uint32_t seed;
	unsigned target_count;
	struct probe_target targets[PROBE_MAX_TARGETS];
};

/**
 * struct probe_env - surroundings; all of it outlives the prober
 * @loop:	of the bond's worker
 * @send:	frames to go out through the member of @slot; returns how many
 *		were taken. The rest is offered again a little later
 * @changed:	the member's state changed; @reason is a sentence for people,
 *		borrowed. Called from the loop or from probe_inspect(); it may
 *		add and remove members, but not destroy the prober
 * @ctx:	handed to both
 */
struct probe_env {
	struct loop *loop;
	unsigned (*send)(void *ctx, unsigned slot, struct frame **frames,
			 unsigned n);
	void (*changed)(void *ctx, unsigned slot, enum probe_state state,
			const char *reason);
	void *ctx;
};

/**
 * struct probe_counters - of one member
 * @sent:	probes taken
 * @unsent:	probes not taken when offered
 * @answers:	that counted
 * @stray:	answers to no probe that was open: duplicates, mostly
 * @foreign:	other frames to our MAC address, and answers of whom we don't
 * ask
 * @reflected:	own probes that came in: two members of one network
 */
struct probe_counters {
	uint64_t sent;
	uint64_t unsent;
	uint64_t answers;
	uint64_t stray;
	uint64_t foreign;
	uint64_t reflected;
};

/**
 * struct probe_status - one member, for people
 * @state:	enum probe_state
 * @since_ns:	of the loop's clock
 * @reason:	of the last change; empty before the first
 * @silent_ns:	how long each target has been silent, or was not asked
 * @counters:	what passed
 */
struct probe_status {
	enum probe_state state;
	uint64_t since_ns;
	char reason[PROBE_REASON_SIZE];
	uint64_t silent_ns[PROBE_MAX_TARGETS];
	struct probe_counters counters;
};

/** probe_state_name() - "unknown", "alive", "dead" */
const char *probe_state_name(enum probe_state state);

/** probe_check() - would probe_create() take @settings? 0, or -EINVAL and why
 */
int probe_check(const struct probe_settings *settings, struct err *err);

/** probe_create() - without members; NULL with the reason in @err */
struct probe *probe_create(const struct probe_settings *settings,
			   const struct probe_env *env, struct err *err);

/** probe_destroy() - no callback comes any more; NULL is fine */
void probe_destroy(struct probe *probe);

/**
 * probe_set() - other settings, at once
 *
 * Members keep their state; what they were asked before is forgotten.
 *
 * Return: 0, or -EINVAL with the reason in @err and the old ones kept.
 */
int probe_set(struct probe *probe, const struct probe_settings *settings,
	      struct err *err);

/**
 * probe_add_member() - begin to probe, PROBE_UNKNOWN
 * @slot:	below PROBE_MAX_MEMBERS, not in use
 *
 * To be called when a member has got carrier, or its port is there. One that
 * was removed begins anew.
 */
void probe_add_member(struct probe *probe, unsigned slot);

/** probe_remove_member() - no more probes; no-op when it is not in use */
void probe_remove_member(struct probe *probe, unsigned slot);

/**
 * probe_inspect() - a frame came in through the wire of a member
 * @slot:	of the member; one not in use inspects nothing
 * @frame:	classified, not changed
 *
 * To be called for each frame before the network sees it, and also on members
 * that are not active; costs two comparisons for what is not ours.
 *
 * Return: true: it was ours, nobody else may have it.
 */
bool probe_inspect(struct probe *probe, unsigned slot,
		   const struct frame *frame);

/** probe_owns() - is @mac one that probes are sent from? */
bool probe_owns(const struct probe *probe, const struct mac *mac);

/**
 * probe_is_forged() - outside, would a guest's @frame pass for one of ours?
 *
 * As a probe, something to one who probes, or an answer of a target to a group,
 * which the switch upstream would bring to the other members.
 */
bool probe_is_forged(const struct probe *probe, const struct frame *frame);

/** probe_get_status() - false when @slot is not in use */
bool probe_get_status(const struct probe *probe, unsigned slot,
		      struct probe_status *status);

/** probe_naps() - times that the loop slept for too long to judge anybody */
uint64_t probe_naps(const struct probe *probe);

#endif
