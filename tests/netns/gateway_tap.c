// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gateway_tap.c - a gateway behind a tap: what the scripts here talk to
 *
 * usage: gateway_tap [-i] [-R] [-r MAC] [-l LEASES] IFNAME
 *
 * Network 10.20.0.0/24, gateway and DNS 10.20.0.1, range .100 to .103, domain
 * office.lab; web1 is 10.20.0.11. -i: an internal network, so DHCP only. -R:
 * rapid commit, and NTP servers are told. -r: MAC has 10.20.0.50 reserved.
 * Leases are kept in the file LEASES. Prints "ready", and counters when it
 * ends.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "backends/tap.h"
#include "cli/host/tap_open.h"
#include "switch/gateway/gateway.h"
#include "switch/network.h"

#define COMMITS 64
#define COMMIT_NS (20 * NSEC_PER_MSEC)
#define LEASES_MAX 1024

/* The test: a network with two ports, and commits that take their time. */
struct bench {
	struct clock clock;
	struct log log;
	struct loop *loop;
	struct packet_pool *pool;
	struct network *network;
	struct gateway *gateway;
	struct port *tap;
	struct timer timer;
	uint64_t tickets[COMMITS];
	unsigned ticket_count;
	int leases_fd;
};

/**
 * struct options - the command line
 * @internal:	-i
 * @rapid:	-R
 * @reserved:	-r; zero: nobody
 */
struct options {
	bool internal;
	bool rapid;
	struct mac reserved;
};

static struct loop *stopped_by_signal;

static void stop(int sig)
{
	(void)sig;
	loop_stop(stopped_by_signal);
}

static void give_up(const char *what, const struct err *err)
{
	fprintf(stderr, "gateway_tap: %s: %s\n", what, err ? err->msg : "");
	exit(99);
}

static void commits_done(struct timer *timer)
{
	struct bench *bench = container_of(timer, struct bench, timer);
	unsigned i;

	for (i = 0; i < bench->ticket_count; i++)
		gateway_committed(bench->gateway, bench->tickets[i], true);
	bench->ticket_count = 0;
}

static void commit(void *ctx, const struct lease_record *record,
		   uint64_t ticket)
{
	struct bench *bench = ctx;

	if (bench->leases_fd >= 0 &&
	    write(bench->leases_fd, record, sizeof(*record)) < 0)
		give_up("cannot write leases", NULL);
	if (ticket && bench->ticket_count < COMMITS)
		bench->tickets[bench->ticket_count++] = ticket;
	timer_arm(bench->loop, &bench->timer,
		  loop_now_ns(bench->loop) + COMMIT_NS);
}

static uint64_t wall_s(void *ctx)
{
	(void)ctx;
	return (uint64_t)time(NULL);
}

static const struct gateway_ops ops = {.commit = commit, .wall_s = wall_s};

/* The latest record of an address is the last one, so backwards. */
static void restore_leases(struct bench *bench)
{
	struct lease_record record;
	off_t at = lseek(bench->leases_fd, 0, SEEK_END);

	while (at >= (off_t)sizeof(record)) {
		at -= (off_t)sizeof(record);
		if (pread(bench->leases_fd, &record, sizeof(record), at) < 0)
			give_up("cannot read leases", NULL);
		gateway_restore(bench->gateway, &record);
	}
}

static void create_gateway(struct bench *bench, const struct options *options)
{
	static const struct dhcp_override ntp = {
		.code = DHCP_OPT_NTP,
		.len = 8,
		.data = {10, 20, 0, 7, 10, 20, 0, 8}};
	const struct dhcp_reservation reservation = {.mac = options->reserved,
						     .address = 0x0a140032,
						     .name = "kept"};
	bool internal = options->internal;
	static const struct dns_name names[] = {{"web1", 0x0a14000b}};
	const struct ipv4_prefix address = {0x0a140001, 24};
	struct dhcp_settings dhcp = {
		.config = {.server = address,
			   .gateway = internal ? 0 : address.addr,
			   .dns = internal ? 0 : address.addr,
			   .mtu = 1500,
			   .lease_s = 600,
			   .domain = "office.lab",
			   .routes = {{{0x0a1e0000, 24}, 0x0a14000b}},
			   .route_count = 1,
			   .rapid_commit = options->rapid,
			   .overrides = {options->rapid, &ntp}},
		.reservations = &reservation,
		.reservation_count = !mac_is_zero(&options->reserved),
		.first = 0x0a140064,
		.last = 0x0a140067,
	};
	struct dns_settings dns = {.domain = "office.lab", .subnet = address};
	struct gateway_settings settings = {
		.name = "wan/gateway",
		.mac = {{0x52, 0x54, 0, 0, 0, 1}},
		.address = address,
		.mtu = 1500,
		.dhcp = &dhcp,
		.dns = internal ? NULL : &dns,
		.dhcp_only = internal,
	};
	struct gateway_env env = {
		.loop = bench->loop,
		.clock = &bench->clock,
		.pool = bench->pool,
		.ops = &ops,
		.ctx = bench,
	};
	struct err err;

	if (getrandom(&settings.secret, sizeof(settings.secret), 0) < 0)
		give_up("no randomness", NULL);
	bench->gateway = gateway_create(&settings, &env, &err);
	if (!bench->gateway)
		give_up("no gateway", &err);
	gateway_set_names(bench->gateway, dns_names_create(names, 1));
	if (bench->leases_fd >= 0)
		restore_leases(bench);
}

