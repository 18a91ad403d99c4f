/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netns_dhcp.h - the DHCP client of a netns node: busybox udhcpc, our script
 */
#ifndef CLI_HOST_NETNS_DHCP_H
#define CLI_HOST_NETNS_DHCP_H

#include "core/err.h"

/** NETNS_DHCP_SCRIPT - name of the script in the node's run directory */
#define NETNS_DHCP_SCRIPT "dhcp.sh"

/**
 * netns_dhcp_write_script() - put the script into @run_dir
 *
 * Return: 0, or -errno with @err filled.
 */
int netns_dhcp_write_script(const char *run_dir, struct err *err);

/**
 * netns_dhcp_exec() - become the DHCP client of @ifname
 * @run_dir:	where the script is
 * @hostname:	told to the server (RFC 2132 3.14)
 *
 * Return: only when busybox can't be started, with errno set.
 */
void netns_dhcp_exec(const char *run_dir, const char *ifname,
		     const char *hostname);

#endif
