// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lacp_msg.c - LACPDUs and markers as peers send them, and as they don't
 */
#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "switch/lacp/lacp_msg.h"

#define SUBTYPE 14
#define VERSION 15
#define ACTOR 16
#define PARTNER 36
#define COLLECTOR 56
#define TERMINATOR 72

/* Heads of frames; all that follows is zero, up to 124 bytes. */

/* Captured from Open vSwitch 3.1, lacp=active lacp-time=fast, no partner yet.
 */
static const uint8_t from_ovs[] = {
	0x01, 0x80, 0xc2, 0x00, 0x00, 0x02, 0x3a, 0x25, 0x90, 0x16, 0x99, 0x35,
	0x88, 0x09, 0x01, 0x01, 0x01, 0x14, 0xff, 0xfe, 0x4a, 0xb1, 0x3d, 0x40,
	0x80, 0x4d, 0x00, 0x01, 0xff, 0xff, 0x00, 0x01, 0xbf, 0x00, 0x00, 0x00,
	0x02, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x03, 0x10, 0x00, 0x00,
};

/*
 * Put together by hand with the values that Linux bonding fills in: priorities
 * 65535 and 255, key 15 for 10 Gbit/s full duplex, a partner that it knows.
 */
static const uint8_t from_linux[] = {
	0x01, 0x80, 0xc2, 0x00, 0x00, 0x02, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56,
	0x88, 0x09, 0x01, 0x01, 0x01, 0x14, 0xff, 0xff, 0x52, 0x54, 0x00, 0x12,
	0x34, 0x56, 0x00, 0x0f, 0x00, 0xff, 0x00, 0x02, 0x3d, 0x00, 0x00, 0x00,
	0x02, 0x14, 0x80, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x01, 0xcd,
	0x00, 0xff, 0x00, 0x03, 0x3f, 0x00, 0x00, 0x00, 0x03, 0x10, 0x00, 0x00,
};

static const uint8_t marker[] = {
	0x01, 0x80, 0xc2, 0x00, 0x00, 0x02, 0x52, 0x54, 0x00, 0x12,
	0x34, 0x56, 0x88, 0x09, 0x02, 0x01, 0x01, 0x10, 0x00, 0x02,
	0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0x01, 0x02, 0x03, 0x04,
};

static struct lacp_msg msg;

/* Reads from memory of that very size, so that a sanitizer sees one too far. */
static enum lacp_kind decode(const uint8_t *frame, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);
	enum lacp_kind kind;

	assert_non_null(exact);
	memcpy(exact, frame, len);
	kind = lacp_msg_decode(exact, len, &msg);
	assert_int_equal(kind, msg.kind);
	free(exact);
	return kind;
}

static void make(uint8_t *frame, const uint8_t *head, size_t head_len)
{
	memset(frame, 0, LACP_FRAME_LEN);
	memcpy(frame, head, head_len);
}

/* The Linux frame with one byte changed. */
static enum lacp_kind decode_changed(size_t at, uint8_t value)
{
	uint8_t frame[LACP_FRAME_LEN];

	make(frame, from_linux, sizeof(from_linux));
	frame[at] = value;
	return decode(frame, sizeof(frame));
}

static enum lacp_kind decode_changed_marker(size_t at, uint8_t value)
{
	uint8_t frame[LACP_FRAME_LEN];

	make(frame, marker, sizeof(marker));
	frame[at] = value;
	return decode(frame, sizeof(frame));
}

static void assert_end(const struct lacp_end *end, const struct lacp_end *want)
{
	assert_int_equal(end->system_priority, want->system_priority);
	assert_true(mac_is_equal(&end->system, &want->system));
	assert_int_equal(end->key, want->key);
	assert_int_equal(end->port_priority, want->port_priority);
	assert_int_equal(end->port, want->port);
	assert_int_equal(end->state, want->state);
}

static const struct lacp_end linux_actor = {
	.system_priority = 65535,
	.system = {{0x52, 0x54, 0, 0x12, 0x34, 0x56}},
	.key = 15,
	.port_priority = 255,
	.port = 2,
	.state = 0x3d,
};

static const struct lacp_end linux_partner = {
	.system_priority = 32768,
	.system = {{2, 0, 0, 0, 0, 1}},
	.key = 0x1cd,
	.port_priority = 255,
	.port = 3,
	.state = 0x3f,
};

