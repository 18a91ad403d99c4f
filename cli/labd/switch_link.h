/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * switch_link.h - labd's weft-switch: started, asked, started again
 */
#ifndef CLI_LABD_SWITCH_LINK_H
#define CLI_LABD_SWITCH_LINK_H

#include <sys/types.h>

#include "cli/switchd/wire.h"
#include "core/log.h"
#include "core/loop.h"

struct switch_link;

/**
 * struct switch_link_settings - how to run weft-switch
 * @path:	executable
 * @lab:	name, for its log lines
 * @workers:	data path threads; 0: its own choice
 * @stderr_fd:	log file; stays the caller's
 * @log:	for restarts
 */
struct switch_link_settings {
	const char *path;
	const char *lab;
	unsigned workers;
	int stderr_fd;
	const struct log *log;
};

/**
 * struct switch_link_events - what the owner is told
 * @up:		a new process runs and knows nothing: tell it everything
 * @down:	it died; another one is on its way
 * @event:	an unasked message
 */
struct switch_link_events {
	void (*up)(void *ctx);
	void (*down)(void *ctx, const char *why);
	void (*event)(void *ctx, const union wire_message *message);
};

/**
 * switch_answer_fn - the answer to one request
 * @arg:	as given with the request
 * @answer:	NULL when weft-switch died before it answered
 */
typedef void switch_answer_fn(void *arg, const union wire_message *answer);

/** switch_link_create() - nothing runs yet */
struct switch_link *
switch_link_create(struct loop *loop,
		   const struct switch_link_settings *settings,
		   const struct switch_link_events *events, void *ctx);

/** switch_link_start() - run weft-switch; calls up() before it returns */
int switch_link_start(struct switch_link *link, struct err *err);

/** switch_link_destroy() - end the process; open requests get NULL */
void switch_link_destroy(struct switch_link *link);

/**
 * switch_link_request() - ask
 * @message:	header.id is filled in
 * @fds:	as the type needs; stay the caller's
 * @answer:	called exactly once, from within the call when no process runs;
 *		NULL: nobody cares
 */
void switch_link_request(struct switch_link *link, union wire_message *message,
			 const int *fds, switch_answer_fn *answer, void *arg);

/** switch_link_tell() - send a message that is not answered; lost if none runs
 */
void switch_link_tell(struct switch_link *link,
		      const union wire_message *message);

/** switch_link_pid() - 0 while none runs */
pid_t switch_link_pid(const struct switch_link *link);

/** switch_link_restarts() - how often it had to be started again */
unsigned switch_link_restarts(const struct switch_link *link);

#endif
