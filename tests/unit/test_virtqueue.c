// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_virtqueue.c - both sides of a ring, and drivers that lie
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/virtqueue.h"
#include "core/virtqueue_driver.h"

#define SIZE 8
#define RAM_SIZE 0x4000
#define DESC_AT 0x0
#define AVAIL_AT 0x400
#define USED_AT 0x800
#define TABLE_AT 0xc00
#define DATA_AT 0x1000

static uint8_t ram[RAM_SIZE] __attribute__((aligned(4096)));
static struct guest_memory mem;
static struct virtqueue vq;
static struct virtqueue_driver driver;
static struct virtqueue_chain chain;

static void set_up(bool event_idx)
{
	struct guest_region_settings region = {0, RAM_SIZE, 0, 0};
	struct virtqueue_settings settings = {.desc = ram + DESC_AT,
					      .avail = ram + AVAIL_AT,
					      .used = ram + USED_AT,
					      .size = SIZE,
					      .indirect = true,
					      .event_idx = event_idx};

	memset(ram, 0, sizeof(ram));
	guest_memory_init(&mem);
	assert_int_equal(guest_memory_add_own(&mem, &region, ram), 0);
	assert_int_equal(virtqueue_driver_init(&driver, &settings), 0);
	assert_int_equal(virtqueue_init(&vq, &mem, &settings), 0);
}

static struct vring_desc *desc_at(unsigned i)
{
	return (struct vring_desc *)(void *)(ram + DESC_AT) + i;
}

static struct vring_desc *table_at(unsigned i)
{
	return (struct vring_desc *)(void *)(ram + TABLE_AT) + i;
}

static void set_desc(struct vring_desc *desc, uint64_t addr, uint32_t len,
		     uint16_t flags, uint16_t next)
{
	*desc = (struct vring_desc){addr, len, flags, next};
}

/* one available chain that starts at descriptor 0 */
static void offer_first(void)
{
	driver.avail->ring[0] = 0;
	driver.avail->idx = 1;
}

static int walk_first(void)
{
	struct virtqueue_buf buf;

	offer_first();
	assert_int_equal(virtqueue_peek(&vq, 0, VIRTQUEUE_READ, &buf, 1), 1);
	assert_null(buf.data);
	return virtqueue_walk(&vq, buf.head, &chain);
}

static void ring_passes_buffers_both_ways_round_and_round(void **state)
{
	unsigned i, j;

	(void)state;
	set_up(false);
	for (i = 0; i < 70000; i++) {
		struct virtqueue_piece piece = {DATA_AT + i % 64, 100};
		struct virtqueue_buf bufs[SIZE];
		unsigned n = i % SIZE + 1;
		uint32_t len = 0;

		for (j = 0; j < n; j++)
			assert_true(virtqueue_driver_add(&driver, &piece, 1,
							 0) >= 0);
		virtqueue_driver_publish(&driver);
		assert_int_equal(
			virtqueue_peek(&vq, 0, VIRTQUEUE_READ, bufs, SIZE), n);
		assert_ptr_equal(bufs[n - 1].data, ram + piece.gpa);
		for (j = 0; j < n; j++)
			virtqueue_push(&vq, bufs[j].head, j);
		assert_true(virtqueue_publish(&vq));
		for (j = 0; j < n; j++)
			assert_int_equal(virtqueue_driver_get(&driver, &len),
					 bufs[j].head);
		assert_int_equal(len, n - 1);
		assert_int_equal(virtqueue_driver_get(&driver, &len), -EAGAIN);
	}
	assert_null(vq.error);
}

