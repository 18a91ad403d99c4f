// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_verdict.c - when members are asked, and what silence means
 *
 * Theory of operation
 *
 * One timer serves all members: it is armed for whatever comes first, a probe
 * or the end of a silence.
 *
 * Probes of a member are exactly an interval apart, and members are spread over
 * the interval by multiples of the golden ratio, from a random start: they stay
 * apart however many there are, and so do the bonds of a hundred hosts that got
 * power at once.
 *
 * Silence is measured from the last answer, not counted in probes. With probes
 * at an interval I, answers are I apart as well; after the last one comes
 * silence, which is over N * I + PROBE_SLACK_NS later. So a fault is seen that
 * long after it at most, and an interval earlier at best. In that time N - 1
 * probes are lost for sure, and the next one's answer would have to come more
 * than the slack later than usual.
 *
 * Nobody answers whom we don't ask because we sleep (a stopped process, a host
 * without a free CPU). When the timer comes late by half an interval, all
 * silences are made longer by what it was late; what waits in the members'
 * queues is read in the meantime. Less than that is no excuse where a member
 * has more than one chance: an earlier probe was answered in time, and the loop
 * reads descriptors before it runs timers, so an answer that is there counts.
 *
 * A member lives again when enough answers come in a row, one per interval: one
 * that loses every other frame is no use.
 *
 * Limits: an answer that is more than an interval late is taken for that of a
 * later probe; ARP and ND have no number to tell them apart by.
 */
#include "switch/uplink/probe_internal.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "core/addr.h"

/* 2^32 / golden ratio: multiples of it never come close to each other. */
#define PHASE_STEP 2654435769u
/* A full member is asked again after this. */
#define RETRY_NS (2 * NSEC_PER_MSEC)

static void target_format(const struct probe_target *target, char *text)
{
	if (target->is_ip6)
		inet_ntop(AF_INET6, &target->ip6, text, INET6_ADDRSTRLEN);
	else
		ipv4_format(target->ip4, text);
}

static void change(struct probe *probe, unsigned slot, enum probe_state state,
		   uint64_t now_ns)
{
	struct probe_member *member = &probe->members[slot];

	member->state = state;
	member->since_ns = now_ns;
	probe->env.changed(probe->env.ctx, slot, state, member->reason);
}

/* Of the targets that must answer, the one that decides how long it was. */
static unsigned deciding_target(const struct probe *probe,
				const struct probe_member *member)
{
	const struct probe_asked *asked = member->asked;
	unsigned i, found = 0;

	for (i = 1; i < probe->settings.target_count; i++) {
		if (probe->settings.all_targets
			    ? asked[i].heard_ns < asked[found].heard_ns
			    : asked[i].heard_ns > asked[found].heard_ns)
			found = i;
	}
	return found;
}

/* When silence is over; never for one that is dead already. */
static uint64_t deadline_ns(const struct probe *probe,
			    const struct probe_member *member)
{
	unsigned i = deciding_target(probe, member);

	if (member->state == PROBE_DEAD)
		return UINT64_MAX;
	return member->asked[i].heard_ns +
	       probe->settings.misses * probe_interval_ns(probe) +
	       PROBE_SLACK_NS;
}

static void declare_dead(struct probe *probe, unsigned slot, uint64_t now_ns)
{
	struct probe_member *member = &probe->members[slot];
	unsigned target = deciding_target(probe, member);
	uint64_t silent_ms =
		(now_ns - member->asked[target].heard_ns) / NSEC_PER_MSEC;
	char text[INET6_ADDRSTRLEN];

	target_format(&probe->settings.targets[target], text);
	if (probe->settings.target_count == 1 || probe->settings.all_targets)
		snprintf(member->reason, sizeof(member->reason),
			 "no answer from %s for %lu ms", text, silent_ms);
	else
		snprintf(member->reason, sizeof(member->reason),
			 "no answer from any of %u targets for %lu ms",
			 probe->settings.target_count, silent_ms);
	member->streak = 0;
	change(probe, slot, PROBE_DEAD, now_ns);
}

static void declare_alive(struct probe *probe, unsigned slot, unsigned target,
			  uint64_t now_ns)
{
	struct probe_member *member = &probe->members[slot];
	char text[INET6_ADDRSTRLEN];

	target_format(&probe->settings.targets[target], text);
	snprintf(member->reason, sizeof(member->reason),
		 "answers in %u intervals in a row, the last from %s",
		 member->streak, text);
	change(probe, slot, PROBE_ALIVE, now_ns);
}

void probe_verdict_answer(struct probe *probe, unsigned slot, unsigned target)
{
	struct probe_member *member = &probe->members[slot];
	uint64_t now_ns = loop_clock_ns(probe->env.loop);
	uint32_t all =
		(uint32_t)((UINT64_C(1) << probe->settings.target_count) - 1);

	member->asked[target].open = 0;
	member->asked[target].heard_ns = now_ns;
	member->answered |= UINT32_C(1) << target;
	if (member->was_answered ||
	    (probe->settings.all_targets && member->answered != all))
		return;
	member->was_answered = true;
	if (member->streak < UINT8_MAX)
		member->streak++;
	if (member->state != PROBE_ALIVE &&
	    member->streak >= probe->settings.answers)
		declare_alive(probe, slot, target, now_ns);
}

