// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_neighbour.c - claims of neighbours, questions about them, and fairness
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>

#include "core/util.h"
#include "switch/gateway/neighbour.h"

#define GATEWAY 0x0a140001u
#define GUEST 0x0a14000bu
#define OTHER 0x0a14000cu

struct fixture {
	struct fake_clock fake;
	struct neighbours *table;
	unsigned requests;
	uint32_t requested;
	uint32_t leased;
	struct mac lessee;
};

struct waiter {
	struct neighbour_wait wait;
	unsigned calls;
	bool found;
	struct neighbour at;
};

static void request(void *ctx, uint32_t address)
{
	struct fixture *f = ctx;

	f->requests++;
	f->requested = address;
}

static bool owner(void *ctx, uint32_t address, struct mac *mac)
{
	struct fixture *f = ctx;

	*mac = f->lessee;
	return address == f->leased;
}

static const struct neighbour_ops ops = {request, owner};

static int setup(void **state)
{
	static struct fixture fixture;
	static const struct neighbour_settings settings = {
		.address = {GATEWAY, 16},
		.mac = {{0x52, 0x54, 0, 0, 0, 1}},
		.secret = {{1, 2}},
	};

	memset(&fixture, 0, sizeof(fixture));
	fake_clock_init(&fixture.fake, NSEC_PER_SEC);
	fixture.table = neighbours_create(&settings, &fixture.fake.clock, &ops,
					  &fixture, NULL);
	assert_non_null(fixture.table);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	neighbours_destroy(f->table);
	return 0;
}

static struct mac mac_of(uint8_t last)
{
	return (struct mac){{0x52, 0x54, 0, 0, 0, last}};
}

static bool heard(struct fixture *f, uint32_t address, uint8_t mac,
		  uint16_t ingress)
{
	const struct neighbour seen = {address, mac_of(mac), ingress};

	return neighbour_heard(f->table, &seen, NEIGHBOUR_TOLD);
}

static void answered(struct neighbour_wait *wait, const struct neighbour *found)
{
	struct waiter *waiter = container_of(wait, struct waiter, wait);

	waiter->calls++;
	waiter->found = found != NULL;
	if (found)
		waiter->at = *found;
}

static int resolve(struct fixture *f, uint32_t address, struct waiter *waiter)
{
	memset(waiter, 0, sizeof(*waiter));
	neighbour_wait_init(&waiter->wait, answered);
	return neighbour_resolve(f->table, address, &waiter->wait, &waiter->at);
}

static bool is_at(struct fixture *f, uint32_t address, uint8_t mac)
{
	const struct mac expected = mac_of(mac);
	struct waiter waiter;
	int code = resolve(f, address, &waiter);

	neighbour_cancel(f->table, &waiter.wait);
	return !code && mac_is_equal(&waiter.at.mac, &expected);
}

static const struct neighbour_counters *counters(struct fixture *f)
{
	return neighbours_counters(f->table);
}

static void advance(struct fixture *f, uint64_t ns)
{
	f->fake.ns += ns;
	neighbours_tick(f->table);
}

static void who_spoke_is_known_without_asking(void **state)
{
	struct fixture *f = *state;
	struct waiter waiter;

	assert_true(heard(f, GUEST, 0xaa, 3));
	assert_int_equal(resolve(f, GUEST, &waiter), 0);
	assert_int_equal(waiter.at.address, GUEST);
	assert_int_equal(waiter.at.ingress, 3);
	assert_true(is_at(f, GUEST, 0xaa));
	assert_int_equal(f->requests, 0);
	assert_int_equal(neighbours_next_ns(f->table), UINT64_MAX);
}

static void unknown_address_is_asked_for_once_for_all_who_wait(void **state)
{
	struct fixture *f = *state;
	struct waiter a, b, gone;

	assert_int_equal(resolve(f, GUEST, &a), -EINPROGRESS);
	assert_int_equal(resolve(f, GUEST, &b), -EINPROGRESS);
	assert_int_equal(resolve(f, GUEST, &gone), -EINPROGRESS);
	neighbour_cancel(f->table, &gone.wait);
	neighbour_cancel(f->table, &gone.wait);
	assert_int_equal(f->requests, 1);
	assert_int_equal(f->requested, GUEST);
	assert_true(heard(f, GUEST, 0xaa, 3));
	assert_true(a.calls == 1 && a.found && a.at.ingress == 3);
	assert_true(b.calls == 1 && b.found);
	assert_int_equal(gone.calls, 0);
	assert_true(heard(f, GUEST, 0xaa, 3));
	assert_int_equal(a.calls, 1);
	advance(f, 5 * NSEC_PER_SEC);
	assert_int_equal(f->requests, 1);
}

