// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domain_port.c - the ports of one worker, as labd named them
 *
 * Theory of operation
 *
 * Ports report their carrier through their network. labd is told at once, but
 * not more often than every DOMAINS_TELL_NS: a front-end can make its carrier
 * flap a million times a second, and each message costs memory until labd reads
 * it.
 *
 * A cable's far end stays when its member leaves, until nothing comes any more
 * (domain_uplink.c): it goes with its carrier.
 *
 * A port may be in no network: a guest's spare NIC. Its front-end is served
 * like any other, for a VMM would not start its guest otherwise.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backends/stream.h"
#include "backends/tap.h"
#include "backends/vhost_user.h"
#include "cli/switchd/domain_internal.h"
#include "switch/network.h"

static struct domain_port *lookup_port(struct domains *domains, uint32_t number)
{
	return number < DOMAINS_MAX_PORTS ? domains->ports[number] : NULL;
}

/* Messages about ports leave it alone. */
static bool is_of_uplink(uint32_t number)
{
	return (number >= WIRE_UPLINK_PORTS && number < WIRE_HOST_PORTS) ||
	       number >= WIRE_METER_PORTS;
}

/* Tell labd of a change; returns when to try again, UINT64_MAX: no need. */
static uint64_t tell_carrier(struct domains *domains, uint32_t number)
{
	struct domain_port *port = domains->ports[number];
	uint64_t now_ns = loop_now_ns(domains->loop);
	union wire_message event;

	if (!port || port->port->carrier == port->told)
		return UINT64_MAX;
	if (now_ns < port->quiet_until_ns)
		return port->quiet_until_ns;
	port->told = port->port->carrier;
	port->quiet_until_ns = now_ns + DOMAINS_TELL_NS;
	memset(&event, 0, sizeof(event));
	event.header.type = WIRE_PORT_EVENT;
	event.port_event.port = number;
	event.port_event.carrier = port->told;
	domains->event(domains->event_ctx, &event);
	return UINT64_MAX;
}

static void tell_carriers(struct timer *timer)
{
	struct domains *domains =
		container_of(timer, struct domains, tell_timer);
	uint64_t next_ns = UINT64_MAX;
	uint32_t i;

	for (i = 0; i < DOMAINS_MAX_PORTS; i++)
		next_ns = MIN(next_ns, tell_carrier(domains, i));
	if (next_ns != UINT64_MAX)
		timer_arm(domains->loop, timer, next_ns);
}

/* Not from within their last word. */
static void remove_ended(struct timer *timer)
{
	struct domains *domains =
		container_of(timer, struct domains, end_timer);
	uint32_t i;

	for (i = 0; i < DOMAINS_MAX_PORTS; i++) {
		const struct domain_port *port = domains->ports[i];

		if (port && port->is_ending && !port->port->carrier)
			domain_port_remove(domains, i);
	}
}

static void remove_soon(struct domains *domains)
{
	domains->end_timer.expired = remove_ended;
	timer_arm(domains->loop, &domains->end_timer,
		  loop_now_ns(domains->loop));
}

void domain_port_end(struct domains *domains, uint32_t number)
{
	struct domain_port *port = lookup_port(domains, number);

	if (!port)
		return;
	port->is_ending = true;
	if (!port->port->carrier)
		remove_soon(domains);
}

void domain_port_carrier(struct domains *domains, struct port *port)
{
	uint64_t next_ns;
	uint32_t i;

	for (i = 0; i < DOMAINS_MAX_PORTS; i++) {
		if (domains->ports[i] && domains->ports[i]->port == port)
			break;
	}
	if (i == DOMAINS_MAX_PORTS)
		return; /* the network's own service port */
	if (domains->ports[i]->is_ending && !port->carrier)
		remove_soon(domains);
	next_ns = tell_carrier(domains, i);
	if (next_ns == UINT64_MAX || timer_is_armed(&domains->tell_timer))
		return;
	domains->tell_timer.expired = tell_carriers;
	timer_arm(domains->loop, &domains->tell_timer, next_ns);
}

static unsigned nowhere_input(void *ctx, struct port *port,
			      struct frame **frames, unsigned n)
{
	unsigned i;

	(void)ctx;
	for (i = 0; i < n; i++)
		port_drop_rx(port, frames[i], DROP_PORT_DISABLED);
	return n;
}

static void nowhere_carrier(void *ctx, struct port *port, bool up)
{
	(void)up;
	domain_port_carrier(ctx, port);
}

static void nowhere_writable(void *ctx, struct port *port)
{
	(void)ctx;
	(void)port;
}

static const struct port_upper nowhere = {
	.input = nowhere_input,
	.carrier = nowhere_carrier,
	.writable = nowhere_writable,
};

