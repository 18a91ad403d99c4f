/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bpf.h - classic BPF: capture filters, checked and run by us
 *
 * A filter comes from a client, as instructions; libpcap has made them of words
 * in the command. Classic BPF is that of McCanne and Jacobson (1993), coded as
 * in <linux/filter.h>, without the kernel's extensions.
 */
#ifndef SWITCH_CAPTURE_BPF_H
#define SWITCH_CAPTURE_BPF_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** BPF_FILTER_MAX - instructions of a program; the kernel's BPF_MAXINSNS */
#define BPF_FILTER_MAX 4096

/** BPF_NEED_MORE - bpf_run(): the answer lies behind the bytes at hand */
#define BPF_NEED_MORE (-1)

/**
 * struct bpf_frame - what a program looks at
 * @data:	the first bytes
 * @have:	how many
 * @len:	of the frame; at least @have
 */
struct bpf_frame {
	const uint8_t *data;
	size_t have;
	uint32_t len;
};

/**
 * bpf_is_valid() - may this program be run?
 * @program:	@count instructions, of anybody's making
 *
 * Known instructions only, jumps forward and within, no division by a constant
 * zero, scratch memory within its sixteen words, a return at the end: so it
 * ends after at most @count steps, whatever the frame.
 */
bool bpf_is_valid(const struct sock_filter *program, unsigned count);

/**
 * bpf_run() - run a valid program
 *
 * A load behind the end of the frame ends the program with 0, as does a
 * division by zero.
 *
 * Return: what the program returns: 0 refuses the frame. BPF_NEED_MORE when it
 * reads behind @frame->have, but not behind @frame->len: run it again with the
 * whole frame at hand.
 */
int64_t bpf_run(const struct sock_filter *program,
		const struct bpf_frame *frame);

#endif
