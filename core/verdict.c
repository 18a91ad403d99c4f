// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verdict.c - the names of fates and drop reasons
 */
#include "core/verdict.h"

#include <string.h>

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
	[DROP_SOCKET_FULL] = "socket-full",
	[DROP_PULLED] = "pulled",
	[DROP_PORT_DISABLED] = "port-disabled",
	[DROP_NO_EGRESS] = "no-egress",
	[DROP_HAIRPIN] = "hairpin",
	[DROP_FLOOD_LIMIT] = "flood-limit",
	[DROP_ISOLATED] = "isolated",
	[DROP_INACTIVE_MEMBER] = "inactive-member",
	[DROP_REFLECTION] = "reflection",
	[DROP_DUPLICATE] = "duplicate",
	[DROP_CUT_IN] = "cut-in",
	[DROP_NO_CARRIER] = "no-carrier",
	[DROP_BACKLOG_FULL] = "backlog-full",
	[DROP_NO_PACKET] = "no-packet",
	[DROP_RX_BUFFER] = "rx-buffer",
	[DROP_OVER_MTU] = "over-mtu",
	[DROP_SEND_FAILED] = "send-failed",
	[DROP_FORGED] = "forged",
	[DROP_CUT_OUT] = "cut-out",
	[DROP_BAD_PACKET] = "bad-packet",
	[DROP_NOT_FOR_US] = "not-for-us",
	[DROP_NO_ROUTE] = "no-route",
	[DROP_RATE_LIMIT] = "rate-limit",
	[DROP_BAD_SOURCE] = "bad-source",
	[DROP_BLOCKED] = "blocked",
	[DROP_TTL_EXPIRED] = "ttl-expired",
	[DROP_NO_SOCKET] = "no-socket",
};
static_assert(ARRAY_SIZE(drop_names) == DROP_COUNT,
	      "a drop reason lacks its name");

static const char *const drop_texts[] = {
	[DROP_NONE] = "not dropped",
	[DROP_RUNT] = "shorter than an Ethernet header",
	[DROP_TOO_LONG] = "longer than a frame can be",
	[DROP_BAD_DESCRIPTOR] = "its driver's words about it make no sense",
	[DROP_BAD_OFFLOAD] = "its offload header contradicts the frame",
	[DROP_SOURCE_IS_GROUP] = "its source address is a multicast address",
	[DROP_SPOOFED_SOURCE] = "its source address is the gateway's",
	[DROP_RESERVED_ADDRESS] = "to 01-80-C2-00-00-0x, which stays on a link",
	[DROP_SOCKET_FULL] = "it came faster than weft-switch read its socket",
	[DROP_PULLED] = "the cable was pulled out while it was under way",
	[DROP_PORT_DISABLED] = "the port is taken down, or in no network",
	[DROP_NO_EGRESS] = "no other port could take it",
	[DROP_HAIRPIN] = "its destination is behind the port it came from",
	[DROP_FLOOD_LIMIT] = "the port floods more than a port may",
	[DROP_ISOLATED] = "from one private port to another",
	[DROP_INACTIVE_MEMBER] = "another member of the bond takes such frames",
	[DROP_REFLECTION] =
		"one of our own, come back by the bond's other side",
	[DROP_DUPLICATE] = "a copy; another member of the bond has brought it",
	[DROP_CUT_IN] = "from a bond's member that was cut by hand",
	[DROP_NO_CARRIER] = "nobody is at the port's other end",
	[DROP_BACKLOG_FULL] = "too slow a receiver, and no more may wait",
	[DROP_NO_PACKET] = "too many frames wait everywhere",
	[DROP_RX_BUFFER] = "the receiver's buffers can't hold it",
	[DROP_OVER_MTU] = "longer than the host interface's MTU allows",
	[DROP_SEND_FAILED] = "the host's kernel refused it",
	[DROP_FORGED] = "it would pass for the bond's own LACP or probe",
	[DROP_CUT_OUT] = "to a bond's member that was cut by hand",
	[DROP_BAD_PACKET] = "malformed ARP, IP, UDP, DHCP or DNS",
	[DROP_NOT_FOR_US] = "nothing that the gateway serves",
	[DROP_NO_ROUTE] = "the gateway knows no way to its destination",
	[DROP_RATE_LIMIT] = "more of it than a port is answered",
	[DROP_BAD_SOURCE] = "its source address is nobody's on that port",
	[DROP_BLOCKED] = "to the host or an address no guest may reach",
	[DROP_TTL_EXPIRED] = "its TTL was used up",
	[DROP_NO_SOCKET] = "the host had no socket, or didn't send it",
};
static_assert(ARRAY_SIZE(drop_texts) == DROP_COUNT,
	      "a drop reason lacks its sentence");

const char *fate_name(enum fate fate)
{
	return fate < FATE_COUNT ? fate_names[fate] : "?";
}

const char *drop_reason_name(enum drop_reason reason)
{
	return reason < DROP_COUNT ? drop_names[reason] : "?";
}

const char *drop_reason_text(const char *name)
{
	unsigned i;

	for (i = 0; i < DROP_COUNT; i++) {
		if (strcmp(drop_names[i], name) == 0)
			return drop_texts[i];
	}
	return NULL;
}
