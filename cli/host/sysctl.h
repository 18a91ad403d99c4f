/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysctl.h - settings of the caller's network namespace under /proc/sys
 */
#ifndef CLI_HOST_SYSCTL_H
#define CLI_HOST_SYSCTL_H

#include <stdbool.h>

#include "core/err.h"

/** SYSCTL_IP_FORWARD - does the host route between its interfaces? */
#define SYSCTL_IP_FORWARD "net/ipv4/ip_forward"

/**
 * sysctl_get() - is one that is a switch on?
 * @name:	below /proc/sys
 * @on:		the answer
 *
 * Return: 0, or -errno with @err filled; -ENOENT: this kernel has none.
 */
int sysctl_get(const char *name, bool *on, struct err *err);

/** sysctl_set() - turn it on or off; returns as sysctl_get() */
int sysctl_set(const char *name, bool on, struct err *err);

/**
 * sysctl_set_interface() - likewise, of one interface
 * @family:	"ipv4", "ipv6"
 * @name:	"route_localnet"
 */
int sysctl_set_interface(const char *family, const char *ifname,
			 const char *name, struct err *err);

#endif
