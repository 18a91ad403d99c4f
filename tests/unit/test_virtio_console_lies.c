// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_virtio_console_lies.c - ports with a driver that lies
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/console_test.h"

/* All ports still carry bytes, both ways. */
static void assert_alive(void)
{
	unsigned i;

	assert_false(virtio_guest_status(&bed.guest) &
		     VIRTIO_CONFIG_S_NEEDS_RESET);
	for (i = 0; i < CONSOLE_PORTS; i++) {
		uint64_t gpa = console_give(&bed, i, 8);
		char bytes[8];

		assert_int_equal(write(bed.hosts[i], "in", 2), 2);
		assert_int_equal(console_took(&bed, i), 2);
		assert_memory_equal(virtio_guest_at(&bed.guest, gpa), "in", 2);
		console_say(&bed, i, "out", 3);
		assert_true(console_said(&bed, i));
		assert_int_equal(console_heard(&bed, i, bytes, sizeof(bytes)),
				 3);
	}
}

static void messages_that_no_driver_says_are_ignored(void **state)
{
	static const uint32_t ids[] = {0,  1,          2,          3,         4,
				       17, 0x7fffffff, 0x80000000, UINT32_MAX};
	char text[64];
	size_t i;
	unsigned event;

	(void)state;
	for (i = 3; i < ARRAY_SIZE(ids); i++) {
		for (event = 0; event < 10; event++) {
			if (event == VIRTIO_CONSOLE_DEVICE_READY)
				continue;
			console_control(&bed, ids[i], (uint16_t)event, 1);
			console_control(&bed, ids[i], (uint16_t)event, 0);
			console_control(&bed, ids[i], (uint16_t)event, 0xffff);
		}
	}
	for (i = 0; i < 3; i++) {
		console_control(&bed, ids[i], VIRTIO_CONSOLE_PORT_ADD, 1);
		console_control(&bed, ids[i], VIRTIO_CONSOLE_PORT_REMOVE, 1);
		console_control(&bed, ids[i], VIRTIO_CONSOLE_RESIZE, 1);
		console_control(&bed, ids[i], VIRTIO_CONSOLE_PORT_NAME, 1);
		console_control(&bed, ids[i], 0xffff, 0xffff);
	}
	console_listen(&bed, 8);
	assert_string_equal(console_told(&bed, text), "");
	assert_alive();
}

/* Asked ten thousand times, told once for each buffer at most. */
static void
questions_without_an_end_get_as_many_answers_as_buffers(void **state)
{
	struct virtqueue_piece piece = {.len = 8};
	const struct virtio_console_control control = {
		0, htole16(VIRTIO_CONSOLE_PORT_READY), htole16(1)};
	char text[64];
	uint32_t len;
	unsigned i;

	(void)state;
	piece.gpa = virtio_guest_alloc(&bed.guest, sizeof(control));
	memcpy(virtio_guest_at(&bed.guest, piece.gpa), &control,
	       sizeof(control));
	for (i = 0; i < 10000; i++) {
		assert_true(virtio_guest_add(&bed.guest, CONSOLE_CONTROL_OUT,
					     &piece, 1, 0) >= 0);
		virtio_guest_kick(&bed.guest, CONSOLE_CONTROL_OUT);
		assert_true(virtio_guest_get(&bed.guest, CONSOLE_CONTROL_OUT,
					     &len) >= 0);
	}
	for (i = 0; *console_told(&bed, text); i++)
		;
	assert_in_range(i, 1, 4 * CONSOLE_PORTS);
	assert_alive();
}

static void a_message_that_is_short_or_empty_is_ignored(void **state)
{
	struct virtqueue_piece piece;
	char text[64];
	uint32_t len;

	(void)state;
	console_listen(&bed, 2);
	memset(text, 0, sizeof(text));
	text[4] = VIRTIO_CONSOLE_PORT_READY;
	text[6] = 1;
	piece.gpa = virtio_guest_alloc(&bed.guest, 64);
	memcpy(virtio_guest_at(&bed.guest, piece.gpa), text, 8);
	for (piece.len = 0; piece.len < 8; piece.len++) {
		assert_true(virtio_guest_add(&bed.guest, CONSOLE_CONTROL_OUT,
					     &piece, 1, 0) >= 0);
		virtio_guest_kick(&bed.guest, CONSOLE_CONTROL_OUT);
		assert_true(virtio_guest_get(&bed.guest, CONSOLE_CONTROL_OUT,
					     &len) >= 0);
	}
	/* writable instead of readable */
	piece.len = 8;
	virtio_guest_add(&bed.guest, CONSOLE_CONTROL_OUT, &piece, 0, 1);
	virtio_guest_kick(&bed.guest, CONSOLE_CONTROL_OUT);
	assert_true(virtio_guest_get(&bed.guest, CONSOLE_CONTROL_OUT, &len) >=
		    0);
	assert_int_equal(len, 0);
	assert_string_equal(console_told(&bed, text), "");
	assert_alive();
}

