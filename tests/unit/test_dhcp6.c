// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dhcp6.c - a DHCPv6 server, message by message
 */
#include "unit/cmocka_wrap.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "core/addr6.h"
#include "core/bytes.h"
#include "core/util.h"
#include "switch/dhcp6/dhcp6_server.h"

#define LEASE_S 600
#define NOTHING 0xffff

static const uint8_t server_id[] = "\0\3\0\1\x52\x54\0\0\0\1";

struct fixture {
	struct fake_clock fake;
	struct dhcp6_server server;
	struct dhcp6_writer writer;
	uint16_t ingress;
	bool unicast;
	uint8_t ask[DHCP6_MSG_MAX];
	uint8_t reply[DHCP6_MSG_MAX];
	size_t len;
};

static void start(struct fixture *f, uint32_t last)
{
	struct dhcp6_settings settings = {
		.mac = {{0x52, 0x54, 0, 0, 0, 1}},
		.first = 0x1000,
		.last = last,
		.lease_s = LEASE_S,
		.domain = "office.lab",
		.secret = {{1, 2}},
	};

	memset(f, 0, sizeof(*f));
	inet_pton(AF_INET6, "fd00:20::", &settings.prefix);
	inet_pton(AF_INET6, "fd00:20::1", &settings.dns);
	fake_clock_init(&f->fake, NSEC_PER_SEC);
	dhcp6_server_init(&f->server, &settings, &f->fake.clock);
}

static int setup(void **state)
{
	static struct fixture fixture;

	start(&fixture, 0x1fff);
	*state = &fixture;
	return 0;
}

static void begin(struct fixture *f, uint8_t type, uint8_t client)
{
	uint8_t duid[] = {0, 3, 0, 1, 2, 0, 0, 0, 0, client};

	dhcp6_begin(&f->writer, f->ask, type, (const uint8_t *)"xyz");
	if (client)
		dhcp6_put(&f->writer, DHCP6_OPT_CLIENTID, duid, sizeof(duid));
}

static void to_us(struct fixture *f)
{
	dhcp6_put(&f->writer, DHCP6_OPT_SERVERID, server_id, 10);
}

static void put_ia(struct fixture *f, uint16_t option, const char *address)
{
	uint8_t head[12] = {0, 0, 0, 7}, data[24] = {0};
	size_t opened = dhcp6_open(&f->writer, option, head, sizeof(head));

	if (address) {
		assert_int_equal(inet_pton(AF_INET6, address, data), 1);
		dhcp6_put(&f->writer, DHCP6_OPT_IAADDR, data, sizeof(data));
	}
	dhcp6_shut(&f->writer, opened);
}

/* The type of the reply, 0 for none. */
static unsigned say(struct fixture *f)
{
	const struct dhcp6_datagram datagram = {f->ask, f->writer.len,
						f->unicast, f->ingress};

	assert_false(f->writer.full);
	f->len = dhcp6_server_input(&f->server, &datagram, f->reply);
	if (!f->len)
		return 0;
	assert_memory_equal(f->reply + 1, "xyz", 3);
	return f->reply[0];
}

static unsigned ask(struct fixture *f, uint8_t type, uint8_t client,
		    const char *address)
{
	begin(f, type, client);
	if (type == DHCP6_REQUEST || type == DHCP6_RENEW ||
	    type == DHCP6_RELEASE || type == DHCP6_DECLINE)
		to_us(f);
	put_ia(f, DHCP6_OPT_IA_NA, address);
	return say(f);
}

/* An option's data within @data; its length to @len. */
static const uint8_t *find(const uint8_t *data, size_t size, uint16_t option,
			   size_t *len)
{
	size_t at = 0;

	while (at + 4 <= size) {
		*len = be16_load(data + at + 2);
		assert_true(at + 4 + *len <= size);
		if (be16_load(data + at) == option)
			return data + at + 4;
		at += 4 + *len;
	}
	return NULL;
}

