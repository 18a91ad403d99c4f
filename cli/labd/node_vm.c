// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * node_vm.c - a node that is a virtual machine, whoever runs it
 *
 * Theory of operation
 *
 * A runner (vm_runner.h) has the process. Here are the socket pairs that its
 * guest speaks through: a console, and an agent if the guest is a builtin one.
 * That one is told its configuration as soon as it answers, and is ready when
 * it says so. A guest of somebody else's making is ready when its drivers have
 * started every port.
 *
 * It ends in one of three ways. We stop it: the agent or the power button
 * first, and after STOP_TIMEOUT_NS the process is killed. It powers off: that
 * is its right, and it counts as stopped. Or it falls over: the process dies,
 * or the guest resets after a panic or before it was ready. Then it has failed,
 * with its last console lines. A guest that was ready and reboots is started
 * again; a runner that can do that in its process says so, and what must not be
 * lived through is killed.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/labd/node_vm_internal.h"

#define STOP_TIMEOUT_NS (10 * NSEC_PER_SEC)
/* How far back the reason stands: behind it come a stack and registers. */
#define PANIC_LINES 80
#define PANIC_SIZE 8192
#define PANIC_TEXT "Kernel panic - not syncing: "

static void vm_disconnect(struct vm *vm)
{
	vm_agent_close(vm);
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

/* Its process has ended. */
static void vm_judge_reset(struct vm *vm)
{
	bool was_ready = node_was_ready(vm->node);
	struct node *node = vm->node;
	char what[128];
	struct err err;

	if (vm_has_panicked(vm, what, sizeof(what))) {
		node_fail(node, "the guest's kernel panicked: %s", what);
	} else if (was_ready) {
		node->state = NODE_STOPPED;
		node_start(node, &err);
	} else {
		node_fail(node, "the guest restarted before it was ready");
	}
}

static void vm_ended(void *ctx, enum vm_end end, const char *why)
{
	struct vm *vm = ctx;
	bool was_asked = vm->node->state == NODE_STOPPING;

	console_drain(vm->console);
	vm_disconnect(vm);
	console_disconnect(vm->console);
	if (vm->has_reset)
		end = VM_END_RESET;
	if (was_asked || end == VM_END_OFF)
		node_set_state(vm->node, NODE_STOPPED);
	else if (end == VM_END_RESET)
		vm_judge_reset(vm);
	else
		node_fail(vm->node, "%s", why);
}

static void vm_paused(void *ctx, bool paused)
{
	struct vm *vm = ctx;

	node_paused(vm->node, paused);
}

/* A guest without our agent is ready once its drivers are. */
static void vm_check_drivers(struct vm *vm)
{
	if (!vm->node->settings->builtin &&
	    vm->runner->ops->has_drivers(vm->runner))
		node_set_ready(vm->node);
}

/* May the guest go on as if nothing had been? */
static bool vm_can_begin_anew(const struct vm *vm)
{
	char what[128];

	return node_was_ready(vm->node) &&
	       !vm_has_panicked(vm, what, sizeof(what)) &&
	       (vm->agent || !vm->node->settings->builtin);
}

static void vm_reset(void *ctx)
{
	struct vm *vm = ctx;

	console_drain(vm->console);
	if (!vm_can_begin_anew(vm)) {
		vm->has_reset = true;
		child_signal(&vm->runner->child, SIGKILL);
		return;
	}
	console_begin(vm->console);
	vm_agent_restart(vm);
	node_begin_anew(vm->node);
	vm_check_drivers(vm); /* one without NICs waits for none */
}

static void vm_drivers(void *ctx)
{
	vm_check_drivers(ctx);
}

static const struct vm_runner_events runner_events = {
	.ended = vm_ended,
	.paused = vm_paused,
	.reset = vm_reset,
	.drivers = vm_drivers,
};

static void vm_stop_expired(struct timer *timer)
{
	struct vm *vm = container_of(timer, struct vm, stop_timer);

	child_signal(&vm->runner->child, SIGKILL);
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
	vm->stop_timer.expired = vm_stop_expired;
	vm_agent_init(vm);
	if (!state_dir_console_log(node->host->dir, node->settings->name, path,
				   err))
		vm->console = console_create(node->host->loop, path, err);
	if (!vm->console) {
		free(vm);
		return NULL;
	}
	return vm;
}

static const struct vm_runner_ops *runner_of(const struct node *node)
{
	return runner_host_choose(&node->host->runners.host,
				  node->settings->runner) == RUNNER_KVM
		       ? &runner_vmm_ops
		       : &runner_qemu_ops;
}

static int vm_make_runner(struct vm *vm, struct err *err)
{
	const struct vm_runner_ops *ops = runner_of(vm->node);
	struct vm_runner *runner = ops->create();

	if (!runner)
		return err_set(err, -ENOMEM, "no memory for a virtual machine");
	if (vm->runner)
		vm->runner->ops->destroy(vm->runner);
	runner->ops = ops;
	runner->node = vm->node;
	runner->events = &runner_events;
	runner->ctx = vm;
	vm->runner = runner;
	vm->has_reset = false;
	return 0;
}

/* Our ends of the pairs; those that find their owner are -1 then. */
static int vm_connect(struct vm *vm, struct vm_wires *wires, struct err *err)
{
	int code;

	code = console_connect(vm->console, wires->console);
	wires->console = -1;
	if (code)
		goto fail;
	if (wires->agent < 0)
		return 0;
	if (vm_agent_open(vm, wires->agent))
		goto fail;
	wires->agent = -1;
	return 0;
fail:
	return err_set(err, -ENOMEM, "no memory to watch the guest");
}

static int pair_open(int *ours, int *theirs, struct err *err)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return err_set(err, -errno, "no socket pair: %s",
			       strerror(errno));
	*ours = pair[0];
	*theirs = pair[1];
	return 0;
}

