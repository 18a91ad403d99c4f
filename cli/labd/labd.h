/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * labd.h - the supervisor of one lab: its state has this one owner
 *
 * One process per lab, a role of the weft executable. It keeps the lab's
 * sockets, taps, leases and children; when it is gone, all of the lab is gone.
 */
#ifndef CLI_LABD_LABD_H
#define CLI_LABD_LABD_H

#include <jansson.h>

#include "cli/ctl/ctl_server.h"
#include "cli/labd/broker_link.h"
#include "cli/labd/events.h"
#include "cli/labd/fabric.h"
#include "cli/labd/kernel_nat.h"
#include "cli/labd/lease_store.h"
#include "cli/labd/nic_return.h"
#include "cli/labd/node.h"
#include "cli/labd/quarantine.h"
#include "cli/labd/resolvers.h"

struct apply;
struct capture_book;

/**
 * struct labd - the one lab of this process
 * @loop:	everything runs on it
 * @log:	to labd.log
 * @name:	of the lab
 * @dir:	its folders
 * @switch_path: weft-switch
 * @lock_fd:	makes us the only one; -1: not yet
 * @server:	control socket
 * @leases:	on disk
 * @quarantine:	addresses that DHCP gives nobody for now
 * @host_ports:	that lead to nodes
 * @broker:	opens what follows, where we may not
 * @host_nics:	that are members of uplinks
 * @host_legs:	that are the host's own in networks
 * @kernel_nat:	networks whose engine is the kernel
 * @nic_return:	those of them that come back
 * @resolvers:	of the host
 * @lab:	what runs; NULL before the first lab.apply and after lab.down
 * @document:	canonical JSON of @lab; NULL while it is empty
 * @apply:	the lab.apply in work, or NULL (cli/labd/apply.h)
 * @refused:	what weft-switch refuses is said at this rate
 * @fabric:	weft-switch, as @lab wants it
 * @host:	what the nodes see of us
 * @nodes:	LAB_MAX_NODES, by number; @host is NULL where there is none.
 *		A node stays where it is for as long as it lives
 * @started_ns:	when there was a lab first
 * @exec_count:	commands run so far; the last one's number
 * @waits:	requests that wait for nodes (cli/labd/wait.h)
 * @events:	what happens, for who listens
 * @told:	state of the lab in the last lab.state event; NULL: none
 * @gatherings:	documents in the making (cli/labd/gathering.h)
 * @captures:	cli/labd/capture_book.h
 * @attachings:	requests that wait for carriers (cli/labd/attach.h)
 * @flaps:	ports that are down for a while (cli/labd/link.h)
 * @failovers:	rounds that are measured (cli/labd/failover_api.h)
 * @down:	the lab.down request that ends us, or NULL
 */
struct labd {
	struct loop *loop;
	struct log *log;
	char name[LAB_NAME_SIZE];
	struct state_dir dir;
	char switch_path[STATE_PATH_SIZE];
	int lock_fd;
	struct ctl_server *server;
	struct lease_store *leases;
	struct quarantine quarantine;
	struct host_ports host_ports;
	struct broker_link broker;
	struct host_nics host_nics;
	struct host_legs host_legs;
	struct kernel_nat kernel_nat;
	struct nic_return nic_return;
	struct resolvers *resolvers;
	struct lab *lab;
	json_t *document;
	struct apply *apply;
	struct log_limit refused;
	struct fabric *fabric;
	struct node_host host;
	struct node *nodes;
	uint64_t started_ns;
	unsigned exec_count;
	struct list waits;
	struct events events;
	const char *told;
	unsigned gatherings;
	struct capture_book *captures;
	struct list attachings;
	struct list flaps;
	struct list failovers;
	struct ctl_request *down;
};

/** labd_node() - the node that is number @place in the lab's file */
static inline struct node *labd_node(const struct labd *labd, unsigned place)
{
	return &labd->nodes[labd->lab->nodes[place].number];
}

/** labd_lookup_node() - the node of this name, or NULL */
struct node *labd_lookup_node(const struct labd *labd, const char *name);

/** labd_main() - main() of "weft labd --lab NAME --state DIR --ready-fd N" */
int labd_main(int argc, char **argv);

/**
 * labd_init() - a labd without a lab, a folder or a control socket
 * @loop:	stays the caller's, as does @log
 */
void labd_init(struct labd *labd, const char *name, struct loop *loop,
	       struct log *log);

/**
 * labd_prepare() - see that @lab can be made here, and have a lab to begin with
 *
 * Return: 0, and there is a lab: the one that runs, or an empty one; or -errno,
 * and nothing has changed.
 */
int labd_prepare(struct labd *labd, const struct lab *lab, struct err *err);

/** labd_tear_down() - end the lab at once; no-op without one */
void labd_tear_down(struct labd *labd);

/** labd_methods - what the control socket offers; @labd_method_count rows */
extern const struct ctl_method labd_methods[];
extern const size_t labd_method_count;

#endif
