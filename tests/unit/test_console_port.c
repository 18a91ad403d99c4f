// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_console_port.c - bytes between a guest and a host
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/console_test.h"

static void assert_heard(unsigned port, const char *words)
{
	char bytes[64] = "";

	assert_int_equal(console_heard(&bed, port, bytes, sizeof(bytes) - 1),
			 strlen(words));
	assert_string_equal(bytes, words);
}

static void host_says(unsigned port, const char *words)
{
	assert_int_equal(write(bed.hosts[port], words, strlen(words)),
			 strlen(words));
}

static void assert_took(unsigned port, uint64_t gpa, const char *words)
{
	assert_int_equal(console_took(&bed, port), strlen(words));
	assert_memory_equal(virtio_guest_at(&bed.guest, gpa), words,
			    strlen(words));
}

static void what_the_guest_says_comes_out(void **state)
{
	(void)state;
	console_say(&bed, 0, "login: ", 7);
	assert_true(console_said(&bed, 0));
	assert_heard(0, "login: ");
	console_say(&bed, 2, "hello", 5);
	assert_true(console_said(&bed, 2));
	assert_heard(2, "hello");
	assert_int_equal(console_heard(&bed, 1, (char[1]){0}, 1), -EAGAIN);
}

static void what_the_host_says_goes_in(void **state)
{
	uint64_t first, second;

	(void)state;
	first = console_give(&bed, 1, 4);
	second = console_give(&bed, 1, 16);
	assert_int_equal(console_took(&bed, 1), -EAGAIN);
	host_says(1, "longer");
	assert_took(1, first, "long");
	assert_took(1, second, "er");
	assert_int_equal(console_took(&bed, 1), -EAGAIN);
	assert_int_equal(
		virtio_guest_interrupts(&bed.guest, (int)console_in(1)), 1);
}

static void what_the_host_says_waits_for_buffers(void **state)
{
	(void)state;
	host_says(1, "waiting");
	machine_bed_run(&bed.machine);
	assert_took(1, console_give(&bed, 1, 64), "waiting");
}

static void what_the_host_says_waits_until_the_port_is_open(void **state)
{
	uint64_t gpa;

	(void)state;
	console_control(&bed, 1, VIRTIO_CONSOLE_PORT_OPEN, 0);
	gpa = console_give(&bed, 1, 64);
	host_says(1, "early");
	assert_int_equal(console_took(&bed, 1), -EAGAIN);
	console_control(&bed, 1, VIRTIO_CONSOLE_PORT_OPEN, 1);
	assert_took(1, gpa, "early");
}

static void what_was_said_before_the_driver_came_is_there(void **state)
{
	(void)state;
	host_says(0, "root\n");
	console_start(&bed);
	assert_took(0, console_give(&bed, 0, 64), "root\n");
}

static void a_driver_without_multiport_has_the_console(void **state)
{
	uint64_t gpa;

	(void)state;
	assert_true(virtio_guest_start(&bed.guest, CONSOLE_BASIC, 2));
	gpa = console_give(&bed, 0, 64);
	host_says(0, "in");
	host_says(1, "not seen");
	assert_took(0, gpa, "in");
	console_say(&bed, 0, "out", 3);
	assert_true(console_said(&bed, 0));
	assert_heard(0, "out");
}

static void the_first_words_of_a_guest_are_not_lost(void **state)
{
	struct virtqueue_piece piece = {.len = 5};

	(void)state;
	assert_true(virtio_guest_negotiate(&bed.guest, CONSOLE_BASIC));
	virtio_guest_queue(&bed.guest, 0, 0);
	virtio_guest_queue(&bed.guest, 1, 0);
	piece.gpa = virtio_guest_alloc(&bed.guest, 5);
	memcpy(virtio_guest_at(&bed.guest, piece.gpa), "first", 5);
	virtio_guest_add(&bed.guest, 1, &piece, 1, 0);
	assert_true(virtio_guest_driver_ok(&bed.guest));
	assert_true(console_said(&bed, 0));
	assert_heard(0, "first");
}

