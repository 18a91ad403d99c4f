// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplink_wire.c - a network with a guest's tap and an uplink of NICs: what the
 * scripts drive
 *
 * usage: uplink_wire [-cf] [-m MODE] [-p ADDRESS] TAP NIC...
 *
 * The NICs' carrier is polled as weft-switch does it; -p: ADDRESS is probed at
 *50 ms; -f: LACP is fast. Prints "ready", "active NIC" whenever another one is,
 *what LACP says whenever something changed, and counters when it ends. With -c
 *each line of standard input is a command, and it ends with its input: show
 *what LACP says active passive fast slow	change of LACP's settings mode
 *MODE			change of the mode leave NIC gracefully
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "backends/packet_socket.h"
#include "backends/tap.h"
#include "cli/host/packet_open.h"
#include "cli/host/tap_open.h"
#include "cli/switchd/domain_uplink.h"
#include "lacp_print.h"
#include "switch/network.h"
#include "switch/uplink/uplink.h"

/* The test: a network and what is plugged into it. */
struct wire {
	struct clock clock;
	struct log log;
	struct loop *loop;
	struct packet_pool *pool;
	struct network *network;
	struct uplink_settings settings;
	struct uplink *uplink;
	struct port *guest;
	struct bond_member *active;
	struct watch input;
	char line[64];
	size_t line_len;
};

static struct loop *stopped_by_signal;

static void stop(int sig)
{
	(void)sig;
	loop_stop(stopped_by_signal);
}

static void give_up(const char *what)
{
	fprintf(stderr, "uplink_wire: %s\n", what);
	exit(99);
}

static uint32_t now_s(const struct wire *wire)
{
	return (uint32_t)(loop_now_ns(wire->loop) / NSEC_PER_SEC);
}

static unsigned known(void *ctx, uint32_t *cursor,
		      struct announce_entry *entries, unsigned max)
{
	struct fdb_info info[ANNOUNCE_PAGE];
	struct wire *wire = ctx;
	unsigned i, kept = 0;
	unsigned n = fdb_list(network_fdb(wire->network), cursor, now_s(wire),
			      info, MIN(max, ANNOUNCE_PAGE));

	for (i = 0; i < n; i++) {
		if (info[i].port != uplink_port(wire->uplink)->upper_slot)
			entries[kept++] = (struct announce_entry){
				.mac = info[i].mac, .vid = info[i].vid};
	}
	return kept;
}

static bool is_elsewhere(void *ctx, uint16_t vid, const struct mac *mac)
{
	struct wire *wire = ctx;
	uint16_t slot = fdb_lookup(network_fdb(wire->network),
				   fdb_key(vid, mac), now_s(wire));

	return slot != FDB_NONE &&
	       slot != uplink_port(wire->uplink)->upper_slot;
}

static void print_lacp(const struct wire *wire)
{
	struct uplink_member_status member;
	struct uplink_status status;

	uplink_get_status(wire->uplink, &status);
	if (!status.has_lacp)
		return;
	for (unsigned slot = 0; slot < BOND_MAX_MEMBERS; slot++) {
		if (!uplink_get_member_status(wire->uplink, slot, &member) ||
		    !member.has_lacp)
			continue;
		lacp_print_member(member.name, &member.lacp,
				  &member.lacp_counters);
		putchar('\n');
	}
	lacp_print_bond(&status.lacp);
	fflush(stdout);
}

static void changed(void *ctx)
{
	struct uplink_status status;
	struct wire *wire = ctx;

	print_lacp(wire);
	uplink_get_status(wire->uplink, &status);
	if (status.bond.active == wire->active)
		return;
	wire->active = status.bond.active;
	printf("active %s\n",
	       wire->active ? bond_member_port(wire->active)->name : "none");
	fflush(stdout);
}

static void open_guest(struct wire *wire, const char *ifname)
{
	const struct network_port_options none = {0};
	struct tap_settings settings = {ifname, -1, 1500, &wire->log};
	struct err err;
	struct tap *tap;

	settings.fd = tap_open(ifname, NULL, &err);
	if (settings.fd < 0)
		give_up(err.msg);
	tap = tap_create(wire->loop, &settings, &err);
	if (!tap)
		give_up(err.msg);
	wire->guest = tap_port(tap);
	network_add_port(wire->network, wire->guest, &none);
}

static void open_member(struct wire *wire, const char *ifname)
{
	const struct packet_open_options options = {.netns_fd = -1};
	struct packet_socket_settings settings = {.name = ifname,
						  .log = &wire->log};
	struct packet_socket *packet;
	struct packet_fds fds;
	struct err err;

	if (packet_open(ifname, &options, &fds, &err))
		give_up(err.msg);
	settings.fd = fds.fd;
	settings.link_fd = fds.link_fd;
	settings.ifindex = fds.ifindex;
	packet = packet_socket_create(wire->loop, &settings, &err);
	if (!packet)
		give_up(err.msg);
	if (packet_socket_poll_link(packet, DOMAIN_POLL_NS))
		give_up("no polling");
	if (uplink_add_member(wire->uplink, packet_socket_port(packet), 0,
			      &err))
		give_up(err.msg);
}