static void give_control(uint32_t len, unsigned readable)
{
	struct virtqueue_piece piece = {.len = len};

	piece.gpa = virtio_guest_alloc(&bed.guest, 64);
	assert_true(virtio_guest_add(&bed.guest, CONSOLE_CONTROL_IN, &piece,
				     readable, 1 - readable) >= 0);
	virtio_guest_kick(&bed.guest, CONSOLE_CONTROL_IN);
}

static void
a_buffer_that_is_too_small_comes_back_and_the_next_one_serves(void **state)
{
	char text[64];
	uint32_t len;
	unsigned i;

	(void)state;
	assert_true(virtio_guest_start(&bed.guest, CONSOLE_FEATURES, 8));
	console_control(&bed, 1, VIRTIO_CONSOLE_PORT_READY, 1);
	for (i = 0; i < 8 + sizeof("port1"); i++) {
		give_control(i, 0);
		assert_true(virtio_guest_get(&bed.guest, CONSOLE_CONTROL_IN,
					     &len) >= 0);
		assert_int_equal(len, 0);
	}
	give_control(8, 1);
	assert_true(virtio_guest_get(&bed.guest, CONSOLE_CONTROL_IN, &len) >=
		    0);
	assert_int_equal(len, 0);
	give_control(8 + sizeof("port1"), 0);
	assert_string_equal(console_told(&bed, text), "name 1 1 port1");
}

static void a_buffer_without_room_is_not_the_end_of_the_host(void **state)
{
	char text[64];

	(void)state;
	console_listen(&bed, 2);
	console_give(&bed, 1, 0);
	assert_int_equal(console_took(&bed, 1), 0);
	assert_string_equal(console_told(&bed, text), "");
	/* nor is one that may only be read */
	virtio_guest_add(&bed.guest, console_in(1),
			 &(struct virtqueue_piece){VIRTIO_GUEST_RAM, 8}, 1, 0);
	virtio_guest_kick(&bed.guest, console_in(1));
	assert_int_equal(console_took(&bed, 1), 0);
	assert_string_equal(console_told(&bed, text), "");
	assert_alive();
}

static void words_without_a_byte_are_taken(void **state)
{
	(void)state;
	console_say(&bed, 1, "", 0);
	assert_true(console_said(&bed, 1));
	virtio_guest_add(&bed.guest, console_in(1) + 1,
			 &(struct virtqueue_piece){VIRTIO_GUEST_RAM, 8}, 0, 1);
	virtio_guest_kick(&bed.guest, console_in(1) + 1);
	assert_true(console_said(&bed, 1));
	assert_alive();
}

/* The guest's RAM, again and again: one pass must not write all of it. */
static void words_of_gigabytes_are_said_in_turn_with_others(void **state)
{
	struct virtqueue_piece pieces[64];
	unsigned i;

	(void)state;
	for (i = 0; i < 64; i++)
		pieces[i] = (struct virtqueue_piece){0, 8 << 20};
	virtio_guest_add(&bed.guest, console_in(1) + 1, pieces, 64, 0);
	virtio_guest_kick(&bed.guest, console_in(1) + 1);
	assert_false(console_said(&bed, 1));
	console_say(&bed, 2, "x", 1);
	assert_true(console_said(&bed, 2));
	assert_true(virtio_guest_reset(&bed.guest));
	for (i = 0; console_heard(&bed, 1, (char[65536]){0}, 65536) > 0; i++)
		;
	assert_true(console_heard(&bed, 2, (char[1]){0}, 1) == 1);
	console_start(&bed);
	assert_alive();
}

/* It was written in part; then there is less of it than was written. */
static void
a_chain_that_shrinks_while_it_waits_is_no_more_than_that(void **state)
{
	struct virtqueue_driver *driver =
		&bed.guest.queues[console_in(1) + 1].driver;
	struct virtqueue_piece piece = {.len = 4 << 20};
	int head;

	(void)state;
	piece.gpa = 0;
	head = virtio_guest_add(&bed.guest, console_in(1) + 1, &piece, 1, 0);
	virtio_guest_kick(&bed.guest, console_in(1) + 1);
	assert_false(console_said(&bed, 1));
	driver->desc[head].len = htole32(1);
	while (console_heard(&bed, 1, (char[65536]){0}, 65536) > 0)
		;
	assert_true(console_said(&bed, 1));
	assert_int_equal(virtio_console_lost(bed.device, 1), 0);
	assert_alive();
}

