// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_nat_flow.c - the flow table: found again, bounded, shared fairly
 */
#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "switch/nat/nat_internal.h"

#define MAX_FLOWS 8
#define GUEST 0x0a14000b
#define PER_PORT 5000

/**
 * struct test_flow - what a protocol would add
 * @flow:	first member
 * @data:	its own, to see whether it is zeroed
 */
struct test_flow {
	struct nat_flow flow;
	uint8_t data[300];
};

struct fixture {
	struct nat nat;
	uint32_t evicted[64];
	unsigned evicted_count;
};

static struct fixture *owner(struct nat *nat)
{
	return container_of(nat, struct fixture, nat);
}

static void evict(struct nat *nat, struct nat_flow *flow)
{
	struct fixture *f = owner(nat);

	if (f->evicted_count < ARRAY_SIZE(f->evicted))
		f->evicted[f->evicted_count++] = flow->key.guest_port;
	nat_flow_remove(nat->flows, flow);
}

static const char *state(const struct nat_flow *flow)
{
	return flow->settled ? "settled" : "open";
}

static const struct nat_flow_ops ops = {.evict = evict, .state = state};

static void start(struct fixture *f, uint32_t max)
{
	const struct siphash_key secret = {{3, 4}};
	const struct nat_flow_limits limits = {max, PER_PORT,
					       sizeof(struct test_flow)};
	struct err err;

	memset(f, 0, sizeof(*f));
	f->nat.flows = nat_flows_create(&f->nat, &limits, &secret, &err);
	assert_non_null(f->nat.flows);
}

static int setup(void **s)
{
	static struct fixture fixture;

	start(&fixture, MAX_FLOWS);
	*s = &fixture;
	return 0;
}

static int teardown(void **s)
{
	struct fixture *f = *s;

	nat_flows_destroy(f->nat.flows);
	return 0;
}

static struct nat_key key_of(uint16_t port)
{
	return (struct nat_key){
		.guest = GUEST, .guest_port = port, .protocol = NAT_UDP};
}

static struct nat_flow *add(struct fixture *f, uint16_t port, uint16_t ingress,
			    uint64_t now_ns)
{
	const struct mac mac = {{2, 0, 0, 0, 0, 1}};
	struct nat_key key = key_of(port);

	return nat_flow_add(f->nat.flows, &key, &ops, ingress, &mac, now_ns);
}

static struct nat_flow *find(struct fixture *f, uint16_t port)
{
	struct nat_key key = key_of(port);

	return nat_flow_lookup(f->nat.flows, &key);
}

static void a_flow_is_found_by_every_part_of_its_key(void **s)
{
	struct fixture *f = *s;
	struct nat_flow *flow = add(f, 1000, 5, 7);
	struct nat_key key = key_of(1000);

	assert_ptr_equal(nat_flow_lookup(f->nat.flows, &key), flow);
	assert_int_equal(flow->ingress, 5);
	assert_int_equal(flow->used_ns, 7);
	key.guest_port++;
	assert_null(nat_flow_lookup(f->nat.flows, &key));
	key = key_of(1000);
	key.guest++;
	assert_null(nat_flow_lookup(f->nat.flows, &key));
	key = key_of(1000);
	key.remote++;
	assert_null(nat_flow_lookup(f->nat.flows, &key));
	key = key_of(1000);
	key.remote_port++;
	assert_null(nat_flow_lookup(f->nat.flows, &key));
	key = key_of(1000);
	key.protocol = NAT_ECHO;
	assert_null(nat_flow_lookup(f->nat.flows, &key));
}

static void a_removed_flow_is_gone_and_its_slot_comes_back_zeroed(void **s)
{
	struct fixture *f = *s;
	struct nat_flow *flow = add(f, 1, 0, 1);
	struct test_flow *own = (void *)flow;

	add(f, 2, 0, 1); /* keeps the group's memory */
	memset(own->data, 0xff, sizeof(own->data));
	nat_flow_remove(f->nat.flows, flow);
	assert_null(find(f, 1));
	own = (void *)add(f, 3, 0, 1);
	assert_ptr_equal(own, flow);
	assert_int_equal(own->data[0], 0);
	assert_int_equal(own->data[sizeof(own->data) - 1], 0);
}

