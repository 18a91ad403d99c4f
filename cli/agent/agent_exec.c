// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * agent_exec.c - commands in the guest, seen from the host
 *
 * Theory of operation
 *
 * A command is over for its owner when the guest sent EXIT and all output was
 * written to the owner's files. A cancelled one keeps its channel until EXIT,
 * because frames for it may be under way; a guest that never sends that EXIT
 * wears out its own channels only.
 *
 * Limits: AGENT_EXEC_MAX commands; memory per command is two windows.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/agent/agent_internal.h"
#include "core/bytes.h"

static uint16_t exec_channel(const struct agent_exec *exec)
{
	return (uint16_t)(exec - exec->agent->execs + 1);
}

static void exec_free(struct agent_exec *exec)
{
	agent_source_fini(&exec->in);
	agent_sink_fini(&exec->out[0]);
	agent_sink_fini(&exec->out[1]);
	exec->used = false;
}

/* Give the channel back, then tell: the owner may start the next command. */
static void exec_finish(struct agent_exec *exec)
{
	struct agent_exit end = exec->end;
	bool tell = !exec->cancelled;

	exec_free(exec);
	if (tell)
		exec->exited(exec->owner, &end);
}

static void exec_settle(struct agent_exec *exec)
{
	if (exec->used && exec->has_end && exec->out[0].stream.is_done &&
	    exec->out[1].stream.is_done)
		exec_finish(exec);
}

static void stdin_done(struct agent_stream *stream)
{
	(void)stream; /* EXIT says when it is over */
}

static void stdout_done(struct agent_stream *stream)
{
	exec_settle(container_of(stream, struct agent_exec, out[0].stream));
}

static void stderr_done(struct agent_stream *stream)
{
	exec_settle(container_of(stream, struct agent_exec, out[1].stream));
}

static int window_input(struct agent_exec *exec,
			const struct agent_frame *frame)
{
	if (frame->len != 6 || be16_load(frame->data) != AGENT_STDIN)
		return -EPROTO;
	return agent_source_grant(&exec->in, be32_load(frame->data + 2));
}

static int exit_input(struct agent_exec *exec, const struct agent_frame *frame)
{
	int ret = agent_exit_decode(frame, &exec->end);

	if (ret || exec->has_end || !exec->out[0].ended || !exec->out[1].ended)
		return -EPROTO;
	exec->has_end = true;
	exec_settle(exec);
	return 0;
}

int agent_exec_input(struct agent *agent, const struct agent_frame *frame)
{
	struct agent_exec *exec;

	if (!frame->channel || frame->channel > AGENT_EXEC_MAX)
		return -EPROTO;
	exec = &agent->execs[frame->channel - 1];
	if (!exec->used || exec->has_end)
		return -EPROTO;
	switch (frame->type) {
	case AGENT_STDOUT:
		return agent_sink_data(&exec->out[0], frame->data, frame->len);
	case AGENT_STDERR:
		return agent_sink_data(&exec->out[1], frame->data, frame->len);
	case AGENT_WINDOW_ADD:
		return window_input(exec, frame);
	case AGENT_HANGUP:
		if (frame->len != 2 || be16_load(frame->data) != AGENT_STDIN)
			return -EPROTO;
		agent_source_end(&exec->in);
		return 0;
	case AGENT_EXIT:
		return exit_input(exec, frame);
	}
	return -EPROTO;
}

void agent_exec_fail_all(struct agent *agent)
{
	unsigned i;

	for (i = 0; i < AGENT_EXEC_MAX; i++) {
		struct agent_exec *exec = &agent->execs[i];

		if (!exec->used)
			continue;
		exec->end.kind = AGENT_FAILED;
		exec->end.code = ENOTCONN;
		exec_finish(exec);
	}
}

void agent_exec_free_all(struct agent *agent)
{
	unsigned i;

	for (i = 0; i < AGENT_EXEC_MAX; i++) {
		if (agent->execs[i].used)
			exec_free(&agent->execs[i]);
	}
}

static struct agent_exec *exec_find_free(struct agent *agent)
{
	unsigned i;

	for (i = 0; i < AGENT_EXEC_MAX; i++) {
		if (!agent->execs[i].used)
			return &agent->execs[i];
	}
	return NULL;
}

static int exec_open(struct agent_exec *exec, const int *fds)
{
	struct agent_stream_args args = {
		.conn = &exec->agent->conn,
		.channel = exec_channel(exec),
		.type = AGENT_STDOUT,
		.fd = fds[1],
		.done = stdout_done,
	};
	int i;

	for (i = 0; i < 3; i++) {
		if (fds[i] >= 0 && agent_set_nonblocking(fds[i]))
			return -EBADF;
	}
	if (agent_sink_init(&exec->out[0], &args))
		return -ENOMEM;
	args.type = AGENT_STDERR;
	args.fd = fds[2];
	args.done = stderr_done;
	if (agent_sink_init(&exec->out[1], &args)) {
		exec->out[0].stream.watch.fd = -1;
		agent_sink_fini(&exec->out[0]);
		return -ENOMEM;
	}
	args.type = AGENT_STDIN;
	args.fd = fds[0];
	args.done = stdin_done;
	agent_source_init(&exec->in, &args);
	return 0;
}

int agent_exec(struct agent *agent, const struct agent_exec_args *args,
	       struct agent_exec **handle)
{
	struct agent_exec *exec = exec_find_free(agent);
	int len, ret;

	if (!agent_is_open(agent))
		return -ENOTCONN;
	if (!exec)
		return -EBUSY;
	len = agent_command_encode(args->command, agent->scratch,
				   sizeof(agent->scratch));
	if (len < 0)
		return len;
	if (!agent_conn_has_room(&agent->conn))
		return -ENOBUFS; /* and so the EXEC below has its room */
	memset(exec, 0, sizeof(*exec));
	exec->agent = agent;
	exec->exited = args->exited;
	exec->owner = args->owner;
	ret = exec_open(exec, args->fds);
	if (ret)
		return ret;
	exec->used = true;
	*handle = exec;
	return agent_send(agent, AGENT_EXEC, exec_channel(exec), len);
}

int agent_exec_signal(struct agent_exec *exec, int signal)
{
	be32_store(exec->agent->scratch, (uint32_t)signal);
	return agent_send(exec->agent, AGENT_SIGNAL, exec_channel(exec), 4);
}

int agent_exec_winsize(struct agent_exec *exec, uint16_t rows, uint16_t cols)
{
	be16_store(exec->agent->scratch, rows);
	be16_store(exec->agent->scratch + 2, cols);
	return agent_send(exec->agent, AGENT_WINSIZE, exec_channel(exec), 4);
}

static void sink_abandon(struct agent_sink *sink)
{
	watch_remove(&sink->stream.watch);
	if (sink->stream.watch.fd >= 0)
		close(sink->stream.watch.fd);
	sink->stream.watch.fd = -1;
	sink->broken = true;
	sink->owed += sink->len;
	sink->len = 0;
}

void agent_exec_cancel(struct agent_exec *exec)
{
	exec->cancelled = true;
	sink_abandon(&exec->out[0]);
	sink_abandon(&exec->out[1]);
	agent_source_end(&exec->in);
	agent_send(exec->agent, AGENT_CANCEL, exec_channel(exec), 0);
}
