// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe.c - members that have carrier but deliver nothing: settings and frames
 *
 * probe_verdict.c has the theory.
 */
#include "switch/uplink/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "switch/ip4.h"
#include "switch/nd.h"
#include "switch/uplink/probe_internal.h"

#define VID_MAX 4094
#define SLOT_BITS 0xf
#define LOCAL_BIT 2

static_assert(PROBE_MAX_MEMBERS == SLOT_BITS + 1, "a slot is in the address");

static const char *const state_names[] = {
	[PROBE_UNKNOWN] = "unknown",
	[PROBE_ALIVE] = "alive",
	[PROBE_DEAD] = "dead",
};
static_assert(ARRAY_SIZE(state_names) == PROBE_STATE_COUNT, "each has a name");

const char *probe_state_name(enum probe_state state)
{
	return state_names[state];
}

/* 0/8, 127/8 and what is no unicast address never answers. */
static bool target_is_good(const struct probe_target *target)
{
	uint32_t net = target->ip4 >> 24;

	if (target->is_ip6)
		return !IN6_IS_ADDR_MULTICAST(&target->ip6) &&
		       !IN6_IS_ADDR_UNSPECIFIED(&target->ip6) &&
		       !IN6_IS_ADDR_LOOPBACK(&target->ip6);
	return net && net != 127 && net < 224;
}

static int check_targets(const struct probe_settings *s, struct err *err)
{
	unsigned i;

	if (!s->target_count || s->target_count > PROBE_MAX_TARGETS)
		return err_set(err, -EINVAL,
			       "probes need 1 to %u targets, not %u",
			       PROBE_MAX_TARGETS, s->target_count);
	for (i = 0; i < s->target_count; i++) {
		if (!target_is_good(&s->targets[i]))
			return err_set(err, -EINVAL,
				       "target %u of the probes is no address "
				       "that a host can have",
				       i + 1);
	}
	return 0;
}

int probe_check(const struct probe_settings *s, struct err *err)
{
	if (mac_is_group(&s->mac) || !(s->mac.b[0] & LOCAL_BIT) ||
	    s->mac.b[5] & SLOT_BITS)
		return err_set(err, -EINVAL,
			       "the MAC address of probes is locally "
			       "administered and its last digit is 0");
	if (s->vid > VID_MAX)
		return err_set(err, -EINVAL, "no VLAN has the VID %u", s->vid);
	if (s->interval_ms < PROBE_MIN_INTERVAL_MS ||
	    s->interval_ms > PROBE_MAX_INTERVAL_MS)
		return err_set(err, -EINVAL,
			       "the interval of probes is %u ms to %u ms",
			       PROBE_MIN_INTERVAL_MS, PROBE_MAX_INTERVAL_MS);
	if (!s->misses || !s->answers)
		return err_set(err, -EINVAL,
			       "misses and answers of probes are at least 1");
	return check_targets(s, err);
}

static void set_sender(const struct probe *probe, unsigned slot,
		       struct probe_sender *sender)
{
	const struct probe_settings *s = &probe->settings;

	*sender = (struct probe_sender){
		.mac = s->mac,
		.vid = s->vid,
		.ip4 = s->source4,
	};
	sender->mac.b[5] |= (uint8_t)slot;
	if (s->from_link_local)
		sender->ip6 = nd_link_local(&sender->mac);
}

struct probe *probe_create(const struct probe_settings *settings,
			   const struct probe_env *env, struct err *err)
{
	struct probe *probe;

	if (probe_check(settings, err))
		return NULL;
	probe = calloc(1, sizeof(*probe));
	if (!probe) {
		err_set(err, -ENOMEM, "no memory for a bond's probes");
		return NULL;
	}
	probe->settings = *settings;
	probe->env = *env;
	probe_verdict_init(probe);
	return probe;
}

void probe_destroy(struct probe *probe)
{
	if (!probe)
		return;
	timer_cancel(probe->env.loop, &probe->timer);
	free(probe);
}

int probe_set(struct probe *probe, const struct probe_settings *settings,
	      struct err *err)
{
	int code = probe_check(settings, err);
	unsigned slot;

	if (code)
		return code;
	probe->settings = *settings;
	for (slot = 0; slot < PROBE_MAX_MEMBERS; slot++) {
		set_sender(probe, slot, &probe->members[slot].sender);
		probe_verdict_begin(probe, slot);
	}
	probe_verdict_arm(probe);
	return 0;
}

