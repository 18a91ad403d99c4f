/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verdict.h - what became of a frame, and why
 *
 * One record travels with every frame and is filled as it goes. Drops,
 * captures, the flight recorder, trace and counters all read this one record.
 */
#ifndef CORE_VERDICT_H
#define CORE_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

/**
 * enum fate - how a frame's way through a network ended
 * @FATE_NONE:		not decided yet
 * @FATE_FORWARDED:	went to the one port @egress
 * @FATE_FLOODED:	went to every port that may see it
 * @FATE_QUEUED:	waits as a packet in the backlog of @egress
 * @FATE_CONSUMED:	was for us: a gateway or a protocol took it
 * @FATE_DROPPED:	is lost; @reason says why
 */
enum fate {
	FATE_NONE,
	FATE_FORWARDED,
	FATE_FLOODED,
	FATE_QUEUED,
	FATE_CONSUMED,
	FATE_DROPPED,
	FATE_COUNT,
};

/**
 * enum drop_reason - every way a frame can die, each with a name and a counter
 *
 * "rx" reasons are counted at the port that the frame came from, "tx" reasons
 * at the port that it did not leave through. Add a value, its name and its
 * sentence in verdict.c together; the build fails otherwise.
 */
enum drop_reason {
	DROP_NONE,
	/* rx: the frame itself is at fault */
	DROP_RUNT,             /* shorter than an Ethernet header */
	DROP_TOO_LONG,         /* longer than a frame can be */
	DROP_BAD_DESCRIPTOR,   /* its descriptor chain makes no sense */
	DROP_BAD_OFFLOAD,      /* virtio_net_hdr contradicts the frame */
	DROP_SOURCE_IS_GROUP,  /* multicast source address */
	DROP_SPOOFED_SOURCE,   /* source address of one of our own ports */
	DROP_RESERVED_ADDRESS, /* to 01-80-C2-00-00-0x */
	DROP_SOCKET_FULL,      /* came faster than its socket was read */
	DROP_PULLED,           /* the cable that it was in was pulled out */
	/* rx: the network has no way for it */
	DROP_PORT_DISABLED, /* ingress port is down, or in no network */
	DROP_NO_EGRESS,     /* no other port can take it */
	DROP_HAIRPIN,       /* egress is the ingress */
	DROP_FLOOD_LIMIT,   /* port floods more than it may */
	DROP_ISOLATED,      /* both ports are private */
	/* rx: a bond's member is not where it should come in */
	DROP_INACTIVE_MEMBER, /* the member takes no such frames now */
	DROP_REFLECTION, /* its source is behind another port: it is ours */
	DROP_DUPLICATE,  /* came in on another member as well */
	DROP_CUT_IN,     /* the member was cut by hand */
	/* tx: the receiver is at fault */
	DROP_NO_CARRIER,   /* egress has nobody at its other end */
	DROP_BACKLOG_FULL, /* receiver too slow, backlog at its limit */
	DROP_NO_PACKET,    /* the worker's packet pool is empty */
	DROP_RX_BUFFER,    /* receiver's buffers can't hold the frame */
	DROP_OVER_MTU,     /* longer than the interface's MTU allows */
	DROP_SEND_FAILED,  /* the kernel refused it */
	DROP_FORGED,       /* would pass for a bond's own LACP or probe */
	DROP_CUT_OUT,      /* to a bond's member that was cut by hand */
	/* gateway */
	DROP_BAD_PACKET, /* malformed ARP, IP, UDP, DHCP or DNS */
	DROP_NOT_FOR_US, /* reached the gateway, but is not its business */
	DROP_NO_ROUTE,   /* gateway knows no way to there */
	DROP_RATE_LIMIT, /* more of it than a service answers */
	/* NAT */
	DROP_BAD_SOURCE,  /* source address is nobody's on that port */
	DROP_BLOCKED,     /* to where no guest may go: the host, reserved */
	DROP_TTL_EXPIRED, /* would have passed one router too many */
	DROP_NO_SOCKET,   /* the host gave no socket, or refused to send */
	DROP_COUNT,
};

/** enum frame_change - what was done to a frame on its way (bit numbers) */
enum frame_change {
	CHANGE_CHECKSUM = 1 << 0,  /* checksum filled in by software */
	CHANGE_SEGMENTED = 1 << 1, /* cut into MTU-sized segments */
	CHANGE_TAGGED = 1 << 2,    /* VLAN tag added or removed */
};

/**
 * struct verdict - the record
 * @fate:	enum fate
 * @reason:	enum drop_reason, DROP_NONE unless @fate is FATE_DROPPED
 * @changes:	enum frame_change bits
 * @egress:	port number in the network, where @fate has one
 * @at_egress:	the drop was counted at the port that it did not leave through
 * @lost:	it dies in the send() under way, which takes it all the same;
 *		only kept for a port that is watched (core/port.h)
 */
struct verdict {
	uint8_t fate;
	uint8_t reason;
	uint16_t changes;
	uint16_t egress;
	bool at_egress;
	bool lost;
};

static inline void verdict_drop(struct verdict *v, enum drop_reason reason)
{
	v->fate = FATE_DROPPED;
	v->reason = (uint8_t)reason;
}

/** fate_name() - "forwarded", "dropped", ... for people and captures */
const char *fate_name(enum fate fate);

/** drop_reason_name() - "flood-limit", "backlog-full", ... as in `show drops`
 */
const char *drop_reason_name(enum drop_reason reason);

/** drop_reason_text() - what the reason of this name means; NULL: no such */
const char *drop_reason_text(const char *name);

#endif
