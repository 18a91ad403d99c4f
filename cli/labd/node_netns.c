// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * node_netns.c - a node that is a network namespace on taps
 *
 * Its ports come and go with it: the namespace makes the taps when it starts,
 * and they are plugged into weft-switch then.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/host/netns_node.h"
#include "cli/host/tap_open.h"
#include "cli/labd/node.h"

#define NETNS_EXECS NETNS_MAX_EXECS

/**
 * struct netns_exec - a command in the namespace
 * @id:		its number there; 0 while the place is free
 * @exited:	whom to tell; NULL: it was cancelled
 * @arg:	for @exited
 */
struct netns_exec {
	uint32_t id;
	void (*exited)(void *arg, int code);
	void *arg;
};

/**
 * struct netns - one namespace node
 * @node:	it is
 * @netns:	its namespace; NULL while it does not run
 * @addresses:	of its NICs, as it says
 * @execs:	commands that run
 * @fault_limit: its faults are said at this rate
 * @retire:	destroys @netns later: not from within its callback
 */
struct netns {
	struct node *node;
	struct netns_node *netns;
	uint32_t addresses[LAB_MAX_NICS];
	struct netns_exec execs[NETNS_EXECS];
	struct log_limit fault_limit;
	struct deferred retire;
};

static int exit_code(int wait_status)
{
	if (WIFSIGNALED(wait_status))
		return 128 + WTERMSIG(wait_status);
	return WEXITSTATUS(wait_status);
}

static void netns_address(void *ctx, unsigned nic,
			  const struct ipv4_prefix *address)
{
	struct netns *n = ctx;

	if (nic < LAB_MAX_NICS)
		n->addresses[nic] = address->addr;
	n->node->host->changed(n->node->host->ctx, n->node);
}

static void netns_ready(void *ctx)
{
	struct netns *n = ctx;

	if (n->node->state == NODE_BOOTING)
		node_set_state(n->node, NODE_READY);
}

static void netns_run_exited(void *ctx, int status)
{
	struct netns *n = ctx;

	log_info(n->node->host->log, "node %s: run: ended with %d",
		 n->node->settings->name, exit_code(status));
}

static void exec_ended(struct netns_exec *exec, int code)
{
	exec->id = 0;
	if (exec->exited)
		exec->exited(exec->arg, code);
}

static void netns_exec_exited(void *ctx, uint32_t id, int status)
{
	struct netns *n = ctx;
	unsigned i;

	for (i = 0; i < NETNS_EXECS; i++) {
		if (!id || n->execs[i].id != id)
			continue; /* 0 would be a free place: it may lie */
		exec_ended(&n->execs[i], exit_code(status));
		return;
	}
}

static void netns_fault(void *ctx, const char *text)
{
	struct netns *n = ctx;

	log_limited(n->node->host->log, &n->fault_limit, LOG_WARNING,
		    "node %s: %s", n->node->settings->name, text);
}

static void netns_detach(struct netns *n)
{
	unsigned i;

	for (i = 0; i < n->node->settings->nic_count; i++)
		fabric_detach(n->node->host->fabric,
			      fabric_port(n->node->number, i));
	for (i = 0; i < NETNS_EXECS; i++) {
		if (n->execs[i].id)
			exec_ended(&n->execs[i], 128 + SIGKILL);
	}
	memset(n->addresses, 0, sizeof(n->addresses));
}

static void netns_died(void *ctx, const char *why)
{
	struct netns *n = ctx;

	netns_detach(n);
	loop_defer(n->node->host->loop, &n->retire);
	if (n->node->state != NODE_STOPPING)
		node_fail(n->node, "%s", why);
}

/* Only now is there room for a new one, so only now is it stopped. */
static void netns_retire(struct deferred *deferred)
{
	struct netns *n = container_of(deferred, struct netns, retire);

	netns_node_destroy(n->netns);
	n->netns = NULL;
	if (n->node->state == NODE_STOPPING)
		node_set_state(n->node, NODE_STOPPED);
}

static const struct netns_node_events netns_events = {
	.address = netns_address,
	.ready = netns_ready,
	.run_exited = netns_run_exited,
	.exec_exited = netns_exec_exited,
	.fault = netns_fault,
	.died = netns_died,
};

