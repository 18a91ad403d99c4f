/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctl_input.h - bytes and descriptors off a stream socket, line by line
 */
#ifndef CLI_CTL_CTL_INPUT_H
#define CLI_CTL_CTL_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/ctl/ctl_protocol.h"

/** CTL_INPUT_FDS - descriptors held for lines that are not complete yet */
#define CTL_INPUT_FDS 16

/**
 * struct ctl_fd - a descriptor on its way to its line
 * @fd:	owned
 * @at:	offset in the buffer of a byte of its line
 */
struct ctl_fd {
	int fd;
	size_t at;
};

/**
 * struct ctl_input - a receive buffer
 * @data:	@size bytes, grows with the line that is in it
 * @size:	allocated
 * @start:	first byte not given out
 * @len:	end of what was received
 * @scanned:	no newline before here
 * @fds:	@fd_count descriptors, in order of arrival
 * @fd_count:	how many
 */
struct ctl_input {
	char *data;
	size_t size;
	size_t start;
	size_t len;
	size_t scanned;
	struct ctl_fd fds[CTL_INPUT_FDS];
	unsigned fd_count;
};

/**
 * struct ctl_line - one line, taken out
 * @text:	in the buffer: valid until the next call that reads
 * @len:	without the newline
 * @fds:	@fd_count descriptors that came with it; owned by the line
 * @fd_count:	how many
 */
struct ctl_line {
	const char *text;
	size_t len;
	int fds[CTL_FDS_MAX];
	unsigned fd_count;
};

/** ctl_input_init() - empty; allocates nothing */
void ctl_input_init(struct ctl_input *input);

/** ctl_input_fini() - free the buffer, close descriptors nobody took */
void ctl_input_fini(struct ctl_input *input);

/**
 * ctl_input_read() - receive once, without waiting
 * @input:	take out all lines first: they move
 * @fd:		stream socket
 *
 * Return: bytes received; 0 at the end of the stream; -EAGAIN when there is
 * nothing; -EMSGSIZE when a line is longer than CTL_LINE_MAX; -EPROTO when it
 * has too many descriptors; another -errno. After an error but -EAGAIN the
 * stream is of no use any more.
 */
int ctl_input_read(struct ctl_input *input, int fd);

/** ctl_input_next() - take out one complete line; false when there is none */
bool ctl_input_next(struct ctl_input *input, struct ctl_line *line);

/** ctl_input_is_partial() - has a line begun that has not ended? */
static inline bool ctl_input_is_partial(const struct ctl_input *input)
{
	return input->len > input->start;
}

/** ctl_line_close_fds() - close those that are not -1 */
void ctl_line_close_fds(struct ctl_line *line);

#endif
