// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * status_lacp.c - what weft.uplinks/1 tells of LACP (802.1AX)
 */
#include <stdio.h>

#include "cli/labd/status.h"

/* "activity sync collecting distributing", as the standard has the bits. */
static json_t *state_text(uint8_t state)
{
	static const char *const words[] = {
		"activity",   "short-timeout", "aggregation", "sync",
		"collecting", "distributing",  "defaulted",   "expired",
	};
	char text[128] = "";
	unsigned i, len = 0;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (state >> i & 1)
			len += (unsigned)snprintf(text + len,
						  sizeof(text) - len, "%s%s",
						  len ? " " : "", words[i]);
	}
	return json_string(text);
}

static json_t *system_text(const struct lacp_end *end)
{
	char mac[MAC_TEXT_SIZE];

	return mac_is_zero(&end->system)
		       ? json_null()
		       : json_string(mac_format(&end->system, mac));
}

json_t *status_lacp(const struct uplink_status *status)
{
	static const char *const policies[] = {
		[LACP_STABLE] = "stable",
		[LACP_BANDWIDTH] = "bandwidth",
		[LACP_COUNT] = "count",
	};
	const struct lacp_settings *settings = &status->settings.lacp;
	char mac[MAC_TEXT_SIZE];

	if (!status->has_lacp || settings->policy >= ARRAY_SIZE(policies))
		return json_null();
	return json_pack(
		"{s:s, s:i, s:s, s:b, s:s, s:o}", "system",
		mac_format(&status->lacp_system, mac), "system_priority",
		(int)settings->system_priority, "rate",
		settings->rate == LACP_RATE_FAST ? "fast" : "slow", "active",
		settings->active, "ad_select", policies[settings->policy],
		"partner", system_text(&status->lacp.partner));
}

json_t *status_lacp_member(const struct uplink_member_status *status)
{
	const struct lacp_member_status *lacp = &status->lacp;

	if (!status->has_lacp || lacp->mux >= LACP_MUX_COUNT ||
	    lacp->reason >= LACP_REASON_COUNT)
		return json_null();
	return json_pack("{s:o, s:i, s:i, s:o, s:o, s:i, s:s, s:s, s:I, s:I}",
			 "partner_system", system_text(&lacp->partner),
			 "partner_key", (int)lacp->partner.key, "partner_port",
			 (int)lacp->partner.port, "actor_state",
			 state_text(lacp->actor.state), "partner_state",
			 state_text(lacp->partner.state), "aggregator",
			 (int)lacp->aggregator, "mux", lacp_mux_name(lacp->mux),
			 "reason", lacp_reason_name(lacp->reason), "rx",
			 (json_int_t)status->lacp_counters.rx, "tx",
			 (json_int_t)status->lacp_counters.tx);
}
