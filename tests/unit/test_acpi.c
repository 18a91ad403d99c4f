// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_acpi.c - ACPI tables as a guest finds them in its RAM
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>

#include "core/util.h"
#include "vmm/machine.h"
#include "vmm/acpi_internal.h"

#define MAX_CPUS 64

/* A guest's RAM and where its tables begin */
struct bed {
	struct guest_memory guest;
	struct vm_memory memory;
	uint64_t rsdp;
};

static void open_bed(struct bed *bed, unsigned cpus)
{
	struct err err;

	guest_memory_init(&bed->guest);
	assert_int_equal(
		vm_memory_open(&bed->memory, VM_MEMORY_MIN, &bed->guest, &err),
		0);
	assert_int_equal(acpi_write(&bed->memory, cpus, &bed->rsdp, &err), 0);
}

static void close_bed(struct bed *bed)
{
	guest_memory_clear(&bed->guest);
	vm_memory_close(&bed->memory);
}

static uint64_t load(const struct bed *bed, uint64_t gpa, unsigned len)
{
	uint64_t value = 0;

	assert_true(gpa >= ACPI_BASE && gpa + len <= ACPI_END);
	memcpy(&value, bed->memory.host + gpa, len);
	return value;
}

static uint8_t sum(const struct bed *bed, uint64_t gpa, uint64_t len)
{
	uint8_t total = 0;

	while (len--)
		total = (uint8_t)(total + load(bed, gpa + len, 1));
	return total;
}

static bool is_named(const struct bed *bed, uint64_t gpa, const char *name)
{
	return !memcmp(bed->memory.host + gpa, name, strlen(name));
}

/* The table with this name that the XSDT lists */
static uint64_t find(const struct bed *bed, const char *name)
{
	uint64_t xsdt = load(bed, bed->rsdp + 24, 8), at;
	uint64_t end = xsdt + load(bed, xsdt + 4, 4);

	for (at = xsdt + 36; at < end; at += 8) {
		uint64_t table = load(bed, at, 8);

		if (is_named(bed, table, name))
			return table;
	}
	fail_msg("no %s", name);
	return 0;
}

static void root_is_found_with_and_without_being_told(void **state)
{
	struct bed bed;

	(void)state;
	open_bed(&bed, 1);
	assert_int_equal(bed.rsdp % 16, 0);
	assert_true(bed.rsdp >= 0xe0000 && bed.rsdp < 0x100000);
	assert_true(is_named(&bed, bed.rsdp, "RSD PTR "));
	assert_int_equal(load(&bed, bed.rsdp + 15, 1), 2);
	assert_int_equal(load(&bed, bed.rsdp + 20, 4), 36);
	assert_int_equal(sum(&bed, bed.rsdp, 20), 0);
	assert_int_equal(sum(&bed, bed.rsdp, 36), 0);
	close_bed(&bed);
}

static void tables_sum_up_to_zero_and_do_not_overlap(void **state)
{
	static const char *const names[] = {"FACP", "APIC"};
	uint64_t tables[4], lens[4];
	struct bed bed;
	unsigned cpus, i, k;

	(void)state;
	for (cpus = 1; cpus <= MAX_CPUS; cpus++) {
		open_bed(&bed, cpus);
		tables[0] = load(&bed, bed.rsdp + 24, 8);
		assert_true(is_named(&bed, tables[0], "XSDT"));
		for (i = 0; i < ARRAY_SIZE(names); i++)
			tables[1 + i] = find(&bed, names[i]);
		tables[3] = load(&bed, tables[1] + 140, 8);
		assert_true(is_named(&bed, tables[3], "DSDT"));
		for (i = 0; i < 4; i++) {
			lens[i] = load(&bed, tables[i] + 4, 4);
			assert_true(lens[i] >= 36);
			assert_int_equal(sum(&bed, tables[i], lens[i]), 0);
			assert_true(tables[i] >= bed.rsdp + 36);
			for (k = 0; k < i; k++)
				assert_true(tables[i] + lens[i] <= tables[k] ||
					    tables[k] + lens[k] <= tables[i]);
		}
		close_bed(&bed);
	}
}

static void facs_is_aligned(void **state)
{
	struct bed bed;
	uint64_t facs;

	(void)state;
	open_bed(&bed, 3);
	facs = load(&bed, find(&bed, "FACP") + 36, 4);
	assert_true(is_named(&bed, facs, "FACS"));
	assert_int_equal(facs % 64, 0);
	assert_int_equal(load(&bed, facs + 4, 4), 64);
	close_bed(&bed);
}

