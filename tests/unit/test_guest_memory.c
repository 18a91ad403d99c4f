// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_guest_memory.c - translation, what is refused, and memory taken away
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/guest_memory.h"
#include "core/sigbus_guard.h"

#define PAGE 4096u

static struct guest_memory mem;

static int new_memfd(size_t size)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	return fd;
}

static int add(uint64_t gpa, uint64_t size, uint64_t user, uint64_t offset,
	       int fd)
{
	struct guest_region_settings settings = {gpa, size, user, offset};

	return guest_memory_add(&mem, &settings, fd);
}

static void guest_memory_translates_both_kinds_of_address(void **state)
{
	int fd = new_memfd(8 * PAGE);
	uint8_t *p;

	(void)state;
	guest_memory_init(&mem);
	assert_int_equal(add(0x10000, 4 * PAGE, 0x700000, 0, fd), 0);
	p = guest_memory_at(&mem, 0x10000, 4 * PAGE);
	assert_non_null(p);
	assert_ptr_equal(guest_memory_at_user(&mem, 0x700010, 8), p + 16);
	assert_ptr_equal(guest_memory_at(&mem, 0x10000 + 4 * PAGE - 1, 1),
			 p + 4 * PAGE - 1);
	assert_null(guest_memory_at(&mem, 0x10000 + 4 * PAGE - 1, 2));
	assert_null(guest_memory_at(&mem, 0xffff, 2));
	assert_null(guest_memory_at(&mem, UINT64_MAX, 2));
	assert_null(guest_memory_at_user(&mem, 0x700000, UINT64_MAX));
	guest_memory_clear(&mem);
	assert_null(guest_memory_at(&mem, 0x10000, 1));
	close(fd);
}

static void guest_memory_honours_an_unaligned_file_offset(void **state)
{
	int fd = new_memfd(8 * PAGE);
	uint8_t *p;

	(void)state;
	guest_memory_init(&mem);
	assert_int_equal(pwrite(fd, "weft", 4, PAGE + 100), 4);
	assert_int_equal(add(0, PAGE, 0, PAGE + 100, fd), 0);
	p = guest_memory_at(&mem, 0, 4);
	assert_memory_equal(p, "weft", 4);
	guest_memory_clear(&mem);
	close(fd);
}

static void guest_memory_splits_a_range_over_two_regions(void **state)
{
	uint8_t low[PAGE], high[PAGE], out[4];
	struct guest_region_settings a = {0x1000, PAGE, 0x1000, 0};
	struct guest_region_settings b = {0x2000, PAGE, 0x9000, 0};
	struct iovec iov[4];

	(void)state;
	guest_memory_init(&mem);
	assert_int_equal(guest_memory_add_own(&mem, &a, low), 0);
	assert_int_equal(guest_memory_add_own(&mem, &b, high), 0);
	assert_null(guest_memory_at(&mem, 0x1ffe, 4));
	assert_int_equal(guest_memory_map(&mem, 0x1ffe, 4, iov, 4), 2);
	assert_ptr_equal(iov[0].iov_base, low + PAGE - 2);
	assert_ptr_equal(iov[1].iov_base, high);
	assert_int_equal(iov[0].iov_len + iov[1].iov_len, 4);
	assert_int_equal(guest_memory_map(&mem, 0x1ffe, 4, iov, 1), 0);
	assert_int_equal(guest_memory_map(&mem, 0x2ffe, 4, iov, 4), 0);
	memcpy(low + PAGE - 2, "we", 2);
	memcpy(high, "ft", 2);
	assert_true(guest_memory_read(&mem, 0x1ffe, out, 4));
	assert_memory_equal(out, "weft", 4);
	assert_false(guest_memory_read(&mem, 0x2ffe, out, 4));
	guest_memory_clear(&mem);
}

static void guest_memory_refuses_nonsense_and_overlap(void **state)
{
	int fd = new_memfd(8 * PAGE);

	(void)state;
	guest_memory_init(&mem);
	assert_int_equal(add(0, 0, 0, 0, fd), -EINVAL);
	assert_int_equal(add(UINT64_MAX - 10, PAGE, 0, 0, fd), -EINVAL);
	assert_int_equal(add(0, PAGE, UINT64_MAX - 10, 0, fd), -EINVAL);
	assert_int_equal(add(0, PAGE, 0, UINT64_MAX - 10, fd), -EINVAL);
	assert_int_equal(add(0, PAGE, 0, INT64_MAX, fd), -EINVAL);
	assert_int_equal(add(0, 9 * PAGE, 0, 0, fd), -ERANGE);
	assert_int_equal(add(0, PAGE, 0, 8 * PAGE, fd), -ERANGE);
	assert_int_equal(add(0x1000, PAGE, 0x1000, 0, fd), 0);
	assert_int_equal(add(0x1fff, PAGE, 0x8000, 0, fd), -EINVAL);
	assert_int_equal(add(0x8000, PAGE, 0x1800, 0, fd), -EINVAL);
	assert_int_equal(mem.count, 1);
	guest_memory_clear(&mem);
	close(fd);
}

