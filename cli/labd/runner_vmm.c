// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * runner_vmm.c - weft-vmm runs a vm node
 *
 * Theory of operation
 *
 * weft-vmm gets everything as open descriptors (vmm_args.c), the last of them a
 * control socket on which messages pass one by one (cli/vmm/vmm_msg.h). What
 * it says may be said by a guest that got out of its machine: it can lie about
 * its own node, and no more. What makes no sense ends it.
 *
 * When weft-switch goes, weft-vmm loses its connections and says so for each
 * NIC. It can't open a socket, so it is handed another one. The first time that
 * is at once: the listening socket is labd's and outlives weft-switch, so the
 * connection waits there for the next one. Where that doesn't last it is tried
 * ever more rarely, from RETRY_MIN_NS to RETRY_MAX_NS.
 *
 * Its guest's end is told before the process ends by itself; that has END_NS to
 * do so.
 *
 * Limits: a message that finds the socket full is lost and logged; it has room
 * for hundreds.
 */
#include "cli/labd/vm_runner.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/labd/vmm_args.h"
#include "cli/vmm/vmm_msg.h"
#include "vmm/vm.h"

#define END_NS NSEC_PER_SEC
#define RETRY_MIN_NS (50 * NSEC_PER_MSEC)
#define RETRY_MAX_NS NSEC_PER_SEC
/* A connection that was good for so long is worth another one at once. */
#define RETRY_GOOD_NS (5 * NSEC_PER_SEC)
/* Messages that are heard in one turn. */
#define TURN_MESSAGES 16
/* More than its socket holds. */
#define LAST_MESSAGES 1024

struct runner_vmm;

/**
 * struct vmm_nic - the connection of one NIC
 * @vmm:	whose
 * @index:	of the NIC
 * @retry:	connects again
 * @wait_ns:	how long it waited for that last; 0: it didn't
 * @since_ns:	when it was connected last
 */
struct vmm_nic {
	struct runner_vmm *vmm;
	unsigned index;
	struct timer retry;
	uint64_t wait_ns;
	uint64_t since_ns;
};

/**
 * struct runner_vmm - one weft-vmm
 * @runner:	for node_vm.c
 * @control:	our end of its control socket; fd -1 while closed
 * @drivers:	bit n: the driver of NIC n has started it
 * @has_said:	how it ends: @end and @why count
 * @end:	how
 * @why:	it failed
 * @end_timer:	it has not ended: kill it
 * @nics:	as in the lab
 * @full:	how often a full socket is logged
 */
struct runner_vmm {
	struct vm_runner runner;
	struct watch control;
	uint32_t drivers;
	bool has_said;
	enum vm_end end;
	char why[VMM_TEXT_SIZE];
	struct timer end_timer;
	struct vmm_nic nics[LAB_MAX_NICS];
	struct log_limit full;
};

static struct runner_vmm *vmm_of(const struct vm_runner *runner)
{
	return container_of(runner, struct runner_vmm, runner);
}

static struct loop *loop_of(const struct runner_vmm *vmm)
{
	return vmm->runner.node->host->loop;
}

/* Control socket */

static int tell(struct runner_vmm *vmm, const struct vmm_msg *msg, int fd)
{
	const struct node *node = vmm->runner.node;
	int code;

	if (vmm->control.fd < 0)
		return -EPIPE;
	code = vmm_msg_send(vmm->control.fd, msg, fd);
	if (code && code != -EPIPE)
		log_limited(node->host->log, &vmm->full, LOG_WARNING,
			    "node %s: weft-vmm does not listen: %s",
			    node->settings->name, strerror(-code));
	return code;
}

static void tell_type(struct vm_runner *runner, enum vmm_msg_type type)
{
	struct vmm_msg msg = {.type = type};

	tell(vmm_of(runner), &msg, -1);
}

static void control_close(struct runner_vmm *vmm)
{
	if (vmm->control.fd < 0)
		return;
	watch_remove(&vmm->control);
	close(vmm->control.fd);
	vmm->control.fd = -1;
}

/* It has no reason to live on. */
static void expect_end(struct runner_vmm *vmm)
{
	timer_arm(loop_of(vmm), &vmm->end_timer,
		  loop_now_ns(loop_of(vmm)) + END_NS);
}

static void set_end(struct runner_vmm *vmm, enum vm_end end, const char *why)
{
	if (vmm->has_said)
		return;
	vmm->has_said = true;
	vmm->end = end;
	snprintf(vmm->why, sizeof(vmm->why), "%s", why);
	expect_end(vmm);
}

static void end_expired(struct timer *timer)
{
	struct runner_vmm *vmm =
		container_of(timer, struct runner_vmm, end_timer);

	child_signal(&vmm->runner.child, SIGKILL);
}

/* Connections */

