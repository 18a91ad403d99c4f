// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lacp.c - LACP of one bond: its members, and the order in which machines run
 *
 * Theory of operation
 *
 * A call changes something (a link, a PDU, a setting, the time) and then
 * settles: leaving members, selection with the mux machines, periodic and churn
 * machines. Then the caller is told what changed. The partners are told in the
 * next lacp_run(), so a member has stopped sending before its partner hears of
 * it, and takes frames before its partner may send them.
 *
 * Only lacp_run() judges that a partner is silent, for only it is called after
 * what waited on the sockets was read (lacp_receive.c).
 *
 * The operational key is 6 bits of speed and duplex behind the 10 bits of the
 * settings, so that links of different speed never share an aggregator, on
 * either side.
 *
 * Limits: LACP_MEMBERS_MAX. Per member 3 LACPDUs and 7 marker responses a
 * second are sent, 10 LACPDUs are heard; so a peer costs that much at most.
 */
#include "switch/lacp/lacp_internal.h"

#include <errno.h>
#include <stdlib.h>

/* 6 bits: the place in this table and, lowest, full duplex. */
static const uint32_t speeds_mbps[] = {
	0,     10,    100,   1000,  2500,   5000,   10000,
	20000, 25000, 40000, 50000, 100000, 200000, 400000,
};
static_assert(ARRAY_SIZE(speeds_mbps) <= 32, "5 bits of the key");

/* Speeds between those of the table count as the one below. */
static uint16_t operational_key(const struct lacp_member *member)
{
	unsigned speed = ARRAY_SIZE(speeds_mbps) - 1;

	while (speeds_mbps[speed] > member->link.speed_mbps)
		speed--;
	return (uint16_t)(member->lacp->settings.key << 6 | speed << 1 |
			  !member->link.half_duplex);
}

bool lacp_end_is_same(const struct lacp_end *a, const struct lacp_end *b)
{
	return a->system_priority == b->system_priority &&
	       mac_is_equal(&a->system, &b->system) && a->key == b->key &&
	       a->port_priority == b->port_priority && a->port == b->port;
}

static void set_bit(uint8_t *state, uint8_t bit, bool value)
{
	*state = (uint8_t)(value ? *state | bit : *state & ~bit);
}

void lacp_actor_update(struct lacp_member *member)
{
	const struct lacp_settings *settings = &member->lacp->settings;
	const struct lacp_end before = member->actor;
	struct lacp_end *actor = &member->actor;

	actor->system_priority = settings->system_priority;
	actor->system = settings->system;
	actor->key = operational_key(member);
	actor->port_priority = member->settings.priority;
	actor->port = member->settings.port;
	set_bit(&actor->state, LACP_ACTIVITY, settings->active);
	set_bit(&actor->state, LACP_SHORT_TIMEOUT,
		settings->rate == LACP_RATE_FAST);
	set_bit(&actor->state, LACP_AGGREGATION,
		member->leave < LACP_LEAVE_LAST);
	if (lacp_end_is_same(actor, &before))
		return;
	/* The partner agreed with another one than we are now. */
	member->partner.state &= (uint8_t)~LACP_SYNC;
	member->ntt = true;
	lacp_restart(member);
}

static bool ends_differ(const struct lacp_end *a, const struct lacp_end *b)
{
	return !lacp_end_is_same(a, b) || a->state != b->state;
}

static bool links_differ(const struct lacp_link *a, const struct lacp_link *b)
{
	return a->up != b->up || a->half_duplex != b->half_duplex ||
	       a->speed_mbps != b->speed_mbps;
}

static bool members_differ(const struct lacp_member_status *a,
			   const struct lacp_member_status *b)
{
	return links_differ(&a->link, &b->link) ||
	       ends_differ(&a->actor, &b->actor) ||
	       ends_differ(&a->partner, &b->partner) ||
	       a->receive != b->receive || a->mux != b->mux ||
	       a->selected != b->selected || a->aggregator != b->aggregator ||
	       a->collecting != b->collecting || a->looped != b->looped ||
	       a->actor_churn != b->actor_churn ||
	       a->partner_churn != b->partner_churn || a->leave != b->leave ||
	       a->reason != b->reason;
}

