// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cable_bed.c - a cable, and at each end somebody who counts what comes out
 */
#include "unit/cmocka_wrap.h"

#include "unit/cable_bed.h"

#include <string.h>

/* @n frames with numbers in them, the next ones of @side; how many it took. */
unsigned cable_bed_send_len(struct cable_bed *bed, unsigned i, unsigned n,
			    uint32_t len)
{
	static uint8_t data[FRAME_BATCH][FRAME_MAX_LEN];
	static struct frame frames[FRAME_BATCH];
	struct iovec tails[FRAME_BATCH];
	struct frame *batch[FRAME_BATCH];
	unsigned k, taken;

	for (k = 0; k < n; k++) {
		memset(data[k], 0, ETH_HLEN);
		data[k][0] = data[k][MAC_LEN] = 2;
		be32_store(data[k] + ETH_HLEN, bed->sent[i] + k);
		be32_store(data[k] + len - 4, bed->sent[i] + k);
		frame_set_data(&frames[k], data[k], len, &tails[k]);
		batch[k] = &frames[k];
	}
	bed->in_send = true;
	taken = port_send(bed->side[i].port, batch, n);
	bed->in_send = false;
	bed->sent[i] += taken;
	return taken;
}

unsigned cable_bed_send(struct cable_bed *bed, unsigned i, unsigned n)
{
	return cable_bed_send_len(bed, i, n, CABLE_BED_FRAME);
}

static unsigned side_input(void *ctx, struct port *port, struct frame **frames,
			   unsigned n)
{
	struct cable_side *side = ctx;
	struct cable_bed *bed =
		container_of(side->in_send, struct cable_bed, in_send);
	unsigned i, taken = MIN(n, side->room);

	assert_ptr_equal(port, side->port);
	assert_false(*side->in_send);
	assert_in_range(n, 1, FRAME_BATCH);
	for (i = 0; i < taken; i++) {
		uint8_t end[4];

		assert_int_equal(frames[i]->verdict.fate, FATE_NONE);
		assert_int_equal(be32_load(frames[i]->snap + ETH_HLEN),
				 side->next);
		frame_copy(frames[i], frames[i]->len - 4, end, sizeof(end));
		assert_int_equal(be32_load(end), side->next++);
	}
	for (i = 0; i < n; i++)
		frames[i]->verdict.fate = FATE_FORWARDED;
	side->came += taken;
	if (side->room != UINT32_MAX)
		side->room -= taken;
	if (side->answer)
		cable_bed_send(bed, side == &bed->side[1], side->answer);
	return taken;
}

static void side_carrier(void *ctx, struct port *port, bool up)
{
	struct cable_side *side = ctx;
	struct cable_bed *bed =
		container_of(side->in_send, struct cable_bed, in_send);

	assert_int_equal(port->carrier, up);
	side->ups += up;
	side->downs += !up;
	if (!up && bed->on_down)
		bed->on_down(bed);
}

static void side_writable(void *ctx, struct port *port)
{
	struct cable_side *side = ctx;

	(void)port;
	assert_false(*side->in_send);
	side->writables++;
}

static void side_dropped(void *ctx, struct port *port, struct frame *frame,
			 enum port_direction direction, enum drop_reason reason)
{
	struct cable_side *side = ctx;

	(void)port;
	assert_int_equal(frame->verdict.reason, reason);
	side->dropped += direction == PORT_RX;
	side->lost += direction == PORT_TX;
}

static void side_sent(void *ctx, struct port *port, struct frame **frames,
		      unsigned n)
{
	struct cable_side *side = ctx;

	(void)port;
	for (unsigned i = 0; i < n; i++)
		side->seen += !frames[i]->verdict.lost;
}

static const struct port_upper side_upper = {
	.input = side_input,
	.carrier = side_carrier,
	.writable = side_writable,
	.dropped = side_dropped,
	.sent = side_sent,
};

void cable_bed_plug(struct cable_bed *bed, unsigned i)
{
	memset(&bed->side[i], 0, sizeof(bed->side[i]));
	bed->side[i].port = cable_port(bed->cable, i);
	bed->side[i].room = UINT32_MAX;
	bed->side[i].in_send = &bed->in_send;
	port_plug(bed->side[i].port, &side_upper, &bed->side[i]);
}

int cable_bed_set_up(void **state)
{
	static struct cable_bed bed_memory, *bed = &bed_memory;

	memset(bed, 0, sizeof(*bed));
	fake_clock_init(&bed->fake, 1000 * NSEC_PER_SEC);
	bed->loop = loop_create(&bed->fake.clock, NULL);
	bed->pool =
		packet_pool_create(CABLE_BED_PACKETS, CABLE_BED_CHUNKS, NULL);
	bed->cable = cable_create(bed->loop, bed->pool, "a", "b", 1500, NULL);
	assert_non_null(bed->cable);
	cable_bed_plug(bed, 0);
	cable_bed_plug(bed, 1);
	*state = bed;
	return 0;
}

void cable_bed_close(struct cable_bed *bed, unsigned i)
{
	struct port *port = bed->side[i].port;

	bed->side[i].port = NULL;
	port_unplug(port);
	port->ops->close(port);
}

int cable_bed_tear_down(void **state)
{
	struct cable_bed *bed = *state;

	for (unsigned i = 0; i < 2; i++) {
		if (bed->side[i].port)
			cable_bed_close(bed, i);
	}
	packet_pool_destroy(bed->pool); /* asserts that all packets are back */
	loop_destroy(bed->loop);
	return 0;
}

void cable_bed_run(struct cable_bed *bed, unsigned rounds)
{
	while (rounds--)
		loop_run_once(bed->loop, 0);
}
