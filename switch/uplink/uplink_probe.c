// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplink_probe.c - ARP and ND probes of an uplink, and the one vote they have
 *
 * Theory of operation
 *
 * Each kind is a struct probe of its own, with settings, MAC addresses and
 * verdicts of its own. On a member they have one vote together:
 *
 *	one of them says dead	it is down
 *	one says alive		it is up, if the other doesn't say dead
 *	neither has judged yet	no vote
 *
 * So a family that upstream does not answer takes the member from use, as one
 * that was asked for by name: who wants either to do asks by one.
 *
 * A member that was not judged yet has no vote, so an uplink that starts
 * carries frames at once. After that the verdict stays, also when carrier goes
 * and comes: a member whose switch has just begun to start is used when
 * somebody answers. What is asked through a member without carrier goes the way
 * of all that is sent on such a wire; to keep it for later would wake us up
 * every 2 ms, as long as a cable is out.
 */
#include "switch/uplink/uplink_internal.h"

#include <errno.h>

static void vote(struct uplink *uplink, unsigned slot)
{
	struct bond_member *member = bond_member(uplink->bond, slot);
	bool is_alive = false, is_dead = false;
	struct probe_status status;

	for (unsigned kind = 0; kind < UPLINK_PROBES; kind++) {
		const struct probe *probe = uplink->probers[kind].probe;

		if (!probe || !probe_get_status(probe, slot, &status))
			continue;
		is_alive |= status.state == PROBE_ALIVE;
		is_dead |= status.state == PROBE_DEAD;
	}
	if (is_alive || is_dead)
		bond_member_monitor(uplink->bond, member, BOND_MONITOR_PROBE,
				    !is_dead);
	else
		bond_member_unmonitor(uplink->bond, member, BOND_MONITOR_PROBE);
}

/* probe_env.changed; perhaps from within a port's input */
static void verdict_changed(void *ctx, unsigned slot, enum probe_state state,
			    const char *reason)
{
	const struct uplink_prober *prober = ctx;
	struct uplink *uplink = prober->uplink;
	uint64_t before = uplink_changes(uplink);

	(void)state;
	vote(uplink, slot);
	uplink_explain(uplink, before, bond_member(uplink->bond, slot), reason);
	loop_defer(uplink->env.loop, &uplink->tell);
}

/* probe_env.send */
static unsigned send_probes(void *ctx, unsigned slot, struct frame **frames,
			    unsigned n)
{
	const struct uplink_prober *prober = ctx;
	struct uplink *uplink = prober->uplink;

	return uplink_send_or_lose(uplink, bond_member(uplink->bond, slot),
				   frames, n);
}

static int make_prober(struct uplink *uplink,
		       const struct uplink_settings *settings,
		       enum uplink_probe kind, struct err *err)
{
	const struct probe_settings whole =
		uplink_probe_complete(uplink, settings, kind);
	struct uplink_prober *prober = &uplink->probers[kind];
	const struct probe_env env = {
		.loop = uplink->env.loop,
		.send = send_probes,
		.changed = verdict_changed,
		.ctx = prober,
	};

	prober->uplink = uplink;
	prober->probe = probe_create(&whole, &env, err);
	return prober->probe ? 0 : -EINVAL;
}

int uplink_probes_make(struct uplink *uplink,
		       const struct uplink_settings *settings, struct err *err)
{
	int code = 0;

	for (unsigned kind = 0; kind < UPLINK_PROBES && !code; kind++) {
		if (uplink_probe_is_set(settings, kind) &&
		    !uplink->probers[kind].probe)
			code = make_prober(uplink, settings, kind, err);
	}
	return code;
}

static void drop_prober(struct uplink *uplink, struct uplink_prober *prober)
{
	probe_destroy(prober->probe);
	prober->probe = NULL;
	for (unsigned slot = 0; slot < BOND_MAX_MEMBERS; slot++) {
		if (bond_member(uplink->bond, slot))
			vote(uplink, slot);
	}
}

void uplink_probes_drop(struct uplink *uplink,
			const struct uplink_settings *settings)
{
	for (unsigned kind = 0; kind < UPLINK_PROBES; kind++) {
		struct uplink_prober *prober = &uplink->probers[kind];

		if (prober->probe && !uplink_probe_is_set(settings, kind))
			drop_prober(uplink, prober);
	}
}

/* One that was just made has no members. */
static void add_all_members(struct uplink *uplink, struct probe *probe)
{
	struct probe_status status;

	for (unsigned slot = 0; slot < BOND_MAX_MEMBERS; slot++) {
		if (bond_member(uplink->bond, slot) &&
		    !probe_get_status(probe, slot, &status))
			probe_add_member(probe, slot);
	}
}

/* To set the same once more would make each silence begin anew. */
void uplink_probes_apply(struct uplink *uplink,
			 const struct uplink_settings *settings)
{
	for (unsigned kind = 0; kind < UPLINK_PROBES; kind++) {
		struct probe *probe = uplink->probers[kind].probe;
		const struct probe_settings whole =
			uplink_probe_complete(uplink, settings, kind);

		if (!probe || !whole.target_count)
			continue;
		if (uplink_probe_differs(&uplink->settings, settings, kind))
			probe_set(probe, &whole, NULL); /* was checked */
		add_all_members(uplink, probe);
	}
}

void uplink_probes_add(struct uplink *uplink, unsigned slot)
{
	for (unsigned kind = 0; kind < UPLINK_PROBES; kind++) {
		if (uplink->probers[kind].probe)
			probe_add_member(uplink->probers[kind].probe, slot);
	}
}

void uplink_probes_remove(struct uplink *uplink, unsigned slot)
{
	for (unsigned kind = 0; kind < UPLINK_PROBES; kind++) {
		if (uplink->probers[kind].probe)
			probe_remove_member(uplink->probers[kind].probe, slot);
	}
}

bool uplink_probes_inspect(struct uplink *uplink, unsigned slot,
			   const struct frame *frame)
{
	bool is_ours = false;

	for (unsigned kind = 0; kind < UPLINK_PROBES && !is_ours; kind++) {
		struct probe *probe = uplink->probers[kind].probe;

		is_ours = probe && probe_inspect(probe, slot, frame);
	}
	return is_ours;
}

bool uplink_probes_are_forged(const struct uplink *uplink,
			      const struct frame *frame)
{
	bool is_forged = false;

	for (unsigned kind = 0; kind < UPLINK_PROBES && !is_forged; kind++) {
		const struct probe *probe = uplink->probers[kind].probe;

		is_forged = probe && probe_is_forged(probe, frame);
	}
	return is_forged;
}

void uplink_probes_destroy(struct uplink *uplink)
{
	for (unsigned kind = 0; kind < UPLINK_PROBES; kind++)
		probe_destroy(uplink->probers[kind].probe);
}
