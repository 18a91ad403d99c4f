/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_stand.h - what a NAT engine needs around it, for tests and fuzz targets
 */
#ifndef UNIT_NAT_STAND_H
#define UNIT_NAT_STAND_H

#include "core/packet.h"
#include "switch/nat/nat.h"

/**
 * struct nat_stand - an engine, and all that it lives on
 * @fake:	time
 * @loop:	of the engine
 * @pool:	for @replies
 * @port:	the gateway's, plugged into the test
 * @replies:	the gateway's
 * @nat:	the engine
 */
struct nat_stand {
	struct fake_clock fake;
	struct loop *loop;
	struct packet_pool *pool;
	struct port port;
	struct reply_queue replies;
	struct nat *nat;
};

/**
 * nat_stand_open() - an engine whose frames go to @upper
 * @settings:	as for nat_create()
 * @env:	its sockets and whom it tells; the rest is filled in here
 * @upper:	takes what the engine hands up
 * @ctx:	for @upper
 *
 * Aborts when there is no memory. The time is 1000 s.
 */
void nat_stand_open(struct nat_stand *stand,
		    const struct nat_settings *settings,
		    const struct nat_env *env, const struct port_upper *upper,
		    void *ctx);

/** nat_stand_close() - how many packets have not come back */
unsigned nat_stand_close(struct nat_stand *stand);

#endif
