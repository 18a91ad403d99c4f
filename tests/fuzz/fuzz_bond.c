// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_bond.c - frames of any bytes through a bond whose members come, go, fail
 * and are full, in whatever order
 *
 * Input: operations. There are never two actives, and none only while nobody
 * could be; nothing is sent to a port without carrier; each frame is taken once
 * or refused; no packet is left.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/fuzz_ops.h"
#include "switch/bond/bond_cut.h"

#define MEMBERS 4
#define MAX_FRAME 255

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/**
 * struct toy - a member's port
 * @port:	its port
 * @member:	NULL: not in the bond
 * @room:	frames that it still takes
 */
struct toy {
	struct port port;
	struct bond_member *member;
	unsigned room;
};

static struct fake_clock fake;
static struct loop *loop;
static struct bond *bond;
static struct toy toys[MEMBERS];
static struct bond_settings settings;
static bool in_port;
static unsigned came_up;

static bool is_cut(const struct toy *toy)
{
	struct bond_member_status status;

	bond_member_get_status(bond, toy->member, &status);
	return status.cut != BOND_CUT_NONE;
}

static unsigned toy_send(struct port *port, struct frame **frames, unsigned n)
{
	struct toy *toy = container_of(port, struct toy, port);
	unsigned taken = MIN(n, toy->room);

	(void)frames;
	fuzz_check(port->carrier);
	fuzz_check(!toy->member || !is_cut(toy));
	toy->room -= taken;
	return taken;
}

static void toy_resume(struct port *port)
{
	(void)port;
}

static void toy_status(struct port *port, struct port_status *status)
{
	(void)port;
	(void)status;
}

static void toy_close(struct port *port)
{
	fuzz_check(!port->upper);
}

static const struct port_ops toy_ops = {
	.send = toy_send,
	.resume = toy_resume,
	.status = toy_status,
	.close = toy_close,
};

static unsigned upper_input(void *ctx, struct port *port, struct frame **frames,
			    unsigned n)
{
	(void)ctx;
	(void)frames;
	came_up += n;
	return port->can_wait ? n / 2 : n;
}

static void upper_carrier(void *ctx, struct port *port, bool up)
{
	(void)ctx;
	(void)port;
	(void)up;
}

static void upper_writable(void *ctx, struct port *port)
{
	(void)ctx;
	(void)port;
}

static const struct port_upper upper = {
	.input = upper_input,
	.carrier = upper_carrier,
	.writable = upper_writable,
};

static void announce(void *ctx, struct bond_member *member)
{
	(void)ctx;
	fuzz_check(!in_port);
	fuzz_check(bond_member(bond, bond_member_slot(member)) == member);
}

static bool inspect(void *ctx, struct bond_member *member, struct frame *frame)
{
	(void)ctx;
	(void)member;
	return frame_ethertype(frame) == 0x8809;
}

static bool is_elsewhere(void *ctx, const struct frame *frame)
{
	(void)ctx;
	return frame_src(frame)->b[5] & 1;
}

static bool is_forged(void *ctx, const struct frame *frame)
{
	(void)ctx;
	return frame_ethertype(frame) == 0x8809;
}

static void writable(void *ctx, struct bond_member *member)
{
	(void)ctx;
	fuzz_check(bond_member(bond, bond_member_slot(member)) == member);
}

static void gone(void *ctx, struct bond_member *member)
{
	(void)ctx;
	for (unsigned i = 0; i < MEMBERS; i++) {
		if (toys[i].member == member)
			toys[i].member = NULL;
	}
}

static struct packet_pool *start(void)
{
	struct packet_pool *pool = packet_pool_create(1024, 2048, NULL);
	struct bond_env env = {
		.pool = pool,
		.key = {{1, 2}},
		.announce = announce,
		.inspect = inspect,
		.is_forged = is_forged,
		.writable = writable,
		.is_elsewhere = is_elsewhere,
		.gone = gone,
	};
	char name[] = "b/0";

	fake_clock_init(&fake, NSEC_PER_SEC);
	loop = env.loop = loop_create(&fake.clock, NULL);
	bond_settings_init(&settings);
	bond = loop && pool ? bond_create("b", &settings, &env, NULL) : NULL;
	if (!bond)
		__builtin_trap();
	port_plug(bond_port(bond), &upper, NULL);
	for (unsigned i = 0; i < MEMBERS; i++) {
		name[2] = (char)('0' + i);
		port_init(&toys[i].port, &toy_ops, name);
		toys[i].member = NULL;
		toys[i].room = 64;
		toys[i].port.can_wait = i & 1;
	}
	return pool;
}

/* A frame of the next bytes, for either way. */
static void pass(struct fuzz_ops *ops, struct port *port, bool is_input)
{
	size_t len = fuzz_take(ops, 1);
	struct frame frame, *batch[2] = {&frame, &frame};
	uint8_t data[MAX_FRAME];
	struct iovec tail;
	unsigned taken, n = 1 + (len & 1);

	len = MIN(len, ops->size);
	memcpy(data, ops->data, len);
	ops->data += len;
	ops->size -= len;
	memset(&frame, 0, sizeof(frame));
	frame_set_data(&frame, data, (uint32_t)len, &tail);
	if (len < ETH_HLEN)
		return;
	in_port = true;
	taken = is_input ? port_input(port, batch, n)
			 : port_send(port, batch, n);
	in_port = false;
	fuzz_check(taken <= n);
	fuzz_check(!is_input || taken == n || port->can_wait);
}

