// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplink_settings.c - an uplink of the lab file in the engine's terms
 */
#include "cli/labd/uplink_settings.h"

#include <stdio.h>
#include <string.h>

void uplink_settings_name(const struct lab_uplink_settings *uplink,
			  const char *text, char name[PORT_NAME_SIZE])
{
	const char *own = text;

	if (strncmp(text, LAB_CABLE, strlen(LAB_CABLE)) == 0)
		own += strlen(LAB_CABLE);
	if (snprintf(name, PORT_NAME_SIZE, "%s/%s", uplink->name, own) >=
	    PORT_NAME_SIZE)
		name[PORT_NAME_SIZE - 1] = '\0';
}

static void fill_bond(const struct lab_uplink_settings *uplink,
		      struct bond_settings *bond)
{
	bond->mode = (uint8_t)uplink->mode;
	if (uplink->member_count == 1 && uplink->mode != BOND_8023AD)
		bond->mode = BOND_ACTIVE_BACKUP;
	if (uplink->primary[0])
		uplink_settings_name(uplink, uplink->primary, bond->primary);
	bond->primary_reselect = (uint8_t)uplink->primary_reselect;
	bond->up_delay_ms = uplink->up_delay_ms;
	bond->down_delay_ms = uplink->down_delay_ms;
	bond->xmit_hash_policy = (uint8_t)uplink->xmit_hash_policy;
	bond->min_links = (uint8_t)uplink->min_links;
	bond->rebalance_ms = uplink->rebalance_ms;
	bond->fallback = uplink->lacp.fallback;
}

static void fill_probe(const struct uplink_probes *probes,
		       struct probe_settings *probe)
{
	probe->target_count = probes->target_count;
	memcpy(probe->targets, probes->targets, sizeof(probe->targets));
	probe->interval_ms = probes->interval_ms;
	probe->misses = (uint8_t)probes->misses;
	probe->answers = (uint8_t)probes->answers;
	probe->all_targets = probes->all_targets;
	probe->vid = (uint16_t)probes->vlan;
	probe->source4 = probes->source;
}

void uplink_settings_fill(const struct lab_uplink_settings *uplink,
			  struct uplink_settings *settings)
{
	uplink_settings_init(settings);
	fill_bond(uplink, &settings->bond);
	settings->announce.rounds = (uint8_t)uplink->announce_count;
	settings->announce.delay_ms = uplink->announce_delay_ms;
	settings->announce.step_ms = 0;
	settings->lacp.system_priority = (uint16_t)uplink->lacp.system_priority;
	settings->lacp.active = uplink->lacp.active;
	settings->lacp.rate = uplink->lacp.rate;
	settings->lacp.policy = uplink->lacp.ad_select;
	if (uplink->arp.target_count)
		fill_probe(&uplink->arp, &settings->arp);
	if (uplink->nd.target_count)
		fill_probe(&uplink->nd, &settings->nd);
}
