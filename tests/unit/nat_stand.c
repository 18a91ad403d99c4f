// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_stand.c - what a NAT engine needs around it, for tests and fuzz targets
 */
#include "unit/nat_stand.h"

#include <stdlib.h>

void nat_stand_open(struct nat_stand *stand,
		    const struct nat_settings *settings,
		    const struct nat_env *env, const struct port_upper *upper,
		    void *ctx)
{
	static const struct port_ops ops;
	struct nat_env whole = *env;
	struct err err;

	fake_clock_init(&stand->fake, 1000 * NSEC_PER_SEC);
	stand->loop = loop_create(&stand->fake.clock, &err);
	stand->pool = packet_pool_create(300, 600, &err);
	if (!stand->loop || !stand->pool)
		abort();
	port_init(&stand->port, &ops, "wan/gateway");
	port_plug(&stand->port, upper, ctx);
	reply_queue_init(&stand->replies, stand->loop, stand->pool,
			 &stand->port);
	whole.loop = stand->loop;
	whole.clock = &stand->fake.clock;
	whole.port = &stand->port;
	whole.replies = &stand->replies;
	stand->nat = nat_create(settings, &whole, &err);
	if (!stand->nat)
		abort();
}

unsigned nat_stand_close(struct nat_stand *stand)
{
	unsigned out;

	nat_destroy(stand->nat);
	reply_queue_fini(&stand->replies);
	out = packet_pool_in_use(stand->pool);
	if (!out)
		packet_pool_destroy(stand->pool);
	loop_destroy(stand->loop);
	return out;
}
