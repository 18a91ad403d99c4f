// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_aml.c - AML, byte by byte as the specification's tables have it
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "core/util.h"
#include "vmm/aml.h"

static void check(const struct aml *aml, const void *bytes, size_t len)
{
	assert_false(aml->is_full);
	assert_int_equal(aml->len, len);
	assert_memory_equal(aml->data, bytes, len);
}

static void integers_take_as_few_bytes_as_they_can(void **state)
{
	static const uint8_t expected[] = {
		0x00, 0x01, 0x0a, 2, 0x0a, 255, 0x0b, 0,   1,   0x0b, 255,
		255,  0x0c, 0,    0, 1,    0,   0x0c, 255, 255, 255,  255,
		0x0e, 0,    0,    0, 0,    1,   0,    0,   0,
	};
	static const uint64_t values[] = {
		0, 1, 2, 255, 256, 65535, 65536, UINT32_MAX, 1ull << 32};
	uint8_t data[64];
	struct aml aml;
	size_t i;

	(void)state;
	aml_init(&aml, data, sizeof(data));
	for (i = 0; i < ARRAY_SIZE(values); i++)
		aml_integer(&aml, values[i]);
	check(&aml, expected, sizeof(expected));
}

static void eisa_id_is_compressed(void **state)
{
	static const uint8_t expected[] = {0x0c, 0x41, 0xd0, 0x0a, 0x03,
					   0x0c, 0x25, 0x6f, 0x8c, 0xaf};
	uint8_t data[64];
	struct aml aml;

	(void)state;
	aml_init(&aml, data, sizeof(data));
	aml_eisa_id(&aml, "PNP0A03");
	aml_eisa_id(&aml, "IKO8CAF");
	check(&aml, expected, sizeof(expected));
}

static void things_are_inside_of_what_was_begun(void **state)
{
	static const uint8_t expected[] = {
		0x10, 20,  '_',  'S', 'B', '_', 0x5b, 0x82, 13, 'D',  'E',
		'V',  '0', 0x08, '_', 'U', 'I', 'D',  0,    0,  0x01,
	};
	uint8_t data[64];
	struct aml aml;

	(void)state;
	aml_init(&aml, data, sizeof(data));
	aml_scope(&aml, "_SB_");
	aml_device(&aml, "DEV0");
	aml_name(&aml, "_UID");
	aml_integer(&aml, 0);
	aml_integer(&aml, 0);
	aml_integer(&aml, 1);
	assert_int_equal(aml_end(&aml), 13);
	assert_int_equal(aml_end(&aml), 20);
	check(&aml, expected, sizeof(expected));
}

static void lengths_grow_to_two_bytes(void **state)
{
	uint8_t data[8192], expected[8192] = {0x12, 0x3f, 61};
	struct aml aml;
	unsigned i;

	(void)state;
	aml_init(&aml, data, sizeof(data));
	aml_package(&aml, 61);
	for (i = 0; i < 61; i++)
		aml_integer(&aml, 0);
	assert_int_equal(aml_end(&aml), 63);
	check(&aml, expected, 64);

	aml_init(&aml, data, sizeof(data));
	aml_package(&aml, 62);
	for (i = 0; i < 62; i++)
		aml_integer(&aml, 1);
	assert_int_equal(aml_end(&aml), 65);
	memcpy(expected, "\x12\x41\x04\x3e", 4);
	memset(expected + 4, 1, 62);
	check(&aml, expected, 66);

	aml_init(&aml, data, sizeof(data));
	aml_package(&aml, 255);
	for (i = 0; i < AML_MAX_LEN - 3; i++)
		aml_integer(&aml, 1);
	assert_int_equal(aml_end(&aml), AML_MAX_LEN);
	assert_memory_equal(data, "\x12\x4f\xff\xff", 4);
}

