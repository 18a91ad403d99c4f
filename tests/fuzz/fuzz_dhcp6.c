// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_dhcp6.c - datagrams to a DHCPv6 server
 *
 * Input: pieces of a control byte, a 16-bit big-endian length and a message.
 * The control byte's bits: 0 by unicast, 1 a minute passes before, 2 put the
 * server's DUID behind it; the upper half is the ingress port.
 */
#include <stdlib.h>

#include "core/bytes.h"
#include "core/util.h"
#include "fuzz/fuzz_ops.h"
#include "switch/dhcp6/dhcp6_server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t server_id[] = {0, 2,    0,    10, 0, 3, 0,
				    1, 0x52, 0x54, 0,  0, 0, 1};

static void say(struct dhcp6_server *server, uint8_t control,
		const uint8_t *data, size_t len)
{
	size_t more = control & 4 ? sizeof(server_id) : 0, reply_len;
	uint8_t reply[DHCP6_MSG_MAX], *copy = malloc(len + more + 1);
	const struct dhcp6_datagram datagram = {copy, len + more, control & 1,
						control >> 4};

	if (!copy)
		abort();
	memcpy(copy, data, len);
	memcpy(copy + len, server_id, more);
	reply_len = dhcp6_server_input(server, &datagram, reply);
	fuzz_check(reply_len <= sizeof(reply));
	fuzz_check(!reply_len || reply[0] == DHCP6_ADVERTISE ||
		   reply[0] == DHCP6_REPLY);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dhcp6_settings settings = {
		.mac = {{0x52, 0x54, 0, 0, 0, 1}},
		.prefix = {{{0xfd, 0, 0, 0x20}}},
		.first = 0x1000,
		.last = 0x1003,
		.lease_s = 600,
		.domain = "office.lab",
		.secret = {{1, 2}},
	};
	static struct dhcp6_server server;
	struct fake_clock fake;
	unsigned i, k;

	fake_clock_init(&fake, 1);
	dhcp6_server_init(&server, &settings, &fake.clock);
	while (size >= 3) {
		uint16_t len = (uint16_t)MIN(be16_load(data + 1), size - 3);

		if (data[0] & 2)
			fake.ns += 60 * NSEC_PER_SEC;
		say(&server, data[0], data + 3, len);
		data += 3 + len;
		size -= 3u + len;
	}
	/* nobody has the same address as another */
	for (i = 0; i < DHCP6_MAX_LEASES; i++) {
		const struct dhcp6_lease *a = &server.leases.leases[i];

		for (k = 0; k < i && a->state && a->expires_ns > fake.ns; k++) {
			const struct dhcp6_lease *b = &server.leases.leases[k];

			fuzz_check(!b->state || b->expires_ns <= fake.ns ||
				   a->host != b->host);
		}
	}
	return 0;
}
