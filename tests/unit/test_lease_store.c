// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lease_store.c - leases survive restarts, crashes and vandals
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/labd/lease_store.h"

struct fixture {
	char folder[64];
	char path[96];
	char bad[128];
	struct clock clock;
	struct log log;
};

static int setup(void **state)
{
	static struct fixture f;

	strcpy(f.folder, "/tmp/weft-lease-XXXXXX");
	if (!mkdtemp(f.folder))
		return -1;
	snprintf(f.path, sizeof(f.path), "%s/leases", f.folder);
	snprintf(f.bad, sizeof(f.bad), "%s.bad", f.path);
	clock_init_monotonic(&f.clock);
	f.log = (struct log){LOG_ERROR, "test", &f.clock};
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	unlink(f->path);
	unlink(f->bad);
	return rmdir(f->folder);
}

static struct lease_entry lease(uint32_t address, uint8_t last, int64_t expires)
{
	struct lease_entry entry = {.network = "wan",
				    .address = address,
				    .mac = {{2, 0, 0, 0, 0, last}},
				    .expires_s = expires,
				    .client_id_len = 3,
				    .client_id = {1, 0xff, last},
				    .hostname = "web1"};

	return entry;
}

static void expect_lease(const struct lease_entry *found,
			 const struct lease_entry *put)
{
	assert_string_equal(found->network, put->network);
	assert_int_equal(found->address, put->address);
	assert_true(mac_is_equal(&found->mac, &put->mac));
	assert_int_equal(found->expires_s, put->expires_s);
	assert_int_equal(found->client_id_len, put->client_id_len);
	assert_memory_equal(found->client_id, put->client_id,
			    put->client_id_len);
	assert_string_equal(found->hostname, put->hostname);
}

static void append(const char *path, const char *text)
{
	FILE *file = fopen(path, "a");

	fputs(text, file);
	fclose(file);
}

static void leases_are_there_after_a_restart(void **state)
{
	struct fixture *f = *state;
	struct lease_entry a = lease(0x0a140064, 1, 1900000000);
	struct lease_entry b = lease(0x0a140065, 2, 1900000000);
	struct lease_store *store = lease_store_open(f->path, &f->log, NULL);

	assert_non_null(store);
	assert_int_equal(lease_store_put(store, &a), 0);
	assert_int_equal(lease_store_put(store, &b), 0);
	a.expires_s = 2000000000;
	assert_int_equal(lease_store_put(store, &a), 0);
	lease_store_close(store);
	store = lease_store_open(f->path, &f->log, NULL);
	assert_int_equal(lease_store_count(store), 2);
	expect_lease(lease_store_get(store, 0), &a);
	expect_lease(lease_store_get(store, 1), &b);
	lease_store_close(store);
}

static void torn_last_line_is_passed_over(void **state)
{
	struct fixture *f = *state;
	struct lease_entry a = lease(0x0a140064, 1, 1900000000);
	struct lease_store *store = lease_store_open(f->path, &f->log, NULL);

	lease_store_put(store, &a);
	lease_store_close(store);
	append(f->path, "{\"net\":\"wan\",\"ip\":\"10.2");
	store = lease_store_open(f->path, &f->log, NULL);
	assert_int_equal(lease_store_count(store), 1);
	assert_int_not_equal(access(f->bad, F_OK), 0);
	lease_store_close(store);
}

static void damaged_file_is_set_aside_and_its_good_lines_used(void **state)
{
	struct fixture *f = *state;
	struct lease_entry a = lease(0x0a140064, 1, 1900000000);
	struct lease_store *store = lease_store_open(f->path, &f->log, NULL);

	lease_store_put(store, &a);
	lease_store_close(store);
	append(f->path, "\x01\x02 binary junk\n");
	f->log.level = -1;
	store = lease_store_open(f->path, &f->log, NULL);
	assert_int_equal(lease_store_count(store), 1);
	assert_int_equal(access(f->bad, F_OK), 0);
	lease_store_close(store);
}

static void line_with_a_wrong_sum_does_not_count(void **state)
{
	struct fixture *f = *state;
	struct lease_store *store;

	append(f->path,
	       "{\"expires\":1,\"host\":\"\",\"id\":\"\",\"ip\":\"10.0.0.1\","
	       "\"mac\":\"02:00:00:00:00:01\",\"net\":\"wan\"} 00000000\n");
	f->log.level = -1;
	store = lease_store_open(f->path, &f->log, NULL);
	assert_int_equal(lease_store_count(store), 0);
	lease_store_close(store);
}

static void log_is_compacted_when_it_outgrows_its_content(void **state)
{
	struct fixture *f = *state;
	struct lease_entry a = lease(0x0a140064, 1, 0);
	struct lease_store *store = lease_store_open(f->path, &f->log, NULL);
	struct stat st;
	int i;

	for (i = 0; i < 1010; i++) {
		a.expires_s = i;
		assert_int_equal(lease_store_put(store, &a), 0);
	}
	assert_int_equal(stat(f->path, &st), 0);
	assert_in_range(st.st_size, 100, 2000);
	lease_store_close(store);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* In memory: each of so many leases is synced. */
static void full_store_gives_up_what_expires_first(void **state)
{
	static const char path[] = "/dev/shm/weft-lease-test-full";
	struct fixture *f = *state;
	struct lease_store *store;
	struct lease_entry entry;
	struct err err;
	unsigned i;

	unlink(path);
	store = lease_store_open(path, &f->log, &err);
	assert_non_null(store);
	for (i = 0; i < LEASE_STORE_MAX; i++) {
		entry = lease(0x0a000000 + i, 1, i == 5 ? 0 : 5000);
		assert_int_equal(lease_store_put(store, &entry), 0);
	}
	entry = lease(0x0b000000, 1, 6000);
	assert_int_equal(lease_store_put(store, &entry), 0);
	assert_int_equal(lease_store_count(store), LEASE_STORE_MAX);
	assert_int_equal(lease_store_get(store, 5)->address, 0x0b000000);
	lease_store_close(store);
	store = lease_store_open(path, &f->log, &err);
	assert_int_equal(lease_store_count(store), LEASE_STORE_MAX);
	assert_int_equal(lease_store_get(store, 5)->address, 0x0b000000);
	lease_store_close(store);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(leases_are_there_after_a_restart),
		T(torn_last_line_is_passed_over),
		T(damaged_file_is_set_aside_and_its_good_lines_used),
		T(line_with_a_wrong_sum_does_not_count),
		T(log_is_compacted_when_it_outgrows_its_content),
		T(full_store_gives_up_what_expires_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