void probe_add_member(struct probe *probe, unsigned slot)
{
	struct probe_member *member = &probe->members[slot];

	memset(member, 0, sizeof(*member));
	member->in_use = true;
	member->since_ns = loop_clock_ns(probe->env.loop);
	set_sender(probe, slot, &member->sender);
	probe_verdict_begin(probe, slot);
	probe_verdict_arm(probe);
}

void probe_remove_member(struct probe *probe, unsigned slot)
{
	probe->members[slot].in_use = false;
	probe_verdict_arm(probe);
}

bool probe_owns(const struct probe *probe, const struct mac *mac)
{
	const uint8_t *ours = probe->settings.mac.b;

	return !memcmp(mac->b, ours, MAC_LEN - 1) &&
	       (mac->b[5] & ~SLOT_BITS) == ours[5];
}

static bool targets_are_equal(const struct probe_target *a,
			      const struct probe_target *b)
{
	if (a->is_ip6 != b->is_ip6)
		return false;
	return a->is_ip6 ? IN6_ARE_ADDR_EQUAL(&a->ip6, &b->ip6)
			 : a->ip4 == b->ip4;
}

/* Number of a target; their count: it is none. */
static unsigned find_target(const struct probe *probe,
			    const struct probe_target *who)
{
	const struct probe_settings *s = &probe->settings;
	unsigned i = 0;

	while (i < s->target_count && !targets_are_equal(&s->targets[i], who))
		i++;
	return i;
}

static void answered_by(struct probe *probe, unsigned slot,
			const struct probe_target *who)
{
	struct probe_member *member = &probe->members[slot];
	unsigned i = find_target(probe, who);

	if (i == probe->settings.target_count) {
		member->counters.foreign++;
	} else if (!member->asked[i].open) {
		member->counters.stray++;
	} else {
		member->counters.answers++;
		probe_verdict_answer(probe, slot, i);
	}
}

/* An answer to a group: RFC 5227 2.6, or to one who asks from ::. */
static bool may_be_answer(const struct probe_member *member,
			  const struct frame *frame)
{
	const struct mac all_nodes = nd_group_mac(&nd_all_nodes);

	if (frame_ethertype(frame) == ETHERTYPE_ARP)
		return true;
	return IN6_IS_ADDR_UNSPECIFIED(&member->sender.ip6) &&
	       mac_is_equal(frame_dst(frame), &all_nodes);
}

bool probe_inspect(struct probe *probe, unsigned slot,
		   const struct frame *frame)
{
	struct probe_member *member = &probe->members[slot];
	bool is_to_us = mac_is_equal(frame_dst(frame), &member->sender.mac);
	struct probe_target who;

	if (!member->in_use)
		return false;
	if (probe_owns(probe, frame_src(frame))) {
		member->counters.reflected++;
		return true;
	}
	if (!is_to_us && !mac_is_group(frame_dst(frame)))
		return probe_owns(probe, frame_dst(frame));
	if (!is_to_us && !may_be_answer(member, frame))
		return false;
	if (probe_frame_read(frame, &member->sender, &who))
		answered_by(probe, slot, &who);
	else
		member->counters.foreign += is_to_us;
	return is_to_us;
}

bool probe_is_forged(const struct probe *probe, const struct frame *frame)
{
	struct probe_target who;
	unsigned slot;

	if (probe_owns(probe, frame_src(frame)) ||
	    probe_owns(probe, frame_dst(frame)))
		return true;
	if (LIKELY(!mac_is_group(frame_dst(frame))))
		return false;
	for (slot = 0; slot < PROBE_MAX_MEMBERS; slot++) {
		const struct probe_member *member = &probe->members[slot];

		if (member->in_use && may_be_answer(member, frame) &&
		    probe_frame_read(frame, &member->sender, &who) &&
		    find_target(probe, &who) < probe->settings.target_count)
			return true;
	}
	return false;
}

bool probe_get_status(const struct probe *probe, unsigned slot,
		      struct probe_status *status)
{
	const struct probe_member *member = &probe->members[slot];
	uint64_t now_ns = loop_clock_ns(probe->env.loop);
	unsigned i;

	if (!member->in_use)
		return false;
	*status = (struct probe_status){
		.state = member->state,
		.since_ns = member->since_ns,
		.counters = member->counters,
	};
	memcpy(status->reason, member->reason, sizeof(status->reason));
	for (i = 0; i < probe->settings.target_count; i++) {
		if (now_ns > member->asked[i].heard_ns)
			status->silent_ns[i] =
				now_ns - member->asked[i].heard_ns;
	}
	return true;
}

uint64_t probe_naps(const struct probe *probe)
{
	return probe->naps;
}
