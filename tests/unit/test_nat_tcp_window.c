// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_nat_tcp_window.c - what a guest may send, as the host's socket empties
 */
#include "unit/cmocka_wrap.h"

#include <sys/socket.h>

#include "unit/nat_tcp_bed.h"

static struct nat_tcp_bed bed;
static uint8_t pattern[64 << 10];

static int setup(void **state)
{
	(void)state;
	nat_tcp_bed_open(&bed, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nat_tcp_bed_close(&bed);
	return 0;
}

static uint32_t window_told(void)
{
	return (uint32_t)bed_last(&bed)->window << NAT_TCP_SCALE;
}

static void window_closes_when_nobody_reads_and_opens_again(void **state)
{
	size_t sent = 0, window;
	unsigned before, rounds = 0;

	(void)state;
	bed.sndbuf = 20000;
	bed.offload = true;
	bed_connect(&bed);
	window = 1000;
	while (rounds++ < 1000) {
		size_t part = MIN(window, 10000);

		if (part < 1000)
			break;
		bed_talk(&bed, pattern + sent % 1000, part);
		assert_int_equal(bed_last(&bed)->ack, bed.seq);
		sent += part;
		window = window_told();
	}
	assert_true(sent > 20000);
	assert_true(rounds < 1000);
	/* the outside reads all: the window is told without being asked for */
	before = bed.n;
	rounds = 0;
	while (bed.n == before && rounds++ < 4000) {
		while (bed_read(&bed, bed.data, BED_BYTES) > 0)
			;
		loop_run_once(bed.stand.loop, 1);
	}
	assert_true(window_told() > 5000);
	assert_int_equal(bed_last(&bed)->ack, bed.seq);
}

/* Bytes that outside takes at once; returns the window that is told then. */
static uint32_t window_after(size_t len)
{
	if (len)
		bed_talk(&bed, pattern, len);
	else
		BED_UNTIL(&bed, bed.n);
	bed.seq = bed_last(&bed)->ack;
	len = window_told();
	bed.n = 0;
	while (bed_read(&bed, bed.data, BED_BYTES) > 0)
		;
	return (uint32_t)len;
}

static void socket_that_empties_itself_earns_a_larger_window(void **state)
{
	uint32_t first, window;
	unsigned rounds = 0;

	(void)state;
	bed.sndbuf = 20000;
	bed.offload = true;
	bed_connect(&bed);
	first = window_after(1000);
	window = first;
	while (window < 2 * first - 128 && rounds++ < 1000)
		window = window_after(window);
	assert_true(rounds < 1000);
}

int main(void)
{
#define WINDOW_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		WINDOW_TEST(window_closes_when_nobody_reads_and_opens_again),
		WINDOW_TEST(socket_that_empties_itself_earns_a_larger_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
