// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lacp_status.c - what LACP has to show, and its names
 */
#include "switch/lacp/lacp_internal.h"

static enum lacp_reason standby_reason(const struct lacp_member *member)
{
	const struct lacp *lacp = member->lacp;

	if (lacp->aggregator)
		return LACP_OTHER_CARRIES;
	return lacp_ready_count(lacp, member->aggregator) <
			       lacp_links_needed(lacp)
		       ? LACP_MIN_LINKS
		       : LACP_WAITS;
}

static enum lacp_reason mux_reason(const struct lacp_member *member)
{
	switch (member->mux) {
	case LACP_MUX_DETACHED:
		return LACP_WAITS;
	case LACP_MUX_WAITING:
		return lacp_is_ready(member) ? standby_reason(member)
					     : LACP_WAITS;
	case LACP_MUX_ATTACHED:
		return LACP_PARTNER_NOT_SYNC;
	case LACP_MUX_COLLECTING:
		return LACP_PARTNER_NOT_COLLECTING;
	case LACP_MUX_DISTRIBUTING:
	case LACP_MUX_COUNT:
		break;
	}
	return LACP_FINE;
}

static enum lacp_reason reason_of(const struct lacp_member *member)
{
	if (member->leave != LACP_STAYS)
		return LACP_IS_LEAVING;
	if (!member->link.up)
		return LACP_LINK_DOWN;
	if (member->link.half_duplex)
		return LACP_LINK_HALF_DUPLEX;
	if (mac_is_zero(&member->partner.system))
		return LACP_NO_PARTNER;
	if (member->receive == LACP_RX_EXPIRED)
		return LACP_PARTNER_EXPIRED;
	if (lacp_is_looped(member))
		return LACP_LOOPED;
	return mux_reason(member);
}

void lacp_member_get_status(const struct lacp_member *member,
			    struct lacp_member_status *status)
{
	*status = (struct lacp_member_status){
		.link = member->link,
		.actor = member->actor,
		.partner = member->partner,
		.receive = member->receive,
		.mux = member->mux,
		.selected = member->selected,
		.aggregator = member->aggregator,
		.collecting =
			member->mux >= LACP_MUX_COLLECTING || member->drains,
		.distributing = member->mux == LACP_MUX_DISTRIBUTING,
		.looped = lacp_is_looped(member),
		.actor_churn = member->actor_churn.state,
		.partner_churn = member->partner_churn.state,
		.leave = member->leave,
		.reason = reason_of(member),
	};
}

void lacp_get_status(const struct lacp *lacp, struct lacp_status *status)
{
	*status = (struct lacp_status){
		.fallback = lacp->fallback,
		.aggregator = lacp->aggregator,
	};
	lacp_for_each_member (member, lacp) {
		if (!lacp->aggregator || member->aggregator != lacp->aggregator)
			continue;
		status->members++;
		status->distributing += member->mux == LACP_MUX_DISTRIBUTING;
		status->partner = member->partner;
	}
	/* Those of a port are of one member only. */
	status->partner.port = 0;
	status->partner.port_priority = 0;
	status->partner.state = 0;
	status->up = status->distributing >= lacp_links_needed(lacp);
}

const struct lacp_counters *
lacp_member_counters(const struct lacp_member *member)
{
	return &member->counters;
}

void *lacp_member_owner(const struct lacp_member *member)
{
	return member->settings.owner;
}

const char *lacp_receive_name(enum lacp_receive_state state)
{
	static const char *const names[] = {
		[LACP_RX_INITIALIZE] = "initialize",
		[LACP_RX_PORT_DISABLED] = "port-disabled",
		[LACP_RX_LACP_DISABLED] = "lacp-disabled",
		[LACP_RX_EXPIRED] = "expired",
		[LACP_RX_DEFAULTED] = "defaulted",
		[LACP_RX_CURRENT] = "current",
	};
	static_assert(ARRAY_SIZE(names) == LACP_RX_COUNT, "a name is missing");

	return names[state];
}

const char *lacp_mux_name(enum lacp_mux_state state)
{
	static const char *const names[] = {
		[LACP_MUX_DETACHED] = "detached",
		[LACP_MUX_WAITING] = "waiting",
		[LACP_MUX_ATTACHED] = "attached",
		[LACP_MUX_COLLECTING] = "collecting",
		[LACP_MUX_DISTRIBUTING] = "distributing",
	};
	static_assert(ARRAY_SIZE(names) == LACP_MUX_COUNT, "a name is missing");

	return names[state];
}

const char *lacp_selected_name(enum lacp_selected selected)
{
	static const char *const names[] = {
		[LACP_UNSELECTED] = "unselected",
		[LACP_STANDBY] = "standby",
		[LACP_SELECTED] = "selected",
	};
	static_assert(ARRAY_SIZE(names) == LACP_SELECTED_COUNT,
		      "a name is missing");

	return names[selected];
}

const char *lacp_churn_name(enum lacp_churn churn)
{
	static const char *const names[] = {
		[LACP_CHURN_MONITOR] = "monitoring",
		[LACP_CHURN_NONE] = "none",
		[LACP_CHURNED] = "churned",
	};
	static_assert(ARRAY_SIZE(names) == LACP_CHURN_COUNT,
		      "a name is missing");

	return names[churn];
}

const char *lacp_leave_name(enum lacp_leave_state state)
{
	static const char *const names[] = {
		[LACP_STAYS] = "staying",
		[LACP_LEAVE_STOP] = "stopping",
		[LACP_LEAVE_LAST] = "last-word",
		[LACP_LEFT] = "left",
	};
	static_assert(ARRAY_SIZE(names) == LACP_LEAVE_COUNT,
		      "a name is missing");

	return names[state];
}

const char *lacp_reason_name(enum lacp_reason reason)
{
	static const char *const names[] = {
		[LACP_FINE] = "fine",
		[LACP_IS_LEAVING] = "leaving",
		[LACP_LINK_DOWN] = "link-down",
		[LACP_LINK_HALF_DUPLEX] = "half-duplex",
		[LACP_PARTNER_EXPIRED] = "partner-expired",
		[LACP_NO_PARTNER] = "no-partner",
		[LACP_LOOPED] = "looped",
		[LACP_WAITS] = "waiting",
		[LACP_MIN_LINKS] = "below-min-links",
		[LACP_OTHER_CARRIES] = "other-aggregator-carries",
		[LACP_PARTNER_NOT_SYNC] = "partner-not-in-sync",
		[LACP_PARTNER_NOT_COLLECTING] = "partner-not-collecting",
	};
	static_assert(ARRAY_SIZE(names) == LACP_REASON_COUNT,
		      "a name is missing");

	return names[reason];
}
