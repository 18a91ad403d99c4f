// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domain.c - the networks of one worker, as labd named them
 *
 * Theory of operation
 *
 * labd numbers networks and ports; here, and in domain_port.c and
 * domain_uplink.c, the numbers become objects. A message either does all it
 * says or nothing, and its answer says which. Leases go the other way, from the
 * network's gateway to labd and back (docs/architecture.md, "Durable things").
 */
#include "cli/switchd/domain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "backends/tap.h"
#include "cli/switchd/domain_capture.h"
#include "cli/switchd/domain_internal.h"
#include "cli/switchd/domain_uplink.h"
#include "switch/network.h"

static uint64_t random_u64(void)
{
	uint64_t value = 0;

	while (getrandom(&value, sizeof(value), 0) != sizeof(value))
		;
	return value;
}

struct domain_network *domain_network_lookup(struct domains *domains,
					     uint32_t number)
{
	return number < DOMAINS_MAX_NETWORKS ? domains->networks[number] : NULL;
}

static void network_carrier(void *ctx, struct port *port, bool up)
{
	struct domain_network *network = ctx;

	(void)up;
	domain_port_carrier(network->domains, port);
}

static void network_free(struct domain_network *network)
{
	domain_guests_fini(&network->guests);
	service_destroy(network->service, network->network);
	network_destroy(network->network);
	free(network);
}

static int network_add(struct domains *domains,
		       const struct wire_network_add *add, struct err *err)
{
	struct network_options options = {.name = add->name,
					  .link_local = add->link_local,
					  .seed = random_u64()};
	const struct network_env env = {domains->loop, domains->pool,
					domains->scratch};
	struct domain_network *network;

	if (add->network >= DOMAINS_MAX_NETWORKS ||
	    domains->networks[add->network])
		return err_set(err, -EEXIST, "network number %u is taken",
			       add->network);
	network = calloc(1, sizeof(*network));
	if (!network)
		return err_set(err, -ENOMEM, "no memory for network %s",
			       add->name);
	network->domains = domains;
	network->number = add->network;
	options.watcher.carrier = network_carrier;
	options.watcher.ctx = network;
	network->network = network_create(&env, &options, err);
	if (network->network && add->service != WIRE_SERVICE_NONE)
		network->service = service_create(domains, add, err);
	if (!network->network ||
	    (add->service != WIRE_SERVICE_NONE && !network->service)) {
		network_free(network);
		return err->code;
	}
	domains->networks[add->network] = network;
	return 0;
}

/* The service port goes, and is made anew when labd starts it. */
static int network_change(struct domains *domains,
			  const struct wire_network_add *add, struct err *err)
{
	struct domain_network *network =
		domain_network_lookup(domains, add->network);

	if (!network)
		return err_set(err, -ENOENT, "there is no network %u",
			       add->network);
	network_set_link_local(network->network, add->link_local);
	service_destroy(network->service, network->network);
	network->service = NULL;
	if (add->service == WIRE_SERVICE_NONE)
		return 0;
	network->service = service_create(domains, add, err);
	return network->service ? 0 : err->code;
}

static void network_remove(struct domains *domains, uint32_t number)
{
	struct domain_network *network = domains->networks[number];
	uint32_t i;

	domain_uplinks_leave(domains, network);
	for (i = 0; i < DOMAINS_MAX_PORTS; i++) {
		if (domains->ports[i] && domains->ports[i]->network == network)
			domain_port_remove(domains, i);
	}
	domain_capture_forget(domains, network->network);
	domains->networks[number] = NULL;
	network_free(network);
}

static void network_query(struct domain_network *network,
			  union wire_message *answer)
{
	struct wire_network_status *status = &answer->network_status;
	const struct fdb_counters *fdb;

	fdb = fdb_get_counters(network_fdb(network->network));
	answer->header.type = WIRE_NETWORK_STATUS;
	status->network = network->number;
	status->addresses = fdb->entries;
	status->learned = fdb->learned;
	status->moved = fdb->moved;
	status->aged = fdb->aged;
	status->evicted = fdb->evicted;
}

/* labd's numbers of a network's ports, by slot. */
static void number_slots(const struct domains *domains,
			 const struct domain_network *network,
			 uint32_t numbers[NETWORK_MAX_PORTS])
{
	uint32_t i;

	for (i = 0; i < NETWORK_MAX_PORTS; i++)
		numbers[i] = WIRE_PORT_SERVICE;
	for (i = 0; i < DOMAINS_MAX_PORTS; i++) {
		const struct domain_port *port = domains->ports[i];

		if (port && port->network == network)
			numbers[port->port->upper_slot] = i;
	}
}

