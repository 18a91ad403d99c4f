// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * worker.c - one data path thread: its loop and the domains that live on it
 */
#include "cli/switchd/worker.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static void *worker_main(void *arg)
{
	struct worker *worker = arg;

	if (notifier_bind(worker->domains.notifier))
		log_warning(worker->domains.log,
			    "no timer for blocked call eventfds: %s",
			    strerror(errno));
	loop_run(worker->domains.loop);
	return NULL;
}

int worker_start(struct worker *worker, struct loop *control,
		 const struct domain_events *events, struct log *log,
		 uint64_t spin_ns, struct err *err)
{
	struct domains *d = &worker->domains;
	int code;

	clock_init_monotonic(&worker->clock);
	if (domains_init(d, &worker->clock, log, err))
		return err->code;
	d->events = events;
	d->control = control;
	loop_set_spin(d->loop, spin_ns);
	code = pthread_create(&worker->thread, NULL, worker_main, worker);
	if (code) {
		domains_fini(d);
		return err_set(err, -code, "cannot start a worker thread: %s",
			       strerror(code));
	}
	return 0;
}

void worker_stop(struct worker *worker)
{
	loop_stop(worker->domains.loop);
	pthread_join(worker->thread, NULL);
	domains_fini(&worker->domains);
}
