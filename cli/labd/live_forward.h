/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * live_forward.h - forwards that were added while the lab runs
 *
 * They are beside those of the lab file, and stay over other lab files, as long
 * as the node they lead to is there and the file doesn't want the port itself.
 */
#ifndef CLI_LABD_LIVE_FORWARD_H
#define CLI_LABD_LIVE_FORWARD_H

#include "cli/labd/host_ports.h"

/**
 * live_forward_why_not() - can it be in @lab?
 * @lab:	need not be the one that runs
 * @settings:	filled when it can: as it is there
 *
 * Return: NULL, or why not, as in "added live, goes: REASON".
 */
const char *live_forward_why_not(const struct lab *lab,
				 const struct live_forward *live,
				 struct forward_settings *settings);

/**
 * live_forward_add() - one more, with its sockets open
 * @forward:	of the network called @network; nobody else's port
 *
 * It is wanted with the next host_ports_change().
 *
 * Return: 0, or -errno with a sentence.
 */
int live_forward_add(struct host_ports *table, const char *network,
		     const struct forward_settings *forward, struct err *err);

/**
 * live_forward_remove() - one less; its sockets go with host_ports_change()
 * @host:	address, first port, how many, protocol
 * @removed:	filled: as it was
 *
 * One at all addresses goes by any of them.
 *
 * Return: 0, or -ENOENT when there is none at just these ports.
 */
int live_forward_remove(struct host_ports *table,
			const struct forward_settings *host,
			struct live_forward *removed);

/** live_forwards_settle() - forget those that can't be in @lab */
void live_forwards_settle(struct host_ports *table, const struct lab *lab);

#endif
