/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netns_node.h - a node that is a network namespace on taps, instead of a VM
 *
 * A supervisor process keeps the namespace alive, configures it, and runs the
 * node's command and those of `weft exec` in it. It is the first process of a
 * PID namespace: when it goes, and it goes with the process that started it,
 * the kernel ends everything inside.
 *
 * With the right to do so (root) the namespaces are made as they are, otherwise
 * inside a user namespace in which the caller is root. As root it isolates the
 * network, not the host: the commands are the user's own and see his files.
 *
 * Everything here belongs to the loop's thread, which must live as long as its
 * nodes do (the kernel ties them to that thread).
 */
#ifndef CLI_HOST_NETNS_NODE_H
#define CLI_HOST_NETNS_NODE_H

#include "cli/lab/lab.h"
#include "core/err.h"
#include "core/loop.h"

/** NETNS_MAX_EXECS - commands that run in one node at a time */
#define NETNS_MAX_EXECS 64
/** NETNS_STOP_MS - how long netns_node_stop() waits for polite ends */
#define NETNS_STOP_MS 2000

struct netns_node;

/**
 * struct netns_node_events - what the owner is told, from loop callbacks
 * @address:	NIC @nic has this IPv4 address now; len 0 and addr 0: none
 * @ready:	every NIC that wants an address has one; once
 * @run_exited:	the node's run: command ended; @status as of waitpid(2)
 * @exec_exited: command @id ended; @status as of waitpid(2); a command that
 *		could not be started has exit code 127 or 126
 * @fault:	a sentence: something the node needs broke; it goes on without
 * @died:	the namespace and all in it is gone; the last event. The owner
 *		calls netns_node_destroy(), now or later.
 *
 * All but died() must leave the node alive until they return. Texts are valid
 * until the next call that takes the node.
 */
struct netns_node_events {
	void (*address)(void *ctx, unsigned nic,
			const struct ipv4_prefix *address);
	void (*ready)(void *ctx);
	void (*run_exited)(void *ctx, int status);
	void (*exec_exited)(void *ctx, uint32_t id, int status);
	void (*fault)(void *ctx, const char *text);
	void (*died)(void *ctx, const char *why);
};

/**
 * struct netns_node_settings - what makes a node; read only during the start
 * @node:	name, NICs, run:, role
 * @mtu:	of each NIC, in bytes: its network's
 * @run_dir:	of this node alone, mode 0700, absolute; "dhcp.sh" and
 *		"resolv.conf" are written there
 * @domain:	DNS search list of a node without DHCP; may be empty
 * @dns:	name server of a node without DHCP, host order; 0: none
 * @log_fd:	where run: and the DHCP clients write to; -1: nowhere
 */
struct netns_node_settings {
	const struct node_settings *node;
	uint16_t mtu[LAB_MAX_NICS];
	const char *run_dir;
	const char *domain;
	uint32_t dns;
	int log_fd;
};

/**
 * netns_node_start() - make the namespace, its taps and static addresses
 * @loop:	where events are called from
 * @settings:	see there
 * @events:	stays with the caller, for as long as the node lives
 * @ctx:	handed back to @events
 * @err:	says what to do when NULL is returned; nothing is left behind
 * then
 *
 * Blocks for some milliseconds, ten seconds at most. DHCP and run: begin at
 * once: the taps queue what the node sends until somebody reads them.
 */
struct netns_node *netns_node_start(struct loop *loop,
				    const struct netns_node_settings *settings,
				    const struct netns_node_events *events,
				    void *ctx, struct err *err);

/**
 * netns_node_taps() - a descriptor for each NIC, in order, for tap_create()
 *
 * They stay the node's, and keep the interfaces alive through a restart of
 * whoever works on a copy. Pass copies on (SCM_RIGHTS, dup).
 */
const int *netns_node_taps(const struct netns_node *node);

/** netns_node_pid() - of the supervisor, in the caller's PID namespace */
int netns_node_pid(const struct netns_node *node);

/**
 * netns_node_exec() - run a command in the node
 * @argv:	ended by NULL; looked up in PATH
 * @fds:	its stdin, stdout and stderr; stay the caller's. If stdin is a
 *		terminal it becomes the command's controlling one.
 * @id:		gets the command's number, for exec_exited() and kill
 *
 * Return: 0; -EINVAL or -E2BIG for @argv; -EAGAIN when NETNS_MAX_EXECS run or
 * the supervisor does not listen; -EPIPE when the node is dead.
 */
int netns_node_exec(struct netns_node *node, char *const argv[],
		    const int fds[3], uint32_t *id);

/**
 * netns_node_kill() - send a signal to a command and its process group
 *
 * Return: 0, also when the command just ended; -EAGAIN; -EPIPE.
 */
int netns_node_kill(struct netns_node *node, uint32_t id, int signo);

/**
 * netns_node_stop() - end all commands politely (SIGTERM), then the node
 *
 * died() tells when it is done, at most a little over NETNS_STOP_MS later.
 */
void netns_node_stop(struct netns_node *node);

/**
 * netns_node_destroy() - kill what still runs, close the taps; NULL is fine
 *
 * No event is called from then on. Blocks until the kernel has ended all
 * processes of the node, some milliseconds.
 */
void netns_node_destroy(struct netns_node *node);

#endif
