/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h - commands that the host has us run, each on its channel
 */
#ifndef CLI_GUEST_RUN_H
#define CLI_GUEST_RUN_H

#include <sys/types.h>

#include "cli/agent/agent_conn.h"
#include "cli/agent/agent_stream.h"

/**
 * struct run - one command
 * @conn:	the wire
 * @in:		stdin
 * @out:	stdout, stderr
 * @waiter:	for room to send EXIT
 * @pid:	also of its process group; 0 once reaped
 * @tty:	master side, for the window size; -1: none
 * @end:	for EXIT
 * @used:	the channel is taken
 * @reaped:	@end is known
 */
struct run {
	struct agent_conn *conn;
	struct agent_sink in;
	struct agent_source out[2];
	struct agent_waiter waiter;
	pid_t pid;
	int tty;
	struct agent_exit end;
	bool used;
	bool reaped;
};

/**
 * struct runs - the bounded table of them
 * @runs:	channel minus one is the index
 */
struct runs {
	struct run runs[AGENT_EXEC_MAX];
};

/** runs_input() - a frame on a channel; 0, or -EPROTO when it makes no sense */
int runs_input(struct runs *runs, struct agent_conn *conn,
	       const struct agent_frame *frame);

/** runs_reaped() - a process ended; true when it was one of these */
bool runs_reaped(struct runs *runs, pid_t pid, int wait_status);

/** runs_kill_all() - the session is over: no command outlives it */
void runs_kill_all(struct runs *runs);

#endif
