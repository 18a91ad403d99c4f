/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filters.h - what weft-broker may call: made from calls.c
 */
#ifndef CLI_BROKER_FILTERS_H
#define CLI_BROKER_FILTERS_H

#include "cli/sandbox/call_filter.h"

/** broker_all_filter - of its one thread */
extern const struct call_filter broker_all_filter;

#endif
