/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * console.h - a guest's console: kept in memory, on disk, and shown to readers
 */
#ifndef CLI_LABD_CONSOLE_H
#define CLI_LABD_CONSOLE_H

#include <stddef.h>

#include "core/loop.h"

/** CONSOLE_RING_SIZE - last output kept for whoever attaches later */
#define CONSOLE_RING_SIZE 65536
/** CONSOLE_LOG_SIZE - the log file is moved to .1 and begun anew at this size
 */
#define CONSOLE_LOG_SIZE (1024 * 1024)
#define CONSOLE_MAX_READERS 8

struct console;

/**
 * console_create() - a console that nobody speaks on yet
 * @log_path:	file that output goes to; begun anew, mode 0600
 */
struct console *console_create(struct loop *loop, const char *log_path,
			       struct err *err);

/** console_destroy() - readers see the end of their stream; NULL is fine */
void console_destroy(struct console *console);

/**
 * console_connect() - the guest's end of a console
 * @fd:		stream socket; taken over; the previous one is closed
 */
int console_connect(struct console *console, int fd);

/** console_begin() - the guest begins anew: what it said before is history */
void console_begin(struct console *console);

/** console_disconnect() - the guest is gone; readers stay */
void console_disconnect(struct console *console);

/** console_drain() - take what a guest that has ended left in its socket */
void console_drain(struct console *console);

/**
 * console_attach() - a reader: gets the last output, then what comes
 *
 * What the reader writes goes to the guest. A reader that does not read loses
 * output; it never holds up the guest or other readers.
 *
 * Return: its end of a stream socket, the caller's; -EMFILE when there are
 * CONSOLE_MAX_READERS already.
 */
int console_attach(struct console *console);

/**
 * console_tail() - the last lines since the guest began, printable
 * @text:	filled with at most @lines lines, newline between, terminated
 */
void console_tail(const struct console *console, unsigned lines, char *text,
		  size_t size);

#endif
