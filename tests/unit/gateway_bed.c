// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gateway_bed.c - a gateway with a loop, a clock and packets of its own
 */
#include "unit/cmocka_wrap.h"

#include "unit/gateway_bed.h"

static void commit(void *ctx, const struct lease_record *record,
		   uint64_t ticket)
{
	(void)ctx;
	(void)record;
	(void)ticket;
}

static uint64_t wall_s(void *ctx)
{
	(void)ctx;
	return 1700000000;
}

static void refused(void *ctx, enum nat_protocol protocol, int code)
{
	(void)ctx;
	(void)protocol;
	(void)code;
}

const struct gateway_ops gateway_bed_ops = {
	.commit = commit,
	.wall_s = wall_s,
	.nat_refused = refused,
};

void gateway_bed_start(struct gateway_bed *bed,
		       const struct gateway_settings *settings,
		       struct gateway_env *env, const struct port_upper *upper)
{
	fake_clock_init(&bed->fake, NSEC_PER_SEC);
	bed->loop = loop_create(&bed->fake.clock, NULL);
	bed->pool = packet_pool_create(300, 600, NULL);
	env->loop = bed->loop;
	env->clock = &bed->fake.clock;
	env->pool = bed->pool;
	bed->gateway = gateway_create(settings, env, NULL);
	assert_non_null(bed->gateway);
	bed->port = gateway_port(bed->gateway);
	port_plug(bed->port, upper, env->ctx);
}

void gateway_bed_stop(struct gateway_bed *bed)
{
	port_unplug(bed->port);
	bed->port->ops->close(bed->port);
	assert_int_equal(packet_pool_in_use(bed->pool), 0);
	packet_pool_destroy(bed->pool);
	loop_destroy(bed->loop);
}
