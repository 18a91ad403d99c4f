// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_meter_wire.c - frames of a meter, and what only looks like one
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "core/bytes.h"
#include "switch/uplink/meter_wire.h"

static const struct siphash_key key = {{1, 2}};
static const struct meter_wire stamp = {
	.dst = {{2, 0, 0, 0, 0, 1}},
	.src = {{2, 0, 0, 0, 0, 2}},
	.kind = METER_STAMP,
	.direction = METER_IN,
	.round = 0x01020304,
	.run = 0x1112131415161718,
	.seq = 0x2122232425262728,
	.sent_ns = 0x3132333435363738,
};

static void frame_is_read_as_it_was_written(void **state)
{
	uint8_t data[METER_FRAME_LEN];
	struct meter_wire wire;

	(void)state;
	meter_wire_encode(&stamp, &key, data);
	assert_true(meter_wire_decode(data, sizeof(data), &key, &wire));
	assert_true(mac_is_equal(&wire.dst, &stamp.dst));
	assert_true(mac_is_equal(&wire.src, &stamp.src));
	assert_int_equal(wire.kind, stamp.kind);
	assert_int_equal(wire.direction, stamp.direction);
	assert_int_equal(wire.round, stamp.round);
	assert_int_equal(wire.run, stamp.run);
	assert_int_equal(wire.seq, stamp.seq);
	assert_int_equal(wire.sent_ns, stamp.sent_ns);
}

static void frame_has_its_fields_where_the_header_says(void **state)
{
	uint8_t data[METER_FRAME_LEN];

	(void)state;
	meter_wire_encode(&stamp, &key, data);
	assert_int_equal(be16_load(data + 12), 0x88b5);
	assert_memory_equal(data + 14, "wmtr", 4);
	assert_int_equal(data[18], METER_STAMP);
	assert_int_equal(data[19], METER_IN);
	assert_int_equal(be32_load(data + 20), stamp.round);
	assert_int_equal(be64_load(data + 24), stamp.run);
	assert_int_equal(be64_load(data + 32), stamp.seq);
	assert_int_equal(be64_load(data + 40), stamp.sent_ns);
	assert_int_equal(be64_load(data + 48), siphash(&key, data, 48));
	assert_int_equal(be32_load(data + 56), 0);
}

static void frame_that_is_cut_is_none(void **state)
{
	uint8_t data[METER_FRAME_LEN];
	struct meter_wire wire;

	(void)state;
	meter_wire_encode(&stamp, &key, data);
	for (size_t len = 0; len < sizeof(data); len++)
		assert_false(meter_wire_decode(data, len, &key, &wire));
}

static void frame_that_was_changed_is_none(void **state)
{
	uint8_t data[METER_FRAME_LEN];
	struct meter_wire wire;

	(void)state;
	meter_wire_encode(&stamp, &key, data);
	for (size_t i = 0; i < 56; i++) {
		data[i] ^= 1;
		assert_false(
			meter_wire_decode(data, sizeof(data), &key, &wire));
		data[i] ^= 1;
	}
	assert_true(meter_wire_decode(data, sizeof(data), &key, &wire));
}

static void frame_of_another_key_is_none(void **state)
{
	static const struct siphash_key other = {{1, 3}};
	uint8_t data[METER_FRAME_LEN];
	struct meter_wire wire;

	(void)state;
	meter_wire_encode(&stamp, &other, data);
	assert_false(meter_wire_decode(data, sizeof(data), &key, &wire));
}

/* The right key doesn't make them known. */
static void unknown_kind_and_direction_are_none(void **state)
{
	uint8_t data[METER_FRAME_LEN];
	struct meter_wire odd = stamp, wire;

	(void)state;
	odd.kind = METER_KINDS;
	meter_wire_encode(&odd, &key, data);
	assert_false(meter_wire_decode(data, sizeof(data), &key, &wire));
	odd = stamp;
	odd.direction = METER_DIRECTIONS;
	meter_wire_encode(&odd, &key, data);
	assert_false(meter_wire_decode(data, sizeof(data), &key, &wire));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(frame_is_read_as_it_was_written),
		cmocka_unit_test(frame_has_its_fields_where_the_header_says),
		cmocka_unit_test(frame_that_is_cut_is_none),
		cmocka_unit_test(frame_that_was_changed_is_none),
		cmocka_unit_test(frame_of_another_key_is_none),
		cmocka_unit_test(unknown_kind_and_direction_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
