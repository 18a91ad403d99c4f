// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplink_wiring.c - what the parts of an uplink say to each other
 *
 * Theory of operation
 *
 *	a port, a vote	-> bond: decides, and its next frame finds the member
 *	bond.announce	-> announce: all guests of that member, at once
 *	announce.send	-> bond: each frame out of the member that its guest's
 *			   traffic leaves by
 *	bond.inspect	-> probes: is it an answer? -> probe.changed -> a vote
 *	probe.send	-> bond: out of the member that is asked through
 *	bond.inspect	-> LACP -> votes, and which members carry
 *
 * Who is announced. The bond names members whose traffic grew; of the pages of
 * guests only those are taken whose traffic leaves by one of them. With one
 * member that carries, its name is all, and the first frames leave within the
 * call. With several, one failure may name several: these are gathered and
 * begin together, later in the same round of the loop, for each beginning ends
 * the rounds of the one before. What was named for rounds that are cut is named
 * in the new ones, too.
 *
 * What guests may not say, as outside it would pass for ours: frames from and
 * to MAC addresses of probes, answers of the targets to a group, and Slow
 * Protocols (802.3 annex 57A), by address or by type.
 *
 * uplink_probe.c and uplink_lacp.c have the theory of votes.
 *
 * Limits: the sentence of a probe is kept for changes that follow at once, not
 * for those that come after an up-delay or a down-delay.
 */
#include <stdio.h>

#include "switch/lacp/lacp_msg.h"
#include "switch/uplink/uplink_internal.h"

static void tell_now(struct deferred *deferred)
{
	struct uplink *uplink = container_of(deferred, struct uplink, tell);

	if (uplink->env.changed)
		uplink->env.changed(uplink->env.ctx);
}

static void start_now(struct deferred *deferred)
{
	struct uplink *uplink = container_of(deferred, struct uplink, start);

	uplink->is_gathering = false;
	announce_start(uplink->announce);
}

/* bond_env.announce */
static void traffic_moved(void *ctx, struct bond_member *member)
{
	struct uplink *uplink = ctx;
	struct bond_status status;

	if (!uplink->is_gathering && !announce_is_active(uplink->announce))
		uplink->moved = 0;
	uplink->moved |= 1u << bond_member_slot(member);
	bond_get_status(uplink->bond, &status);
	if (status.carrying > 1) {
		uplink->is_gathering = true;
		loop_defer(uplink->env.loop, &uplink->start);
		return;
	}
	deferred_cancel(&uplink->start);
	start_now(&uplink->start);
}

static void bond_changed(void *ctx)
{
	struct uplink *uplink = ctx;
	struct bond_status status;

	bond_get_status(uplink->bond, &status);
	if (!status.carrying) {
		deferred_cancel(&uplink->start);
		uplink->is_gathering = false;
		announce_stop(uplink->announce);
	}
	if (uplink->lacp)
		loop_defer(uplink->env.loop, &uplink->lacp_follow);
	loop_defer(uplink->env.loop, &uplink->tell);
}

static bool inspect(void *ctx, struct bond_member *member, struct frame *frame)
{
	unsigned slot = bond_member_slot(member);
	struct uplink *uplink = ctx;

	return uplink_lacp_inspect(uplink, slot, frame) ||
	       uplink_probes_inspect(uplink, slot, frame);
}

static bool is_slow_protocol(const struct frame *frame)
{
	static const struct mac slow = {{0x01, 0x80, 0xc2, 0x00, 0x00, 0x02}};

	return frame_ethertype(frame) == SLOW_ETHERTYPE ||
	       mac_is_equal(frame_dst(frame), &slow);
}

static bool is_forged(void *ctx, const struct frame *frame)
{
	struct uplink *uplink = ctx;

	return is_slow_protocol(frame) ||
	       uplink_probes_are_forged(uplink, frame);
}

static void member_writable(void *ctx, struct bond_member *member)
{
	struct uplink *uplink = ctx;

	(void)member;
	announce_writable(uplink->announce);
}

