/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp_bench.h - a DHCP server on a fake clock, and a client's mouth and ears
 *
 * Subnet 10.20.0.0/24, range of four from FIRST on, quota 2, lease 3600 s, one
 * reservation.
 */
#ifndef UNIT_DHCP_BENCH_H
#define UNIT_DHCP_BENCH_H

#include "unit/cmocka_wrap.h"

#include "core/bytes.h"
#include "core/util.h"
#include "switch/dhcp/dhcp_server.h"

#define SERVER 0x0a140001
#define FIRST 0x0a140064
#define RESERVED 0x0a14000b
#define RELAY 0x0a140005
#define OTHER_SERVER 0x0a140002
#define WALL_S 1700000000

static const struct mac mac_a = {{2, 0, 0, 0, 0, 0xa}};
static const struct mac mac_b = {{2, 0, 0, 0, 0, 0xb}};
static const struct mac mac_reserved = {{2, 0, 0, 0, 0, 1}};

/**
 * struct dhcp_bench - what the server said last, and all else a test looks at
 * @fake:	its clock
 * @server:	under test
 * @wall_s:	its wall clock
 * @request:	message being written, @request_len bytes
 * @request_len: of @request
 * @port:	ingress port of the next message
 * @dst:	destination of the next message
 * @replies:	since the last bench_assert()
 * @out:	the last one
 * @reply:	its bytes
 * @probes:	ARP probes asked for
 * @probed:	the last address of them
 * @commits:	asked for
 * @ticket:	of the last one
 * @record:	of the last one
 * @notices:	how many there were
 * @notice:	the last of them
 * @rapid_commit: for bench_start()
 * @overrides:	for bench_start()
 */
struct dhcp_bench {
	struct fake_clock fake;
	struct dhcp_server *server;
	uint64_t wall_s;
	uint8_t request[1024];
	size_t request_len;
	uint16_t port;
	uint32_t dst;
	unsigned replies;
	struct dhcp_datagram out;
	uint8_t reply[DHCP_MAX_LEN];
	unsigned probes;
	uint32_t probed;
	unsigned commits;
	uint64_t ticket;
	struct lease_record record;
	unsigned notices;
	struct dhcp_notice notice;
	bool rapid_commit;
	struct dhcp_overrides overrides;
};

/** bench_start() - a new server; leases are forgotten */
void bench_start(struct dhcp_bench *f);

/** bench_settings() - what bench_start() makes a server of; @settings borrows
 */
void bench_settings(const struct dhcp_bench *f, struct dhcp_settings *settings);

/** bench_ops - surroundings that write down what they are told */
extern const struct dhcp_ops bench_ops;

/** bench_setup() - cmocka set-up */
int bench_setup(void **state);

/** bench_teardown() - cmocka tear-down */
int bench_teardown(void **state);

/** bench_begin() - start a message */
void bench_begin(struct dhcp_bench *f, enum dhcp_type type,
		 const struct mac *mac);

/** bench_option() - append an option */
void bench_option(struct dhcp_bench *f, uint8_t code, const void *data,
		  uint8_t len);

/** bench_option_u32() - append a number */
void bench_option_u32(struct dhcp_bench *f, uint8_t code, uint32_t value);

/** bench_send() - END, and off it goes */
void bench_send(struct dhcp_bench *f);

/** bench_reply_has() - is the option in the last reply? */
bool bench_reply_has(struct dhcp_bench *f, uint8_t code);

/** bench_reply_option() - its value; fails when absent */
const uint8_t *bench_reply_option(struct dhcp_bench *f, uint8_t code);

/** bench_reply_u32() - its value as a number */
uint32_t bench_reply_u32(struct dhcp_bench *f, uint8_t code);

/** bench_assert() - the last reply is of that type and address */
void bench_assert(struct dhcp_bench *f, enum dhcp_type type, uint32_t yiaddr);

/** bench_pass_probe() - let the time of a probe pass */
void bench_pass_probe(struct dhcp_bench *f);

/** bench_discover() - a plain DISCOVER */
void bench_discover(struct dhcp_bench *f, const struct mac *mac);

/** bench_select_address() - a REQUEST of the SELECTING state */
void bench_select_address(struct dhcp_bench *f, const struct mac *mac,
			  uint32_t address);

/** bench_bind_address() - DISCOVER to ACK */
void bench_bind_address(struct dhcp_bench *f, const struct mac *mac,
			uint32_t address);

/** bench_count() - leases of a state */
unsigned bench_count(struct dhcp_bench *f, enum lease_state lease_state);

#endif
