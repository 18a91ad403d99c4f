// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_pcapng.c - blocks byte by byte, as draft-ietf-opsawg-pcapng has them
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "core/util.h"
#include "switch/capture/pcapng.h"

static uint8_t bytes[PCAPNG_BLOCK_MAX];

static struct pcapng begin(void)
{
	memset(bytes, 0xee, sizeof(bytes));
	return (struct pcapng){bytes, sizeof(bytes), 0};
}

static void expect(const struct pcapng *out, const void *wanted, size_t len)
{
	assert_int_equal(out->len, len);
	assert_memory_equal(out->data, wanted, len);
}

static void section_is_of_unknown_length(void **state)
{
	struct pcapng out = begin();
	static const uint32_t wanted[] = {
		0x0a0d0d0a, 40,          0x1a2b3c4d, 1, UINT32_MAX,
		UINT32_MAX, 4 | 4 << 16, 0x74666577, /* shb_userappl "weft" */
		0,          40};

	(void)state;
	assert_true(pcapng_add_section(&out, "weft"));
	expect(&out, wanted, sizeof(wanted));
}

static void interface_has_name_nanoseconds_and_filter(void **state)
{
	struct pcapng out = begin();
	const struct pcapng_interface interface = {"w:0", "arp", 96};
	static const uint32_t wanted[] = {
		1,           48,          1,
		96,          2 | 3 << 16, 0x00303a77,
		9 | 1 << 16, 9,           11 | 4 << 16,
		0x70726100, /* code 0, then the words */
		0,           48};

	(void)state;
	assert_true(pcapng_add_interface(&out, &interface));
	expect(&out, wanted, sizeof(wanted));
}

static void packet_has_direction_loss_and_comment(void **state)
{
	struct pcapng out = begin();
	const struct pcapng_packet packet = {
		.interface = 1,
		.stamp_ns = 0x1122334455667788,
		.data = (const uint8_t *)"abcde",
		.captured = 5,
		.len = 60,
		.direction = PCAPNG_OUTBOUND,
		.lost = 3,
		.comment = "hi",
	};
	static const uint32_t wanted[] = {
		6,  72,          1,    0x11223344,  0x55667788, 5,
		60, 0x64636261,  0x65, 1 | 2 << 16, 0x6968,     2 | 4 << 16,
		2,  4 | 8 << 16, 3,    0,           0,          72};

	(void)state;
	assert_true(pcapng_add_packet(&out, &packet));
	expect(&out, wanted, sizeof(wanted));
}

static void statistics_have_every_count(void **state)
{
	struct pcapng out = begin();
	const struct pcapng_statistics statistics = {
		.interface = 2,
		.start_ns = 0x100000002,
		.stamp_ns = 0x300000004,
		.received = 10,
		.dropped = 2,
		.accepted = 9,
		.lost = 1,
		.written = 8,
	};
	static const uint32_t wanted[] = {
		5,  112, 2,           3,  4, 2 | 8 << 16, 1, 2, 3 | 8 << 16,
		3,  4,   4 | 8 << 16, 10, 0, 5 | 8 << 16, 2, 0, 6 | 8 << 16,
		9,  0,   7 | 8 << 16, 1,  0, 8 | 8 << 16, 8, 0, 0,
		112};

	(void)state;
	assert_true(pcapng_add_statistics(&out, &statistics));
	expect(&out, wanted, sizeof(wanted));
}

static void block_that_does_not_fit_leaves_no_trace(void **state)
{
	struct pcapng out = begin();
	struct pcapng_packet packet = {.data = bytes, .captured = 64};

	(void)state;
	out.size = 100;
	assert_false(pcapng_add_packet(&out, &packet));
	assert_false(pcapng_add_section(&out, "weft"));
	assert_int_equal(out.len, 0);
	assert_int_equal(bytes[0], 0xee);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(section_is_of_unknown_length),
		cmocka_unit_test(interface_has_name_nanoseconds_and_filter),
		cmocka_unit_test(packet_has_direction_loss_and_comment),
		cmocka_unit_test(statistics_have_every_count),
		cmocka_unit_test(block_that_does_not_fit_leaves_no_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
