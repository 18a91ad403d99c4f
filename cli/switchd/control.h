/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control.h - weft-switch's ear: messages of labd, carried to the workers
 */
#ifndef CLI_SWITCHD_CONTROL_H
#define CLI_SWITCHD_CONTROL_H

#include "cli/switchd/worker.h"

/** CONTROL_MAX_WORKERS - data path threads */
#define CONTROL_MAX_WORKERS 64

struct control;

/**
 * control_create() - start the workers
 * @loop:	of the control thread
 * @fd:		the SOCK_SEQPACKET pair to labd
 * @workers:	how many threads
 * @settings:	theirs; event and event_ctx are filled in here
 */
struct control *control_create(struct loop *loop, int fd, unsigned workers,
			       struct worker_settings *settings,
			       struct err *err);

/** control_listen() - begin to take messages; stops @loop when labd is gone */
int control_listen(struct control *control, struct err *err);

/** control_destroy() - stop the workers; NULL is fine */
void control_destroy(struct control *control);

#endif
