/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain.h - the networks and ports of one worker, as labd named them
 *
 * Everything here is called on the worker's thread.
 */
#ifndef CLI_SWITCHD_DOMAIN_H
#define CLI_SWITCHD_DOMAIN_H

#include "cli/switchd/wire.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/notify.h"
#include "core/offload.h"
#include "core/packet.h"

/** DOMAINS_MAX_NETWORKS - network numbers are below this */
#define DOMAINS_MAX_NETWORKS WIRE_MAX_NETWORKS
/** DOMAINS_MAX_PORTS - port numbers are below this */
#define DOMAINS_MAX_PORTS WIRE_MAX_PORTS
/** DOMAINS_TELL_NS - labd is told of a port's carrier this often at most */
#define DOMAINS_TELL_NS (100 * NSEC_PER_MSEC)
/** DOMAINS_MAX_NAMES - names of one network's snapshot */
#define DOMAINS_MAX_NAMES 4096

struct domain_capture;
struct domain_network;
struct domain_port;
struct domain_uplink;

/**
 * struct domains - what lives on one worker
 * @loop:	of the worker
 * @clock:	the loop's
 * @log:	shared
 * @notifier:	of the thread; made on it
 * @pool:	for frames that wait
 * @scratch:	for offloads that a receiver can't take
 * @max_fds:	descriptors that the process may have
 * @tell_timer:	runs while a carrier is yet to be told
 * @end_timer:	runs while a port has come to its end and is still there
 * @event:	passes an unasked message to labd; called on the worker's thread
 * @event_ctx:	for @event
 * @networks:	by number; NULL: not here
 * @ports:	by number; NULL: not here
 * @uplinks:	likewise
 * @captures:	those with a part here (cli/switchd/domain_capture.h)
 */
struct domains {
	struct loop *loop;
	struct clock *clock;
	struct log *log;
	struct notifier notifier;
	struct packet_pool *pool;
	struct offload_scratch *scratch;
	uint32_t max_fds;
	struct timer tell_timer;
	struct timer end_timer;
	void (*event)(void *ctx, const union wire_message *message);
	void *event_ctx;
	struct domain_network *networks[DOMAINS_MAX_NETWORKS];
	struct domain_port *ports[DOMAINS_MAX_PORTS];
	struct domain_uplink *uplinks[WIRE_MAX_UPLINKS];
	struct domain_capture *captures;
};

/** domains_fini() - close every port, end every network */
void domains_fini(struct domains *domains);

/**
 * domains_handle() - do what a message says
 * @message:	a request, or WIRE_LEASE_COMMITTED
 * @fds:	of the message; those that were used are set to -1
 * @answer:	filled for requests; header.id is the caller's business
 */
void domains_handle(struct domains *domains, const union wire_message *message,
		    int *fds, union wire_message *answer);

#endif
