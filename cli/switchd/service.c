// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * service.c - a network's gateway or DHCP port, built from labd's messages
 *
 * Theory of operation
 *
 * Routes and reservations come first and are collected. WIRE_NETWORK_START then
 * makes the port with all it must know before its first client, and plugs it
 * in. While it runs, another set of them is collected for
 * WIRE_RESERVATIONS_COMMIT. Names are collected too, and become a snapshot at
 * WIRE_NAMES_COMMIT.
 */
#include "cli/switchd/service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "cli/switchd/service_names.h"

/* The largest gid of net.ipv4.ping_group_range that every kernel takes. */
#define MAX_PING_GID 2147483647u
#define MAX_RESERVATIONS WIRE_NODE_PORTS

/* What is left for guests' rings and eventfds, of the descriptors we may have.
 */
#define SPARED_SHARE 4

/**
 * struct service - one service port
 * @domains:	of its worker
 * @add:	what labd wants it to be
 * @gateway:	NULL before WIRE_NETWORK_START
 * @reservations: @reservation_count entries; collected until the start, or
 *		WIRE_RESERVATIONS_COMMIT
 * @reservation_count: entries
 * @overrides:	@override_count entries; collected likewise
 * @override_count: entries
 * @names:	collected until WIRE_NAMES_COMMIT
 * @routes:	@route_count entries; collected until the start
 * @route_count:	entries
 * @kernel:	leads outside, once there is a gateway; NULL: it has it, or
 *		there is none
 * @has_kernel:	there is one, so there is no NAT of ours
 * @probe:	which addresses are the host's
 */
struct service {
	struct domains *domains;
	struct wire_network_add add;
	struct gateway *gateway;
	struct dhcp_reservation *reservations;
	unsigned reservation_count;
	struct dhcp_override *overrides;
	unsigned override_count;
	struct service_names names;
	struct nat_route routes[NAT_MAX_ROUTES];
	unsigned route_count;
	struct port *kernel;
	bool has_kernel;
	struct nat_sockets_probe probe;
};

static void commit_lease(void *ctx, const struct lease_record *record,
			 uint64_t ticket)
{
	struct service *service = ctx;
	union wire_message event;
	struct wire_lease *lease = &event.lease;

	memset(&event, 0, sizeof(event));
	lease->header.type = WIRE_LEASE_COMMIT;
	lease->network = service->add.network;
	lease->ticket = ticket;
	lease->address = record->address;
	lease->mac = record->mac;
	lease->expires_s = (int64_t)MIN(record->expires_s, INT64_MAX);
	lease->client_id_len = record->client_id_len;
	memcpy(lease->client_id, record->client_id, record->client_id_len);
	snprintf(lease->hostname, sizeof(lease->hostname), "%s",
		 record->hostname);
	service->domains->event(service->domains->event_ctx, &event);
}

static_assert(WIRE_DHCP_NOTICE_KINDS == (int)DHCP_NOTICE_COUNT &&
		      WIRE_DHCP_CONFLICT == (int)DHCP_NOTICE_CONFLICT &&
		      WIRE_DHCP_EXHAUSTED == (int)DHCP_NOTICE_EXHAUSTED,
	      "the same kinds in the same order");

static void tell_notice(void *ctx, const struct dhcp_notice *notice)
{
	struct service *service = ctx;
	union wire_message event;

	memset(&event, 0, sizeof(event));
	event.header.type = WIRE_DHCP_NOTICE;
	event.dhcp_notice.network = service->add.network;
	event.dhcp_notice.kind = notice->kind;
	event.dhcp_notice.address = notice->address;
	event.dhcp_notice.mac = notice->mac;
	event.dhcp_notice.rest_s = notice->rest_s;
	service->domains->event(service->domains->event_ctx, &event);
}

static uint64_t wall_s(void *ctx)
{
	(void)ctx;
	return (uint64_t)time(NULL);
}

static void nat_refused(void *ctx, enum nat_protocol protocol, int code)
{
	static const char *const names[] = {
		[NAT_TCP] = "TCP",
		[NAT_UDP] = "UDP",
		[NAT_ECHO] = "ping",
	};
	struct service *service = ctx;
	struct log *log = service->domains->log;

	static_assert(ARRAY_SIZE(names) == NAT_PROTOCOLS, "each has a name");
	if (protocol == NAT_ECHO && code == -EACCES)
		log_warning(log,
			    "network %s: pings to the outside need "
			    "net.ipv4.ping_group_range to include gid %u: "
			    "sysctl net.ipv4.ping_group_range=\"0 %u\"",
			    service->add.name, getegid(), MAX_PING_GID);
	else
		log_warning(log, "network %s: the host gives no %s socket: %s",
			    service->add.name, names[protocol],
			    strerror(-code));
}

