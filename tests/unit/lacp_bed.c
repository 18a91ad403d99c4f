// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lacp_bed.c - bonds with LACP, back to back over cables that tests cut
 */
#include "unit/lacp_bed.h"

#include "unit/cmocka_wrap.h"

#include <stdlib.h>
#include <string.h>

static struct bed_end *other_end(struct bed_end *end)
{
	return &end->bed->ends[end->cable][end == end->bed->ends[end->cable]];
}

static void put_on_wire(struct bed_end *from, const uint8_t *bytes)
{
	struct bed *bed = from->bed;
	struct bed_frame *frame = bed->frames;

	while (frame < bed->frames + BED_FRAMES && frame->to)
		frame++;
	assert_true(frame < bed->frames + BED_FRAMES);
	frame->to = other_end(from);
	frame->arrival_ns = bed->now_ns + bed->delay_ns;
	frame->is_data = !bytes;
	if (bytes)
		memcpy(frame->bytes, bytes, LACP_FRAME_LEN);
}

/* 3 LACPDUs and 10 slow-protocol frames in any second, but for a last word. */
static void watch_limits(struct bed_end *end, const struct lacp_msg *msg)
{
	struct bed *bed = end->bed;
	uint64_t *oldest_ns = &end->sent_ns[end->sent_count++ % 10];

	assert_true(end->sent_count <= 10 || bed->now_ns - *oldest_ns >= SEC);
	*oldest_ns = bed->now_ns;
	if (msg->kind != LACP_KIND_PDU)
		return;
	assert_true(bed->log_count < BED_LOG);
	bed->log[bed->log_count++] =
		(struct bed_record){bed->now_ns, end, msg->pdu.actor.state};
	assert_true(bed_sent_since(bed, end->cable,
				   end != bed->ends[end->cable],
				   bed->now_ns - SEC + 1) <=
		    (msg->pdu.actor.state & LACP_AGGREGATION ? 3u : 4u));
}

static void bed_send(void *ctx, struct lacp_member *member,
		     const uint8_t *frame, size_t len)
{
	struct bed_end *end = lacp_member_owner(member);
	struct lacp_msg msg;

	(void)ctx;
	assert_int_equal(len, LACP_FRAME_LEN);
	assert_true(lacp_msg_decode(frame, len, &msg) >= LACP_KIND_PDU);
	watch_limits(end, &msg);
	put_on_wire(end, frame);
}

static void bed_changed(void *ctx, struct lacp_member *member)
{
	struct bed_side *side = ctx;
	struct bed_end *end;

	if (!member) {
		side->bond_changes++;
		return;
	}
	end = lacp_member_owner(member);
	assert_ptr_equal(&end->bed->sides[end->side], side);
	end->changes++;
}

static const struct lacp_ops bed_ops = {bed_send, bed_changed};

struct lacp_settings bed_settings(unsigned side)
{
	return (struct lacp_settings){
		.system_priority = 100,
		.system = {{2, 0, 0, 0, 0, (uint8_t)(side + 1)}},
		.key = 7,
		.active = true,
		.rate = LACP_RATE_FAST,
	};
}

struct bed *bed_create(void)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	assert_non_null(bed);
	bed->now_ns = 1000 * SEC;
	bed->delay_ns = MS;
	return bed;
}

void bed_destroy(struct bed *bed)
{
	unsigned i;

	for (i = 0; i < BED_SIDES; i++)
		lacp_destroy(bed->sides[i].lacp);
	free(bed);
}

void bed_bond(struct bed *bed, unsigned side,
	      const struct lacp_settings *settings)
{
	struct bed_side *bond = &bed->sides[side];
	struct err err;

	bond->settings = *settings;
	bond->lacp = lacp_create(settings, &bed_ops, bond, &err);
	assert_non_null(bond->lacp);
}

static void plug(struct bed *bed, unsigned cable, unsigned i, unsigned side)
{
	struct bed_end *end = &bed->ends[cable][i];
	const struct lacp_member_settings settings = {
		.port = (uint16_t)(1 + cable * 2 + i),
		.priority = 255,
		.mac = {{2, 0, 0, 1, (uint8_t)side, (uint8_t)cable}},
		.owner = end,
	};

	*end = (struct bed_end){.bed = bed, .side = side, .cable = cable};
	end->member =
		lacp_add(bed->sides[side].lacp, &settings, bed->now_ns, NULL);
	assert_non_null(end->member);
}

void bed_cable(struct bed *bed, unsigned cable, unsigned side0, unsigned side1)
{
	plug(bed, cable, 0, side0);
	plug(bed, cable, 1, side1);
}

void bed_link(struct bed *bed, unsigned cable, bool up, uint32_t speed_mbps)
{
	const struct lacp_link link = {.up = up, .speed_mbps = speed_mbps};
	unsigned i;

	for (i = 0; i < 2; i++) {
		if (bed->ends[cable][i].member)
			lacp_link(bed->ends[cable][i].member, &link,
				  bed->now_ns);
	}
}

struct bed *bed_pair(const struct lacp_settings *a,
		     const struct lacp_settings *b, unsigned cables)
{
	struct bed *bed = bed_create();
	unsigned i;

	bed_bond(bed, 0, a);
	bed_bond(bed, 1, b);
	for (i = 0; i < cables; i++) {
		bed_cable(bed, i, 0, 1);
		bed_link(bed, i, true, 1000);
	}
	return bed;
}

