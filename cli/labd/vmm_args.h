/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmm_args.h - how weft-vmm is called for a vm node: words and descriptors
 */
#ifndef CLI_LABD_VMM_ARGS_H
#define CLI_LABD_VMM_ARGS_H

#include "cli/labd/arg_list.h"
#include "cli/labd/child.h"
#include "cli/labd/vm_runner.h"

/**
 * struct vmm_args - the command line and what it refers to
 * @list:	words
 * @fds:	for struct child_settings; all are ours
 * @fd_count:	of them
 */
struct vmm_args {
	struct arg_list list;
	int fds[CHILD_MAX_FDS];
	unsigned fd_count;
};

/**
 * vmm_args_build() - open all that a node's weft-vmm needs, and say so in words
 * @args:	filled; vmm_args_close() closes, also after a failure
 * @wires:	of the guest; stay the caller's
 * @control:	the vmm's end of its control socket; likewise
 */
int vmm_args_build(struct vmm_args *args, const struct node *node,
		   const struct vm_wires *wires, int control, struct err *err);

/** vmm_args_close() - the vmm has its descriptors, or won't be started */
void vmm_args_close(struct vmm_args *args);

/**
 * vmm_args_connect() - a connection to a port's vhost-user socket
 *
 * weft-switch may be away: labd keeps the listening socket, so the connection
 * waits there.
 *
 * Return: non-blocking, the caller's; or -errno with @err.
 */
int vmm_args_connect(const struct node *node, unsigned nic, struct err *err);

#endif
