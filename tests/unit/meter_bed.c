// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * meter_bed.c - a meter around an uplink of two members, on wires to one switch
 */
#include "unit/cmocka_wrap.h"

#include "unit/meter_bed.h"

#define LATE_NS NSEC_PER_MSEC

static void no_carrier(void *ctx, struct port *port, bool up)
{
	(void)ctx;
	(void)port;
	(void)up;
}

static void no_writable(void *ctx, struct port *port)
{
	(void)ctx;
	(void)port;
}

/* Wires */

static void put(struct meter_bed *bed, unsigned wire, bool is_in,
		const struct frame *frame)
{
	struct meter_bed_transit *transit =
		&bed->queue[bed->tail++ % METER_BED_QUEUE];

	assert_true(bed->tail - bed->head <= METER_BED_QUEUE);
	*transit = (struct meter_bed_transit){
		.at_ns = bed->fake.ns + bed->delay_ns,
		.wire = wire,
		.is_in = is_in,
		.frame = *frame,
	};
	if (bed->late_every && ++bed->counted % bed->late_every == 0)
		transit->at_ns += LATE_NS;
}

static unsigned wire_send(struct port *port, struct frame **frames, unsigned n)
{
	struct meter_bed_wire *wire =
		container_of(port, struct meter_bed_wire, port);
	unsigned number = (unsigned)(wire - wire->bed->wires);

	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(frames[i]->snap_len, frames[i]->len);
		wire->frames++;
		for (unsigned k = 0; k <= wire->bed->copies; k++)
			put(wire->bed, number, false, frames[i]);
	}
	return n;
}

static void wire_status(struct port *port, struct port_status *status)
{
	(void)port;
	(void)status;
}

static void wire_close(struct port *port)
{
	(void)port;
}

static const struct port_ops wire_ops = {
	.send = wire_send,
	.status = wire_status,
	.close = wire_close,
};

static bool wire_is_dead(const struct meter_bed *bed, unsigned wire)
{
	return bed->wires[wire].is_silent || !bed->wires[wire].port.carrier;
}

static void deliver(struct meter_bed *bed, struct meter_bed_transit *transit)
{
	struct frame *frame = &transit->frame;

	if (wire_is_dead(bed, transit->wire))
		return;
	frame_classify(frame);
	if (transit->is_in) {
		port_input(&bed->wires[transit->wire].port, &frame, 1);
		return;
	}
	bed->behind = (int)transit->wire;
	port_send(meter_port(bed->meter, METER_FAR), &frame, 1);
}

/* What is late waits where it is; what is on time passes it. */
static void deliver_due(struct meter_bed *bed)
{
	for (unsigned i = bed->head; i != bed->tail; i++) {
		struct meter_bed_transit *transit =
			&bed->queue[i % METER_BED_QUEUE];

		if (transit->at_ns && transit->at_ns <= bed->fake.ns) {
			transit->at_ns = 0;
			deliver(bed, transit);
		}
	}
	while (bed->head != bed->tail &&
	       !bed->queue[bed->head % METER_BED_QUEUE].at_ns)
		bed->head++;
}

/* Networks on both sides, as far as one guest needs them. */

static unsigned far_input(void *ctx, struct port *port, struct frame **frames,
			  unsigned n)
{
	struct meter_bed *bed = ctx;
	bool floods = mac_is_group(frame_dst(frames[0])) || bed->behind < 0 ||
		      !bed->wires[bed->behind].port.carrier;

	(void)port;
	for (unsigned wire = 0; wire < METER_BED_WIRES; wire++) {
		if (floods || bed->behind == (int)wire)
			put(bed, wire, true, frames[0]);
	}
	assert_int_equal(n, 1);
	return n;
}

static unsigned near_input(void *ctx, struct port *port, struct frame **frames,
			   unsigned n)
{
	struct meter_bed *bed = ctx;

	(void)port;
	return port_send(uplink_port(bed->uplink), frames, n);
}

static unsigned uplink_input(void *ctx, struct port *port,
			     struct frame **frames, unsigned n)
{
	struct meter_bed *bed = ctx;

	(void)port;
	return port_send(meter_port(bed->meter, METER_NEAR), frames, n);
}

static const struct port_upper far_upper = {
	.input = far_input,
	.carrier = no_carrier,
	.writable = no_writable,
};

static const struct port_upper near_upper = {
	.input = near_input,
	.carrier = no_carrier,
	.writable = no_writable,
};

