// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_bench.c - a DHCP server on a fake clock, and a client's mouth and ears
 */
#include "unit/dhcp_bench.h"

#include <string.h>

static void take_reply(void *ctx, const struct dhcp_datagram *datagram)
{
	struct dhcp_bench *f = ctx;

	f->replies++;
	f->out = *datagram;
	memcpy(f->reply, datagram->data, datagram->len);
}

static void take_probe(void *ctx, uint32_t address)
{
	struct dhcp_bench *f = ctx;

	f->probes++;
	f->probed = address;
}

static void take_commit(void *ctx, const struct lease_record *record,
			uint64_t ticket)
{
	struct dhcp_bench *f = ctx;

	f->commits++;
	f->record = *record;
	f->ticket = ticket;
}

static uint64_t wall_s(void *ctx)
{
	return ((struct dhcp_bench *)ctx)->wall_s;
}

static void take_notice(void *ctx, const struct dhcp_notice *notice)
{
	struct dhcp_bench *f = ctx;

	f->notices++;
	f->notice = *notice;
}

const struct dhcp_ops bench_ops = {take_reply, take_probe, take_commit, wall_s,
				   take_notice};

void bench_settings(const struct dhcp_bench *f, struct dhcp_settings *settings)
{
	static const struct dhcp_reservation reservation = {
		{{2, 0, 0, 0, 0, 1}}, RESERVED, "web1"};

	*settings = (struct dhcp_settings){
		.config = {.server = {SERVER, 24},
			   .gateway = SERVER,
			   .dns = SERVER,
			   .mtu = 1400,
			   .lease_s = 3600,
			   .domain = "office.lab",
			   .routes = {{{0x0a1e0000, 24}, RESERVED}},
			   .route_count = 1,
			   .rapid_commit = f->rapid_commit,
			   .overrides = f->overrides},
		.first = FIRST,
		.last = FIRST + 3,
		.quota = 2,
		.reservations = &reservation,
		.reservation_count = 1,
	};
}

void bench_start(struct dhcp_bench *f)
{
	struct dhcp_settings settings;

	bench_settings(f, &settings);
	dhcp_server_destroy(f->server);
	f->server = dhcp_server_create(&settings, &f->fake.clock, 7, &bench_ops,
				       f, NULL);
	assert_non_null(f->server);
}

int bench_setup(void **state)
{
	static struct dhcp_bench f;

	memset(&f, 0, sizeof(f));
	fake_clock_init(&f.fake, 1000);
	f.wall_s = WALL_S;
	f.port = 1;
	bench_start(&f);
	*state = &f;
	return 0;
}

int bench_teardown(void **state)
{
	struct dhcp_bench *f = *state;

	dhcp_server_destroy(f->server);
	f->server = NULL;
	return 0;
}

void bench_begin(struct dhcp_bench *f, enum dhcp_type type,
		 const struct mac *mac)
{
	uint8_t *p = f->request;

	memset(p, 0, sizeof(f->request));
	p[0] = 1;
	p[1] = 1;
	p[2] = 6;
	be32_store(p + 4, 0xcafe0001);
	memcpy(p + 28, mac->b, MAC_LEN);
	be32_store(p + 236, 0x63825363);
	p[240] = DHCP_OPT_TYPE;
	p[241] = 1;
	p[242] = (uint8_t)type;
	f->request_len = 243;
	f->dst = IP4_BROADCAST;
}

void bench_option(struct dhcp_bench *f, uint8_t code, const void *data,
		  uint8_t len)
{
	f->request[f->request_len++] = code;
	f->request[f->request_len++] = len;
	if (len)
		memcpy(f->request + f->request_len, data, len);
	f->request_len += len;
}

void bench_option_u32(struct dhcp_bench *f, uint8_t code, uint32_t value)
{
	uint8_t wire[4];

	be32_store(wire, value);
	bench_option(f, code, wire, 4);
}

void bench_send(struct dhcp_bench *f)
{
	struct ip4 ip = {.dst = f->dst, .ingress = f->port};
	struct udp udp = {.data = f->request};

	f->request[f->request_len++] = DHCP_OPT_END;
	udp.len = (uint16_t)f->request_len;
	memcpy(ip.src_mac.b, f->request + 28, MAC_LEN);
	dhcp_server_input(f->server, &ip, &udp);
}

static const uint8_t *find_option(const struct dhcp_bench *f, uint8_t code)
{
	const uint8_t *p = f->reply + DHCP_FIXED_LEN;

	for (; *p != DHCP_OPT_END; p += p[1] + 2) {
		if (*p == code)
			return p;
	}
	return NULL;
}

bool bench_reply_has(struct dhcp_bench *f, uint8_t code)
{
	return find_option(f, code) != NULL;
}

const uint8_t *bench_reply_option(struct dhcp_bench *f, uint8_t code)
{
	static const uint8_t none[DHCP_BLOB_MAX + 2];
	const uint8_t *p = find_option(f, code);

	assert_non_null(p);
	return p ? p + 2 : none + 2;
}

uint32_t bench_reply_u32(struct dhcp_bench *f, uint8_t code)
{
	const uint8_t *value = bench_reply_option(f, code);

	assert_int_equal(value[-1], 4);
	return be32_load(value);
}

void bench_assert(struct dhcp_bench *f, enum dhcp_type type, uint32_t yiaddr)
{
	assert_true(f->replies > 0);
	assert_int_equal(bench_reply_option(f, DHCP_OPT_TYPE)[0], type);
	assert_int_equal(be32_load(f->reply + 16), yiaddr);
	assert_int_equal(be32_load(f->reply + 4), 0xcafe0001);
	assert_memory_equal(f->reply + 28, f->request + 28, MAC_LEN);
	assert_int_equal(bench_reply_u32(f, DHCP_OPT_SERVER_ID), SERVER);
	assert_true(f->out.len >= DHCP_MIN_LEN);
	f->replies = 0;
}

void bench_pass_probe(struct dhcp_bench *f)
{
	f->fake.ns += DHCP_PROBE_NS;
	assert_true(dhcp_server_next_ns(f->server) <= f->fake.ns);
	dhcp_server_tick(f->server);
}

void bench_discover(struct dhcp_bench *f, const struct mac *mac)
{
	bench_begin(f, DHCPDISCOVER, mac);
	bench_send(f);
}

void bench_select_address(struct dhcp_bench *f, const struct mac *mac,
			  uint32_t address)
{
	bench_begin(f, DHCPREQUEST, mac);
	bench_option_u32(f, DHCP_OPT_REQUESTED, address);
	bench_option_u32(f, DHCP_OPT_SERVER_ID, SERVER);
	bench_send(f);
}

void bench_bind_address(struct dhcp_bench *f, const struct mac *mac,
			uint32_t address)
{
	bench_discover(f, mac);
	bench_pass_probe(f);
	bench_assert(f, DHCPOFFER, address);
	bench_select_address(f, mac, address);
	dhcp_server_committed(f->server, f->ticket, true);
	bench_assert(f, DHCPACK, address);
}

unsigned bench_count(struct dhcp_bench *f, enum lease_state lease_state)
{
	return lease_count(dhcp_server_leases(f->server), lease_state);
}
