// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * worker.c - one data path thread: its loop and the domains that live on it
 */
#include "cli/switchd/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What belongs to the thread itself; made and unmade on it. */
static int thread_init(struct worker *worker)
{
	if (sigbus_stack_init(&worker->bus_stack, &worker->err))
		return worker->err.code;
	if (notifier_init(&worker->domains.notifier, &worker->err)) {
		sigbus_stack_fini(&worker->bus_stack);
		return worker->err.code;
	}
	return 0;
}

static void *worker_main(void *arg)
{
	struct worker *worker = arg;
	int code = thread_init(worker);

	sem_post(&worker->started);
	if (code)
		return NULL;
	loop_run(worker->domains.loop);
	domains_fini(&worker->domains);
	notifier_fini(&worker->domains.notifier);
	sigbus_stack_fini(&worker->bus_stack);
	return NULL;
}

static void worker_free(struct worker *worker)
{
	free(worker->domains.scratch);
	packet_pool_destroy(worker->domains.pool);
	loop_destroy(worker->domains.loop);
	sem_destroy(&worker->started);
}

int worker_start(struct worker *worker, const struct worker_settings *settings,
		 struct err *err)
{
	struct domains *domains = &worker->domains;
	int code;

	memset(worker, 0, sizeof(*worker));
	clock_init_monotonic(&worker->clock);
	sem_init(&worker->started, 0, 0);
	domains->clock = &worker->clock;
	domains->log = settings->log;
	domains->max_fds = settings->max_fds;
	domains->event = settings->event;
	domains->event_ctx = settings->event_ctx;
	domains->loop = loop_create(&worker->clock, err);
	domains->pool = packet_pool_create(WORKER_PACKETS, WORKER_CHUNKS, err);
	domains->scratch = malloc(sizeof(*domains->scratch));
	if (!domains->loop || !domains->pool || !domains->scratch) {
		worker_free(worker);
		return err_set(err, -ENOMEM, "no memory for a worker");
	}
	loop_set_spin(domains->loop, settings->spin_ns);
	code = pthread_create(&worker->thread, NULL, worker_main, worker);
	if (code) {
		worker_free(worker);
		return err_set(err, -code, "cannot start a worker thread: %s",
			       strerror(code));
	}
	while (sem_wait(&worker->started) && errno == EINTR)
		;
	if (!worker->err.code)
		return 0;
	pthread_join(worker->thread, NULL);
	*err = worker->err;
	worker_free(worker);
	return err->code;
}

void worker_stop(struct worker *worker)
{
	loop_stop(worker->domains.loop);
	pthread_join(worker->thread, NULL);
	worker_free(worker);
}