static void lacpdu_of_linux_bonding_is_read(void **state)
{
	uint8_t frame[LACP_FRAME_LEN];

	(void)state;
	make(frame, from_linux, sizeof(from_linux));
	assert_int_equal(decode(frame, sizeof(frame)), LACP_KIND_PDU);
	assert_int_equal(msg.pdu.version, 1);
	assert_end(&msg.pdu.actor, &linux_actor);
	assert_end(&msg.pdu.partner, &linux_partner);
}

static void lacpdu_of_open_vswitch_is_read(void **state)
{
	const struct lacp_end actor = {
		.system_priority = 65534,
		.system = {{0x4a, 0xb1, 0x3d, 0x40, 0x80, 0x4d}},
		.key = 1,
		.port_priority = 65535,
		.port = 1,
		.state = 0xbf,
	};
	const struct lacp_end nobody = {.state = LACP_SHORT_TIMEOUT};
	uint8_t frame[LACP_FRAME_LEN];

	(void)state;
	make(frame, from_ovs, sizeof(from_ovs));
	assert_int_equal(decode(frame, sizeof(frame)), LACP_KIND_PDU);
	assert_end(&msg.pdu.actor, &actor);
	assert_end(&msg.pdu.partner, &nobody);
}

static void lacpdu_is_written_byte_for_byte(void **state)
{
	const struct lacp_pdu pdu = {
		.actor = linux_actor,
		.partner = linux_partner,
	};
	uint8_t want[LACP_FRAME_LEN], frame[LACP_FRAME_LEN];

	(void)state;
	make(want, from_linux, sizeof(from_linux));
	memset(frame, 0xee, sizeof(frame));
	lacp_msg_encode_pdu(&pdu, &linux_actor.system, frame);
	assert_memory_equal(frame, want, sizeof(frame));
}

static void marker_is_read_and_written(void **state)
{
	const struct mac source = {{0x52, 0x54, 0, 0x12, 0x34, 0x56}};
	uint8_t want[LACP_FRAME_LEN], frame[LACP_FRAME_LEN];

	(void)state;
	make(want, marker, sizeof(marker));
	assert_int_equal(decode(want, sizeof(want)), LACP_KIND_MARKER);
	assert_int_equal(msg.marker.port, 2);
	assert_true(mac_is_equal(&msg.marker.system, &source));
	assert_int_equal(msg.marker.transaction, 0x01020304);
	memset(frame, 0xee, sizeof(frame));
	lacp_msg_encode_marker(&msg.marker, false, &source, frame);
	assert_memory_equal(frame, want, sizeof(frame));
	lacp_msg_encode_marker(&msg.marker, true, &source, frame);
	want[ACTOR] = 2;
	assert_memory_equal(frame, want, sizeof(frame));
	assert_int_equal(decode(frame, sizeof(frame)),
			 LACP_KIND_MARKER_RESPONSE);
}

static void lacpdu_cut_short_is_bad_and_longer_one_is_fine(void **state)
{
	uint8_t frame[256];
	size_t len;

	(void)state;
	memset(frame, 0xee, sizeof(frame));
	make(frame, from_linux, sizeof(from_linux));
	for (len = 0; len <= SUBTYPE; len++)
		assert_int_equal(decode(frame, len), LACP_KIND_OTHER);
	for (; len < LACP_FRAME_LEN; len++)
		assert_int_equal(decode(frame, len), LACP_KIND_BAD);
	for (; len < LACP_FRAME_LEN + 20; len++)
		assert_int_equal(decode(frame, len), LACP_KIND_PDU);
}

static void marker_cut_short_is_bad(void **state)
{
	uint8_t frame[LACP_FRAME_LEN];

	(void)state;
	make(frame, marker, sizeof(marker));
	assert_int_equal(decode(frame, sizeof(marker)), LACP_KIND_BAD);
	assert_int_equal(decode(frame, sizeof(frame) - 1), LACP_KIND_BAD);
}

