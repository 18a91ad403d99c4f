// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domain_failover.c - failovers of a worker's uplinks, caused and measured
 *
 * Theory of operation
 *
 * A round is an experiment (switch/uplink/experiment.h) of its own: its meter
 * is plugged in at both ends, as ports that have numbers, the member is cut as
 * by hand, and labd is told what was found. Then the member is as its user
 * wants it, who may have taken it down meanwhile. The experiment can't be
 * destroyed from its last word, so a timer does that. What ends early is mended
 * all the same.
 */
#include "cli/switchd/domain_failover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/**
 * struct domain_failover - one round
 * @uplink:	under test
 * @experiment:	does it
 * @near:	network of @uplink
 * @far:	on the other side
 * @cut:	how the member is broken
 * @is_told:	labd knows how it ended
 * @end:	destroys all this when it is over
 */
struct domain_failover {
	struct domain_uplink *uplink;
	struct experiment *experiment;
	struct domain_network *near;
	struct domain_network *far;
	enum bond_cut cut;
	bool is_told;
	struct timer end;
};

/* experiment_env.cut */
static int cut(void *ctx, const char *name)
{
	struct domain_failover *failover = ctx;

	return domain_uplink_break(failover->uplink, name, failover->cut);
}

/* experiment_env.mend */
static void mend(void *ctx, const char *name)
{
	struct domain_failover *failover = ctx;

	domain_uplink_mend(failover->uplink, name);
}

static void tell(struct domain_failover *failover,
		 const struct experiment_round *round)
{
	struct domains *domains = failover->uplink->domains;
	union wire_message event;

	if (failover->is_told)
		return;
	failover->is_told = true;
	memset(&event, 0, sizeof(event));
	event.header.type = WIRE_FAILOVER_DONE;
	event.failover_done.uplink = failover->uplink->number;
	event.failover_done.round = *round;
	domains->event(domains->event_ctx, &event);
}

/* experiment_env.done */
static void done(void *ctx, const struct experiment_round *round)
{
	struct domain_failover *failover = ctx;
	struct loop *loop = failover->uplink->domains->loop;

	tell(failover, round);
	timer_arm(loop, &failover->end, loop_now_ns(loop));
}

static void destroy(struct domain_failover *failover)
{
	struct domain_uplink *uplink = failover->uplink;
	struct domains *domains = uplink->domains;

	uplink->failover = NULL;
	timer_cancel(domains->loop, &failover->end);
	for (unsigned end = 0; end < METER_ENDS; end++) {
		uint32_t number = wire_meter_port(uplink->number, end);

		if (domains->ports[number])
			domain_port_remove(domains, number);
	}
	experiment_destroy(failover->experiment);
	free(failover);
}

static void end_expired(struct timer *timer)
{
	destroy(container_of(timer, struct domain_failover, end));
}

void domain_failover_cancel(struct domain_uplink *uplink)
{
	if (uplink->failover)
		experiment_cancel(uplink->failover->experiment);
}

void domain_failover_end(struct domain_uplink *uplink)
{
	const struct experiment_round round = {.result = EXPERIMENT_GONE};

	if (!uplink->failover)
		return;
	tell(uplink->failover, &round);
	destroy(uplink->failover);
}

bool domain_failover_uses(const struct domain_uplink *uplink,
			  const struct domain_network *network)
{
	const struct domain_failover *failover = uplink->failover;

	return failover &&
	       (failover->near == network || failover->far == network);
}

static int create(struct domain_failover *failover,
		  const struct wire_failover_begin *begin, struct err *err)
{
	struct domain_uplink *uplink = failover->uplink;
	struct experiment_env env = {
		.loop = uplink->domains->loop,
		.uplink = uplink->uplink,
		.ctx = failover,
		.cut = cut,
		.mend = mend,
		.done = done,
	};

	meter_settings_init(&env.meter);
	env.meter.interval_ns = begin->interval_ns;
	if (getrandom(&env.meter.key, sizeof(env.meter.key), 0) !=
		    sizeof(env.meter.key) ||
	    getrandom(&env.meter.run, sizeof(env.meter.run), 0) !=
		    sizeof(env.meter.run))
		return err_set(err, -errno, "no randomness: %s",
			       strerror(errno));
	failover->experiment = experiment_create(&begin->settings, &env, err);
	return failover->experiment ? 0 : err->code;
}

static int plug(struct domain_failover *failover, enum meter_end end,
		struct err *err)
{
	struct meter *meter = experiment_meter(failover->experiment);
	const struct domain_place place = {
		.network = end == METER_NEAR ? failover->near : failover->far,
		.number = wire_meter_port(failover->uplink->number, end),
		.options = {.mac = *meter_mac(meter, end)},
		.owner = DOMAIN_PORT_BORROWED,
	};

	return domain_port_plug(failover->uplink->domains, &place,
				meter_port(meter, end), err);
}

static int begin_round(struct domain_failover *failover,
		       const struct wire_failover_begin *begin, struct err *err)
{
	int code = create(failover, begin, err);

	if (!code)
		code = plug(failover, METER_NEAR, err);
	if (!code)
		code = plug(failover, METER_FAR, err);
	if (code)
		return code;
	code = experiment_begin(failover->experiment, NULL);
	return code ? err_set(err, code, "cannot begin to measure: %s",
			      strerror(-code))
		    : 0;
}

int domain_failover_begin(struct domain_uplink *uplink,
			  const struct wire_failover_begin *begin,
			  struct err *err)
{
	struct domain_network *far =
		domain_network_lookup(uplink->domains, begin->network);
	struct domain_failover *failover;
	int code;

	if (uplink->failover)
		return err_set(err, -EBUSY,
			       "another failover of it is being measured");
	if (!far || far == uplink->network)
		return err_set(err, -EXDEV,
			       "no cable leads from its network to the one on "
			       "the other side");
	failover = calloc(1, sizeof(*failover));
	if (!failover)
		return err_set(err, -ENOMEM, "no memory to measure with");
	failover->uplink = uplink;
	failover->near = uplink->network;
	failover->far = far;
	failover->cut = begin->silent ? BOND_CUT_SILENT : BOND_CUT_CARRIER;
	failover->end.expired = end_expired;
	uplink->failover = failover;
	code = begin_round(failover, begin, err);
	if (code)
		destroy(failover);
	return code;
}
