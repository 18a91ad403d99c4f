// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplink.c - one uplink of a lab: its life, its members, and its parts as they
 * are set
 *
 * uplink_wiring.c has the theory: what its parts say to each other.
 */
#include "switch/uplink/uplink.h"

#include <errno.h>
#include <stdlib.h>

#include "switch/uplink/uplink_internal.h"

struct uplink *uplink_create(const char *name,
			     const struct uplink_settings *settings,
			     const struct uplink_env *env, struct err *err)
{
	struct uplink *uplink = calloc(1, sizeof(*uplink));

	if (!uplink) {
		err_set(err, -ENOMEM, "no memory for uplink %s", name);
		return NULL;
	}
	uplink->env = *env;
	uplink->random = siphash(&env->key, name, strlen(name));
	uplink->settings = *settings;
	uplink_wiring_init(uplink);
	if (!uplink_check(uplink, settings, err))
		uplink->announce = uplink_create_announce(uplink, err);
	if (uplink->announce)
		uplink->bond = uplink_create_bond(uplink, name, err);
	if (!uplink->bond || uplink_probes_make(uplink, settings, err) ||
	    uplink_lacp_make(uplink, settings, err)) {
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
	uplink->env.known = NULL;
	uplink_lacp_end(uplink);
	/* its members leave, and the others are told */
	bond_destroy(uplink->bond);
	uplink_probes_destroy(uplink);
	announce_destroy(uplink->announce);
	uplink_wiring_fini(uplink);
	free(uplink);
}

struct port *uplink_port(struct uplink *uplink)
{
	return bond_port(uplink->bond);
}

/* What was made for settings that can't be had goes again. */
static int make_parts(struct uplink *uplink,
		      const struct uplink_settings *settings, struct err *err)
{
	int code = uplink_probes_make(uplink, settings, err);

	if (!code)
		code = uplink_lacp_make(uplink, settings, err);
	if (!code)
		code = announce_set(uplink->announce, &settings->announce, err);
	if (code) {
		uplink_lacp_drop(uplink, &uplink->settings);
		uplink_probes_drop(uplink, &uplink->settings);
	}
	return code;
}

/* All that may fail comes first. */
int uplink_set(struct uplink *uplink, const struct uplink_settings *settings,
	       struct err *err)
{
	int code = uplink_check(uplink, settings, err);

	if (!code)
		code = make_parts(uplink, settings, err);
	if (code)
		return code;
	uplink_probes_apply(uplink, settings);
	uplink_probes_drop(uplink, settings);
	uplink->settings = *settings;
	bond_set(uplink->bond, &settings->bond);
	uplink_lacp_drop(uplink, settings);
	uplink_lacp_apply(uplink);
	return 0;
}

int uplink_switch(struct uplink *uplink, const char *name)
{
	struct bond_member *member = bond_lookup_member(uplink->bond, name);

	return member ? bond_switch(uplink->bond, member) : -ENOENT;
}

/* One that leaves has heard enough when its place is needed. */
static bool make_room(struct uplink *uplink)
{
	struct bond_member_status status;

	for (unsigned slot = 0; slot < BOND_MAX_MEMBERS; slot++) {
		struct bond_member *member = bond_member(uplink->bond, slot);

		bond_member_get_status(uplink->bond, member, &status);
		if (status.state != BOND_LEAVING &&
		    !uplink_lacp_is_leaving(uplink, slot))
			continue;
		if (!uplink_lacp_leave(uplink, member))
			bond_remove_member(uplink->bond, member, 0);
		return true;
	}
	return false;
}

int uplink_add_member(struct uplink *uplink, struct port *port,
		      uint32_t speed_mbps, struct err *err)
{
	struct bond_member *member;
	int code = bond_add_member(uplink->bond, port, speed_mbps, &member);

	if (code == -ENOSPC && make_room(uplink))
		code = bond_add_member(uplink->bond, port, speed_mbps, &member);
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
	uplink_probes_add(uplink, bond_member_slot(member));
	uplink_lacp_follow(uplink);
	return 0;
}

int uplink_remove_member(struct uplink *uplink, const char *name)
{
	struct bond_member *member = bond_lookup_member(uplink->bond, name);
	struct bond_member_status status;

	if (!member)
		return -ENOENT;
	if (uplink_lacp_leave(uplink, member))
		return 0;
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
	uplink_lacp_follow(uplink);
	return 0;
}

int uplink_cut_member(struct uplink *uplink, const char *name,
		      enum bond_cut how)
{
	struct bond_member *member = bond_lookup_member(uplink->bond, name);

	if (!member)
		return -ENOENT;
	bond_member_cut(uplink->bond, member, how);
	return 0;
}
