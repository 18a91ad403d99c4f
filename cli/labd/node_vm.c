// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * node_vm.c - a node that is a virtual machine, run by QEMU
 *
 * Theory of operation
 *
 * QEMU gets three socket pairs: console, monitor, agent. It connects to the
 * ports' sockets by itself, and again when weft-switch was restarted. A builtin
 * guest runs our agent: it is told its configuration as soon as it answers, and
 * is ready when it says so. A guest of somebody else's making is ready when its
 * driver has started every port.
 *
 * It ends in one of three ways. We stop it: the agent or the power button
 * first, and after STOP_TIMEOUT_NS the process is killed. It powers off: that
 * is its right, and it counts as stopped. Or it falls over: QEMU dies, or the
 * guest resets after a panic or before it was ready. Then it has failed, with
 * its last console lines. A guest that was ready and reboots is started again.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/agent/agent.h"
#include "cli/labd/child.h"
#include "cli/labd/console.h"
#include "cli/labd/qemu_args.h"
#include "cli/labd/qmp.h"
#include "cli/labd/vm_config.h"
#include "cli/labd/vm_exec.h"

#define STOP_TIMEOUT_NS (10 * NSEC_PER_SEC)
/* How far back the reason stands: behind it come a stack and registers. */
#define PANIC_LINES 80
#define PANIC_SIZE 8192
#define PANIC_TEXT "Kernel panic - not syncing: "

/**
 * struct vm - one virtual machine
 * @node:	it is
 * @child:	QEMU
 * @console:	kept over restarts
 * @qmp:	monitor
 * @agent:	NULL unless a builtin guest runs
 * @status:	what the agent said last
 * @stop_timer:	from asking to killing
 * @execs:	commands that run (cli/labd/vm_exec.h)
 * @retire:	destroys @retired later: not from within its own callback
 * @retired:	an agent whose wire is dead
 */
struct vm {
	struct node *node;
	struct child child;
	struct console *console;
	struct qmp qmp;
	struct agent *agent;
	struct agent_status status;
	struct timer stop_timer;
	struct list execs;
	struct deferred retire;
	struct agent *retired;
};

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
	    vm->node->state == NODE_BOOTING)
		node_set_state(vm->node, NODE_READY);
	else
		vm->node->host->changed(vm->node->host->ctx, vm->node);
}

static void vm_retire_agent(struct deferred *deferred)
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

static void vm_disconnect(struct vm *vm)
{
	vm_exec_end_all(&vm->execs);
	deferred_cancel(&vm->retire);
	agent_destroy(vm->retired);
	agent_destroy(vm->agent);
	vm->agent = vm->retired = NULL;
	memset(&vm->status, 0, sizeof(vm->status));
	qmp_close(&vm->qmp);
	timer_cancel(vm->node->host->loop, &vm->stop_timer);
}

/* In this run; a stack trace follows it. @what: the kernel's own words. */
static bool vm_has_panicked(const struct vm *vm, char *what, size_t size)
{
	char tail[PANIC_SIZE];
	const char *found;

	console_tail(vm->console, PANIC_LINES, tail, sizeof(tail));
	found = strstr(tail, PANIC_TEXT);
	if (!found)
		return false;
	found += strlen(PANIC_TEXT);
	snprintf(what, size, "%.*s", (int)strcspn(found, "\n"), found);
	return true;
}

static void vm_ended_unasked(struct vm *vm, int wait_status)
{
	bool was_ready = vm->node->state == NODE_READY, panicked;
	struct node *node = vm->node;
	char what[128], why[64];
	struct err err;

	panicked = vm_has_panicked(vm, what, sizeof(what));
	child_describe_exit(wait_status, why, sizeof(why));
	if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status)) {
		node_fail(node, "QEMU %s", why);
	} else if (strcmp(vm->qmp.shutdown, "guest-shutdown") == 0) {
		node_set_state(node, NODE_STOPPED);
	} else if (was_ready && !panicked) {
		node->state = NODE_STOPPED;
		node_start(node, &err);
	} else if (panicked) {
		node_fail(node, "the guest's kernel panicked: %s", what);
	} else {
		node_fail(node, "the guest restarted before it was ready");
	}
}