/* Offer the probes of targets from number @first on. */
static void ask(struct probe *probe, unsigned slot, unsigned first,
		uint64_t now_ns)
{
	struct probe_member *member = &probe->members[slot];
	struct frame *frames[PROBE_MAX_TARGETS];
	unsigned i, taken, n = probe->settings.target_count - first;

	for (i = 0; i < n; i++) {
		frames[i] = &probe->batch[i];
		probe_frame_make(frames[i], &member->sender,
				 &probe->settings.targets[first + i]);
	}
	taken = probe->env.send(probe->env.ctx, slot, frames, n);
	for (i = first; i < first + taken; i++) {
		struct probe_asked *asked = &member->asked[i];

		asked->open =
			(uint8_t)MIN(asked->open + 1u, probe->settings.misses);
	}
	member->unsent = first + taken;
	member->retry_ns = now_ns + RETRY_NS;
	member->counters.sent += taken;
	member->counters.unsent += n - taken;
}

static void begin_interval(struct probe *probe, unsigned slot, uint64_t now_ns)
{
	struct probe_member *member = &probe->members[slot];
	uint64_t interval_ns = probe_interval_ns(probe);

	if (!member->was_answered)
		member->streak = 0;
	member->was_answered = false;
	member->answered = 0;
	/* what was slept through is not made up for */
	member->send_ns +=
		((now_ns - member->send_ns) / interval_ns + 1) * interval_ns;
	ask(probe, slot, 0, now_ns);
}

static void serve(struct probe *probe, unsigned slot, uint64_t now_ns)
{
	struct probe_member *member = &probe->members[slot];

	if (now_ns >= member->send_ns)
		begin_interval(probe, slot, now_ns);
	else if (member->unsent < probe->settings.target_count &&
		 now_ns >= member->retry_ns)
		ask(probe, slot, member->unsent, now_ns);
	/* sending may have shown that the member is gone */
	if (member->in_use && now_ns >= deadline_ns(probe, member))
		declare_dead(probe, slot, now_ns);
}

/* How late the timer may be before that is taken for sleep. */
static uint64_t nap_ns(const struct probe *probe)
{
	uint64_t half_ns = probe_interval_ns(probe) / 2;

	if (probe->settings.misses == 1)
		return PROBE_SLACK_NS;
	return MAX(half_ns, PROBE_SLACK_NS);
}

static void forgive(struct probe *probe, uint64_t late_ns, uint64_t now_ns)
{
	unsigned slot, i;

	probe->naps++;
	for (slot = 0; slot < PROBE_MAX_MEMBERS; slot++) {
		struct probe_asked *asked = probe->members[slot].asked;

		for (i = 0; i < probe->settings.target_count; i++) {
			if (asked[i].heard_ns < now_ns)
				asked[i].heard_ns = MIN(
					asked[i].heard_ns + late_ns, now_ns);
		}
	}
}

static void something_is_due(struct timer *timer)
{
	struct probe *probe = container_of(timer, struct probe, timer);
	uint64_t now_ns = loop_clock_ns(probe->env.loop);
	unsigned slot;

	if (now_ns - probe->due_ns > nap_ns(probe))
		forgive(probe, now_ns - probe->due_ns, now_ns);
	for (slot = 0; slot < PROBE_MAX_MEMBERS; slot++) {
		if (probe->members[slot].in_use)
			serve(probe, slot, now_ns);
	}
	probe_verdict_arm(probe);
}

static uint64_t next_ns(const struct probe *probe,
			const struct probe_member *member)
{
	uint64_t at_ns = MIN(member->send_ns, deadline_ns(probe, member));

	if (member->unsent < probe->settings.target_count)
		at_ns = MIN(at_ns, member->retry_ns);
	return at_ns;
}

void probe_verdict_init(struct probe *probe)
{
	probe->timer.expired = something_is_due;
}

void probe_verdict_begin(struct probe *probe, unsigned slot)
{
	struct probe_member *member = &probe->members[slot];
	uint32_t phase = probe->settings.seed + slot * PHASE_STEP;
	unsigned i;

	member->send_ns = loop_clock_ns(probe->env.loop) +
			  (probe_interval_ns(probe) * phase >> 32);
	member->unsent = probe->settings.target_count;
	member->answered = 0;
	member->was_answered = false;
	member->streak = 0;
	for (i = 0; i < PROBE_MAX_TARGETS; i++)
		member->asked[i] = (struct probe_asked){member->send_ns, 0};
}

void probe_verdict_arm(struct probe *probe)
{
	uint64_t at_ns = UINT64_MAX;
	unsigned slot;

	for (slot = 0; slot < PROBE_MAX_MEMBERS; slot++) {
		if (probe->members[slot].in_use)
			at_ns = MIN(at_ns,
				    next_ns(probe, &probe->members[slot]));
	}
	probe->due_ns = at_ns;
	if (at_ns == UINT64_MAX)
		timer_cancel(probe->env.loop, &probe->timer);
	else
		timer_arm(probe->env.loop, &probe->timer, at_ns);
}
