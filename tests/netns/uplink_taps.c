// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplink_taps.c - two taps as members of a bond: what the scripts here drive
 *
 * usage: uplink_taps [-p] GUESTS
 *
 * Taps up0 and up1; behind them GUESTS guests 52:54:00:00:00:01 and on, the
 * first with leased 192.0.2.33 and 2001:db8::33, the second in VLAN 7. Each
 * character of standard input is a command:
 *	s	the guests move to the other tap and are announced there
 *	0 1	frames of that tap vanish both ways, or no longer do
 * It ends with its input, and prints "ready" and what happened. With -p both
 * taps are probed at 50 ms, for 192.0.2.1 and 2001:db8::1; "late" is how many
 * us the loop was at most since the last change.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "backends/tap.h"
#include "cli/host/tap_open.h"
#include "switch/bond/announce.h"
#include "switch/uplink/probe.h"

#define MEMBERS 2

/* The test: members and what tells of them. */
struct bench {
	struct clock clock;
	struct log log;
	struct loop *loop;
	struct port *members[MEMBERS];
	unsigned active;
	unsigned guests;
	struct announce *announce;
	struct probe *probe;
	bool is_cut[MEMBERS];
	uint64_t cut_ns;
	struct timer beat;
	uint64_t late_ns; /* that the loop is right now */
	struct watch input;
};

static void give_up(const char *what, const struct err *err)
{
	fprintf(stderr, "uplink_taps: %s: %s\n", what, err ? err->msg : "");
	exit(99);
}

static struct announce_entry guest(unsigned number)
{
	struct announce_entry e = {
		.mac = {{0x52, 0x54, 0, 0, (uint8_t)(number >> 8),
			 (uint8_t)number}},
		.is_configured = true,
	};
	static const struct in6_addr leased = {
		{{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		  0x33}}};

	if (number == 1) {
		e.ip4 = 0xc0000221;
		e.ip6[0] = leased;
		e.ip6_count = 1;
	}
	if (number == 2)
		e.vid = 7;
	return e;
}

static unsigned known(void *ctx, uint32_t *cursor,
		      struct announce_entry *entries, unsigned max)
{
	struct bench *bench = ctx;
	unsigned n = 0;

	while (n < max && *cursor < bench->guests)
		entries[n++] = guest(++*cursor);
	if (*cursor == bench->guests)
		*cursor = 0;
	return n;
}

static unsigned send_frames(void *ctx, struct frame **frames, unsigned n)
{
	struct bench *bench = ctx;

	return port_send(bench->members[bench->active], frames, n);
}

static unsigned send_probes(void *ctx, unsigned slot, struct frame **frames,
			    unsigned n)
{
	struct bench *bench = ctx;

	return bench->is_cut[slot] ? n
				   : port_send(bench->members[slot], frames, n);
}

static void member_changed(void *ctx, unsigned slot, enum probe_state state,
			   const char *reason)
{
	struct bench *bench = ctx;
	uint64_t since_us =
		(loop_clock_ns(bench->loop) - bench->cut_ns) / NSEC_PER_USEC;
	uint64_t late_us = bench->late_ns / NSEC_PER_USEC;

	printf("up%u is %s after %lu us, late %lu: %s\n", slot,
	       probe_state_name(state), since_us, late_us, reason);
	fflush(stdout);
}

static unsigned from_wire(void *ctx, struct port *port, struct frame **frames,
			  unsigned n)
{
	struct bench *bench = ctx;
	unsigned slot = port == bench->members[1], i;

	for (i = 0; bench->probe && !bench->is_cut[slot] && i < n; i++)
		probe_inspect(bench->probe, slot, frames[i]);
	return n;
}

static void carrier_changed(void *ctx, struct port *port, bool up)
{
	(void)ctx;
	(void)port;
	(void)up;
}

static void writable(void *ctx, struct port *port)
{
	struct bench *bench = ctx;

	if (port == bench->members[bench->active])
		announce_writable(bench->announce);
}

static const struct port_upper upper = {
	.input = from_wire,
	.carrier = carrier_changed,
	.writable = writable,
};

static void commanded(struct watch *watch, uint32_t events)
{
	struct bench *bench = container_of(watch, struct bench, input);
	char command;

	(void)events;
	if (read(watch->fd, &command, 1) != 1) {
		loop_stop(bench->loop);
		return;
	}
	if (command == '0' || command == '1') {
		bench->is_cut[command - '0'] ^= true;
		bench->cut_ns = loop_clock_ns(bench->loop);
	} else if (command == 's') {
		bench->active = !bench->active;
		announce_start(bench->announce);
	}
}

