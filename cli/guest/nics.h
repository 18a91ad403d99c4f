/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nics.h - the guest's NICs: configured as the host says, and reported
 */
#ifndef CLI_GUEST_NICS_H
#define CLI_GUEST_NICS_H

#include <sys/types.h>

#include "cli/agent/agent_proto.h"
#include "core/loop.h"

/**
 * struct nic - one NIC of the configuration
 * @config:	what the host wants
 * @ifname:	empty until an interface with its MAC is there
 * @applied:	address set, or the DHCP client started
 * @carrier:	of a spare one: as last seen
 * @error:	-errno of applying
 * @dhcp_pid:	of udhcpc; 0: none
 */
struct nic {
	struct agent_nic_config config;
	char ifname[AGENT_IFNAME_SIZE];
	bool applied;
	bool carrier;
	int error;
	pid_t dhcp_pid;
};

/**
 * struct nics - all of them
 * @loop:	serves
 * @netlink:	tells when anything about interfaces changes
 * @settle:	collects changes for SETTLE_NS before they are looked at
 * @respawn:	starts lost DHCP clients again
 * @changed:	called when @status differs from what it was
 * @owner:	for @changed
 * @hostname:	told to DHCP servers
 * @nics:	as configured
 * @count:	entries used
 * @status:	as last seen
 */
struct nics {
	struct loop *loop;
	struct watch netlink;
	struct timer settle;
	struct timer respawn;
	void (*changed)(void *owner);
	void *owner;
	char hostname[AGENT_HOSTNAME_SIZE];
	struct nic nics[AGENT_NICS_MAX];
	unsigned count;
	struct agent_status status;
};

/** nics_init() - begin to watch; 0 or -errno */
int nics_init(struct nics *nics, struct loop *loop,
	      void (*changed)(void *owner), void *owner);

/** nics_configure() - become that; may be called again with another */
void nics_configure(struct nics *nics, const struct agent_config *config);

/**
 * nics_read() - the interfaces that are there now, with their addresses
 * @status:	added to; zero it before
 */
void nics_read(struct agent_status *status);

/** nics_refresh() - look at the interfaces soon */
void nics_refresh(struct nics *nics);

/** nics_reaped() - a process ended; true when it was a DHCP client */
bool nics_reaped(struct nics *nics, pid_t pid);

#endif
