/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * serial_line.h - what a serial port is connected to: two descriptors
 */
#ifndef VMM_SERIAL_LINE_H
#define VMM_SERIAL_LINE_H

#include "core/loop.h"

/** SERIAL_LINE_SIZE - sent bytes that wait for whoever listens; 2^n */
#define SERIAL_LINE_SIZE 16384
/** SERIAL_LINE_READ - most that is received at once */
#define SERIAL_LINE_READ 16

/**
 * struct serial_settings - where the other end of the line is
 * @in_fd:	read for input, non-blocking; stays the caller's; -1: none
 * @out_fd:	output is written to it, non-blocking or a file that never
 *		blocks; likewise
 */
struct serial_settings {
	int in_fd;
	int out_fd;
};

/**
 * struct serial_line - the line
 * @room:	how many bytes the port can receive now
 * @received:	called with at most that many, on the I/O thread
 * @loop:	of the I/O thread; NULL: not open
 * @in:		waits for input
 * @out:	waits for room, only while there is none
 * @kick:	a vCPU thread wants the I/O thread to look at this
 * @flush_timer: output is collected until it expires
 * @flushed_ns:	when output was written last
 * @is_kicked:	the I/O thread knows that there is output
 * @is_in_full:	input waits until the port has room
 * @output:	ring of sent bytes
 * @output_start: index of the oldest
 * @output_len:	how many
 * @dropped:	bytes that nobody read in time
 */
struct serial_line {
	unsigned (*room)(struct serial_line *line);
	void (*received)(struct serial_line *line, const uint8_t *bytes,
			 unsigned len);
	struct loop *loop;
	struct watch in;
	struct watch out;
	struct watch kick;
	struct timer flush_timer;
	uint64_t flushed_ns;
	bool is_kicked;
	bool is_in_full;
	uint8_t output[SERIAL_LINE_SIZE];
	unsigned output_start;
	unsigned output_len;
	uint64_t dropped;
};

/**
 * serial_line_open() - connect it
 * @line:	@room and @received are set, the rest is zeros: pages are not
 *		touched before they are used
 * @loop:	of the I/O thread
 * @settings:	descriptors, which are copied
 *
 * Return: 0, or -errno; close it then too.
 */
int serial_line_open(struct serial_line *line, struct loop *loop,
		     const struct serial_settings *settings);

/** serial_line_close() - what waits is written if that is possible at once;
 * no-op when not open */
void serial_line_close(struct serial_line *line);

/** serial_line_send() - one byte; any thread that has the machine's lock */
void serial_line_send(struct serial_line *line, uint8_t byte);

/** serial_line_go_on() - the port has room again; likewise */
void serial_line_go_on(struct serial_line *line);

#endif