static void what_is_open_is_counted_by_protocol(void **s)
{
	struct fixture *f = *s;
	const struct nat_counters *c = &f->nat.counters;
	struct nat_flow *flow = add(f, 1, 0, 1);

	add(f, 2, 0, 1);
	assert_int_equal(c->opened[NAT_UDP], 2);
	assert_int_equal(c->flows[NAT_UDP], 2);
	assert_int_equal(c->flows[NAT_TCP], 0);
	nat_flow_remove(f->nat.flows, flow);
	assert_int_equal(c->opened[NAT_UDP], 2);
	assert_int_equal(c->flows[NAT_UDP], 1);
	assert_int_equal(c->evicted, 0);
}

static void a_full_table_takes_from_the_port_with_the_most(void **s)
{
	struct fixture *f = *s;
	uint16_t port;

	for (port = 0; port < 6; port++)
		add(f, port, 1, port);
	add(f, 6, 2, 6);
	add(f, 7, 2, 7);
	add(f, 8, 3, 8); /* the newcomer has none */
	assert_int_equal(f->evicted_count, 1);
	assert_int_equal(f->evicted[0], 0);
	assert_non_null(find(f, 8));
	assert_non_null(find(f, 6));
	assert_int_equal(f->nat.counters.evicted, 1);
	assert_int_equal(f->nat.counters.flows[NAT_UDP], MAX_FLOWS);
}

static void who_floods_a_full_table_pushes_out_his_own(void **s)
{
	struct fixture *f = *s;
	uint16_t port;

	add(f, 100, 2, 0);
	add(f, 101, 2, 0);
	for (port = 0; port < 50; port++)
		add(f, port, 1, port);
	assert_non_null(find(f, 100));
	assert_non_null(find(f, 101));
	assert_int_equal(f->evicted_count, 44);
}

static void two_ports_end_up_with_half_each(void **s)
{
	struct fixture *f = *s;
	uint32_t cursor = 0, of_first = 0;
	struct nat_flow *flow;
	uint16_t port;

	for (port = 0; port < MAX_FLOWS; port++)
		add(f, port, 1, port);
	for (port = 100; port < 150; port++)
		add(f, port, 2, port);
	while ((flow = nat_flows_next(f->nat.flows, &cursor)))
		of_first += flow->ingress == 1;
	assert_int_equal(of_first, MAX_FLOWS / 2);
}

static void the_flow_that_idled_longest_goes_first(void **s)
{
	struct fixture *f = *s;
	uint16_t port;

	for (port = 0; port < MAX_FLOWS; port++)
		add(f, port, 1, port);
	nat_flow_use(f->nat.flows, find(f, 0), 100);
	assert_int_equal(find(f, 0)->used_ns, 100);
	add(f, 50, 1, 101);
	assert_non_null(find(f, 0));
	assert_null(find(f, 1));
}

static void unsettled_flows_go_before_settled_ones(void **s)
{
	struct fixture *f = *s;
	uint16_t port;

	for (port = 0; port < MAX_FLOWS; port++)
		add(f, port, 1, port);
	for (port = 0; port < MAX_FLOWS - 1; port++)
		nat_flow_settle(f->nat.flows, find(f, port), true);
	add(f, 50, 1, 101); /* the last is the only unsettled one */
	assert_null(find(f, MAX_FLOWS - 1));
	nat_flow_settle(f->nat.flows, find(f, 50), true);
	nat_flow_settle(f->nat.flows, find(f, 3), false);
	add(f, 51, 1, 102);
	assert_null(find(f, 3));
	nat_flow_settle(f->nat.flows, find(f, 51), true);
	add(f, 52, 1, 103); /* all are settled: the oldest */
	assert_null(find(f, 0));
}

