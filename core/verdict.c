// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verdict.c - the names of fates and drop reasons
 */
#include "core/verdict.h"

#include "core/util.h"

static const char *const fate_names[] = {
	[FATE_NONE] = "none",         [FATE_FORWARDED] = "forwarded",
	[FATE_FLOODED] = "flooded",   [FATE_QUEUED] = "queued",
	[FATE_CONSUMED] = "consumed", [FATE_DROPPED] = "dropped",
};
static_assert(ARRAY_SIZE(fate_names) == FATE_COUNT, "a fate lacks its name");

static const char *const drop_names[] = {
	[DROP_NONE] = "none",
	[DROP_RUNT] = "runt",
	[DROP_TOO_LONG] = "too-long",
	[DROP_BAD_DESCRIPTOR] = "bad-descriptor",
	[DROP_BAD_OFFLOAD] = "bad-offload",
	[DROP_SOURCE_IS_GROUP] = "source-is-group",
	[DROP_SPOOFED_SOURCE] = "spoofed-source",
	[DROP_RESERVED_ADDRESS] = "reserved-address",
	[DROP_PORT_DISABLED] = "port-disabled",
	[DROP_NO_EGRESS] = "no-egress",
	[DROP_HAIRPIN] = "hairpin",
	[DROP_FLOOD_LIMIT] = "flood-limit",
	[DROP_ISOLATED] = "isolated",
	[DROP_NO_CARRIER] = "no-carrier",
	[DROP_BACKLOG_FULL] = "backlog-full",
	[DROP_NO_PACKET] = "no-packet",
	[DROP_RX_BUFFER] = "rx-buffer",
	[DROP_SEND_FAILED] = "send-failed",
	[DROP_BAD_PACKET] = "bad-packet",
	[DROP_NOT_FOR_US] = "not-for-us",
	[DROP_NO_ROUTE] = "no-route",
	[DROP_RATE_LIMIT] = "rate-limit",
};
static_assert(ARRAY_SIZE(drop_names) == DROP_COUNT,
	      "a drop reason lacks its name");

const char *fate_name(enum fate fate)
{
	return fate < FATE_COUNT ? fate_names[fate] : "?";
}

const char *drop_reason_name(enum drop_reason reason)
{
	return reason < DROP_COUNT ? drop_names[reason] : "?";
}
