/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_ports.h - the host's ports that lead to nodes: sockets that labd keeps
 *
 * They are opened here, so that weft up can say what is wrong with one, and
 * kept here, so that a weft-switch that is started again gets the same.
 */
#ifndef CLI_LABD_HOST_PORTS_H
#define CLI_LABD_HOST_PORTS_H

#include "cli/lab/lab.h"
#include "core/err.h"

/** HOST_PORTS_MAX - of one lab */
#define HOST_PORTS_MAX 1024
/** LIVE_FORWARDS_MAX - forwards that were added while the lab runs */
#define LIVE_FORWARDS_MAX 64

/**
 * struct host_port - one of them
 * @fd:		listening or bound; -1: the entry is unused
 * @is_wanted:	the lab has it; else it was opened for one that is yet to come
 * @is_live:	it was added while the lab runs
 * @forward:	of the lab; one port of it
 * @network:	number of its network
 * @number:	among those of @network
 * @is_told:	weft-switch knows it, with what follows
 * @address:	of the node, as told
 * @port:	of the node, as told
 */
struct host_port {
	int fd;
	bool is_wanted;
	bool is_live;
	struct forward_settings forward;
	unsigned network;
	unsigned number;
	bool is_told;
	uint32_t address;
	uint16_t port;
};

/**
 * struct live_forward - a forward that was added while the lab runs
 * @network:	name
 * @forward:	fits the lab that runs
 */
struct live_forward {
	char network[LAB_NAME_SIZE];
	struct forward_settings forward;
};

/**
 * struct host_ports - all of a lab
 * @live_count:	entries of @live
 * @live:	cli/labd/live_forward.h
 * @ports:	entries, some unused
 */
struct host_ports {
	unsigned live_count;
	struct live_forward live[LIVE_FORWARDS_MAX];
	struct host_port ports[HOST_PORTS_MAX];
};

/** host_ports_init() - none */
void host_ports_init(struct host_ports *table);

/** host_ports_fini() - close them all */
void host_ports_fini(struct host_ports *table);

/** host_ports_forget() - close what was opened for a lab that doesn't come */
void host_ports_forget(struct host_ports *table);

/**
 * host_ports_open() - open those of @lab that are not there yet
 *
 * Changes nothing for those in use. What was opened for a lab that didn't come
 * is closed.
 *
 * Return: 0, or -errno with a sentence that says which, and what to do; then
 * nothing is opened.
 */
int host_ports_open(struct host_ports *table, const struct lab *lab,
		    struct err *err);

/** host_ports_open_forward() - open those of one more forward; as above, but
 * what it opened before it failed is left to host_ports_forget() */
int host_ports_open_forward(struct host_ports *table,
			    const struct forward_settings *forward,
			    enum nat_engine engine, struct err *err);

/** host_port_gone_fn - weft-switch was told of @port and should forget it */
typedef void host_port_gone_fn(void *ctx, const struct host_port *port);

/**
 * host_ports_change() - they are those of @lab from now on, and live ones that
 * fit it
 * @lab:	numbered; host_ports_open() was called with it
 * @gone:	called for those that go, or go to another network, before
 */
void host_ports_change(struct host_ports *table, const struct lab *lab,
		       host_port_gone_fn *gone, void *ctx);

#endif
