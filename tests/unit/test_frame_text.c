// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_frame_text.c - frames in words, whole and cut off
 */
#include "unit/cmocka_wrap.h"

#include <string.h>

#include "cli/cmd/frame_text.h"

#define MACS "\x02\0\0\0\0\2\x02\0\0\0\0\1"
#define IPV4(protocol) \
	"\x08\0\x45\0\0\x54\0\1\0\0\x40" protocol "\0\0\x0a\0\0\1\x0a\0\0\2"

struct sample {
	const char *bytes;
	size_t len;
	const char *text;
};

#define SAMPLE(bytes, text)                    \
	{                                      \
		bytes, sizeof(bytes) - 1, text \
	}

static const struct sample samples[] = {
	SAMPLE("", "no frame"),
	SAMPLE(MACS "\x88\xb5", "02:00:00:00:00:01 > 02:00:00:00:00:02, "
				"ethertype 0x88b5"),
	SAMPLE(MACS "\x08\6\0\1\x08\0\6\4\0\1\2\0\0\0\0\1\x0a\0\0\1"
		    "\0\0\0\0\0\0\x0a\0\0\2",
	       "ARP who-has 10.0.0.2 tell 10.0.0.1"),
	SAMPLE(MACS "\x08\6\0\1\x08\0\6\4\0\2\2\0\0\0\0\1\x0a\0\0\1"
		    "\0\0\0\0\0\0\x0a\0\0\2",
	       "ARP 10.0.0.1 is-at 02:00:00:00:00:01"),
	SAMPLE(MACS "\x08\6\0\1", "ARP"),
	SAMPLE(MACS "\x08\0\x45", "IP"),
	SAMPLE(MACS IPV4("\1") "\x08\0\0\0\0\x0d\0\2",
	       "IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 13, seq 2"),
	SAMPLE(MACS IPV4("\1") "\3\1", "IP 10.0.0.1 > 10.0.0.2: ICMP type 3 "
				       "code 1"),
	SAMPLE(MACS IPV4("\6") "\0\x50\x9c\x40\0\0\0\1\0\0\0\2\x50\x12\1\0",
	       "IP 10.0.0.1.80 > 10.0.0.2.40000: TCP [S.] seq 1 ack 2 win "
	       "256"),
	SAMPLE(MACS IPV4("\6") "\0\x50\x9c\x40",
	       "IP 10.0.0.1.80 > 10.0.0.2.40000: TCP"),
	SAMPLE(MACS IPV4("\x11") "\0\x35\0\x36",
	       "IP 10.0.0.1.53 > 10.0.0.2.54: UDP"),
	SAMPLE(MACS "\x81\0\0\7" IPV4("\x59"),
	       "vlan 7, IP 10.0.0.1 > 10.0.0.2: protocol 89"),
	SAMPLE(MACS "\x08\0\x4f\0\0\x54\0\1\0\0\x40\6\0\0\x0a\0\0\1\x0a\0\0\2",
	       "IP 10.0.0.1 > 10.0.0.2: TCP"),
	SAMPLE(MACS "\x08\0\x45\0\0\x54\0\1\0\5\x40\6\0\0\x0a\0\0\1\x0a\0\0\2"
		    "\0\x50\0\x51",
	       "IP 10.0.0.1 > 10.0.0.2: fragment"),
	SAMPLE(MACS "\x86\xdd\x60\0\0\0\0\x08\x3a\x40"
		    "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
		    "\xff\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1\x80\0\0\0\0\1\0\2",
	       "IP6 fe80::1 > ff02::1: ICMPv6 echo request, id 1, seq 2"),
	SAMPLE(MACS "\x86\xdd\x60", "IP6"),
};

static void frames_are_told_as_far_as_they_go(void **state)
{
	char text[FRAME_TEXT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		frame_text((const uint8_t *)samples[i].bytes, samples[i].len,
			   text);
		assert_string_equal(text, samples[i].text);
	}
}

static void no_frame_is_too_short_to_be_told(void **state)
{
	char text[FRAME_TEXT_SIZE];
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		for (len = 0; len < samples[i].len; len++) {
			/* of its very size: a sanitizer sees a byte too far */
			uint8_t copy[128];

			memcpy(copy + sizeof(copy) - len, samples[i].bytes,
			       len);
			frame_text(copy + sizeof(copy) - len, len, text);
			assert_true(strlen(text) < FRAME_TEXT_SIZE);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_told_as_far_as_they_go),
		cmocka_unit_test(no_frame_is_too_short_to_be_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