static bool bonds_differ(const struct lacp_status *a,
			 const struct lacp_status *b)
{
	return a->up != b->up || a->fallback != b->fallback ||
	       a->aggregator != b->aggregator || a->members != b->members ||
	       a->distributing != b->distributing ||
	       ends_differ(&a->partner, &b->partner);
}

static void tell_changes(struct lacp *lacp)
{
	struct lacp_status status;

	lacp_for_each_member (member, lacp) {
		struct lacp_member_status now;

		lacp_member_get_status(member, &now);
		if (!members_differ(&now, &member->shown))
			continue;
		member->shown = now;
		lacp->ops->changed(lacp->ctx, member);
	}
	lacp_get_status(lacp, &status);
	if (!bonds_differ(&status, &lacp->shown))
		return;
	lacp->shown = status;
	lacp->ops->changed(lacp->ctx, NULL);
}

void lacp_settle(struct lacp *lacp)
{
	lacp_for_each_member (member, lacp)
		lacp_leave_run(member);
	lacp_select(lacp);
	lacp_for_each_member (member, lacp) {
		lacp_periodic_run(member);
		lacp_churn_run(member);
	}
	tell_changes(lacp);
}

int lacp_check(const struct lacp_settings *settings, struct err *err)
{
	if (settings->key > LACP_KEY_MAX)
		return err_set(err, -EINVAL, "LACP key %u is over %u",
			       settings->key, LACP_KEY_MAX);
	if (mac_is_zero(&settings->system) || mac_is_group(&settings->system))
		return err_set(err, -EINVAL,
			       "the LACP system needs a unicast MAC address");
	if (settings->rate > LACP_RATE_FAST || settings->policy > LACP_COUNT)
		return err_set(err, -EINVAL, "no such LACP rate or policy");
	return 0;
}

struct lacp *lacp_create(const struct lacp_settings *settings,
			 const struct lacp_ops *ops, void *ctx, struct err *err)
{
	struct lacp *lacp;

	if (lacp_check(settings, err) < 0)
		return NULL;
	lacp = calloc(1, sizeof(*lacp));
	if (!lacp) {
		err_set(err, -ENOMEM, "no memory for LACP");
		return NULL;
	}
	lacp->settings = *settings;
	lacp->ops = ops;
	lacp->ctx = ctx;
	lacp->hold_ns = LACP_NEVER;
	return lacp;
}

void lacp_destroy(struct lacp *lacp)
{
	free(lacp);
}

int lacp_set(struct lacp *lacp, const struct lacp_settings *settings,
	     uint64_t now_ns, struct err *err)
{
	int rc = lacp_check(settings, err);

	if (rc < 0)
		return rc;
	lacp->now_ns = now_ns;
	lacp->settings = *settings;
	lacp_for_each_member (member, lacp)
		lacp_actor_update(member);
	lacp_settle(lacp);
	return 0;
}

static int check_member(const struct lacp *lacp,
			const struct lacp_member_settings *settings,
			struct err *err)
{
	if (!settings->port || mac_is_group(&settings->mac))
		return err_set(err, -EINVAL,
			       "an LACP port needs a number and a MAC address");
	lacp_for_each_member (member, lacp) {
		if (member->settings.port == settings->port)
			return err_set(err, -EEXIST,
				       "LACP port %u is a member already",
				       settings->port);
	}
	return 0;
}

