// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * packet_wire.c - a network of packet sockets and taps: what the scripts drive
 *
 * usage: packet_wire [-fs] [-n NETNS] [-p MS] PORT...
 *
 * A PORT is packet=IFNAME or tap=IFNAME. -f: force; -n: the NICs are in the
 * namespace of that file; -p: poll the NICs' carrier. Prints "ready", a line
 * for each change of a NIC, and counters when it ends. Exit code 3: not opened,
 * with the sentence why.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backends/packet_socket.h"
#include "backends/tap.h"
#include "cli/host/packet_open.h"
#include "cli/host/tap_open.h"
#include "cli/switchd/sandbox.h"
#include "switch/network.h"

#define PORTS_MAX 4
#define LOOK_NS (2 * NSEC_PER_MSEC)

/* One port, and what was last said of it. */
struct end {
	const char *ifname;
	struct port *port;
	struct packet_socket *packet;
	char said[256];
};

/* The test: a network and its ports. */
struct wire {
	struct clock clock;
	struct log log;
	struct loop *loop;
	struct packet_pool *pool;
	struct network *network;
	struct timer look;
	struct packet_open_options options;
	uint64_t poll_ns;
	struct end ends[PORTS_MAX];
	unsigned count;
};

static struct loop *stopped_by_signal;

static void stop(int sig)
{
	(void)sig;
	loop_stop(stopped_by_signal);
}

static void give_up(int code, const char *what)
{
	fprintf(stderr, "packet_wire: %s\n", what);
	exit(code);
}

/* A line for each port of which something else is to be said than before. */
static void look(struct timer *timer)
{
	struct wire *wire = container_of(timer, struct wire, look);
	unsigned i;

	for (i = 0; i < wire->count; i++) {
		struct end *end = &wire->ends[i];
		struct port_status status;
		char words[256];

		port_get_status(end->port, &status);
		snprintf(words, sizeof(words), "%s: carrier %s mtu %u (%s) %s",
			 end->ifname, status.carrier ? "up" : "down",
			 end->port->mtu, status.detail, status.fault);
		if (strcmp(words, end->said) == 0)
			continue;
		strcpy(end->said, words);
		puts(words);
	}
	fflush(stdout);
	timer_arm(wire->loop, timer, loop_now_ns(wire->loop) + LOOK_NS);
}

static struct port *open_tap(struct wire *wire, const char *ifname)
{
	struct tap_settings settings = {ifname, -1, 1500, &wire->log};
	struct err err;
	struct tap *tap;

	settings.fd = tap_open(ifname, NULL, &err);
	if (settings.fd < 0)
		give_up(3, err.msg);
	tap = tap_create(wire->loop, &settings, &err);
	if (!tap)
		give_up(99, err.msg);
	return tap_port(tap);
}

static struct packet_socket *open_packet(struct wire *wire, const char *ifname)
{
	struct packet_socket_settings settings = {.name = ifname,
						  .log = &wire->log};
	struct packet_socket *packet;
	struct packet_fds fds;
	struct err err;

	if (packet_open(ifname, &wire->options, &fds, &err))
		give_up(3, err.msg);
	settings.fd = fds.fd;
	settings.link_fd = fds.link_fd;
	settings.ifindex = fds.ifindex;
	packet = packet_socket_create(wire->loop, &settings, &err);
	if (!packet)
		give_up(99, err.msg);
	if (wire->poll_ns && packet_socket_poll_link(packet, wire->poll_ns))
		give_up(99, "no polling");
	return packet;
}

static void add_port(struct wire *wire, const char *text)
{
	struct network_port_options options = {0};
	const char *ifname = strchr(text, '=');
	struct end *end;

	if (wire->count == PORTS_MAX || !ifname)
		give_up(99, "what is this port?");
	end = &wire->ends[wire->count++];
	end->ifname = ++ifname;
	if (strncmp(text, "tap=", 4) == 0) {
		end->port = open_tap(wire, ifname);
	} else {
		end->packet = open_packet(wire, ifname);
		end->port = packet_socket_port(end->packet);
	}
	network_add_port(wire->network, end->port, &options);
}

static void print_end(const struct end *end)
{
	const struct port_counters *c = &end->port->counters;
	unsigned i;

	printf("%s: rx=%lu rx-bytes=%lu tx=%lu tx-bytes=%lu", end->ifname,
	       c->rx_frames, c->rx_bytes, c->tx_frames, c->tx_bytes);
	for (i = 0; i < DROP_COUNT; i++) {
		if (c->drops[i])
			printf(" drop-%s=%lu", drop_reason_name(i),
			       c->drops[i]);
	}
	if (end->packet) {
		struct link_watch_counters link =
			link_watch_counters(packet_socket_link(end->packet));

		printf(" events=%lu polls=%lu found=%lu slowest-us=%lu",
		       link.events, link.polls, link.found,
		       (unsigned long)(link.slowest_ns / NSEC_PER_USEC));
	}
	printf("\n");
}

static void start(struct wire *wire)
{
	struct network_options options = {.name = "wire", .seed = 1};
	static struct offload_scratch scratch;
	struct network_env env = {.scratch = &scratch};
	struct err err;

	clock_init_monotonic(&wire->clock);
	wire->log = (struct log){LOG_INFO, "packet_wire", &wire->clock};
	wire->loop = loop_create(&wire->clock, &err);
	wire->pool = packet_pool_create(512, 4096, &err);
	if (!wire->loop || !wire->pool)
		give_up(99, err.msg);
	env.loop = wire->loop;
	env.pool = wire->pool;
	wire->network = network_create(&env, &options, &err);
	if (!wire->network)
		give_up(99, err.msg);
	wire->look.expired = look;
}

static void finish(struct wire *wire)
{
	unsigned i;

	for (i = 0; i < wire->count; i++) {
		struct port_status status;

		port_get_status(wire->ends[i].port, &status);
		print_end(&wire->ends[i]);
		network_remove_port(wire->network, wire->ends[i].port);
		wire->ends[i].port->ops->close(wire->ends[i].port);
	}
	timer_cancel(wire->loop, &wire->look);
	network_destroy(wire->network);
	printf("packets=%u\n", packet_pool_in_use(wire->pool));
	packet_pool_destroy(wire->pool);
	loop_destroy(wire->loop);
}

int main(int argc, char **argv)
{
	static struct wire wire = {.options = {.netns_fd = -1}};
	bool is_confined = false;
	struct err err;
	int option;

	while ((option = getopt(argc, argv, "fn:p:s")) != -1) {
		if (option == 'f')
			wire.options.is_forced = true;
		else if (option == 'n')
			wire.options.netns_fd =
				open(optarg, O_RDONLY | O_CLOEXEC);
		else if (option == 'p')
			wire.poll_ns = (uint64_t)atoi(optarg) * NSEC_PER_MSEC;
		else if (option == 's')
			is_confined = true;
		else
			return 99;
	}
	start(&wire);
	stopped_by_signal = wire.loop;
	signal(SIGTERM, stop);
	for (; optind < argc; optind++)
		add_port(&wire, argv[optind]);
	if (is_confined &&
	    (sandbox_drop(&wire.log, &err) || sandbox_filter(&wire.log, &err)))
		give_up(99, err.msg);
	puts("ready");
	look(&wire.look);
	loop_run(wire.loop);
	finish(&wire);
	return 0;
}
