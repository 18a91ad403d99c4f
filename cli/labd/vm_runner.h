/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm_runner.h - the program that runs a vm node, whichever it is
 *
 * node_vm.c has what is the same for all: console, agent, commands, life. A
 * runner starts its process, speaks with it in its own words, and says how it
 * ended.
 */
#ifndef CLI_LABD_VM_RUNNER_H
#define CLI_LABD_VM_RUNNER_H

#include "cli/labd/child.h"
#include "cli/labd/node.h"

/**
 * enum vm_end - how a machine ended
 * @VM_END_OFF:		the guest switched it off
 * @VM_END_RESET:	the guest wants to begin anew, in another process
 * @VM_END_FAILED:	neither; the words say how
 */
enum vm_end {
	VM_END_OFF,
	VM_END_RESET,
	VM_END_FAILED,
};

/**
 * struct vm_runner_events - what a runner tells, from the loop
 * @ended:	the process is gone. The last thing that it tells of this run
 * @paused:	the guest stands still, or goes on
 * @reset:	the guest begins anew in the same process
 * @drivers:	what has_drivers() says may have changed
 */
struct vm_runner_events {
	void (*ended)(void *ctx, enum vm_end end, const char *why);
	void (*paused)(void *ctx, bool paused);
	void (*reset)(void *ctx);
	void (*drivers)(void *ctx);
};

/**
 * struct vm_wires - the guest's ends of socket pairs
 * @console:	its first serial port
 * @agent:	its port "weft.agent"; -1: it has none
 */
struct vm_wires {
	int console;
	int agent;
};

/**
 * struct vm_runner - one machine's; the first member of what a runner keeps
 * @ops:	of its kind
 * @node:	that it runs
 * @child:	its process
 * @events:	whom to tell
 * @ctx:	for @events
 */
struct vm_runner {
	const struct vm_runner_ops *ops;
	struct node *node;
	struct child child;
	const struct vm_runner_events *events;
	void *ctx;
};

/**
 * struct vm_runner_ops - what a kind of runner does; NULL members do nothing
 * @create:	a runner whose process is not there yet; NULL: no memory. The
 *		caller fills in struct vm_runner but for @child
 * @destroy:	kill the process if it runs, and forget all
 * @spawn:	start the process; @wires stay the caller's. On failure, as if
 *		it had never been called
 * @powerdown:	press the power button
 * @pause:	let the guest stand still; paused() tells
 * @resume:	let it go on; no-op when it does
 * @set_link:	a port was taken down or up; a process that starts finds that
 *		out by itself (fabric_is_link_up())
 * @plug:	a spare port came into a network, or out of one
 * @carrier:	weft-switch came to a port's other end, again perhaps
 * @has_drivers: did the guest's drivers start every port?
 * @describe:	add "runner" and "accel" to a status; the node may not run
 */
struct vm_runner_ops {
	struct vm_runner *(*create)(void);
	void (*destroy)(struct vm_runner *runner);
	int (*spawn)(struct vm_runner *runner, const struct vm_wires *wires,
		     struct err *err);
	void (*powerdown)(struct vm_runner *runner);
	void (*pause)(struct vm_runner *runner);
	void (*resume)(struct vm_runner *runner);
	void (*set_link)(struct vm_runner *runner, unsigned nic, bool up);
	void (*plug)(struct vm_runner *runner, unsigned nic, bool is_in);
	void (*carrier)(struct vm_runner *runner, unsigned nic);
	bool (*has_drivers)(const struct vm_runner *runner);
	void (*describe)(const struct node *node, json_t *status);
};

/** vm_runner_is_link_up() - shall the guest see a carrier of this NIC? */
static inline bool vm_runner_is_link_up(const struct node *node, unsigned nic)
{
	unsigned port = fabric_port(node->number, nic);

	return fabric_is_link_up(node->host->fabric, port) &&
	       fabric_network(node->host->fabric, port) != FABRIC_NO_NETWORK;
}

extern const struct vm_runner_ops runner_qemu_ops;
extern const struct vm_runner_ops runner_vmm_ops;

#endif
