// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * few_calls.c - a filter with just what libc needs
 */
#include "cli/sandbox/call_rule.h"
#include "core/util.h"

static const struct call_rules *const tables[] = {
	&call_rules_memory, &call_rules_threads, &call_rules_end};

const struct call_thread call_threads[] = {
	{"few", tables, ARRAY_SIZE(tables)},
};
const size_t call_thread_count = ARRAY_SIZE(call_threads);