void bed_set(struct bed *bed, unsigned side,
	     const struct lacp_settings *settings)
{
	bed->sides[side].settings = *settings;
	assert_int_equal(
		lacp_set(bed->sides[side].lacp, settings, bed->now_ns, NULL),
		0);
}

/* Timers go first, as in an event loop that finds both due. */
static void run_due(struct bed *bed)
{
	unsigned i;

	for (i = 0; i < BED_SIDES; i++) {
		struct bed_side *side = &bed->sides[i];

		if (side->lacp && !side->is_stopped &&
		    lacp_next_ns(side->lacp) <= bed->now_ns)
			assert_true(lacp_run(side->lacp, bed->now_ns) >
				    bed->now_ns);
	}
}

static void deliver(struct bed *bed, struct bed_frame *frame)
{
	struct bed_end *to = frame->to;

	frame->to = NULL;
	if (!to->member || to->is_deaf)
		return;
	if (!frame->is_data)
		assert_true(lacp_receive(to->member, frame->bytes,
					 LACP_FRAME_LEN, bed->now_ns));
	else if (!bed_status(bed, to->cable, to != bed->ends[to->cable])
			  .collecting)
		to->data_lost++;
}

/* In the order in which they came. */
static void deliver_due(struct bed *bed)
{
	for (;;) {
		struct bed_frame *first = NULL;
		unsigned i;

		for (i = 0; i < BED_FRAMES; i++) {
			struct bed_frame *frame = &bed->frames[i];

			if (frame->to && frame->arrival_ns <= bed->now_ns &&
			    !bed->sides[frame->to->side].is_stopped &&
			    (!first || frame->arrival_ns < first->arrival_ns))
				first = frame;
		}
		if (!first)
			return;
		deliver(bed, first);
	}
}

static void send_data(struct bed *bed)
{
	unsigned i;

	for (i = 0; i < 2 * BED_CABLES; i++) {
		struct bed_end *end = &bed->ends[i / 2][i % 2];

		if (!end->member || bed->sides[end->side].is_stopped ||
		    !bed_status(bed, i / 2, i % 2).distributing)
			continue;
		end->data_sent++;
		put_on_wire(end, NULL);
	}
}

static uint64_t next_event_ns(const struct bed *bed)
{
	uint64_t next_ns = UINT64_MAX;
	unsigned i;

	for (i = 0; i < BED_SIDES; i++) {
		const struct bed_side *side = &bed->sides[i];

		if (side->lacp && !side->is_stopped) {
			uint64_t due_ns = lacp_next_ns(side->lacp);

			next_ns = MIN(next_ns, due_ns);
		}
	}
	for (i = 0; i < BED_FRAMES; i++) {
		if (bed->frames[i].to &&
		    !bed->sides[bed->frames[i].to->side].is_stopped)
			next_ns = MIN(next_ns, bed->frames[i].arrival_ns);
	}
	return next_ns;
}

void bed_run(struct bed *bed, uint64_t ns)
{
	uint64_t until_ns = bed->now_ns + ns;

	while (bed->now_ns < until_ns) {
		uint64_t next_ns = next_event_ns(bed);

		if (bed->sends_data)
			next_ns = MIN(next_ns, bed->now_ns + MS);
		next_ns = MAX(next_ns, bed->now_ns);
		bed->now_ns = MIN(next_ns, until_ns);
		run_due(bed);
		deliver_due(bed);
		if (bed->sends_data)
			send_data(bed);
	}
}

bool bed_run_until(struct bed *bed, unsigned cable, unsigned end,
		   bool distributing, uint64_t max_ns)
{
	uint64_t until_ns = bed->now_ns + max_ns;

	while (bed_status(bed, cable, end).distributing != distributing) {
		if (bed->now_ns >= until_ns)
			return false;
		bed_run(bed, MS);
	}
	return true;
}

void bed_receive(struct bed *bed, unsigned cable, unsigned end,
		 const struct lacp_pdu *pdu)
{
	static const struct mac source = {{2, 0, 0, 9, 9, 9}};
	uint8_t frame[LACP_FRAME_LEN];

	lacp_msg_encode_pdu(pdu, &source, frame);
	lacp_receive(bed->ends[cable][end].member, frame, sizeof(frame),
		     bed->now_ns);
}

struct lacp_member_status bed_status(struct bed *bed, unsigned cable,
				     unsigned end)
{
	struct lacp_member_status status;

	lacp_member_get_status(bed->ends[cable][end].member, &status);
	return status;
}

struct lacp_status bed_bond_status(struct bed *bed, unsigned side)
{
	struct lacp_status status;

	lacp_get_status(bed->sides[side].lacp, &status);
	return status;
}

const struct lacp_counters *bed_counters(struct bed *bed, unsigned cable,
					 unsigned end)
{
	return lacp_member_counters(bed->ends[cable][end].member);
}

bool bed_carries(struct bed *bed, unsigned cable)
{
	return bed_status(bed, cable, 0).distributing &&
	       bed_status(bed, cable, 1).distributing;
}

unsigned bed_sent_since(const struct bed *bed, unsigned cable, unsigned end,
			uint64_t since_ns)
{
	unsigned i, count = 0;

	for (i = 0; i < bed->log_count; i++)
		count += bed->log[i].from == &bed->ends[cable][end] &&
			 bed->log[i].at_ns >= since_ns;
	return count;
}
