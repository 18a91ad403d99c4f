// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lacp_peer.c - our LACP on network interfaces: what the scripts here drive
 *
 * usage: lacp_peer [-p] [-s] [-f FAR] IFNAME...
 *
 * Active and fast, or with -p passive, with -s slow. Prints "ready", and a line
 * for each change of a member or the bond. Each line of standard input is a
 * command; it ends with its input and prints what it counted.
 *	show			all that there is
 *	active passive fast slow	change of settings
 *	leave IFNAME		gracefully
 *	remove IFNAME		at once
 *	add IFNAME		again
 *	data			begin or end to send frames, one a millisecond
 *	each way: from distributing members in turn, and from FAR, an interface
 *	behind the other side
 */
#include <errno.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/loop.h"
#include "lacp_print.h"
#include "switch/lacp/lacp.h"

#define MEMBERS 4
#define FLOWS 8
#define DATA_ETHERTYPE 0x88b5
#define DATA_LEN 60
#define CARRIER_NS (20 * NSEC_PER_MSEC)
#define DATA_NS NSEC_PER_MSEC
#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

struct peer;

/* A network interface: a member of the bond, or the far side (no @lacp). */
struct nic {
	struct peer *peer;
	const char *ifname;
	struct watch watch;
	struct mac mac;
	uint16_t number;
	struct lacp_member *lacp;
	uint64_t data;
};

/* The test: a bond, and data in both directions. */
struct peer {
	struct clock clock;
	struct loop *loop;
	struct lacp *lacp;
	struct lacp_settings settings;
	struct nic nics[MEMBERS];
	unsigned count;
	struct nic far;
	struct timer run;
	struct timer carrier;
	struct timer data;
	struct watch input;
	char line[64];
	size_t line_len;
	bool sends_data;
	uint32_t next;
	uint64_t up_sent, up_received;
	uint64_t down_sent, down_received, down_refused;
};

static void give_up(const char *what)
{
	fprintf(stderr, "lacp_peer: %s: %s\n", what, strerror(errno));
	exit(99);
}

static uint64_t now_ns(struct peer *peer)
{
	return clock_now_ns(&peer->clock);
}

static void rearm(struct peer *peer)
{
	uint64_t next_ns = lacp_next_ns(peer->lacp);

	if (next_ns != UINT64_MAX)
		timer_arm(peer->loop, &peer->run, next_ns);
}

static void run_expired(struct timer *timer)
{
	struct peer *peer = container_of(timer, struct peer, run);

	lacp_run(peer->lacp, now_ns(peer));
	rearm(peer);
}

static void print_nic(const struct nic *nic)
{
	struct lacp_member_status status;

	lacp_member_get_status(nic->lacp, &status);
	lacp_print_member(nic->ifname, &status,
			  lacp_member_counters(nic->lacp));
	printf(" data=%lu\n", nic->data);
}

static void print_bond(const struct peer *peer)
{
	struct lacp_status status;

	lacp_get_status(peer->lacp, &status);
	lacp_print_bond(&status);
}

static void peer_send(void *ctx, struct lacp_member *member,
		      const uint8_t *frame, size_t len)
{
	struct nic *nic = lacp_member_owner(member);

	(void)ctx;
	/* A link that went down just now refuses; that is loss, no error. */
	if (send(nic->watch.fd, frame, len, 0) < 0 && errno != ENETDOWN)
		give_up(nic->ifname);
}

static void peer_changed(void *ctx, struct lacp_member *member)
{
	if (member)
		print_nic(lacp_member_owner(member));
	else
		print_bond(ctx);
	fflush(stdout);
}

static const struct lacp_ops ops = {peer_send, peer_changed};

static void data_received(struct nic *nic)
{
	struct peer *peer = nic->peer;
	struct lacp_member_status status;

	nic->data++;
	if (nic == &peer->far) {
		peer->up_received++;
		return;
	}
	if (nic->lacp)
		lacp_member_get_status(nic->lacp, &status);
	if (nic->lacp && status.collecting)
		peer->down_received++;
	else
		peer->down_refused++;
}

static void frame_received(struct nic *nic, const uint8_t *frame, size_t len)
{
	struct peer *peer = nic->peer;

	if (len >= DATA_LEN && be16_load(frame + 12) == DATA_ETHERTYPE) {
		data_received(nic);
		return;
	}
	if (!nic->lacp)
		return;
	lacp_receive(nic->lacp, frame, len, now_ns(peer));
	rearm(peer);
}