static void open_member(struct bench *bench, unsigned i)
{
	struct tap_settings settings = {.mtu = 1500, .log = &bench->log};
	char ifname[] = "up0", name[] = "bond0/up0";
	struct tap *tap;
	struct err err;

	ifname[2] += (char)i;
	name[8] += (char)i;
	settings.name = name;
	settings.fd = tap_open(ifname, NULL, &err);
	if (settings.fd < 0)
		give_up("no tap", &err);
	tap = tap_create(bench->loop, &settings, &err);
	if (!tap)
		give_up("no tap port", &err);
	bench->members[i] = tap_port(tap);
	port_plug(bench->members[i], &upper, bench);
}

/* Does this machine let us run when we have to? */
static void beat(struct timer *timer)
{
	struct bench *bench = container_of(timer, struct bench, beat);
	uint64_t now_ns = loop_clock_ns(bench->loop);

	bench->late_ns = now_ns - timer->at_ns;
	timer_arm(bench->loop, timer, now_ns + NSEC_PER_MSEC);
}

static void start_probes(struct bench *bench)
{
	const struct probe_settings settings = {
		.mac = {{0x02, 0x77, 0x65, 0x66, 0x74, 0x40}},
		.from_link_local = true,
		.misses = PROBE_MISSES,
		.answers = PROBE_ANSWERS,
		.interval_ms = 50,
		.seed = 1,
		.target_count = 2,
		.targets = {{.ip4 = 0xc0000201},
			    {.is_ip6 = true,
			     .ip6 = {{{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0,
				       0, 0, 0, 0, 0, 1}}}}},
	};
	const struct probe_env env = {
		.loop = bench->loop,
		.send = send_probes,
		.changed = member_changed,
		.ctx = bench,
	};
	struct err err;
	unsigned i;

	bench->probe = probe_create(&settings, &env, &err);
	if (!bench->probe)
		give_up("no probes", &err);
	for (i = 0; i < MEMBERS; i++)
		probe_add_member(bench->probe, i);
	bench->beat.expired = beat;
	timer_arm(bench->loop, &bench->beat, loop_clock_ns(bench->loop));
}

static void start(struct bench *bench)
{
	const struct announce_settings settings = {.rounds = 2, .delay_ms = 50};
	struct announce_env env = {
		.known = known, .send = send_frames, .ctx = bench};
	struct err err;
	unsigned i;

	clock_init_monotonic(&bench->clock);
	bench->log.level = LOG_INFO;
	bench->log.tag = "uplink_taps";
	bench->log.clock = &bench->clock;
	bench->loop = loop_create(&bench->clock, &err);
	if (!bench->loop)
		give_up("cannot start", &err);
	for (i = 0; i < MEMBERS; i++)
		open_member(bench, i);
	env.loop = bench->loop;
	bench->announce = announce_create(&settings, &env, &err);
	if (!bench->announce)
		give_up("no announcements", &err);
	bench->input.fd = STDIN_FILENO;
	bench->input.ready = commanded;
	bench->input.name = "commands";
	if (watch_add(bench->loop, &bench->input, EPOLLIN))
		give_up("standard input is no pipe", NULL);
}

static void print_counters(const struct bench *bench)
{
	const struct announce_counters *c =
		announce_get_counters(bench->announce);
	uint64_t first_us = c->first_round_ns / NSEC_PER_USEC;
	struct probe_status status;
	unsigned i;

	printf("failovers=%lu rounds=%lu cut=%lu rarp=%lu garp=%lu na=%lu "
	       "limited=%lu blocked=%lu first_round_us=%lu\n",
	       c->failovers, c->rounds, c->cut, c->rarp, c->garp, c->na,
	       c->limited, c->blocked, first_us);
	for (i = 0; bench->probe && i < MEMBERS; i++) {
		probe_get_status(bench->probe, i, &status);
		printf("up%u_sent=%lu up%u_answers=%lu up%u_stray=%lu "
		       "up%u_reflected=%lu\n",
		       i, status.counters.sent, i, status.counters.answers, i,
		       status.counters.stray, i, status.counters.reflected);
	}
}

static void finish(struct bench *bench)
{
	unsigned i;

	print_counters(bench);
	announce_destroy(bench->announce);
	probe_destroy(bench->probe);
	for (i = 0; i < MEMBERS; i++) {
		port_unplug(bench->members[i]);
		bench->members[i]->ops->close(bench->members[i]);
	}
	watch_remove(&bench->input);
	loop_destroy(bench->loop);
}

int main(int argc, char **argv)
{
	static struct bench bench;
	bool with_probes = argc == 3 && !strcmp(argv[1], "-p");

	if (argc != 2 + with_probes)
		return 2;
	bench.guests = (unsigned)atoi(argv[1 + with_probes]);
	start(&bench);
	if (with_probes)
		start_probes(&bench);
	puts("ready");
	fflush(stdout);
	loop_run(bench.loop);
	finish(&bench);
	return 0;
}
