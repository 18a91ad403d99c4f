/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * remote.h - a command that runs in a node, with its streams
 */
#ifndef CLI_CMD_REMOTE_H
#define CLI_CMD_REMOTE_H

#include "cli/cmd/session.h"

/**
 * struct remote - a command in work; closing it ends a command that still runs
 * only together with its session
 * @session:	the connection
 * @number:	of the exec, as labd calls it
 * @in:		write end of its standard input, non-blocking; -1: closed
 * @out:	read end of its standard output; -1: ended
 * @error:	read end of its standard error; -1: ended
 * @is_over:	exec.exit has come
 * @code:	exit code, or 128 plus a signal's number
 */
struct remote {
	struct session *session;
	json_int_t number;
	int in;
	int out;
	int error;
	bool is_over;
	int code;
};

/** REMOTE_LINGER_MS - how long streams that others hold open are waited for
 * after the command's end */
#define REMOTE_LINGER_MS 2000

/** remote_init() - nothing runs yet */
void remote_init(struct remote *remote, struct session *session);

/**
 * remote_start() - run a command
 * @params:	of node.exec (weft-ctl(7)), reference taken
 *
 * Return: 0, or an exit code with @err: EXIT_NO_SUCH, EXIT_INTERRUPTED, ...;
 * remote_close() is due in every case.
 */
int remote_start(struct remote *remote, json_t *params, struct err *err);

/** remote_run() - remote_start() of @argv, an array whose reference is taken */
int remote_run(struct remote *remote, const char *node, json_t *argv,
	       struct err *err);

/**
 * remote_listen() - take in what labd says, when its descriptor is readable
 *
 * Return: 0, or -errno with @err. Sets @is_over and @code.
 */
int remote_listen(struct remote *remote, struct err *err);

/** remote_fd() - to poll for remote_listen(); -1 when all is said */
int remote_fd(const struct remote *remote);

/** remote_is_done() - it has ended and so have its streams */
bool remote_is_done(const struct remote *remote);

/** remote_close_end() - close one of its descriptors, set it to -1 */
void remote_close_end(int *fd);

/** remote_close() - close all of them */
void remote_close(struct remote *remote);

#endif