static void
later_version_is_read_as_version_1_and_version_0_is_bad(void **state)
{
	(void)state;
	assert_int_equal(decode_changed(VERSION, 0), LACP_KIND_BAD);
	assert_int_equal(decode_changed(VERSION, 2), LACP_KIND_PDU);
	assert_int_equal(msg.pdu.version, 2);
	assert_int_equal(decode_changed(VERSION, 255), LACP_KIND_PDU);
	assert_end(&msg.pdu.actor, &linux_actor);
	assert_int_equal(decode_changed_marker(VERSION, 0), LACP_KIND_BAD);
	assert_int_equal(decode_changed_marker(VERSION, 2), LACP_KIND_MARKER);
}

static void wrong_type_or_length_of_an_end_is_bad(void **state)
{
	static const size_t fields[] = {ACTOR, PARTNER};
	static const uint8_t lengths[] = {0, 1, 19, 21, 255};
	unsigned i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		for (k = 0; k < ARRAY_SIZE(lengths); k++)
			assert_int_equal(
				decode_changed(fields[i] + 1, lengths[k]),
				LACP_KIND_BAD);
		assert_int_equal(decode_changed(fields[i], 0), LACP_KIND_BAD);
		assert_int_equal(decode_changed(fields[i], 3), LACP_KIND_BAD);
	}
	assert_int_equal(decode_changed_marker(ACTOR, 0), LACP_KIND_BAD);
	assert_int_equal(decode_changed_marker(ACTOR, 3), LACP_KIND_BAD);
	assert_int_equal(decode_changed_marker(ACTOR + 1, 15), LACP_KIND_BAD);
}

static void fields_that_nobody_uses_may_hold_anything(void **state)
{
	(void)state;
	assert_int_equal(decode_changed(ACTOR + 17, 0xff), LACP_KIND_PDU);
	assert_int_equal(decode_changed(COLLECTOR, 9), LACP_KIND_PDU);
	assert_int_equal(decode_changed(COLLECTOR + 1, 0), LACP_KIND_PDU);
	assert_int_equal(decode_changed(TERMINATOR, 1), LACP_KIND_PDU);
	assert_int_equal(decode_changed(LACP_FRAME_LEN - 1, 1), LACP_KIND_PDU);
}

static void system_that_is_zero_or_a_group_is_bad(void **state)
{
	uint8_t frame[LACP_FRAME_LEN];

	(void)state;
	assert_int_equal(decode_changed(ACTOR + 4, 0x53), LACP_KIND_BAD);
	assert_int_equal(decode_changed_marker(ACTOR + 4, 1), LACP_KIND_BAD);
	make(frame, from_linux, sizeof(from_linux));
	memset(frame + ACTOR + 4, 0, MAC_LEN);
	assert_int_equal(decode(frame, sizeof(frame)), LACP_KIND_BAD);
	make(frame, from_linux, sizeof(from_linux));
	memset(frame + PARTNER + 4, 0, MAC_LEN);
	assert_int_equal(decode(frame, sizeof(frame)), LACP_KIND_PDU);
}

static void other_slow_protocols_are_not_ours(void **state)
{
	unsigned subtype;

	(void)state;
	assert_int_equal(decode_changed(SUBTYPE, 0), LACP_KIND_OTHER);
	for (subtype = 3; subtype < 256; subtype++)
		assert_int_equal(decode_changed(SUBTYPE, (uint8_t)subtype),
				 LACP_KIND_OTHER);
	assert_int_equal(decode_changed(12, 0x08), LACP_KIND_OTHER);
	assert_int_equal(decode_changed(5, 0x03), LACP_KIND_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lacpdu_of_linux_bonding_is_read),
		cmocka_unit_test(lacpdu_of_open_vswitch_is_read),
		cmocka_unit_test(lacpdu_is_written_byte_for_byte),
		cmocka_unit_test(marker_is_read_and_written),
		cmocka_unit_test(
			lacpdu_cut_short_is_bad_and_longer_one_is_fine),
		cmocka_unit_test(marker_cut_short_is_bad),
		cmocka_unit_test(
			later_version_is_read_as_version_1_and_version_0_is_bad),
		cmocka_unit_test(wrong_type_or_length_of_an_end_is_bad),
		cmocka_unit_test(fields_that_nobody_uses_may_hold_anything),
		cmocka_unit_test(system_that_is_zero_or_a_group_is_bad),
		cmocka_unit_test(other_slow_protocols_are_not_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
