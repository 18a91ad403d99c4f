// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vm_grow.c - RAM that becomes huge pages where a guest gets into it
 *
 * Where the host's kernel makes none, nothing can be seen, and all is skipped.
 */
#include "unit/cmocka_wrap.h"

#include <string.h>
#include <sys/stat.h>

#include "unit/vm_bed.h"

#define HUGE VM_MEMORY_HUGE
#define BEGUN (128ull << 10)
#define ROUNDS 500
#define ROUND_MS 20
#define TRIES 5

/**
 * struct ram_bed - RAM of 15 MiB, so that its last huge page is not whole
 * @guest:	of it
 * @memory:	the same
 * @grow:	what makes huge pages of it
 */
struct ram_bed {
	struct guest_memory guest;
	struct vm_memory memory;
	struct vm_grow grow;
};

static void ram_open(struct ram_bed *bed)
{
	*bed = (struct ram_bed){.memory.fd = -1};
	guest_memory_init(&bed->guest);
	assert_int_equal(
		vm_memory_open(&bed->memory, 15 << 20, &bed->guest, NULL), 0);
}

static void ram_close(struct ram_bed *bed)
{
	guest_memory_clear(&bed->guest);
	vm_memory_close(&bed->memory);
}

static void fill(struct ram_bed *bed, uint64_t start, uint64_t end)
{
	memset(bed->memory.host + start, 0x5a, end - start);
}

static uint64_t resident(const struct ram_bed *bed)
{
	struct stat st;

	assert_int_equal(fstat(bed->memory.fd, &st), 0);
	return (uint64_t)st.st_blocks * 512;
}

/* expect() - a look makes @made huge pages, and @after bytes are there then */
static void expect(struct ram_bed *bed, unsigned made, uint64_t after)
{
	assert_int_equal(vm_grow_look(&bed->grow, &bed->memory), made);
	assert_int_equal(bed->grow.refusals, 0);
	assert_int_equal(resident(bed), after);
}

static bool is_possible(void)
{
	struct ram_bed bed;
	bool is_made;

	ram_open(&bed);
	is_made = vm_memory_collapse(&bed.memory, 0, HUGE);
	ram_close(&bed);
	if (!is_made)
		print_message("skipped: this kernel makes no huge pages\n");
	return is_made;
}

static void a_run_upwards_gets_its_page_and_the_next(void **state)
{
	struct ram_bed bed;

	(void)state;
	ram_open(&bed);
	fill(&bed, 0, HUGE + BEGUN);
	expect(&bed, 2, 3 * HUGE);
	assert_int_equal(bed.memory.host[HUGE + BEGUN - 1], 0x5a);
	assert_int_equal(bed.memory.host[HUGE + BEGUN], 0);
	expect(&bed, 0, 3 * HUGE);
	ram_close(&bed);
}

static void a_run_downwards_gets_the_one_below(void **state)
{
	struct ram_bed bed;

	(void)state;
	ram_open(&bed);
	fill(&bed, 4 * HUGE - BEGUN, 5 * HUGE);
	expect(&bed, 2, 3 * HUGE);
	assert_int_equal(bed.memory.host[2 * HUGE], 0);
	assert_int_equal(bed.memory.host[4 * HUGE - BEGUN], 0x5a);
	ram_close(&bed);
}

static void a_page_that_is_mostly_there_stays_as_it_is(void **state)
{
	struct ram_bed bed;

	(void)state;
	ram_open(&bed);
	fill(&bed, 0, HUGE / 2 + BEGUN);
	expect(&bed, 1, HUGE / 2 + BEGUN + HUGE);
	expect(&bed, 0, HUGE / 2 + BEGUN + HUGE);
	ram_close(&bed);
}

static void a_run_down_to_address_0_ends_there(void **state)
{
	struct ram_bed bed;

	(void)state;
	ram_open(&bed);
	fill(&bed, HUGE - BEGUN, HUGE);
	expect(&bed, 1, HUGE);
	ram_close(&bed);
}