static bool is_elsewhere(void *ctx, const struct frame *frame)
{
	struct uplink *uplink = ctx;

	return uplink->env.is_elsewhere(uplink->env.ctx, frame->vid,
					frame_src(frame));
}

static void member_gone(void *ctx, struct bond_member *member)
{
	unsigned slot = bond_member_slot(member);
	struct uplink *uplink = ctx;

	uplink->moved &= ~(1u << slot);
	uplink_probes_remove(uplink, slot);
}

struct bond *uplink_create_bond(struct uplink *uplink, const char *name,
				struct err *err)
{
	const struct bond_env env = {
		.loop = uplink->env.loop,
		.pool = uplink->env.pool,
		.key = uplink->env.key,
		.ctx = uplink,
		.announce = traffic_moved,
		.changed = bond_changed,
		.inspect = inspect,
		.is_forged = is_forged,
		.writable = member_writable,
		.is_elsewhere = uplink->env.is_elsewhere ? is_elsewhere : NULL,
		.gone = member_gone,
	};

	return bond_create(name, &uplink->settings.bond, &env, err);
}

/* announce_env.known */
static unsigned moved_guests(void *ctx, uint32_t *cursor,
			     struct announce_entry *entries, unsigned max)
{
	struct uplink *uplink = ctx;
	unsigned i, n, kept = 0;

	if (!uplink->env.known) {
		*cursor = 0;
		return 0;
	}
	n = uplink->env.known(uplink->env.ctx, cursor, entries, max);
	for (i = 0; i < n; i++) {
		const struct bond_member *member = bond_member_of(
			uplink->bond, entries[i].vid, &entries[i].mac);

		if (member && uplink->moved >> bond_member_slot(member) & 1)
			entries[kept++] = entries[i];
	}
	return kept;
}

static struct bond_member *way_of(const struct uplink *uplink,
				  const struct frame *frame)
{
	return bond_member_of(uplink->bond, frame->vid, frame_src(frame));
}

unsigned uplink_send_or_lose(struct uplink *uplink, struct bond_member *member,
			     struct frame **frames, unsigned n)
{
	unsigned taken;

	if (!member)
		return n;
	taken = bond_member_send(uplink->bond, member, frames, n);
	return bond_member_has_carrier(member) ? taken : n;
}

static unsigned send_announcements(void *ctx, struct frame **frames, unsigned n)
{
	struct uplink *uplink = ctx;
	unsigned done = 0, taken, run;

	while (done < n) {
		struct bond_member *member = way_of(uplink, frames[done]);

		for (run = 1; done + run < n; run++) {
			if (way_of(uplink, frames[done + run]) != member)
				break;
		}
		taken = uplink_send_or_lose(uplink, member, frames + done, run);
		done += taken;
		if (taken < run)
			break;
	}
	return done;
}

struct announce *uplink_create_announce(struct uplink *uplink, struct err *err)
{
	const struct announce_env env = {
		.loop = uplink->env.loop,
		.known = moved_guests,
		.send = send_announcements,
		.ctx = uplink,
	};

	return announce_create(&uplink->settings.announce, &env, err);
}

uint64_t uplink_changes(const struct uplink *uplink)
{
	struct bond_status status;

	bond_get_status(uplink->bond, &status);
	return status.changes;
}

void uplink_explain(struct uplink *uplink, uint64_t before,
		    const struct bond_member *member, const char *reason)
{
	uint64_t number, last = uplink_changes(uplink);

	for (number = before + 1; number <= last; number++) {
		struct uplink_detail *detail =
			&uplink->details[number % BOND_MAX_HISTORY];

		detail->number = number;
		snprintf(detail->text, sizeof(detail->text), "%s: %s",
			 bond_member_port(member)->name, reason);
	}
}

void uplink_wiring_init(struct uplink *uplink)
{
	deferred_init(&uplink->start, start_now);
	deferred_init(&uplink->tell, tell_now);
	uplink_lacp_init(uplink);
}

void uplink_wiring_fini(struct uplink *uplink)
{
	deferred_cancel(&uplink->start);
	deferred_cancel(&uplink->tell);
}