static const struct gateway_ops gateway_ops = {
	.commit = commit_lease,
	.wall_s = wall_s,
	.nat_refused = nat_refused,
	.dhcp_notice = tell_notice,
};

struct service *service_create(struct domains *domains,
			       const struct wire_network_add *add,
			       struct err *err)
{
	struct service *service = calloc(1, sizeof(*service));

	if (!service) {
		err_set(err, -ENOMEM, "no memory for network %s", add->name);
		return NULL;
	}
	service->domains = domains;
	service->add = *add;
	nat_sockets_probe_init(&service->probe, domains->clock);
	return service;
}

void service_destroy(struct service *service, struct network *network)
{
	if (!service)
		return;
	if (service->gateway) {
		struct port *port = gateway_port(service->gateway);

		gateway_farewell(service->gateway);
		network_remove_port(network, port);
		port->ops->close(port);
	}
	if (service->kernel)
		service->kernel->ops->close(service->kernel);
	nat_sockets_probe_fini(&service->probe);
	free(service->reservations);
	free(service->overrides);
	service_names_fini(&service->names);
	free(service);
}

static_assert((unsigned)DHCP_MAX_ROUTES >= NAT_MAX_ROUTES, "DHCP tells all");

static void fill_dhcp(const struct service *service, struct dhcp_settings *dhcp)
{
	const struct wire_network_add *add = &service->add;
	unsigned i;

	memset(dhcp, 0, sizeof(*dhcp));
	dhcp->config.server = add->address;
	dhcp->config.mtu = add->mtu;
	dhcp->config.lease_s = add->lease_s;
	dhcp->config.rapid_commit = add->rapid_commit;
	dhcp->config.overrides.list = service->overrides;
	dhcp->config.overrides.count = service->override_count;
	if (add->service == WIRE_SERVICE_GATEWAY) {
		dhcp->config.gateway = add->address.addr;
		dhcp->config.dns = add->address.addr;
	}
	snprintf(dhcp->config.domain, sizeof(dhcp->config.domain), "%s",
		 add->domain);
	for (i = 0; i < service->route_count; i++)
		dhcp->config.routes[i] = (struct dhcp_route){
			service->routes[i].to, service->routes[i].via};
	dhcp->config.route_count = service->route_count;
	dhcp->first = add->dhcp_first;
	dhcp->last = add->dhcp_last;
	dhcp->reservations = service->reservations;
	dhcp->reservation_count = service->reservation_count;
}

/* They are DHCP's by now; the next ones are another set. */
static void forget_reservations(struct service *service)
{
	free(service->reservations);
	service->reservations = NULL;
	service->reservation_count = 0;
	free(service->overrides);
	service->overrides = NULL;
	service->override_count = 0;
}

static void fill_nat(const struct service *service, struct nat_settings *nat)
{
	const struct wire_network_add *add = &service->add;
	uint32_t max_fds = service->domains->max_fds;

	*nat = (struct nat_settings){
		.mac = add->mac,
		.address = add->address,
		.mtu = add->mtu,
		.host_access = add->nat.host_access,
		.filtering = MIN(add->nat.filtering, NAT_FILTERING_COUNT - 1),
		.max_flows = MIN(add->nat.max_flows, NAT_MAX_FLOWS),
		.max_flows_per_port = add->nat.max_flows_per_port,
		.max_fd = max_fds - max_fds / SPARED_SHARE,
		.routes = service->routes,
		.route_count = service->route_count,
	};
}

static void fill_ip6(const struct service *service,
		     struct gateway_ip6_settings *ip6)
{
	const struct wire_network_add *add = &service->add;

	memset(ip6, 0, sizeof(*ip6));
	ip6->prefix = add->ipv6.prefix;
	ip6->advertise = add->ipv6.advertise;
	ip6->ra_flags = add->ipv6.ra_flags;
	ip6->prefix_flags = add->ipv6.prefix_flags;
	snprintf(ip6->domain, sizeof(ip6->domain), "%s", add->domain);
}

/* Without DHCP for IPv4 nobody said how long. */
#define LEASE6_S 3600