static void wires_close(struct vm_wires *wires)
{
	if (wires->console >= 0)
		close(wires->console);
	if (wires->agent >= 0)
		close(wires->agent);
}

static int vm_launch(struct vm *vm, struct err *err)
{
	struct vm_wires ours = {-1, -1}, theirs = {-1, -1};
	int code;

	code = pair_open(&ours.console, &theirs.console, err);
	if (!code && vm->node->settings->builtin)
		code = pair_open(&ours.agent, &theirs.agent, err);
	if (!code)
		code = vm->runner->ops->spawn(vm->runner, &theirs, err);
	wires_close(&theirs);
	if (!code)
		code = vm_connect(vm, &ours, err);
	wires_close(&ours);
	if (code) {
		child_forget(&vm->runner->child);
		vm_disconnect(vm);
		console_disconnect(vm->console);
	}
	return code;
}

static void vm_link(struct node *node, unsigned nic, bool up)
{
	struct vm *vm = node->impl;

	vm->runner->ops->set_link(vm->runner, nic, up);
	vm_check_drivers(vm);
}

static void vm_plug(struct node *node, unsigned nic, bool is_in)
{
	struct vm *vm = node->impl;

	vm->runner->ops->plug(vm->runner, nic, is_in);
}

static int vm_start(struct node *node, struct err *err)
{
	struct vm *vm = node->impl;
	int code;

	if (!vm)
		vm = node->impl = vm_create(node, err);
	if (!vm)
		return err->code;
	code = vm_make_runner(vm, err);
	if (!code)
		code = vm_launch(vm, err);
	if (code)
		return code;
	node->pid = vm->runner->child.pid;
	node_set_state(node, NODE_BOOTING);
	vm_check_drivers(vm);
	return 0;
}

static void vm_carrier(struct node *node, unsigned nic, bool up)
{
	struct vm *vm = node->impl;

	if (!up || !vm || !vm->runner)
		return;
	if (vm->runner->ops->carrier)
		vm->runner->ops->carrier(vm->runner, nic);
	vm_check_drivers(vm);
}

static void vm_stop(struct node *node, bool now)
{
	const struct node_host *host = node->host;
	struct vm *vm = node->impl;

	if (now) {
		child_signal(&vm->runner->child, SIGKILL);
		return;
	}
	/* One that stands still, or is about to, hears nothing. */
	vm->runner->ops->resume(vm->runner);
	if (!vm->agent || agent_shutdown(vm->agent))
		vm->runner->ops->powerdown(vm->runner);
	timer_arm(host->loop, &vm->stop_timer,
		  loop_now_ns(host->loop) + STOP_TIMEOUT_NS);
}

static void vm_pause(struct node *node)
{
	struct vm *vm = node->impl;

	vm->runner->ops->pause(vm->runner);
}

static void vm_resume(struct node *node)
{
	struct vm *vm = node->impl;

	vm->runner->ops->resume(vm->runner);
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

static void vm_describe(struct node *node, json_t *status)
{
	const struct vm *vm = node->impl;
	const struct vm_runner_ops *ops =
		vm && vm->runner ? vm->runner->ops : runner_of(node);

	ops->describe(node, status);
	if (vm && node->state == NODE_BOOTING && vm->status.reason[0])
		json_object_set_new(status, "waiting",
				    json_string(vm->status.reason));
}

static void vm_destroy(struct node *node)
{
	struct vm *vm = node->impl;

	if (!vm)
		return;
	if (vm->runner)
		vm->runner->ops->destroy(vm->runner);
	vm_disconnect(vm);
	console_destroy(vm->console);
	free(vm);
	node->impl = NULL;
}

const struct node_ops node_vm_ops = {
	.start = vm_start,
	.stop = vm_stop,
	.pause = vm_pause,
	.resume = vm_resume,
	.exec = vm_agent_exec,
	.exec_cancel = vm_agent_cancel,
	.console = vm_console,
	.tail = vm_tail,
	.address = vm_agent_address,
	.addresses6 = vm_agent_addresses6,
	.carrier = vm_carrier,
	.link = vm_link,
	.plug = vm_plug,
	.describe = vm_describe,
	.destroy = vm_destroy,
};
