// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netns_inside.c - the supervisor of a netns node
 *
 * Theory of operation
 *
 * A fork of the process that starts the node, without its descriptors, signal
 * handlers and terminal. It sets the namespaces up, sends the taps out, starts
 * DHCP clients and the run: command, and then sleeps in poll() on three things:
 * the socket (requests; its end is the end of the node), a signalfd (a child
 * ended, or the DHCP script did its work), and an rtnetlink socket (an address
 * changed).
 *
 * Being the first process of the PID namespace it inherits and reaps orphans,
 * and when it ends the kernel kills the rest. Its death is tied to its parent's
 * thread (PR_SET_PDEATHSIG); should that be dead already, the socket says so.
 *
 * Each child leads a session of its own, so that a signal reaches all of a
 * command's pipeline and a terminal can be its controlling one.
 *
 * Limits: a fixed table of children; a DHCP client that ends is told, not
 * started again.
 */
#include "cli/host/netns_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/host/netif.h"
#include "cli/host/netns_child.h"
#include "cli/host/netns_dhcp.h"
#include "cli/host/netns_msg.h"
#include "cli/host/netns_setup.h"
#include "core/clock.h"

/**
 * struct inside - the supervisor
 * @settings:	of the node
 * @signal_fd:	readable when a child ended or a lease came
 * @monitor_fd:	readable when an address changed
 * @is_ready:	was said
 * @is_stopping: NETNS_MSG_STOP came
 * @stop_at_ns:	when patience ends
 * @clock:	for that
 * @address:	of each NIC, as last told
 * @children:	see there
 * @msg:	the one that is worked on; too big for the stack
 */
struct inside {
	const struct netns_node_settings *settings;
	int signal_fd;
	int monitor_fd;
	bool is_ready;
	bool is_stopping;
	uint64_t stop_at_ns;
	struct clock clock;
	struct ipv4_prefix address[LAB_MAX_NICS];
	struct netns_children children;
	struct netns_msg msg;
};

/* Whoever started us is gone when it does not listen: so are we. */
static void tell(const struct netns_msg *msg, const int *fds, unsigned n)
{
	if (netns_msg_send(NETNS_SOCK_FD, msg, fds, n))
		_exit(1);
}

static void tell_value(enum netns_msg_type type, uint32_t id, int value)
{
	struct netns_msg msg;

	msg.type = type;
	msg.id = id;
	msg.value = value;
	msg.ipv4 = 0;
	msg.text_len = 0;
	tell(&msg, NULL, 0);
}

static _Noreturn void fail(struct inside *in, const struct err *err)
{
	memset(&in->msg, 0, sizeof(in->msg));
	in->msg.type = NETNS_MSG_FAILED;
	in->msg.value = -err->code;
	netns_msg_set_text(&in->msg, err->msg);
	tell(&in->msg, NULL, 0);
	_exit(1);
}

/* Children */

static void start_dhcp(struct inside *in, unsigned nic)
{
	char name[IFNAMSIZ];

	netns_nic_name(nic, name);
	if (netns_child_fork(&in->children, CHILD_DHCP, nic) != 0)
		return;
	netns_child_prepare(NULL);
	netns_dhcp_exec(in->settings->run_dir, name, in->settings->node->name);
	netns_child_failed("busybox");
}

static void start_run(struct inside *in)
{
	const char *command = in->settings->node->run;

	if (!*command || netns_child_fork(&in->children, CHILD_RUN, 0) != 0)
		return;
	netns_child_prepare(NULL);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	netns_child_failed("/bin/sh");
}

static void start_exec(struct inside *in, const int *fds, unsigned n)
{
	uint32_t id = in->msg.id;
	char *argv[NETNS_ARGV_MAX + 1];
	pid_t pid = -EPROTO;

	if (n == 3 && !in->is_stopping &&
	    netns_msg_get_argv(&in->msg, argv) == 0)
		pid = netns_child_fork(&in->children, CHILD_EXEC, id);
	if (pid == 0) {
		netns_child_prepare(fds);
		execvp(argv[0], argv);
		netns_child_failed(argv[0]);
	}
	if (pid < 0)
		tell_value(NETNS_MSG_EXEC_EXITED, id, 126 << 8);
}

static void dhcp_ended(struct inside *in, unsigned nic, int status)
{
	char text[160];

	if (in->is_stopping)
		return;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		snprintf(text, sizeof(text),
			 "eth%u: no DHCP client: install busybox-static", nic);
	else
		snprintf(text, sizeof(text),
			 "eth%u: its DHCP client ended (status 0x%x); restart "
			 "the node",
			 nic, (unsigned)status);
	memset(&in->msg, 0, sizeof(in->msg));
	in->msg.type = NETNS_MSG_FAULT;
	in->msg.id = nic;
	netns_msg_set_text(&in->msg, text);
	tell(&in->msg, NULL, 0);
}

static void child_ended(struct inside *in, pid_t pid, int status)
{
	struct netns_child ended;

	if (!netns_child_remove(&in->children, pid, &ended))
		return; /* an orphan */
	switch (ended.kind) {
	case CHILD_RUN:
		tell_value(NETNS_MSG_RUN_EXITED, 0, status);
		break;
	case CHILD_DHCP:
		dhcp_ended(in, ended.id, status);
		break;
	case CHILD_EXEC:
		tell_value(NETNS_MSG_EXEC_EXITED, ended.id, status);
		break;
	}
}

static void reap(struct inside *in)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(in->signal_fd, &info, sizeof(info)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		child_ended(in, pid, status);
	if (pid < 0 && in->is_stopping)
		_exit(0);
}

