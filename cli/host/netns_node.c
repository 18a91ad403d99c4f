// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netns_node.c - a node that is a network namespace: the side of its owner
 *
 * Theory of operation
 *
 * One clone() makes process and namespaces together, so there is no moment in
 * which a half-made one could be left over; netns_inside.c goes on there. The
 * first message brings the taps or says why not, and is waited for. After that
 * everything is an event: messages on the socket, and the pidfd that becomes
 * readable when the process has ended. The kernel reports that only after all
 * other processes of the PID namespace are gone, so "died" means that nothing
 * is left.
 *
 * The socket may end before the process does, and messages may still wait when
 * the pidfd speaks: they are handed out before died() is.
 *
 * What comes over the socket is checked: a command in the node could have got
 * hold of its supervisor.
 *
 * Limits: NETNS_MAX_EXECS commands at a time.
 */
#include "cli/host/netns_node.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/host/netns_dhcp.h"
#include "cli/host/netns_msg.h"
#include "cli/host/netns_spawn.h"

#define START_TIMEOUT_MS 10000

/**
 * struct netns_node - see netns_node.h
 * @loop:	where events are called from
 * @events:	of the owner
 * @ctx:	handed back
 * @pid:	of the supervisor
 * @pidfd:	likewise; -1 before it runs
 * @sock:	to the supervisor
 * @sock_watch:	messages
 * @exit_watch:	its end
 * @is_dead:	it was reaped
 * @nic_count:	entries of @taps
 * @taps:	descriptors, -1 where there is none
 * @execs:	commands that run
 * @last_id:	of the newest command
 * @msg:	the one that is worked on
 */
struct netns_node {
	struct loop *loop;
	const struct netns_node_events *events;
	void *ctx;
	pid_t pid;
	int pidfd;
	int sock;
	struct watch sock_watch;
	struct watch exit_watch;
	bool is_dead;
	unsigned nic_count;
	int taps[LAB_MAX_NICS];
	unsigned execs;
	uint32_t last_id;
	struct netns_msg msg;
};

/* Messages */

static void message(struct netns_node *node)
{
	const struct netns_node_events *events = node->events;
	const struct netns_msg *msg = &node->msg;
	struct ipv4_prefix address;

	switch ((enum netns_msg_type)msg->type) {
	case NETNS_MSG_ADDRESS:
		address.addr = msg->ipv4;
		address.len = (uint8_t)msg->value;
		if (msg->id < node->nic_count && msg->value >= 0 &&
		    msg->value <= 32)
			events->address(node->ctx, msg->id, &address);
		break;
	case NETNS_MSG_READY:
		events->ready(node->ctx);
		break;
	case NETNS_MSG_RUN_EXITED:
		events->run_exited(node->ctx, msg->value);
		break;
	case NETNS_MSG_EXEC_EXITED:
		if (node->execs)
			node->execs--;
		events->exec_exited(node->ctx, msg->id, msg->value);
		break;
	case NETNS_MSG_FAULT:
		if (msg->text_len)
			events->fault(node->ctx, msg->text);
		break;
	case NETNS_MSG_TAPS:
	case NETNS_MSG_FAILED:
	case NETNS_MSG_EXEC:
	case NETNS_MSG_KILL:
	case NETNS_MSG_STOP:
	case NETNS_MSG_COUNT:
		break; /* not from there, or not any more */
	}
}

/* Hand out one waiting message; false when there is none (any more). */
static bool receive(struct netns_node *node)
{
	int rc, fds[NETNS_MSG_FDS];
	unsigned n;

	rc = netns_msg_recv(node->sock, &node->msg, fds, &n);
	while (n)
		close(fds[--n]);
	if (rc == 0) {
		message(node);
		return true;
	}
	if (rc != -EAGAIN && rc != -EINTR)
		watch_remove(&node->sock_watch); /* the pidfd will tell */
	return false;
}

static void node_readable(struct watch *watch, uint32_t events)
{
	struct netns_node *node =
		container_of(watch, struct netns_node, sock_watch);

	(void)events;
	receive(node);
}

static void describe_end(char *why, size_t size, const siginfo_t *info)
{
	if (info->si_code == CLD_EXITED)
		snprintf(why, size, "its supervisor ended with code %d",
			 info->si_status);
	else
		snprintf(why, size, "its supervisor was killed by signal %d",
			 info->si_status);
}

static void node_exited(struct watch *watch, uint32_t events)
{
	struct netns_node *node =
		container_of(watch, struct netns_node, exit_watch);
	siginfo_t info = {0};
	char why[80];

	(void)events;
	watch_remove(&node->exit_watch);
	if (waitid(P_PIDFD, (id_t)node->pidfd, &info, WEXITED) < 0)
		snprintf(why, sizeof(why), "its supervisor is gone");
	else
		describe_end(why, sizeof(why), &info);
	node->is_dead = true;
	while (receive(node))
		;
	watch_remove(&node->sock_watch);
	node->events->died(node->ctx, why);
}

/* Start */

