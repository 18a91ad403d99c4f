/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nic_return.h - NICs of the lab that were pulled out, and come back
 */
#ifndef CLI_LABD_NIC_RETURN_H
#define CLI_LABD_NIC_RETURN_H

#include "cli/labd/host_nics.h"
#include "core/log.h"
#include "core/loop.h"

/**
 * struct nic_return - embedded in its owner
 * @loop:	of the owner
 * @nics:	those of the lab
 * @log:	for words about NICs
 * @returned:	the NIC @name was opened again
 * @ctx:	for @returned
 * @hint:	on an rtnetlink socket of the group of links, while there are
 *		NICs
 */
struct nic_return {
	struct loop *loop;
	struct host_nics *nics;
	const struct log *log;
	void (*returned)(void *ctx, const char *name);
	void *ctx;
	struct watch hint;
};

/** nic_return_init() - all but @hint is the caller's to fill in; deaf so far */
void nic_return_init(struct nic_return *nic_return);

/** nic_return_fini() - deaf again; may be repeated */
void nic_return_fini(struct nic_return *nic_return);

/** nic_return_listen() - the lab's NICs are others: listen if there are any */
void nic_return_listen(struct nic_return *nic_return);

/** nic_return_look() - is one back? The kernel's word does this by itself */
void nic_return_look(struct nic_return *nic_return);

#endif
