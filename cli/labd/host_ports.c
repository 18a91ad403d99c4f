// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host_ports.c - the host's ports that lead to nodes: sockets that labd keeps
 *
 * Theory of operation
 *
 * A socket goes by address, port and protocol at the host. One that is in the
 * lab before and after a change stays open, wherever it leads. New ones are
 * opened before anything else of a lab is changed, as that is what can fail;
 * they are wanted once the change is made.
 *
 * Limits: HOST_PORTS_MAX sockets; of IPv6, TCP only.
 */
#include "cli/labd/host_ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/lab/lab_forward.h"
#include "cli/labd/live_forward.h"
#include "core/util.h"

#define BACKLOG 128
#define NO_NUMBER UINT32_MAX

static bool is_same_port(const struct forward_settings *a,
			 const struct forward_settings *b)
{
	return lab_forward_same_host(a, b) && a->host_port == b->host_port &&
	       a->udp == b->udp;
}

static struct host_port *lookup(struct host_ports *table,
				const struct forward_settings *forward)
{
	unsigned i;

	for (i = 0; i < HOST_PORTS_MAX; i++) {
		if (table->ports[i].fd >= 0 &&
		    is_same_port(&table->ports[i].forward, forward))
			return &table->ports[i];
	}
	return NULL;
}

static void port_close(struct host_port *port)
{
	if (port->fd >= 0)
		close(port->fd);
	memset(port, 0, sizeof(*port));
	port->fd = -1;
}

void host_ports_forget(struct host_ports *table)
{
	unsigned i;

	for (i = 0; i < HOST_PORTS_MAX; i++) {
		if (!table->ports[i].is_wanted)
			port_close(&table->ports[i]);
	}
}

void host_ports_init(struct host_ports *table)
{
	unsigned i;

	memset(table, 0, sizeof(*table));
	for (i = 0; i < HOST_PORTS_MAX; i++)
		table->ports[i].fd = -1;
}

void host_ports_fini(struct host_ports *table)
{
	unsigned i;

	for (i = 0; i < HOST_PORTS_MAX; i++)
		port_close(&table->ports[i]);
}

/* What went wrong at the host, and what to do about it. */
static int explain(const struct forward_settings *forward, int code,
		   struct err *err)
{
	const char *protocol = forward->udp ? "udp" : "tcp";
	char address[LAB_FORWARD_HOST_SIZE];

	lab_forward_host_text(forward, address);
	if (code == -EADDRINUSE)
		return err_set(err, code,
			       "port %u/%s of %s is in use; choose another in "
			       "forward:, or see who has it with: ss -lpn%c "
			       "'sport = :%u'",
			       forward->host_port, protocol, address,
			       protocol[0], forward->host_port);
	if (code == -EACCES)
		return err_set(err, code,
			       "port %u/%s of %s needs privilege: choose one "
			       "from 1024 up in forward:, run as root, or "
			       "allow it with: sysctl "
			       "net.ipv4.ip_unprivileged_port_start=%u",
			       forward->host_port, protocol, address,
			       forward->host_port);
	if (code == -EADDRNOTAVAIL)
		return err_set(err, code,
			       "this host has no address %s, as forward: wants",
			       address);
	return err_set(err, code, "cannot open port %u/%s of %s: %s",
		       forward->host_port, protocol, address, strerror(-code));
}

/**
 * union host_address - an address of the host and a port
 * @any:	for its family
 * @v4:		IPv4
 * @v6:		IPv6
 */
union host_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Its length. */
static socklen_t address_of(const struct forward_settings *forward,
			    union host_address *at)
{
	memset(at, 0, sizeof(*at));
	if (!forward->is_v6) {
		at->v4.sin_family = AF_INET;
		at->v4.sin_port = htons(forward->host_port);
		at->v4.sin_addr.s_addr = htonl(forward->host);
		return sizeof(at->v4);
	}
	at->v6.sin6_family = AF_INET6;
	at->v6.sin6_port = htons(forward->host_port);
	memcpy(&at->v6.sin6_addr, forward->host6, sizeof(forward->host6));
	return sizeof(at->v6);
}

/*
 * @engine: where the kernel leads, the socket is there to have the port: nobody
 * listens, and nobody else may be bound to it either
 */
static int open_socket(const struct forward_settings *forward,
		       enum nat_engine engine)
{
	int type = forward->udp ? SOCK_DGRAM : SOCK_STREAM, on = 1, code = 0;
	bool listens = !forward->udp && engine == NAT_ENGINE_USER;
	union host_address at;
	socklen_t len = address_of(forward, &at);
	int fd = socket(at.any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC,
			0);

	if (fd < 0)
		return -errno;
	/* what clients have left behind must not keep the port from us */
	if (listens)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* [::] is IPv6 alone: 0.0.0.0 is a forward of its own */
	if (forward->is_v6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
				 sizeof(on));
	if (bind(fd, &at.any, len) || (listens && listen(fd, BACKLOG)))
		code = -errno;
	if (!code)
		return fd;
	close(fd);
	return code;
}

