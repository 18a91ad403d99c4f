/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netns_setup.h - what a netns node's supervisor does once, in its namespaces
 *
 * Called inside the new process, in this order. Those with @err return 0, or
 * -errno with @err filled.
 */
#ifndef CLI_HOST_NETNS_SETUP_H
#define CLI_HOST_NETNS_SETUP_H

#include <stdbool.h>
#include <sys/types.h>

#include "cli/host/netns_node.h"

/** NETNS_SOCK_FD - the supervisor's end of the socket, once set up */
#define NETNS_SOCK_FD 3

/**
 * netns_setup_process() - forget the parent: signals, terminal, descriptors
 * @sock:	becomes NETNS_SOCK_FD
 * @log_fd:	becomes stdout and stderr; -1: nothing is said
 *
 * Ends the process when even that fails: there is nobody to tell yet.
 */
void netns_setup_process(int sock, int log_fd);

/** netns_nic_name() - "eth0", "eth1", ...: the NIC's name inside the node */
void netns_nic_name(unsigned nic, char *name);

/** netns_setup_ids() - be root in the user namespace, for @uid and @gid */
int netns_setup_ids(uid_t uid, gid_t gid, struct err *err);

/** netns_setup_mounts() - own /proc, /sys and /etc/resolv.conf, host name */
int netns_setup_mounts(const struct netns_node_settings *settings,
		       struct err *err);

/**
 * netns_setup_nics() - create the taps, set them up, give static addresses
 * @taps:	gets a descriptor for each NIC; those that were opened are not
 *		closed on failure, since the process ends then
 */
int netns_setup_nics(const struct netns_node_settings *settings, int *taps,
		     struct err *err);

#endif
