// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_probe.c - what comes in on a probed member, and time that passes
 *
 * Input: a byte of settings, then operations: time, or a frame to a member.
 * Half of the frames are answers that were damaged, as others end early.
 */
#include <stdlib.h>

#include "core/loop.h"
#include "fuzz/fuzz_frame.h"
#include "fuzz/fuzz_ops.h"
#include "switch/own_frame.h"
#include "switch/uplink/probe.h"

#define SLOTS 2
#define FRAME_SIZE 300

static struct probe *probe;
static bool is_alive[SLOTS];
static uint64_t answers_at_death[SLOTS];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct mac ours = {{2, 0, 0, 0, 0, 0x10}};
static const struct mac theirs = {{2, 0, 0, 0, 1, 0}};
static const struct in6_addr target6 = {
	{{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}};

static unsigned send_frames(void *ctx, unsigned slot, struct frame **frames,
			    unsigned n)
{
	unsigned room = *(unsigned *)ctx;

	fuzz_check(slot < SLOTS && n && n <= PROBE_MAX_TARGETS);
	fuzz_check(probe_owns(probe, frame_src(frames[0])));
	return room < n ? room : n;
}

static uint64_t answers_of(unsigned slot)
{
	struct probe_status status;

	fuzz_check(probe_get_status(probe, slot, &status));
	return status.counters.answers;
}

/* Nobody is declared alive who has not answered since it died. */
static void changed(void *ctx, unsigned slot, enum probe_state state,
		    const char *reason)
{
	(void)ctx;
	fuzz_check(state != PROBE_UNKNOWN && *reason);
	fuzz_check(is_alive[slot] == (state == PROBE_DEAD) ||
		   state == PROBE_DEAD);
	if (state == PROBE_ALIVE)
		fuzz_check(answers_of(slot) >= answers_at_death[slot] + 2);
	answers_at_death[slot] = answers_of(slot);
	is_alive[slot] = state == PROBE_ALIVE;
}

static size_t make_answer(uint8_t *data, unsigned slot, bool is_ip6)
{
	struct mac to = ours;
	const struct arp arp = {ARP_REPLY, theirs, 0xc0000201, to, 0};
	struct nd nd = {ND_ADVERTISEMENT, ND_SOLICITED, true,   theirs,
			target6,          {{{0}}},      target6};
	struct arp reply = arp;

	to.b[5] |= (uint8_t)slot;
	reply.target_mac = to;
	nd.dst = nd_link_local(&to);
	if (is_ip6)
		return nd_encode(data, &to, &theirs, &nd);
	arp_encode(data, &to, &reply);
	return ARP_FRAME_LEN;
}

static void damage(struct fuzz_ops *ops, uint8_t *data, size_t len)
{
	unsigned times = (unsigned)fuzz_take(ops, 1) & 3;

	while (times--) {
		size_t at = fuzz_take(ops, 1);

		data[at % len] = (uint8_t)fuzz_take(ops, 1);
	}
}

static void frame_comes(struct fuzz_ops *ops)
{
	unsigned how = (unsigned)fuzz_take(ops, 1), slot = how & 1;
	uint8_t data[FRAME_SIZE] = {0};
	struct frame frame;
	struct iovec tail;
	size_t len;
	bool mine;

	if (how & 2) {
		len = make_answer(data, slot, how & 4);
		damage(ops, data, len);
	} else {
		len = fuzz_take(ops, 2) % FRAME_SIZE;
		len = len < ops->size ? len : ops->size;
		memcpy(data, ops->data, len);
		ops->data += len;
		ops->size -= len;
	}
	fuzz_frame_set(&frame, data, (uint16_t)len, how & 8 ? 40 : 0, &tail);
	if (len < ETH_HLEN)
		return;
	frame.hdr.flags = how & 16 ? VNET_F_NEEDS_CSUM : 0;
	mine = probe_inspect(probe, slot, &frame);
	fuzz_check(mine == (probe_owns(probe, frame_src(&frame)) ||
			    probe_owns(probe, frame_dst(&frame))));
}

static void run(struct fuzz_ops *ops, struct fake_clock *fake,
		struct loop *loop, unsigned *room)
{
	while (fuzz_more(ops)) {
		unsigned op = (unsigned)fuzz_take(ops, 1);

		if (op & 1) {
			frame_comes(ops);
		} else {
			*room = op & 2 ? 1 : PROBE_MAX_TARGETS;
			fake->ns += (op >> 2) * NSEC_PER_MSEC;
			loop_run_once(loop, 0);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_ops ops = {data, size};
	unsigned how = (unsigned)fuzz_take(&ops, 1), room = 1, i;
	struct probe_settings settings = {
		.mac = ours,
		.vid = how & 1 ? 5 : 0,
		.from_link_local = !(how & 2),
		.all_targets = how & 4,
		.misses = 3,
		.answers = 2,
		.interval_ms = 10,
		.seed = how,
		.target_count = 2,
		.targets = {{.ip4 = 0xc0000201},
			    {.is_ip6 = true, .ip6 = target6}},
	};
	struct fake_clock fake;
	struct probe_env env = {
		.send = send_frames, .changed = changed, .ctx = &room};

	fake_clock_init(&fake, NSEC_PER_SEC);
	env.loop = loop_create(&fake.clock, NULL);
	if (!env.loop)
		abort();
	probe = probe_create(&settings, &env, NULL);
	if (!probe)
		abort();
	for (i = 0; i < SLOTS; i++) {
		is_alive[i] = false;
		answers_at_death[i] = 0;
		probe_add_member(probe, i);
	}
	run(&ops, &fake, env.loop, &room);
	probe_destroy(probe);
	loop_destroy(env.loop);
	return 0;
}
