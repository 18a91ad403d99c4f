/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * agent.h - the host's end of a guest's agent
 *
 * All belongs to the thread of the loop. Callbacks may call any function of
 * this file but agent_destroy(), which is for later (loop_defer()).
 */
#ifndef CLI_AGENT_AGENT_H
#define CLI_AGENT_AGENT_H

#include "cli/agent/agent_proto.h"
#include "core/loop.h"

struct agent;
struct agent_exec;

/**
 * struct agent_ops - what the owner is told; each member may be NULL
 * @hello:	the guest's agent answered; again after each boot of the guest
 *		(a new boot_id), and then it has to be configured again
 * @status:	the guest's state changed; borrowed for the call
 * @pong:	the answer to agent_ping()
 * @closed:	the wire is dead and every command was reported; @why is a
 *		sentence. Only agent_destroy() is useful from then on
 */
struct agent_ops {
	void (*hello)(void *owner, const struct agent_hello *hello);
	void (*status)(void *owner, const struct agent_status *status);
	void (*pong)(void *owner, uint64_t cookie);
	void (*closed)(void *owner, const char *why);
};

/**
 * struct agent_exec_args - a command to run in the guest
 * @command:	see cli/agent/agent_proto.h; borrowed for the call
 * @fds:	stdin, stdout, stderr: pollable (socketpair or pipe ends), made
 *		non-blocking, taken on success. -1: none. With a tty, stderr
 *		gets its end at once
 * @exited:	called once: the command has ended and its output was written,
 *		or the wire died (AGENT_FAILED, ENOTCONN). The handle is gone
 *		when it returns
 * @owner:	for @exited
 */
struct agent_exec_args {
	const struct agent_command *command;
	int fds[3];
	void (*exited)(void *owner, const struct agent_exit *end);
	void *owner;
};

/**
 * agent_create() - speak to a guest
 * @fd:		connected unix stream socket of the virtio-serial port; made
 *		non-blocking; taken on success
 * @ops:	must outlive the agent
 *
 * HELLO is said at once and again, ever more rarely, until the guest answers:
 * it may not have booted yet. @session is not 0 and differs from that of the
 * agent before on the same guest; a random number will do.
 *
 * Return: NULL when there is no memory; @fd is then the caller's.
 */
struct agent *agent_create(struct loop *loop, int fd, uint64_t session,
			   const struct agent_ops *ops, void *owner);

/**
 * agent_restart() - the guest was reset: what ran in it is over
 * @session:	another one, see agent_create()
 *
 * Commands are reported as failed. What is left of either side's words is
 * forgotten, and HELLO is said anew. No-op once closed() was called.
 */
void agent_restart(struct agent *agent, uint64_t session);

/** agent_destroy() - no callback from then on; NULL is fine */
void agent_destroy(struct agent *agent);

/** agent_is_open() - HELLO was answered and the wire works */
bool agent_is_open(const struct agent *agent);

/**
 * agent_configure() - tell the guest what it shall be
 *
 * Return: 0, and a status with the same config_id follows; -ENOTCONN before
 * HELLO or when closed; -EMSGSIZE; -ENOBUFS when the guest takes nothing.
 */
int agent_configure(struct agent *agent, const struct agent_config *config);

/**
 * agent_exec() - start a command
 *
 * Return: 0 with the handle in @exec; as agent_configure(), or -EBUSY when
 * AGENT_EXEC_MAX run, -ENOMEM. The fds are then still the caller's.
 */
int agent_exec(struct agent *agent, const struct agent_exec_args *args,
	       struct agent_exec **exec);

/** agent_exec_signal() - to the command's process group */
int agent_exec_signal(struct agent_exec *exec, int signal);

/** agent_exec_winsize() - the terminal has a new size */
int agent_exec_winsize(struct agent_exec *exec, uint16_t rows, uint16_t cols);

/**
 * agent_exec_cancel() - nobody waits for it: kill it, close the fds
 *
 * exited() is not called; the handle is gone.
 */
void agent_exec_cancel(struct agent_exec *exec);

/** agent_ping() - is it alive? -EBUSY while the last ping has no answer */
int agent_ping(struct agent *agent, uint64_t cookie);

/** agent_shutdown() - have the guest end its commands and power off */
int agent_shutdown(struct agent *agent);

/** agent_reboot() - have the guest end its commands and restart */
int agent_reboot(struct agent *agent);

#endif
