// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_serial.c - the serial port, as a driver and as whoever listens sees it
 */
#include <fcntl.h>
#include <linux/serial_reg.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/cmocka_wrap.h"

#include "unit/machine_bed.h"
#include "vmm/serial.h"

#define PORT MACHINE_PORT_SERIAL
#define PAUSE_NS (100 * NSEC_PER_MSEC)

/**
 * struct bed - a serial port in a machine
 * @bed:	the machine
 * @serial:	the port
 * @ends:	our end and the port's of its line
 */
struct bed {
	struct machine_bed bed;
	struct serial serial;
	int ends[2];
};

static int setup(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));
	struct serial_settings settings;

	assert_non_null(bed);
	assert_int_equal(machine_bed_open(&bed->bed), 0);
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, bed->ends),
		0);
	settings.in_fd = settings.out_fd = bed->ends[1];
	assert_int_equal(
		serial_init(&bed->serial, &bed->bed.machine, &settings, NULL),
		0);
	close(bed->ends[1]);
	*state = bed;
	return 0;
}

static int teardown(void **state)
{
	struct bed *bed = *state;

	serial_fini(&bed->serial);
	if (bed->ends[0] >= 0)
		close(bed->ends[0]);
	assert_int_equal(machine_bed_close(&bed->bed), 0);
	free(bed);
	return 0;
}

static uint8_t in(struct bed *bed, unsigned reg)
{
	return (uint8_t)bus_read(&bed->bed.machine.ports, PORT + reg, 1);
}

static void out(struct bed *bed, unsigned reg, uint8_t value)
{
	bus_write(&bed->bed.machine.ports, PORT + reg, 1, value);
}

static bool irq(const struct bed *bed)
{
	return bed->bed.levels[MACHINE_GSI_SERIAL];
}

/* Time passes, and the loop runs. */
static void pause_and_run(struct bed *bed)
{
	machine_bed_run(&bed->bed);
	bed->bed.clock.ns += PAUSE_NS;
	machine_bed_run(&bed->bed);
}

static void expect_heard(struct bed *bed, const char *text)
{
	char heard[64] = "";

	assert_int_equal(read(bed->ends[0], heard, sizeof(heard) - 1),
			 strlen(text));
	assert_string_equal(heard, text);
}

static void say(struct bed *bed, const char *text)
{
	assert_int_equal(write(bed->ends[0], text, strlen(text)), strlen(text));
	machine_bed_run(&bed->bed);
}

static void what_is_sent_comes_out(void **state)
{
	struct bed *bed = *state;

	out(bed, UART_TX, 'h');
	out(bed, UART_TX, 'i');
	pause_and_run(bed);
	expect_heard(bed, "hi");
}

static void the_first_byte_after_a_pause_comes_out_without_delay(void **state)
{
	struct bed *bed = *state;

	out(bed, UART_TX, 'a');
	machine_bed_run(&bed->bed);
	expect_heard(bed, "a");
	out(bed, UART_TX, 'b');
	out(bed, UART_TX, 'c');
	machine_bed_run(&bed->bed);
	assert_int_equal(read(bed->ends[0], (char[1]){0}, 1), -1);
	pause_and_run(bed);
	expect_heard(bed, "bc");
}

static void what_is_received_is_read_byte_by_byte(void **state)
{
	struct bed *bed = *state;

	assert_int_equal(in(bed, UART_LSR) & UART_LSR_DR, 0);
	say(bed, "ab");
	assert_int_equal(in(bed, UART_LSR) & UART_LSR_DR, UART_LSR_DR);
	assert_int_equal(in(bed, UART_RX), 'a');
	assert_int_equal(in(bed, UART_RX), 'b');
	assert_int_equal(in(bed, UART_LSR) & UART_LSR_DR, 0);
	assert_int_equal(in(bed, UART_RX), 0);
}