static void a_chain_outside_of_ram_breaks_it_until_reset(void **state)
{
	const struct virtqueue_piece piece = {MACHINE_PCI_START, 64};
	static const unsigned queues[] = {0, 1, 2, 3, 6, 7};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(queues); i++) {
		bool is_in = queues[i] % 2 == 0;

		/* the device looks at what it has something for */
		assert_int_equal(write(bed.hosts[0], "x", 1), 1);
		assert_int_equal(write(bed.hosts[2], "x", 1), 1);
		assert_true(
			virtio_guest_start(&bed.guest, CONSOLE_FEATURES, 8));
		console_control(&bed, 0, VIRTIO_CONSOLE_PORT_READY, 1);
		console_control(&bed, 0, VIRTIO_CONSOLE_PORT_OPEN, 1);
		console_control(&bed, 2, VIRTIO_CONSOLE_PORT_OPEN, 1);
		virtio_guest_add(&bed.guest, queues[i], &piece, !is_in, is_in);
		virtio_guest_kick(&bed.guest, queues[i]);
		assert_true(virtio_guest_status(&bed.guest) &
			    VIRTIO_CONFIG_S_NEEDS_RESET);
	}
	console_start(&bed);
	while (console_took(&bed, 0) >= 0)
		;
	assert_false(virtio_guest_status(&bed.guest) &
		     VIRTIO_CONFIG_S_NEEDS_RESET);
}

/* Each set of queues that a driver may leave out. */
static void queues_that_are_not_there_are_not_served(void **state)
{
	unsigned set, i;

	(void)state;
	for (set = 0; set < 256; set++) {
		assert_true(
			virtio_guest_negotiate(&bed.guest, CONSOLE_FEATURES));
		bed.guest.next = VIRTIO_GUEST_RAM;
		for (i = 0; i < 8; i++) {
			if (set >> i & 1)
				virtio_guest_queue(&bed.guest, i, 0);
		}
		assert_true(virtio_guest_driver_ok(&bed.guest));
		for (i = 0; i < 8; i++)
			machine_bed_ring(&bed.machine,
					 bed.guest.queues[i].doorbell, 2, i);
		if (set & 1 << CONSOLE_CONTROL_OUT) {
			console_control(&bed, 0, VIRTIO_CONSOLE_DEVICE_READY,
					1);
			console_control(&bed, 1, VIRTIO_CONSOLE_PORT_OPEN, 1);
		}
		machine_bed_run(&bed.machine);
		assert_false(virtio_guest_status(&bed.guest) &
			     VIRTIO_CONFIG_S_NEEDS_RESET);
	}
	console_start(&bed);
	assert_alive();
}

static void a_port_may_open_before_it_is_ready(void **state)
{
	uint64_t gpa;

	(void)state;
	assert_true(virtio_guest_start(&bed.guest, CONSOLE_FEATURES, 8));
	console_control(&bed, 1, VIRTIO_CONSOLE_PORT_OPEN, 1);
	gpa = console_give(&bed, 1, 8);
	assert_int_equal(write(bed.hosts[1], "in", 2), 2);
	assert_int_equal(console_took(&bed, 1), 2);
	assert_memory_equal(virtio_guest_at(&bed.guest, gpa), "in", 2);
	console_control(&bed, 1, VIRTIO_CONSOLE_PORT_READY, 0);
	assert_int_equal(write(bed.hosts[1], "in", 2), 2);
	console_give(&bed, 1, 8);
	assert_int_equal(console_took(&bed, 1), -EAGAIN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(messages_that_no_driver_says_are_ignored),
		TEST(questions_without_an_end_get_as_many_answers_as_buffers),
		TEST(a_message_that_is_short_or_empty_is_ignored),
		TEST(a_buffer_that_is_too_small_comes_back_and_the_next_one_serves),
		TEST(a_buffer_without_room_is_not_the_end_of_the_host),
		TEST(words_without_a_byte_are_taken),
		TEST(words_of_gigabytes_are_said_in_turn_with_others),
		TEST(a_chain_that_shrinks_while_it_waits_is_no_more_than_that),
		TEST(a_chain_outside_of_ram_breaks_it_until_reset),
		TEST(queues_that_are_not_there_are_not_served),
		TEST(a_port_may_open_before_it_is_ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
