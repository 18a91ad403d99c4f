// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * serial.c - the first serial port of a PC: a 16550A
 *
 * Theory of operation
 *
 * The registers are those of National's PC16550D data sheet, as far as drivers
 * look at them: a line that is infinitely fast, without errors, whose modem is
 * always there. What the guest sends is in the output ring at once, so the
 * transmitter is empty again at once.
 *
 * Limits: no modem interrupts, no line errors, no break, no speed; a trigger
 * level is accepted and each byte interrupts all the same.
 */
#include "vmm/serial.h"

#include <linux/serial_reg.h>
#include <string.h>

#define IER_MASK 0x0f
#define MCR_MASK 0x1f
/* carrier, data set ready, clear to send */
#define MSR_IDLE (UART_MSR_DCD | UART_MSR_DSR | UART_MSR_CTS)
#define IIR_FIFO 0xc0

static uint8_t serial_iir(const struct serial *serial)
{
	uint8_t fifo = serial->has_fifo ? IIR_FIFO : 0;

	if (serial->ier & UART_IER_RDI && serial->fifo_len)
		return fifo | UART_IIR_RDI;
	if (serial->ier & UART_IER_THRI && serial->is_drained)
		return fifo | UART_IIR_THRI;
	return fifo | UART_IIR_NO_INT;
}

static void serial_update_irq(struct serial *serial)
{
	bool irq = !(serial_iir(serial) & UART_IIR_NO_INT);

	if (irq == serial->irq)
		return;
	serial->irq = irq;
	serial->machine->ops->irq_set(serial->machine, MACHINE_GSI_SERIAL, irq);
}

static void serial_received(struct serial *serial, uint8_t byte)
{
	/* Only the loop can find it full: the guest loses its own byte. */
	if (serial->fifo_len == SERIAL_FIFO_SIZE)
		return;
	serial->fifo[(serial->fifo_start + serial->fifo_len) %
		     SERIAL_FIFO_SIZE] = byte;
	serial->fifo_len++;
}

static void serial_transmit(struct serial *serial, uint8_t byte)
{
	if (serial->mcr & UART_MCR_LOOP)
		serial_received(serial, byte);
	else
		serial_line_send(&serial->line, byte);
	serial->is_drained = true;
}

static uint8_t serial_take(struct serial *serial)
{
	uint8_t byte;

	if (!serial->fifo_len)
		return 0;
	byte = serial->fifo[serial->fifo_start];
	serial->fifo_start = (serial->fifo_start + 1) % SERIAL_FIFO_SIZE;
	serial->fifo_len--;
	if (!serial->fifo_len)
		serial_line_go_on(&serial->line);
	return byte;
}

/* In the loop, outputs are connected to inputs: RTS to CTS, and so on. */
static uint8_t serial_msr(const struct serial *serial)
{
	uint8_t mcr = serial->mcr;

	if (!(mcr & UART_MCR_LOOP))
		return MSR_IDLE;
	return (uint8_t)((mcr & UART_MCR_RTS ? UART_MSR_CTS : 0) |
			 (mcr & UART_MCR_DTR ? UART_MSR_DSR : 0) |
			 (mcr & UART_MCR_OUT1 ? UART_MSR_RI : 0) |
			 (mcr & UART_MCR_OUT2 ? UART_MSR_DCD : 0));
}

static uint8_t serial_read_iir(struct serial *serial)
{
	uint8_t iir = serial_iir(serial);

	if ((iir & UART_IIR_ID) == UART_IIR_THRI)
		serial->is_drained = false;
	return iir;
}

static uint8_t serial_get(struct serial *serial, uint64_t offset)
{
	if (serial->lcr & UART_LCR_DLAB && offset <= UART_DLM)
		return serial->divisor[offset];
	switch (offset) {
	case UART_RX:
		return serial_take(serial);
	case UART_IER:
		return serial->ier;
	case UART_IIR:
		return serial_read_iir(serial);
	case UART_LCR:
		return serial->lcr;
	case UART_MCR:
		return serial->mcr;
	case UART_LSR:
		return UART_LSR_TEMT | UART_LSR_THRE |
		       (serial->fifo_len ? UART_LSR_DR : 0);
	case UART_MSR:
		return serial_msr(serial);
	default:
		return serial->scr;
	}
}