static void a_few_pages_stay_a_few(void **state)
{
	struct ram_bed bed;

	(void)state;
	ram_open(&bed);
	fill(&bed, 0, BEGUN - 4096);
	fill(&bed, 3 * HUGE + BEGUN, 3 * HUGE + 2 * BEGUN - 4096);
	expect(&bed, 0, 2 * (BEGUN - 4096));
	ram_close(&bed);
}

static void what_is_there_already_is_left_alone(void **state)
{
	struct ram_bed bed;

	(void)state;
	ram_open(&bed);
	fill(&bed, 0, BEGUN);
	fill(&bed, HUGE + BEGUN, HUGE + BEGUN + 4096);
	expect(&bed, 1, HUGE + 4096);
	ram_close(&bed);
}

static void nothing_lies_behind_the_end_of_ram(void **state)
{
	struct ram_bed bed;

	(void)state;
	ram_open(&bed);
	fill(&bed, 6 * HUGE, 6 * HUGE + BEGUN);
	expect(&bed, 1, HUGE);
	fill(&bed, 7 * HUGE, 7 * HUGE + BEGUN);
	expect(&bed, 0, HUGE + BEGUN);
	ram_close(&bed);
}

static void so_many_are_made_at_a_look(void **state)
{
	struct ram_bed bed;

	(void)state;
	ram_open(&bed);
	fill(&bed, 0, BEGUN);
	fill(&bed, 2 * HUGE, 2 * HUGE + BEGUN);
	fill(&bed, 4 * HUGE, 4 * HUGE + BEGUN);
	expect(&bed, 4, 4 * HUGE + BEGUN);
	expect(&bed, 2, 6 * HUGE);
	ram_close(&bed);
}

/* mov edi, 2 MiB; l: mov [edi], eax; add edi, 4096; cmp edi, 3 MiB; jb l */
#define TOUCH_1_MIB                                                       \
	0xbf, 0, 0, 0x20, 0, 0x89, 0x07, 0x81, 0xc7, 0, 0x10, 0, 0, 0x81, \
		0xff, 0, 0, 0x30, 0, 0x72, 0xf0

/* run_until_quiet() - returns how many huge pages were made meanwhile */
static unsigned run_until_quiet(struct vm_bed *bed)
{
	static const uint8_t code[] = {TOUCH_1_MIB, HLT_FOR_EVER};
	const struct vm_grow *grow;
	unsigned i;

	vm_bed_make(bed, 1);
	vm_bed_start(bed, code, sizeof(code));
	grow = &bed->vm->grow;
	for (i = 0; i < ROUNDS && timer_is_armed(&grow->timer); i++)
		loop_run_once(bed->loop, ROUND_MS);
	assert_false(timer_is_armed(&grow->timer));
	return grow->made;
}

/* On a busy machine a guest may stand still before it has begun. */
static void it_is_done_while_a_guest_grows(void **state)
{
	struct vm_bed *bed = *state;
	unsigned tries, made = 0;

	for (tries = 0; tries < TRIES && !made; tries++) {
		vm_destroy(bed->vm);
		bed->vm = NULL;
		made = run_until_quiet(bed);
	}
	assert_true(made > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_upwards_gets_its_page_and_the_next),
		cmocka_unit_test(a_run_downwards_gets_the_one_below),
		cmocka_unit_test(a_page_that_is_mostly_there_stays_as_it_is),
		cmocka_unit_test(a_run_down_to_address_0_ends_there),
		cmocka_unit_test(a_few_pages_stay_a_few),
		cmocka_unit_test(what_is_there_already_is_left_alone),
		cmocka_unit_test(nothing_lies_behind_the_end_of_ram),
		cmocka_unit_test(so_many_are_made_at_a_look),
	};
	const struct CMUnitTest running[] = {
		cmocka_unit_test_setup_teardown(it_is_done_while_a_guest_grows,
						vm_bed_setup, vm_bed_teardown),
	};
	int failed;

	if (!is_possible())
		return 77;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (!failed && vm_bed_is_possible())
		failed = cmocka_run_group_tests(running, NULL, NULL);
	return failed;
}