static void words_in_many_pieces_are_one_text(void **state)
{
	static const char text[] = "in many pieces of a few bytes each";
	struct virtqueue_piece pieces[8];
	unsigned i;
	uint64_t gpa;

	(void)state;
	gpa = virtio_guest_alloc(&bed.guest, sizeof(text));
	memcpy(virtio_guest_at(&bed.guest, gpa), text, sizeof(text));
	for (i = 0; i < 8; i++)
		pieces[i] = (struct virtqueue_piece){gpa + i * 4, 4};
	pieces[7].len = sizeof(text) - 1 - 28;
	virtio_guest_add(&bed.guest, console_in(1) + 1, pieces, 8, 0);
	virtio_guest_kick(&bed.guest, console_in(1) + 1);
	assert_true(console_said(&bed, 1));
	assert_heard(1, text);
}

static void a_full_ring_is_said_in_several_passes(void **state)
{
	struct virtqueue_piece piece = {.len = 1};
	unsigned i, queue = console_in(1) + 1;
	uint32_t len;

	(void)state;
	piece.gpa = virtio_guest_alloc(&bed.guest, 1);
	for (i = 0; i < 200; i++)
		virtio_guest_add(&bed.guest, queue, &piece, 1, 0);
	machine_bed_ring(&bed.machine, bed.guest.queues[queue].doorbell, 2,
			 queue);
	loop_run_once(bed.machine.machine.loop, 0);
	for (i = 0; virtio_guest_get(&bed.guest, queue, &len) >= 0; i++)
		;
	assert_in_range(i, 1, 199);
	machine_bed_run(&bed.machine);
	for (; virtio_guest_get(&bed.guest, queue, &len) >= 0; i++)
		;
	assert_int_equal(i, 200);
}

/* As many bytes as no socket buffer takes, in chains of 64 KiB. */
static void say_a_lot(unsigned port, unsigned chains)
{
	uint8_t *bytes = malloc(65536);
	unsigned i;

	for (i = 0; i < 65536; i++)
		bytes[i] = (uint8_t)i;
	for (i = 0; i < chains; i++)
		console_say(&bed, port, bytes, 65536);
	free(bytes);
}

/* Who waits for words must not ask for them all the time. */
static void waiting_costs_nothing(void **state)
{
	const struct virtio_queue *queues = bed.device->queues;
	uint64_t in, out;

	(void)state;
	console_give(&bed, 1, 64);
	say_a_lot(1, 8);
	machine_bed_run(&bed.machine);
	in = queues[console_in(1)].kick.wakes;
	out = queues[console_in(1) + 1].kick.wakes;
	machine_bed_run(&bed.machine);
	assert_int_equal(queues[console_in(1)].kick.wakes, in);
	assert_int_equal(queues[console_in(1) + 1].kick.wakes, out);
}

/* Returns how many bytes came before the descriptor had no more. */
static size_t drain(unsigned port, uint8_t *next)
{
	uint8_t bytes[4096];
	size_t total = 0;
	ssize_t len, i;

	while ((len = console_heard(&bed, port, bytes, sizeof(bytes))) > 0) {
		for (i = 0; i < len; i++)
			assert_int_equal(bytes[i], (*next)++);
		total += (size_t)len;
	}
	return total;
}

static void a_port_that_is_full_holds_its_guest_up(void **state)
{
	size_t total = 0;
	uint8_t next = 0;
	unsigned i = 0;

	(void)state;
	say_a_lot(1, 32);
	while (console_said(&bed, 1))
		i++;
	assert_in_range(i, 0, 31);
	/* nobody else waits for that */
	console_say(&bed, 2, "free", 4);
	assert_true(console_said(&bed, 2));
	while (i < 32) {
		total += drain(1, &next);
		while (console_said(&bed, 1))
			i++;
	}
	total += drain(1, &next);
	assert_int_equal(total, 32 * 65536);
	assert_int_equal(virtio_console_lost(bed.device, 1), 0);
}