struct lacp_member *lacp_add(struct lacp *lacp,
			     const struct lacp_member_settings *settings,
			     uint64_t now_ns, struct err *err)
{
	struct lacp_member *member = lacp->members;

	if (check_member(lacp, settings, err) < 0)
		return NULL;
	while (member->lacp && ++member < lacp->members + LACP_MEMBERS_MAX)
		;
	if (member == lacp->members + LACP_MEMBERS_MAX) {
		err_set(err, -ENOSPC, "a bond has at most %u LACP members",
			LACP_MEMBERS_MAX);
		return NULL;
	}
	*member = (struct lacp_member){
		.lacp = lacp,
		.settings = *settings,
		.backoff_ns = LACP_WAIT_NS,
	};
	lacp->now_ns = now_ns;
	lacp_receive_init(member);
	lacp_actor_update(member);
	/* The caller doesn't know the member yet. */
	lacp_member_get_status(member, &member->shown);
	lacp_settle(lacp);
	return member;
}

void lacp_remove(struct lacp_member *member, uint64_t now_ns)
{
	struct lacp *lacp = member->lacp;

	lacp->now_ns = now_ns;
	lacp_transmit_last(member);
	member->lacp = NULL;
	lacp_settle(lacp);
}

void lacp_link(struct lacp_member *member, const struct lacp_link *link,
	       uint64_t now_ns)
{
	if (!links_differ(link, &member->link))
		return;
	member->lacp->now_ns = now_ns;
	member->link = *link;
	lacp_actor_update(member);
	lacp_receive_link(member);
	lacp_settle(member->lacp);
}

static void receive_pdu(struct lacp_member *member, const struct lacp_pdu *pdu)
{
	uint64_t now_ns = member->lacp->now_ns;

	if (lacp_window_free_ns(&member->rx_pdus, LACP_SLOW_FRAMES_MAX,
				now_ns)) {
		member->counters.limited++;
		return;
	}
	lacp_window_add(&member->rx_pdus, LACP_SLOW_FRAMES_MAX, now_ns);
	lacp_receive_pdu(member, pdu);
	lacp_leave_heard(member, pdu);
	lacp_settle(member->lacp);
}

bool lacp_receive(struct lacp_member *member, const uint8_t *frame, size_t len,
		  uint64_t now_ns)
{
	struct lacp_msg msg;

	member->lacp->now_ns = now_ns;
	switch (lacp_msg_decode(frame, len, &msg)) {
	case LACP_KIND_OTHER:
		return false;
	case LACP_KIND_BAD:
		member->counters.bad++;
		break;
	case LACP_KIND_PDU:
		if (member->leave != LACP_LEFT)
			receive_pdu(member, &msg.pdu);
		break;
	case LACP_KIND_MARKER:
		member->counters.markers++;
		if (member->link.up && member->leave != LACP_LEFT)
			lacp_transmit_ask(member, &msg.marker);
		break;
	case LACP_KIND_MARKER_RESPONSE:
		break; /* we ask nobody */
	}
	return true;
}

uint64_t lacp_run(struct lacp *lacp, uint64_t now_ns)
{
	lacp->now_ns = now_ns;
	lacp_for_each_member (member, lacp)
		lacp_receive_run(member);
	lacp_settle(lacp);
	lacp_for_each_member (member, lacp)
		lacp_transmit_run(member);
	return lacp_next_ns(lacp);
}

static uint64_t member_next_ns(const struct lacp_member *member)
{
	uint64_t next_ns =
		MIN(lacp_receive_next_ns(member), lacp_mux_next_ns(member));

	if (member->leave == LACP_LEAVE_STOP ||
	    member->leave == LACP_LEAVE_LAST)
		next_ns = MIN(next_ns, member->leave_ns);
	return MIN(next_ns, lacp_transmit_next_ns(member));
}

uint64_t lacp_next_ns(const struct lacp *lacp)
{
	uint64_t next_ns = lacp->hold_ns;

	lacp_for_each_member (member, lacp) {
		uint64_t member_ns = member_next_ns(member);

		next_ns = MIN(next_ns, member_ns);
	}
	return next_ns;
}