static void serial_set_ier(struct serial *serial, uint8_t ier)
{
	/* Who asks for it is told at once that the transmitter is empty. */
	if (ier & ~serial->ier & UART_IER_THRI)
		serial->is_drained = true;
	serial->ier = ier & IER_MASK;
}

static void serial_set_fcr(struct serial *serial, uint8_t fcr)
{
	bool has_fifo = fcr & UART_FCR_ENABLE_FIFO;

	if (fcr & UART_FCR_CLEAR_RCVR || has_fifo != serial->has_fifo) {
		serial->fifo_len = 0;
		serial_line_go_on(&serial->line);
	}
	serial->has_fifo = has_fifo;
}

static void serial_set(struct serial *serial, uint64_t offset, uint8_t value)
{
	if (serial->lcr & UART_LCR_DLAB && offset <= UART_DLM) {
		serial->divisor[offset] = value;
		return;
	}
	switch (offset) {
	case UART_TX:
		serial_transmit(serial, value);
		break;
	case UART_IER:
		serial_set_ier(serial, value);
		break;
	case UART_FCR:
		serial_set_fcr(serial, value);
		break;
	case UART_LCR:
		serial->lcr = value;
		break;
	case UART_MCR:
		serial->mcr = value & MCR_MASK;
		break;
	case UART_SCR:
		serial->scr = value;
		break;
	default: /* LSR and MSR can't be written */
		break;
	}
}

/* A wider access is one to each register, as the bus of a PC makes it. */
static uint64_t serial_read(struct bus_range *range, uint64_t offset,
			    unsigned len)
{
	struct serial *serial = container_of(range, struct serial, range);
	uint64_t value = 0;
	unsigned i;

	for (i = 0; i < len; i++)
		value |= (uint64_t)serial_get(serial, offset + i) << 8 * i;
	serial_update_irq(serial);
	return value;
}

static void serial_write(struct bus_range *range, uint64_t offset, unsigned len,
			 uint64_t value)
{
	struct serial *serial = container_of(range, struct serial, range);
	unsigned i;

	for (i = 0; i < len; i++)
		serial_set(serial, offset + i, (uint8_t)(value >> 8 * i));
	serial_update_irq(serial);
}

static unsigned line_room(struct serial_line *line)
{
	const struct serial *serial = container_of(line, struct serial, line);

	return SERIAL_FIFO_SIZE - serial->fifo_len;
}

static void line_received(struct serial_line *line, const uint8_t *bytes,
			  unsigned len)
{
	struct serial *serial = container_of(line, struct serial, line);
	unsigned i;

	for (i = 0; i < len; i++)
		serial_received(serial, bytes[i]);
	serial_update_irq(serial);
}

int serial_init(struct serial *serial, struct machine *machine,
		const struct serial_settings *settings, struct err *err)
{
	int code;

	serial->machine = machine;
	serial->range = (struct bus_range){
		.base = MACHINE_PORT_SERIAL,
		.len = 8,
		.read = serial_read,
		.write = serial_write,
	};
	serial->line.room = line_room;
	serial->line.received = line_received;
	code = serial_line_open(&serial->line, machine->loop, settings);
	if (!code)
		code = bus_add(&machine->ports, &serial->range);
	if (!code)
		return 0;
	serial_fini(serial);
	return err_set(err, code, "cannot make the serial port: %s",
		       strerror(-code));
}

void serial_fini(struct serial *serial)
{
	if (!serial->machine)
		return;
	bus_remove(&serial->machine->ports, &serial->range);
	serial_line_close(&serial->line);
	serial->machine = NULL;
}

void serial_reset(struct serial *serial)
{
	serial->ier = serial->lcr = serial->mcr = serial->scr = 0;
	serial->divisor[0] = serial->divisor[1] = 0;
	serial->has_fifo = serial->is_drained = false;
	serial->fifo_len = 0;
	serial_line_go_on(&serial->line);
	serial_update_irq(serial);
}
