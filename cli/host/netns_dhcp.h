/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netns_dhcp.h - a netns node's DHCP client, busybox udhcpc, and resolv.conf
 */
#ifndef CLI_HOST_NETNS_DHCP_H
#define CLI_HOST_NETNS_DHCP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"

/** NETNS_DHCP_SCRIPT - name of the script in the node's run directory */
#define NETNS_DHCP_SCRIPT "dhcp.sh"

/** NETNS_RESOLV_CONF - name of what becomes the node's /etc/resolv.conf */
#define NETNS_RESOLV_CONF "resolv.conf"

/**
 * netns_dhcp_write_files() - put script and resolv.conf into @run_dir
 * @run_dir:	of one node
 * @domain:	search list until a DHCP answer says otherwise; may be empty
 * @dns:	name server until then, host order; 0: none
 *
 * Return: 0, or -errno with @err filled.
 */
int netns_dhcp_write_files(const char *run_dir, const char *domain,
			   uint32_t dns, struct err *err);

/**
 * netns_dhcp_is_bound() - has the script done all for @ifname's lease?
 *
 * Addresses, routes and name servers are there then; SIGUSR1 told of it.
 */
bool netns_dhcp_is_bound(const char *run_dir, const char *ifname);

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
