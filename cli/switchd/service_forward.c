// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * service_forward.c - a network's forwards, as labd wants them
 */
#include <errno.h>
#include <string.h>

#include "cli/switchd/service.h"

static_assert(WIRE_MAX_FORWARDS <= FORWARD_MAX, "each number has a place");

static int forward_query(const struct forwards *forwards,
			 const struct wire_forward *forward,
			 struct wire_forward_status *status)
{
	const struct forward_counters *counters;
	unsigned connections;

	counters = forwards_get(forwards, forward->forward, &connections);
	if (!counters)
		return -ENOENT;
	status->header.type = WIRE_FORWARD_STATUS;
	status->connections = connections;
	status->accepted = counters->accepted;
	status->refused = counters->refused;
	status->errors = counters->errors;
	return 0;
}

static int forward_add(struct forwards *forwards,
		       const struct wire_forward *forward,
		       const struct forward_target *target, int *fd)
{
	int code = forwards_add(forwards, forward->forward, target, *fd);

	if (!code)
		*fd = -1;
	return code;
}

int service_forward(struct service *service, const union wire_message *message,
		    int *fd, union wire_message *answer, struct err *err)
{
	const struct wire_forward *forward = &message->forward;
	const struct forward_target target = {
		.protocol = forward->udp ? NAT_UDP : NAT_TCP,
		.guest = forward->address,
		.port = forward->port,
	};
	enum wire_type type = message->header.type;
	struct gateway *gateway = service_gateway(service);
	struct forwards *forwards = gateway ? gateway_forwards(gateway) : NULL;
	int code;

	if (!forwards)
		return err_set(err, -ENOENT, "network %u forwards nothing",
			       forward->network);
	if (type == WIRE_FORWARD_ADD)
		code = forward_add(forwards, forward, &target, fd);
	else if (type == WIRE_FORWARD_SET)
		code = forwards_set(forwards, forward->forward, &target);
	else if (type == WIRE_FORWARD_REMOVE)
		code = forwards_remove(forwards, forward->forward);
	else
		code = forward_query(forwards, forward,
				     &answer->forward_status);
	return code ? err_set(err, code, "forward %u of network %u: %s",
			      forward->forward, forward->network,
			      strerror(-code))
		    : 0;
}