static int plug(struct domains *domains, const struct domain_port *port)
{
	if (port->network)
		return network_add_port(port->network->network, port->port,
					&port->options);
	port_plug(port->port, &nowhere, domains);
	return 0;
}

void domain_port_remove(struct domains *domains, uint32_t number)
{
	struct domain_port *port = domains->ports[number];

	domains->ports[number] = NULL;
	if (port->network)
		network_remove_port(port->network->network, port->port);
	else
		port_unplug(port->port);
	if (port->owner == DOMAIN_PORT_OWNED)
		port->port->ops->close(port->port);
	free(port);
}

static struct port *port_open(struct domains *domains,
			      const struct wire_port_add *add, int fd,
			      struct err *err)
{
	if (add->kind == WIRE_PORT_VHOST_USER) {
		struct vhost_user_settings settings = {
			.name = add->name,
			.listen_fd = fd,
			.connected_fd = -1,
			.mtu = add->mtu,
			.queue_pairs = MAX(add->queue_pairs, 1),
			.log = domains->log,
		};
		struct vhost_user *vu;

		vu = vhost_user_create(domains->loop, &domains->notifier,
				       &settings, err);
		return vu ? vhost_user_port(vu) : NULL;
	}
	if (add->kind == WIRE_PORT_TAP) {
		struct tap_settings settings = {.name = add->name,
						.fd = fd,
						.mtu = add->mtu,
						.log = domains->log};
		struct tap *tap = tap_create(domains->loop, &settings, err);

		return tap ? tap_port(tap) : NULL;
	}
	if (add->kind == WIRE_PORT_STREAM) {
		struct stream_settings settings = {.name = add->name,
						   .listen_fd = fd,
						   .mtu = add->mtu,
						   .log = domains->log};
		struct stream *stream =
			stream_create(domains->loop, &settings, err);

		return stream ? stream_port(stream) : NULL;
	}
	err_set(err, -EINVAL, "port %s is of an unknown kind", add->name);
	return NULL;
}

int domain_port_plug(struct domains *domains, const struct domain_place *place,
		     struct port *port, struct err *err)
{
	struct domain_port *entry;
	int code;

	if (place->number >= DOMAINS_MAX_PORTS || domains->ports[place->number])
		return err_set(err, -EINVAL, "port %s has no place",
			       port->name);
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return err_set(err, -ENOMEM, "no memory for port %s",
			       port->name);
	entry->port = port;
	entry->network = place->network;
	entry->options = place->options;
	entry->owner = place->owner;
	code = plug(domains, entry);
	if (code) {
		free(entry);
		return err_set(err, code, "network of port %s is full",
			       port->name);
	}
	domains->ports[place->number] = entry;
	if (port->carrier)
		domain_port_carrier(domains, port);
	return 0;
}

int domain_port_add(struct domains *domains, const struct wire_port_add *add,
		    int *fd, struct err *err)
{
	const struct domain_place place = {
		.network = domain_network_lookup(domains, add->network),
		.number = add->port,
		.options = {.isolated = add->isolated,
			    .disabled = add->disabled},
	};
	struct port *port;

	if ((!place.network && add->network != WIRE_NO_NETWORK) ||
	    is_of_uplink(add->port))
		return err_set(err, -EINVAL, "port %s has no place", add->name);
	port = port_open(domains, add, *fd, err);
	if (!port)
		return err->code;
	*fd = -1;
	if (domain_port_plug(domains, &place, port, err)) {
		port->ops->close(port);
		return err->code;
	}
	return 0;
}

static void port_query(struct domain_port *port, union wire_message *answer)
{
	struct wire_port_status *status = &answer->port_status;

	answer->header.type = WIRE_PORT_STATUS;
	port_get_status(port->port, &status->status);
	status->counters = port->port->counters;
	if (port->network)
		status->backlog =
			network_backlog(port->network->network, port->port);
}

int domain_port_handle(struct domains *domains, const union wire_message *m,
		       union wire_message *answer, struct err *err)
{
	struct domain_port *port = lookup_port(domains, m->port_ref.port);

	if (!port)
		return err_set(err, -ENOENT, "there is no port %u",
			       m->port_ref.port);
	if (m->header.type != WIRE_PORT_QUERY && is_of_uplink(m->port_ref.port))
		return err_set(err, -EPERM, "port %s goes with its uplink",
			       port->port->name);
	if (m->header.type == WIRE_PORT_QUERY) {
		port_query(port, answer);
		answer->port_status.port = m->port_ref.port;
	} else if (m->header.type == WIRE_PORT_SET) {
		port->options.disabled = m->port_set.disabled;
		if (port->network)
			network_set_port_options(port->network->network,
						 port->port, &port->options);
	} else {
		domain_port_remove(domains, m->port_ref.port);
	}
	return 0;
}
