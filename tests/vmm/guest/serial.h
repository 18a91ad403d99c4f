/* SPDX-License-Identifier: GPL-2.0-or-later */
/* serial.h - the first 16550 */
#ifndef GUEST_SERIAL_H
#define GUEST_SERIAL_H

#include <stddef.h>

/* serial_init() - 8n1 with its FIFO, no interrupts */
void serial_init(void);

/* serial_write() - waits for room; a newline gets its carriage return */
void serial_write(const char *text, size_t len);

/* serial_read() - the next byte that came, or -1 */
int serial_read(void);

#endif
