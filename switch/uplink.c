// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplink.c - one uplink of a lab: its life, its settings, its members
 *
 * uplink_wiring.c has the theory: what its parts say to each other.
 */
#include "switch/uplink.h"

#include <errno.h>
#include <stdlib.h>

#include "switch/uplink_internal.h"

/* As QEMU announces after a migration, but for the number of rounds. */
#define ROUNDS 3
#define ROUND_DELAY_MS 50
#define ROUND_STEP_MS 100
#define ROUND_MAX_MS 550
#define PROBE_INTERVAL_MS 50

static_assert(BOND_MAX_MEMBERS == PROBE_MAX_MEMBERS, "they share slots");

void uplink_settings_init(struct uplink_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	bond_settings_init(&settings->bond);
	settings->announce = (struct announce_settings){
		.rounds = ROUNDS,
		.delay_ms = ROUND_DELAY_MS,
		.step_ms = ROUND_STEP_MS,
		.max_ms = ROUND_MAX_MS,
	};
	settings->probe.from_link_local = true;
	settings->probe.misses = PROBE_MISSES;
	settings->probe.answers = PROBE_ANSWERS;
	settings->probe.interval_ms = PROBE_INTERVAL_MS;
}

static int check_bond_settings(const struct bond_settings *settings,
			       struct err *err)
{
	if (!bond_settings_are_valid(settings))
		return err_set(err, -EINVAL, "no such mode or policy");
	if (settings->mode == BOND_8023AD)
		return err_set(err, -EOPNOTSUPP,
			       "uplinks don't speak LACP, so mode %s carries "
			       "nothing; %s needs none",
			       bond_mode_name(settings->mode),
			       bond_mode_name(BOND_BALANCE_XOR));
	return 0;
}

static bool targets_are_equal(const struct probe_settings *a,
			      const struct probe_settings *b)
{
	unsigned i;

	for (i = 0; i < a->target_count; i++) {
		const struct probe_target *x = &a->targets[i];
		const struct probe_target *y = &b->targets[i];

		if (x->is_ip6 != y->is_ip6 ||
		    (x->is_ip6 ? !IN6_ARE_ADDR_EQUAL(&x->ip6, &y->ip6)
			       : x->ip4 != y->ip4))
			return false;
	}
	return true;
}

/* To set the same once more would make each silence begin anew. */
static bool probe_settings_are_equal(const struct probe_settings *a,
				     const struct probe_settings *b)
{
	return mac_is_equal(&a->mac, &b->mac) && a->vid == b->vid &&
	       a->source4 == b->source4 &&
	       a->from_link_local == b->from_link_local &&
	       a->all_targets == b->all_targets && a->misses == b->misses &&
	       a->answers == b->answers && a->interval_ms == b->interval_ms &&
	       a->target_count == b->target_count && targets_are_equal(a, b);
}

/* What is not the user's to set. */
static struct probe_settings complete(const struct uplink *uplink,
				      const struct probe_settings *settings)
{
	struct probe_settings whole = *settings;
	uint64_t random = siphash(&uplink->env.key, "probe", 5);

	whole.seed = (uint32_t)random;
	if (mac_is_zero(&whole.mac)) {
		whole.mac.b[0] = 2;
		be32_store(whole.mac.b + 1, (uint32_t)(random >> 32));
	}
	return whole;
}

static int begin_probes(struct uplink *uplink,
			const struct probe_settings *settings, struct err *err)
{
	uplink->probe = uplink_create_probe(uplink, settings, err);
	if (!uplink->probe)
		return -EINVAL;
	for (unsigned slot = 0; slot < BOND_MAX_MEMBERS; slot++) {
		if (bond_member(uplink->bond, slot))
			probe_add_member(uplink->probe, slot);
	}
	return 0;
}

static void end_probes(struct uplink *uplink)
{
	probe_destroy(uplink->probe);
	uplink->probe = NULL;
	for (unsigned slot = 0; slot < BOND_MAX_MEMBERS; slot++) {
		struct bond_member *member = bond_member(uplink->bond, slot);

		if (member)
			bond_member_unmonitor(uplink->bond, member,
					      BOND_MONITOR_PROBE);
	}
}