static void fill_dhcp6(const struct service *service,
		       struct dhcp6_settings *dhcp6)
{
	const struct wire_network_add *add = &service->add;

	memset(dhcp6, 0, sizeof(*dhcp6));
	dhcp6->mac = add->mac;
	dhcp6->prefix = add->ipv6.prefix.addr;
	dhcp6->first = add->ipv6.dhcp6_first;
	dhcp6->last = add->ipv6.dhcp6_last;
	dhcp6->lease_s = add->lease_s ? add->lease_s : LEASE6_S;
	snprintf(dhcp6->domain, sizeof(dhcp6->domain), "%s", add->domain);
	/* the same after every start, so that clients keep their addresses */
	memcpy(&dhcp6->secret, &add->ipv6.prefix.addr, sizeof(dhcp6->secret));
}

static int plug(struct service *service, struct network *network,
		struct err *err)
{
	struct network_port_options options = {.mac = service->add.mac};
	struct port *port = gateway_port(service->gateway);
	int code = network_add_port(network, port, &options);

	if (!code)
		return 0;
	port->ops->close(port);
	service->gateway = NULL;
	return err_set(err, code, "network %s has no room for its gateway",
		       service->add.name);
}

static int service_start(struct service *service, struct network *network,
			 struct err *err)
{
	const struct wire_network_add *add = &service->add;
	struct domains *domains = service->domains;
	struct dns_settings dns = {0};
	struct dhcp_settings dhcp;
	struct nat_settings nat;
	struct gateway_ip6_settings ip6;
	struct dhcp6_settings dhcp6;
	struct gateway_settings settings = {
		.mac = add->mac,
		.address = add->address,
		.mtu = add->mtu,
		.dhcp_only = add->service == WIRE_SERVICE_DHCP,
	};
	struct gateway_env env = {
		.loop = domains->loop,
		.clock = domains->clock,
		.pool = domains->pool,
		.ops = &gateway_ops,
		.ctx = service,
		.sockets = &nat_sockets_host,
		.sockets_ctx = &service->probe,
	};
	char name[PORT_NAME_SIZE];

	if (service->gateway)
		return err_set(err, -EEXIST, "network %s runs already",
			       add->name);
	snprintf(name, sizeof(name), "%.31s/gateway", add->name);
	settings.name = name;
	fill_dhcp(service, &dhcp);
	snprintf(dns.domain, sizeof(dns.domain), "%s", add->domain);
	dns.subnet = add->address;
	dns.forward_private = add->forward_private;
	settings.dhcp = add->dhcp ? &dhcp : NULL;
	settings.dns = settings.dhcp_only ? NULL : &dns;
	fill_nat(service, &nat);
	if (!settings.dhcp_only && !service->has_kernel)
		settings.nat = &nat;
	settings.kernel = service->kernel;
	fill_ip6(service, &ip6);
	fill_dhcp6(service, &dhcp6);
	ip6.dhcp6 = add->ipv6.dhcp6_first ? &dhcp6 : NULL;
	settings.ip6 = add->ipv6.prefix.len ? &ip6 : NULL;
	if (getrandom(&settings.secret, sizeof(settings.secret), 0) < 0)
		return err_set(err, -errno, "no randomness: %s",
			       strerror(errno));
	nat.secret = settings.secret;
	service->gateway = gateway_create(&settings, &env, err);
	forget_reservations(service);
	if (!service->gateway)
		return err->code;
	service->kernel = NULL;
	return plug(service, network, err);
}

int service_set_kernel(struct service *service, struct port *port)
{
	if (service->gateway || service->kernel)
		return -EEXIST;
	service->kernel = port;
	service->has_kernel = true;
	return 0;
}

struct gateway *service_gateway(const struct service *service)
{
	return service->gateway;
}

static int add_reservation(struct service *service,
			   const struct wire_reservation_add *add,
			   struct err *err)
{
	struct dhcp_reservation *r = service->reservations;
	unsigned n = service->reservation_count;

	if (n == MAX_RESERVATIONS)
		return err_set(err, -ENOSPC, "too many reservations");
	if ((n & (n - 1)) == 0) {
		r = realloc(r, MAX(2 * n, 1) * sizeof(*r));
		if (!r)
			return err_set(err, -ENOMEM, "no memory");
		service->reservations = r;
	}
	r[n].mac = add->mac;
	r[n].address = add->address;
	snprintf(r[n].name, sizeof(r[n].name), "%s", add->hostname);
	service->reservation_count++;
	return 0;
}

