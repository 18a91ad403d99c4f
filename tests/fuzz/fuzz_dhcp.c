// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_dhcp.c - messages to a DHCP server, with probes, commits and time
 * between
 *
 * Input: pieces of a control byte, a 16-bit big-endian length and a message.
 */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/util.h"
#include "switch/dhcp/dhcp_server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
	struct fake_clock fake;
	struct dhcp_server *server;
	uint64_t ticket;
	struct lease_record record;
};

static void fuzz_send(void *ctx, const struct dhcp_datagram *datagram)
{
	(void)ctx;
	if (datagram->len < DHCP_MIN_LEN || datagram->len > DHCP_MAX_LEN)
		abort();
}

static void fuzz_probe(void *ctx, uint32_t address)
{
	(void)ctx;
	(void)address;
}

static void fuzz_commit(void *ctx, const struct lease_record *record,
			uint64_t ticket)
{
	struct fuzz *fuzz = ctx;

	fuzz->record = *record;
	if (ticket)
		fuzz->ticket = ticket;
}

static uint64_t fuzz_wall_s(void *ctx)
{
	(void)ctx;
	return 1700000000;
}

static void fuzz_notice(void *ctx, const struct dhcp_notice *notice)
{
	(void)ctx;
	if (notice->kind >= DHCP_NOTICE_COUNT)
		abort();
}

static const struct dhcp_ops ops = {fuzz_send, fuzz_probe, fuzz_commit,
				    fuzz_wall_s, fuzz_notice};

/* The gateway for one client, long ones for all, one that is not told. */
static const struct dhcp_override overrides[] = {
	{{{2, 0, 0, 0, 0, 9}}, DHCP_OPT_ROUTER, 4, {10, 20, 0, 9}},
	{{{0}}, DHCP_OPT_NTP, 8, {10, 20, 0, 7, 10, 20, 0, 8}},
	{{{0}}, 67, DHCP_OVERRIDE_SIZE, {'x'}},
	{{{0}}, DHCP_OPT_DOMAIN, 0, {0}},
	{{{2, 0, 0, 0, 0, 9}}, DHCP_OPT_LEASE, 4, {0, 0, 0, 90}},
};

static void fuzz_message(struct fuzz *fuzz, uint8_t control,
			 const uint8_t *data, uint16_t len)
{
	const struct ip4 ip = {
		.dst = control & 1 ? 0x0a140001 : IP4_BROADCAST,
		.ingress = control >> 4 & 3,
		.src_mac = {{2, 0, 0, 0, 0, 9}},
	};
	const struct udp udp = {.len = len, .data = data};

	dhcp_server_input(fuzz->server, &ip, &udp);
	if (control & 2)
		fuzz->fake.ns += DHCP_PROBE_NS;
	if (control & 4)
		dhcp_server_committed(fuzz->server, fuzz->ticket, control & 8);
	if (control & 0x40)
		dhcp_server_address_seen(fuzz->server, 0x0a140064, &ip.src_mac,
					 ip.ingress);
	if (control & 0x80)
		fuzz->fake.ns += 700 * NSEC_PER_SEC;
	dhcp_server_tick(fuzz->server);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dhcp_reservation reservation = {
		{{2, 0, 0, 0, 0, 1}}, 0x0a14000b, "web1"};
	const struct dhcp_settings settings = {
		.config = {.server = {0x0a140001, 24},
			   .gateway = 0x0a140001,
			   .dns = 0x0a140001,
			   .mtu = 1500,
			   .lease_s = 600,
			   .domain = "office.lab",
			   .routes = {{{0x0a1e0000, 24}, 0x0a14000b}},
			   .route_count = 1,
			   .rapid_commit = true,
			   .overrides = {ARRAY_SIZE(overrides), overrides}},
		.first = 0x0a140064,
		.last = 0x0a140066,
		.quota = 2,
		.reservations = &reservation,
		.reservation_count = 1,
	};
	struct fuzz fuzz = {.ticket = 0};

	fake_clock_init(&fuzz.fake, 1);
	fuzz.server = dhcp_server_create(&settings, &fuzz.fake.clock, 1, &ops,
					 &fuzz, NULL);
	if (!fuzz.server)
		abort();
	while (size >= 3) {
		uint16_t len = (uint16_t)MIN(be16_load(data + 1), size - 3);

		fuzz_message(&fuzz, data[0], data + 3, len);
		data += 3 + len;
		size -= 3u + len;
	}
	dhcp_server_restore(fuzz.server, &fuzz.record);
	dhcp_server_destroy(fuzz.server);
	return 0;
}
