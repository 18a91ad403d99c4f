/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_legs.h - the host's own legs in networks of a lab (host:), taps that
 * labd keeps
 *
 * They are opened here, so that weft up can say what is wrong with one, and
 * kept here, so that a weft-switch that is started again gets the same. What
 * the host gets by one, an interface, its address and the route to its subnet,
 * goes when it is closed, also when labd is killed.
 */
#ifndef CLI_LABD_HOST_LEGS_H
#define CLI_LABD_HOST_LEGS_H

#include "cli/host/host_access.h"
#include "cli/lab/lab.h"
#include "cli/labd/host_dhcp.h"
#include "core/log.h"

/** HOST_LEG_HOSTNAME - room for what the host calls itself */
#define HOST_LEG_HOSTNAME 65
/** HOST_LEG_REASON - room for why a leg has no address */
#define HOST_LEG_REASON 256

struct host_legs;

/**
 * struct host_leg - one of them
 * @table:	that it is in
 * @network:	its name; empty: the entry is unused
 * @is_wanted:	the lab has it; else it was opened for one that is yet to come
 * @tap:	the interface
 * @mac:	of the host in that network
 * @dhcp:	started where the lab says so
 * @reason:	why it has not the address that it should have; empty: it has,
 *		or waits for a lease
 */
struct host_leg {
	struct host_legs *table;
	char network[LAB_NAME_SIZE];
	bool is_wanted;
	struct host_tap tap;
	struct mac mac;
	struct host_dhcp dhcp;
	char reason[HOST_LEG_REASON];
};

/**
 * struct host_legs_settings - what they need; pointers stay the caller's
 * @loop:	for DHCP clients
 * @log:	for what goes wrong while they are there
 * @run_dir:	for what DHCP clients run
 * @log_fd:	for their complaints
 * @busybox:	HOST_DHCP_BUSYBOX
 * @host:	who does to the host what has to be done
 * @changed:	a leg has another address, none any more, or another reason
 * @ctx:	for @changed
 */
struct host_legs_settings {
	struct loop *loop;
	struct log *log;
	const char *run_dir;
	int log_fd;
	const char *busybox;
	struct host_access *host;
	void (*changed)(void *ctx, const struct host_leg *leg);
	void *ctx;
};

/**
 * struct host_legs - all of a lab
 * @settings:	of host_legs_init(); tests change them
 * @legs:	entries, some unused
 * @hostname:	told to DHCP servers
 */
struct host_legs {
	struct host_legs_settings settings;
	struct host_leg legs[LAB_MAX_NETWORKS];
	char hostname[HOST_LEG_HOSTNAME];
};

/** host_legs_init() - none; @table must stay where it is from now on */
void host_legs_init(struct host_legs *table,
		    const struct host_legs_settings *settings);

/** host_legs_fini() - close them all, and tell nobody */
void host_legs_fini(struct host_legs *table);

/**
 * host_legs_open() - open those of @lab that are not there yet
 *
 * They get their addresses later, but whether they can is looked at now.
 * Changes nothing for those in use. What was opened for a lab that didn't come
 * is closed.
 *
 * Return: 0, or -errno with a sentence that says which, and what to do; then
 * nothing is opened.
 */
int host_legs_open(struct host_legs *table, const struct lab *lab,
		   struct err *err);

/**
 * host_legs_change() - they are those of @lab from now on; others are closed
 * @lab:	host_legs_open() was called with it
 *
 * An address that can't be set now is a leg's reason.
 */
void host_legs_change(struct host_legs *table, const struct lab *lab);

/** host_legs_lookup() - the leg in the network of this name, or NULL */
const struct host_leg *host_legs_lookup(const struct host_legs *table,
					const char *network);

/**
 * host_leg_ifname() - what the interface is called
 * @network:	with its @host_mac
 *
 * "LAB-NETWORK"; where that is too long for an interface, the first letters of
 * the network's name, and half of the MAC address, which are another lab's
 * hardly ever.
 */
void host_leg_ifname(const char *lab, const struct network_settings *network,
		     char ifname[TAP_NAME_SIZE]);

#endif
