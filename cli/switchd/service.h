/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * service.h - a network's gateway or DHCP port, built from labd's messages
 */
#ifndef CLI_SWITCHD_SERVICE_H
#define CLI_SWITCHD_SERVICE_H

#include "cli/switchd/domain.h"
#include "switch/gateway/gateway.h"
#include "switch/network.h"

struct service;

/** service_create() - remember what @add says; nothing is plugged in yet */
struct service *service_create(struct domains *domains,
			       const struct wire_network_add *add,
			       struct err *err);

/** service_destroy() - unplug and close it; NULL is fine */
void service_destroy(struct service *service, struct network *network);

/**
 * service_handle() - reservations, start, leases, names, commits
 *
 * Return: 0 or -errno with a sentence in @err.
 */
int service_handle(struct service *service, struct network *network,
		   const union wire_message *message, struct err *err);

/**
 * service_set_kernel() - the way outside is this port; before the start
 *
 * Return: 0 and it is the service's; -EEXIST when there is one.
 */
int service_set_kernel(struct service *service, struct port *port);

/**
 * service_forward() - WIRE_FORWARD_ADD, _SET, _REMOVE and _QUERY
 * @fd:		of WIRE_FORWARD_ADD; -1 when it was taken over
 */
int service_forward(struct service *service, const union wire_message *message,
		    int *fd, union wire_message *answer, struct err *err);

/** service_gateway() - NULL before it was started */
struct gateway *service_gateway(const struct service *service);

/**
 * service_query() - answer WIRE_GATEWAY_QUERY or WIRE_COUNTERS_QUERY
 *
 * Return: 0, or -ENOENT with a sentence in @err when it was not started.
 */
int service_query(const struct service *service, const struct network *network,
		  const union wire_message *message, union wire_message *answer,
		  struct err *err);

#endif
