/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * node_vm_internal.h - what node_vm.c and node_vm_agent.c share
 */
#ifndef CLI_LABD_NODE_VM_INTERNAL_H
#define CLI_LABD_NODE_VM_INTERNAL_H

#include "cli/agent/agent.h"
#include "cli/labd/console.h"
#include "cli/labd/vm_runner.h"

/**
 * struct vm - one virtual machine
 * @node:	it is
 * @runner:	of the last run; NULL before the first
 * @console:	kept over restarts
 * @agent:	NULL unless a builtin guest runs
 * @status:	what the agent said last
 * @stop_timer:	from asking to killing
 * @execs:	commands that run (cli/labd/vm_exec.h)
 * @retire:	destroys @retired later: not from within its own callback
 * @retired:	an agent whose wire is dead
 * @has_reset:	it was killed because it had
 */
struct vm {
	struct node *node;
	struct vm_runner *runner;
	struct console *console;
	struct agent *agent;
	struct agent_status status;
	struct timer stop_timer;
	struct list execs;
	struct deferred retire;
	struct agent *retired;
	bool has_reset;
};

/** vm_agent_init() - there is none yet */
void vm_agent_init(struct vm *vm);

/**
 * vm_agent_open() - speak with the agent of a guest that starts
 * @fd:		our end of its port; taken over on success
 *
 * Return: 0, or -ENOMEM.
 */
int vm_agent_open(struct vm *vm, int fd);

/** vm_agent_restart() - its guest begins anew */
void vm_agent_restart(struct vm *vm);

/** vm_agent_close() - its guest is gone; no-op without one */
void vm_agent_close(struct vm *vm);

/** vm_agent_exec() - as exec() of struct node_ops */
int vm_agent_exec(struct node *node, const struct node_exec *what,
		  struct err *err);

/** vm_agent_cancel() - as exec_cancel() */
void vm_agent_cancel(struct node *node, const void *arg);

/** vm_agent_address() - as address() */
uint32_t vm_agent_address(struct node *node, unsigned nic);

/** vm_agent_addresses6() - as addresses6() */
unsigned vm_agent_addresses6(struct node *node, unsigned nic,
			     struct in6_addr *addresses, unsigned max);

#endif