static bool has_option(struct fixture *f, uint16_t option)
{
	size_t len;

	return find(f->reply + 4, f->len - 4, option, &len) != NULL;
}

/* An option of the reply; zeros of length 0 where there is none. */
static const uint8_t *reply_option(struct fixture *f, uint16_t option,
				   size_t *len)
{
	static const uint8_t nothing[DHCP6_MSG_MAX];
	const uint8_t *data = find(f->reply + 4, f->len - 4, option, len);

	if (data)
		return data;
	*len = 0;
	return nothing;
}

/* What the reply's association has; NULL: no address. */
static const char *address_given(struct fixture *f, uint32_t *valid_s)
{
	static char text[IPV6_TEXT_SIZE];
	const uint8_t *ia, *data;
	struct in6_addr addr;
	size_t len;

	ia = reply_option(f, DHCP6_OPT_IA_NA, &len);
	assert_true(len >= 12);
	assert_int_equal(be32_load(ia), 7);
	data = find(ia + 12, len - 12, DHCP6_OPT_IAADDR, &len);
	if (!data)
		return NULL;
	assert_int_equal(len, 24);
	memcpy(&addr, data, 16);
	if (valid_s)
		*valid_s = be32_load(data + 20);
	return ipv6_format(&addr, text);
}

static void copy_given(struct fixture *f, char *address, uint32_t *valid_s)
{
	const char *given = address_given(f, valid_s);

	assert_non_null(given);
	snprintf(address, IPV6_TEXT_SIZE, "%s", given ? given : "");
}

/* The association's status, or with @ia 0 the whole reply's. */
static unsigned status(struct fixture *f, uint16_t ia)
{
	const uint8_t *data = f->reply + 4;
	size_t len = f->len - 4;

	if (ia) {
		data = reply_option(f, ia, &len);
		assert_true(len >= 12);
		data += 12;
		len -= 12;
	}
	data = find(data, len, DHCP6_OPT_STATUS_CODE, &len);
	return data ? be16_load(data) : NOTHING;
}

static void four_messages_make_a_lease(void **state)
{
	struct fixture *f = *state;
	char address[IPV6_TEXT_SIZE];
	uint32_t valid_s;
	size_t len;

	assert_int_equal(ask(f, DHCP6_SOLICIT, 1, NULL), DHCP6_ADVERTISE);
	copy_given(f, address, &valid_s);
	assert_memory_equal(address, "fd00:20::1", 10);
	assert_int_equal(valid_s, LEASE_S);
	assert_memory_equal(reply_option(f, DHCP6_OPT_SERVERID, &len),
			    server_id, 10);
	assert_int_equal(reply_option(f, DHCP6_OPT_CLIENTID, &len)[9], 1);
	assert_int_equal(ask(f, DHCP6_REQUEST, 1, address), DHCP6_REPLY);
	assert_string_equal(address_given(f, NULL), address);
	/* T1 and T2 (RFC 8415 21.4) */
	assert_int_equal(be32_load(reply_option(f, DHCP6_OPT_IA_NA, &len) + 4),
			 300);
	assert_int_equal(be32_load(reply_option(f, DHCP6_OPT_IA_NA, &len) + 8),
			 480);
	assert_int_equal(ask(f, DHCP6_SOLICIT, 2, address), DHCP6_ADVERTISE);
	assert_string_not_equal(address_given(f, NULL), address);
	assert_int_equal(ask(f, DHCP6_SOLICIT, 1, NULL), DHCP6_ADVERTISE);
	assert_string_equal(address_given(f, NULL), address);
	/* who asks again has no offer only, but still its lease */
	f->fake.ns += (LEASE_S - 1) * NSEC_PER_SEC;
	assert_int_equal(ask(f, DHCP6_REQUEST, 3, address), DHCP6_REPLY);
	assert_string_not_equal(address_given(f, NULL), address);
}