static void vm_exited(struct child *child, int wait_status)
{
	struct vm *vm = container_of(child, struct vm, child);

	qmp_drain(&vm->qmp);
	console_drain(vm->console);
	vm_disconnect(vm);
	console_disconnect(vm->console);
	if (vm->node->state == NODE_STOPPING)
		node_set_state(vm->node, NODE_STOPPED);
	else
		vm_ended_unasked(vm, wait_status);
}

static void vm_stop_expired(struct timer *timer)
{
	struct vm *vm = container_of(timer, struct vm, stop_timer);

	child_signal(&vm->child, SIGKILL);
}

static struct vm *vm_create(struct node *node, struct err *err)
{
	struct vm *vm = calloc(1, sizeof(*vm));
	char path[STATE_PATH_SIZE];

	if (!vm) {
		err_set(err, -ENOMEM, "no memory for a virtual machine");
		return NULL;
	}
	vm->node = node;
	child_init(&vm->child, vm_exited);
	qmp_init(&vm->qmp);
	vm->stop_timer.expired = vm_stop_expired;
	list_init(&vm->execs);
	deferred_init(&vm->retire, vm_retire_agent);
	if (!state_dir_console_log(node->host->dir, node->settings->name, path,
				   err))
		vm->console = console_create(node->host->loop, path, err);
	if (!vm->console) {
		free(vm);
		return NULL;
	}
	return vm;
}

static int vm_spawn(struct vm *vm, const int *fds, struct err *err)
{
	const struct node_host *host = vm->node->host;
	struct child_settings settings = {
		.path = host->qemu.path,
		.fds = fds,
		.fd_count = QEMU_FD_COUNT,
		.stdin_fd = -1,
		.stdout_fd = -1,
		.stderr_fd = host->log_fd,
	};
	struct qemu_args *args;
	int code;

	args = calloc(1, sizeof(*args));
	if (!args)
		return err_set(err, -ENOMEM, "no memory for QEMU's arguments");
	settings.argv = args->argv;
	code = qemu_args_build(args, vm->node, err);
	if (!code)
		code = child_start(host->loop, &vm->child, &settings, err);
	free(args);
	return code;
}

/* Our ends of the three pairs find their owners. */
static int vm_connect(struct vm *vm, int fds[QEMU_FD_COUNT], struct err *err)
{
	const struct node_host *host = vm->node->host;
	uint64_t session = 1;
	int code;

	code = console_connect(vm->console, fds[0]);
	fds[0] = -1;
	if (code)
		goto fail;
	code = qmp_open(&vm->qmp, host->loop, fds[1]);
	fds[1] = -1;
	if (code)
		goto fail;
	if (!vm->node->settings->builtin)
		return 0;
	if (getrandom(&session, sizeof(session), 0) != sizeof(session))
		goto fail;
	vm->agent =
		agent_create(host->loop, fds[2], session | 1, &agent_ops, vm);
	if (!vm->agent)
		goto fail;
	fds[2] = -1;
	return 0;
fail:
	return err_set(err, -ENOMEM, "no memory to watch the guest");
}

