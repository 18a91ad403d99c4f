/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain_failover.h - failovers of a worker's uplinks, caused and measured
 */
#ifndef CLI_SWITCHD_DOMAIN_FAILOVER_H
#define CLI_SWITCHD_DOMAIN_FAILOVER_H

#include "cli/switchd/domain_uplink_internal.h"

/**
 * domain_failover_begin() - WIRE_FAILOVER_BEGIN; one at a time for an uplink
 *
 * Return: 0, or -errno with the reason in @err.
 */
int domain_failover_begin(struct domain_uplink *uplink,
			  const struct wire_failover_begin *begin,
			  struct err *err);

/** domain_failover_cancel() - end the round soon; no-op without one */
void domain_failover_cancel(struct domain_uplink *uplink);

/**
 * domain_failover_end() - at once, and say so; no-op without one
 *
 * The uplink, or a network where the meter is plugged in, goes.
 */
void domain_failover_end(struct domain_uplink *uplink);

/** domain_failover_uses() - is its meter plugged into @network? */
bool domain_failover_uses(const struct domain_uplink *uplink,
			  const struct domain_network *network);

#endif
