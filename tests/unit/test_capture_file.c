// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_capture_file.c - files of captures: found whole again, and judged
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/labd/capture_file.h"
#include "switch/capture/pcapng.h"

static char folder[] = "/tmp/weft-capture-XXXXXX";
static char path[64];

static size_t make_file(size_t cut, const char *more)
{
	static uint8_t bytes[PCAPNG_BLOCK_MAX];
	const struct pcapng_interface interface = {"w:0", NULL, 96};
	struct pcapng out = {bytes, sizeof(bytes), 0};
	FILE *file = fopen(path, "w");
	size_t whole;

	pcapng_add_section(&out, "weft");
	whole = out.len;
	pcapng_add_interface(&out, &interface);
	if (!cut)
		whole = out.len;
	fwrite(bytes, 1, out.len - cut, file);
	fputs(more, file);
	fclose(file);
	return whole;
}

static void expect_end(bool resume, size_t wanted)
{
	struct stat st;
	int fd = capture_file_open(path, resume, NULL);

	assert_true(fd >= 0);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), wanted);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, wanted);
	close(fd);
}

static void half_a_block_is_cut_off(void **state)
{
	(void)state;
	expect_end(true, make_file(0, ""));
	expect_end(true, make_file(1, ""));
	expect_end(true, make_file(30, ""));
	expect_end(true, make_file(0, "xyz"));
	expect_end(true, make_file(0, "\6\1\1\1\4\1\1\1 what is no block"));
	make_file(0, "");
	expect_end(false, 0);
}

static void only_a_regular_file_is_a_labs_own(void **state)
{
	struct err err;

	(void)state;
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(capture_file_probe(path, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "no regular file"));
	unlink(path);
	assert_int_equal(capture_file_probe(path, &err), 0);
	assert_int_equal(capture_file_probe("/nowhere/x", &err), -ENOENT);
}

static void descriptor_must_not_block_nor_be_for_reading(void **state)
{
	uint64_t offset = 7;
	bool is_file = true;
	struct err err;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(
		capture_file_check(ends[0], true, &is_file, &offset, &err),
		-EINVAL);
	assert_int_equal(
		capture_file_check(ends[1], true, &is_file, &offset, &err),
		-EINVAL);
	assert_non_null(strstr(err.msg, "does not block"));
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	assert_int_equal(
		capture_file_check(ends[1], true, &is_file, &offset, &err), 0);
	assert_false(is_file);
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(
		capture_file_check(ends[1], true, &is_file, &offset, &err),
		-EINVAL);
}

static void clients_file_begins_anew(void **state)
{
	uint64_t offset = 7;
	bool is_file = false;
	size_t whole;
	int fd;

	(void)state;
	whole = make_file(0, "");
	fd = open(path, O_WRONLY);
	assert_int_equal(capture_file_check(fd, false, &is_file, &offset, NULL),
			 0);
	assert_int_equal(offset, whole);
	assert_int_equal(capture_file_check(fd, true, &is_file, &offset, NULL),
			 0);
	assert_true(is_file);
	assert_int_equal(offset, 0);
	close(fd);
}

static void file_is_written_by_one_whatever_its_name(void **state)
{
	char other[96];
	uint64_t offset;
	bool is_file;
	int own, fd;

	(void)state;
	snprintf(other, sizeof(other), "%s/./f.pcapng", folder);
	own = capture_file_open(path, false, NULL);
	assert_true(own >= 0);
	assert_int_equal(write(own, "x", 1), 1);
	assert_int_equal(capture_file_open(other, false, NULL), -EBUSY);
	assert_int_equal(capture_file_probe(other, NULL), 0);
	fd = open(other, O_WRONLY);
	assert_int_equal(capture_file_check(fd, true, &is_file, &offset, NULL),
			 -EBUSY);
	assert_int_equal(lseek(fd, 0, SEEK_END), 1);
	close(own);
	assert_int_equal(capture_file_check(fd, true, &is_file, &offset, NULL),
			 0);
	close(fd);
}

static void pipe_does_not_block_whatever_its_client_does(void **state)
{
	static const char bytes[4096];
	int ends[2], own, i;

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	own = capture_file_own(dup(ends[1]));
	assert_true(own >= 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, 0), 0);
	assert_true(fcntl(own, F_GETFL) & O_NONBLOCK);
	alarm(10);
	for (i = 0; i < 1024 && write(own, bytes, sizeof(bytes)) > 0; i++)
		;
	assert_int_equal(errno, EAGAIN);
	alarm(0);
	close(ends[0]);
	close(ends[1]);
	close(own);
}

static void what_only_reads_is_not_opened_for_writing(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	assert_int_equal(capture_file_own(ends[0]), ends[0]);
	assert_int_equal(capture_file_own(-1), -1);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_a_block_is_cut_off),
		cmocka_unit_test(only_a_regular_file_is_a_labs_own),
		cmocka_unit_test(descriptor_must_not_block_nor_be_for_reading),
		cmocka_unit_test(clients_file_begins_anew),
		cmocka_unit_test(file_is_written_by_one_whatever_its_name),
		cmocka_unit_test(pipe_does_not_block_whatever_its_client_does),
		cmocka_unit_test(what_only_reads_is_not_opened_for_writing),
	};
	int code;

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/f.pcapng", folder);
	code = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	rmdir(folder);
	return code;
}