static void nobody_answers_three_requests_in_three_seconds(void **state)
{
	struct fixture *f = *state;
	struct waiter a;

	assert_int_equal(resolve(f, GUEST, &a), -EINPROGRESS);
	assert_int_equal(neighbours_next_ns(f->table),
			 f->fake.ns + NSEC_PER_SEC);
	advance(f, NSEC_PER_SEC - 1);
	assert_int_equal(f->requests, 1);
	advance(f, 1);
	advance(f, NSEC_PER_SEC);
	assert_int_equal(f->requests, 3);
	assert_int_equal(a.calls, 0);
	advance(f, NSEC_PER_SEC);
	assert_int_equal(f->requests, 3);
	assert_true(a.calls == 1 && !a.found);
	assert_int_equal(counters(f)->failed, 1);
	assert_int_equal(counters(f)->entries, 0);
	assert_int_equal(neighbours_next_ns(f->table), UINT64_MAX);
}

static void stale_neighbour_is_asked_before_it_is_given_out(void **state)
{
	struct fixture *f = *state;
	struct waiter a;

	heard(f, GUEST, 0xaa, 3);
	advance(f, NEIGHBOUR_REACHABLE_NS - 1);
	assert_true(is_at(f, GUEST, 0xaa));
	advance(f, 1);
	assert_int_equal(resolve(f, GUEST, &a), -EINPROGRESS);
	assert_int_equal(f->requests, 1);
	heard(f, GUEST, 0xaa, 3);
	assert_true(a.calls == 1 && a.found);
	assert_int_equal(counters(f)->learned, 1);
	assert_int_equal(counters(f)->moved, 0);
}

static void sign_of_life_keeps_a_neighbour_reachable(void **state)
{
	struct fixture *f = *state;
	const struct neighbour seen = {GUEST, mac_of(0xaa), 3};
	unsigned i;

	heard(f, GUEST, 0xaa, 3);
	for (i = 0; i < 60; i++) {
		advance(f, NSEC_PER_SEC);
		neighbour_heard(f->table, &seen, NEIGHBOUR_USED);
	}
	assert_true(is_at(f, GUEST, 0xaa));
	assert_int_equal(f->requests, 0);
}

static void last_claim_moves_an_address_that_is_nobodys(void **state)
{
	struct fixture *f = *state;

	heard(f, GUEST, 0xaa, 3);
	assert_true(heard(f, GUEST, 0xbb, 4));
	assert_true(is_at(f, GUEST, 0xbb));
	assert_int_equal(counters(f)->moved, 1);
	assert_int_equal(counters(f)->entries, 1);
}

static void leased_address_cannot_be_claimed_by_another(void **state)
{
	struct fixture *f = *state;
	struct waiter a;

	f->leased = GUEST;
	f->lessee = mac_of(0xaa);
	assert_false(heard(f, GUEST, 0xbb, 4));
	assert_int_equal(counters(f)->stolen, 1);
	assert_int_equal(resolve(f, GUEST, &a), -EINPROGRESS);
	assert_false(heard(f, GUEST, 0xbb, 4));
	assert_int_equal(a.calls, 0);
	assert_true(heard(f, GUEST, 0xaa, 3));
	assert_true(a.calls == 1 && a.found && a.at.ingress == 3);
	assert_false(heard(f, GUEST, 0xbb, 4));
	assert_true(is_at(f, GUEST, 0xaa));
}

static void new_lease_ends_what_was_believed_before(void **state)
{
	struct fixture *f = *state;
	struct waiter a;

	heard(f, GUEST, 0xbb, 4);
	f->leased = GUEST;
	f->lessee = mac_of(0xaa);
	assert_int_equal(resolve(f, GUEST, &a), -EINPROGRESS);
	assert_true(heard(f, GUEST, 0xaa, 3));
	assert_true(a.found);
	assert_true(is_at(f, GUEST, 0xaa));
}

static void packet_teaches_but_never_moves(void **state)
{
	struct fixture *f = *state;
	const struct neighbour first = {GUEST, mac_of(0xaa), 3};
	const struct neighbour by_router = {GUEST, mac_of(0xbb), 4};

	neighbour_heard(f->table, &first, NEIGHBOUR_USED);
	assert_true(is_at(f, GUEST, 0xaa));
	assert_true(neighbour_heard(f->table, &by_router, NEIGHBOUR_USED));
	assert_true(is_at(f, GUEST, 0xaa));
	assert_int_equal(counters(f)->stolen, 0);
}

static void what_is_said_to_others_teaches_nothing_new(void **state)
{
	struct fixture *f = *state;
	const struct neighbour seen = {GUEST, mac_of(0xaa), 3};
	const struct neighbour moved = {GUEST, mac_of(0xbb), 3};

	neighbour_heard(f->table, &seen, NEIGHBOUR_OVERHEARD);
	assert_int_equal(counters(f)->entries, 0);
	neighbour_heard(f->table, &seen, NEIGHBOUR_TOLD);
	neighbour_heard(f->table, &moved, NEIGHBOUR_OVERHEARD);
	assert_true(is_at(f, GUEST, 0xbb));
}

