/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filters.h - what weft-switch may call: made from calls.c
 */
#ifndef CLI_SWITCHD_FILTERS_H
#define CLI_SWITCHD_FILTERS_H

#include "cli/sandbox/call_filter.h"

/** switch_all_filter - of every thread */
extern const struct call_filter switch_all_filter;

#endif