static const struct port_upper uplink_upper = {
	.input = uplink_input,
	.carrier = no_carrier,
	.writable = no_writable,
};

static unsigned known(void *ctx, uint32_t *cursor,
		      struct announce_entry *entries, unsigned max)
{
	struct meter_bed *bed = ctx;

	*cursor = 0;
	assert_true(max > 0);
	entries[0] = (struct announce_entry){
		.mac = *meter_mac(bed->meter, METER_NEAR)};
	return 1;
}

static void done(void *ctx, const struct meter_round *round)
{
	struct meter_bed *bed = ctx;

	bed->round = *round;
	bed->rounds++;
}

void meter_bed_settings(struct meter_settings *settings)
{
	meter_settings_init(settings);
	settings->run = 7;
	settings->key = (struct siphash_key){{3, 4}};
}

static void make_uplink(struct meter_bed *bed)
{
	struct uplink_env env = {
		.loop = bed->loop,
		.pool = bed->pool,
		.key = {{1, 2}},
		.ctx = bed,
		.known = known,
	};
	char name[] = "u/0";

	uplink_settings_init(&bed->settings);
	bed->uplink = uplink_create("u", &bed->settings, &env, NULL);
	assert_non_null(bed->uplink);
	port_plug(uplink_port(bed->uplink), &uplink_upper, bed);
	for (unsigned i = 0; i < METER_BED_WIRES; i++) {
		name[2] = (char)('0' + i);
		port_init(&bed->wires[i].port, &wire_ops, name);
		bed->wires[i].port.carrier = true;
		bed->wires[i].bed = bed;
		assert_int_equal(uplink_add_member(bed->uplink,
						   &bed->wires[i].port, 0,
						   NULL),
				 0);
	}
}

int meter_bed_set_up(void **state)
{
	static struct meter_bed bed;
	struct meter_settings settings;
	struct meter_env env = {.ctx = &bed, .done = done};

	memset(&bed, 0, sizeof(bed));
	bed.behind = -1;
	bed.delay_ns = METER_BED_DELAY_NS;
	fake_clock_init(&bed.fake, 1000 * NSEC_PER_SEC);
	bed.loop = env.loop = loop_create(&bed.fake.clock, NULL);
	bed.pool = packet_pool_create(64, 64, NULL);
	meter_bed_settings(&settings);
	bed.meter = meter_create("m", &settings, &env, NULL);
	assert_non_null(bed.meter);
	make_uplink(&bed);
	port_plug(meter_port(bed.meter, METER_NEAR), &near_upper, &bed);
	port_plug(meter_port(bed.meter, METER_FAR), &far_upper, &bed);
	meter_bed_run(&bed, 1000);
	*state = &bed;
	return 0;
}

int meter_bed_tear_down(void **state)
{
	struct meter_bed *bed = *state;

	for (unsigned end = 0; end < METER_ENDS; end++)
		port_unplug(meter_port(bed->meter, end));
	port_unplug(uplink_port(bed->uplink));
	meter_destroy(bed->meter);
	uplink_destroy(bed->uplink);
	packet_pool_destroy(bed->pool); /* asserts that all packets are back */
	loop_destroy(bed->loop);
	return 0;
}

void meter_bed_run(struct meter_bed *bed, uint64_t us)
{
	uint64_t end_ns = bed->fake.ns + us * NSEC_PER_USEC;

	for (;;) {
		loop_run_once(bed->loop, 0);
		deliver_due(bed);
		if (bed->fake.ns >= end_ns)
			return;
		bed->fake.ns += METER_BED_STEP_NS;
	}
}

const struct meter_round *meter_bed_end(struct meter_bed *bed)
{
	unsigned before = bed->rounds;

	meter_end_round(bed->meter);
	meter_bed_run(bed, 200 * 1000);
	assert_int_equal(bed->rounds, before + 1);
	return &bed->round;
}

int meter_bed_active(const struct meter_bed *bed)
{
	struct uplink_status status;

	uplink_get_status(bed->uplink, &status);
	for (int i = 0; status.bond.active && i < METER_BED_WIRES; i++) {
		if (bond_member_port(status.bond.active) == &bed->wires[i].port)
			return i;
	}
	return -1;
}

void meter_bed_give(struct meter_bed *bed, enum meter_end end,
		    struct frame *frame)
{
	frame_classify(frame);
	assert_int_equal(port_send(meter_port(bed->meter, end), &frame, 1), 1);
}
