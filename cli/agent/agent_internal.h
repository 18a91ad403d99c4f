/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * agent_internal.h - what agent.c and agent_exec.c share, for nobody else
 */
#ifndef CLI_AGENT_AGENT_INTERNAL_H
#define CLI_AGENT_AGENT_INTERNAL_H

#include "cli/agent/agent.h"
#include "cli/agent/agent_conn.h"
#include "cli/agent/agent_stream.h"

/**
 * struct agent_exec - a command on its channel
 * @agent:	owner
 * @in:		from the owner's file to the command
 * @out:	stdout and stderr
 * @end:	what EXIT said
 * @used:	the channel is taken
 * @has_end:	EXIT came
 * @cancelled:	nobody is told any more
 * @exited:	see struct agent_exec_args
 * @owner:	for @exited
 */
struct agent_exec {
	struct agent *agent;
	struct agent_source in;
	struct agent_sink out[2];
	struct agent_exit end;
	bool used;
	bool has_end;
	bool cancelled;
	void (*exited)(void *owner, const struct agent_exit *end);
	void *owner;
};

/**
 * struct agent - a guest
 * @conn:	the wire
 * @hello_timer: says HELLO again
 * @hello_ns:	after this time
 * @ops:	the owner's
 * @owner:	for @ops
 * @session:	our HELLO's
 * @greeted:	the guest answered it
 * @dead:	closed() was or is being called
 * @pinged:	a PONG may come
 * @second_ns:	start of the second that @unasked counts for
 * @unasked:	frames in it that nobody asked for
 * @execs:	channel minus one is the index
 * @scratch:	for payloads that we encode
 */
struct agent {
	struct agent_conn conn;
	struct timer hello_timer;
	uint64_t hello_ns;
	const struct agent_ops *ops;
	void *owner;
	uint64_t session;
	bool greeted;
	bool dead;
	bool pinged;
	uint64_t second_ns;
	unsigned unasked;
	struct agent_exec execs[AGENT_EXEC_MAX];
	uint8_t scratch[AGENT_PAYLOAD_MAX];
};

/** agent_send() - @len bytes of @agent->scratch; a negative @len is returned */
int agent_send(struct agent *agent, uint16_t type, uint16_t channel, int len);

/** agent_set_nonblocking() - 0 or -errno */
int agent_set_nonblocking(int fd);

/** agent_exec_input() - a frame on a command's channel; 0 or -EPROTO */
int agent_exec_input(struct agent *agent, const struct agent_frame *frame);

/** agent_exec_fail_all() - report every command as failed, ENOTCONN */
void agent_exec_fail_all(struct agent *agent);

/** agent_exec_free_all() - forget every command, silently */
void agent_exec_free_all(struct agent *agent);

#endif