static void fadt_tells_of_the_registers_that_are_there(void **state)
{
	struct bed bed;
	uint64_t fadt;

	(void)state;
	open_bed(&bed, 1);
	fadt = find(&bed, "FACP");
	assert_int_equal(load(&bed, fadt + 4, 4), 276);
	assert_int_equal(load(&bed, fadt + 40, 4), load(&bed, fadt + 140, 8));
	assert_int_equal(load(&bed, fadt + 46, 2), MACHINE_GSI_SCI);
	assert_int_equal(load(&bed, fadt + 48, 4), 0);
	assert_int_equal(load(&bed, fadt + 56, 4), MACHINE_PORT_PM);
	assert_int_equal(load(&bed, fadt + 64, 4), MACHINE_PORT_PM + 4);
	assert_int_equal(load(&bed, fadt + 88, 2), 0x0204);
	assert_int_equal(load(&bed, fadt + 109, 2), 0x25);
	assert_int_equal(load(&bed, fadt + 112, 4), 0x465);
	assert_int_equal(load(&bed, fadt + 116, 4), 0x01000801);
	assert_int_equal(load(&bed, fadt + 120, 8), MACHINE_PORT_RESET);
	assert_int_equal(load(&bed, fadt + 128, 1), 6);
	close_bed(&bed);
}

/* Entries of the MADT of this type */
static unsigned count(const struct bed *bed, unsigned type)
{
	uint64_t madt = find(bed, "APIC"), at = madt + 44;
	uint64_t end = madt + load(bed, madt + 4, 4);
	unsigned found = 0;

	for (; at < end; at += load(bed, at + 1, 1)) {
		assert_true(load(bed, at + 1, 1) >= 6);
		if (load(bed, at, 1) == type)
			found++;
	}
	assert_int_equal(at, end);
	return found;
}

static void every_cpu_has_its_local_apic(void **state)
{
	struct bed bed;
	unsigned cpus, i;

	(void)state;
	for (cpus = 1; cpus <= MAX_CPUS; cpus += 21) {
		open_bed(&bed, cpus);
		assert_int_equal(count(&bed, 0), cpus);
		assert_int_equal(count(&bed, 1), 1);
		assert_int_equal(count(&bed, 2), 1);
		assert_int_equal(count(&bed, 4), 1);
		for (i = 0; i < cpus; i++) {
			uint64_t at = find(&bed, "APIC") + 44 + 8 * i;

			assert_int_equal(load(&bed, at, 1), 0);
			assert_int_equal(load(&bed, at + 3, 1), i);
			assert_int_equal(load(&bed, at + 4, 4), 1);
		}
		close_bed(&bed);
	}
}

static void ids_that_need_more_than_a_byte_get_it(void **state)
{
	struct bed bed;

	(void)state;
	open_bed(&bed, 256);
	assert_int_equal(count(&bed, 0), 255);
	assert_int_equal(count(&bed, 9), 1);
	assert_int_equal(count(&bed, 10), 1);
	close_bed(&bed);
	open_bed(&bed, 255);
	assert_int_equal(count(&bed, 9), 0);
	assert_int_equal(count(&bed, 10), 0);
	close_bed(&bed);
}

static void more_cpus_than_there_is_room_are_refused(void **state)
{
	struct err err = {0};
	struct bed bed;

	(void)state;
	open_bed(&bed, 1);
	assert_int_equal(acpi_write(&bed.memory, UINT32_MAX, &bed.rsdp, &err),
			 -E2BIG);
	assert_non_null(strstr(err.msg, "4294967295 CPUs"));
	close_bed(&bed);
}

static void nothing_is_written_outside_of_its_room(void **state)
{
	struct bed bed;
	uint64_t i;

	(void)state;
	open_bed(&bed, 1);
	memset(bed.memory.host, 0xaa, VM_MEMORY_MIN);
	assert_int_equal(acpi_write(&bed.memory, MAX_CPUS, &bed.rsdp, NULL), 0);
	for (i = 0; i < VM_MEMORY_MIN; i++) {
		if (i == ACPI_BASE)
			i = ACPI_END;
		assert_int_equal(bed.memory.host[i], 0xaa);
	}
	close_bed(&bed);
}

/*
 * As small kernels do: without an interpreter, and with a one-byte length of
 * the package.
 */
static void sleep_type_is_found_without_an_interpreter(void **state)
{
	static const uint8_t s5[] = {
		0x08, '_',  'S',          '5',  '_',          0x12, 8,
		4,    0x0a, ACPI_S5_TYPE, 0x0a, ACPI_S5_TYPE, 0,    0};
	struct bed bed;
	uint64_t dsdt;

	(void)state;
	open_bed(&bed, 1);
	dsdt = load(&bed, find(&bed, "FACP") + 140, 8);
	assert_non_null(memmem(bed.memory.host + dsdt, load(&bed, dsdt + 4, 4),
			       s5, sizeof(s5)));
	close_bed(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_is_found_with_and_without_being_told),
		cmocka_unit_test(tables_sum_up_to_zero_and_do_not_overlap),
		cmocka_unit_test(facs_is_aligned),
		cmocka_unit_test(fadt_tells_of_the_registers_that_are_there),
		cmocka_unit_test(every_cpu_has_its_local_apic),
		cmocka_unit_test(ids_that_need_more_than_a_byte_get_it),
		cmocka_unit_test(more_cpus_than_there_is_room_are_refused),
		cmocka_unit_test(nothing_is_written_outside_of_its_room),
		cmocka_unit_test(sleep_type_is_found_without_an_interpreter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
