/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lacp_print.h - LACP's status as the lines that the scripts here look for
 */
#ifndef NETNS_LACP_PRINT_H
#define NETNS_LACP_PRINT_H

#include "switch/lacp/lacp.h"

/** lacp_print_member() - "m0 current distributing fine ..." and no newline */
void lacp_print_member(const char *name,
		       const struct lacp_member_status *status,
		       const struct lacp_counters *counters);

/** lacp_print_bond() - "bond up=1 ..." */
void lacp_print_bond(const struct lacp_status *status);

#endif