static void received_bytes_interrupt_while_that_is_enabled(void **state)
{
	struct bed *bed = *state;

	say(bed, "x");
	assert_false(irq(bed));
	out(bed, UART_IER, UART_IER_RDI);
	assert_true(irq(bed));
	assert_int_equal(in(bed, UART_IIR) & UART_IIR_ID, UART_IIR_RDI);
	in(bed, UART_RX);
	assert_false(irq(bed));
	assert_int_equal(in(bed, UART_IIR) & UART_IIR_NO_INT, UART_IIR_NO_INT);
}

static void an_empty_transmitter_interrupts_until_that_was_read(void **state)
{
	struct bed *bed = *state;

	out(bed, UART_IER, UART_IER_THRI);
	assert_true(irq(bed));
	assert_int_equal(in(bed, UART_IIR) & UART_IIR_ID, UART_IIR_THRI);
	assert_false(irq(bed));
	out(bed, UART_TX, 'x');
	assert_true(irq(bed));
	out(bed, UART_IER, 0);
	assert_false(irq(bed));
	out(bed, UART_IER, UART_IER_THRI);
	assert_true(irq(bed));
}

/* What Linux looks for before it believes that there is a 16550A. */
static void a_driver_finds_a_16550a(void **state)
{
	struct bed *bed = *state;

	out(bed, UART_IER, 0x0f);
	assert_int_equal(in(bed, UART_IER), 0x0f);
	out(bed, UART_IER, 0);
	assert_int_equal(in(bed, UART_IER), 0);
	out(bed, UART_MCR, UART_MCR_LOOP | UART_MCR_OUT2 | UART_MCR_RTS);
	assert_int_equal(in(bed, UART_MSR) & 0xf0, UART_MSR_DCD | UART_MSR_CTS);
	out(bed, UART_MCR, 0);
	out(bed, UART_FCR, UART_FCR_ENABLE_FIFO);
	assert_int_equal(in(bed, UART_IIR) >> 6, 3);
	out(bed, UART_FCR, UART_FCR_ENABLE_FIFO | UART_FCR7_64BYTE);
	assert_int_equal(in(bed, UART_IIR) & 0x20, 0);
	out(bed, UART_FCR, 0);
	assert_int_equal(in(bed, UART_IIR) >> 6, 0);
	out(bed, UART_SCR, 0xa5);
	assert_int_equal(in(bed, UART_SCR), 0xa5);
	assert_int_equal(in(bed, UART_LSR), UART_LSR_THRE | UART_LSR_TEMT);
}

static void the_divisor_hides_data_and_interrupt_registers(void **state)
{
	struct bed *bed = *state;

	out(bed, UART_LCR, UART_LCR_DLAB | UART_LCR_WLEN8);
	out(bed, UART_DLL, 1);
	out(bed, UART_DLM, 2);
	assert_int_equal(in(bed, UART_DLL), 1);
	assert_int_equal(in(bed, UART_DLM), 2);
	out(bed, UART_LCR, UART_LCR_WLEN8);
	assert_int_equal(in(bed, UART_IER), 0);
	pause_and_run(bed);
	assert_int_equal(read(bed->ends[0], (char[1]){0}, 1), -1);
}

static void
in_the_loop_the_guest_hears_itself_and_nobody_else_does(void **state)
{
	struct bed *bed = *state;
	unsigned i;

	out(bed, UART_MCR, UART_MCR_LOOP);
	for (i = 0; i < SERIAL_FIFO_SIZE + 3; i++)
		out(bed, UART_TX, (uint8_t)('a' + i));
	for (i = 0; i < SERIAL_FIFO_SIZE; i++)
		assert_int_equal(in(bed, UART_RX), 'a' + i);
	assert_int_equal(in(bed, UART_LSR) & UART_LSR_DR, 0);
	pause_and_run(bed);
	assert_int_equal(read(bed->ends[0], (char[1]){0}, 1), -1);
}

