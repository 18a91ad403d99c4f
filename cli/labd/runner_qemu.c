// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * runner_qemu.c - QEMU runs a vm node
 *
 * Theory of operation
 *
 * QEMU gets three socket pairs: console, monitor, agent. Behind them come the
 * images of its disks, which labd has opened and locked. It connects to the
 * ports' sockets by itself, and again when weft-switch was restarted. It ends
 * when its guest switches itself off, and also when that resets: labd judges
 * whether it may begin anew.
 *
 * Limits: the overlay of a disk ends with QEMU, so at each reboot of its guest.
 * It learns that a port is down after it has started, and again after
 * weft-switch came back: the guest may see a carrier for some milliseconds.
 */
#include "cli/labd/vm_runner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/labd/disk_file.h"
#include "cli/labd/qemu_args.h"
#include "cli/labd/qmp.h"

/**
 * struct runner_qemu - one QEMU
 * @runner:	for node_vm.c
 * @qmp:	monitor
 */
struct runner_qemu {
	struct vm_runner runner;
	struct qmp qmp;
};

static struct runner_qemu *qemu_of(const struct vm_runner *runner)
{
	return container_of(runner, struct runner_qemu, runner);
}

static void qemu_exited(struct child *child, int wait_status)
{
	struct vm_runner *runner = container_of(child, struct vm_runner, child);
	struct qmp *qmp = &qemu_of(runner)->qmp;
	enum vm_end end = VM_END_RESET;
	char how[64], why[80] = "";

	qmp_drain(qmp);
	qmp_close(qmp);
	if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status)) {
		end = VM_END_FAILED;
		snprintf(why, sizeof(why), "QEMU %s",
			 child_describe_exit(wait_status, how, sizeof(how)));
	} else if (strcmp(qmp->shutdown, "guest-shutdown") == 0) {
		end = VM_END_OFF;
	}
	runner->events->ended(runner->ctx, end, why);
}

static void qemu_paused(struct qmp *qmp, bool paused)
{
	struct runner_qemu *qemu = container_of(qmp, struct runner_qemu, qmp);
	struct vm_runner *runner = &qemu->runner;

	runner->events->paused(runner->ctx, paused);
}

static struct vm_runner *qemu_create(void)
{
	struct runner_qemu *qemu = calloc(1, sizeof(*qemu));

	if (!qemu)
		return NULL;
	child_init(&qemu->runner.child, qemu_exited);
	qmp_init(&qemu->qmp, qemu_paused);
	return &qemu->runner;
}

static void qemu_destroy(struct vm_runner *runner)
{
	struct runner_qemu *qemu = qemu_of(runner);

	child_forget(&runner->child);
	qmp_close(&qemu->qmp);
	free(qemu);
}

/* @fds: QEMU_WIRE_COUNT of them, and room for the disks */
static int qemu_start(struct vm_runner *runner, int *fds, struct err *err)
{
	const struct node_host *host = runner->node->host;
	const struct node_settings *node = runner->node->settings;
	struct child_settings settings = {
		.path = host->runners.qemu.path,
		.fds = fds,
		.fd_count = QEMU_WIRE_COUNT + node->disk_count,
		.stdin_fd = -1,
		.stdout_fd = -1,
		.log = host->log,
		.name = node->name,
	};
	struct arg_list *args;
	int code;

	args = calloc(1, sizeof(*args));
	if (!args)
		return err_set(err, -ENOMEM, "no memory for QEMU's arguments");
	settings.argv = args->argv;
	code = qemu_args_build(args, runner->node, err);
	if (!code)
		code = disk_files_open(node, fds + QEMU_WIRE_COUNT, err);
	if (!code) {
		code = child_start(host->loop, &runner->child, &settings, err);
		disk_files_close(fds + QEMU_WIRE_COUNT, node->disk_count);
	}
	free(args);
	return code;
}

static void qemu_set_link(struct vm_runner *runner, unsigned nic, bool up)
{
	char netdev[16];

	snprintf(netdev, sizeof(netdev), QEMU_NETDEV, nic);
	qmp_set_link(&qemu_of(runner)->qmp, netdev, up);
}

/* QEMU gives the NIC its carrier when it has found weft-switch again. */
static void qemu_carrier(struct vm_runner *runner, unsigned nic)
{
	if (!vm_runner_is_link_up(runner->node, nic))
		qemu_set_link(runner, nic, false);
}

/* Plugged in, it gets its carrier when QEMU has connected again. */
static void qemu_plug(struct vm_runner *runner, unsigned nic, bool is_in)
{
	if (!is_in)
		qemu_set_link(runner, nic, false);
}

static int qemu_spawn(struct vm_runner *runner, const struct vm_wires *wires,
		      struct err *err)
{
	struct runner_qemu *qemu = qemu_of(runner);
	const struct node *node = runner->node;
	int fds[QEMU_WIRE_COUNT + LAB_MAX_DISKS] = {wires->console, -1,
						    wires->agent};
	int code, pair[2];
	unsigned i;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return err_set(err, -errno, "no socket pair: %s",
			       strerror(errno));
	fds[QEMU_QMP_FD - QEMU_CONSOLE_FD] = pair[1];
	code = qemu_start(runner, fds, err);
	close(pair[1]);
	if (code) {
		close(pair[0]);
		return code;
	}
	if (qmp_open(&qemu->qmp, node->host->loop, pair[0])) {
		child_forget(&runner->child);
		qmp_close(&qemu->qmp);
		return err_set(err, -ENOMEM, "no memory to watch QEMU");
	}
	for (i = 0; i < node_nic_total(node->settings); i++)
		qemu_carrier(runner, i);
	return 0;
}

static void qemu_powerdown(struct vm_runner *runner)
{
	qmp_powerdown(&qemu_of(runner)->qmp);
}

static void qemu_pause(struct vm_runner *runner)
{
	qmp_pause(&qemu_of(runner)->qmp);
}

static void qemu_resume(struct vm_runner *runner)
{
	qmp_resume(&qemu_of(runner)->qmp);
}

/* A port of weft-switch has a carrier when its driver has started it. */
static bool qemu_has_drivers(const struct vm_runner *runner)
{
	const struct node *node = runner->node;
	unsigned i;

	for (i = 0; i < node->settings->nic_count; i++) {
		if (vm_runner_is_link_up(node, i) &&
		    !fabric_has_carrier(node->host->fabric,
					fabric_port(node->number, i)))
			return false;
	}
	return true;
}

static void qemu_describe(const struct node *node, json_t *status)
{
	json_object_set_new(status, "runner", json_string("qemu"));
	json_object_set_new(status, "accel",
			    json_string(node->host->runners.accel));
}

const struct vm_runner_ops runner_qemu_ops = {
	.create = qemu_create,
	.destroy = qemu_destroy,
	.spawn = qemu_spawn,
	.powerdown = qemu_powerdown,
	.pause = qemu_pause,
	.resume = qemu_resume,
	.set_link = qemu_set_link,
	.plug = qemu_plug,
	.carrier = qemu_carrier,
	.has_drivers = qemu_has_drivers,
	.describe = qemu_describe,
};