static void nic_retry(struct vmm_nic *nic)
{
	struct loop *loop = loop_of(nic->vmm);

	nic->wait_ns = nic->wait_ns ? MIN(2 * nic->wait_ns, RETRY_MAX_NS)
				    : RETRY_MIN_NS;
	timer_arm(loop, &nic->retry, loop_now_ns(loop) + nic->wait_ns);
}

static void nic_connect(struct vmm_nic *nic)
{
	const struct node *node = nic->vmm->runner.node;
	struct vmm_msg msg = {.type = VMM_MSG_CONNECT, .index = nic->index};
	struct err err;
	int fd = vmm_args_connect(node, nic->index, &err);
	int code = fd < 0 ? fd : tell(nic->vmm, &msg, fd);

	nic->since_ns = loop_now_ns(loop_of(nic->vmm));
	if (fd < 0)
		log_debug(node->host->log, "node %s: %s", node->settings->name,
			  err.msg);
	else
		close(fd);
	if (code && code != -EPIPE)
		nic_retry(nic);
}

static void retry_expired(struct timer *timer)
{
	nic_connect(container_of(timer, struct vmm_nic, retry));
}

static void nic_gone(struct vmm_nic *nic, const char *why)
{
	const struct node *node = nic->vmm->runner.node;

	log_debug(node->host->log, "port %s:%u: %s", node->settings->name,
		  nic->index, why);
	if (loop_now_ns(loop_of(nic->vmm)) - nic->since_ns < RETRY_GOOD_NS) {
		nic_retry(nic);
		return;
	}
	nic->wait_ns = 0;
	nic_connect(nic);
}

/* What it says */

static void hear_state(struct runner_vmm *vmm, const struct vmm_msg *msg)
{
	struct vm_runner *runner = &vmm->runner;

	switch ((enum vm_state)msg->value) {
	case VM_READY:
	case VM_STATE_COUNT:
		break;
	case VM_RUNNING:
		runner->events->paused(runner->ctx, false);
		break;
	case VM_PAUSED:
		runner->events->paused(runner->ctx, true);
		break;
	case VM_OFF:
		set_end(vmm, VM_END_OFF, "");
		break;
	case VM_FAILED:
		set_end(vmm, VM_END_FAILED,
			msg->text[0] ? msg->text : "the machine failed");
		break;
	}
}

static void hear(struct runner_vmm *vmm, const struct vmm_msg *msg)
{
	struct vm_runner *runner = &vmm->runner;

	if (msg->type == VMM_MSG_STATE) {
		hear_state(vmm, msg);
	} else if (msg->type == VMM_MSG_RESET) {
		vmm->drivers = 0;
		runner->events->reset(runner->ctx);
	} else if (msg->type == VMM_MSG_DRIVERS) {
		vmm->drivers = msg->value;
		runner->events->drivers(runner->ctx);
	} else if (msg->type == VMM_MSG_GONE &&
		   msg->index < node_nic_total(runner->node->settings)) {
		nic_gone(&vmm->nics[msg->index], msg->text);
	} else {
		/* Ours to say, or a NIC that it has not: it is out of hand. */
		set_end(vmm, VM_END_FAILED, "weft-vmm broke the protocol");
		child_signal(&runner->child, SIGKILL);
	}
}

/* Up to @max messages; false when it has no more to say. */
static bool control_read(struct runner_vmm *vmm, unsigned max)
{
	struct vmm_msg msg = {.type = VMM_MSG_COUNT};
	int code, fd;

	while (max-- && vmm->control.fd >= 0) {
		code = vmm_msg_recv(vmm->control.fd, &msg, &fd);
		if (fd >= 0)
			close(fd);
		if (code == -EAGAIN || code == -EINTR)
			return true;
		if (code == -EPIPE) {
			control_close(vmm);
			return false;
		}
		if (code)
			msg.type = VMM_MSG_COUNT;
		hear(vmm, &msg);
	}
	return vmm->control.fd >= 0;
}

static void control_ready(struct watch *watch, uint32_t events)
{
	struct runner_vmm *vmm =
		container_of(watch, struct runner_vmm, control);

	(void)events;
	if (!control_read(vmm, TURN_MESSAGES))
		expect_end(vmm);
}

/* Its life */

static void vmm_disconnect(struct runner_vmm *vmm)
{
	struct loop *loop = loop_of(vmm);
	unsigned i;

	control_close(vmm);
	timer_cancel(loop, &vmm->end_timer);
	for (i = 0; i < LAB_MAX_NICS; i++)
		timer_cancel(loop, &vmm->nics[i].retry);
}

