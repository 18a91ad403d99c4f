/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cable.h - two ports that are the ends of one cable
 *
 * What is sent into one end comes out of the other one. Each end is plugged in
 * where a port may be, in a network or in a bond, so that one network of a lab
 * can play the physical switch of another. Both ends are on the same worker.
 */
#ifndef SWITCH_UPLINK_CABLE_H
#define SWITCH_UPLINK_CABLE_H

#include "core/loop.h"
#include "core/packet.h"
#include "core/port.h"

/** CABLE_MAX_PACKETS - frames under way to one end */
#define CABLE_MAX_PACKETS 256
/** CABLE_MAX_CHUNKS - no frame more once these have so much tail memory */
#define CABLE_MAX_CHUNKS 512

struct cable;

/**
 * cable_create() - a cable that is plugged in at both ends: they have carrier
 * @loop:	of the worker of both ends; outlives the cable
 * @pool:	for frames under way; outlives the cable
 * @name_a:	of the port that is end 0
 * @name_b:	of the port that is end 1
 * @mtu:	of both, for status: like a real cable it passes whatever comes
 * @err:	says why when NULL is returned
 *
 * The cable lives until both ends were closed, each by whoever took it over.
 * When the first one is, the other loses its carrier for good.
 */
struct cable *cable_create(struct loop *loop, struct packet_pool *pool,
			   const char *name_a, const char *name_b, uint16_t mtu,
			   struct err *err);

/** cable_port() - @end is 0 or 1 */
struct port *cable_port(struct cable *cable, unsigned end);

/** cable_set_mtu() - another one, for status */
void cable_set_mtu(struct cable *cable, uint16_t mtu);

/**
 * cable_set_carrier() - pull the cable out, or plug it in again
 *
 * Both ends are told before this returns. What is under way when it is pulled
 * is lost, and counted as DROP_PULLED where it would have come out. Not to be
 * called from within a port's input or send.
 */
void cable_set_carrier(struct cable *cable, bool up);

#endif
