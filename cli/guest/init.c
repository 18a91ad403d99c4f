// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * init.c - weft-init: PID 1 and agent of a builtin guest
 *
 * Theory of operation
 *
 * One process, one loop: mounts and modules first, then the agent (serve.c),
 * the console's shell and the reaping of whatever ends. The shell comes when
 * the host has configured us, so that its prompt has the name, or after
 * SHELL_DELAY_NS when nobody does. busybox's poweroff, halt and reboot speak to
 * PID 1 by signals, which are obeyed.
 *
 * Under the name of LEASE_SCRIPT the same executable is udhcpc's script.
 *
 * Limits: no services, no users, no disks: a lab node, not a distribution.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/guest/boot.h"
#include "cli/guest/console.h"
#include "cli/guest/lease.h"
#include "cli/guest/link.h"
#include "cli/guest/serve.h"

#define SHELL_DELAY_NS (10 * NSEC_PER_SEC)

/**
 * struct guest - all of it
 * @clock:	of @loop
 * @loop:	the one
 * @signals:	a signalfd
 * @serve:	the agent
 * @console:	the shell
 */
struct guest {
	struct clock clock;
	struct loop *loop;
	struct watch signals;
	struct serve serve;
	struct console console;
};

static void guest_reap(struct guest *guest)
{
	pid_t pid;
	int wait_status;

	while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0) {
		if (!console_reaped(&guest->console, pid) &&
		    !nics_reaped(&guest->serve.nics, pid))
			runs_reaped(&guest->serve.runs, pid, wait_status);
	}
}

static void guest_signal(struct guest *guest, uint32_t signal)
{
	switch (signal) {
	case SIGCHLD:
		guest_reap(guest);
		return;
	case SIGHUP: /* from lease.c */
		nics_refresh(&guest->serve.nics);
		return;
	case SIGUSR1:
	case SIGUSR2:
		boot_end(RB_POWER_OFF);
	case SIGTERM:
	case SIGINT: /* Ctrl-Alt-Del */
		boot_end(RB_AUTOBOOT);
	}
}

static void signals_readable(struct watch *watch, uint32_t events)
{
	struct guest *guest = container_of(watch, struct guest, signals);
	struct signalfd_siginfo info;

	(void)events;
	while (read(watch->fd, &info, sizeof(info)) == sizeof(info))
		guest_signal(guest, info.ssi_signo);
}

static int signals_init(struct guest *guest)
{
	static const int wanted[] = {SIGCHLD, SIGHUP,  SIGUSR1,
				     SIGUSR2, SIGTERM, SIGINT};
	sigset_t set;
	unsigned i;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(wanted); i++)
		sigaddset(&set, wanted[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	guest->signals.fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	guest->signals.ready = signals_readable;
	guest->signals.name = "signals";
	return watch_add(guest->loop, &guest->signals, EPOLLIN);
}

static void guest_configured(struct serve *serve)
{
	struct guest *guest = container_of(serve, struct guest, serve);

	console_start(&guest->console);
}

static void guest_run(struct guest *guest)
{
	int ret;

	clock_init_monotonic(&guest->clock);
	guest->loop = loop_create(&guest->clock, NULL);
	if (!guest->loop)
		return;
	ret = signals_init(guest);
	console_init(&guest->console, guest->loop, SHELL_DELAY_NS);
	if (!ret)
		ret = serve_init(&guest->serve, guest->loop, guest_configured);
	if (ret)
		fprintf(stderr, "weft-init: %s\n", strerror(-ret));
	loop_run(guest->loop);
}

int main(int argc, char **argv)
{
	static struct guest guest;

	if (argc == 2 && !strcmp(argv[0], LEASE_SCRIPT))
		return lease_main(argv[1]);
	if (getpid() != 1) {
		fprintf(stderr, "weft-init: this is the init of a builtin "
				"guest, not a command\n");
		return 2;
	}
	boot_mounts();
	boot_modules();
	link_up("lo");
	guest_run(&guest);
	/* PID 1 may not end: the kernel would panic. */
	fprintf(stderr, "weft-init: no memory to run in\n");
	boot_end(RB_POWER_OFF);
}
