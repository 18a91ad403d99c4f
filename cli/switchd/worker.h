/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker.h - one data path thread: its loop and the domains that live on it
 *
 * Everything plugged together lives on one worker and is touched by its thread
 * only. The control side hands it tasks and gets answers back as posts.
 */
#ifndef CLI_SWITCHD_WORKER_H
#define CLI_SWITCHD_WORKER_H

#include <pthread.h>
#include <semaphore.h>

#include "cli/switchd/domain.h"
#include "core/sigbus_guard.h"

/** WORKER_PACKETS - frames that may wait on one worker, all ports together */
#define WORKER_PACKETS 8192
/** WORKER_CHUNKS - tail memory that these may take, 2 KiB each */
#define WORKER_CHUNKS 16384

/**
 * struct worker - one thread; must not move
 * @thread:	runs the loop of @domains
 * @started:	posted once the thread has what it needs
 * @err:	why it has not
 * @clock:	monotonic
 * @bus_stack:	for SIGBUS
 * @domains:	what lives here
 * @networks:	how many networks the control side placed here
 */
struct worker {
	pthread_t thread;
	sem_t started;
	struct err err;
	struct clock clock;
	struct sigbus_stack bus_stack;
	struct domains domains;
	unsigned networks;
};

/**
 * struct worker_settings - the same for all workers
 * @log:	shared
 * @max_fds:	descriptors that the process may have
 * @spin_ns:	keep polling so long after traffic; 0: sleep at once
 * @event:	see struct domains
 * @event_ctx:	for @event
 */
struct worker_settings {
	struct log *log;
	uint32_t max_fds;
	uint64_t spin_ns;
	void (*event)(void *ctx, const union wire_message *message);
	void *event_ctx;
};

/** worker_start() - make the loop and run it on a thread of its own */
int worker_start(struct worker *worker, const struct worker_settings *settings,
		 struct err *err);

/** worker_stop() - end the thread and free what lives on it */
void worker_stop(struct worker *worker);

#endif
