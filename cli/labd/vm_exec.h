/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm_exec.h - the commands that run in one virtual machine
 */
#ifndef CLI_LABD_VM_EXEC_H
#define CLI_LABD_VM_EXEC_H

#include "cli/agent/agent.h"
#include "cli/labd/node.h"

/**
 * vm_exec_start() - run a command through the guest's agent
 * @execs:	of the machine; the command joins it
 * @agent:	open; outlives the command or is the one that reports its end
 * @what:	see struct node_exec; its fds are taken on success
 */
int vm_exec_start(struct list *execs, struct agent *agent,
		  const struct node_exec *what, struct err *err);

/** vm_exec_cancel() - kill the command of @arg, tell nobody */
void vm_exec_cancel(struct list *execs, const void *arg);

/**
 * vm_exec_end_all() - the machine is gone: tell the owner of each command
 *
 * To be followed by agent_destroy(), which tells nobody.
 */
void vm_exec_end_all(struct list *execs);

#endif