static void rapid_commit_makes_it_in_two(void **state)
{
	struct fixture *f = *state;

	begin(f, DHCP6_SOLICIT, 1);
	dhcp6_put(&f->writer, DHCP6_OPT_RAPID_COMMIT, NULL, 0);
	put_ia(f, DHCP6_OPT_IA_NA, NULL);
	assert_int_equal(say(f), DHCP6_REPLY);
	assert_true(has_option(f, DHCP6_OPT_RAPID_COMMIT));
	assert_non_null(address_given(f, NULL));
	assert_int_equal(f->server.counters.replies, 1);
}

static void leases_are_renewed_rebound_and_end(void **state)
{
	struct fixture *f = *state;
	char address[IPV6_TEXT_SIZE];
	unsigned i;

	ask(f, DHCP6_REQUEST, 1, NULL);
	copy_given(f, address, NULL);
	for (i = 0; i < 4; i++) {
		f->fake.ns += LEASE_S / 2 * NSEC_PER_SEC;
		assert_int_equal(
			ask(f, i % 2 ? DHCP6_REBIND : DHCP6_RENEW, 1, address),
			DHCP6_REPLY);
		assert_string_equal(address_given(f, NULL), address);
	}
	assert_int_equal(ask(f, DHCP6_REQUEST, 2, address), DHCP6_REPLY);
	assert_string_not_equal(address_given(f, NULL), address);
	f->fake.ns += LEASE_S * NSEC_PER_SEC;
	assert_int_equal(ask(f, DHCP6_REQUEST, 3, address), DHCP6_REPLY);
	assert_string_equal(address_given(f, NULL), address);
	assert_int_equal(ask(f, DHCP6_RENEW, 1, address), DHCP6_REPLY);
	assert_int_equal(status(f, DHCP6_OPT_IA_NA), DHCP6_NO_BINDING);
}

static void a_server_that_forgot_serves_its_clients_as_before(void **state)
{
	struct fixture *f = *state;
	char address[IPV6_TEXT_SIZE];

	ask(f, DHCP6_REQUEST, 1, NULL);
	copy_given(f, address, NULL);
	start(f, 0x1fff);
	assert_int_equal(ask(f, DHCP6_SOLICIT, 1, NULL), DHCP6_ADVERTISE);
	assert_string_equal(address_given(f, NULL), address);
	start(f, 0x1fff);
	assert_int_equal(ask(f, DHCP6_RENEW, 1, address), DHCP6_REPLY);
	assert_string_equal(address_given(f, NULL), address);
	start(f, 0x1fff);
	assert_int_equal(ask(f, DHCP6_RENEW, 1, "fd00:20::7"), DHCP6_REPLY);
	assert_int_equal(status(f, DHCP6_OPT_IA_NA), DHCP6_NO_BINDING);
	assert_int_equal(f->server.counters.no_binding, 1);
}

static void an_address_of_another_link_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, DHCP6_REQUEST, 1, "fd00:21::7"), DHCP6_REPLY);
	assert_int_equal(status(f, DHCP6_OPT_IA_NA), DHCP6_NOT_ON_LINK);
	assert_int_equal(ask(f, DHCP6_CONFIRM, 1, "fd00:21::7"), DHCP6_REPLY);
	assert_int_equal(status(f, 0), DHCP6_NOT_ON_LINK);
	assert_int_equal(ask(f, DHCP6_CONFIRM, 1, "fd00:20::7"), DHCP6_REPLY);
	assert_int_equal(status(f, 0), DHCP6_SUCCESS);
	assert_int_equal(ask(f, DHCP6_CONFIRM, 1, NULL), 0);
}