/* Addresses */

static bool nic_is_complete(const struct inside *in, unsigned nic,
			    const struct ipv4_prefix *now)
{
	enum nic_ipv4 ipv4 = in->settings->node->nics[nic].ipv4;
	char name[IFNAMSIZ];

	netns_nic_name(nic, name);
	if (ipv4 == NIC_IPV4_DHCP &&
	    !netns_dhcp_is_bound(in->settings->run_dir, name))
		return false;
	return now->addr != 0 || ipv4 == NIC_IPV4_NONE;
}

static void check_addresses(struct inside *in)
{
	const struct node_settings *node = in->settings->node;
	bool complete = true;
	unsigned i;

	for (i = 0; i < node->nic_count; i++) {
		struct ipv4_prefix now = {0};
		char name[IFNAMSIZ];

		netns_nic_name(i, name);
		if (netif_get_ipv4(name, &now))
			now = (struct ipv4_prefix){0};
		complete &= nic_is_complete(in, i, &now);
		if (now.addr == in->address[i].addr &&
		    now.len == in->address[i].len)
			continue;
		in->address[i] = now;
		memset(&in->msg, 0, sizeof(in->msg));
		in->msg.type = NETNS_MSG_ADDRESS;
		in->msg.id = i;
		in->msg.value = now.len;
		in->msg.ipv4 = now.addr;
		tell(&in->msg, NULL, 0);
	}
	if (complete && !in->is_ready)
		tell_value(NETNS_MSG_READY, 0, 0);
	in->is_ready |= complete;
}

static void address_changed(struct inside *in)
{
	char hint[8192];

	while (read(in->monitor_fd, hint, sizeof(hint)) > 0 || errno == ENOBUFS)
		;
	check_addresses(in);
}

/* Requests */

static void stop(struct inside *in)
{
	in->is_stopping = true;
	in->stop_at_ns =
		clock_now_ns(&in->clock) + NETNS_STOP_MS * NSEC_PER_MSEC;
	kill(-1, SIGTERM);
	reap(in);
}

static void request(struct inside *in)
{
	int rc, fds[NETNS_MSG_FDS];
	unsigned n, i;

	rc = netns_msg_recv(NETNS_SOCK_FD, &in->msg, fds, &n);
	if (rc == -EINTR)
		return;
	if (rc)
		_exit(rc == -EPIPE ? 0 : 1);
	if (in->msg.type == NETNS_MSG_EXEC)
		start_exec(in, fds, n);
	else if (in->msg.type == NETNS_MSG_KILL)
		netns_child_signal(&in->children, CHILD_EXEC, in->msg.id,
				   in->msg.value);
	else if (in->msg.type == NETNS_MSG_STOP)
		stop(in);
	for (i = 0; i < n; i++)
		close(fds[i]);
}

static int patience_ms(struct inside *in)
{
	uint64_t now_ns = clock_now_ns(&in->clock);

	if (!in->is_stopping)
		return -1;
	if (now_ns >= in->stop_at_ns)
		_exit(0);
	return (int)((in->stop_at_ns - now_ns) / NSEC_PER_MSEC) + 1;
}

static _Noreturn void supervise(struct inside *in)
{
	struct pollfd polled[] = {
		{.fd = NETNS_SOCK_FD, .events = POLLIN},
		{.fd = in->signal_fd, .events = POLLIN},
		{.fd = in->monitor_fd, .events = POLLIN},
	};

	for (;;) {
		if (poll(polled, ARRAY_SIZE(polled), patience_ms(in)) < 0 &&
		    errno != EINTR)
			_exit(1);
		if (polled[2].revents)
			address_changed(in);
		if (polled[1].revents) {
			reap(in);
			check_addresses(in);
		}
		if (polled[0].revents)
			request(in);
	}
}

/* Birth */

static int open_events(struct inside *in, struct err *err)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGUSR1);
	in->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (in->signal_fd < 0)
		return err_set(err, -errno, "cannot wait for children: %s",
			       strerror(errno));
	in->monitor_fd = netif_monitor_open();
	if (in->monitor_fd < 0)
		return err_set(err, in->monitor_fd,
			       "cannot watch its addresses: %s",
			       strerror(-in->monitor_fd));
	return 0;
}

_Noreturn void netns_inside(const struct netns_birth *birth)
{
	const struct node_settings *node = birth->settings->node;
	struct inside *in = calloc(1, sizeof(*in));
	int taps[LAB_MAX_NICS], rc = 0;
	struct err err;
	unsigned i;

	netns_setup_process(birth->sock, birth->settings->log_fd);
	if (!in)
		_exit(1);
	in->settings = birth->settings;
	clock_init_monotonic(&in->clock);
	if (birth->in_user_ns)
		rc = netns_setup_ids(birth->uid, birth->gid, &err);
	/* A change of ids clears it (prctl(2)). */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (rc || netns_setup_mounts(birth->settings, &err) ||
	    netns_setup_nics(birth->settings, taps, &err) ||
	    open_events(in, &err))
		fail(in, &err);
	in->msg.type = NETNS_MSG_TAPS;
	tell(&in->msg, taps, node->nic_count);
	for (i = 0; i < node->nic_count; i++)
		close(taps[i]);
	for (i = 0; i < node->nic_count; i++) {
		if (node->nics[i].ipv4 == NIC_IPV4_DHCP)
			start_dhcp(in, i);
	}
	start_run(in);
	check_addresses(in);
	supervise(in);
}
