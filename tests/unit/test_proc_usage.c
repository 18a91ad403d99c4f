// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_proc_usage.c - a proc(5) of our own is read as the kernel means it
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cmd/proc_usage.h"

static char folder[] = "/tmp/test-proc-XXXXXX";

/* A process with @ticks of each kind of time and @pages of memory. */
static void make(int pid, const char *name, int ticks, int pages,
		 const char *children)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%d", folder, pid);
	assert_int_equal(mkdir(path, 0700), 0);
	strcat(path, "/task");
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/%d/task/%d", folder, pid, pid);
	assert_int_equal(mkdir(path, 0700), 0);
	strcat(path, "/children");
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(children, file);
	fclose(file);
	snprintf(path, sizeof(path), "%s/%d/stat", folder, pid);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file,
		"%d (%s) S 1 1 1 0 -1 4194560 1 2 3 4 %d %d %d %d 20 0 1 0 "
		"100 1000000 %d 18446744073709551615 1 1\n",
		pid, name, ticks, ticks, ticks, ticks, pages);
	fclose(file);
}

static int setup(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/test-proc-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void descendants_count_if_they_are_wanted(void **state)
{
	int64_t page = sysconf(_SC_PAGESIZE), hz = sysconf(_SC_CLK_TCK);
	struct proc_usage usage;

	(void)state;
	make(10, "a ) b", 25, 100, "20 30 ");
	make(20, "sh", 5, 10, "40 ");
	make(40, "sleep", 1, 1, "");
	assert_int_equal(proc_usage_read(folder, 10, false, &usage), 0);
	assert_int_equal(usage.cpu_ms, 100 * 1000 / hz);
	assert_int_equal(usage.rss_bytes, 100 * page);
	assert_int_equal(proc_usage_read(folder, 10, true, &usage), 0);
	assert_int_equal(usage.processes, 3); /* 30 has just ended */
	assert_int_equal(usage.cpu_ms, 124 * 1000 / hz);
	assert_int_equal(usage.rss_bytes, 111 * page);
}

static void process_that_is_not_there_is_told(void **state)
{
	struct proc_usage usage;

	(void)state;
	assert_int_equal(proc_usage_read(folder, 10, true, &usage), -ESRCH);
	assert_int_equal(proc_usage_read("/proc", getpid(), true, &usage), 0);
	assert_true(usage.rss_bytes > 0);
}

/* It is its own child: this must end. */
static void nonsense_ends(void **state)
{
	struct proc_usage usage;

	(void)state;
	make(10, "loop", 1, 1, "10 10 ");
	assert_int_equal(proc_usage_read(folder, 10, true, &usage), 0);
	assert_int_equal(usage.processes, PROC_TREE_MAX);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(descendants_count_if_they_are_wanted),
		T(process_that_is_not_there_is_told),
		T(nonsense_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
