/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * captures.h - weft-switch's captures, from labd's messages to their end
 *
 * Everything here is called on the control thread.
 */
#ifndef CLI_SWITCHD_CAPTURES_H
#define CLI_SWITCHD_CAPTURES_H

#include "cli/switchd/worker.h"

struct captures;

/**
 * captures_create() - none yet
 * @loop:	of the control thread
 * @workers:	@count of them, running; stay the caller's
 * @say:	passes an answer or an event to labd
 * @ctx:	for @say
 */
struct captures *
captures_create(struct loop *loop, struct worker *workers, unsigned count,
		void (*say)(void *ctx, const union wire_message *message),
		void *ctx);

/** captures_destroy() - once the workers have ended; NULL is fine */
void captures_destroy(struct captures *captures);

/**
 * captures_handle() - do what a message says, and answer it now or later
 * @message:	one for which wire_is_capture() holds
 * @fds:	of the message; those that were used are set to -1
 */
void captures_handle(struct captures *captures,
		     const union wire_message *message, int *fds);

#endif