/* Wait for the first message: the taps, or why there are none. */
static int take_taps(struct netns_node *node, struct err *err)
{
	struct pollfd polled = {.fd = node->sock, .events = POLLIN};
	int rc, fds[NETNS_MSG_FDS];
	unsigned n = 0;

	if (poll(&polled, 1, START_TIMEOUT_MS) != 1)
		return err_set(err, -ETIMEDOUT,
			       "its namespace did not get ready within %d s",
			       START_TIMEOUT_MS / 1000);
	rc = netns_msg_recv(node->sock, &node->msg, fds, &n);
	if (rc)
		return err_set(err, rc, "its supervisor died at birth");
	if (node->msg.type == NETNS_MSG_TAPS && n == node->nic_count) {
		memcpy(node->taps, fds, n * sizeof(*fds));
		return 0;
	}
	while (n)
		close(fds[--n]);
	if (node->msg.type != NETNS_MSG_FAILED || !node->msg.text_len)
		return err_set(err, -EPROTO, "its supervisor makes no sense");
	return err_set(err, node->msg.value > 0 ? -node->msg.value : -EIO, "%s",
		       node->msg.text);
}

static int launch(struct netns_node *node,
		  const struct netns_node_settings *settings, struct err *err)
{
	int rc, pair[2];

	rc = netns_dhcp_write_files(settings->run_dir, settings->domain,
				    settings->dns, err);
	if (rc)
		return rc;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_set(err, -errno, "cannot create a socket: %s",
			       strerror(errno));
	node->sock = pair[0];
	node->pid = netns_spawn(settings, pair[1], &node->pidfd, err);
	close(pair[1]);
	return node->pid < 0 ? node->pid : take_taps(node, err);
}

static int watch_node(struct netns_node *node, struct err *err)
{
	int rc;

	fcntl(node->sock, F_SETFL, O_NONBLOCK);
	node->sock_watch.fd = node->sock;
	node->sock_watch.ready = node_readable;
	node->sock_watch.name = "netns-node";
	node->exit_watch.fd = node->pidfd;
	node->exit_watch.ready = node_exited;
	node->exit_watch.name = "netns-node-exit";
	rc = watch_add(node->loop, &node->sock_watch, EPOLLIN);
	if (rc == 0)
		rc = watch_add(node->loop, &node->exit_watch, EPOLLIN);
	if (rc)
		err_set(err, rc, "cannot watch its supervisor: %s",
			strerror(-rc));
	return rc;
}

struct netns_node *netns_node_start(struct loop *loop,
				    const struct netns_node_settings *settings,
				    const struct netns_node_events *events,
				    void *ctx, struct err *err)
{
	struct netns_node *node = calloc(1, sizeof(*node));
	unsigned i;

	if (!node) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	node->loop = loop;
	node->events = events;
	node->ctx = ctx;
	node->pidfd = -1;
	node->sock = -1;
	node->nic_count = settings->node->nic_count;
	for (i = 0; i < LAB_MAX_NICS; i++)
		node->taps[i] = -1;
	if (launch(node, settings, err) == 0 && watch_node(node, err) == 0)
		return node;
	netns_node_destroy(node);
	return NULL;
}

/* Life */

const int *netns_node_taps(const struct netns_node *node)
{
	return node->taps;
}

int netns_node_pid(const struct netns_node *node)
{
	return node->pid;
}

int netns_node_exec(struct netns_node *node, char *const argv[],
		    const int fds[3], uint32_t *id)
{
	struct netns_msg *msg = &node->msg;
	int rc;

	if (node->is_dead)
		return -EPIPE;
	if (node->execs == NETNS_MAX_EXECS)
		return -EAGAIN;
	memset(msg, 0, sizeof(*msg));
	msg->type = NETNS_MSG_EXEC;
	msg->id = node->last_id + 1;
	rc = netns_msg_set_argv(msg, argv);
	if (rc == 0)
		rc = netns_msg_send(node->sock, msg, fds, 3);
	if (rc)
		return rc;
	node->execs++;
	*id = ++node->last_id;
	return 0;
}

int netns_node_kill(struct netns_node *node, uint32_t id, int signo)
{
	struct netns_msg *msg = &node->msg;

	if (node->is_dead)
		return -EPIPE;
	memset(msg, 0, sizeof(*msg));
	msg->type = NETNS_MSG_KILL;
	msg->id = id;
	msg->value = signo;
	return netns_msg_send(node->sock, msg, NULL, 0);
}

void netns_node_stop(struct netns_node *node)
{
	struct netns_msg *msg = &node->msg;

	if (node->is_dead)
		return;
	memset(msg, 0, sizeof(*msg));
	msg->type = NETNS_MSG_STOP;
	if (netns_msg_send(node->sock, msg, NULL, 0))
		syscall(SYS_pidfd_send_signal, node->pidfd, SIGKILL, NULL, 0);
}

void netns_node_destroy(struct netns_node *node)
{
	siginfo_t info;
	unsigned i;

	if (!node)
		return;
	watch_remove(&node->sock_watch);
	watch_remove(&node->exit_watch);
	if (node->pidfd >= 0) {
		syscall(SYS_pidfd_send_signal, node->pidfd, SIGKILL, NULL, 0);
		if (!node->is_dead)
			waitid(P_PIDFD, (id_t)node->pidfd, &info, WEXITED);
		close(node->pidfd);
	}
	if (node->sock >= 0)
		close(node->sock);
	for (i = 0; i < LAB_MAX_NICS; i++) {
		if (node->taps[i] >= 0)
			close(node->taps[i]);
	}
	free(node);
}
