/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * serial.h - the first serial port of a PC: a 16550A
 */
#ifndef VMM_SERIAL_H
#define VMM_SERIAL_H

#include "core/err.h"
#include "vmm/machine.h"
#include "vmm/serial_line.h"

/** SERIAL_FIFO_SIZE - received bytes that wait for the guest */
#define SERIAL_FIFO_SIZE 16

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
 * @line:	what it is connected to
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
	struct serial_line line;
};

/**
 * serial_init() - on the machine's ports, at MACHINE_PORT_SERIAL
 * @serial:	all zeros: its pages are not touched before they are used
 * @machine:	it is in
 * @settings:	descriptors, which are copied
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
