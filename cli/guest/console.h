/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * console.h - a shell on the console, again and again
 */
#ifndef CLI_GUEST_CONSOLE_H
#define CLI_GUEST_CONSOLE_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/loop.h"

/**
 * struct console - the shell
 * @loop:	serves
 * @start:	starts it
 * @pid:	of it; 0: none
 */
struct console {
	struct loop *loop;
	struct timer start;
	pid_t pid;
};

/** console_init() - have a shell @delay_ns from now */
void console_init(struct console *console, struct loop *loop,
		  uint64_t delay_ns);

/** console_start() - have it now, if it isn't there yet */
void console_start(struct console *console);

/** console_reaped() - a process ended; true when it was the shell */
bool console_reaped(struct console *console, pid_t pid);

#endif
