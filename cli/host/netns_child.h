/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netns_child.h - the processes that a netns node's supervisor started
 */
#ifndef CLI_HOST_NETNS_CHILD_H
#define CLI_HOST_NETNS_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cli/host/netns_node.h"

/** NETNS_MAX_CHILDREN - commands, a DHCP client a NIC, and run: */
#define NETNS_MAX_CHILDREN (NETNS_MAX_EXECS + LAB_MAX_NICS + 1)

/**
 * enum netns_child_kind - why a child runs
 * @CHILD_RUN:	the node's run: command
 * @CHILD_DHCP:	a DHCP client
 * @CHILD_EXEC:	somebody asked for it
 */
enum netns_child_kind {
	CHILD_RUN,
	CHILD_DHCP,
	CHILD_EXEC,
};

/**
 * struct netns_child - one process that was started here
 * @pid:	0 while the entry is free
 * @kind:	why
 * @id:		of a command, or a NIC's index
 */
struct netns_child {
	pid_t pid;
	enum netns_child_kind kind;
	uint32_t id;
};

/**
 * struct netns_children - all of them; zeroed before first use
 * @table:	in no order
 */
struct netns_children {
	struct netns_child table[NETNS_MAX_CHILDREN];
};

/**
 * netns_child_fork() - fork and remember
 *
 * Return: 0 in the child, which goes on with netns_child_prepare(); its pid in
 * the supervisor; -EAGAIN when the table is full; another -errno.
 */
pid_t netns_child_fork(struct netns_children *children,
		       enum netns_child_kind kind, uint32_t id);

/**
 * netns_child_prepare() - in the child: a session, stdio and plain signals
 * @fds:	become stdin, stdout, stderr; NULL: as the supervisor's
 */
void netns_child_prepare(const int *fds);

/** netns_child_failed() - in the child: errno to stderr, code 127 or 126 */
_Noreturn void netns_child_failed(const char *command);

/**
 * netns_child_remove() - forget a process that was reaped
 * @ended:	gets what it was
 *
 * Return: false if it was not started here, but inherited.
 */
bool netns_child_remove(struct netns_children *children, pid_t pid,
			struct netns_child *ended);

/** netns_child_signal() - to one child and its process group, if it runs */
void netns_child_signal(const struct netns_children *children,
			enum netns_child_kind kind, uint32_t id, int signo);

#endif
