/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe_internal.h - what probe.c and probe_verdict.c share
 */
#ifndef SWITCH_UPLINK_PROBE_INTERNAL_H
#define SWITCH_UPLINK_PROBE_INTERNAL_H

#include "switch/uplink/probe_frame.h"

/**
 * struct probe_asked - one target, through one member
 * @heard_ns:	when it answered last; at first, when it was asked first
 * @open:	probes since then, up to the settings' misses
 */
struct probe_asked {
	uint64_t heard_ns;
	uint8_t open;
};

/**
 * struct probe_member - one member
 * @in_use:	it is probed
 * @state:	enum probe_state
 * @sender:	our addresses on this member
 * @send_ns:	when the next interval begins
 * @retry_ns:	when to offer again what was not taken
 * @unsent:	first target whose probe was not taken; target_count: none
 * @answered:	targets that answered in this interval, by bit
 * @was_answered: and they were enough
 * @streak:	intervals with enough answers, in a row
 * @since_ns:	when @state came to be
 * @reason:	why
 * @asked:	by target
 * @counters:	what passed
 */
struct probe_member {
	bool in_use;
	enum probe_state state;
	struct probe_sender sender;
	uint64_t send_ns;
	uint64_t retry_ns;
	unsigned unsent;
	uint32_t answered;
	bool was_answered;
	uint8_t streak;
	uint64_t since_ns;
	char reason[PROBE_REASON_SIZE];
	struct probe_asked asked[PROBE_MAX_TARGETS];
	struct probe_counters counters;
};
static_assert(PROBE_MAX_TARGETS <= 32, "bits of @answered");

/**
 * struct probe - the prober of one bond
 * @settings:	in force
 * @env:	surroundings
 * @timer:	for whatever is next on any member
 * @due_ns:	what it was armed for
 * @naps:	times that it came late
 * @members:	by slot
 * @batch:	being sent
 */
struct probe {
	struct probe_settings settings;
	struct probe_env env;
	struct timer timer;
	uint64_t due_ns;
	uint64_t naps;
	struct probe_member members[PROBE_MAX_MEMBERS];
	struct frame batch[PROBE_MAX_TARGETS];
};

/** probe_interval_ns() - of the settings */
static inline uint64_t probe_interval_ns(const struct probe *probe)
{
	return probe->settings.interval_ms * NSEC_PER_MSEC;
}

/** probe_verdict_init() - nothing was sent and nothing is due */
void probe_verdict_init(struct probe *probe);

/** probe_verdict_begin() - the member has not been asked and not answered */
void probe_verdict_begin(struct probe *probe, unsigned slot);

/** probe_verdict_answer() - target number @target has answered */
void probe_verdict_answer(struct probe *probe, unsigned slot, unsigned target);

/** probe_verdict_arm() - a member was added, removed or begins anew */
void probe_verdict_arm(struct probe *probe);

#endif
