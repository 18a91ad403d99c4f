// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lz4.c - streams made by hand
 */
#include "unit/cmocka_wrap.h"

#include <errno.h>
#include <string.h>

#include "cli/image/lz4.h"
#include "core/util.h"

#define STREAM(bytes) "\x02\x21\x4c\x18" bytes
#define ROOM 1024

/* @stream is a text, but for the NUL behind it */
#define UNPACK(stream, out, size) \
	lz4_unpack((const uint8_t *)(stream), sizeof(stream) - 1, out, size)

static void literals_and_matches(void **state)
{
	static const char stream[] = STREAM("\x0e\0\0\0"
					    "\x42"
					    "abcd\x02\0"
					    "\x60"
					    "xyzXYZ") "\x02\0\0\0\x10!";
	uint8_t out[ROOM];

	(void)state;
	/* from two back, six bytes; then a block of its own */
	assert_int_equal(UNPACK(stream, out, 17), 0);
	assert_memory_equal(out, "abcdcdcdcdxyzXYZ!", 17);
}

static void long_lengths_go_on_in_bytes(void **state)
{
	/* 1 literal; a match of 4 + 15 + 255 + 3 = 277 from 1 back; 16 more */
	static const char stream[] = STREAM("\x18\0\0\0"
					    "\x1fz\x01\0\xff\x03"
					    "\xf0\x01"
					    "0123456789abcdef");
	uint8_t out[ROOM], same[278];

	(void)state;
	memset(same, 'z', sizeof(same));
	assert_int_equal(UNPACK(stream, out, 294), 0);
	assert_memory_equal(out, same, sizeof(same));
	assert_memory_equal(out + 278, "0123456789abcdef", 16);
}

static void damaged_streams_are_refused(void **state)
{
	static const struct {
		const char *what, *bytes;
		size_t len, size;
	} cases[] = {
		{"nothing", "", 0, 0},
		{"another format", "\x04\x22\x4d\x18", 4, 0},
		{"a block of nothing", STREAM("\0\0\0\0"), 8, 0},
		{"a block that isn't all there", STREAM("\x03\0\0\0\x10!"), 10,
		 1},
		{"rest behind the last block", STREAM("\x02\0\0\0\x10!\0"), 11,
		 1},
		{"literals that aren't there", STREAM("\x02\0\0\0\x20!"), 10,
		 2},
		{"literals without room", STREAM("\x03\0\0\0\x20!!"), 11, 1},
		{"a length without end", STREAM("\x02\0\0\0\xf0\xff"), 10, 99},
		{"half an offset", STREAM("\x03\0\0\0\x10!\x01"), 11, 9},
		{"offset 0", STREAM("\x05\0\0\0\x10!\0\0\0"), 13, 5},
		{"from before the block", STREAM("\x05\0\0\0\x10!\x02\0\0"), 13,
		 5},
		{"a match without room", STREAM("\x05\0\0\0\x10!\x01\0\0"), 13,
		 4},
		{"an end behind a match", STREAM("\x04\0\0\0\x10!\x01\0"), 12,
		 5},
		{"less than was said", STREAM("\x02\0\0\0\x10!"), 10, 2},
	};
	uint8_t out[ROOM];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if (lz4_unpack((const uint8_t *)cases[i].bytes, cases[i].len,
			       out, cases[i].size) != -EINVAL)
			fail_msg("taken: %s", cases[i].what);
	}
	assert_int_equal(lz4_unpack((const uint8_t *)STREAM("\x02\0\0\0\x10!"),
				    10, out, 1),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals_and_matches),
		cmocka_unit_test(long_lengths_go_on_in_bytes),
		cmocka_unit_test(damaged_streams_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
