/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lacp_internal.h - what the files of lacp*.c share
 *
 * Machines read and write their member's fields and the bond's @now_ns; who
 * runs them, and in which order, is settle() in lacp.c.
 */
#ifndef SWITCH_LACP_LACP_INTERNAL_H
#define SWITCH_LACP_LACP_INTERNAL_H

#include "switch/lacp/lacp.h"

#define LACP_NEVER UINT64_MAX
/** LACP_MARKERS_MAX - responses a second, so that LACPDUs always have room */
#define LACP_MARKERS_MAX (LACP_SLOW_FRAMES_MAX - LACP_TX_MAX)

/** LACP_CROSSING_NS - for so long the partner may not have our last LACPDU yet
 */
#define LACP_CROSSING_NS (50 * NSEC_PER_MSEC)

/** enum lacp_periodic - periodic transmission machine (6.4.13) */
enum lacp_periodic {
	LACP_NO_PERIODIC,
	LACP_FAST_PERIODIC,
	LACP_SLOW_PERIODIC,
};

/**
 * struct lacp_window - when the last frames of a kind were, to limit them
 * @at_ns:	ring, as long as the limit
 * @count:	frames so far
 */
struct lacp_window {
	uint64_t at_ns[LACP_SLOW_FRAMES_MAX];
	uint64_t count;
};

/**
 * struct lacp_churner - one of the two churn machines
 * @state:	of it
 * @until_ns:	while monitoring
 */
struct lacp_churner {
	enum lacp_churn state;
	uint64_t until_ns;
};

/**
 * struct lacp_member - one member
 * @lacp:	NULL while the slot is free
 * @settings:	as added
 * @link:	as told last
 * @actor:	our end
 * @partner:	the other; LACP_SYNC in its state is what recordPDU made of it
 * @receive:	receive machine
 * @current_ns:	current_while_timer; LACP_NEVER: stopped
 * @looked_ns:	first look at a partner that is late; 0: none
 * @periodic:	periodic machine
 * @periodic_ns: its timer
 * @ntt:	need to transmit
 * @is_mistaken: the partner had a wrong idea of us when it spoke last
 * @told_state:	actor state of the last LACPDU
 * @told_ns:	when that was
 * @was_told:	there was one since periodic transmission began
 * @marker:	to be answered, if @is_asked
 * @is_asked:	a marker came in
 * @tx_pdus:	LACPDUs sent
 * @rx_pdus:	LACPDUs used
 * @tx_markers:	responses sent
 * @selected:	of selection
 * @aggregator:	of selection; 0: none
 * @mux:	mux machine
 * @wait_ns:	wait_while_timer: when the last wait is or was over
 * @backoff_ns:	length of the next wait for a partner that restarts a lot
 * @restarted_ns: when it did last
 * @actor_churn: machine
 * @partner_churn: machine
 * @leave:	graceful leave
 * @leave_ns:	when its next step is due
 * @drains:	it was collecting when it began to leave, and still does
 * @counters:	of the member
 * @shown:	status at the last changed()
 */
struct lacp_member {
	struct lacp *lacp;
	struct lacp_member_settings settings;
	struct lacp_link link;
	struct lacp_end actor;
	struct lacp_end partner;
	enum lacp_receive_state receive;
	uint64_t current_ns;
	uint64_t looked_ns;
	enum lacp_periodic periodic;
	uint64_t periodic_ns;
	bool ntt;
	bool is_mistaken;
	uint8_t told_state;
	uint64_t told_ns;
	bool was_told;
	struct lacp_marker marker;
	bool is_asked;
	struct lacp_window tx_pdus;
	struct lacp_window rx_pdus;
	struct lacp_window tx_markers;
	enum lacp_selected selected;
	unsigned aggregator;
	enum lacp_mux_state mux;
	uint64_t wait_ns;
	uint64_t backoff_ns;
	uint64_t restarted_ns;
	struct lacp_churner actor_churn;
	struct lacp_churner partner_churn;
	enum lacp_leave_state leave;
	uint64_t leave_ns;
	bool drains;
	struct lacp_counters counters;
	struct lacp_member_status shown;
};

/**
 * struct lacp - one bond
 * @settings:	as set last
 * @ops:	surroundings
 * @ctx:	handed back to @ops
 * @now_ns:	the time of the call that runs
 * @aggregator:	that carries; 0: none
 * @hold_ns:	the first choice waits for others until then; LACP_NEVER: no
 * @fallback:	nobody has a partner
 * @shown:	status at the last changed()
 * @members:	slots
 */