static void what_is_not_pushed_is_peeked_again(void **state)
{
	struct virtqueue_piece piece = {DATA_AT, 100};
	struct virtqueue_buf bufs[4];
	int first, second;

	(void)state;
	set_up(false);
	first = virtqueue_driver_add(&driver, &piece, 1, 0);
	second = virtqueue_driver_add(&driver, &piece, 1, 0);
	virtqueue_driver_publish(&driver);
	assert_int_equal(virtqueue_peek(&vq, 0, VIRTQUEUE_READ, bufs, 4), 2);
	virtqueue_push(&vq, (uint16_t)first, 0);
	virtqueue_publish(&vq);
	assert_int_equal(virtqueue_peek(&vq, 0, VIRTQUEUE_READ, bufs, 4), 1);
	assert_int_equal(bufs[0].head, second);
	assert_int_equal(virtqueue_peek(&vq, 1, VIRTQUEUE_READ, bufs, 4), 0);
}

static void walk_follows_chains_and_sorts_them(void **state)
{
	struct virtqueue_piece pieces[SIZE];
	struct virtqueue_buf buf;
	unsigned i;

	(void)state;
	set_up(false);
	for (i = 0; i < SIZE; i++)
		pieces[i] = (struct virtqueue_piece){DATA_AT + 16 * i, 16};
	assert_true(virtqueue_driver_add(&driver, pieces, 5, 3) >= 0);
	assert_int_equal(virtqueue_driver_add(&driver, pieces, 1, 0), -ENOSPC);
	virtqueue_driver_publish(&driver);
	assert_int_equal(virtqueue_peek(&vq, 0, VIRTQUEUE_READ, &buf, 1), 1);
	assert_null(buf.data);
	assert_int_equal(virtqueue_walk(&vq, buf.head, &chain), 0);
	assert_int_equal(chain.readable, 5);
	assert_int_equal(chain.writable, 3);
	assert_int_equal(chain.readable_len, 80);
	assert_int_equal(chain.writable_len, 48);
	assert_ptr_equal(chain.iov[7].iov_base, ram + DATA_AT + 112);
}

static void walk_follows_indirect_tables_of_ring_size(void **state)
{
	unsigned i;

	(void)state;
	set_up(false);
	for (i = 0; i < SIZE; i++)
		set_desc(table_at(i), DATA_AT + i, 1, VRING_DESC_F_NEXT,
			 (uint16_t)(i + 1));
	table_at(SIZE - 1)->flags = VRING_DESC_F_WRITE;
	set_desc(desc_at(0), TABLE_AT, SIZE * 16, VRING_DESC_F_INDIRECT, 0);
	assert_int_equal(walk_first(), 0);
	assert_int_equal(chain.readable, SIZE - 1);
	assert_int_equal(chain.writable, 1);
}

static void walk_refuses_chains_longer_than_the_ring(void **state)
{
	unsigned i;

	(void)state;
	set_up(false);
	set_desc(desc_at(0), DATA_AT, 1, VRING_DESC_F_NEXT, 1);
	set_desc(desc_at(1), TABLE_AT, SIZE * 16, VRING_DESC_F_INDIRECT, 0);
	for (i = 0; i < SIZE; i++)
		set_desc(table_at(i), DATA_AT + i, 1,
			 i < SIZE - 1 ? VRING_DESC_F_NEXT : 0,
			 (uint16_t)(i + 1));
	assert_int_equal(walk_first(), -EINVAL);
}

/* each case: what is in descriptor 0, and whether it breaks the ring */
static void walk_refuses(uint64_t addr, uint32_t len, uint16_t flags,
			 uint16_t next)
{
	set_desc(desc_at(0), addr, len, flags, next);
	assert_int_equal(walk_first(), -EINVAL);
	assert_non_null(vq.error);
	assert_int_equal(virtqueue_peek(&vq, 0, VIRTQUEUE_READ,
					&(struct virtqueue_buf){0}, 1),
			 0);
}

static void walk_ends_loops(void **state)
{
	(void)state;
	set_up(false);
	walk_refuses(DATA_AT, 16, VRING_DESC_F_NEXT, 0);
	set_up(false);
	set_desc(desc_at(1), DATA_AT, 0, VRING_DESC_F_NEXT, 2);
	set_desc(desc_at(2), DATA_AT, 0, VRING_DESC_F_NEXT, 0);
	walk_refuses(DATA_AT, 0, VRING_DESC_F_NEXT, 1);
	set_up(false);
	set_desc(table_at(0), DATA_AT, 1, VRING_DESC_F_NEXT, 1);
	set_desc(table_at(1), DATA_AT, 1, VRING_DESC_F_NEXT, 0);
	walk_refuses(TABLE_AT, 32, VRING_DESC_F_INDIRECT, 0);
}