static void one_port_may_not_have_more_than_its_share(void **s)
{
	struct fixture *f = *s;
	uint32_t i;

	nat_flows_destroy(f->nat.flows);
	start(f, 2 * PER_PORT);
	for (i = 0; i < PER_PORT; i++)
		add(f, (uint16_t)i, 1, i);
	assert_int_equal(f->evicted_count, 0);
	add(f, 60000, 1, i);
	assert_int_equal(f->evicted_count, 1);
	assert_int_equal(f->evicted[0], 0);
	add(f, 60001, 2, i); /* there is room for others */
	assert_int_equal(f->evicted_count, 1);
}

static void room_for_a_socket_is_made_the_same_way(void **s)
{
	struct fixture *f = *s;

	assert_false(nat_flows_evict_one(f->nat.flows, 1));
	add(f, 1, 1, 1);
	add(f, 2, 1, 2);
	add(f, 3, 2, 0);
	assert_true(nat_flows_evict_one(f->nat.flows, 2));
	assert_null(find(f, 1));
	assert_true(nat_flows_evict_one(f->nat.flows, 1));
	assert_null(find(f, 2)); /* among equals one's own */
	assert_non_null(find(f, 3));
}

/* Pages of the table that are in memory, as the kernel tells. */
static unsigned resident(const void *start, size_t bytes)
{
	unsigned char pages[1024];
	unsigned i, n = 0;

	assert_true(bytes / 4096 <= sizeof(pages));
	if (mincore((void *)(uintptr_t)start, bytes, pages))
		return UINT32_MAX;
	for (i = 0; i < bytes / 4096; i++)
		n += pages[i] & 1;
	return n;
}

static void memory_of_flows_that_ended_goes_back_to_the_host(void **s)
{
	struct fixture *f = *s;
	struct nat_flow *first;
	uint32_t cursor = 0;
	uint16_t port;

	nat_flows_destroy(f->nat.flows);
	start(f, 4096);
	first = add(f, 0, 1, 0);
	for (port = 1; port < 4096; port++)
		add(f, port, 1, port);
	assert_true(resident(first, 1 << 20) > 200);
	for (port = 0; port < 4096; port++)
		nat_flow_remove(f->nat.flows, find(f, port));
	assert_true(resident(first, 1 << 20) < 10);
	assert_null(nat_flows_next(f->nat.flows, &cursor));
	for (port = 0; port < 4096; port++)
		add(f, port, 1, port);
	assert_int_equal(f->evicted_count, 0);
	assert_non_null(find(f, 4095));
}

static void the_walk_sees_each_flow_once(void **s)
{
	struct fixture *f = *s;
	uint32_t cursor = 0, seen = 0;
	struct nat_flow *flow;
	uint16_t port;

	for (port = 0; port < 6; port++)
		add(f, port, 1, port);
	nat_flow_remove(f->nat.flows, find(f, 2));
	while ((flow = nat_flows_next(f->nat.flows, &cursor))) {
		assert_false(seen & 1u << flow->key.guest_port);
		seen |= 1u << flow->key.guest_port;
	}
	assert_int_equal(seen, 0x3b);
}

static void the_end_of_the_table_evicts_all(void **s)
{
	struct fixture *f = *s;

	add(f, 1, 1, 1);
	add(f, 2, 2, 2);
	nat_flows_destroy(f->nat.flows);
	f->nat.flows = NULL;
	assert_int_equal(f->evicted_count, 2);
	assert_int_equal(f->nat.counters.flows[NAT_UDP], 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_flow_is_found_by_every_part_of_its_key),
		TEST(a_removed_flow_is_gone_and_its_slot_comes_back_zeroed),
		TEST(what_is_open_is_counted_by_protocol),
		TEST(a_full_table_takes_from_the_port_with_the_most),
		TEST(who_floods_a_full_table_pushes_out_his_own),
		TEST(two_ports_end_up_with_half_each),
		TEST(the_flow_that_idled_longest_goes_first),
		TEST(unsettled_flows_go_before_settled_ones),
		TEST(one_port_may_not_have_more_than_its_share),
		TEST(room_for_a_socket_is_made_the_same_way),
		TEST(memory_of_flows_that_ended_goes_back_to_the_host),
		TEST(the_walk_sees_each_flow_once),
		TEST(the_end_of_the_table_evicts_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
