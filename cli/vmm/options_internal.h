/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options_internal.h - parsers of the single options, for options.c
 */
#ifndef CLI_VMM_OPTIONS_INTERNAL_H
#define CLI_VMM_OPTIONS_INTERNAL_H

#include "cli/vmm/options.h"

/** parse_number() - decimal digits, @min to @max; false: anything else */
bool parse_number(const char *text, unsigned min, unsigned max,
		  unsigned *number);

/** parse_fd() - a descriptor's number */
bool parse_fd(const char *text, int *fd);

/** parse_source() - "fd=N", or a path; false: empty, or no number */
bool parse_source(const char *text, struct source *source);

/** options_add_net() - --net; @text is cut into pieces */
int options_add_net(struct options *options, char *text, struct err *err);

/** options_add_disk() - --disk; likewise */
int options_add_disk(struct options *options, char *text, struct err *err);

/** options_add_port() - --port; likewise */
int options_add_port(struct options *options, char *text, struct err *err);

#endif
