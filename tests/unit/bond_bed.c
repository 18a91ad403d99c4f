// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond_bed.c - a bond of ports in memory, on a clock that stands still
 */
#include "unit/cmocka_wrap.h"

#include "unit/bond_bed.h"

#define FRAME_LEN 60

static unsigned upper_input(void *ctx, struct port *port, struct frame **frames,
			    unsigned n)
{
	struct bond_bed *bed = ctx;
	unsigned taken = MIN(n, bed->room);

	assert_true(taken == n || port->can_wait);
	if (bed->room != UINT32_MAX)
		bed->room -= taken;
	bed->received += taken;
	if (taken)
		frame_copy(frames[taken - 1], 0, bed->last, sizeof(bed->last));
	return taken;
}

static void upper_carrier(void *ctx, struct port *port, bool up)
{
	struct bond_bed *bed = ctx;

	(void)port;
	bed->ups += up;
	bed->downs += !up;
}

static void upper_writable(void *ctx, struct port *port)
{
	struct bond_bed *bed = ctx;

	(void)port;
	bed->writables++;
}

static void upper_dropped(void *ctx, struct port *port, struct frame *frame,
			  enum port_direction direction,
			  enum drop_reason reason)
{
	struct bond_bed *bed = ctx;

	(void)port;
	(void)reason;
	assert_non_null(frame);
	bed->dropped += direction == PORT_TX;
}

static const struct port_upper upper = {
	.input = upper_input,
	.carrier = upper_carrier,
	.writable = upper_writable,
	.dropped = upper_dropped,
};

static void announce(void *ctx, struct bond_member *member)
{
	struct bond_bed *bed = ctx;

	assert_false(bed->in_port);
	bed->announced[bed->announcements++ % BOND_BED_ANNOUNCED] =
		(uint8_t)bond_member_slot(member);
	if (bed->on_announce)
		bed->on_announce(bed, member);
}

static void changed(void *ctx)
{
	struct bond_bed *bed = ctx;

	assert_false(bed->in_port);
	bed->changes++;
}

static bool inspect(void *ctx, struct bond_member *member, struct frame *frame)
{
	struct bond_bed *bed = ctx;

	assert_non_null(member);
	bed->inspected++;
	if (bed->on_inspect)
		bed->on_inspect(bed, member);
	return frame_ethertype(frame) == BOND_BED_CONTROL;
}

static bool is_elsewhere(void *ctx, const struct frame *frame)
{
	struct bond_bed *bed = ctx;

	return bed->elsewhere && frame_src(frame)->b[5] == bed->elsewhere;
}

static bool is_forged(void *ctx, const struct frame *frame)
{
	struct bond_bed *bed = ctx;

	return bed->forged && frame_src(frame)->b[5] == bed->forged;
}

static void writable(void *ctx, struct bond_member *member)
{
	struct bond_bed *bed = ctx;

	assert_non_null(member);
	bed->member_writables++;
}

static void gone(void *ctx, struct bond_member *member)
{
	struct bond_bed *bed = ctx;
	unsigned i;

	for (i = 0; i < BOND_BED_MEMBERS; i++) {
		if (bed->m[i] == member)
			bed->m[i] = NULL;
	}
	bed->closed++;
}

int bond_bed_set_up(void **state)
{
	static struct bond_bed bed;
	struct bond_env env = {
		.key = {{1, 2}},
		.ctx = &bed,
		.announce = announce,
		.changed = changed,
		.inspect = inspect,
		.is_forged = is_forged,
		.writable = writable,
		.is_elsewhere = is_elsewhere,
		.gone = gone,
	};
	char name[8] = "b/0";
	unsigned i;

	memset(&bed, 0, sizeof(bed));
	bed.room = UINT32_MAX;
	fake_clock_init(&bed.fake, 1000 * NSEC_PER_SEC);
	bed.loop = env.loop = loop_create(&bed.fake.clock, NULL);
	bed.pool = env.pool = packet_pool_create(1024, 2048, NULL);
	bond_settings_init(&bed.settings);
	bed.bond = bond_create("b", &bed.settings, &env, NULL);
	assert_non_null(bed.bond);
	port_plug(bond_port(bed.bond), &upper, &bed);
	for (i = 0; i < BOND_BED_MEMBERS; i++) {
		name[2] = (char)('0' + i);
		mem_port_init(&bed.p[i], name);
		bed.p[i].port.features = PORT_CSUM | PORT_TSO4;
	}
	bond_bed_advance(&bed, 1);
	*state = &bed;
	return 0;
}

int bond_bed_tear_down(void **state)
{
	struct bond_bed *bed = *state;

	port_unplug(bond_port(bed->bond));
	bond_destroy(bed->bond);
	packet_pool_destroy(bed->pool); /* asserts that all packets are back */
	loop_destroy(bed->loop);
	return 0;
}

void bond_bed_add(struct bond_bed *bed, unsigned i)
{
	assert_int_equal(
		bond_add_member(bed->bond, &bed->p[i].port, 0, &bed->m[i]), 0);
}

void bond_bed_set(struct bond_bed *bed)
{
	assert_int_equal(bond_set(bed->bond, &bed->settings), 0);
}

void bond_bed_start(struct bond_bed *bed, enum bond_mode mode, unsigned n)
{
	unsigned i;

	bed->settings.mode = (uint8_t)mode;
	bond_bed_set(bed);
	for (i = 0; i < n; i++)
		bond_bed_add(bed, i);
}

void bond_bed_advance(struct bond_bed *bed, unsigned ms)
{
	for (unsigned i = 0; i <= ms; i++) {
		bed->fake.ns += i ? NSEC_PER_MSEC : 0;
		loop_run_once(bed->loop, 0);
	}
}

