// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run.c - commands that the host has us run
 *
 * Theory of operation
 *
 * A command has pipes or a terminal of its own. When it ends, what its pipes
 * hold is still sent and then the streams end, even if children of it keep the
 * pipes open: a daemon started by "weft exec" must not hold that up. EXIT
 * follows both stream ends; the channel is then free.
 *
 * The host may name a channel whose command ended meanwhile: such frames are
 * ignored, only impossible ones are refused.
 *
 * Limits: AGENT_EXEC_MAX at once; the host numbers them and takes the blame.
 */
#include "cli/guest/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/guest/spawn.h"
#include "core/bytes.h"

/**
 * struct run_files - both ends of a command's files while it is started
 * @ours:	stdin to write, stdout and stderr to read; -1: none
 * @theirs:	what the command gets
 */
struct run_files {
	int ours[3];
	int theirs[3];
};

static void files_close(int *fds)
{
	int i;

	for (i = 0; i < 3; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

static int files_open_pipes(struct run_files *files)
{
	int i, p[2];

	for (i = 0; i < 3; i++) {
		if (pipe2(p, O_CLOEXEC))
			return -errno;
		files->ours[i] = p[i == 0];
		files->theirs[i] = p[i != 0];
		fcntl(files->ours[i], F_SETFL, O_NONBLOCK);
	}
	return 0;
}

static int files_open_tty(struct run_files *files)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	char name[64];
	int i;

	if (master < 0)
		return -errno;
	files->ours[0] = master;
	files->ours[1] = fcntl(master, F_DUPFD_CLOEXEC, 0);
	if (grantpt(master) || unlockpt(master) ||
	    ptsname_r(master, name, sizeof(name)))
		return -errno;
	for (i = 0; i < 3; i++) {
		files->theirs[i] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
		if (files->theirs[i] < 0)
			return -errno;
	}
	return 0;
}

static void set_winsize(int tty, uint16_t rows, uint16_t cols)
{
	struct winsize size = {.ws_row = rows, .ws_col = cols};

	ioctl(tty, TIOCSWINSZ, &size);
}

static void run_free(struct run *run)
{
	agent_sink_fini(&run->in);
	agent_source_fini(&run->out[0]);
	agent_source_fini(&run->out[1]);
	list_remove(&run->waiter.link);
	if (run->tty >= 0)
		close(run->tty);
	run->tty = -1;
	run->used = false;
}

static void run_settle(struct run *run, uint16_t channel)
{
	struct agent_frame frame = {.type = AGENT_EXIT, .channel = channel};
	uint8_t data[8];

	if (!run->used || !run->reaped || !run->out[0].stream.is_done ||
	    !run->out[1].stream.is_done)
		return;
	frame.len = (uint32_t)agent_exit_encode(&run->end, data, sizeof(data));
	frame.data = data;
	if (agent_conn_send(run->conn, &frame))
		agent_conn_wait(run->conn, &run->waiter);
	else
		run_free(run);
}

static void run_room(struct agent_waiter *waiter)
{
	struct run *run = container_of(waiter, struct run, waiter);

	run_settle(run, run->in.stream.channel);
}

static void in_done(struct agent_stream *stream)
{
	(void)stream;
}

static void stdout_done(struct agent_stream *stream)
{
	run_settle(container_of(stream, struct run, out[0].stream),
		   stream->channel);
}

static void stderr_done(struct agent_stream *stream)
{
	run_settle(container_of(stream, struct run, out[1].stream),
		   stream->channel);
}

static int streams_open(struct run *run, uint16_t channel, int *fds)
{
	struct agent_stream_args args = {
		.conn = run->conn,
		.channel = channel,
		.type = AGENT_STDIN,
		.fd = fds[0],
		.done = in_done,
	};
	int ret = agent_sink_init(&run->in, &args);

	if (ret) {
		args.fd = -1;
		files_close(fds);
	}
	args.type = AGENT_STDOUT;
	args.fd = fds[1];
	args.done = stdout_done;
	agent_source_init(&run->out[0], &args);
	args.type = AGENT_STDERR;
	args.fd = fds[2];
	args.done = stderr_done;
	agent_source_init(&run->out[1], &args);
	return ret;
}

static int run_spawn(struct run *run, const struct agent_command *command,
		     struct run_files *files)
{
	struct spawn spawn = {
		.argv = command->argv,
		.env = command->env,
		.tty = command->tty,
	};
	int ret;

	ret = command->tty ? files_open_tty(files) : files_open_pipes(files);
	if (ret)
		return ret;
	if (command->tty) {
		run->tty = fcntl(files->ours[0], F_DUPFD_CLOEXEC, 0);
		set_winsize(run->tty, command->rows, command->cols);
	}
	memcpy(spawn.fds, files->theirs, sizeof(spawn.fds));
	run->pid = spawn_start(&spawn);
	return run->pid < 0 ? run->pid : 0;
}

static int run_start(struct run *run, struct agent_conn *conn,
		     const struct agent_frame *frame)
{
	struct run_files files = {{-1, -1, -1}, {-1, -1, -1}};
	struct agent_command command;
	int ret = agent_command_decode(frame, &command);

	if (ret || run->used)
		return -EPROTO;
	memset(run, 0, sizeof(*run));
	run->conn = conn;
	run->tty = -1;
	run->used = true;
	run->waiter.room = run_room;
	list_init(&run->waiter.link);
	ret = run_spawn(run, &command, &files);
	files_close(files.theirs);
	if (ret)
		files_close(files.ours);
	if (streams_open(run, frame->channel, files.ours) && !ret) {
		ret = -ENOMEM;
		kill(-run->pid, SIGKILL);
	}
	if (ret) {
		run->pid = 0;
		run->reaped = true;
		run->end.kind = AGENT_FAILED;
		run->end.code = (uint32_t)-ret;
	}
	return 0;
}

static struct agent_source *run_source(struct run *run, uint16_t type)
{
	if (type == AGENT_STDOUT)
		return &run->out[0];
	return type == AGENT_STDERR ? &run->out[1] : NULL;
}

static int run_flow(struct run *run, const struct agent_frame *frame)
{
	struct agent_source *source;

	if (frame->len != (frame->type == AGENT_HANGUP ? 2 : 6))
		return -EPROTO;
	source = run_source(run, be16_load(frame->data));
	if (!source)
		return -EPROTO;
	if (frame->type == AGENT_WINDOW_ADD)
		return agent_source_grant(source, be32_load(frame->data + 2));
	agent_source_end(source);
	return 0;
}

static void run_kill(const struct run *run, int signal)
{
	if (run->pid > 0)
		kill(-run->pid, signal);
}

static int run_input(struct run *run, const struct agent_frame *frame)
{
	switch (frame->type) {
	case AGENT_STDIN:
		return agent_sink_data(&run->in, frame->data, frame->len);
	case AGENT_WINDOW_ADD:
	case AGENT_HANGUP:
		return run_flow(run, frame);
	case AGENT_SIGNAL:
		if (frame->len != 4)
			return -EPROTO;
		run_kill(run, (int)be32_load(frame->data));
		return 0;
	case AGENT_WINSIZE:
		if (frame->len != 4)
			return -EPROTO;
		if (run->tty >= 0)
			set_winsize(run->tty, be16_load(frame->data),
				    be16_load(frame->data + 2));
		return 0;
	case AGENT_CANCEL:
		run_kill(run, SIGKILL);
		return 0;
	}
	return -EPROTO;
}

int runs_input(struct runs *runs, struct agent_conn *conn,
	       const struct agent_frame *frame)
{
	struct run *run;

	if (!frame->channel || frame->channel > AGENT_EXEC_MAX)
		return -EPROTO;
	run = &runs->runs[frame->channel - 1];
	if (frame->type == AGENT_EXEC)
		return run_start(run, conn, frame);
	return run->used ? run_input(run, frame) : 0;
}

bool runs_reaped(struct runs *runs, pid_t pid, int wait_status)
{
	unsigned i;

	for (i = 0; i < AGENT_EXEC_MAX; i++) {
		struct run *run = &runs->runs[i];

		if (!run->used || run->pid != pid)
			continue;
		run->pid = 0;
		run->reaped = true;
		run->end.kind = WIFSIGNALED(wait_status) ? AGENT_SIGNALED
							 : AGENT_EXITED;
		run->end.code = (uint32_t)(WIFSIGNALED(wait_status)
						   ? WTERMSIG(wait_status)
						   : WEXITSTATUS(wait_status));
		agent_source_drain(&run->out[0]);
		if (run->used)
			agent_source_drain(&run->out[1]);
		if (run->used)
			run_settle(run, (uint16_t)(i + 1));
		return true;
	}
	return false;
}

void runs_kill_all(struct runs *runs)
{
	unsigned i;

	for (i = 0; i < AGENT_EXEC_MAX; i++) {
		struct run *run = &runs->runs[i];

		if (!run->used)
			continue;
		run_kill(run, SIGKILL);
		run_free(run);
	}
}
