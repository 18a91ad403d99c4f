// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bond.c - one port made of member ports: its life, its members, its settings
 *
 * Where what is:
 *
 *	bond_link.c	votes and delays: is a member's link up?
 *	bond_update.c	what follows from that: the one place where a bond
 *			decides (begin there)
 *	bond_input.c	frames from members to the network
 *	bond_cut.c	members that are broken by hand
 *	bond_active_backup.c, bond_slb.c, bond_xor.c, bond_8023ad.c
 *			what differs between modes
 *	bond_bucket.c	hashed traffic and whose it is
 *	bond_reflection.c  our own frames that come back, and copies
 *	bond_status.c	for people
 */
#include "switch/bond/bond.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "switch/bond/bond_internal.h"

/*
 * Send all but what is forged. Of a batch that was not taken whole, a forged
 * frame behind the last that was comes again, and is counted then.
 */
static unsigned send_honest(struct bond *bond, struct frame **frames,
			    unsigned n)
{
	struct frame *honest[FRAME_BATCH];
	uint64_t forged = 0;
	unsigned i, count = 0, taken;

	for (i = 0; i < n; i++) {
		if (UNLIKELY(bond->env.is_forged(bond->env.ctx, frames[i])))
			forged |= UINT64_C(1) << i;
		else
			honest[count++] = frames[i];
	}
	if (LIKELY(!forged))
		return bond->ops->send(bond, frames, n);
	taken = count ? bond->ops->send(bond, honest, count) : 0;
	for (i = 0; i < n; i++) {
		if (forged >> i & 1)
			port_count_lost(&bond->port, frames[i], DROP_FORGED);
		else if (!taken--)
			break;
	}
	return i;
}
static_assert(FRAME_BATCH <= 64, "a frame of a batch is a bit");

static unsigned bond_send(struct port *port, struct frame **frames, unsigned n)
{
	struct bond *bond = container_of(port, struct bond, port);
	unsigned i, taken;

	bond->depth++;
	for (i = 0; i < n; i++)
		bond_note_sent(bond, frames[i]);
	taken = bond->env.is_forged ? send_honest(bond, frames, n)
				    : bond->ops->send(bond, frames, n);
	bond->depth--;
	return taken;
}

static void bond_resume(struct port *port)
{
	struct bond *bond = container_of(port, struct bond, port);

	for (unsigned i = 0; i < BOND_MAX_MEMBERS; i++) {
		struct bond_member *member = bond->members[i];

		if (member && member->waits) {
			member->waits = false;
			member->port->ops->resume(member->port);
		}
	}
}

static void bond_port_status(struct port *port, struct port_status *status)
{
	struct bond *bond = container_of(port, struct bond, port);
	struct bond_status own;

	bond_get_status(bond, &own);
	snprintf(status->detail, sizeof(status->detail),
		 "%s bond, %u of %u members carry%s%s",
		 bond_mode_name(own.settings.mode), own.carrying, own.members,
		 own.active ? ", active " : "",
		 own.active ? own.active->port->name : "");
}

static void bond_close(struct port *port)
{
	bond_destroy(container_of(port, struct bond, port));
}

static const struct port_ops bond_port_ops = {
	.send = bond_send,
	.resume = bond_resume,
	.status = bond_port_status,
	.close = bond_close,
};

static void bond_has_room(struct deferred *deferred)
{
	struct bond *bond = container_of(deferred, struct bond, writable);

	bond->is_full = false;
	port_writable(&bond->port);
}

void bond_settings_init(struct bond_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	settings->rebalance_ms = BOND_REBALANCE_MS;
}

bool bond_settings_are_valid(const struct bond_settings *settings)
{
	return settings->mode < BOND_MODE_COUNT &&
	       settings->primary_reselect < BOND_RESELECT_COUNT &&
	       settings->xmit_hash_policy < BOND_HASH_POLICY_COUNT &&
	       memchr(settings->primary, 0, sizeof(settings->primary));
}

/* Without a timer the load is just not levelled. */
static void bond_schedule_rebalance(struct bond *bond)
{
	timer_cancel(bond->env.loop, &bond->rebalance);
	if (bond->settings.mode == BOND_BALANCE_SLB &&
	    bond->settings.rebalance_ms)
		timer_arm(bond->env.loop, &bond->rebalance,
			  bond_now_ns(bond) +
				  bond->settings.rebalance_ms * NSEC_PER_MSEC);
}

struct bond *bond_create(const char *name, const struct bond_settings *settings,
			 const struct bond_env *env, struct err *err)
{
	struct bond *bond;

	if (!bond_settings_are_valid(settings)) {
		err_set(err, -EINVAL, "bond %s: no such mode or policy", name);
		return NULL;
	}
	bond = calloc(1, sizeof(*bond));
	if (!bond) {
		err_set(err, -ENOMEM, "no memory for bond %s", name);
		return NULL;
	}
	port_init(&bond->port, &bond_port_ops, name);
	bond->env = *env;
	bond->settings = *settings;
	bond->out.loop = env->loop;
	bond->out.pool = env->pool;
	bond->out.scratch = calloc(1, sizeof(*bond->out.scratch));
	memset(bond->buckets, BOND_NOBODY, sizeof(bond->buckets));
	deferred_init(&bond->notify, bond_notify_now);
	deferred_init(&bond->writable, bond_has_room);
	bond->rebalance.expired = bond_slb_rebalance;
	if (!bond->out.scratch) {
		err_set(err, -ENOMEM, "no memory for bond %s", name);
		bond_destroy(bond);
		return NULL;
	}
	bond_schedule_rebalance(bond);
	bond_update(bond, BOND_REASON_SETTINGS);
	return bond;
}

