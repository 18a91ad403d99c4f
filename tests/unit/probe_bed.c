// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_bed.c - a prober, and a wire for each member with targets on it
 */
#include "unit/cmocka_wrap.h"
#include "unit/probe_bed.h"

#include <string.h>

#include "core/bytes.h"

static const struct mac target_mac = {{2, 0, 0, 0, 0xbb, 1}};

static void reply_arp(const struct frame *asked, struct frame *reply)
{
	struct arp arp, answer;

	assert_true(arp_decode(asked->snap + asked->len - 46, 46, &arp));
	assert_int_equal(arp.op, ARP_REQUEST);
	answer = (struct arp){
		.op = ARP_REPLY,
		.sender_mac = target_mac,
		.sender = arp.target,
		.target_mac = arp.sender_mac,
		.target = arp.sender,
	};
	own_frame_arp(reply, asked->vid, &arp.sender_mac, &answer);
}

static void reply_nd(const struct frame *asked, struct frame *reply)
{
	size_t at = ETH_HLEN + (asked->vid ? VLAN_HLEN : 0);
	struct nd nd, answer;

	assert_true(nd_decode(asked->snap + at, asked->len - at, false, &nd));
	assert_int_equal(nd.type, ND_SOLICITATION);
	answer = (struct nd){
		.type = ND_ADVERTISEMENT,
		.flags = ND_OVERRIDE,
		.has_mac = true,
		.mac = target_mac,
		.src = nd.target,
		.dst = nd_all_nodes,
		.target = nd.target,
	};
	if (nd.has_mac) {
		answer.flags |= ND_SOLICITED;
		answer.dst = nd.src;
	}
	own_frame_nd(reply, asked->vid, &target_mac, &answer);
	if (nd.has_mac)
		memcpy(reply->snap, nd.mac.b, MAC_LEN);
}

void bed_reply_to(const struct probe_bed *bed, const struct frame *asked,
		  unsigned target, struct frame *reply)
{
	if (bed->settings.targets[target].is_ip6)
		reply_nd(asked, reply);
	else
		reply_arp(asked, reply);
}

/* Probes come in the order of the targets. */
static unsigned target_of(const struct probe_bed *bed,
			  const struct frame *frame)
{
	unsigned i;

	for (i = 0; i < bed->settings.target_count; i++) {
		const struct probe_target *t = &bed->settings.targets[i];

		if (t->is_ip6 && frame_ethertype(frame) == ETHERTYPE_IPV6 &&
		    !memcmp(frame->snap + frame->len - 24 -
				    (bed->settings.from_link_local ? 0 : -8),
			    &t->ip6, 16))
			return i;
		if (!t->is_ip6 && frame_ethertype(frame) == 0x0806 &&
		    be32_load(frame->snap + frame->len - 46 + 24) == t->ip4)
			return i;
	}
	fail_msg("a probe of nobody");
	return 0;
}

static void put_on_wire(struct probe_bed *bed, unsigned slot,
			const struct frame *frame)
{
	unsigned i, target = target_of(bed, frame);

	if (bed->is_cut[slot] || bed->mute >> target & 1)
		return;
	for (i = 0; i < bed->copies; i++) {
		struct bed_reply *reply =
			&bed->replies[bed->reply_tail++ % BED_REPLIES];

		reply->at_ns = bed->fake.ns + bed->rtt_ns;
		reply->slot = slot;
		bed_reply_to(bed, frame, target, &reply->frame);
	}
}

static unsigned send_frames(void *ctx, unsigned slot, struct frame **frames,
			    unsigned n)
{
	struct probe_bed *bed = ctx;
	unsigned i, taken = bed->is_full[slot] ? 1 : n;

	for (i = 0; i < taken; i++)
		put_on_wire(bed, slot, frames[i]);
	bed->last[slot] = *frames[0];
	bed->sent += taken;
	bed->sent_ns[slot] = bed->fake.ns;
	if (bed->remove_on_send == (int)slot)
		probe_remove_member(bed->probe, slot);
	return taken;
}

static void changed(void *ctx, unsigned slot, enum probe_state state,
		    const char *reason)
{
	struct probe_bed *bed = ctx;
	struct bed_change *change = &bed->changes[bed->change_count++];

	assert_true(bed->change_count < BED_CHANGES);
	change->at_ns = bed->fake.ns - bed->start_ns;
	change->slot = slot;
	change->state = state;
	strcpy(change->reason, reason);
	if (bed->remove_on_change >= 0)
		probe_remove_member(bed->probe,
				    (unsigned)bed->remove_on_change);
}

static void deliver(struct probe_bed *bed)
{
	while (bed->reply_head != bed->reply_tail) {
		struct bed_reply *reply =
			&bed->replies[bed->reply_head % BED_REPLIES];

		if (reply->at_ns > bed->fake.ns)
			return;
		bed->reply_head++;
		if (!bed->is_cut[reply->slot])
			probe_inspect(bed->probe, reply->slot, &reply->frame);
	}
}

void bed_run(struct probe_bed *bed, unsigned us)
{
	uint64_t end_ns = bed->fake.ns + us * NSEC_PER_USEC;

	while (bed->fake.ns < end_ns) {
		bed->fake.ns += BED_STEP_NS;
		deliver(bed);
		loop_run_once(bed->loop, 0);
	}
}

void bed_apply(struct probe_bed *bed)
{
	assert_int_equal(probe_set(bed->probe, &bed->settings, NULL), 0);
}

enum probe_state bed_state(const struct probe_bed *bed, unsigned slot)
{
	struct probe_status status;

	assert_true(probe_get_status(bed->probe, slot, &status));
	return status.state;
}

struct probe_counters bed_counters(const struct probe_bed *bed, unsigned slot)
{
	struct probe_status status;

	assert_true(probe_get_status(bed->probe, slot, &status));
	return status.counters;
}

int bed_setup(void **state)
{
	static struct probe_bed bed;
	struct probe_env env = {
		.send = send_frames, .changed = changed, .ctx = &bed};

	memset(&bed, 0, sizeof(bed));
	bed.settings = (struct probe_settings){
		.mac = {{0x02, 0x77, 0x65, 0x66, 0x74, 0x40}},
		.from_link_local = true,
		.misses = 3,
		.answers = 2,
		.interval_ms = 50,
		.seed = 0,
		.target_count = 2,
		.targets = {{.ip4 = 0xc0000201},
			    {.is_ip6 = true,
			     .ip6 = {{{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0,
				       0, 0, 0, 0, 0, 1}}}}},
	};
	bed.rtt_ns = NSEC_PER_MSEC;
	bed.copies = 1;
	bed.remove_on_change = -1;
	bed.remove_on_send = -1;
	bed.start_ns = 1000 * NSEC_PER_SEC;
	fake_clock_init(&bed.fake, bed.start_ns);
	bed.loop = loop_create(&bed.fake.clock, NULL);
	env.loop = bed.loop;
	bed.probe = probe_create(&bed.settings, &env, NULL);
	assert_non_null(bed.probe);
	*state = &bed;
	return 0;
}

int bed_teardown(void **state)
{
	struct probe_bed *bed = *state;

	probe_destroy(bed->probe);
	loop_destroy(bed->loop);
	return 0;
}