static void fdb_query(const struct domains *domains,
		      const struct domain_network *network, uint32_t cursor,
		      union wire_message *answer)
{
	uint32_t now_s = (uint32_t)(loop_now_ns(domains->loop) / NSEC_PER_SEC);
	uint32_t numbers[NETWORK_MAX_PORTS], i;
	struct wire_fdb_page *page = &answer->fdb_page;
	struct fdb_info info[WIRE_FDB_ENTRIES];

	answer->header.type = WIRE_FDB_PAGE;
	page->network = network->number;
	page->count = fdb_list(network_fdb(network->network), &cursor, now_s,
			       info, WIRE_FDB_ENTRIES);
	page->cursor = cursor;
	number_slots(domains, network, numbers);
	for (i = 0; i < page->count; i++) {
		page->entries[i].port = numbers[info[i].port];
		page->entries[i].age_s = info[i].age_s;
		page->entries[i].vid = info[i].vid;
		page->entries[i].mac = info[i].mac;
		page->entries[i].is_static = info[i].is_static;
	}
}

static_assert((int)WIRE_FLOW_TCP == NAT_TCP, "the same order");
static_assert((int)WIRE_FLOW_UDP == NAT_UDP, "the same order");
static_assert((int)WIRE_FLOW_ICMP == NAT_ECHO, "the same order");

static void fill_flow(struct wire_flow *to, const struct nat_flow_status *from,
		      uint32_t port)
{
	to->protocol = (uint8_t)from->protocol;
	snprintf(to->state, sizeof(to->state), "%s", from->state);
	to->port = port;
	to->guest = from->guest;
	to->remote = from->remote;
	to->guest_port = from->guest_port;
	to->remote_port = from->remote_port;
	to->idle_ms = from->idle_ms;
	to->out_bytes = from->out_bytes;
	to->in_bytes = from->in_bytes;
}

/* A network without NAT has none. */
static void flow_query(const struct domains *domains,
		       const struct domain_network *network, uint32_t cursor,
		       union wire_message *answer)
{
	const struct gateway *gateway =
		network->service ? service_gateway(network->service) : NULL;
	const struct nat *nat = gateway ? gateway_nat(gateway) : NULL;
	struct wire_flow_page *page = &answer->flow_page;
	uint32_t numbers[NETWORK_MAX_PORTS];
	struct nat_flow_status status;

	answer->header.type = WIRE_FLOW_PAGE;
	page->network = network->number;
	number_slots(domains, network, numbers);
	while (nat && page->count < WIRE_FLOWS) {
		if (!nat_flow_get(nat, &cursor, &status)) {
			cursor = 0;
			break;
		}
		fill_flow(&page->flows[page->count++], &status,
			  numbers[status.ingress]);
	}
	page->cursor = nat ? cursor : 0;
}

static int handle_guests(struct domain_network *network,
			 const union wire_message *m, struct err *err)
{
	int code = 0;

	if (m->header.type == WIRE_GUEST_ADD)
		code = domain_guests_add(&network->guests, &m->guest_add);
	else
		domain_guests_commit(&network->guests);
	return code ? err_set(err, code, "no room for a guest's address") : 0;
}

static int handle_network(struct domains *domains, const union wire_message *m,
			  union wire_message *answer, struct err *err)
{
	struct domain_network *network;

	/* Every such message has the number at the same place. */
	network = domain_network_lookup(domains, m->network_ref.network);
	if (!network)
		return err_set(err, -ENOENT, "there is no network %u",
			       m->network_ref.network);
	if (m->header.type == WIRE_NETWORK_QUERY) {
		network_query(network, answer);
		return 0;
	}
	if (m->header.type == WIRE_FDB_QUERY) {
		fdb_query(domains, network, m->page_query.cursor, answer);
		return 0;
	}
	if (m->header.type == WIRE_FLOW_QUERY) {
		flow_query(domains, network, m->page_query.cursor, answer);
		return 0;
	}
	if (m->header.type == WIRE_NETWORK_REMOVE) {
		network_remove(domains, network->number);
		return 0;
	}
	if (m->header.type == WIRE_GUEST_ADD ||
	    m->header.type == WIRE_GUESTS_COMMIT)
		return handle_guests(network, m, err);
	if (!network->service)
		return m->header.type == WIRE_NETWORK_START
			       ? 0
			       : err_set(err, -ENOENT,
					 "network %u serves no addresses",
					 network->number);
	if (m->header.type == WIRE_GATEWAY_QUERY ||
	    m->header.type == WIRE_COUNTERS_QUERY)
		return service_query(network->service, network->network, m,
				     answer, err);
	return service_handle(network->service, network->network, m, err);
}

