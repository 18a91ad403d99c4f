// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exec.c - node.exec: a client's command in a node
 *
 * The client gets its ends of three socket pairs with the answer; the node gets
 * the others. labd sees none of the bytes. The end of the command is told by
 * the notification exec.exit, and that ends the request. A client that goes
 * before has nobody left to see the command, which is killed then.
 */
#include "cli/labd/exec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/exit_code.h"
#include "cli/labd/labd.h"

#define MAX_ARGS 256

/**
 * struct exec - one command
 * @req:	of the client
 * @node:	where it runs
 * @number:	how client and labd call it
 */
struct exec {
	struct ctl_request *req;
	struct node *node;
	unsigned number;
};

static void exec_exited(void *arg, int code)
{
	struct exec *exec = arg;

	ctl_notify(exec->req, "exec.exit",
		   json_pack("{s:i, s:i}", "exec", (int)exec->number, "code",
			     code));
	ctl_end(exec->req);
	free(exec);
}

static void exec_gone(struct ctl_request *req, void *arg)
{
	struct exec *exec = arg;

	exec->node->ops->exec_cancel(exec->node, exec);
	ctl_end(req);
	free(exec);
}

static void close_three(const int *fds)
{
	int i;

	for (i = 0; i < 3; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
}

static int open_pairs(int *theirs, int *ours)
{
	int i, pair[2];

	for (i = 0; i < 3; i++)
		theirs[i] = ours[i] = -1;
	for (i = 0; i < 3; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
			return -errno;
		theirs[i] = pair[0];
		ours[i] = pair[1];
	}
	return 0;
}

static const char **argv_of(const json_t *params)
{
	const json_t *list = json_object_get(params, "argv");
	size_t n = json_array_size(list), i;
	const char **argv;

	if (!n || n > MAX_ARGS)
		return NULL;
	argv = calloc(n + 1, sizeof(*argv));
	for (i = 0; argv && i < n; i++) {
		argv[i] = json_string_value(json_array_get(list, i));
		if (argv[i])
			continue;
		free(argv);
		return NULL;
	}
	return argv;
}

static int exec_start(struct node *node, json_t *params, struct exec *exec,
		      int *theirs, struct err *err)
{
	struct node_exec what = {.exited = exec_exited, .arg = exec};
	int tty = 0, rows = 0, cols = 0, ours[3], code;

	if (!node->ops->exec)
		return err_set(err, -EOPNOTSUPP,
			       "weft runs no commands in node %s: it is "
			       "somebody else's",
			       node->settings->name);
	json_unpack(params, "{s?b, s?i, s?i}", "tty", &tty, "rows", &rows,
		    "cols", &cols);
	what.tty = tty;
	what.rows = (uint16_t)rows;
	what.cols = (uint16_t)cols;
	what.argv = (const char *const *)argv_of(params);
	if (!what.argv)
		return err_set(err, -EINVAL,
			       "\"argv\" must be a list of up to %d strings",
			       MAX_ARGS);
	code = open_pairs(theirs, ours);
	memcpy(what.fds, ours, sizeof(what.fds));
	if (!code)
		code = node->ops->exec(node, &what, err);
	else
		err_set(err, code, "no socket pair: %s", strerror(-code));
	free((void *)(uintptr_t)what.argv);
	if (code) {
		close_three(theirs);
		close_three(ours);
	}
	return code;
}

void exec_begin(struct ctl_request *req, struct node *node, json_t *params)
{
	struct exec *exec = calloc(1, sizeof(*exec));
	struct labd *labd = ctl_request_ctx(req);
	struct err err = {0};
	int theirs[3];

	if (!exec) {
		ctl_fail(req, CTL_FAILED, EXIT_EXEC, "no memory");
		return;
	}
	exec->req = req;
	exec->node = node;
	exec->number = ++labd->exec_count;
	if (exec_start(node, params, exec, theirs, &err)) {
		ctl_fail(req, CTL_FAILED, EXIT_EXEC, "%s", err.msg);
		free(exec);
		return;
	}
	ctl_reply_more(req, json_pack("{s:i}", "exec", (int)exec->number),
		       theirs, 3);
	ctl_request_on_gone(req, exec_gone, exec);
}
