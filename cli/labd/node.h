/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * node.h - one node of a lab: started, watched, asked, stopped
 *
 * The kinds (vm, netns, external) differ in who stands behind the ports; each
 * implements struct node_ops. Everything else is the same for all.
 */
#ifndef CLI_LABD_NODE_H
#define CLI_LABD_NODE_H

#include <jansson.h>
#include <sys/types.h>

#include "cli/lab/lab.h"
#include "cli/labd/fabric.h"
#include "cli/labd/runners.h"
#include "cli/state_dir.h"
#include "core/log.h"
#include "core/loop.h"

/** NODE_REASON_SIZE - why a node failed, a sentence */
#define NODE_REASON_SIZE 256
/** NODE_TAIL_SIZE - last console lines that go with a failure */
#define NODE_TAIL_SIZE 2048
/** NODE_TAIL_LINES - how many */
#define NODE_TAIL_LINES 12

/**
 * enum node_state - where a node is in its life
 * @NODE_STOPPED:	nothing of it runs
 * @NODE_STARTING:	its process is being made
 * @NODE_BOOTING:	it runs and is not ready yet
 * @NODE_READY:		what interface.md calls ready for its kind
 * @NODE_PAUSED:	it was booting or ready, and stands still
 * @NODE_STOPPING:	it was asked to end
 * @NODE_FAILED:	it ended by itself or could not start; see the reason
 */
enum node_state {
	NODE_STOPPED,
	NODE_STARTING,
	NODE_BOOTING,
	NODE_READY,
	NODE_PAUSED,
	NODE_STOPPING,
	NODE_FAILED,
	NODE_STATE_COUNT,
};

struct node;

/**
 * struct node_exec - a command to run in a node
 * @argv:	NULL-terminated
 * @tty:	on a terminal
 * @rows:	of it
 * @cols:	of it
 * @fds:	stdin, stdout, stderr; taken over when exec() succeeds
 * @exited:	called once, from the loop: exit code, or 128 + signal; a node
 *		that ends has killed it, and says so before it is destroyed
 * @arg:	for @exited
 */
struct node_exec {
	const char *const *argv;
	bool tty;
	uint16_t rows;
	uint16_t cols;
	int fds[3];
	void (*exited)(void *arg, int code);
	void *arg;
};

/**
 * struct node_ops - what a kind of node does; NULL members are refused
 * @start:	make it run; reports through node_set_state()
 * @stop:	end it; politely unless @now. NODE_STOPPED is reported later
 * @pause:	let it stand still; node_paused() is called later
 * @resume:	let it go on, likewise; no-op when it does
 * @exec:	run a command in it
 * @exec_cancel: nobody waits for the command with this @arg any more: kill it;
 *		its exited() is not called
 * @console:	a descriptor of its console, the caller's; or -errno
 * @tail:	its last console lines
 * @address:	IPv4 address of a NIC as the node itself reports it; 0: unknown
 * @addresses6:	the IPv6 addresses likewise, at most @max; how many
 * @carrier:	a port of it got or lost its other end
 * @link:	a port was taken down or up: the node loses or gets its carrier.
 *		Only while it runs; start() looks at fabric_is_link_up() itself
 * @plug:	a spare port is in a network now, or in none, and its front-end
 *		has to come again; only while it runs
 * @describe:	add what the kind knows to its status: "runner", "accel"
 * @destroy:	end and free everything, at once
 */
struct node_ops {
	int (*start)(struct node *node, struct err *err);
	void (*stop)(struct node *node, bool now);
	void (*pause)(struct node *node);
	void (*resume)(struct node *node);
	int (*exec)(struct node *node, const struct node_exec *exec,
		    struct err *err);
	void (*exec_cancel)(struct node *node, const void *arg);
	int (*console)(struct node *node);
	void (*tail)(struct node *node, char *text, size_t size);
	uint32_t (*address)(struct node *node, unsigned nic);
	unsigned (*addresses6)(struct node *node, unsigned nic,
			       struct in6_addr *addresses, unsigned max);
	void (*carrier)(struct node *node, unsigned nic, bool up);
	void (*link)(struct node *node, unsigned nic, bool up);
	void (*plug)(struct node *node, unsigned nic, bool is_in);
	void (*describe)(struct node *node, json_t *status);
	void (*destroy)(struct node *node);
};

/**
 * struct node_image - what builtin guests boot
 * @kernel:	path
 * @initrd:	path
 */
struct node_image {
	char kernel[STATE_PATH_SIZE];
	char initrd[STATE_PATH_SIZE];
};

