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
 * A guest sends byte by byte, an exit each. Output is written by the I/O
 * thread: the first bytes after a pause right away, then what came together
 * in FLUSH_NS. A vCPU thread writes nothing but the eventfd that wakes it.
 *
 * Nobody may hold up a guest by not reading, so what finds the ring full is
 * dropped and counted. Input is read only as far as the FIFO has room: whoever
 * sends has to wait.
 *
 * Limits: no modem interrupts, no line errors, no break, no speed; a trigger
 * level is accepted and each byte interrupts all the same.
 */
#include "vmm/serial.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/serial_reg.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

#define FLUSH_NS (2 * NSEC_PER_MSEC)

#define IER_MASK 0x0f
#define MCR_MASK 0x1f
/* carrier, data set ready, clear to send */
#define MSR_IDLE (UART_MSR_DCD | UART_MSR_DSR | UART_MSR_CTS)
#define IIR_FIFO 0xc0

static_assert((SERIAL_OUTPUT_SIZE & (SERIAL_OUTPUT_SIZE - 1)) == 0,
	      "the ring's index wraps by a mask");

static void serial_wake(struct serial *serial)
{
	const uint64_t one = 1;

	/* It can only fail by being full, and then the I/O thread wakes. */
	if (write(serial->kick.fd, &one, sizeof(one)) < 0)
		return;
}

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

static void serial_send(struct serial *serial, uint8_t byte)
{
	unsigned at = serial->output_start + serial->output_len;

	if (serial->out.fd < 0 || serial->output_len == SERIAL_OUTPUT_SIZE) {
		serial->dropped++;
		return;
	}
	serial->output[at & (SERIAL_OUTPUT_SIZE - 1)] = byte;
	serial->output_len++;
	if (serial->is_kicked && serial->output_len != SERIAL_OUTPUT_SIZE / 2)
		return;
	serial->is_kicked = true;
	serial_wake(serial);
}

static void serial_transmit(struct serial *serial, uint8_t byte)
{
	if (serial->mcr & UART_MCR_LOOP)
		serial_received(serial, byte);
	else
		serial_send(serial, byte);
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
	if (serial->is_in_full && !serial->fifo_len)
		serial_wake(serial);
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
		if (serial->is_in_full)
			serial_wake(serial);
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

/* Nobody listens any more. */
static void serial_hang_up(struct serial *serial)
{
	watch_remove(&serial->out);
	close(serial->out.fd);
	serial->out.fd = -1;
	serial->dropped += serial->output_len;
	serial->output_len = 0;
}

static ssize_t serial_write_out(struct serial *serial)
{
	unsigned start = serial->output_start;
	unsigned first = MIN(serial->output_len, SERIAL_OUTPUT_SIZE - start);
	struct iovec iov[] = {
		{serial->output + start, first},
		{serial->output, serial->output_len - first},
	};
	ssize_t len = writev(serial->out.fd, iov, 2);

	if (len < 0)
		return -errno;
	serial->output_start =
		(start + (unsigned)len) & (SERIAL_OUTPUT_SIZE - 1);
	serial->output_len -= (unsigned)len;
	return len;
}

/*
 * Until all is written the guest's bytes only go into the ring: @is_kicked
 * stays, so it wakes nobody.
 */
static void serial_flush(struct serial *serial)
{
	struct loop *loop = serial->machine->loop;
	ssize_t len = 0;

	serial->flushed_ns = loop_now_ns(loop);
	while (serial->output_len && len >= 0)
		len = serial_write_out(serial);
	if (len == -EAGAIN || len == -EINTR) {
		if (!serial->out.loop &&
		    watch_add(loop, &serial->out, EPOLLOUT))
			serial_hang_up(serial);
		return;
	}
	if (len < 0)
		serial_hang_up(serial);
	watch_remove(&serial->out);
	serial->is_kicked = false;
}

static void serial_out_writable(struct watch *watch, uint32_t events)
{
	(void)events;
	serial_flush(container_of(watch, struct serial, out));
}

static void serial_flush_expired(struct timer *timer)
{
	serial_flush(container_of(timer, struct serial, flush_timer));
}

static void serial_collect(struct serial *serial)
{
	struct loop *loop = serial->machine->loop;
	uint64_t due_ns = serial->flushed_ns + FLUSH_NS;

	if (serial->out.loop) /* waits for room */
		return;
	if (loop_now_ns(loop) < due_ns &&
	    serial->output_len < SERIAL_OUTPUT_SIZE / 2 &&
	    !timer_arm(loop, &serial->flush_timer, due_ns))
		return;
	timer_cancel(loop, &serial->flush_timer);
	serial_flush(serial);
}

static void serial_in_start(struct serial *serial)
{
	/* A plain file is no line: nothing is read from it. */
	serial->is_in_full = false;
	if (serial->in.fd >= 0)
		watch_add(serial->machine->loop, &serial->in, EPOLLIN);
}

static void serial_kicked(struct watch *watch, uint32_t events)
{
	struct serial *serial = container_of(watch, struct serial, kick);
	uint64_t count;

	(void)events;
	if (read(serial->kick.fd, &count, sizeof(count)) < 0)
		return;
	if (serial->is_kicked)
		serial_collect(serial);
	if (serial->is_in_full && !serial->fifo_len)
		serial_in_start(serial);
}

static void serial_in_readable(struct watch *watch, uint32_t events)
{
	struct serial *serial = container_of(watch, struct serial, in);
	uint8_t bytes[SERIAL_FIFO_SIZE];
	ssize_t len, i;

	(void)events;
	if (serial->fifo_len == SERIAL_FIFO_SIZE) {
		serial->is_in_full = true;
		watch_remove(watch);
		return;
	}
	len = read(watch->fd, bytes, SERIAL_FIFO_SIZE - serial->fifo_len);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0)
		watch_remove(watch);
	for (i = 0; i < len; i++)
		serial_received(serial, bytes[i]);
	serial_update_irq(serial);
}

