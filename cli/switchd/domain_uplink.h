/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain_uplink.h - the uplinks of one worker, as labd named them
 */
#ifndef CLI_SWITCHD_DOMAIN_UPLINK_H
#define CLI_SWITCHD_DOMAIN_UPLINK_H

#include "cli/switchd/domain.h"

/**
 * DOMAIN_POLL_NS - how often the carrier of a bond's NIC is looked at
 *
 * What is seen late at most, so half of an outage's millisecond.
 */
#define DOMAIN_POLL_NS (500 * NSEC_PER_USEC)

/**
 * domain_uplink_handle() - a request for which wire_is_uplink() is true
 * @fds:	of the message; those that were used are set to -1
 * @answer:	filled by queries
 *
 * Return: 0, or -errno with the reason in @err.
 */
int domain_uplink_handle(struct domains *domains, const union wire_message *m,
			 int *fds, union wire_message *answer, struct err *err);

/** domain_uplinks_leave() - @network goes: its own uplinks go with it
 */
void domain_uplinks_leave(struct domains *domains,
			  const struct domain_network *network);

#endif
