// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build_uplink.c - one entry of uplinks:, and what its keys mean together
 */
#include <string.h>

#include "cli/lab/lab_build.h"
#include "cli/lab/suggest.h"

void *build_uplink_add(struct schema_run *run, void *parent, struct tree *item)
{
	struct lab_build *build = parent;
	struct lab_uplink_settings *uplink;
	struct lab *lab = build->lab;

	if (lab->uplink_count == LAB_MAX_UPLINKS) {
		diag_error(run->diag, item->key, "more than %d uplinks",
			   LAB_MAX_UPLINKS);
		return NULL;
	}
	build->uplink_at[lab->uplink_count] = item;
	uplink = &lab->uplinks[lab->uplink_count++];
	build_name(run, item->key, uplink->name);
	schema_default(run, type_uplinks.item, uplink);
	return uplink;
}

void *build_member_add(struct schema_run *run, void *parent, struct tree *item)
{
	struct lab_uplink_settings *uplink = parent;

	if (uplink->member_count == BOND_MAX_MEMBERS) {
		diag_error(run->diag, item,
			   "more than %d members in uplink '%s'",
			   BOND_MAX_MEMBERS, uplink->name);
		return NULL;
	}
	return &uplink->members[uplink->member_count++];
}

void *build_target_add(struct schema_run *run, void *parent, struct tree *item)
{
	struct uplink_probes *probes = parent;

	if (probes->target_count == PROBE_MAX_TARGETS) {
		diag_error(run->diag, item, "more than %d targets",
			   PROBE_MAX_TARGETS);
		return NULL;
	}
	return &probes->targets[probes->target_count++];
}

void build_probes_end(struct schema_run *run, void *at, struct tree *map)
{
	const struct uplink_probes *probes = at;
	struct tree *targets = tree_lookup(map, "targets");

	if (targets && !targets->bad && !probes->target_count)
		diag_error(run->diag, targets->key,
			   "somebody has to be asked: add a target");
}

/* A key that some modes have no use for; @words tells which have. */
static void goes_with(struct schema_run *run,
		      const struct lab_uplink_settings *uplink,
		      struct tree *map, const char *key, bool right,
		      const char *words)
{
	struct tree *value = tree_lookup(map, key);

	if (value && !value->bad && !value->key->bad && !right)
		diag_error(run->diag, value->key,
			   "'%s' goes with %s only, and this is '%s'", key,
			   words, bond_mode_name(uplink->mode));
}

static void check_mode(struct schema_run *run,
		       const struct lab_uplink_settings *uplink,
		       struct tree *map)
{
	static const char one[] = "'mode: active-backup', 'mode: balance-slb' "
				  "or 'lacp: { fallback: on }'";
	static const char all[] = "'mode: balance-xor' or 'mode: 802.3ad'";
	static const char *const probes[] = {"arp", "nd"};
	struct tree *monitor;
	unsigned i;
	bool has_flows =
		uplink->mode == BOND_BALANCE_XOR || uplink->mode == BOND_8023AD;
	bool has_active = uplink->mode == BOND_ACTIVE_BACKUP ||
			  uplink->mode == BOND_BALANCE_SLB ||
			  uplink->lacp.fallback;

	goes_with(run, uplink, map, "primary", has_active, one);
	goes_with(run, uplink, map, "primary-reselect", has_active, one);
	goes_with(run, uplink, map, "xmit-hash-policy", has_flows, all);
	goes_with(run, uplink, map, "min-links", has_flows, all);
	monitor = tree_lookup(map, "monitor");
	for (i = 0; monitor && i < ARRAY_SIZE(probes); i++)
		goes_with(run, uplink, monitor, probes[i],
			  uplink->mode != BOND_8023AD,
			  "the other modes (LACP watches each member)");
}

static bool has_bad_child(const struct tree *list)
{
	tree_for_each(item, list)
	{
		if (item->bad)
			return true;
	}
	return list->bad;
}

static void check_primary(struct schema_run *run,
			  const struct lab_uplink_settings *uplink,
			  struct tree *primary)
{
	char text[SUGGEST_TEXT_SIZE];
	struct suggest suggest;
	unsigned i;

	suggest_init(&suggest, primary->text);
	for (i = 0; i < uplink->member_count; i++) {
		const struct uplink_member *member = &uplink->members[i];

		if (strcmp(member->text, uplink->primary) == 0)
			return;
		suggest_offer(&suggest, member->text, member->text);
		suggest_offer(&suggest, uplink_member_name(member),
			      member->text);
	}
	diag_error(run->diag, primary, "'%.40s' is no member of uplink '%s'%s",
		   primary->text, uplink->name, suggest_format(&suggest, text));
}

void build_uplink_end(struct schema_run *run, void *at, struct tree *map)
{
	const struct lab_uplink_settings *uplink = at;
	struct tree *mode = tree_lookup(map, "mode");
	struct tree *members = tree_lookup(map, "members");
	struct tree *primary = tree_lookup(map, "primary");
	struct tree *min_links = tree_lookup(map, "min-links");

	if (!mode || !mode->bad)
		check_mode(run, uplink, map);
	if (!members || has_bad_child(members))
		return;
	if (!uplink->member_count) {
		diag_error(run->diag, members->key,
			   "uplink '%s' leads nowhere: add a member",
			   uplink->name);
		return;
	}
	if (primary && !primary->bad && !primary->key->bad)
		check_primary(run, uplink, primary);
	if (min_links && !min_links->bad && !min_links->key->bad &&
	    uplink->min_links > uplink->member_count)
		diag_error(run->diag, min_links,
			   "min-links %u of %u member%s: the uplink would "
			   "never have a carrier",
			   uplink->min_links, uplink->member_count,
			   uplink->member_count == 1 ? "" : "s");
}

void value_host_ipv4(struct schema_run *run, struct tree *value,
		     const struct schema_slot *slot)
{
	struct network_settings *network = slot->at;
	struct nic_settings nic = {0};
	const struct schema_slot read = {.at = &nic, .size = sizeof(nic)};

	value_nic_ipv4(run, value, &read);
	network->host_ipv4 = nic.ipv4;
	network->host_address.addr = nic.address.addr;
	network->host_address.len = nic.address.len;
}

void build_host_end(struct schema_run *run, void *at, struct tree *object)
{
	struct network_settings *network = at;

	(void)run;
	(void)object;
	network->host = true;
}