static int handle_forward(struct domains *domains, const union wire_message *m,
			  int *fd, union wire_message *answer, struct err *err)
{
	struct domain_network *network =
		domain_network_lookup(domains, m->forward.network);

	if (!network || !network->service)
		return err_set(err, -ENOENT, "network %u forwards nothing",
			       m->forward.network);
	return service_forward(network->service, m, fd, answer, err);
}

static int handle_kernel(struct domains *domains, const union wire_message *m,
			 int *fd, struct err *err)
{
	struct domain_network *network =
		domain_network_lookup(domains, m->kernel_set.network);
	struct tap_settings settings = {.fd = *fd, .log = domains->log};
	char name[PORT_NAME_SIZE];
	struct tap *tap;
	int code;

	if (!network || !network->service)
		return err_set(err, -ENOENT, "network %u leads nowhere",
			       m->kernel_set.network);
	snprintf(name, sizeof(name), "kernel of %u", network->number);
	settings.name = name;
	settings.mtu = m->kernel_set.mtu;
	tap = tap_create(domains->loop, &settings, err);
	if (!tap)
		return err->code;
	*fd = -1;
	code = service_set_kernel(network->service, tap_port(tap));
	if (!code)
		return 0;
	tap_port(tap)->ops->close(tap_port(tap));
	return err_set(err, code, "network %u has its way outside",
		       network->number);
}

void domains_handle(struct domains *domains, const union wire_message *message,
		    int *fds, union wire_message *answer)
{
	enum wire_type type = message->header.type;
	struct err err = {0};
	int code;

	memset(answer, 0, sizeof(*answer));
	answer->header.type = WIRE_REPLY;
	if (type == WIRE_NETWORK_ADD)
		code = network_add(domains, &message->network_add, &err);
	else if (type == WIRE_NETWORK_CHANGE)
		code = network_change(domains, &message->network_add, &err);
	else if (type == WIRE_PORT_ADD)
		code = domain_port_add(domains, &message->port_add, &fds[0],
				       &err);
	else if (type == WIRE_PORT_QUERY || type == WIRE_PORT_REMOVE ||
		 type == WIRE_PORT_SET)
		code = domain_port_handle(domains, message, answer, &err);
	else if (wire_is_uplink(type))
		code = domain_uplink_handle(domains, message, fds, answer,
					    &err);
	else if (type >= WIRE_FORWARD_ADD && type <= WIRE_FORWARD_QUERY)
		code = handle_forward(domains, message, &fds[0], answer, &err);
	else if (type == WIRE_KERNEL_SET)
		code = handle_kernel(domains, message, &fds[0], &err);
	else
		code = handle_network(domains, message, answer, &err);
	if (answer->header.type != WIRE_REPLY)
		return;
	if (type == WIRE_PORT_ADD || type == WIRE_NETWORK_START ||
	    type == WIRE_UPLINK_ADD || type == WIRE_NIC_ADD ||
	    type == WIRE_CABLE_ADD)
		domain_capture_refresh(domains);
	answer->reply.code = code;
	if (code)
		snprintf(answer->reply.text, sizeof(answer->reply.text),
			 "%.255s", err.msg);
}

void domains_fini(struct domains *domains)
{
	uint32_t i;

	for (i = 0; i < DOMAINS_MAX_NETWORKS; i++) {
		if (domains->networks[i])
			network_remove(domains, i);
	}
	for (i = 0; i < DOMAINS_MAX_PORTS; i++) {
		if (domains->ports[i])
			domain_port_remove(domains, i);
	}
	while (domains->captures)
		domain_capture_end(domains,
				   domain_capture_job(domains->captures));
	timer_cancel(domains->loop, &domains->tell_timer);
	timer_cancel(domains->loop, &domains->end_timer);
}