static void walk_refuses_bad_indirect_tables(void **state)
{
	const uint16_t indirect = VRING_DESC_F_INDIRECT;

	(void)state;
	set_up(false);
	walk_refuses(TABLE_AT, 0, indirect, 0);
	set_up(false);
	walk_refuses(TABLE_AT, 17, indirect, 0);
	set_up(false);
	walk_refuses(TABLE_AT, (SIZE + 1) * 16, indirect, 0);
	set_up(false);
	walk_refuses(RAM_SIZE - 16, 32, indirect, 0);
	set_up(false);
	walk_refuses(UINT64_MAX - 8, 32, indirect, 0);
	set_up(false);
	walk_refuses(TABLE_AT, 32, indirect | VRING_DESC_F_NEXT, 1);
	set_up(false);
	set_desc(table_at(0), TABLE_AT + 16, 16, indirect, 0);
	set_desc(table_at(1), DATA_AT, 16, 0, 0);
	walk_refuses(TABLE_AT, 16, indirect, 0);
	set_up(false);
	set_desc(table_at(0), DATA_AT, 1, VRING_DESC_F_NEXT, 2);
	walk_refuses(TABLE_AT, 32, indirect, 0);
	set_up(false);
	vq.indirect = false;
	walk_refuses(TABLE_AT, 16, indirect, 0);
}

static void walk_refuses_addresses_outside_memory(void **state)
{
	(void)state;
	set_up(false);
	walk_refuses(RAM_SIZE, 1, 0, 0);
	set_up(false);
	walk_refuses(RAM_SIZE - 1, 2, 0, 0);
	set_up(false);
	walk_refuses(UINT64_MAX, 2, 0, 0);
	set_up(false);
	walk_refuses(DATA_AT, UINT32_MAX, 0, 0);
	set_up(false);
	walk_refuses(DATA_AT, 16, VRING_DESC_F_NEXT, SIZE);
	set_up(false);
	set_desc(desc_at(1), DATA_AT, 16, 0, 0);
	walk_refuses(DATA_AT, 16, VRING_DESC_F_NEXT | VRING_DESC_F_WRITE, 1);
}

static void ring_breaks_when_the_index_runs_ahead(void **state)
{
	struct virtqueue_buf bufs[SIZE];

	(void)state;
	set_up(false);
	driver.avail->idx = SIZE + 1;
	assert_int_equal(virtqueue_peek(&vq, 0, VIRTQUEUE_READ, bufs, SIZE), 0);
	assert_non_null(vq.error);
	set_up(false);
	driver.avail->idx = UINT16_MAX;
	assert_int_equal(virtqueue_peek(&vq, 0, VIRTQUEUE_READ, bufs, SIZE), 0);
	assert_non_null(vq.error);
	set_up(false);
	driver.avail->idx = 1;
	driver.avail->ring[0] = SIZE;
	assert_int_equal(virtqueue_peek(&vq, 0, VIRTQUEUE_READ, bufs, SIZE), 0);
	assert_non_null(vq.error);
}

static void ring_refuses_sizes_and_addresses_out_of_rule(void **state)
{
	struct virtqueue_settings good = {.desc = ram,
					  .avail = ram + AVAIL_AT,
					  .used = ram + USED_AT,
					  .size = SIZE};
	const uint16_t sizes[] = {0, 3, 2048, 65535};
	struct virtqueue_settings bad;
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		bad = good;
		bad.size = sizes[i];
		assert_int_equal(virtqueue_init(&vq, &mem, &bad), -EINVAL);
		assert_int_equal(virtqueue_driver_init(&driver, &bad), -EINVAL);
	}
	bad = good;
	bad.desc = ram + 8;
	assert_int_equal(virtqueue_init(&vq, &mem, &bad), -EINVAL);
	bad = good;
	bad.avail = ram + 1;
	assert_int_equal(virtqueue_init(&vq, &mem, &bad), -EINVAL);
	bad = good;
	bad.used = ram + 2;
	assert_int_equal(virtqueue_init(&vq, &mem, &bad), -EINVAL);
}

