/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gateway_bed.h - a gateway with a loop, a clock and packets of its own
 */
#ifndef UNIT_GATEWAY_BED_H
#define UNIT_GATEWAY_BED_H

#include "switch/gateway/gateway.h"

/**
 * struct gateway_bed - the gateway of a test, and what it lives on
 * @fake:	the time
 * @pool:	nothing of it may be in use at the end
 * @port:	of @gateway
 */
struct gateway_bed {
	struct fake_clock fake;
	struct loop *loop;
	struct packet_pool *pool;
	struct gateway *gateway;
	struct port *port;
};

/** gateway_bed_ops - leases are not kept, and nothing is heard of the rest */
extern const struct gateway_ops gateway_bed_ops;

/**
 * gateway_bed_start() - a gateway, plugged in
 * @env:	its loop, clock and pool are filled in
 * @upper:	what hears its frames, with @env->ctx
 */
void gateway_bed_start(struct gateway_bed *bed,
		       const struct gateway_settings *settings,
		       struct gateway_env *env, const struct port_upper *upper);

/** gateway_bed_stop() - it goes, and must have given everything back */
void gateway_bed_stop(struct gateway_bed *bed);

#endif