static int netns_launch(struct netns *n, struct err *err)
{
	const struct node_host *host = n->node->host;
	const struct node_settings *s = n->node->settings;
	struct netns_node_settings settings = {
		.node = s, .domain = "", .log_fd = host->log_fd};
	char dir[STATE_PATH_SIZE];
	unsigned i;

	if (state_dir_file(host->dir, s->name, dir, err))
		return err->code;
	if (mkdir(dir, 0700) && errno != EEXIST)
		return err_set(err, -errno, "cannot make %s: %s", dir,
			       strerror(errno));
	settings.run_dir = dir;
	for (i = 0; i < s->nic_count; i++) {
		const struct network_settings *network;

		network = &host->lab->networks[s->nics[i].network];
		settings.mtu[i] = network->mtu;
		if (network->mode != NETWORK_NAT || settings.dns)
			continue;
		settings.dns = network_gateway(network);
		settings.domain = network->domain;
	}
	n->netns =
		netns_node_start(host->loop, &settings, &netns_events, n, err);
	return n->netns ? 0 : err->code;
}

static void netns_link(struct node *node, unsigned nic, bool up)
{
	struct netns *n = node->impl;
	int code = 0;

	if (n && n->netns)
		code = tap_set_carrier(netns_node_taps(n->netns)[nic], up);
	if (code)
		log_limited(node->host->log, &n->fault_limit, LOG_WARNING,
			    "node %s: the carrier of NIC %u can't be set: %s",
			    node->settings->name, nic, strerror(-code));
}

static int netns_start(struct node *node, struct err *err)
{
	struct netns *n = node->impl;
	unsigned i;
	int code;

	if (!n) {
		n = calloc(1, sizeof(*n));
		if (!n)
			return err_set(err, -ENOMEM, "no memory");
		n->node = node;
		deferred_init(&n->retire, netns_retire);
		node->impl = n;
	}
	if (n->netns) /* died just now, and not swept up yet */
		netns_node_destroy(n->netns);
	deferred_cancel(&n->retire);
	n->netns = NULL;
	code = netns_launch(n, err);
	if (code)
		return code;
	node->pid = netns_node_pid(n->netns);
	node_set_state(node, NODE_BOOTING);
	for (i = 0; i < node->settings->nic_count; i++) {
		code = fabric_attach(
			node->host->fabric, fabric_port(node->number, i),
			WIRE_PORT_TAP, netns_node_taps(n->netns)[i]);
		if (!code && !fabric_is_link_up(node->host->fabric,
						fabric_port(node->number, i)))
			netns_link(node, i, false);
		if (!code)
			continue;
		netns_detach(n);
		netns_node_destroy(n->netns);
		n->netns = NULL;
		return err_set(err, code, "cannot plug port %u in: %s", i,
			       strerror(-code));
	}
	return 0;
}

static void netns_stop(struct node *node, bool now)
{
	struct netns *n = node->impl;

	if (!now) {
		netns_node_stop(n->netns);
		return;
	}
	netns_detach(n);
	loop_defer(node->host->loop, &n->retire);
}

static int netns_exec(struct node *node, const struct node_exec *what,
		      struct err *err)
{
	struct netns *n = node->impl;
	unsigned i;
	int code;

	if (!n || !n->netns)
		return err_set(err, -ENOTCONN, "node %s does not run",
			       node->settings->name);
	for (i = 0; i < NETNS_EXECS && n->execs[i].id; i++)
		;
	if (i == NETNS_EXECS)
		return err_set(err, -EBUSY, "too many commands run in %s",
			       node->settings->name);
	code = netns_node_exec(n->netns, (char *const *)(uintptr_t)what->argv,
			       what->fds, &n->execs[i].id);
	if (code) {
		n->execs[i].id = 0;
		return err_set(err, code, "cannot run a command in %s: %s",
			       node->settings->name, strerror(-code));
	}
	n->execs[i].exited = what->exited;
	n->execs[i].arg = what->arg;
	for (i = 0; i < 3; i++)
		close(what->fds[i]);
	return 0;
}

static void netns_exec_cancel(struct node *node, const void *arg)
{
	struct netns *n = node->impl;
	unsigned i;

	for (i = 0; i < NETNS_EXECS; i++) {
		struct netns_exec *exec = &n->execs[i];

		if (!exec->id || exec->arg != arg)
			continue;
		exec->exited = NULL;
		exec->arg = NULL;
		netns_node_kill(n->netns, exec->id, SIGKILL);
		return;
	}
}

static uint32_t netns_nic_address(struct node *node, unsigned nic)
{
	const struct netns *n = node->impl;

	return n ? n->addresses[nic] : 0;
}

static void netns_destroy(struct node *node)
{
	struct netns *n = node->impl;

	if (!n)
		return;
	netns_detach(n);
	deferred_cancel(&n->retire);
	netns_node_destroy(n->netns);
	free(n);
	node->impl = NULL;
}

const struct node_ops node_netns_ops = {
	.start = netns_start,
	.stop = netns_stop,
	.exec = netns_exec,
	.exec_cancel = netns_exec_cancel,
	.address = netns_nic_address,
	.link = netns_link,
	.destroy = netns_destroy,
};
