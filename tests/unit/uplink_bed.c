// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplink_bed.c - an uplink, guests above it, and a wire below each member
 */
#include "unit/cmocka_wrap.h"

#include <linux/if_ether.h>

#include "unit/uplink_bed.h"

#define FRAME_LEN 60

static const struct mac target_mac = {{2, 0, 0, 0, 0xbb, 1}};
static const struct in6_addr target6 = {{{0x20, 1, 0x0d, 0xb8, [15] = 1}}};

static unsigned upper_input(void *ctx, struct port *port, struct frame **frames,
			    unsigned n)
{
	struct uplink_bed *bed = ctx;

	(void)port;
	(void)frames;
	bed->received += n;
	return n;
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

struct mac uplink_bed_guest(unsigned number)
{
	return (struct mac){{2, 0, 0, 0, 0, (uint8_t)number}};
}

static bool is_guest(const struct mac *mac)
{
	const struct mac guest = uplink_bed_guest(mac->b[5]);

	return mac_is_equal(mac, &guest) && mac->b[5] &&
	       mac->b[5] <= UPLINK_BED_GUESTS;
}

static unsigned known(void *ctx, uint32_t *cursor,
		      struct announce_entry *entries, unsigned max)
{
	unsigned n = 0;

	(void)ctx;
	while (n < max && *cursor < UPLINK_BED_GUESTS)
		entries[n++] = (struct announce_entry){
			.mac = uplink_bed_guest(++*cursor)};
	if (*cursor == UPLINK_BED_GUESTS)
		*cursor = 0;
	return n;
}

static bool is_elsewhere(void *ctx, uint16_t vid, const struct mac *mac)
{
	(void)ctx;
	(void)vid;
	return is_guest(mac);
}

static void changed(void *ctx)
{
	struct uplink_bed *bed = ctx;

	assert_false(bed->in_port);
	bed->changes++;
}

int uplink_bed_set_up(void **state)
{
	static struct uplink_bed bed;
	struct uplink_env env = {
		.key = {{1, 2}},
		.ctx = &bed,
		.known = known,
		.is_elsewhere = is_elsewhere,
		.changed = changed,
	};
	char name[] = "u/0";
	unsigned i;

	memset(&bed, 0, sizeof(bed));
	fake_clock_init(&bed.fake, 1000 * NSEC_PER_SEC);
	bed.loop = env.loop = loop_create(&bed.fake.clock, NULL);
	bed.pool = env.pool = packet_pool_create(1024, 2048, NULL);
	uplink_settings_init(&bed.settings);
	bed.settings.announce.rounds = 1;
	bed.answers = UPLINK_BED_TARGET;
	bed.step_ns = UPLINK_BED_STEP_NS;
	bed.uplink = uplink_create("u", &bed.settings, &env, NULL);
	assert_non_null(bed.uplink);
	port_plug(uplink_port(bed.uplink), &upper, &bed);
	for (i = 0; i < UPLINK_BED_MEMBERS; i++) {
		name[2] = (char)('0' + i);
		mem_port_init(&bed.p[i], name);
	}
	*state = &bed;
	return 0;
}

void uplink_bed_destroy(struct uplink_bed *bed)
{
	if (bed->uplink)
		port_unplug(uplink_port(bed->uplink));
	uplink_destroy(bed->uplink);
	bed->uplink = NULL;
}

int uplink_bed_tear_down(void **state)
{
	struct uplink_bed *bed = *state;

	uplink_bed_destroy(bed);
	packet_pool_destroy(bed->pool); /* asserts that all packets are back */
	loop_destroy(bed->loop);
	return 0;
}

void uplink_bed_set(struct uplink_bed *bed)
{
	struct err err;

	if (uplink_set(bed->uplink, &bed->settings, &err))
		fail_msg("%s", err.msg);
}

void uplink_bed_probe(struct uplink_bed *bed)
{
	bed->settings.arp.target_count = 1;
	bed->settings.arp.targets[0].ip4 = UPLINK_BED_TARGET;
	uplink_bed_set(bed);
}

void uplink_bed_solicit(struct uplink_bed *bed)
{
	bed->settings.nd.target_count = 1;
	bed->settings.nd.targets[0] =
		(struct probe_target){.is_ip6 = true, .ip6 = target6};
	uplink_bed_set(bed);
}

void uplink_bed_add(struct uplink_bed *bed, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(uplink_add_member(bed->uplink, &bed->p[i].port,
						   0, NULL),
				 0);
	uplink_bed_run(bed, 200);
	uplink_bed_forget(bed);
}

static void answer(struct uplink_bed *bed, unsigned i)
{
	const struct arp *asked = &bed->last[i];
	const struct arp reply = {
		.op = ARP_REPLY,
		.sender_mac = target_mac,
		.sender = asked->target,
		.target_mac = asked->sender_mac,
		.target = asked->sender,
	};
	struct frame frame;

	if (bed->is_cut[i] || asked->target != bed->answers)
		return;
	own_frame_arp(&frame, 0, &asked->sender_mac, &reply);
	uplink_bed_input(bed, i, &frame);
}

static void advertise(struct uplink_bed *bed, unsigned i)
{
	const struct nd *asked = &bed->last6[i];
	const struct nd reply = {
		.type = ND_ADVERTISEMENT,
		.flags = ND_SOLICITED | ND_OVERRIDE,
		.has_mac = true,
		.mac = target_mac,
		.src = asked->target,
		.dst = asked->src,
		.target = asked->target,
	};
	struct frame frame;

	if (bed->is_cut[i] || bed->is_deaf6 ||
	    !IN6_ARE_ADDR_EQUAL(&asked->target, &target6))
		return;
	own_frame_nd(&frame, 0, &target_mac, &reply);
	memcpy(frame.snap, asked->mac.b, MAC_LEN);
	uplink_bed_input(bed, i, &frame);
}

static void look_at(struct uplink_bed *bed, unsigned i, const uint8_t *data,
		    uint32_t len)
{
	struct arp arp;
	uint16_t type = be16_load(data + 12);
	bool is_arp = arp_decode(data + ETH_HLEN, FRAME_LEN - ETH_HLEN, &arp);

	if (bed->seen)
		bed->seen(bed->ctx, i, data, len);
	if (type == ETHERTYPE_RARP) {
		assert_true(is_arp && is_guest(&arp.sender_mac));
		bed->announced[i][arp.sender_mac.b[5]]++;
		bed->rarps[i]++;
	} else if (type == ETH_P_ARP) {
		assert_true(is_arp && !is_guest(&arp.sender_mac));
		bed->last[i] = arp;
		bed->probes[i]++;
		answer(bed, i);
	} else if (type == ETH_P_IPV6) {
		assert_true(nd_decode(data + ETH_HLEN, len - ETH_HLEN, false,
				      &bed->last6[i]));
		bed->solicits[i]++;
		advertise(bed, i);
	} else if (type != SLOW_ETHERTYPE) {
		bed->frames[i]++;
	}
}

void uplink_bed_look(struct uplink_bed *bed)
{
	unsigned i, k;

	for (i = 0; i < UPLINK_BED_MEMBERS; i++) {
		for (k = 0; k < bed->p[i].sent; k++)
			look_at(bed, i, bed->p[i].data[k], bed->p[i].len[k]);
		bed->p[i].sent = 0;
	}
}

void uplink_bed_run(struct uplink_bed *bed, unsigned ms)
{
	uint64_t end_ns = bed->fake.ns + ms * NSEC_PER_MSEC;

	for (;;) {
		loop_run_once(bed->loop, 0);
		uplink_bed_look(bed);
		if (bed->step)
			bed->step(bed->ctx);
		if (bed->fake.ns >= end_ns)
			return;
		bed->fake.ns += bed->step_ns;
	}
}

void uplink_bed_forget(struct uplink_bed *bed)
{
	uplink_bed_look(bed);
	memset(bed->announced, 0, sizeof(bed->announced));
	memset(bed->rarps, 0, sizeof(bed->rarps));
	memset(bed->probes, 0, sizeof(bed->probes));
	memset(bed->solicits, 0, sizeof(bed->solicits));
	memset(bed->frames, 0, sizeof(bed->frames));
	bed->received = 0;
	bed->changes = 0;
}

int uplink_bed_active(const struct uplink_bed *bed)
{
	struct uplink_status status;

	uplink_get_status(bed->uplink, &status);
	for (unsigned i = 0; status.bond.active && i < UPLINK_BED_MEMBERS;
	     i++) {
		if (bond_member_port(status.bond.active) == &bed->p[i].port)
			return (int)i;
	}
	assert_null(status.bond.active);
	return -1;
}

struct uplink_member_status uplink_bed_member(const struct uplink_bed *bed,
					      unsigned i)
{
	struct uplink_member_status status;

	for (unsigned slot = 0; slot < BOND_MAX_MEMBERS; slot++) {
		if (uplink_get_member_status(bed->uplink, slot, &status) &&
		    strcmp(status.name, bed->p[i].port.name) == 0)
			return status;
	}
	fail_msg("no member %u", i);
	return status;
}

struct announce_counters uplink_bed_counters(const struct uplink_bed *bed)
{
	struct uplink_status status;

	uplink_get_status(bed->uplink, &status);
	return status.announce;
}

unsigned uplink_bed_send(struct uplink_bed *bed, struct frame *frame)
{
	unsigned taken;

	bed->in_port = true;
	taken = port_send(uplink_port(bed->uplink), &frame, 1);
	bed->in_port = false;
	return taken;
}

void uplink_bed_talk(struct uplink_bed *bed)
{
	const struct mac far = {{2, 0, 0, 0, 0, UPLINK_BED_FAR}};
	struct frame frame;

	for (unsigned i = 1; i <= UPLINK_BED_GUESTS; i++) {
		const struct mac guest = uplink_bed_guest(i);

		uplink_bed_frame(&frame, &far, &guest, 0x88b5);
		assert_int_equal(uplink_bed_send(bed, &frame), 1);
	}
	uplink_bed_look(bed);
}

struct verdict uplink_bed_input(struct uplink_bed *bed, unsigned i,
				struct frame *frame)
{
	bed->in_port = true;
	port_input(&bed->p[i].port, &frame, 1);
	bed->in_port = false;
	return frame->verdict;
}

void uplink_bed_frame(struct frame *frame, const struct mac *dst,
		      const struct mac *src, uint16_t type)
{
	memset(frame, 0, sizeof(*frame));
	memcpy(frame->snap, dst->b, MAC_LEN);
	memcpy(frame->snap + MAC_LEN, src->b, MAC_LEN);
	be16_store(frame->snap + 12, type);
	frame->len = frame->snap_len = FRAME_LEN;
	frame_classify(frame);
}