static int set_probes(struct uplink *uplink,
		      const struct uplink_settings *settings, struct err *err)
{
	struct probe_settings whole = complete(uplink, &settings->probe);

	if (!settings->has_probe) {
		if (uplink->probe)
			end_probes(uplink);
		return 0;
	}
	if (!uplink->probe)
		return begin_probes(uplink, &whole, err);
	if (probe_settings_are_equal(&settings->probe, &uplink->settings.probe))
		return 0;
	return probe_set(uplink->probe, &whole, err);
}

struct uplink *uplink_create(const char *name,
			     const struct uplink_settings *settings,
			     const struct uplink_env *env, struct err *err)
{
	struct uplink *uplink;

	if (check_bond_settings(&settings->bond, err)) {
		err_wrap(err, "uplink %s", name);
		return NULL;
	}
	uplink = calloc(1, sizeof(*uplink));
	if (!uplink) {
		err_set(err, -ENOMEM, "no memory for uplink %s", name);
		return NULL;
	}
	uplink->env = *env;
	uplink->settings = *settings;
	uplink_wiring_init(uplink);
	uplink->announce = uplink_create_announce(uplink, err);
	if (uplink->announce)
		uplink->bond = uplink_create_bond(uplink, name, err);
	if (!uplink->bond || set_probes(uplink, settings, err)) {
		err_wrap(err, "uplink %s", name);
		uplink_destroy(uplink);
		return NULL;
	}
	return uplink;
}

void uplink_destroy(struct uplink *uplink)
{
	if (!uplink)
		return;
	/* its members leave, and the others are told */
	bond_destroy(uplink->bond);
	probe_destroy(uplink->probe);
	announce_destroy(uplink->announce);
	uplink_wiring_fini(uplink);
	free(uplink);
}

struct port *uplink_port(struct uplink *uplink)
{
	return bond_port(uplink->bond);
}

/* All that may fail comes first, and the first of it can be taken back. */
int uplink_set(struct uplink *uplink, const struct uplink_settings *settings,
	       struct err *err)
{
	int code = check_bond_settings(&settings->bond, err);

	if (!code)
		code = announce_set(uplink->announce, &settings->announce, err);
	if (code)
		return code;
	code = set_probes(uplink, settings, err);
	if (code) {
		announce_set(uplink->announce, &uplink->settings.announce,
			     NULL);
		return code;
	}
	uplink->settings = *settings;
	return bond_set(uplink->bond, &settings->bond);
}

int uplink_switch(struct uplink *uplink, const char *name)
{
	struct bond_member *member = bond_lookup_member(uplink->bond, name);

	return member ? bond_switch(uplink->bond, member) : -ENOENT;
}

int uplink_add_member(struct uplink *uplink, struct port *port,
		      uint32_t speed_mbps, struct err *err)
{
	struct bond_member *member;
	int code = bond_add_member(uplink->bond, port, speed_mbps, &member);

	if (code == -EEXIST)
		return err_set(err, code, "%s is a member already", port->name);
	if (code == -ENOSPC)
		return err_set(err, code,
			       "%s has %u members, and no room for %s",
			       uplink_port(uplink)->name, BOND_MAX_MEMBERS,
			       port->name);
	if (code)
		return err_set(err, code, "no memory for member %s",
			       port->name);
	if (uplink->probe)
		probe_add_member(uplink->probe, bond_member_slot(member));
	return 0;
}

int uplink_remove_member(struct uplink *uplink, const char *name)
{
	struct bond_member *member = bond_lookup_member(uplink->bond, name);
	struct bond_member_status status;

	if (!member)
		return -ENOENT;
	bond_member_get_status(uplink->bond, member, &status);
	bond_remove_member(uplink->bond, member,
			   status.state == BOND_LEAVING ? 0 : UPLINK_GRACE_NS);
	return 0;
}

int uplink_set_speed(struct uplink *uplink, const char *name,
		     uint32_t speed_mbps)
{
	struct bond_member *member = bond_lookup_member(uplink->bond, name);

	if (!member)
		return -ENOENT;
	bond_member_set_speed(uplink->bond, member, speed_mbps);
	return 0;
}
