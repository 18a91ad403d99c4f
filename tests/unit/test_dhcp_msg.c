// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dhcp_msg.c - DHCP messages read with all their traps, replies written
 */
#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/util.h"
#include "switch/dhcp/dhcp_reply.h"

#define OPTIONS DHCP_FIXED_LEN
#define FILE_FIELD 108
#define SNAME_FIELD 44

static uint8_t wire[2048];
static size_t wire_len;
static struct dhcp_msg msg;

static void begin(void)
{
	static const uint8_t type[] = {DHCP_OPT_TYPE, 1, DHCPDISCOVER};

	memset(wire, 0, sizeof(wire));
	memcpy(wire, "\1\1\6", 3);
	be32_store(wire + 236, 0x63825363);
	memcpy(wire + OPTIONS, type, sizeof(type));
	wire_len = OPTIONS + sizeof(type);
}

static void put(const void *data, size_t len)
{
	memcpy(wire + wire_len, data, len);
	wire_len += len;
}

static void put_long(uint8_t code, uint8_t byte, uint8_t len)
{
	wire[wire_len++] = code;
	wire[wire_len++] = len;
	memset(wire + wire_len, byte, len);
	wire_len += len;
}

/* Reads from memory of that very size, so that a sanitizer sees one too far. */
static bool decode(void)
{
	uint8_t *exact = malloc(wire_len + 1);
	bool ok;

	assert_non_null(exact);
	memcpy(exact, wire, wire_len);
	exact[wire_len] = DHCP_OPT_END;
	ok = dhcp_msg_decode(exact, wire_len + 1, &msg);
	free(exact);
	return ok;
}

static void options_in_pieces_are_joined(void **state)
{
	(void)state;
	begin();
	put("\075\002ab", 4);
	put("\075\003cde", 5);
	assert_true(decode());
	assert_int_equal(msg.client_id.len, 5);
	assert_memory_equal(msg.client_id.data, "abcde", 5);
}

static void overloaded_fields_are_read_file_first(void **state)
{
	(void)state;
	begin();
	put("\064\001\003", 3);
	memcpy(wire + FILE_FIELD, "\014\002fi\064\001\003\377", 8);
	memcpy(wire + SNAME_FIELD, "\014\002sn", 4);
	assert_true(decode()); /* the second 52 means nothing */
	assert_int_equal(msg.hostname.len, 4);
	assert_memory_equal(msg.hostname.data, "fisn", 4);
}

static void fields_are_not_options_unless_overloaded(void **state)
{
	(void)state;
	begin();
	memcpy(wire + FILE_FIELD, "\014\377oops", 6);
	assert_true(decode());
	assert_int_equal(msg.hostname.len, 0);
}

static void assert_refused(const char *option, size_t len)
{
	begin();
	put(option, len);
	assert_false(decode());
}

static void malformed_options_are_refused(void **state)
{
	(void)state;
	assert_refused("\064\001\000", 3);  /* overload 0 */
	assert_refused("\064\001\004", 3);  /* overload 4 */
	assert_refused("\062\003abc", 5);   /* address of 3 bytes */
	assert_refused("\065\001\003", 3);  /* type twice */
	assert_refused("\071\001\005", 3);  /* size of 1 byte */
	assert_refused("\014\020short", 7); /* past the end */
	assert_refused("\014", 1);          /* END taken for a length */
	assert_refused("\066\004abcd\066\004abcd", 12); /* server twice */
}

static void malformed_heads_are_refused(void **state)
{
	static const uint8_t offsets[] = {0, 1, 2, 236, 239};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		begin();
		wire[offsets[i]] = 17;
		assert_false(decode());
	}
	begin();
	wire[28] = 1; /* a group address is nobody */
	assert_false(decode());
	begin();
	for (; wire_len > 0; wire_len--)
		assert_false(dhcp_msg_decode(wire, wire_len, &msg));
}

static void more_than_255_bytes_of_an_option_are_refused(void **state)
{
	(void)state;
	begin();
	put_long(DHCP_OPT_CLIENT_ID, 'x', 255);
	assert_true(decode());
	assert_int_equal(msg.client_id.len, 255);
	put_long(DHCP_OPT_CLIENT_ID, 'x', 1);
	assert_false(decode());
}

static void one_byte_is_no_client_identifier(void **state)
{
	(void)state;
	begin();
	put("\075\001a", 3);
	assert_true(decode());
	assert_int_equal(msg.client_id.len, 0);
}

static const struct dhcp_config config = {
	.server = {0x0a140001, 24},
	.gateway = 0x0a140001,
	.dns = 0x0a140001,
	.mtu = 1400,
	.lease_s = 3600,
	.domain = "office.lab",
	.routes = {{{0x0a1e0000, 20}, 0x0a14000b}},
	.route_count = 1,
};

