// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm_exec.c - the commands that run in one virtual machine
 */
#include "cli/labd/vm_exec.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* What a shell says of a command that could not be run, and of a killed one. */
#define CODE_NOT_FOUND 127
#define CODE_NOT_RUN 126
#define CODE_KILLED (128 + SIGKILL)

/**
 * struct vm_exec - one command
 * @link:	in the list of its machine
 * @handle:	the agent's
 * @exited:	whom to tell
 * @arg:	for @exited
 */
struct vm_exec {
	struct list link;
	struct agent_exec *handle;
	void (*exited)(void *arg, int code);
	void *arg;
};

static void exec_end(struct vm_exec *exec, int code)
{
	list_remove(&exec->link);
	exec->exited(exec->arg, code);
	free(exec);
}

static int exit_code(const struct agent_exit *end)
{
	int code = (int)end->code;

	if (end->kind == AGENT_SIGNALED)
		return 128 + code;
	if (end->kind != AGENT_FAILED)
		return code;
	if (code == ENOTCONN)
		return CODE_KILLED; /* with its guest */
	return code == ENOENT ? CODE_NOT_FOUND : CODE_NOT_RUN;
}

static void exec_exited(void *owner, const struct agent_exit *end)
{
	exec_end(owner, exit_code(end));
}

static int copy_argv(struct agent_command *command, const char *const *argv,
		     struct err *err)
{
	for (; argv[command->argc]; command->argc++) {
		if (command->argc == AGENT_ARGS_MAX)
			return err_set(err, -E2BIG, "at most %d arguments",
				       AGENT_ARGS_MAX);
		command->argv[command->argc] = argv[command->argc];
	}
	return 0;
}

int vm_exec_start(struct list *execs, struct agent *agent,
		  const struct node_exec *what, struct err *err)
{
	struct agent_command command = {
		.tty = what->tty, .rows = what->rows, .cols = what->cols};
	struct agent_exec_args args = {.command = &command,
				       .exited = exec_exited};
	struct vm_exec *exec;
	int code;

	if (copy_argv(&command, what->argv, err))
		return err->code;
	exec = calloc(1, sizeof(*exec));
	if (!exec)
		return err_set(err, -ENOMEM, "no memory for a command");
	exec->exited = what->exited;
	exec->arg = what->arg;
	list_init(&exec->link);
	args.owner = exec;
	memcpy(args.fds, what->fds, sizeof(args.fds));
	code = agent_exec(agent, &args, &exec->handle);
	if (code) {
		free(exec);
		return err_set(err, code, "cannot run a command: %s",
			       strerror(-code));
	}
	list_append(execs, &exec->link);
	return 0;
}

void vm_exec_cancel(struct list *execs, const void *arg)
{
	list_for_each (link, execs) {
		struct vm_exec *exec = container_of(link, struct vm_exec, link);

		if (exec->arg != arg)
			continue;
		agent_exec_cancel(exec->handle);
		list_remove(&exec->link);
		free(exec);
		return;
	}
}

void vm_exec_end_all(struct list *execs)
{
	struct list *link;

	while ((link = list_pop(execs)))
		exec_end(container_of(link, struct vm_exec, link), CODE_KILLED);
}