struct lacp {
	struct lacp_settings settings;
	const struct lacp_ops *ops;
	void *ctx;
	uint64_t now_ns;
	unsigned aggregator;
	uint64_t hold_ns;
	bool fallback;
	struct lacp_status shown;
	struct lacp_member members[LACP_MEMBERS_MAX];
};

/** lacp_slots() - the first of LACP_MEMBERS_MAX; as strchr(), it drops const */
static inline struct lacp_member *lacp_slots(const struct lacp *lacp)
{
	return (struct lacp_member *)lacp->members;
}

/** lacp_for_each_member() - walk the slots that are taken */
#define lacp_for_each_member(m, l)                      \
	for (struct lacp_member *m = lacp_slots(l);     \
	     m < lacp_slots(l) + LACP_MEMBERS_MAX; m++) \
		if (!m->lacp) {                         \
		} else

/* lacp.c */

/** lacp_settle() - after a change: all machines but transmit, and changed() */
void lacp_settle(struct lacp *lacp);

/** lacp_end_is_same() - the same port of the same system, with the same key */
bool lacp_end_is_same(const struct lacp_end *a, const struct lacp_end *b);

/** lacp_actor_update() - our end follows settings, link and leave */
void lacp_actor_update(struct lacp_member *member);

/* lacp_receive.c */

/** lacp_receive_init() - state INITIALIZE and what follows from it */
void lacp_receive_init(struct lacp_member *member);

/** lacp_receive_link() - the link is another one than before */
void lacp_receive_link(struct lacp_member *member);

/** lacp_receive_pdu() - an LACPDU */
void lacp_receive_pdu(struct lacp_member *member, const struct lacp_pdu *pdu);

/** lacp_receive_run() - the timer; from lacp_run() only */
void lacp_receive_run(struct lacp_member *member);

/** lacp_receive_next_ns() - when lacp_receive_run() is due */
uint64_t lacp_receive_next_ns(const struct lacp_member *member);

/** lacp_is_looped() - the partner is ourselves */
bool lacp_is_looped(const struct lacp_member *member);

/* lacp_select.c */

/** lacp_restart() - unselect, and detach before anything else is decided */
void lacp_restart(struct lacp_member *member);

/** lacp_select() - aggregators, the one that carries, fallback */
void lacp_select(struct lacp *lacp);

/** lacp_is_ready() - its wait is over, it could be attached */
bool lacp_is_ready(const struct lacp_member *member);

/** lacp_ready_count() - members of @aggregator that are */
unsigned lacp_ready_count(const struct lacp *lacp, unsigned aggregator);

/** lacp_links_needed() - how many of these carry something */
unsigned lacp_links_needed(const struct lacp *lacp);

/* lacp_mux.c */

/** lacp_mux_run() - until it comes to rest; and churn detection */
void lacp_mux_run(struct lacp_member *member);

/** lacp_churn_run() - both machines */
void lacp_churn_run(struct lacp_member *member);

/** lacp_mux_next_ns() - when one of these is due */
uint64_t lacp_mux_next_ns(const struct lacp_member *member);

/* lacp_transmit.c */

/** lacp_window_free_ns() - when one frame more may be; 0: now */
uint64_t lacp_window_free_ns(const struct lacp_window *window, unsigned limit,
			     uint64_t now_ns);

/** lacp_window_add() - there was one */
void lacp_window_add(struct lacp_window *window, unsigned limit,
		     uint64_t now_ns);

/** lacp_periodic_run() - periodic transmission machine */
void lacp_periodic_run(struct lacp_member *member);

/** lacp_transmit_run() - send what is needed and allowed; from lacp_run() only
 */
void lacp_transmit_run(struct lacp_member *member);

/** lacp_transmit_last() - send what a removed member has to say */
void lacp_transmit_last(struct lacp_member *member);

/** lacp_transmit_ask() - a marker is to be answered */
void lacp_transmit_ask(struct lacp_member *member,
		       const struct lacp_marker *marker);

/** lacp_transmit_next_ns() - when one of these is due */
uint64_t lacp_transmit_next_ns(const struct lacp_member *member);

/* lacp_leave.c */

/** lacp_leave_run() - its next step, if that is due */
void lacp_leave_run(struct lacp_member *member);

/** lacp_leave_told() - our LACPDU went out */
void lacp_leave_told(struct lacp_member *member);

/** lacp_leave_heard() - the partner's came in */
void lacp_leave_heard(struct lacp_member *member, const struct lacp_pdu *pdu);

#endif
