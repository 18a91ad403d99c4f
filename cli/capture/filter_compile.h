/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter_compile.h - the words of a capture filter become a program
 */
#ifndef CLI_CAPTURE_FILTER_COMPILE_H
#define CLI_CAPTURE_FILTER_COMPILE_H

#include "cli/capture/filter_code.h"
#include "core/err.h"

/**
 * filter_compile() - as pcap-filter(7) has them, for Ethernet
 * @words:	empty: no filter
 * @code:	filled
 * @err:	what is wrong with the words
 *
 * Return: 0; -EINVAL; -ENOPKG when libpcap is missing.
 */
int filter_compile(const char *words, struct filter_code *code,
		   struct err *err);

#endif
