/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * relay.h - bytes between the user's terminal and descriptors from labd
 */
#ifndef CLI_CMD_RELAY_H
#define CLI_CMD_RELAY_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

/** RELAY_ESCAPE - ^], the key that leaves a console */
#define RELAY_ESCAPE 0x1d

/**
 * struct raw_terminal - standard input without line editing and signals
 * @saved:	how it was
 * @is_raw:	@saved is to be restored
 */
struct raw_terminal {
	struct termios saved;
	bool is_raw;
};

/** raw_terminal_enter() - no-op when standard input is no terminal */
void raw_terminal_enter(struct raw_terminal *terminal);

/** raw_terminal_leave() - as it was; may be called twice */
void raw_terminal_leave(struct raw_terminal *terminal);

/**
 * relay_once() - move what is there from one descriptor to another
 * @from:	readable, may block no more than that
 * @to:		written whole; may block
 *
 * Return: bytes; 0 at the end of @from; -errno, -EAGAIN when nothing is there.
 */
int relay_once(int from, int to);

/**
 * relay_input() - standard input to a descriptor that must not block us
 * @to:		non-blocking
 * @escapes:	RELAY_ESCAPE ends it
 *
 * Return: bytes; 0 at the end of input or after RELAY_ESCAPE; -errno.
 */
int relay_input(int to, bool escapes);

/**
 * struct relay_pending - standard input that the other end has no room for yet
 * @data:	bytes @at to @end of it wait
 * @at:		first byte
 * @end:	behind the last
 */
struct relay_pending {
	char data[4096];
	size_t at;
	size_t end;
};

/** relay_pending_poll() - what to wait for before relay_pending_move() */
struct pollfd relay_pending_poll(const struct relay_pending *pending, int to);

/**
 * relay_pending_move() - as far as it goes without waiting; nothing is lost
 * @to:		non-blocking
 *
 * Return: bytes moved or -EAGAIN; 0 at the end of input; -errno.
 */
int relay_pending_move(struct relay_pending *pending, int to);

#endif
