// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * packet_link.c - how soon does a packet socket port see that a carrier is cut?
 *
 * usage: packet_link [-n ROUNDS] [-p POLL_US] IFNAME
 *
 * Makes the tap IFNAME and a port of a packet socket on it. Each round plugs
 * the tap's cable in, waits until the port knows, and within a second cuts it:
 * the kernel's linkwatch then holds its word back. Prints the times from the
 * cut to port_carrier() in microseconds, one a line, and what a poll costs. -p
 * 0: no polling, rtnetlink alone.
 */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "backends/packet_socket.h"
#include "cli/host/netif.h"
#include "cli/host/packet_open.h"
#include "cli/host/tap_open.h"

#define PATIENCE_NS (3 * NSEC_PER_SEC)
#define POLLS_MEASURED 20000

/* The test: one port, and when it said what. */
struct bench {
	struct clock clock;
	struct log log;
	struct loop *loop;
	struct packet_socket *packet;
	int tap;
	bool carrier;
	uint64_t told_ns;
	atomic_ulong cut_ns;
	unsigned wait_us;
};

static void give_up(const char *what)
{
	fprintf(stderr, "packet_link: %s\n", what);
	exit(99);
}

static unsigned bench_input(void *ctx, struct port *port, struct frame **frames,
			    unsigned n)
{
	(void)ctx;
	(void)port;
	(void)frames;
	return n;
}

static void bench_carrier(void *ctx, struct port *port, bool up)
{
	struct bench *bench = ctx;

	(void)port;
	bench->carrier = up;
	bench->told_ns = clock_now_ns(&bench->clock);
}

static void bench_writable(void *ctx, struct port *port)
{
	(void)ctx;
	(void)port;
}

static const struct port_upper upper = {
	.input = bench_input,
	.carrier = bench_carrier,
	.writable = bench_writable,
};

static void open_port(struct bench *bench, const char *ifname, uint64_t poll_ns)
{
	struct packet_socket_settings settings = {.name = ifname,
						  .log = &bench->log};
	const struct packet_open_options options = {.netns_fd = -1};
	struct packet_fds fds;
	struct err err;

	bench->tap = tap_open(ifname, NULL, &err);
	if (bench->tap < 0 || netif_set_up(ifname, &err))
		give_up(err.msg);
	if (packet_open(ifname, &options, &fds, &err))
		give_up(err.msg);
	settings.fd = fds.fd;
	settings.link_fd = fds.link_fd;
	settings.ifindex = fds.ifindex;
	bench->packet = packet_socket_create(bench->loop, &settings, &err);
	if (!bench->packet)
		give_up(err.msg);
	bench->carrier = packet_socket_port(bench->packet)->carrier;
	port_plug(packet_socket_port(bench->packet), &upper, bench);
	if (packet_socket_poll_link(bench->packet, poll_ns))
		give_up("no polling");
}

/* A late answer from before the carrier came back is not what is waited for. */
static bool has_told(struct bench *bench, bool carrier)
{
	uint64_t cut_ns = atomic_load(&bench->cut_ns);

	return bench->carrier == carrier &&
	       (carrier || (cut_ns && bench->told_ns >= cut_ns));
}

static void wait_for(struct bench *bench, bool carrier)
{
	uint64_t end_ns = clock_now_ns(&bench->clock) + PATIENCE_NS;

	while (!has_told(bench, carrier)) {
		loop_run_once(bench->loop, 100);
		if (clock_now_ns(&bench->clock) > end_ns)
			give_up("the carrier's change was not seen");
	}
}

/* The cut comes from another thread: the loop sleeps as it always would. */
static void *cut(void *arg)
{
	struct bench *bench = arg;

	usleep(bench->wait_us);
	atomic_store(&bench->cut_ns, clock_now_ns(&bench->clock));
	if (tap_set_carrier(bench->tap, false))
		give_up("the carrier can't be cut");
	return NULL;
}

static void one_round(struct bench *bench, unsigned round)
{
	pthread_t thread;

	atomic_store(&bench->cut_ns, 0);
	if (tap_set_carrier(bench->tap, true))
		give_up("the carrier can't be given");
	wait_for(bench, true);
	bench->wait_us = 5000 + round * 7919 % 40000;
	if (pthread_create(&thread, NULL, cut, bench))
		give_up("no thread");
	wait_for(bench, false);
	pthread_join(thread, NULL);
	printf("%llu\n",
	       (bench->told_ns - atomic_load(&bench->cut_ns)) / NSEC_PER_USEC);
}

static void measure_poll(struct bench *bench)
{
	const struct link_watch *link = packet_socket_link(bench->packet);
	struct link_watch_counters counters = link_watch_counters(link);
	uint64_t start_ns = clock_now_ns(&bench->clock), ns;
	bool carrier;
	unsigned i;

	for (i = 0; i < POLLS_MEASURED; i++)
		link->source->ask_carrier(link->source, &carrier);
	ns = clock_now_ns(&bench->clock) - start_ns;
	fprintf(stderr, "a poll costs %lu ns; slowest of %lu: %llu us\n",
		ns / POLLS_MEASURED, counters.polls,
		counters.slowest_ns / NSEC_PER_USEC);
}

int main(int argc, char **argv)
{
	static struct bench bench;
	uint64_t poll_ns = NSEC_PER_MSEC;
	unsigned i, rounds = 20;
	struct port *port;
	int option;

	while ((option = getopt(argc, argv, "n:p:")) != -1) {
		if (option == 'n')
			rounds = (unsigned)atoi(optarg);
		else if (option == 'p')
			poll_ns = (uint64_t)atoi(optarg) * NSEC_PER_USEC;
		else
			return 99;
	}
	if (optind >= argc)
		give_up("which interface?");
	clock_init_monotonic(&bench.clock);
	bench.log = (struct log){LOG_INFO, "packet_link", &bench.clock};
	bench.loop = loop_create(&bench.clock, NULL);
	open_port(&bench, argv[optind], poll_ns);
	for (i = 0; i < rounds; i++)
		one_round(&bench, i);
	measure_poll(&bench);
	port = packet_socket_port(bench.packet);
	port_unplug(port);
	port->ops->close(port);
	loop_destroy(bench.loop);
	close(bench.tap);
	return 0;
}
