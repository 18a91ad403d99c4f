// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_ports.c - port I/O of a guest at serial port, keyboard controller and
 * power management, while somebody types and listens, or doesn't
 *
 * Input: operations. What was sent either came out, waits, or was counted as
 * dropped; each interrupt line is as the registers have it.
 */
#include <assert.h>
#include <linux/serial_reg.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz/fuzz_ops.h"
#include "unit/machine_bed.h"
#include "vmm/i8042.h"
#include "vmm/pm.h"
#include "vmm/serial.h"

#define PORTS 4
#define MAX_REPEAT 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct machine_bed bed;
static struct serial serial;
static struct pm pm;
static struct i8042 i8042;
static int line[2];
static uint64_t sent;
static uint64_t heard;

static uint64_t port_at(unsigned selector)
{
	static const uint16_t bases[PORTS] = {
		MACHINE_PORT_SERIAL,
		MACHINE_PORT_SERIAL,
		MACHINE_PORT_I8042,
		MACHINE_PORT_PM,
	};

	return bases[selector >> 3 & 3] + (selector & 7);
}

/* Does a write of @len at @port put a byte on the line? */
static bool is_sent(uint64_t port, unsigned len)
{
	return port == MACHINE_PORT_SERIAL && len <= 8 &&
	       !(serial.lcr & UART_LCR_DLAB) && !(serial.mcr & UART_MCR_LOOP);
}

static void guest_write(struct fuzz_ops *ops, unsigned repeat)
{
	uint64_t port = port_at((unsigned)fuzz_take(ops, 1));
	unsigned len = fuzz_width(ops);
	uint64_t value = fuzz_take(ops, len);

	while (repeat--) {
		sent += is_sent(port, len);
		bus_write(&bed.machine.ports, port, len, value);
	}
}

static void guest_read(struct fuzz_ops *ops)
{
	uint64_t port = port_at((unsigned)fuzz_take(ops, 1));

	bus_read(&bed.machine.ports, port, fuzz_width(ops));
}

static void listen_to_it(void)
{
	char bytes[4096];
	ssize_t len;

	while ((len = read(line[0], bytes, sizeof(bytes))) > 0)
		heard += (uint64_t)len;
}

static void type(struct fuzz_ops *ops)
{
	uint64_t keys = fuzz_take(ops, 8);

	if (write(line[0], &keys, sizeof(keys)) < 0)
		return;
}

static void check(void)
{
	uint8_t iir;

	assert(serial.line.output_len <= SERIAL_LINE_SIZE);
	assert(serial.fifo_len <= SERIAL_FIFO_SIZE);
	assert(bed.levels[MACHINE_GSI_SCI] == !!(pm.status & pm.enable));
	assert(pm.control & 1);
	iir = (uint8_t)(((serial.ier & UART_IER_RDI) && serial.fifo_len) ||
			((serial.ier & UART_IER_THRI) && serial.is_drained));
	assert(bed.levels[MACHINE_GSI_SERIAL] == iir);
}

static void step(struct fuzz_ops *ops)
{
	uint8_t op = (uint8_t)fuzz_take(ops, 1);

	switch (op & 7) {
	case 0:
	case 1:
		guest_write(ops, 1);
		break;
	case 2:
		guest_write(ops, (unsigned)fuzz_take(ops, 2) % MAX_REPEAT);
		break;
	case 3:
		guest_read(ops);
		break;
	case 4:
		type(ops);
		break;
	case 5:
		bed.clock.ns += (uint64_t)(op >> 3) * NSEC_PER_MSEC;
		machine_bed_run(&bed);
		break;
	case 6:
		listen_to_it();
		break;
	default:
		if (op & 0x08)
			pm_press(&pm);
		if (op & 0x10)
			pm_reset(&pm);
		if (op & 0x20)
			serial_reset(&serial);
	}
}

static void finish(void)
{
	unsigned i;

	for (i = 0; i < 64 && serial.line.output_len; i++) {
		listen_to_it();
		bed.clock.ns += NSEC_PER_SEC;
		machine_bed_run(&bed);
	}
	listen_to_it();
	assert(sent == heard + serial.line.dropped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_ops ops = {data, size};
	struct serial_settings settings;

	sent = heard = 0;
	memset(&serial, 0, sizeof(serial));
	if (machine_bed_open(&bed) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, line))
		__builtin_trap();
	settings.in_fd = settings.out_fd = line[1];
	if (serial_init(&serial, &bed.machine, &settings, NULL) ||
	    pm_init(&pm, &bed.machine, NULL) ||
	    i8042_init(&i8042, &bed.machine, NULL))
		__builtin_trap();
	close(line[1]);
	while (fuzz_more(&ops)) {
		step(&ops);
		check();
	}
	finish();
	serial_fini(&serial);
	pm_fini(&pm);
	i8042_fini(&i8042);
	close(line[0]);
	assert(!bed.machine.ports.count);
	if (machine_bed_close(&bed))
		__builtin_trap();
	return 0;
}