void bond_bed_link(struct bond_bed *bed, unsigned i, bool up)
{
	bed->sent_down[i] = bed->p[i].sent;
	port_carrier(&bed->p[i].port, up);
}

void bond_bed_cut(struct bond_bed *bed, unsigned i, enum bond_cut how)
{
	bed->sent_down[i] = bed->p[i].sent;
	bond_member_cut(bed->bond, bed->m[i], how);
}

int bond_bed_active(struct bond_bed *bed)
{
	struct bond_status status;

	bond_get_status(bed->bond, &status);
	for (unsigned i = 0; i < BOND_BED_MEMBERS; i++) {
		if (bed->m[i] && bed->m[i] == status.active)
			return (int)i;
	}
	assert_null(status.active);
	return -1;
}

enum bond_state bond_bed_state(struct bond_bed *bed, unsigned i)
{
	struct bond_member_status status;

	bond_member_get_status(bed->bond, bed->m[i], &status);
	return status.state;
}

static void fill(uint8_t *data, uint8_t dst, uint8_t src, uint8_t first)
{
	memset(data, 0, FRAME_LEN);
	data[0] = data[MAC_LEN] = 2;
	data[5] = dst;
	if (dst == 0xff)
		memset(data, 0xff, MAC_LEN);
	data[MAC_LEN + 5] = src;
	be16_store(data + 12, 0x88b5);
	data[ETH_HLEN] = first;
}

unsigned bond_bed_send_data(struct bond_bed *bed, const void *data, size_t len)
{
	struct frame frame, *batch = &frame;
	struct iovec tail;
	unsigned taken;

	frame_set_data(&frame, data, (uint32_t)len, &tail);
	bed->in_port = true;
	taken = port_send(bond_port(bed->bond), &batch, 1);
	bed->in_port = false;
	return taken;
}

unsigned bond_bed_send(struct bond_bed *bed, uint8_t dst, uint8_t src,
		       unsigned n)
{
	static struct frame frames[FRAME_BATCH];
	struct frame *batch[FRAME_BATCH];
	struct iovec tails[FRAME_BATCH];
	uint8_t data[FRAME_LEN];
	unsigned i, taken;

	fill(data, dst, src, 0);
	for (i = 0; i < n; i++) {
		frame_set_data(&frames[i], data, sizeof(data), &tails[i]);
		batch[i] = &frames[i];
	}
	bed->in_port = true;
	taken = port_send(bond_port(bed->bond), batch, n);
	bed->in_port = false;
	return taken;
}

struct verdict bond_bed_input_data(struct bond_bed *bed, unsigned i,
				   const void *data, size_t len)
{
	struct frame frame, *batch = &frame;
	struct iovec tail;

	frame_set_data(&frame, data, (uint32_t)len, &tail);
	bed->in_port = true;
	port_input(&bed->p[i].port, &batch, 1);
	bed->in_port = false;
	return frame.verdict;
}

void bond_bed_input(struct bond_bed *bed, unsigned i, uint8_t dst, uint8_t src,
		    uint8_t first)
{
	uint8_t data[FRAME_LEN];

	fill(data, dst, src, first);
	bond_bed_input_data(bed, i, data, sizeof(data));
}

uint64_t bond_bed_drops(struct bond_bed *bed, unsigned i,
			enum drop_reason reason)
{
	return bed->p[i].port.counters.drops[reason];
}

unsigned bond_bed_member_of(struct bond_bed *bed, uint8_t dst, uint8_t src)
{
	unsigned i, before[BOND_BED_MEMBERS], found = 0, member = 0;

	for (i = 0; i < BOND_BED_MEMBERS; i++)
		before[i] = bed->p[i].sent;
	assert_int_equal(bond_bed_send(bed, dst, src, 1), 1);
	for (i = 0; i < BOND_BED_MEMBERS; i++) {
		if (bed->p[i].sent != before[i]) {
			found++;
			member = i;
		}
		bed->p[i].sent = 0;
		bed->sent_down[i] = 0;
	}
	assert_int_equal(found, 1);
	return member;
}

unsigned bond_bed_guest_on(struct bond_bed *bed, unsigned member, unsigned from)
{
	while (bond_bed_member_of(bed, 99, (uint8_t)from) != member)
		from++;
	return from;
}

void bond_bed_check(struct bond_bed *bed)
{
	unsigned i, actives = 0, carrying = 0, could = 0;
	struct bond_status status;

	bond_get_status(bed->bond, &status);
	for (i = 0; i < BOND_BED_MEMBERS; i++) {
		struct bond_member_status s;

		if (!bed->p[i].port.carrier)
			assert_int_equal(bed->p[i].sent, bed->sent_down[i]);
		if (!bed->m[i])
			continue;
		bond_member_get_status(bed->bond, bed->m[i], &s);
		if (s.cut != BOND_CUT_NONE)
			assert_int_equal(bed->p[i].sent, bed->sent_down[i]);
		actives += s.state == BOND_ACTIVE;
		could += s.up == s.in_use && s.state != BOND_LEAVING;
		carrying += s.state == BOND_ACTIVE || s.state == BOND_CARRYING;
		if (s.state == BOND_ACTIVE)
			assert_ptr_equal(status.active, bed->m[i]);
	}
	assert_true(actives <= 1);
	if (could && status.settings.mode <= BOND_BALANCE_SLB)
		assert_non_null(status.active);
	assert_true(carrying <= status.carrying);
	assert_int_equal(bond_port(bed->bond)->carrier, status.carrying > 0);
}
