/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * terminal.h - standard input and output as a guest's serial line
 */
#ifndef CLI_VMM_TERMINAL_H
#define CLI_VMM_TERMINAL_H

#include <stdbool.h>
#include <termios.h>

#include "core/err.h"
#include "core/loop.h"

/**
 * struct terminal - what standard input and output are
 * @in_fd:	what the guest's line reads; -1: nothing
 * @out_fd:	what it writes
 * @loop:	that watches the keyboard
 * @keys:	standard input, where it is a terminal
 * @pipe_fd:	what was typed goes into it, and comes out at @in_fd
 * @saved:	how the terminal was set
 * @is_raw:	@saved counts
 * @has_prefix:	^A was typed: the next key may be for us
 * @leave:	called when the user wants to leave: ^] or ^A x
 * @ctx:	for it
 */
struct terminal {
	int in_fd;
	int out_fd;
	struct loop *loop;
	struct watch keys;
	int pipe_fd;
	struct termios saved;
	bool is_raw;
	bool has_prefix;
	void (*leave)(void *ctx);
	void *ctx;
};

/**
 * terminal_open() - take standard input and output
 * @terminal:	filled but for @leave and @ctx, which are set already
 *
 * Nothing that others use too becomes non-blocking.
 */
int terminal_open(struct terminal *terminal, struct loop *loop,
		  struct err *err);

/** terminal_close() - give the terminal back as it was; no-op when not open */
void terminal_close(struct terminal *terminal);

#endif
