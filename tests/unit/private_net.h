/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * private_net.h - a network namespace whose loopback stands in for the outside
 */
#ifndef UNIT_PRIVATE_NET_H
#define UNIT_PRIVATE_NET_H

#include <stdbool.h>

/** PRIVATE_NET - all of PRIVATE_NET/24 is on loopback there */
#define PRIVATE_NET 0xc6336400 /* 198.51.100.0 */

/**
 * private_net_enter() - this process leaves the host's network for good
 *
 * Return: false where that is not allowed; nothing has changed then.
 */
bool private_net_enter(void);

/** private_net_set_mtu() - of its loopback */
void private_net_set_mtu(int mtu);

#endif