static void create_network(struct bench *bench, const char *ifname)
{
	struct network_options options = {.name = "wan", .seed = 1};
	struct network_port_options port_options = {0};
	struct tap_settings settings = {
		.name = "host1:0",
		.mtu = 1500,
		.log = &bench->log,
	};
	static struct offload_scratch scratch;
	const struct network_env env = {bench->loop, bench->pool, &scratch};
	struct tap *tap;
	struct err err;

	bench->network = network_create(&env, &options, &err);
	if (!bench->network)
		give_up("no network", &err);
	settings.fd = tap_open(ifname, NULL, &err);
	if (settings.fd < 0)
		give_up("no tap", &err);
	tap = tap_create(bench->loop, &settings, &err);
	if (!tap)
		give_up("no tap port", &err);
	bench->tap = tap_port(tap);
	network_add_port(bench->network, bench->tap, &port_options);
	network_add_port(bench->network, gateway_port(bench->gateway),
			 &port_options);
}

static void print_counters(struct bench *bench)
{
	const struct port *port = gateway_port(bench->gateway);
	struct gateway_counters c;
	unsigned i;

	gateway_get_counters(bench->gateway, &c);
	printf("arp=%lu echo=%lu offers=%lu acks=%lu naks=%lu releases=%lu\n",
	       c.arp_replies, c.echo_replies, c.dhcp->offers, c.dhcp->acks,
	       c.dhcp->naks, c.dhcp->rx[DHCPRELEASE]);
	printf("dhcp_bad=%lu foreign=%lu forged=%lu conflicts=%lu\n",
	       c.dhcp->bad, c.dhcp->foreign, c.dhcp->forged, c.dhcp->conflicts);
	printf("declines=%lu informs=%lu rapid=%lu\n", c.dhcp->rx[DHCPDECLINE],
	       c.dhcp->rx[DHCPINFORM], c.dhcp->rapid);
	if (c.dns)
		printf("dns=%lu answers=%lu refused=%lu tcp_messages=%lu\n",
		       c.dns->queries, c.dns->answers, c.dns->refused,
		       c.tcp->messages);
	for (i = 0; i < DROP_COUNT; i++) {
		if (port->counters.drops[i])
			printf("drop-%s=%lu\n", drop_reason_name(i),
			       port->counters.drops[i]);
	}
	printf("packets=%u\n", packet_pool_in_use(bench->pool));
}

static void close_port(struct network *network, struct port *port)
{
	network_remove_port(network, port);
	port->ops->close(port);
}

static void run(struct bench *bench, const char *ifname,
		const struct options *options)
{
	struct err err;

	clock_init_monotonic(&bench->clock);
	bench->log.level = LOG_INFO;
	bench->log.tag = "gateway_tap";
	bench->log.clock = &bench->clock;
	bench->timer.expired = commits_done;
	bench->loop = loop_create(&bench->clock, &err);
	bench->pool = packet_pool_create(512, 2048, &err);
	if (!bench->loop || !bench->pool)
		give_up("cannot start", &err);
	create_gateway(bench, options);
	create_network(bench, ifname);
	stopped_by_signal = bench->loop;
	signal(SIGTERM, stop);
	puts("ready");
	fflush(stdout);
	loop_run(bench->loop);
	print_counters(bench);
	close_port(bench->network, bench->tap);
	close_port(bench->network, gateway_port(bench->gateway));
	network_destroy(bench->network);
	packet_pool_destroy(bench->pool);
	loop_destroy(bench->loop);
}

int main(int argc, char **argv)
{
	static struct bench bench = {.leases_fd = -1};
	struct options options = {0};
	int c;

	while ((c = getopt(argc, argv, "iRr:l:")) != -1) {
		if (c == 'i')
			options.internal = true;
		else if (c == 'R')
			options.rapid = true;
		else if (c == 'r' && !mac_parse(optarg, &options.reserved))
			continue;
		else if (c == 'l')
			bench.leases_fd = open(optarg, O_RDWR | O_CREAT, 0600);
		else
			return 2;
	}
	if (optind + 1 != argc)
		return 2;
	run(&bench, argv[optind], &options);
	return 0;
}
