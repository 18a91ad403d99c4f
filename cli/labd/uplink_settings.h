/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uplink_settings.h - an uplink of the lab file in the engine's terms
 */
#ifndef CLI_LABD_UPLINK_SETTINGS_H
#define CLI_LABD_UPLINK_SETTINGS_H

#include "cli/lab/lab.h"
#include "switch/uplink/uplink.h"

/**
 * uplink_settings_fill() - all settings of @uplink
 *
 * Of an uplink with one member the mode is active-backup, whatever the file
 * says, unless it is 802.3ad: the other end of that speaks LACP.
 */
void uplink_settings_fill(const struct lab_uplink_settings *uplink,
			  struct uplink_settings *settings);

/**
 * uplink_settings_name() - what a member's port is called
 * @text:	as the lab file has it: "eth1", "net:upstream1"
 * @name:	filled: "bond0/eth1", "bond0/upstream1"
 */
void uplink_settings_name(const struct lab_uplink_settings *uplink,
			  const char *text, char name[PORT_NAME_SIZE]);

#endif
