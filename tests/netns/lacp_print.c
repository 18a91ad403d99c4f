// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lacp_print.c - LACP's status as lines
 */
#include "lacp_print.h"

#include <stdio.h>

void lacp_print_member(const char *name,
		       const struct lacp_member_status *status,
		       const struct lacp_counters *counters)
{
	char system[MAC_TEXT_SIZE];

	printf("%s %s %s %s aggregator=%u collecting=%d distributing=%d "
	       "actor=%02x partner=%02x system=%s key=%u leave=%s rx=%lu "
	       "tx=%lu bad=%lu expired=%lu",
	       name, lacp_receive_name(status->receive),
	       lacp_mux_name(status->mux), lacp_reason_name(status->reason),
	       status->aggregator, status->collecting, status->distributing,
	       status->actor.state, status->partner.state,
	       mac_format(&status->partner.system, system), status->partner.key,
	       lacp_leave_name(status->leave), counters->rx, counters->tx,
	       counters->bad, counters->expired);
}

void lacp_print_bond(const struct lacp_status *status)
{
	printf("bond up=%d aggregator=%u members=%u distributing=%u\n",
	       status->up, status->aggregator, status->members,
	       status->distributing);
}
