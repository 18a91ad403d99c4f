// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_port.c - the common half of every port: counters, plugging, carrier
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>

#include "core/port.h"

/* Takes everything, delivers every second frame. */
static unsigned half_send(struct port *port, struct frame **frames, unsigned n)
{
	unsigned i;

	for (i = 1; i < n; i += 2)
		port_count_lost(port, frames[i], DROP_RX_BUFFER);
	return n;
}

static void half_status(struct port *port, struct port_status *status)
{
	(void)port;
	snprintf(status->detail, sizeof(status->detail), "half");
}

static const struct port_ops half_ops = {.send = half_send,
					 .status = half_status};

static void fill_frames(struct frame *frames, struct frame **batch, unsigned n)
{
	static uint8_t data[100];
	struct iovec tail;
	unsigned i;

	for (i = 0; i < n; i++) {
		frame_set_data(&frames[i], data, sizeof(data), &tail);
		batch[i] = &frames[i];
	}
}

static void lost_frame_counts_as_drop_and_not_as_sent(void **state)
{
	struct frame frames[5], *batch[5];
	struct port port;

	(void)state;
	fill_frames(frames, batch, 5);
	port_init(&port, &half_ops, "half:0");
	assert_int_equal(port_send(&port, batch, 5), 5);
	assert_int_equal(port.counters.tx_frames, 3);
	assert_int_equal(port.counters.tx_bytes, 300);
	assert_int_equal(port.counters.drops[DROP_RX_BUFFER], 2);
}

static void input_of_an_unplugged_port_is_dropped_by_name(void **state)
{
	struct frame frames[3], *batch[3];
	struct port port;

	(void)state;
	fill_frames(frames, batch, 3);
	port_init(&port, &half_ops, "half:0");
	assert_int_equal(port_input(&port, batch, 3), 3);
	assert_int_equal(frames[2].verdict.reason, DROP_PORT_DISABLED);
	assert_int_equal(port.counters.drops[DROP_PORT_DISABLED], 3);
	assert_int_equal(port.counters.rx_frames, 0);
}

static void count_carrier(void *ctx, struct port *port, bool up)
{
	(void)port;
	(void)up;
	++*(int *)ctx;
}

static void carrier_is_told_once_per_change(void **state)
{
	static const struct port_upper upper = {.carrier = count_carrier};
	struct port_status status;
	struct port port;
	int changes = 0;

	(void)state;
	port_init(&port, &half_ops, "half:0");
	port_plug(&port, &upper, &changes);
	port_carrier(&port, true);
	port_carrier(&port, true);
	port_carrier(&port, false);
	assert_int_equal(changes, 2);
	port_unplug(&port);
	port_carrier(&port, true);
	assert_int_equal(changes, 2);
	port_get_status(&port, &status);
	assert_true(status.carrier);
	assert_string_equal(status.detail, "half");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lost_frame_counts_as_drop_and_not_as_sent),
		cmocka_unit_test(input_of_an_unplugged_port_is_dropped_by_name),
		cmocka_unit_test(carrier_is_told_once_per_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