static void guest_memory_is_bounded_by_its_slots(void **state)
{
	int fd = new_memfd(PAGE);
	unsigned i;

	(void)state;
	guest_memory_init(&mem);
	for (i = 0; i < GUEST_MEMORY_MAX_REGIONS; i++)
		assert_int_equal(add(i * PAGE, PAGE, i * PAGE, 0, fd), 0);
	assert_int_equal(add(i * PAGE, PAGE, i * PAGE, 0, fd), -ENOSPC);
	assert_non_null(guest_memory_at(&mem, 31 * PAGE, PAGE));
	guest_memory_clear(&mem);
	close(fd);
}

static void guest_memory_refuses_files_that_are_no_memory(void **state)
{
	int pipe_fds[2], fd, memfd;
	char path[32];

	(void)state;
	guest_memory_init(&mem);
	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(add(0, PAGE, 0, 0, pipe_fds[0]), -EACCES);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
	assert_int_equal(add(0, PAGE, 0, 0, fd), -EACCES);
	close(fd);
	fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	assert_int_equal(add(0, PAGE, 0, 0, fd), -EACCES);
	close(fd);
	memfd = new_memfd(PAGE);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", memfd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(add(0, PAGE, 0, 0, fd), -EACCES);
	close(fd);
	close(memfd);
	fd = open("/", O_PATH | O_CLOEXEC);
	assert_int_equal(add(0, PAGE, 0, 0, fd), -EACCES);
	close(fd);
	assert_int_equal(add(0, PAGE, 0, 0, -1), -EACCES);
}

static void guest_memory_removes_only_what_was_added(void **state)
{
	struct guest_region_settings settings = {0x1000, PAGE, 0x2000, 0};
	int fd = new_memfd(2 * PAGE);

	(void)state;
	guest_memory_init(&mem);
	assert_int_equal(add(0x1000, PAGE, 0x2000, 0, fd), 0);
	settings.size = PAGE - 1;
	assert_int_equal(guest_memory_remove(&mem, &settings), -ENOENT);
	settings.size = PAGE;
	assert_int_equal(guest_memory_remove(&mem, &settings), 0);
	assert_int_equal(guest_memory_remove(&mem, &settings), -ENOENT);
	assert_null(guest_memory_at(&mem, 0x1000, 1));
	close(fd);
}

static void guest_memory_survives_a_file_that_is_truncated(void **state)
{
	struct sigbus_stack stack;
	int fd = new_memfd(4 * PAGE);
	volatile uint8_t *p;

	(void)state;
	guest_memory_init(&mem);
	assert_int_equal(sigbus_stack_init(&stack, NULL), 0);
	assert_int_equal(add(0, 4 * PAGE, 0, 0, fd), 0);
	p = guest_memory_at(&mem, 0, 4 * PAGE);
	p[2 * PAGE] = 7;
	assert_false(guest_memory_is_poisoned(&mem));
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(p[2 * PAGE], 0);
	p[0] = 1;
	assert_true(guest_memory_is_poisoned(&mem));
	guest_memory_clear(&mem);
	assert_false(guest_memory_is_poisoned(&mem));
	sigbus_stack_fini(&stack);
	close(fd);
}

static void sigbus_elsewhere_still_kills(void **state)
{
	int fd = new_memfd(PAGE), status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (!pid) {
		struct sigbus_stack stack;
		volatile char *p;

		sigbus_stack_init(&stack, NULL);
		p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
		if (ftruncate(fd, 0))
			_exit(1);
		_exit(p[0]);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGBUS);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guest_memory_translates_both_kinds_of_address),
		cmocka_unit_test(guest_memory_honours_an_unaligned_file_offset),
		cmocka_unit_test(guest_memory_splits_a_range_over_two_regions),
		cmocka_unit_test(guest_memory_refuses_nonsense_and_overlap),
		cmocka_unit_test(guest_memory_is_bounded_by_its_slots),
		cmocka_unit_test(guest_memory_refuses_files_that_are_no_memory),
		cmocka_unit_test(guest_memory_removes_only_what_was_added),
		cmocka_unit_test(
			guest_memory_survives_a_file_that_is_truncated),
		cmocka_unit_test(sigbus_elsewhere_still_kills),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
