/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter_code.h - a capture filter's program, as text that travels
 *
 * "40 0 0 12,21 0 1 2054,6 0 0 262144,6 0 0 0": code, jt, jf and k of each
 * instruction, as 'tcpdump -ddd' has them, in one line.
 */
#ifndef CLI_CAPTURE_FILTER_CODE_H
#define CLI_CAPTURE_FILTER_CODE_H

#include <stddef.h>

#include "switch/capture/bpf.h"

/** FILTER_TEXT_SIZE - longest filter in words */
#define FILTER_TEXT_SIZE 512

/** FILTER_INSN_SIZE - longest instruction in text, with the comma */
#define FILTER_INSN_SIZE sizeof("65535 255 255 4294967295,")

/**
 * struct filter_code - a program
 * @count:	instructions; 0: there is no filter
 * @code:	themselves
 */
struct filter_code {
	unsigned count;
	struct sock_filter code[BPF_FILTER_MAX];
};

/**
 * filter_code_parse() - text of anybody to a program that may be run
 *
 * Return: 0; -EINVAL for what is no such text, or bpf_is_valid() refuses.
 */
int filter_code_parse(const char *text, struct filter_code *code);

/** filter_code_format() - and back; to be freed; NULL without memory */
char *filter_code_format(const struct filter_code *code);

#endif