static void nic_readable(struct watch *watch, uint32_t events)
{
	struct nic *nic = container_of(watch, struct nic, watch);
	uint8_t frame[2048];
	ssize_t len;
	unsigned i;

	(void)events;
	for (i = 0; i < 64; i++) {
		len = recv(watch->fd, frame, sizeof(frame), 0);
		if (len < 0)
			return;
		frame_received(nic, frame, (size_t)len);
	}
}

static void nic_open(struct nic *nic, struct peer *peer, const char *ifname)
{
	const int yes = 1, size = 16 << 20;
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htobe16(0x0003)};
	struct packet_mreq promiscuous = {.mr_type = PACKET_MR_PROMISC};
	struct ifreq request = {0};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	nic->peer = peer;
	nic->ifname = ifname;
	address.sll_ifindex = (int)if_nametoindex(ifname);
	promiscuous.mr_ifindex = address.sll_ifindex;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", ifname);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &request) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes,
		       sizeof(yes)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) <
		    0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous,
		       sizeof(promiscuous)) < 0 ||
	    bind(fd, (struct sockaddr *)(void *)&address, sizeof(address)) < 0)
		give_up(ifname);
	memcpy(nic->mac.b, request.ifr_hwaddr.sa_data, MAC_LEN);
	nic->watch = (struct watch){.fd = fd, .ready = nic_readable};
	watch_add(peer->loop, &nic->watch, EPOLLIN);
}

static bool has_carrier(const struct nic *nic)
{
	struct ifreq request = {0};

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", nic->ifname);
	if (ioctl(nic->watch.fd, SIOCGIFFLAGS, &request) < 0)
		return false;
	return (request.ifr_flags & IFF_UP) &&
	       (request.ifr_flags & IFF_RUNNING);
}

static void nic_add(struct nic *nic)
{
	const struct lacp_member_settings settings = {
		.port = nic->number,
		.priority = 255,
		.mac = nic->mac,
		.owner = nic,
	};

	if (!nic->lacp)
		nic->lacp = lacp_add(nic->peer->lacp, &settings,
				     now_ns(nic->peer), NULL);
	if (!nic->lacp)
		give_up(nic->ifname);
}

static void carrier_expired(struct timer *timer)
{
	struct peer *peer = container_of(timer, struct peer, carrier);
	unsigned i;

	for (i = 0; i < peer->count; i++) {
		struct nic *nic = &peer->nics[i];
		const struct lacp_link link = {.up = has_carrier(nic),
					       .speed_mbps = 10000};

		if (nic->lacp)
			lacp_link(nic->lacp, &link, now_ns(peer));
	}
	rearm(peer);
	timer_arm(peer->loop, timer, loop_now_ns(peer->loop) + CARRIER_NS);
}

static bool send_data(const struct nic *nic, uint8_t from, uint8_t to,
		      uint8_t flow)
{
	uint8_t frame[DATA_LEN] = {2, 0, 0, 0, to,   flow,
				   2, 0, 0, 0, from, flow};

	be16_store(frame + 12, DATA_ETHERTYPE);
	return send(nic->watch.fd, frame, sizeof(frame), 0) > 0;
}

/* The next one that may send; NULL: none. */
static const struct nic *distributing_nic(const struct peer *peer)
{
	unsigned i;

	for (i = 0; i < peer->count; i++) {
		const struct nic *nic =
			&peer->nics[(peer->next + i) % peer->count];
		struct lacp_member_status status;

		if (!nic->lacp)
			continue;
		lacp_member_get_status(nic->lacp, &status);
		if (status.distributing)
			return nic;
	}
	return NULL;
}

static void data_expired(struct timer *timer)
{
	struct peer *peer = container_of(timer, struct peer, data);
	const struct nic *nic = distributing_nic(peer);
	uint8_t flow = peer->next++ % FLOWS;

	if (nic)
		peer->up_sent += send_data(nic, 0x0b, 0xfa, flow);
	peer->down_sent += send_data(&peer->far, 0xfa, 0x0b, flow);
	if (peer->sends_data)
		timer_arm(peer->loop, timer, loop_now_ns(peer->loop) + DATA_NS);
}

static void print_data(const struct peer *peer)
{
	printf("data up_sent=%lu up_received=%lu down_sent=%lu "
	       "down_received=%lu down_refused=%lu\n",
	       peer->up_sent, peer->up_received, peer->down_sent,
	       peer->down_received, peer->down_refused);
}

static void show(const struct peer *peer)
{
	unsigned i;

	for (i = 0; i < peer->count; i++) {
		if (peer->nics[i].lacp)
			print_nic(&peer->nics[i]);
	}
	print_bond(peer);
	print_data(peer);
	puts(".");
	fflush(stdout);
}

