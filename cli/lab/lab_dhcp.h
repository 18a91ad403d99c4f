/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab_dhcp.h - the DHCP options that have keys of their own, or whose
 * plain text isn't text (RFC 2132, 3397)
 */
#ifndef CLI_LAB_LAB_DHCP_H
#define CLI_LAB_LAB_DHCP_H

#include <jansson.h>

#include "cli/lab/lab.h"

#define LAB_DHCP_GATEWAY 3
#define LAB_DHCP_DNS 6
#define LAB_DHCP_LOG_SERVER 7
#define LAB_DHCP_DOMAIN 15
#define LAB_DHCP_NTP 42
#define LAB_DHCP_LEASE 51
#define LAB_DHCP_DOMAIN_SEARCH 119

/** lab_dhcp_option() - the option with this code, or NULL */
const struct dhcp_option *lab_dhcp_option(const struct dhcp_options *options,
					  uint8_t code);

/** lab_set_dhcp_options() - as keys of dhcp:; 0, or -1 without memory */
int lab_set_dhcp_options(json_t *dhcp, const struct dhcp_options *options);

#endif
