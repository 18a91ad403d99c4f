/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture_sink.h - where a capture goes: a file, a pipe, Wireshark, the screen
 *
 * weft-switch gets a descriptor that nobody else has: a file that was opened
 * for it, or a pipe of our own. What is the user's (a terminal, a pipe of the
 * shell) is written by us, as it may block and its flags are shared.
 */
#ifndef CLI_CMD_CAPTURE_SINK_H
#define CLI_CMD_CAPTURE_SINK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** enum capture_sink_kind - what becomes of the stream */
enum capture_sink_kind {
	CAPTURE_SINK_FILE,      /* weft-switch writes the file itself */
	CAPTURE_SINK_RELAY,     /* we copy it to @out */
	CAPTURE_SINK_WIRESHARK, /* Wireshark reads the pipe */
	CAPTURE_SINK_VIEW,      /* we print it */
};

/**
 * struct capture_sink - one of them
 * @kind:	enum capture_sink_kind
 * @path:	of a file that was opened; NULL: none
 * @is_new:	the file was not there before
 * @give:	for weft-switch; -1 once given
 * @in:		our end of the pipe; -1: none, or it has ended
 * @out:	for CAPTURE_SINK_RELAY
 * @pid:	of Wireshark; 0: none
 * @at:		first byte of @data that is not written
 * @len:	bytes of @data
 * @data:	on its way from @in to @out
 */
struct capture_sink {
	enum capture_sink_kind kind;
	const char *path;
	bool is_new;
	int give;
	int in;
	int out;
	pid_t pid;
	size_t at;
	size_t len;
	uint8_t data[65536];
};

/**
 * capture_sink_open() - by what the user wants
 * @path:	of -w: a file, "-" for standard output; NULL: none
 * @wireshark:	start it
 *
 * Return: 0, or an exit code after saying why.
 */
int capture_sink_open(struct capture_sink *sink, const char *path,
		      bool wireshark);

/** capture_sink_abandon() - it never began: leave no empty file behind */
void capture_sink_abandon(struct capture_sink *sink);

/** capture_sink_close() - and wait for Wireshark */
void capture_sink_close(struct capture_sink *sink);

/**
 * capture_sink_relay() - move bytes on, as far as nobody has to wait
 * @can_write:	poll() says that @out takes something
 *
 * Return: 0, or -errno of @out. @in is -1 and @len 0 when all is done.
 */
int capture_sink_relay(struct capture_sink *sink, bool can_read,
		       bool can_write);

#endif