static bool change_settings(struct peer *peer, const char *word)
{
	struct lacp_settings *settings = &peer->settings;

	if (strcmp(word, "active") == 0 || strcmp(word, "passive") == 0)
		settings->active = word[0] == 'a';
	else if (strcmp(word, "fast") == 0)
		settings->rate = LACP_RATE_FAST;
	else if (strcmp(word, "slow") == 0)
		settings->rate = LACP_RATE_SLOW;
	else
		return false;
	lacp_set(peer->lacp, settings, now_ns(peer), NULL);
	return true;
}

static bool change_member(struct nic *nic, const char *verb)
{
	struct peer *peer = nic->peer;

	if (strcmp(verb, "add") == 0) {
		nic_add(nic);
	} else if (nic->lacp && strcmp(verb, "leave") == 0) {
		lacp_leave(nic->lacp, now_ns(peer));
	} else if (nic->lacp && strcmp(verb, "remove") == 0) {
		lacp_remove(nic->lacp, now_ns(peer));
		nic->lacp = NULL;
	} else {
		return false;
	}
	return true;
}

static struct nic *nic_lookup(struct peer *peer, const char *ifname)
{
	unsigned i;

	for (i = 0; i < peer->count; i++) {
		if (strcmp(peer->nics[i].ifname, ifname) == 0)
			return &peer->nics[i];
	}
	return NULL;
}

static void obey(struct peer *peer, char *line)
{
	char *word = strchr(line, ' ');
	struct nic *nic = word ? nic_lookup(peer, word + 1) : NULL;

	if (word)
		*word = 0;
	if (strcmp(line, "show") == 0) {
		show(peer);
	} else if (strcmp(line, "data") == 0) {
		peer->sends_data = !peer->sends_data;
		if (peer->sends_data)
			timer_arm(peer->loop, &peer->data, now_ns(peer));
	} else if (!change_settings(peer, line) &&
		   !(nic && change_member(nic, line))) {
		fprintf(stderr, "lacp_peer: %s?\n", line);
		exit(2);
	}
	rearm(peer);
}

static void input_readable(struct watch *watch, uint32_t events)
{
	struct peer *peer = container_of(watch, struct peer, input);
	char c;
	ssize_t len = read(watch->fd, &c, 1);

	(void)events;
	if (len <= 0) {
		loop_stop(peer->loop);
	} else if (c == '\n') {
		peer->line[peer->line_len] = 0;
		peer->line_len = 0;
		obey(peer, peer->line);
	} else if (peer->line_len < sizeof(peer->line) - 1) {
		peer->line[peer->line_len++] = c;
	}
}

static void start(struct peer *peer, char **ifnames, unsigned count)
{
	struct err err;
	unsigned i;

	clock_init_monotonic(&peer->clock);
	peer->loop = loop_create(&peer->clock, &err);
	peer->lacp = lacp_create(&peer->settings, &ops, peer, &err);
	if (!peer->loop || !peer->lacp)
		give_up("cannot start");
	peer->run.expired = run_expired;
	peer->carrier.expired = carrier_expired;
	peer->data.expired = data_expired;
	for (i = 0; i < count; i++) {
		peer->nics[i].number = (uint16_t)(i + 1);
		nic_open(&peer->nics[i], peer, ifnames[i]);
		nic_add(&peer->nics[i]);
	}
	peer->count = count;
	if (peer->far.ifname)
		nic_open(&peer->far, peer, peer->far.ifname);
	peer->input = (struct watch){.fd = 0, .ready = input_readable};
	watch_add(peer->loop, &peer->input, EPOLLIN);
	timer_arm(peer->loop, &peer->carrier, now_ns(peer));
}

int main(int argc, char **argv)
{
	static struct peer peer = {
		.settings = {.system_priority = 100,
			     .system = {{2, 0, 0, 0, 0, 1}},
			     .key = 7,
			     .active = true,
			     .rate = LACP_RATE_FAST},
	};
	int c;

	while ((c = getopt(argc, argv, "psf:")) != -1) {
		if (c == 'p')
			peer.settings.active = false;
		else if (c == 's')
			peer.settings.rate = LACP_RATE_SLOW;
		else if (c == 'f')
			peer.far.ifname = optarg;
		else
			return 2;
	}
	if (optind == argc || argc - optind > MEMBERS)
		return 2;
	start(&peer, argv + optind, (unsigned)(argc - optind));
	puts("ready");
	fflush(stdout);
	loop_run(peer.loop);
	show(&peer);
	lacp_destroy(peer.lacp);
	loop_destroy(peer.loop);
	return 0;
}