static void template_knows_its_size(void **state)
{
	static const uint8_t expected[] = {
		0x11, 16, 0x0a, 13,   0x47, 1, 0xf8, 0x03, 0xf8,
		0x03, 1,  8,    0x22, 0x10, 0, 0x79, 0x00,
	};
	uint8_t data[64];
	struct aml aml;

	(void)state;
	aml_init(&aml, data, sizeof(data));
	aml_template(&aml);
	aml_ports(&aml, 0x3f8, 8);
	aml_irq(&aml, 4);
	aml_template_end(&aml);
	check(&aml, expected, sizeof(expected));
}

static void windows_tell_both_ends_and_a_length(void **state)
{
	static const uint8_t expected[] = {
		0x88, 13,  0,    2,  0x0c, 0,    0,    0,    0,    0,
		255,  0,   0,    0,  0,    1,    0x88, 13,   0,    1,
		12,   3,   0,    0,  0,    13,   0xff, 0xff, 0,    0,
		0,    243, 0x87, 23, 0,    0,    12,   1,    0,    0,
		0,    0,   0,    0,  0,    0xc0, 0xff, 0xff, 0xff, 0xef,
		0,    0,   0,    0,  0,    0,    0,    0x30,
	};
	uint8_t data[64];
	struct aml aml;

	(void)state;
	aml_init(&aml, data, sizeof(data));
	aml_buses(&aml, 0, 255);
	aml_port_window(&aml, 0xd00, 0xffff);
	aml_memory_window(&aml, 0xc0000000, 0xefffffff);
	check(&aml, expected, sizeof(expected));
}

static void put_all(struct aml *aml)
{
	aml_scope(aml, "_SB_");
	aml_name(aml, "_CRS");
	aml_template(aml);
	aml_memory_window(aml, 0, 1);
	aml_port_window(aml, 0, 1);
	aml_ports(aml, 0, 1);
	aml_template_end(aml);
	aml_name(aml, "_HID");
	aml_eisa_id(aml, "PNP0A03");
	aml_end(aml);
}

static void what_does_not_fit_is_told_and_not_written(void **state)
{
	uint8_t data[128];
	struct aml aml;
	size_t size, need;

	(void)state;
	aml_init(&aml, data, sizeof(data));
	put_all(&aml);
	assert_false(aml.is_full);
	need = aml.len;
	for (size = 0; size <= need; size++) {
		memset(data, 0xaa, sizeof(data));
		aml_init(&aml, data, size);
		put_all(&aml);
		assert_int_equal(aml.is_full, size < need);
		assert_int_equal(data[size], 0xaa);
	}
}

static void limits_are_told(void **state)
{
	uint8_t data[8192];
	struct aml aml;
	unsigned i;

	(void)state;
	aml_init(&aml, data, sizeof(data));
	for (i = 0; i < AML_MAX_DEPTH; i++)
		aml_package(&aml, 1);
	assert_false(aml.is_full);
	aml_package(&aml, 1);
	assert_true(aml.is_full);

	aml_init(&aml, data, sizeof(data));
	aml_package(&aml, 255);
	for (i = 0; i < AML_MAX_LEN - 2; i++)
		aml_integer(&aml, 1);
	aml_end(&aml);
	assert_true(aml.is_full);

	aml_init(&aml, data, sizeof(data));
	aml_template(&aml);
	for (i = 0; i < 253 / 3; i++)
		aml_irq(&aml, 1);
	aml_ports(&aml, 0, 1);
	aml_template_end(&aml);
	assert_true(aml.is_full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_take_as_few_bytes_as_they_can),
		cmocka_unit_test(eisa_id_is_compressed),
		cmocka_unit_test(things_are_inside_of_what_was_begun),
		cmocka_unit_test(lengths_grow_to_two_bytes),
		cmocka_unit_test(template_knows_its_size),
		cmocka_unit_test(windows_tell_both_ends_and_a_length),
		cmocka_unit_test(what_does_not_fit_is_told_and_not_written),
		cmocka_unit_test(limits_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