static void addresses_of_no_host_are_neither_learned_nor_asked(void **state)
{
	static const uint32_t bad[] = {GATEWAY,    0,          0x0a140000,
				       0x0a14ffff, 0x0a150001, UINT32_MAX};
	struct fixture *f = *state;
	struct neighbour group = {GUEST, mac_of(0xaa), 3};
	struct waiter a;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		heard(f, bad[i], 0xaa, 3);
		assert_int_equal(resolve(f, bad[i], &a), -EHOSTUNREACH);
	}
	heard(f, GUEST, 1, 3); /* our own MAC address */
	group.mac.b[0] = 0x53;
	neighbour_heard(f->table, &group, NEIGHBOUR_TOLD);
	group.mac = (struct mac){{0}};
	neighbour_heard(f->table, &group, NEIGHBOUR_TOLD);
	assert_int_equal(counters(f)->entries, 0);
	assert_int_equal(f->requests, 0);
}

static void flood_of_one_port_pushes_out_its_own_alone(void **state)
{
	struct fixture *f = *state;
	uint32_t i;

	heard(f, GUEST, 0xaa, 3);
	for (i = 0; i < 10 * NEIGHBOUR_MAX; i++)
		heard(f, 0x0a141000 + i, 0xbb, 4);
	assert_int_equal(counters(f)->entries, NEIGHBOUR_MAX);
	assert_int_equal(counters(f)->evicted, 9 * NEIGHBOUR_MAX + 1);
	assert_true(is_at(f, GUEST, 0xaa));
	for (i = 0; i < 50; i++)
		heard(f, 0x0a140100 + i, 0xcc, 5);
	assert_true(is_at(f, 0x0a140100, 0xcc));
	assert_true(is_at(f, GUEST, 0xaa));
	assert_int_equal(counters(f)->entries, NEIGHBOUR_MAX);
}

static void questions_are_bounded_and_survive_a_flood(void **state)
{
	static struct waiter waiters[NEIGHBOUR_MAX_WAITS];
	struct fixture *f = *state;
	struct waiter extra;
	unsigned i;

	for (i = 0; i < NEIGHBOUR_MAX_ASKED; i++)
		assert_int_equal(resolve(f, OTHER + i, &waiters[i]),
				 -EINPROGRESS);
	assert_int_equal(resolve(f, GUEST, &extra), -ENOBUFS);
	for (; i < NEIGHBOUR_MAX_WAITS; i++)
		assert_int_equal(resolve(f, OTHER, &waiters[i]), -EINPROGRESS);
	assert_int_equal(resolve(f, OTHER, &extra), -ENOBUFS);
	assert_int_equal(counters(f)->full, 2);
	for (i = 0; i < 2 * NEIGHBOUR_MAX; i++)
		heard(f, 0x0a141000 + i, 0xbb, 4);
	advance(f, NSEC_PER_SEC);
	assert_int_equal(f->requests, 2 * NEIGHBOUR_MAX_ASKED);
	heard(f, OTHER, 0xcc, 5);
	advance(f, NSEC_PER_SEC);
	advance(f, NSEC_PER_SEC);
	for (i = 0; i < NEIGHBOUR_MAX_WAITS; i++)
		assert_int_equal(waiters[i].calls, 1);
	assert_int_equal(counters(f)->failed, NEIGHBOUR_MAX_ASKED - 1);
	assert_int_equal(resolve(f, GUEST, &extra), -EINPROGRESS);
}

int main(void)
{
#define NEIGHBOUR_TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		NEIGHBOUR_TEST(who_spoke_is_known_without_asking),
		NEIGHBOUR_TEST(
			unknown_address_is_asked_for_once_for_all_who_wait),
		NEIGHBOUR_TEST(nobody_answers_three_requests_in_three_seconds),
		NEIGHBOUR_TEST(stale_neighbour_is_asked_before_it_is_given_out),
		NEIGHBOUR_TEST(sign_of_life_keeps_a_neighbour_reachable),
		NEIGHBOUR_TEST(last_claim_moves_an_address_that_is_nobodys),
		NEIGHBOUR_TEST(leased_address_cannot_be_claimed_by_another),
		NEIGHBOUR_TEST(new_lease_ends_what_was_believed_before),
		NEIGHBOUR_TEST(packet_teaches_but_never_moves),
		NEIGHBOUR_TEST(what_is_said_to_others_teaches_nothing_new),
		NEIGHBOUR_TEST(
			addresses_of_no_host_are_neither_learned_nor_asked),
		NEIGHBOUR_TEST(flood_of_one_port_pushes_out_its_own_alone),
		NEIGHBOUR_TEST(questions_are_bounded_and_survive_a_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
