/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * screen.h - a whole terminal for a while, given back whatever happens
 */
#ifndef CLI_CMD_SCREEN_H
#define CLI_CMD_SCREEN_H

#include <stddef.h>

/**
 * struct screen - the terminal, while it is ours
 * @stop_fd:	readable when the user or the system wants us to end
 * @size_fd:	readable when the terminal has another size
 */
struct screen {
	int stop_fd;
	int size_fd;
};

/**
 * screen_run() - do something on the whole terminal
 * @stop_fd:	signalfd of SIGINT, SIGTERM, SIGHUP, which are blocked
 * @draw:	runs in a child process, with keys unbuffered and not echoed;
 *		returns an exit code
 *
 * The child may end in any way, by a signal too: this process waits for it and
 * gives the terminal back as it was.
 *
 * Return: what @draw returned, or EXIT_FAILED after saying how it ended.
 */
int screen_run(int stop_fd, int (*draw)(struct screen *screen, void *arg),
	       void *arg);

/**
 * screen_show() - replace what is on the terminal
 * @text:	lines; what is longer or more than the terminal has is cut
 * @foot:	the last line
 */
void screen_show(const char *text, const char *foot);

/**
 * screen_wait() - for a key, another size, the end, or time to pass
 * @ms:		how long at most
 *
 * Return: the key; 0 for nothing or another size; -EINTR to end; -EPIPE when
 * the terminal is gone.
 */
int screen_wait(const struct screen *screen, int ms);

#endif