static void pass_one(bool want_kick, bool want_call)
{
	struct virtqueue_piece piece = {DATA_AT, 100};
	struct virtqueue_buf buf;
	uint32_t len;

	assert_true(virtqueue_driver_add(&driver, &piece, 1, 0) >= 0);
	assert_int_equal(virtqueue_driver_publish(&driver), want_kick);
	assert_int_equal(virtqueue_peek(&vq, 0, VIRTQUEUE_READ, &buf, 1), 1);
	virtqueue_push(&vq, buf.head, 0);
	assert_int_equal(virtqueue_publish(&vq), want_call);
	assert_int_equal(virtqueue_driver_get(&driver, &len), buf.head);
}

static void notifications_go_by_flag(void **state)
{
	(void)state;
	set_up(false);
	pass_one(true, true);
	virtqueue_disable_kick(&vq);
	virtqueue_driver_disable_call(&driver);
	pass_one(false, false);
	assert_true(virtqueue_enable_kick(&vq, 0));
	assert_true(virtqueue_driver_enable_call(&driver));
	pass_one(true, true);
}

static void notifications_go_by_index(void **state)
{
	(void)state;
	set_up(true);
	assert_true(virtqueue_enable_kick(&vq, 0));
	assert_true(virtqueue_driver_enable_call(&driver));
	pass_one(true, true);
	pass_one(false, false);
	assert_true(virtqueue_enable_kick(&vq, 0));
	pass_one(true, false);
	assert_true(virtqueue_driver_enable_call(&driver));
	pass_one(false, true);
}

static void enabling_late_tells_of_what_came_before(void **state)
{
	struct virtqueue_piece piece = {DATA_AT, 100};

	(void)state;
	set_up(true);
	virtqueue_driver_add(&driver, &piece, 1, 0);
	virtqueue_driver_publish(&driver);
	assert_false(virtqueue_enable_kick(&vq, 0));
	assert_true(virtqueue_enable_kick(&vq, 1));
	virtqueue_driver_add(&driver, &piece, 1, 0);
	assert_true(virtqueue_driver_publish(&driver));
}

static void driver_refuses_chains_it_did_not_give(void **state)
{
	uint32_t len;

	(void)state;
	set_up(false);
	driver.used->idx = 1;
	driver.used->ring[0].id = 3;
	assert_int_equal(virtqueue_driver_get(&driver, &len), -EPROTO);
	driver.used->ring[0].id = SIZE;
	assert_int_equal(virtqueue_driver_get(&driver, &len), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ring_passes_buffers_both_ways_round_and_round),
		cmocka_unit_test(what_is_not_pushed_is_peeked_again),
		cmocka_unit_test(walk_follows_chains_and_sorts_them),
		cmocka_unit_test(walk_follows_indirect_tables_of_ring_size),
		cmocka_unit_test(walk_refuses_chains_longer_than_the_ring),
		cmocka_unit_test(walk_ends_loops),
		cmocka_unit_test(walk_refuses_bad_indirect_tables),
		cmocka_unit_test(walk_refuses_addresses_outside_memory),
		cmocka_unit_test(ring_breaks_when_the_index_runs_ahead),
		cmocka_unit_test(ring_refuses_sizes_and_addresses_out_of_rule),
		cmocka_unit_test(notifications_go_by_flag),
		cmocka_unit_test(notifications_go_by_index),
		cmocka_unit_test(enabling_late_tells_of_what_came_before),
		cmocka_unit_test(driver_refuses_chains_it_did_not_give),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