static void vmm_exited(struct child *child, int wait_status)
{
	struct vm_runner *runner = container_of(child, struct vm_runner, child);
	struct runner_vmm *vmm = vmm_of(runner);
	const struct node *node = runner->node;
	char how[64], why[VMM_TEXT_SIZE];

	control_read(vmm, LAST_MESSAGES);
	vmm_disconnect(vmm);
	child_describe_exit(wait_status, how, sizeof(how));
	if (wait_status && node->state != NODE_STOPPING)
		log_warning(node->host->log, "node %s: weft-vmm %s",
			    node->settings->name, how);
	if (!vmm->has_said) {
		vmm->end = wait_status ? VM_END_FAILED : VM_END_OFF;
		snprintf(vmm->why, sizeof(vmm->why), "weft-vmm %s", how);
	}
	snprintf(why, sizeof(why), "%s", vmm->why);
	runner->events->ended(runner->ctx, vmm->end, why);
}

static struct vm_runner *vmm_create(void)
{
	struct runner_vmm *vmm = calloc(1, sizeof(*vmm));
	unsigned i;

	if (!vmm)
		return NULL;
	child_init(&vmm->runner.child, vmm_exited);
	vmm->control.fd = -1;
	vmm->control.ready = control_ready;
	vmm->control.name = "weft-vmm";
	vmm->end_timer.expired = end_expired;
	for (i = 0; i < LAB_MAX_NICS; i++) {
		vmm->nics[i].vmm = vmm;
		vmm->nics[i].index = i;
		vmm->nics[i].retry.expired = retry_expired;
	}
	return &vmm->runner;
}

static void vmm_destroy(struct vm_runner *runner)
{
	struct runner_vmm *vmm = vmm_of(runner);

	child_forget(&runner->child);
	vmm_disconnect(vmm);
	free(vmm);
}

static int vmm_start(struct vm_runner *runner, const struct vm_wires *wires,
		     int control, struct err *err)
{
	const struct node_host *host = runner->node->host;
	struct vmm_args *args = calloc(1, sizeof(*args));
	struct child_settings settings = {
		.path = host->runners.host.vmm,
		.stdin_fd = -1,
		.stdout_fd = -1,
		.log = host->log,
		.name = runner->node->settings->name,
	};
	int code;

	if (!args)
		return err_set(err, -ENOMEM,
			       "no memory for weft-vmm's arguments");
	code = vmm_args_build(args, runner->node, wires, control, err);
	settings.argv = args->list.argv;
	settings.fds = args->fds;
	settings.fd_count = args->fd_count;
	if (!code)
		code = child_start(host->loop, &runner->child, &settings, err);
	vmm_args_close(args);
	free(args);
	return code;
}

static int vmm_spawn(struct vm_runner *runner, const struct vm_wires *wires,
		     struct err *err)
{
	struct runner_vmm *vmm = vmm_of(runner);
	struct loop *loop = loop_of(vmm);
	int code, pair[2];
	unsigned i;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return err_set(err, -errno, "no socket pair: %s",
			       strerror(errno));
	code = vmm_start(runner, wires, pair[1], err);
	close(pair[1]);
	if (code) {
		close(pair[0]);
		return code;
	}
	vmm->control.fd = pair[0];
	if (watch_add(loop, &vmm->control, EPOLLIN)) {
		child_forget(&runner->child);
		control_close(vmm);
		return err_set(err, -ENOMEM, "no memory to watch weft-vmm");
	}
	for (i = 0; i < LAB_MAX_NICS; i++)
		vmm->nics[i].since_ns = loop_now_ns(loop);
	return 0;
}

static void vmm_powerdown(struct vm_runner *runner)
{
	tell_type(runner, VMM_MSG_POWER);
}

static void vmm_pause(struct vm_runner *runner)
{
	tell_type(runner, VMM_MSG_PAUSE);
}

static void vmm_resume(struct vm_runner *runner)
{
	tell_type(runner, VMM_MSG_RESUME);
}

static void vmm_set_link(struct vm_runner *runner, unsigned nic, bool up)
{
	struct vmm_msg msg = {.type = VMM_MSG_LINK, .index = nic, .value = up};

	tell(vmm_of(runner), &msg, -1);
}

static void vmm_plug(struct vm_runner *runner, unsigned nic, bool is_in)
{
	(void)is_in;
	vmm_set_link(runner, nic, vm_runner_is_link_up(runner->node, nic));
}

static bool vmm_has_drivers(const struct vm_runner *runner)
{
	uint32_t all = (1u << runner->node->settings->nic_count) - 1;

	return (vmm_of(runner)->drivers & all) == all;
}

static void vmm_describe(const struct node *node, json_t *status)
{
	(void)node;
	json_object_set_new(status, "runner", json_string("kvm"));
	json_object_set_new(status, "accel", json_string("kvm"));
}

const struct vm_runner_ops runner_vmm_ops = {
	.create = vmm_create,
	.destroy = vmm_destroy,
	.spawn = vmm_spawn,
	.powerdown = vmm_powerdown,
	.pause = vmm_pause,
	.resume = vmm_resume,
	.set_link = vmm_set_link,
	.plug = vmm_plug,
	.has_drivers = vmm_has_drivers,
	.describe = vmm_describe,
};
