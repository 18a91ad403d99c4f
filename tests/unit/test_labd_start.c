// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_labd_start.c - starting a labd that is a shell script
 */
#include "unit/cmocka_wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cmd/labd_start.h"
#include "cli/exit_code.h"

static struct state_dir dir;
static char program[STATE_PATH_SIZE + 8];

static int start(const char *script, int stop_fd, struct err *err)
{
	FILE *file = fopen(program, "w");

	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", script);
	fclose(file);
	assert_int_equal(chmod(program, 0700), 0);
	return labd_start(program, "office", &dir, stop_fd, err);
}

static void ready_letter_is_success_while_labd_goes_on(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(start("[ \"$*\" = \"labd --lab office --state ${0%/*} "
			       "--ready-fd 3\" ] || exit 9\n"
			       "printf R >&3",
			       -1, &err),
			 0);
}

static void failure_text_and_exit_code_come_through(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(start("printf 'E6 no /dev/net/tun' >&3", -1, &err),
			 EXIT_HOST);
	assert_string_equal(err.msg, "no /dev/net/tun");
}

static void death_shows_the_end_of_the_log(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(
		start("echo 'it hurts here' >&2; kill -9 $$", -1, &err),
		EXIT_FAILED);
	assert_non_null(strstr(err.msg, "it hurts here"));
}

static void missing_program_is_told(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(labd_start("/nosuch", "office", &dir, -1, &err),
			 EXIT_FAILED);
	assert_non_null(strstr(err.msg, "/nosuch"));
}

static void stop_descriptor_ends_the_wait(void **state)
{
	struct err err;
	int stop[2];

	(void)state;
	assert_int_equal(pipe(stop), 0);
	assert_int_equal(write(stop[1], "x", 1), 1);
	assert_int_equal(start("exit 0", stop[0], &err), EXIT_INTERRUPTED);
	close(stop[0]);
	close(stop[1]);
}

static int make_scratch(void **state)
{
	(void)state;
	strcpy(dir.path, "/tmp/test-labd-XXXXXX");
	if (!mkdtemp(dir.path))
		return -1;
	snprintf(program, sizeof(program), "%s/labd", dir.path);
	return 0;
}

static int remove_scratch(void **state)
{
	char log[STATE_PATH_SIZE];

	(void)state;
	state_dir_file(&dir, "labd.log", log, NULL);
	unlink(log);
	unlink(program);
	return rmdir(dir.path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ready_letter_is_success_while_labd_goes_on),
		cmocka_unit_test(failure_text_and_exit_code_come_through),
		cmocka_unit_test(death_shows_the_end_of_the_log),
		cmocka_unit_test(missing_program_is_told),
		cmocka_unit_test(stop_descriptor_ends_the_wait),
	};

	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