/**
 * struct node_host - what labd lends to its nodes
 * @loop:	labd's
 * @log:	labd's
 * @lab:	the lab that runs
 * @fabric:	where ports are plugged in
 * @dir:	sockets and logs
 * @image:	of builtin guests
 * @log_fd:	what netns nodes say goes there; vm nodes speak to @log
 * @runners:	of vm nodes
 * @changed:	a node's state or address changed
 * @ctx:	for @changed
 */
struct node_host {
	struct loop *loop;
	const struct log *log;
	const struct lab *lab;
	struct fabric *fabric;
	const struct state_dir *dir;
	struct node_image image;
	int log_fd;
	struct runners runners;
	void (*changed)(void *ctx, struct node *node);
	void *ctx;
};

/**
 * struct node - one node
 * @host:	labd
 * @settings:	its entry of the lab
 * @number:	of that entry; the ports' numbers are made of it
 * @ops:	of its kind
 * @impl:	belongs to @ops
 * @state:	enum node_state
 * @paused_as:	what it was when it was paused, and will be again
 * @pid:	of its process, 0 while none runs
 * @started_ns:	when it was last started
 * @ready_ns:	when it was last ready
 * @reason:	why it failed; empty otherwise
 * @restart:	start it again once it has stopped
 * @is_open:	its sockets listen
 * @is_leaving:	it is to go, or to be made anew: it isn't started any more
 * @told:	state that waiting requests know of
 */
struct node {
	const struct node_host *host;
	const struct node_settings *settings;
	unsigned number;
	const struct node_ops *ops;
	void *impl;
	enum node_state state;
	enum node_state paused_as;
	pid_t pid;
	uint64_t started_ns;
	uint64_t ready_ns;
	char reason[NODE_REASON_SIZE];
	bool restart;
	bool is_open;
	bool is_leaving;
	enum node_state told;
};

/**
 * node_init() - a node that does not run
 * @settings:	its entry of the lab; stays the caller's
 */
void node_init(struct node *node, const struct node_host *host,
	       const struct node_settings *settings);

/** node_fini() - end it at once, unplug its ports, and forget it */
void node_fini(struct node *node);

/**
 * node_start() - no-op when it runs; one that stops is started after that, and
 * one that is paused goes on
 *
 * Its sockets are made the first time, and stay until node_fini().
 */
int node_start(struct node *node, struct err *err);

/** node_stop() - no-op when it does not run */
void node_stop(struct node *node, bool now);

/**
 * node_pause() - let it stand still: it becomes NODE_PAUSED soon
 *
 * Return: 0, also when it is paused already; -errno with @err: it doesn't run,
 * or its kind can't be paused.
 */
int node_pause(struct node *node, struct err *err);

/** node_resume() - let it go on; no-op when it runs. As node_pause() */
int node_resume(struct node *node, struct err *err);

/** node_set_link() - take a port of it down or up; stays so over restarts */
void node_set_link(struct node *node, unsigned nic, bool up);

/** node_plug() - put a spare NIC into the network of this number, or out of it
 * (FABRIC_NO_NETWORK) */
void node_plug(struct node *node, unsigned nic, unsigned network);

/** node_set_state() - for kinds: report a change */
void node_set_state(struct node *node, enum node_state state);

/** node_paused() - for kinds: it stands still, or goes on */
void node_paused(struct node *node, bool paused);

/** node_set_ready() - for kinds: it is NODE_READY, or will be when it goes on;
 * no-op unless it was booting */
void node_set_ready(struct node *node);

/** node_begin_anew() - for kinds: it boots again, by itself */
void node_begin_anew(struct node *node);

/** node_was_ready() - is it NODE_READY, paused or not? */
static inline bool node_was_ready(const struct node *node)
{
	return node->state == NODE_READY ||
	       (node->state == NODE_PAUSED && node->paused_as == NODE_READY);
}

/** node_fail() - for kinds: it ended unasked, @fmt says how */
void node_fail(struct node *node, const char *fmt, ...) PRINTF(2, 3);

/** node_state_name() - as in weft.status/1 */
const char *node_state_name(enum node_state state);

/**
 * node_socket_path() - where a port's socket is, of the type that it has
 * @nic:	number of the NIC
 * @path:	of STATE_PATH_SIZE
 *
 * Return: 0; -ENOENT for a node whose ports have no socket; -errno with @err.
 */
int node_socket_path(const struct node *node, unsigned nic, char *path,
		     struct err *err);

/** node_listen() - a listening unix socket at @path; its fd, or -1 with @err */
int node_listen(const char *path, mode_t mode, struct err *err);

extern const struct node_ops node_vm_ops;
extern const struct node_ops node_netns_ops;
extern const struct node_ops node_external_ops;

#endif
