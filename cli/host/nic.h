/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nic.h - may this interface of the host be an uplink?
 *
 * Finding out about an interface and judging it are two steps, so that the
 * second can be tested without the first.
 */
#ifndef CLI_HOST_NIC_H
#define CLI_HOST_NIC_H

#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"

/** NIC_NAME_SIZE - room for an interface's name (IFNAMSIZ) */
#define NIC_NAME_SIZE 16

/**
 * struct nic - what is known of an interface
 * @name:	of the interface
 * @ifindex:	its number
 * @type:	ARPHRD_*
 * @is_up:	it is set up
 * @is_loopback: IFF_LOOPBACK
 * @is_wifi:	a radio
 * @has_default_route: the host reaches the world through it, IPv4 or IPv6
 * @master:	name of what it is enslaved to; empty: nothing
 * @master_kind: "bridge", "bond", ...; empty where the kernel doesn't say
 */
struct nic {
	char name[NIC_NAME_SIZE];
	int ifindex;
	unsigned short type;
	bool is_up;
	bool is_loopback;
	bool is_wifi;
	bool has_default_route;
	char master[NIC_NAME_SIZE];
	char master_kind[NIC_NAME_SIZE];
};

/**
 * nic_read() - find out about @name in the thread's network namespace
 * @nic:	filled
 * @name:	as the user has it
 * @err:	says what to do when there is no such interface
 *
 * Return: 0 or -errno.
 */
int nic_read(struct nic *nic, const char *name, struct err *err);

/**
 * nic_check() - may it be an uplink?
 * @nic:	of nic_read()
 * @is_forced:	the user insists: only what can't work is refused
 * @err:	says why not, and what to do
 *
 * Return: 0; -EINVAL for what can't be an uplink; -EPERM for what should not.
 */
int nic_check(const struct nic *nic, bool is_forced, struct err *err);

/** nic_routes_have_default() - of "/proc/net/route": through @name? */
bool nic_routes_have_default(const char *text, const char *name);

/** nic_routes6_have_default() - of "/proc/net/ipv6_route": through @name? */
bool nic_routes6_have_default(const char *text, const char *name);

/**
 * nic_link_decode() - of an RTM_NEWLINK message about an interface
 * @message:	struct nlmsghdr and all behind it
 * @len:	bytes
 * @master:	number of what it is enslaved to; 0: nothing
 * @kind:	"bridge", "veth", ..., NIC_NAME_SIZE bytes; empty: not said
 *
 * Return: false for what is no such message.
 */
bool nic_link_decode(const void *message, size_t len, int *master, char *kind);

#endif
