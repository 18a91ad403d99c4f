/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_tap.h - the host's own leg in a network: a tap with an address
 *
 * The interface lives in the caller's network namespace and goes away, with
 * address and route, when its last descriptor is closed: also when whoever
 * holds it is killed.
 */
#ifndef CLI_HOST_HOST_TAP_H
#define CLI_HOST_HOST_TAP_H

#include <stdbool.h>

#include "cli/host/tap_open.h"
#include "core/addr.h"
#include "core/err.h"

/** HOST_TAP_MIN_LEN - shortest prefix: who has more of the Internet in one
 * network has made a mistake, or is being led astray by a DHCP server
 */
#define HOST_TAP_MIN_LEN 8

/**
 * struct host_tap_settings - what makes one
 * @ifname:	the interface's name, or a pattern as tap_open() has it
 * @mac:	of the host in that network
 * @mtu:	of the network
 */
struct host_tap_settings {
	const char *ifname;
	struct mac mac;
	uint16_t mtu;
};

/**
 * struct host_tap - an open one
 * @fd:		the tap, non-blocking; a duplicate of it is for backends/tap.h
 * @ifindex:	of the interface
 * @mtu:	of the interface
 * @has_address: @address is set on it
 * @address:	with the subnet's prefix length
 * @ifname:	what the interface is called
 */
struct host_tap {
	int fd;
	unsigned ifindex;
	uint16_t mtu;
	bool has_address;
	struct ipv4_prefix address;
	char ifname[TAP_NAME_SIZE];
};

/**
 * host_tap_open() - make the interface and start it, without an address
 *
 * IPv6 is off on it: else any guest could give the host addresses and default
 * routes by router advertisements.
 *
 * Return: 0, or -errno with @err filled and @tap->fd -1.
 */
int host_tap_open(struct host_tap *tap,
		  const struct host_tap_settings *settings, struct err *err);

/**
 * host_tap_check() - could the host have @address on such an interface?
 * @except:	indexes of interfaces whose addresses don't count, ending with 0
 *
 * Return: 0; -EINVAL, -EADDRINUSE (see host_tap_set_address()) or another
 * -errno with @err filled.
 */
int host_tap_check(const struct ipv4_prefix *address, const unsigned *except,
		   struct err *err);

/**
 * host_tap_set_address() - take @address on, in place of any other
 * @address:	in its subnet; NULL: none
 *
 * Refused when another interface of the host has an address in that subnet, or
 * the subnet has one of another interface's: the new route would take the
 * host's traffic away from there. The old address stays then.
 *
 * Return: 0, or -errno with @err filled.
 */
int host_tap_set_address(struct host_tap *tap,
			 const struct ipv4_prefix *address, struct err *err);

/** host_tap_set_mtu() - 0, or -errno with @err filled */
int host_tap_set_mtu(struct host_tap *tap, uint16_t mtu, struct err *err);

/** host_tap_set_mac() - 0, or -errno with @err filled */
int host_tap_set_mac(struct host_tap *tap, const struct mac *mac,
		     struct err *err);

/**
 * host_tap_name() - what the interface of a network is called
 * @mac:	of the host there
 *
 * "LAB-NETWORK"; where that is too long for an interface, the first letters of
 * the network's name and the end of the MAC address.
 */
void host_tap_name(const char *lab, const char *network, const struct mac *mac,
		   char ifname[TAP_NAME_SIZE]);

/**
 * host_tap_close() - take the address back, stop the interface, let it go
 *
 * It is gone when this was the last descriptor; no-op on one that isn't open.
 */
void host_tap_close(struct host_tap *tap);

#endif