static void start(struct wire *wire)
{
	const struct network_port_options none = {0};
	struct network_options options = {.name = "wire", .seed = 1};
	static struct offload_scratch scratch;
	struct network_env env = {.scratch = &scratch};
	struct uplink_env uplink_env = {
		.key = {{1, 2}},
		.ctx = wire,
		.known = known,
		.is_elsewhere = is_elsewhere,
		.changed = changed,
	};
	struct err err;

	clock_init_monotonic(&wire->clock);
	wire->log = (struct log){LOG_INFO, "uplink_wire", &wire->clock};
	wire->loop = loop_create(&wire->clock, &err);
	wire->pool = packet_pool_create(512, 4096, &err);
	if (!wire->loop || !wire->pool)
		give_up(err.msg);
	env.loop = uplink_env.loop = wire->loop;
	env.pool = uplink_env.pool = wire->pool;
	wire->network = network_create(&env, &options, &err);
	if (!wire->network)
		give_up(err.msg);
	wire->uplink =
		uplink_create("bond0", &wire->settings, &uplink_env, &err);
	if (!wire->uplink)
		give_up(err.msg);
	network_add_port(wire->network, uplink_port(wire->uplink), &none);
}

static void print_history(const struct uplink *uplink)
{
	struct uplink_change changes[BOND_MAX_HISTORY];
	unsigned n = uplink_get_history(uplink, changes, BOND_MAX_HISTORY);

	for (unsigned i = 0; i < n; i++)
		printf("%s: %s to %s, by %s %s\n", changes[i].bond.member,
		       bond_state_name(changes[i].bond.from),
		       bond_state_name(changes[i].bond.to),
		       bond_reason_name(changes[i].bond.reason),
		       changes[i].detail);
}

static void finish(struct wire *wire)
{
	struct uplink_status status;
	uint64_t first_us;

	print_history(wire->uplink);
	uplink_get_status(wire->uplink, &status);
	first_us = status.announce.first_round_ns / NSEC_PER_USEC;
	printf("switches=%lu failovers=%lu rarp=%lu first_round_us=%lu\n",
	       status.bond.switches, status.announce.failovers,
	       status.announce.rarp, first_us);
	network_remove_port(wire->network, uplink_port(wire->uplink));
	uplink_destroy(wire->uplink);
	network_remove_port(wire->network, wire->guest);
	wire->guest->ops->close(wire->guest);
	network_destroy(wire->network);
	printf("packets=%u\n", packet_pool_in_use(wire->pool));
	packet_pool_destroy(wire->pool);
	loop_destroy(wire->loop);
}

static uint8_t mode_named(const char *name)
{
	uint8_t mode = 0;

	while (strcmp(name, bond_mode_name(mode)) != 0) {
		if (++mode == BOND_MODE_COUNT)
			give_up("no such mode");
	}
	return mode;
}

static bool change_settings(struct wire *wire, const char *word,
			    const char *value)
{
	struct uplink_settings *settings = &wire->settings;
	struct err err;

	if (strcmp(word, "active") == 0 || strcmp(word, "passive") == 0)
		settings->lacp.active = word[0] == 'a';
	else if (strcmp(word, "fast") == 0)
		settings->lacp.rate = LACP_RATE_FAST;
	else if (strcmp(word, "slow") == 0)
		settings->lacp.rate = LACP_RATE_SLOW;
	else if (strcmp(word, "mode") == 0)
		settings->bond.mode = mode_named(value);
	else
		return false;
	if (uplink_set(wire->uplink, settings, &err))
		give_up(err.msg);
	return true;
}

static void obey(struct wire *wire, char *line)
{
	char *value = strchr(line, ' ');

	if (value)
		*value++ = 0;
	if (strcmp(line, "show") == 0) {
		print_lacp(wire);
		puts(".");
		fflush(stdout);
	} else if (!change_settings(wire, line, value ? value : "") &&
		   !(value && strcmp(line, "leave") == 0 &&
		     uplink_remove_member(wire->uplink, value) == 0)) {
		give_up(line);
	}
}

static void input_readable(struct watch *watch, uint32_t events)
{
	struct wire *wire = container_of(watch, struct wire, input);
	char c;
	ssize_t len = read(watch->fd, &c, 1);

	(void)events;
	if (len <= 0) {
		loop_stop(wire->loop);
	} else if (c == '\n') {
		wire->line[wire->line_len] = 0;
		wire->line_len = 0;
		obey(wire, wire->line);
	} else if (wire->line_len < sizeof(wire->line) - 1) {
		wire->line[wire->line_len++] = c;
	}
}

int main(int argc, char **argv)
{
	static struct wire wire;
	bool obeys = false;
	int option;

	uplink_settings_init(&wire.settings);
	while ((option = getopt(argc, argv, "cfm:p:")) != -1) {
		if (option == 'm')
			wire.settings.bond.mode = mode_named(optarg);
		else if (option == 'c')
			obeys = true;
		else if (option == 'f')
			wire.settings.lacp.rate = LACP_RATE_FAST;
		else if (option == 'p' &&
			 !ipv4_parse(optarg, &wire.settings.arp.targets[0].ip4))
			wire.settings.arp.target_count = 1;
		else
			return 99;
	}
	if (argc - optind < 2)
		return 99;
	start(&wire);
	stopped_by_signal = wire.loop;
	signal(SIGTERM, stop);
	open_guest(&wire, argv[optind]);
	for (int i = optind + 1; i < argc; i++)
		open_member(&wire, argv[i]);
	wire.input = (struct watch){.fd = 0, .ready = input_readable};
	if (obeys && watch_add(wire.loop, &wire.input, EPOLLIN))
		give_up("no input");
	puts("ready");
	fflush(stdout);
	loop_run(wire.loop);
	finish(&wire);
	return 0;
}
