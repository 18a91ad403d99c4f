/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schema_check.h - the words of checks:
 */
#ifndef CLI_LAB_SCHEMA_CHECK_H
#define CLI_LAB_SCHEMA_CHECK_H

#include "cli/lab/lab.h"

/** check_kind_names - "ping", by enum check_kind */
extern const char *const check_kind_names[CHECK_KIND_COUNT];

#endif