static int add_override(struct service *service,
			const struct wire_dhcp_option *add, struct err *err)
{
	struct dhcp_override *list = service->overrides;
	unsigned n = service->override_count;

	if (n == DHCP_MAX_OVERRIDES)
		return err_set(err, -ENOSPC, "too many DHCP options");
	if ((n & (n - 1)) == 0) {
		list = realloc(list, MAX(2 * n, 1) * sizeof(*list));
		if (!list)
			return err_set(err, -ENOMEM, "no memory");
		service->overrides = list;
	}
	list[n].mac = add->mac;
	list[n].code = add->code;
	list[n].len = (uint8_t)MIN(add->len, DHCP_OVERRIDE_SIZE);
	memcpy(list[n].data, add->data, DHCP_OVERRIDE_SIZE);
	service->override_count++;
	return 0;
}
static_assert(WIRE_DHCP_OPTION_SIZE == DHCP_OVERRIDE_SIZE, "it is copied");

static int add_route(struct service *service, const struct wire_route_add *add,
		     struct err *err)
{
	if (service->route_count == NAT_MAX_ROUTES)
		return err_set(err, -ENOSPC, "too many routes");
	service->routes[service->route_count++] =
		(struct nat_route){add->to, add->via};
	return 0;
}

static int commit_reservations(struct service *service, struct err *err)
{
	struct dhcp_settings dhcp;
	uint64_t seed = 0;
	int code;

	if (getrandom(&seed, sizeof(seed), 0) < 0)
		return err_set(err, -errno, "no randomness: %s",
			       strerror(errno));
	fill_dhcp(service, &dhcp);
	code = gateway_set_dhcp(service->gateway, &dhcp, seed, err);
	forget_reservations(service);
	return code;
}

static int commit_names(struct service *service, struct err *err)
{
	struct dns_names *names = service_names_commit(&service->names, err);

	if (!names)
		return err->code;
	gateway_set_names(service->gateway, names);
	return 0;
}

static int restore_lease(struct service *service,
			 const struct wire_lease *lease, struct err *err)
{
	struct lease_record record;
	int code;

	memset(&record, 0, sizeof(record));
	record.mac = lease->mac;
	record.address = lease->address;
	record.client_id_len = lease->client_id_len;
	memcpy(record.client_id, lease->client_id, lease->client_id_len);
	record.expires_s = (uint64_t)MAX(lease->expires_s, 0);
	snprintf(record.hostname, sizeof(record.hostname), "%s",
		 lease->hostname);
	code = gateway_restore(service->gateway, &record);
	return code ? err_set(err, code, "a lease does not fit the network")
		    : 0;
}

int service_handle(struct service *service, struct network *network,
		   const union wire_message *message, struct err *err)
{
	enum wire_type type = message->header.type;

	if (type == WIRE_RESERVATION_ADD)
		return add_reservation(service, &message->reservation_add, err);
	if (type == WIRE_DHCP_OPTION_ADD)
		return add_override(service, &message->dhcp_option, err);
	if (type == WIRE_ROUTE_ADD)
		return add_route(service, &message->route_add, err);
	if (type == WIRE_NETWORK_START)
		return service_start(service, network, err);
	if (type == WIRE_NAME_ADD)
		return service_names_add(&service->names, &message->name_add,
					 err);
	if (type == WIRE_RECORD_ADD)
		return service_names_add_record(&service->names,
						&message->record_add, err);
	if (!service->gateway)
		return err_set(err, -EINVAL, "network %s has not been started",
			       service->add.name);
	if (type == WIRE_RESERVATIONS_COMMIT)
		return commit_reservations(service, err);
	if (type == WIRE_NAMES_COMMIT)
		return commit_names(service, err);
	if (type == WIRE_RESOLVERS) {
		gateway_set_resolvers(
			service->gateway, message->resolvers.servers,
			MIN(message->resolvers.count, WIRE_MAX_RESOLVERS));
		return 0;
	}
	if (type == WIRE_LEASE_RESTORE)
		return restore_lease(service, &message->lease, err);
	if (type == WIRE_LEASE_COMMITTED) {
		gateway_committed(service->gateway,
				  message->lease_committed.ticket,
				  message->lease_committed.ok);
		return 0;
	}
	return err_set(err, -EPROTO, "message %u is not for a network", type);
}
