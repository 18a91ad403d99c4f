/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * serial.h - the first serial port of a PC: a 16550A
 */
#ifndef VMM_SERIAL_H
#define VMM_SERIAL_H

#include "core/err.h"
#include "core/loop.h"
#include "vmm/machine.h"

/** SERIAL_FIFO_SIZE - received bytes that wait for the guest */
#define SERIAL_FIFO_SIZE 16
/** SERIAL_OUTPUT_SIZE - sent bytes that wait for whoever listens; 2^n */
#define SERIAL_OUTPUT_SIZE 16384

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
 * struct serial - the port
 * @machine:	it is in
 * @range:	its eight I/O ports
 * @ier:	interrupt enable register
 * @lcr:	line control; bit 7 shows the divisor
 * @mcr:	modem control; bit 4 is the loop
 * @scr:	scratch
 * @divisor:	low and high byte; nothing depends on it
 * @has_fifo:	FCR bit 0
 * @is_drained:	"transmitter empty" has not been told yet
 * @irq:	level of the interrupt line
 * @fifo:	received bytes
 * @fifo_start:	index of the oldest
 * @fifo_len:	how many
 * @in:		waits for input
 * @out:	waits for room, only while there is none
 * @kick:	a vCPU thread wants the I/O thread to look at this
 * @flush_timer: output is collected until it expires
 * @flushed_ns:	when output was written last
 * @is_kicked:	the I/O thread knows that there is output
 * @is_in_full:	input waits for the guest to read what it has
 * @output:	ring of sent bytes
 * @output_start: index of the oldest
 * @output_len:	how many
 * @dropped:	bytes that nobody read in time
 */
struct serial {
	struct machine *machine;
	struct bus_range range;
	uint8_t ier;
	uint8_t lcr;
	uint8_t mcr;
	uint8_t scr;
	uint8_t divisor[2];
	bool has_fifo;
	bool is_drained;
	bool irq;
	uint8_t fifo[SERIAL_FIFO_SIZE];
	unsigned fifo_start;
	unsigned fifo_len;
	struct watch in;
	struct watch out;
	struct watch kick;
	struct timer flush_timer;
	uint64_t flushed_ns;
	bool is_kicked;
	bool is_in_full;
	uint8_t output[SERIAL_OUTPUT_SIZE];
	unsigned output_start;
	unsigned output_len;
	uint64_t dropped;
};

/**
 * serial_init() - on the machine's ports, at MACHINE_PORT_SERIAL
 * @serial:	all zeros: its pages are not touched before they are used
 * @machine:	it is in
 * @settings:	copied
 * @err:	says why when it failed
 */
int serial_init(struct serial *serial, struct machine *machine,
		const struct serial_settings *settings, struct err *err);

/** serial_fini() - what waits is written if that is possible at once; no-op
 * when all zeros */
void serial_fini(struct serial *serial);

/** serial_reset() - registers as after power on; sent bytes stay sent */
void serial_reset(struct serial *serial);

#endif
