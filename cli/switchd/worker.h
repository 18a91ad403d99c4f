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

#include "cli/switchd/domain.h"
#include "core/clock.h"
#include "core/loop.h"

/** WORKER_PACKETS - frames that may wait on one worker, all ports together */
#define WORKER_PACKETS 8192
/** WORKER_CHUNKS - tail memory that these may take, 2 KiB each */
#define WORKER_CHUNKS 16384

/**
 * struct worker - one thread
 * @thread:	runs @domains.loop
 * @clock:	monotonic
 * @domains:	what lives here
 * @networks:	networks placed here; kept by the control side
 */
struct worker {
	pthread_t thread;
	struct clock clock;
	struct domains domains;
	unsigned networks;
};

/**
 * worker_start() - make the loop and start its thread
 * @worker:	zeroed; must not move afterwards
 * @control:	loop that events are posted to
 * @events:	who gets them there
 * @log:	shared by all workers
 * @spin_ns:	keep polling so long after traffic; 0: sleep at once
 */
int worker_start(struct worker *worker, struct loop *control,
		 const struct domain_events *events, struct log *log,
		 uint64_t spin_ns, struct err *err);

/** worker_stop() - end the thread and free what lives on it */
void worker_stop(struct worker *worker);

#endif