static void receive(struct fuzz_ops *ops, struct toy *toy)
{
	unsigned before = came_up;

	pass(ops, &toy->port, true);
	fuzz_check(came_up == before || !is_cut(toy));
}

/* A control frame, of which two fit or don't. */
static void speak(struct toy *toy)
{
	static const uint8_t data[60] = {1, 0x80, 0xc2, 0, 0, 2, 2};
	struct frame frame, *batch[2] = {&frame, &frame};
	struct iovec tail;

	memset(&frame, 0, sizeof(frame));
	frame_set_data(&frame, data, sizeof(data), &tail);
	in_port = true;
	fuzz_check(bond_member_send(bond, toy->member, batch, 2) <= 2);
	in_port = false;
}

static void change_settings(struct fuzz_ops *ops)
{
	settings.mode = (uint8_t)(fuzz_take(ops, 1) % (BOND_MODE_COUNT + 1));
	settings.primary_reselect =
		(uint8_t)(fuzz_take(ops, 1) % BOND_RESELECT_COUNT);
	settings.xmit_hash_policy =
		(uint8_t)(fuzz_take(ops, 1) % BOND_HASH_POLICY_COUNT);
	settings.up_delay_ms = (uint32_t)fuzz_take(ops, 1);
	settings.down_delay_ms = (uint32_t)fuzz_take(ops, 1);
	settings.min_links = fuzz_take(ops, 1) & 3;
	settings.rebalance_ms = (uint32_t)fuzz_take(ops, 1);
	settings.fallback = fuzz_take(ops, 1) & 1;
	snprintf(settings.primary, sizeof(settings.primary), "b/%u",
		 (unsigned)fuzz_take(ops, 1) % 5);
	if (bond_set(bond, &settings))
		settings.mode = BOND_ACTIVE_BACKUP;
	bond_set(bond, &settings);
}

static void touch(struct fuzz_ops *ops, struct toy *toy)
{
	uint8_t how = (uint8_t)fuzz_take(ops, 1);
	struct bond_lacp lacp = {how & 16, how & 32, how >> 6};

	if (!toy->member) {
		fuzz_check(
			!bond_add_member(bond, &toy->port, how, &toy->member));
		return;
	}
	switch (how & 7) {
	case 0:
		bond_remove_member(bond, toy->member,
				   (how >> 4) * NSEC_PER_MSEC);
		break;
	case 1:
		bond_switch(bond, toy->member);
		break;
	case 2:
		bond_member_monitor(bond, toy->member, BOND_MONITOR_PROBE,
				    how & 16);
		break;
	case 3:
		if (how & 8)
			bond_member_cut(bond, toy->member,
					(how >> 4) % BOND_CUT_COUNT);
		else
			bond_member_unmonitor(bond, toy->member,
					      BOND_MONITOR_PROBE);
		break;
	case 4:
		bond_member_lacp(bond, toy->member, &lacp);
		break;
	case 5:
		bond_set_aggregator(bond, how >> 6);
		bond_allow_fallback(bond, how & 8);
		break;
	case 6:
		bond_member_set_speed(bond, toy->member, how);
		break;
	default:
		speak(toy);
		toy->room = 64;
		port_writable(&toy->port);
	}
}

static void check(void)
{
	unsigned actives = 0, could = 0;
	struct bond_status status;

	bond_get_status(bond, &status);
	for (unsigned i = 0; i < MEMBERS; i++) {
		struct bond_member_status s;

		if (!toys[i].member)
			continue;
		bond_member_get_status(bond, toys[i].member, &s);
		actives += s.state == BOND_ACTIVE;
		could += s.up == s.in_use && s.state != BOND_LEAVING;
		fuzz_check(s.waiting <= 256);
	}
	fuzz_check(actives <= 1);
	fuzz_check(!could || status.active ||
		   status.settings.mode >= BOND_BALANCE_XOR);
	fuzz_check(bond_port(bond)->carrier == (status.carrying > 0));
}

static void step(struct fuzz_ops *ops)
{
	uint8_t op = (uint8_t)fuzz_take(ops, 1);
	struct toy *toy = &toys[op >> 3 & (MEMBERS - 1)];

	switch (op & 7) {
	case 0:
	case 1:
		pass(ops, bond_port(bond), false);
		break;
	case 2:
	case 3:
		if (toy->port.upper)
			receive(ops, toy);
		break;
	case 4:
		port_carrier(&toy->port, !toy->port.carrier);
		break;
	case 5:
		change_settings(ops);
		break;
	case 6:
		touch(ops, toy);
		break;
	default:
		fake.ns += (uint64_t)(op >> 3) * NSEC_PER_MSEC;
		loop_run_once(loop, 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_ops ops = {data, size};
	struct packet_pool *pool = start();

	while (fuzz_more(&ops)) {
		step(&ops);
		check();
	}
	port_unplug(bond_port(bond));
	bond_destroy(bond);
	packet_pool_destroy(pool);
	loop_destroy(loop);
	return 0;
}
