/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * console_test.h - what all tests of a console begin with: one bed for a file,
 * made anew for each test
 */
#ifndef UNIT_CONSOLE_TEST_H
#define UNIT_CONSOLE_TEST_H

#include "unit/cmocka_wrap.h"

#include "unit/console_bed.h"

static struct console_bed bed;

/** set_up_only() - the driver has not started */
static inline int set_up_only(void **state)
{
	(void)state;
	return console_bed_open(&bed);
}

static inline int set_up(void **state)
{
	if (set_up_only(state))
		return -1;
	console_start(&bed);
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	return console_bed_close(&bed);
}

/** assert_told() - the next control message is this one */
static inline void assert_told(const char *message)
{
	char text[64];

	assert_string_equal(console_told(&bed, text), message);
}

#endif