static void a_client_gives_up_its_own_address_only(void **state)
{
	struct fixture *f = *state;
	char address[IPV6_TEXT_SIZE];

	ask(f, DHCP6_REQUEST, 1, NULL);
	copy_given(f, address, NULL);
	f->ingress = 9;
	assert_int_equal(ask(f, DHCP6_RELEASE, 1, address), DHCP6_REPLY);
	assert_int_equal(f->server.counters.forged, 1);
	f->ingress = 0;
	assert_int_equal(ask(f, DHCP6_RELEASE, 2, address), DHCP6_REPLY);
	assert_int_equal(status(f, DHCP6_OPT_IA_NA), DHCP6_NO_BINDING);
	ask(f, DHCP6_REQUEST, 2, address);
	assert_string_not_equal(address_given(f, NULL), address);
	assert_int_equal(ask(f, DHCP6_RELEASE, 1, address), DHCP6_REPLY);
	assert_int_equal(status(f, 0), DHCP6_SUCCESS);
	ask(f, DHCP6_REQUEST, 3, address);
	assert_string_equal(address_given(f, NULL), address);
	/* somebody uses it: nobody gets it for a while */
	assert_int_equal(ask(f, DHCP6_DECLINE, 3, address), DHCP6_REPLY);
	ask(f, DHCP6_REQUEST, 3, address);
	assert_string_not_equal(address_given(f, NULL), address);
	f->fake.ns += DHCP6_DECLINE_S * NSEC_PER_SEC;
	ask(f, DHCP6_REQUEST, 4, address);
	assert_string_equal(address_given(f, NULL), address);
}

static void information_is_given_without_a_lease(void **state)
{
	static const uint8_t wanted[] = {0, 23, 0, 24, 0, 32};
	struct fixture *f = *state;
	size_t len;

	begin(f, DHCP6_INFORMATION_REQUEST, 0);
	dhcp6_put(&f->writer, DHCP6_OPT_ORO, wanted, sizeof(wanted));
	assert_int_equal(say(f), DHCP6_REPLY);
	assert_memory_equal(reply_option(f, DHCP6_OPT_DNS_SERVERS, &len),
			    &f->server.settings.dns, 16);
	assert_int_equal(len, 16);
	assert_memory_equal(reply_option(f, DHCP6_OPT_DOMAIN_LIST, &len),
			    "\6office\3lab", 12);
	assert_int_equal(len, 12);
	assert_int_equal(
		be32_load(reply_option(f, DHCP6_OPT_REFRESH_TIME, &len)),
		DHCP6_REFRESH_S);
	assert_false(has_option(f, DHCP6_OPT_CLIENTID));
	/* what isn't wanted isn't told; with an association it is none */
	begin(f, DHCP6_INFORMATION_REQUEST, 1);
	assert_int_equal(say(f), DHCP6_REPLY);
	assert_false(has_option(f, DHCP6_OPT_DNS_SERVERS));
	assert_int_equal(ask(f, DHCP6_INFORMATION_REQUEST, 1, NULL), 0);
}

static void prefixes_are_not_delegated(void **state)
{
	struct fixture *f = *state;

	begin(f, DHCP6_SOLICIT, 1);
	put_ia(f, DHCP6_OPT_IA_PD, NULL);
	assert_int_equal(say(f), DHCP6_ADVERTISE);
	assert_int_equal(status(f, DHCP6_OPT_IA_PD), DHCP6_NO_PREFIX_AVAIL);
}

static void what_rfc_8415_16_forbids_is_dropped(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, DHCP6_SOLICIT, 0, NULL), 0); /* no client */
	begin(f, DHCP6_SOLICIT, 1);
	to_us(f);
	assert_int_equal(say(f), 0); /* with a server */
	begin(f, DHCP6_REBIND, 1);
	to_us(f);
	assert_int_equal(say(f), 0); /* likewise */
	begin(f, DHCP6_REQUEST, 1);
	assert_int_equal(say(f), 0); /* without one */
	begin(f, DHCP6_REQUEST, 1);
	dhcp6_put(&f->writer, DHCP6_OPT_SERVERID, "another", 7);
	assert_int_equal(say(f), 0);
	assert_int_equal(ask(f, DHCP6_ADVERTISE, 1, NULL), 0);
	assert_int_equal(ask(f, DHCP6_REPLY, 1, NULL), 0);
	f->unicast = true;
	assert_int_equal(ask(f, DHCP6_SOLICIT, 1, NULL), 0);
	assert_int_equal(f->server.counters.foreign, 8);
	assert_int_equal(ask(f, DHCP6_REQUEST, 1, NULL), DHCP6_REPLY);
	assert_int_equal(status(f, 0), DHCP6_USE_MULTICAST);
}