static void a_console_that_nobody_reads_holds_nobody_up(void **state)
{
	uint8_t next = 0;
	unsigned i;
	size_t total;

	(void)state;
	say_a_lot(0, 32);
	for (i = 0; i < 32; i++)
		assert_true(console_said(&bed, 0));
	total = drain(0, &next);
	assert_true(total > 0 && total < 32 * 65536);
	assert_int_equal(virtio_console_lost(bed.device, 0),
			 32 * 65536 - total);
	/* who comes then hears what comes then */
	machine_bed_run(&bed.machine);
	console_say(&bed, 0, "# ", 2);
	assert_true(console_said(&bed, 0));
	assert_heard(0, "# ");
}

static void a_host_that_ends_closes_its_port_and_no_other(void **state)
{
	uint64_t gpa = console_give(&bed, 1, 64);

	(void)state;
	host_says(1, "bye");
	assert_int_equal(shutdown(bed.hosts[1], SHUT_WR), 0);
	assert_took(1, gpa, "bye");
	console_give(&bed, 1, 64);
	assert_told("open 1 0");
	assert_told("");
	/* it may still listen */
	console_say(&bed, 1, "answer", 6);
	assert_true(console_said(&bed, 1));
	assert_heard(1, "answer");
	gpa = console_give(&bed, 2, 64);
	host_says(2, "alive");
	assert_took(2, gpa, "alive");
}

static void a_host_that_is_gone_holds_nobody_up(void **state)
{
	const struct watch *watch =
		&container_of(bed.device, struct virtio_console, device)
			 ->ports[1]
			 .in_watch;
	uint64_t wakes;
	unsigned i;

	(void)state;
	console_give(&bed, 1, 64);
	close(bed.hosts[1]);
	bed.hosts[1] = -1;
	machine_bed_run(&bed.machine);
	assert_told("open 1 0");
	say_a_lot(1, 8);
	for (i = 0; i < 8; i++)
		assert_true(console_said(&bed, 1));
	assert_int_equal(virtio_console_lost(bed.device, 1), 8 * 65536);
	/* and costs no time: nothing goes on about it */
	wakes = watch->wakes;
	machine_bed_run(&bed.machine);
	assert_int_equal(watch->wakes, wakes);
}

static void a_reset_forgets_half_a_chain_and_keeps_what_waits(void **state)
{
	uint8_t next = 0;

	(void)state;
	say_a_lot(1, 8);
	host_says(1, "kept");
	console_start(&bed);
	drain(1, &next);
	machine_bed_run(&bed.machine);
	console_say(&bed, 1, "anew", 4);
	assert_true(console_said(&bed, 1));
	assert_heard(1, "anew");
	assert_took(1, console_give(&bed, 1, 64), "kept");
}

static void event_index_is_kept(void **state)
{
	unsigned i;

	(void)state;
	assert_true(virtio_guest_start(
		&bed.guest, CONSOLE_BASIC | 1ull << VIRTIO_RING_F_EVENT_IDX,
		2));
	for (i = 0; i < 100; i++) {
		uint64_t gpa = console_give(&bed, 0, 8);

		host_says(0, "x");
		assert_took(0, gpa, "x");
		console_say(&bed, 0, "y", 1);
		assert_true(console_said(&bed, 0));
		assert_heard(0, "y");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define TEST_BARE(name) \
	cmocka_unit_test_setup_teardown(name, set_up_only, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_the_guest_says_comes_out),
		TEST(what_the_host_says_goes_in),
		TEST(what_the_host_says_waits_for_buffers),
		TEST(what_the_host_says_waits_until_the_port_is_open),
		TEST_BARE(what_was_said_before_the_driver_came_is_there),
		TEST_BARE(a_driver_without_multiport_has_the_console),
		TEST_BARE(the_first_words_of_a_guest_are_not_lost),
		TEST(words_in_many_pieces_are_one_text),
		TEST(a_full_ring_is_said_in_several_passes),
		TEST(waiting_costs_nothing),
		TEST(a_port_that_is_full_holds_its_guest_up),
		TEST(a_console_that_nobody_reads_holds_nobody_up),
		TEST(a_host_that_ends_closes_its_port_and_no_other),
		TEST(a_host_that_is_gone_holds_nobody_up),
		TEST(a_reset_forgets_half_a_chain_and_keeps_what_waits),
		TEST_BARE(event_index_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