static void close_all(int *fds)
{
	int i;

	for (i = 0; i < QEMU_FD_COUNT; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

static int vm_launch(struct vm *vm, struct err *err)
{
	int ours[QEMU_FD_COUNT] = {-1, -1, -1};
	int theirs[QEMU_FD_COUNT] = {-1, -1, -1};
	int i, pair[2], code = 0;

	for (i = 0; i < QEMU_FD_COUNT && !code; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
			code = err_set(err, -errno, "no socket pair: %s",
				       strerror(errno));
			break;
		}
		ours[i] = pair[0];
		theirs[i] = pair[1];
	}
	if (!code)
		code = vm_spawn(vm, theirs, err);
	close_all(theirs);
	if (!code)
		code = vm_connect(vm, ours, err);
	close_all(ours);
	if (code) {
		child_forget(&vm->child);
		vm_disconnect(vm);
		console_disconnect(vm->console);
	}
	return code;
}

static bool vm_is_link_up(const struct node *node, unsigned nic)
{
	return fabric_is_link_up(node->host->fabric,
				 fabric_port(node->number, nic));
}

/* A guest without our agent is ready once its drivers are. */
static void vm_check_ports(struct vm *vm)
{
	struct node *node = vm->node;
	unsigned i;

	if (node->settings->builtin || node->state != NODE_BOOTING)
		return;
	for (i = 0; i < node->settings->nic_count; i++) {
		if (vm_is_link_up(node, i) &&
		    !fabric_has_carrier(node->host->fabric,
					fabric_port(node->number, i)))
			return;
	}
	node_set_state(node, NODE_READY);
}

static void vm_link(struct node *node, unsigned nic, bool up)
{
	struct vm *vm = node->impl;
	char netdev[16];

	snprintf(netdev, sizeof(netdev), QEMU_NETDEV, nic);
	qmp_set_link(&vm->qmp, netdev, up);
	vm_check_ports(vm);
}

static int vm_start(struct node *node, struct err *err)
{
	struct vm *vm = node->impl;
	unsigned i;
	int code;

	if (!vm)
		vm = node->impl = vm_create(node, err);
	if (!vm)
		return err->code;
	code = vm_launch(vm, err);
	if (code)
		return code;
	node->pid = vm->child.pid;
	node_set_state(node, NODE_BOOTING);
	for (i = 0; i < node->settings->nic_count; i++) {
		if (!vm_is_link_up(node, i))
			vm_link(node, i, false);
	}
	vm_check_ports(vm);
	return 0;
}

static void vm_carrier(struct node *node, unsigned nic, bool up)
{
	if (!up || !node->impl)
		return;
	/* QEMU gives the NIC its carrier when it has found weft-switch again */
	if (!vm_is_link_up(node, nic))
		vm_link(node, nic, false);
	vm_check_ports(node->impl);
}

static void vm_stop(struct node *node, bool now)
{
	const struct node_host *host = node->host;
	struct vm *vm = node->impl;

	if (now) {
		child_signal(&vm->child, SIGKILL);
		return;
	}
	if (!vm->agent || agent_shutdown(vm->agent))
		qmp_powerdown(&vm->qmp);
	timer_arm(host->loop, &vm->stop_timer,
		  loop_now_ns(host->loop) + STOP_TIMEOUT_NS);
}

static int vm_exec(struct node *node, const struct node_exec *what,
		   struct err *err)
{
	struct vm *vm = node->impl;

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

static void vm_cancel(struct node *node, const void *arg)
{
	struct vm *vm = node->impl;

	vm_exec_cancel(&vm->execs, arg);
}

static int vm_console(struct node *node)
{
	struct vm *vm = node->impl;

	return vm ? console_attach(vm->console) : -ENOTCONN;
}

static void vm_tail(struct node *node, char *text, size_t size)
{
	struct vm *vm = node->impl;

	text[0] = '\0';
	if (vm)
		console_tail(vm->console, NODE_TAIL_LINES, text, size);
}

static uint32_t vm_address(struct node *node, unsigned nic)
{
	const struct vm *vm = node->impl;
	unsigned i;

	for (i = 0; vm && i < vm->status.nic_count; i++) {
		const struct agent_nic_status *n = &vm->status.nics[i];

		if (!mac_is_equal(&n->mac, &node->settings->nics[nic].mac))
			continue;
		return vm_config_first_ipv4(n);
	}
	return 0;
}

static void vm_describe(struct node *node, json_t *status)
{
	const struct vm *vm = node->impl;

	json_object_set_new(status, "runner", json_string("qemu"));
	json_object_set_new(status, "accel", json_string(node->host->accel));
	if (vm && node->state == NODE_BOOTING && vm->status.reason[0])
		json_object_set_new(status, "waiting",
				    json_string(vm->status.reason));
}

static void vm_destroy(struct node *node)
{
	struct vm *vm = node->impl;

	if (!vm)
		return;
	child_forget(&vm->child);
	vm_disconnect(vm);
	console_destroy(vm->console);
	free(vm);
	node->impl = NULL;
}

const struct node_ops node_vm_ops = {
	.start = vm_start,
	.stop = vm_stop,
	.exec = vm_exec,
	.exec_cancel = vm_cancel,
	.console = vm_console,
	.tail = vm_tail,
	.address = vm_address,
	.carrier = vm_carrier,
	.link = vm_link,
	.describe = vm_describe,
	.destroy = vm_destroy,
};