static void broken_messages_are_dropped(void **state)
{
	struct fixture *f = *state;
	size_t len, whole;

	begin(f, DHCP6_SOLICIT, 1);
	put_ia(f, DHCP6_OPT_IA_NA, "fd00:20::7");
	whole = f->writer.len;
	for (len = 0; len < whole; len++) {
		f->writer.len = len;
		/* without its association it is whole */
		assert_int_equal(say(f), len == 18 ? DHCP6_ADVERTISE : 0);
	}
	begin(f, DHCP6_SOLICIT, 1);
	dhcp6_put(&f->writer, DHCP6_OPT_CLIENTID, "twice", 5);
	assert_int_equal(say(f), 0);
	begin(f, DHCP6_SOLICIT, 0);
	dhcp6_put(&f->writer, DHCP6_OPT_CLIENTID, f->reply, DHCP6_DUID_MAX + 1);
	assert_int_equal(say(f), 0);
	begin(f, DHCP6_SOLICIT, 1);
	dhcp6_put(&f->writer, DHCP6_OPT_ORO, "odd", 3);
	assert_int_equal(say(f), 0);
	begin(f, DHCP6_SOLICIT, 1);
	dhcp6_put(&f->writer, DHCP6_OPT_IA_NA, "too short", 9);
	assert_int_equal(say(f), 0);
	f->ask[0] = 12; /* of a relay */
	assert_int_equal(say(f), 0);
	assert_true(f->server.counters.rx[0] > 5);
}

static void a_port_has_its_quota_and_a_range_its_end(void **state)
{
	struct fixture *f = *state;
	unsigned i;

	for (i = 1; i <= DHCP6_PORT_QUOTA; i++) {
		ask(f, DHCP6_REQUEST, (uint8_t)i, NULL);
		assert_non_null(address_given(f, NULL));
	}
	ask(f, DHCP6_REQUEST, (uint8_t)i, NULL);
	assert_int_equal(status(f, DHCP6_OPT_IA_NA), DHCP6_NO_ADDRS_AVAIL);
	f->ingress = 1;
	ask(f, DHCP6_REQUEST, (uint8_t)i, NULL);
	assert_non_null(address_given(f, NULL));
	start(f, 0x1001);
	for (i = 1; i <= 2; i++) {
		ask(f, DHCP6_REQUEST, (uint8_t)i, NULL);
		assert_non_null(address_given(f, NULL));
	}
	ask(f, DHCP6_REQUEST, 3, NULL);
	assert_int_equal(status(f, DHCP6_OPT_IA_NA), DHCP6_NO_ADDRS_AVAIL);
	assert_int_equal(f->server.counters.no_address, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(four_messages_make_a_lease, setup),
		cmocka_unit_test_setup(rapid_commit_makes_it_in_two, setup),
		cmocka_unit_test_setup(leases_are_renewed_rebound_and_end,
				       setup),
		cmocka_unit_test_setup(
			a_server_that_forgot_serves_its_clients_as_before,
			setup),
		cmocka_unit_test_setup(an_address_of_another_link_is_refused,
				       setup),
		cmocka_unit_test_setup(a_client_gives_up_its_own_address_only,
				       setup),
		cmocka_unit_test_setup(information_is_given_without_a_lease,
				       setup),
		cmocka_unit_test_setup(prefixes_are_not_delegated, setup),
		cmocka_unit_test_setup(what_rfc_8415_16_forbids_is_dropped,
				       setup),
		cmocka_unit_test_setup(broken_messages_are_dropped, setup),
		cmocka_unit_test_setup(a_port_has_its_quota_and_a_range_its_end,
				       setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
