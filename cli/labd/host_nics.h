/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_nics.h - the host's NICs that are members of uplinks: sockets that labd
 * keeps
 *
 * They are opened here, so that weft up can say what is wrong with one, and
 * kept here, so that a weft-switch that is started again gets the same. Nothing
 * of a NIC is changed but its promiscuity, which goes with its last socket,
 * also when labd is killed.
 */
#ifndef CLI_LABD_HOST_NICS_H
#define CLI_LABD_HOST_NICS_H

#include "cli/host/host_access.h"
#include "cli/lab/lab.h"
#include "core/err.h"

/** HOST_NICS_MAX - of one lab */
#define HOST_NICS_MAX (LAB_MAX_UPLINKS * BOND_MAX_MEMBERS)

/**
 * struct host_nic - one of them
 * @name:	as the host calls it; empty: the entry is unused
 * @uplink:	that it was opened for
 * @fds:	for weft-switch
 * @speed_mbps:	of its link; 0: unknown
 * @is_forced:	also against nic_check()'s advice
 * @is_refused:	another NIC of that name could not be had; that was said
 * @is_wanted:	the lab has it; else it was opened for one that is yet to come
 */
struct host_nic {
	char name[LAB_NIC_SIZE];
	char uplink[LAB_NAME_SIZE];
	struct packet_fds fds;
	uint32_t speed_mbps;
	bool is_forced;
	bool is_refused;
	bool is_wanted;
};

/**
 * struct host_nics - all of a lab
 * @nics:	entries, some unused
 * @host:	who opens them
 * @is_other:	packet_is_other(); another one in tests
 */
struct host_nics {
	struct host_nic nics[HOST_NICS_MAX];
	struct host_access *host;
	bool (*is_other)(const char *ifname, int fd);
};

/** host_nics_init() - none; @host stays the caller's */
void host_nics_init(struct host_nics *table, struct host_access *host);

/** host_nics_fini() - close them all */
void host_nics_fini(struct host_nics *table);

/** host_nics_forget() - close what was opened for a lab that doesn't come */
void host_nics_forget(struct host_nics *table);

/**
 * host_nics_open() - open those of @lab that are not there yet, or for another
 * uplink
 *
 * Changes nothing for those in use: weft-switch has descriptors of its own.
 * What was opened for a lab that didn't come is closed.
 *
 * Return: 0, or -errno with a sentence that says which, and what to do; then
 * nothing is opened.
 */
int host_nics_open(struct host_nics *table, const struct lab *lab,
		   struct err *err);

/**
 * host_nics_change() - they are those of @lab from now on; others are closed
 * @lab:	host_nics_open() was called with it
 */
void host_nics_change(struct host_nics *table, const struct lab *lab);

/**
 * host_nics_renew() - open again a NIC that was pulled out, and is back
 *
 * Return: 0; or -errno with the reason in @err, and all is as it was.
 */
int host_nics_renew(struct host_nics *table, struct host_nic *nic,
		    struct err *err);

/** host_nics_lookup() - the NIC of this name, or NULL */
const struct host_nic *host_nics_lookup(const struct host_nics *table,
					const char *name);

#endif