/* Two descriptors also where both are the same: each has its own watch. */
static int serial_dup(int fd, int *copy)
{
	*copy = -1;
	if (fd < 0)
		return 0;
	*copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return *copy < 0 ? -errno : 0;
}

static int serial_open(struct serial *serial,
		       const struct serial_settings *settings)
{
	int code = serial_dup(settings->in_fd, &serial->in.fd);

	if (!code)
		code = serial_dup(settings->out_fd, &serial->out.fd);
	if (code)
		return code;
	serial->kick.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (serial->kick.fd < 0)
		return -errno;
	code = watch_add(serial->machine->loop, &serial->kick, EPOLLIN);
	if (code)
		return code;
	serial_in_start(serial);
	return bus_add(&serial->machine->ports, &serial->range);
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
	serial->in = (struct watch){
		.fd = -1, .ready = serial_in_readable, .name = "serial-in"};
	serial->out = (struct watch){
		.fd = -1, .ready = serial_out_writable, .name = "serial-out"};
	serial->kick = (struct watch){
		.fd = -1, .ready = serial_kicked, .name = "serial"};
	serial->flush_timer.expired = serial_flush_expired;
	code = serial_open(serial, settings);
	if (!code)
		return 0;
	serial_fini(serial);
	return err_set(err, code, "cannot make the serial port: %s",
		       strerror(-code));
}

static void serial_close(struct watch *watch)
{
	watch_remove(watch);
	if (watch->fd >= 0)
		close(watch->fd);
	watch->fd = -1;
}

void serial_fini(struct serial *serial)
{
	if (!serial->machine)
		return;
	if (serial->out.fd >= 0 && serial->output_len)
		serial_flush(serial);
	bus_remove(&serial->machine->ports, &serial->range);
	timer_cancel(serial->machine->loop, &serial->flush_timer);
	serial_close(&serial->in);
	serial_close(&serial->out);
	serial_close(&serial->kick);
	serial->machine = NULL;
}

void serial_reset(struct serial *serial)
{
	serial->ier = serial->lcr = serial->mcr = serial->scr = 0;
	serial->divisor[0] = serial->divisor[1] = 0;
	serial->has_fifo = serial->is_drained = false;
	serial->fifo_len = 0;
	if (serial->is_in_full)
		serial_wake(serial);
	serial_update_irq(serial);
}
