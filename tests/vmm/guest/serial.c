// SPDX-License-Identifier: GPL-2.0-or-later
/* serial.c - the first 16550, by polling: it must work when nothing else does
 */
#include "guest/serial.h"
#include "guest/io.h"

#define COM1 0x3f8
#define FIFO_SIZE 16
#define LSR_DATA 0x01
#define LSR_EMPTY 0x20

enum { DATA = COM1, IER, FCR, LCR, MCR, LSR };

void serial_init(void)
{
	outb(IER, 0);
	outb(LCR, 0x80); /* the divisor's latch */
	outb(DATA, 1);   /* 115200 baud */
	outb(IER, 0);
	outb(LCR, 0x03);
	outb(FCR, 0x07);
	outb(MCR, 0x03);
}

/* A port that isn't there reads as all ones: that counts as empty. */
static void wait_empty(void)
{
	while (!(inb(LSR) & LSR_EMPTY))
		cpu_pause();
}

/* An empty FIFO takes sixteen bytes: that saves an exit for most of them. */
void serial_write(const char *text, size_t len)
{
	unsigned room = 0;

	for (; len; len--, text++) {
		if (room < 2) {
			wait_empty();
			room = FIFO_SIZE;
		}
		if (*text == '\n') {
			outb(DATA, '\r');
			room--;
		}
		outb(DATA, (unsigned char)*text);
		room--;
	}
}

int serial_read(void)
{
	uint8_t status = inb(LSR);

	if (status == 0xff || !(status & LSR_DATA))
		return -1;
	return inb(DATA);
}