static int open_port(struct host_ports *table,
		     const struct forward_settings *forward,
		     enum nat_engine engine, struct err *err)
{
	struct host_port *port = NULL;
	unsigned i;

	if (lookup(table, forward))
		return 0;
	for (i = 0; i < HOST_PORTS_MAX && !port; i++) {
		if (table->ports[i].fd < 0)
			port = &table->ports[i];
	}
	if (!port)
		return err_set(err, -ENOSPC, "more than %u forwards of a lab",
			       HOST_PORTS_MAX);
	port->fd = open_socket(forward, engine);
	if (port->fd < 0) {
		int code = port->fd;

		port->fd = -1;
		return explain(forward, code, err);
	}
	port->forward = *forward;
	return 0;
}

int host_ports_open_forward(struct host_ports *table,
			    const struct forward_settings *forward,
			    enum nat_engine engine, struct err *err)
{
	unsigned i;

	for (i = 0; i < forward->count; i++) {
		const struct forward_settings one =
			lab_forward_port(forward, i);

		if (open_port(table, &one, engine, err))
			return err->code;
	}
	return 0;
}

int host_ports_open(struct host_ports *table, const struct lab *lab,
		    struct err *err)
{
	unsigned i, k;

	host_ports_forget(table);
	for (i = 0; i < lab->network_count; i++) {
		const struct network_settings *network = &lab->networks[i];

		for (k = 0; k < network->forward_count; k++) {
			if (!host_ports_open_forward(table,
						     &network->forwards[k],
						     network->engine, err))
				continue;
			host_ports_forget(table);
			return err->code;
		}
	}
	return 0;
}

/* The lowest that no other port of its network has. */
static unsigned free_number(const struct host_ports *table,
			    const struct host_port *port)
{
	bool taken[HOST_PORTS_MAX] = {false};
	unsigned i;

	for (i = 0; i < HOST_PORTS_MAX; i++) {
		const struct host_port *other = &table->ports[i];

		if (other != port && other->is_wanted &&
		    other->network == port->network &&
		    other->number < HOST_PORTS_MAX)
			taken[other->number] = true;
	}
	for (i = 0; i < HOST_PORTS_MAX - 1 && taken[i];)
		i++;
	return i;
}

/* The lab's forward has this socket, and its number if it stays where it was.
 */
static void want(struct host_port *port, const struct forward_settings *forward,
		 const struct network_settings *on, host_port_gone_fn *gone,
		 void *ctx)
{
	unsigned network = on->number;

	port->forward = *forward;
	port->is_wanted = true;
	if (!forward->udp && on->engine == NAT_ENGINE_USER)
		(void)listen(port->fd, BACKLOG); /* it may have been a rule's */
	if (port->network == network && port->number != NO_NUMBER)
		return;
	if (port->is_told)
		gone(ctx, port);
	port->is_told = false;
	port->network = network;
	port->number = NO_NUMBER;
}

/**
 * struct wanting - who wants sockets
 * @table:	they are in
 * @gone:	see host_ports_change()
 * @ctx:	for @gone
 * @is_live:	wanted by those that were added while the lab runs
 */
struct wanting {
	struct host_ports *table;
	host_port_gone_fn *gone;
	void *ctx;
	bool is_live;
};

static void want_forward(const struct wanting *w,
			 const struct forward_settings *forward,
			 const struct network_settings *network)
{
	unsigned i;

	for (i = 0; i < forward->count; i++) {
		const struct forward_settings one =
			lab_forward_port(forward, i);
		struct host_port *port = lookup(w->table, &one);

		if (!port)
			continue;
		want(port, &one, network, w->gone, w->ctx);
		port->is_live = w->is_live;
	}
}

static void want_all(struct wanting *w, const struct lab *lab)
{
	const struct network_settings *network;
	unsigned i, k;

	for (i = 0; i < lab->network_count; i++) {
		network = &lab->networks[i];
		for (k = 0; k < network->forward_count; k++)
			want_forward(w, &network->forwards[k], network);
	}
	w->is_live = true;
	for (i = 0; i < w->table->live_count; i++) {
		const struct live_forward *live = &w->table->live[i];

		network = lab_lookup_network(lab, live->network);
		if (network)
			want_forward(w, &live->forward, network);
	}
}

void host_ports_change(struct host_ports *table, const struct lab *lab,
		       host_port_gone_fn *gone, void *ctx)
{
	struct wanting wanting = {table, gone, ctx, false};
	struct host_port *port;

	live_forwards_settle(table, lab);
	for (port = table->ports; port < table->ports + HOST_PORTS_MAX;
	     port++) {
		if (!port->is_wanted)
			port->number = NO_NUMBER;
		port->is_wanted = false;
	}
	want_all(&wanting, lab);
	for (port = table->ports; port < table->ports + HOST_PORTS_MAX;
	     port++) {
		if (!port->is_wanted && port->is_told)
			gone(ctx, port);
		if (!port->is_wanted)
			port_close(port);
		if (!port->is_wanted || port->number != NO_NUMBER)
			continue;
		port->number = free_number(table, port);
	}
}