void bond_destroy(struct bond *bond)
{
	if (!bond)
		return;
	bond->env.announce = NULL;
	bond->env.changed = NULL;
	for (unsigned i = 0; i < BOND_MAX_MEMBERS; i++) {
		if (bond->members[i])
			bond_remove_member(bond, bond->members[i], 0);
	}
	timer_cancel(bond->env.loop, &bond->rebalance);
	deferred_cancel(&bond->notify);
	deferred_cancel(&bond->writable);
	free(bond->out.scratch);
	free(bond);
}

struct port *bond_port(struct bond *bond)
{
	return &bond->port;
}

int bond_set(struct bond *bond, const struct bond_settings *settings)
{
	bool is_other_primary, is_other_pace;

	if (!bond_settings_are_valid(settings))
		return -EINVAL;
	is_other_primary =
		strcmp(settings->primary, bond->settings.primary) != 0;
	is_other_pace = settings->rebalance_ms != bond->settings.rebalance_ms ||
			settings->mode != bond->settings.mode;
	bond->force_primary |= is_other_primary;
	if (is_other_primary || settings->mode != bond->settings.mode)
		bond->pinned = NULL;
	bond->settings = *settings;
	bond->is_changed = true;
	if (is_other_pace)
		bond_schedule_rebalance(bond);
	for (unsigned i = 0; i < BOND_MAX_MEMBERS; i++) {
		if (bond->members[i])
			bond_link_rearm(bond->members[i]);
	}
	bond_update(bond, BOND_REASON_SETTINGS);
	return 0;
}

static unsigned free_slot(const struct bond *bond)
{
	unsigned slot = 0;

	while (slot < BOND_MAX_MEMBERS && bond->members[slot])
		slot++;
	return slot;
}

int bond_add_member(struct bond *bond, struct port *port, uint32_t speed_mbps,
		    struct bond_member **member)
{
	unsigned slot = free_slot(bond);
	struct bond_member *new;

	if (bond_lookup_member(bond, port->name))
		return -EEXIST;
	if (slot == BOND_MAX_MEMBERS)
		return -ENOSPC;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->bond = bond;
	new->port = port;
	new->slot = (uint8_t)slot;
	new->speed_mbps = speed_mbps;
	new->reason = BOND_REASON_ADDED;
	new->since_ns = new->link_ns = bond_now_ns(bond);
	new->timer.expired = bond_link_expired;
	list_init(&new->taps);
	new->in_use = 1 << BOND_MONITOR_CARRIER;
	new->up = (uint8_t)(port->carrier << BOND_MONITOR_CARRIER);
	egress_init(&new->egress, port, &bond->out);
	bond->members[slot] = new;
	if (strcmp(port->name, bond->settings.primary) == 0)
		bond->force_primary = true;
	port->upper_slot = (uint16_t)slot;
	port_plug(port, &bond_member_upper, bond);
	bond->is_changed = true;
	if (member)
		*member = new;
	bond_link_evaluate(new);
	bond_update(bond, BOND_REASON_ADDED);
	return 0;
}

static void bond_close_member(struct bond *bond, struct bond_member *member)
{
	struct port *port = member->port;

	timer_cancel(bond->env.loop, &member->timer);
	egress_fini(&member->egress);
	bond_member_untap(member);
	port_unplug(port);
	bond->members[member->slot] = NULL;
	bond->is_changed = true;
	bond_update(bond, BOND_REASON_REMOVED);
	if (bond->env.gone)
		bond->env.gone(bond->env.ctx, member);
	port->ops->close(port);
	free(member);
}

void bond_remove_member(struct bond *bond, struct bond_member *member,
			uint64_t grace_ns)
{
	assert(!bond->depth);
	timer_cancel(bond->env.loop, &member->timer);
	if (!member->is_leaving) {
		member->is_leaving = true;
		if (bond->pinned == member)
			bond->pinned = NULL;
		bond_update(bond, BOND_REASON_REMOVED);
	}
	if (!grace_ns || timer_arm(bond->env.loop, &member->timer,
				   bond_now_ns(bond) + grace_ns))
		bond_close_member(bond, member);
}

void bond_member_set_speed(struct bond *bond, struct bond_member *member,
			   uint32_t speed_mbps)
{
	member->speed_mbps = speed_mbps;
	bond_update(bond, BOND_REASON_PRIMARY);
}

unsigned bond_member_send(struct bond *bond, struct bond_member *member,
			  struct frame **frames, unsigned n)
{
	unsigned i, taken = n;

	if (!bond_member_has_carrier(member))
		return 0;
	for (i = 0; i < n; i++)
		bond_note_sent(bond, frames[i]);
	bond->depth++;
	bond->is_control = true;
	if (UNLIKELY(member->cut != BOND_CUT_NONE))
		bond_cut_send(member, frames, n);
	else
		taken = port_send(member->port, frames, n);
	bond->is_control = false;
	bond->depth--;
	member->control_tx += taken;
	member->owes_writable |= taken < n;
	return taken;
}

struct bond_member *bond_member_of(const struct bond *bond, uint16_t vid,
				   const struct mac *mac)
{
	uint8_t slot;

	if (bond->ops == &bond_slb_ops) {
		slot = bond->buckets[bond_slb_bucket(bond, vid, mac)];
		return slot == BOND_NOBODY ? NULL : bond->members[slot];
	}
	return bond->active;
}
