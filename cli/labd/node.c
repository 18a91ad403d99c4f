// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * node.c - what is the same for every kind of node
 */
#include "cli/labd/node.h"

#include <errno.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LISTEN_BACKLOG 4

static const char *const state_names[] = {
	[NODE_STOPPED] = "stopped", [NODE_STARTING] = "starting",
	[NODE_BOOTING] = "booting", [NODE_READY] = "ready",
	[NODE_PAUSED] = "paused",   [NODE_STOPPING] = "stopping",
	[NODE_FAILED] = "failed",
};
static_assert(ARRAY_SIZE(state_names) == NODE_STATE_COUNT,
	      "a state lacks its name");

static const struct node_ops *const kinds[] = {
	[NODE_VM] = &node_vm_ops,
	[NODE_EXTERNAL] = &node_external_ops,
	[NODE_NETNS] = &node_netns_ops,
};
static_assert(ARRAY_SIZE(kinds) == NODE_KIND_COUNT, "a kind lacks its ops");

const char *node_state_name(enum node_state state)
{
	return state_names[state];
}

int node_listen(const char *path, mode_t mode, struct err *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		err_set(err, -ENAMETOOLONG, "%s: too long for a socket", path);
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	unlink(path); /* of a labd that was killed; the folder is ours alone */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    chmod(path, mode) || listen(fd, LISTEN_BACKLOG)) {
		err_set(err, -errno, "cannot listen on %s: %s", path,
			strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static int socket_give_to_group(const char *path, const char *name,
				struct err *err)
{
	struct group *group;

	if (!*name)
		return 0;
	group = getgrnam(name);
	if (!group)
		return err_set(err, -ENOENT, "there is no group '%s'", name);
	if (chown(path, (uid_t)-1, group->gr_gid))
		return err_set(err, -errno,
			       "cannot give %s to group %s: %s (be a member "
			       "of it, or root)",
			       path, name, strerror(errno));
	return 0;
}

int node_socket_path(const struct node *node, unsigned nic, char *path,
		     struct err *err)
{
	const struct node_settings *s = node->settings;

	if (s->kind == NODE_NETNS)
		return err_set(err, -ENOENT, "a namespace has no sockets");
	if (s->socket_type == NODE_SOCKET_STREAM)
		return state_dir_stream_socket(node->host->dir, s->name, nic,
					       path, err);
	return state_dir_port_socket(node->host->dir, s->name, nic, path, err);
}

static int node_open_socket(struct node *node, unsigned nic, struct err *err)
{
	const struct node_settings *s = node->settings;
	char path[STATE_PATH_SIZE];
	mode_t mode = 0600;
	int fd, code;

	if (s->kind == NODE_EXTERNAL && s->socket_mode)
		mode = (mode_t)s->socket_mode;
	code = node_socket_path(node, nic, path, err);
	if (code)
		return code;
	fd = node_listen(path, mode, err);
	if (fd < 0)
		return err->code;
	code = socket_give_to_group(path, s->socket_group, err);
	if (!code)
		code = fabric_attach(node->host->fabric,
				     fabric_port(node->number, nic),
				     s->socket_type == NODE_SOCKET_STREAM
					     ? WIRE_PORT_STREAM
					     : WIRE_PORT_VHOST_USER,
				     fd);
	close(fd);
	return code;
}

static void node_close_sockets(struct node *node)
{
	char path[STATE_PATH_SIZE];
	unsigned i;

	for (i = 0; i < node_nic_total(node->settings); i++) {
		fabric_detach(node->host->fabric, fabric_port(node->number, i));
		if (!node_socket_path(node, i, path, NULL))
			unlink(path);
	}
}

void node_init(struct node *node, const struct node_host *host,
	       const struct node_settings *settings)
{
	memset(node, 0, sizeof(*node));
	node->host = host;
	node->number = settings->number;
	node->settings = settings;
	node->ops = kinds[settings->kind];
}

/* What it has before its kind starts it: the sockets that a VMM finds. */
static int node_open(struct node *node, struct err *err)
{
	const struct node_settings *s = node->settings;
	unsigned i;

	/* The ports of a namespace are taps, made when it starts. */
	if (node->is_open || s->kind == NODE_NETNS)
		return 0;
	for (i = 0; i < node_nic_total(s); i++) {
		if (!node_open_socket(node, i, err))
			continue;
		node_close_sockets(node);
		return err_wrap(err, "port %s:%u", s->name, i);
	}
	node->is_open = true;
	return 0;
}

void node_fini(struct node *node)
{
	node->ops->destroy(node);
	node_close_sockets(node);
	memset(node, 0, sizeof(*node));
}

static bool node_enter(struct node *node, enum node_state state)
{
	bool goes_on = node->state == NODE_PAUSED;

	if (node->state == state)
		return false;
	node->state = state;
	if (state == NODE_READY && !goes_on)
		node->ready_ns = loop_now_ns(node->host->loop);
	if (state == NODE_STOPPED || state == NODE_FAILED)
		node->pid = 0;
	node->host->changed(node->host->ctx, node);
	return true;
}

void node_fail(struct node *node, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(node->reason, sizeof(node->reason), fmt, ap);
	va_end(ap);
	log_warning(node->host->log, "node %s: %s", node->settings->name,
		    node->reason);
	node_enter(node, NODE_FAILED);
}

int node_start(struct node *node, struct err *err)
{
	if (node->is_leaving)
		return err_set(err, -EBUSY, "node %s is being changed",
			       node->settings->name);
	if (node->state == NODE_STOPPING)
		node->restart = true; /* once it has ended */
	if (node->state == NODE_PAUSED)
		node->ops->resume(node);
	if (node->state != NODE_STOPPED && node->state != NODE_FAILED)
		return 0;
	node->reason[0] = '\0';
	node->restart = false;
	node->started_ns = loop_now_ns(node->host->loop);
	node_enter(node, NODE_STARTING);
	if (!node_open(node, err) && !node->ops->start(node, err))
		return 0;
	node_fail(node, "%s", err->msg);
	return err->code;
}

void node_stop(struct node *node, bool now)
{
	if (node->state == NODE_STOPPED || node->state == NODE_FAILED)
		return;
	node_enter(node, NODE_STOPPING);
	node->ops->stop(node, now);
}

/* Only what runs, in a process of ours, can stand still. */
static int node_can_pause(const struct node *node, struct err *err)
{
	if (!node->ops->pause)
		return err_set(err, -EOPNOTSUPP,
			       "node %s is no virtual machine of ours: only "
			       "such can be paused",
			       node->settings->name);
	if (node->state == NODE_BOOTING || node->state == NODE_READY ||
	    node->state == NODE_PAUSED)
		return 0;
	return err_set(err, -ENOTCONN, "node %s is %s, it does not run",
		       node->settings->name, node_state_name(node->state));
}

int node_pause(struct node *node, struct err *err)
{
	int code = node_can_pause(node, err);

	if (!code)
		node->ops->pause(node);
	return code;
}

int node_resume(struct node *node, struct err *err)
{
	int code = node_can_pause(node, err);

	if (!code)
		node->ops->resume(node);
	return code;
}

void node_paused(struct node *node, bool paused)
{
	if (paused &&
	    (node->state == NODE_BOOTING || node->state == NODE_READY)) {
		node->paused_as = node->state;
		node_enter(node, NODE_PAUSED);
	} else if (!paused && node->state == NODE_PAUSED) {
		node_enter(node, node->paused_as);
	}
}

void node_set_ready(struct node *node)
{
	if (node->state == NODE_PAUSED && node->paused_as == NODE_BOOTING) {
		node->paused_as = NODE_READY;
		node->ready_ns = loop_now_ns(node->host->loop);
	}
	if (node->state == NODE_BOOTING)
		node_enter(node, NODE_READY);
}

void node_begin_anew(struct node *node)
{
	node->started_ns = loop_now_ns(node->host->loop);
	if (node->state == NODE_PAUSED)
		node->paused_as = NODE_BOOTING;
	else
		node_enter(node, NODE_BOOTING);
}

void node_set_link(struct node *node, unsigned nic, bool up)
{
	fabric_set_link(node->host->fabric, fabric_port(node->number, nic), up);
	if (node->ops->link && node->state != NODE_STOPPED &&
	    node->state != NODE_FAILED)
		node->ops->link(node, nic, up);
}

void node_plug(struct node *node, unsigned nic, unsigned network)
{
	fabric_plug(node->host->fabric, fabric_port(node->number, nic),
		    network);
	if (node->ops->plug && node->state != NODE_STOPPED &&
	    node->state != NODE_FAILED)
		node->ops->plug(node, nic, network != FABRIC_NO_NETWORK);
}

void node_set_state(struct node *node, enum node_state state)
{
	struct err err;

	if (node_enter(node, state) && state == NODE_STOPPED && node->restart)
		node_start(node, &err);
}