static void input_waits_while_the_guest_reads_nothing(void **state)
{
	struct bed *bed = *state;
	char text[3 * SERIAL_FIFO_SIZE + 1];
	unsigned i;

	memset(text, 'y', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	say(bed, text);
	assert_int_equal(bed->serial.fifo_len, SERIAL_FIFO_SIZE);
	/* and the loop has nothing to do meanwhile */
	assert_true(bed->serial.line.is_in_full);
	for (i = 0; i < sizeof(text) - 1; i++) {
		assert_int_equal(in(bed, UART_RX), 'y');
		machine_bed_run(&bed->bed);
	}
	assert_int_equal(in(bed, UART_LSR) & UART_LSR_DR, 0);
}

static void output_that_nobody_reads_is_dropped_and_counted(void **state)
{
	struct bed *bed = *state;
	unsigned i, sent = 1 << 20;
	uint64_t heard = 0;
	char text[4096];
	ssize_t len;

	for (i = 0; i < sent; i++) {
		out(bed, UART_TX, 'z');
		if (i % 1000 == 0)
			pause_and_run(bed);
	}
	assert_true(bed->serial.line.dropped > 0);
	for (i = 0; i < 1000; i++) {
		while ((len = read(bed->ends[0], text, sizeof(text))) > 0)
			heard += (uint64_t)len;
		pause_and_run(bed);
	}
	assert_int_equal(heard + bed->serial.line.dropped, sent);
	/* and who comes back hears again */
	out(bed, UART_TX, '!');
	pause_and_run(bed);
	expect_heard(bed, "!");
}

static void a_listener_that_went_costs_nothing(void **state)
{
	struct bed *bed = *state;

	close(bed->ends[0]);
	bed->ends[0] = -1;
	pause_and_run(bed);
	out(bed, UART_TX, 'a');
	pause_and_run(bed);
	out(bed, UART_TX, 'b');
	pause_and_run(bed);
	assert_int_equal(bed->serial.line.dropped, 2);
}

static void a_wide_access_is_one_to_each_register(void **state)
{
	struct bed *bed = *state;

	bus_write(&bed->bed.machine.ports, PORT + UART_LCR, 4, 0x00000803);
	assert_int_equal(in(bed, UART_LCR), 0x03);
	assert_int_equal(in(bed, UART_MCR), 0x08);
	assert_int_equal(bus_read(&bed->bed.machine.ports, PORT + UART_LCR, 2),
			 0x0803);
	assert_int_equal(bus_read(&bed->bed.machine.ports, PORT + UART_SCR, 4),
			 UINT64_MAX);
}

static void a_reset_forgets_registers_and_input_but_no_output(void **state)
{
	struct bed *bed = *state;

	out(bed, UART_IER, UART_IER_RDI);
	out(bed, UART_SCR, 1);
	out(bed, UART_TX, 'a');
	say(bed, "x");
	assert_true(irq(bed));
	serial_reset(&bed->serial);
	assert_false(irq(bed));
	assert_int_equal(in(bed, UART_IER), 0);
	assert_int_equal(in(bed, UART_SCR), 0);
	assert_int_equal(in(bed, UART_LSR) & UART_LSR_DR, 0);
	pause_and_run(bed);
	expect_heard(bed, "a");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_sent_comes_out),
		TEST(the_first_byte_after_a_pause_comes_out_without_delay),
		TEST(what_is_received_is_read_byte_by_byte),
		TEST(received_bytes_interrupt_while_that_is_enabled),
		TEST(an_empty_transmitter_interrupts_until_that_was_read),
		TEST(a_driver_finds_a_16550a),
		TEST(the_divisor_hides_data_and_interrupt_registers),
		TEST(in_the_loop_the_guest_hears_itself_and_nobody_else_does),
		TEST(input_waits_while_the_guest_reads_nothing),
		TEST(output_that_nobody_reads_is_dropped_and_counted),
		TEST(a_listener_that_went_costs_nothing),
		TEST(a_wide_access_is_one_to_each_register),
		TEST(a_reset_forgets_registers_and_input_but_no_output),
	};

	signal(SIGPIPE, SIG_IGN); /* as weft-vmm does */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
