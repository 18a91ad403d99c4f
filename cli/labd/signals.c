// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * signals.c - what ends a labd from outside
 */
#include "cli/labd/signals.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include "core/util.h"

static void signals_ready(struct watch *watch, uint32_t events)
{
	struct signals *signals = container_of(watch, struct signals, watch);

	(void)events;
	loop_stop(signals->loop);
}

int signals_open(struct signals *signals, struct loop *loop)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals->loop = loop;
	signals->watch.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	signals->watch.ready = signals_ready;
	signals->watch.name = "signals";
	return watch_add(loop, &signals->watch, EPOLLIN);
}