static const struct dhcp_answer offer = {
	.type = DHCPOFFER, .yiaddr = 0x0a140064, .lease_s = 3600};

/* Codes of the options of a reply, in order, as a string. */
static const char *codes(const uint8_t *reply, size_t len)
{
	static char text[600];
	size_t i = DHCP_FIXED_LEN, out = 0;

	while (i < len && reply[i] != DHCP_OPT_END) {
		text[out++] = (char)reply[i];
		i += reply[i + 1] + 2u;
	}
	assert_true(i < len);
	text[out] = '\0';
	return text;
}

static void options_come_as_asked_but_121_before_3_and_82_last(void **state)
{
	uint8_t reply[DHCP_MAX_LEN];
	size_t len;

	(void)state;
	begin();
	put("\067\006\006\003\171\001\032\052", 8);
	put("\122\003rly", 5);
	put("\075\002id", 4);
	assert_true(decode());
	len = dhcp_reply_encode(&config, &msg, &offer, reply);
	assert_string_equal(codes(reply, len),
			    "\065\066\063\072\073\006\171\003\001\032\075\122");
	assert_true(len >= DHCP_MIN_LEN);
}

static void routes_are_as_rfc_3442_has_them(void **state)
{
	static const uint8_t expected[] = {20, 10, 30, 0,  10, 20, 0,
					   11, 0,  10, 20, 0,  1};
	uint8_t reply[DHCP_MAX_LEN];
	size_t len;

	(void)state;
	begin();
	put("\067\001\171", 3);
	assert_true(decode());
	len = dhcp_reply_encode(&config, &msg, &offer, reply);
	/* behind 53, 54, 51, 58 and 59 */
	assert_true(len > 290);
	assert_memory_equal(reply + DHCP_FIXED_LEN + 3 + 4 * 6 + 2, expected,
			    sizeof(expected));
}

static void reply_never_exceeds_what_the_client_takes(void **state)
{
	uint8_t reply[DHCP_MAX_LEN];
	struct dhcp_config big = config;
	size_t len;
	unsigned i;

	(void)state;
	big.route_count = DHCP_MAX_ROUTES;
	for (i = 0; i < DHCP_MAX_ROUTES; i++)
		big.routes[i] = (struct dhcp_route){{i << 8, 32}, i};
	begin();
	put_long(DHCP_OPT_CLIENT_ID, 'c', 255);
	put_long(DHCP_OPT_RELAY, 'r', 255);
	assert_true(decode());
	len = dhcp_reply_encode(&big, &msg, &offer, reply);
	assert_true(len <= 576 - 28);
	assert_non_null(strchr(codes(reply, len), DHCP_OPT_RELAY));
	begin();
	put("\071\002\377\377", 4);
	assert_true(decode());
	len = dhcp_reply_encode(&big, &msg, &offer, reply);
	assert_true(len > 800 && len <= DHCP_MAX_LEN);
	/* 65 routes of 9 bytes: three pieces, RFC 3396 */
	assert_non_null(strstr(codes(reply, len), "\171\171\171"));
	begin();
	put("\071\002\000\000", 4);
	assert_true(decode());
	assert_true(dhcp_reply_encode(&big, &msg, &offer, reply) <= 576 - 28);
}

static void assert_label(const char *name, uint8_t len, const char *expected)
{
	struct dhcp_blob blob = {.len = len};
	char label[64];

	memcpy(blob.data, name, len);
	dhcp_hostname_label(&blob, label);
	assert_string_equal(label, expected);
}

static void hostnames_become_labels(void **state)
{
	char longest[255];

	(void)state;
	assert_label("Web1", 4, "web1");
	assert_label("web1.office.lab", 15, "web1");
	assert_label("a\0b", 3, "a");
	assert_label("...", 3, "");
	assert_label("-a_b-", 5, "a-b");
	assert_label("$(rm)\n", 6, "rm");
	assert_label("\303\244\303\244", 4, "");
	memset(longest, 'x', sizeof(longest));
	assert_label(longest, 255,
		     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		     "xxxxxx");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_in_pieces_are_joined),
		cmocka_unit_test(overloaded_fields_are_read_file_first),
		cmocka_unit_test(fields_are_not_options_unless_overloaded),
		cmocka_unit_test(malformed_options_are_refused),
		cmocka_unit_test(malformed_heads_are_refused),
		cmocka_unit_test(more_than_255_bytes_of_an_option_are_refused),
		cmocka_unit_test(one_byte_is_no_client_identifier),
		cmocka_unit_test(
			options_come_as_asked_but_121_before_3_and_82_last),
		cmocka_unit_test(routes_are_as_rfc_3442_has_them),
		cmocka_unit_test(reply_never_exceeds_what_the_client_takes),
		cmocka_unit_test(hostnames_become_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
