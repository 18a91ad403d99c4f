// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * node_vm_agent.c - a vm node's agent: what it is told, says, and runs
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "cli/labd/node_vm_internal.h"
#include "cli/labd/vm_config.h"
#include "cli/labd/vm_exec.h"

/* It tells guests of before apart; nothing is lost if one can guess it. */
static uint64_t vm_session(void)
{
	uint64_t session = 0;

	if (getrandom(&session, sizeof(session), 0) != sizeof(session))
		session ^= (uint64_t)time(NULL) << 1;
	return session | 1;
}

static void vm_agent_hello(void *owner, const struct agent_hello *hello)
{
	struct agent_config config;
	struct vm *vm = owner;
	char hosts[VM_HOSTS_SIZE];

	(void)hello;
	vm_config_fill(vm->node, &config, hosts);
	agent_configure(vm->agent, &config);
}

static void vm_agent_status(void *owner, const struct agent_status *status)
{
	struct vm *vm = owner;

	vm->status = *status;
	if (status->ready && status->config_id == VM_CONFIG_ID &&
	    !node_was_ready(vm->node))
		node_set_ready(vm->node);
	else
		vm->node->host->changed(vm->node->host->ctx, vm->node);
}

static void retire_agent(struct deferred *deferred)
{
	struct vm *vm = container_of(deferred, struct vm, retire);

	agent_destroy(vm->retired);
	vm->retired = NULL;
}

static void vm_agent_closed(void *owner, const char *why)
{
	struct vm *vm = owner;

	log_debug(vm->node->host->log, "node %s: agent: %s",
		  vm->node->settings->name, why);
	vm->retired = vm->agent;
	vm->agent = NULL;
	memset(&vm->status, 0, sizeof(vm->status));
	loop_defer(vm->node->host->loop, &vm->retire);
}

static const struct agent_ops agent_ops = {
	.hello = vm_agent_hello,
	.status = vm_agent_status,
	.closed = vm_agent_closed,
};

void vm_agent_init(struct vm *vm)
{
	list_init(&vm->execs);
	deferred_init(&vm->retire, retire_agent);
}

int vm_agent_open(struct vm *vm, int fd)
{
	vm->agent = agent_create(vm->node->host->loop, fd, vm_session(),
				 &agent_ops, vm);
	return vm->agent ? 0 : -ENOMEM;
}

void vm_agent_restart(struct vm *vm)
{
	memset(&vm->status, 0, sizeof(vm->status));
	if (vm->agent)
		agent_restart(vm->agent, vm_session());
}

void vm_agent_close(struct vm *vm)
{
	vm_exec_end_all(&vm->execs);
	deferred_cancel(&vm->retire);
	agent_destroy(vm->retired);
	agent_destroy(vm->agent);
	vm->agent = vm->retired = NULL;
	memset(&vm->status, 0, sizeof(vm->status));
}

int vm_agent_exec(struct node *node, const struct node_exec *what,
		  struct err *err)
{
	struct vm *vm = node->impl;

	if (node->state == NODE_PAUSED)
		return err_set(err, -EAGAIN,
			       "node %s is paused: weft resume %s lets it go "
			       "on",
			       node->settings->name, node->settings->name);
	if (!vm || !vm->agent || !agent_is_open(vm->agent))
		return err_set(err, -ENOTCONN, "the agent of %s is not there%s",
			       node->settings->name,
			       node->settings->builtin
				       ? " yet"
				       : ": only builtin guests have one");
	if (vm_exec_start(&vm->execs, vm->agent, what, err))
		return err_wrap(err, "node %s", node->settings->name);
	return 0;
}

void vm_agent_cancel(struct node *node, const void *arg)
{
	struct vm *vm = node->impl;

	vm_exec_cancel(&vm->execs, arg);
}

/* What the agent says of a NIC; NULL: nothing as yet. */
static const struct agent_nic_status *nic_status(struct node *node,
						 unsigned nic)
{
	const struct vm *vm = node->impl;
	unsigned i;

	for (i = 0; vm && i < vm->status.nic_count; i++) {
		if (mac_is_equal(&vm->status.nics[i].mac,
				 &node->settings->nics[nic].mac))
			return &vm->status.nics[i];
	}
	return NULL;
}

uint32_t vm_agent_address(struct node *node, unsigned nic)
{
	const struct agent_nic_status *status = nic_status(node, nic);

	return status ? vm_config_first_ipv4(status) : 0;
}

unsigned vm_agent_addresses6(struct node *node, unsigned nic,
			     struct in6_addr *addresses, unsigned max)
{
	const struct agent_nic_status *status = nic_status(node, nic);
	unsigned i, n = 0;

	for (i = 0; status && i < status->addr_count && n < max; i++) {
		if (status->addrs[i].is_ipv6)
			memcpy(&addresses[n++], status->addrs[i].addr,
			       sizeof(*addresses));
	}
	return n;
}
