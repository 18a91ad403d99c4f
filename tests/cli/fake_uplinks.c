// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fake_uplinks.c - what fake_labd says of uplinks
 */
#include "tests/cli/fake_uplinks.h"

#include <stdio.h>
#include <string.h>

#include "cli/ctl/ctl_message.h"
#include "cli/exit_code.h"

void fake_uplink_list(struct ctl_request *req, const char *folder)
{
	json_t *uplinks;
	char path[512];

	snprintf(path, sizeof(path), "%s/uplinks.json", folder);
	uplinks = json_load_file(path, 0, NULL);
	if (uplinks)
		ctl_reply(req, uplinks, NULL, 0);
	else
		ctl_fail(req, CTL_METHOD_NOT_FOUND, EXIT_FAILED,
			 "no such method; weft-ctl(7) lists them");
}

void bond_switch_set(struct ctl_request *req, json_t *params)
{
	const char *uplink =
		json_string_value(json_object_get(params, "uplink"));
	const char *member =
		json_string_value(json_object_get(params, "member"));

	if (!uplink || strcmp(uplink, "bond0") != 0)
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH,
			 "lab has no uplink '%s'", uplink ? uplink : "");
	else if (member && strcmp(member, "bond0/eth1") == 0)
		ctl_reply(req,
			  json_pack("{s:s, s:s, s:s, s:s}", "schema",
				    "weft.bond/1", "lab", "office", "uplink",
				    uplink, "active", member),
			  NULL, 0);
	else if (member && strcmp(member, "bond0/switch1") == 0)
		ctl_fail(req, CTL_FAILED, EXIT_FAILED,
			 "%s can't carry traffic now: it is down (probe)",
			 member);
	else
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH,
			 "uplink %s has no member '%s'", uplink,
			 member ? member : "");
}

void failover_round(struct ctl_request *req, json_t *params)
{
	const char *uplink =
		json_string_value(json_object_get(params, "uplink"));
	const char *far = json_string_value(json_object_get(params, "far"));
	json_int_t ms = json_integer_value(json_object_get(params, "hold_ms"));

	if (!uplink || strcmp(uplink, "bond0") != 0)
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH,
			 "lab has no uplink '%s'", uplink ? uplink : "");
	else if (ms == 9)
		ctl_fail(req, CTL_FAILED, EXIT_FAILED,
			 "uplink bond0 has no path to measure");
	else
		ctl_reply(req,
			  json_pack("{s:s, s:s, s:s, s:s, s:i, "
				    "s:{s:{s:i}, s:{s:i}}}",
				    "result", ms == 7 ? "no-failover" : "ok",
				    "old", "bond0/eth1", "new", "bond0/eth2",
				    "far", far ? far : "core", "interval_us",
				    100, "outage", "out", "us", 210, "in", "us",
				    1310),
			  NULL, 0);
}
