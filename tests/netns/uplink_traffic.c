// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplink_traffic.c - stamped datagrams both ways, and what became of each
 *
 * usage: uplink_traffic NEAR-PID NEAR-ADDRESS FAR-PID FAR-ADDRESS
 *
 * From a socket in the network namespace of each process to the other one, 1000
 * numbered datagrams a second each. Each line of standard input ends a round:
 * after 100 ms in which what is under way comes in, its line says for "up"
 * (near to far) and "down": sent, lost, how many came more than once, how many
 * since the start came after their round, and the longest time without one in
 * microseconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/util.h"

#define PORT 7007
#define NUMBERS 65536 /* of a round: a minute */
#define LINGER 100    /* beats in which nothing new is sent */

/* One direction. */
struct way {
	const char *name;
	int from;
	int to;
	struct sockaddr_in where;
	uint32_t sent;
	uint64_t heard_ns;
	uint64_t gap_ns;
	unsigned late;
	uint8_t copies[NUMBERS];
};

/* What is in a datagram. */
struct stamp {
	uint32_t round;
	uint32_t number;
};

/* The test. */
struct traffic {
	struct clock clock;
	struct way ways[2];
	uint32_t round;
	unsigned lingers;
};

static void give_up(const char *what)
{
	fprintf(stderr, "uplink_traffic: %s: %s\n", what, strerror(errno));
	exit(99);
}

static int open_socket(const char *pid, const char *address,
		       struct sockaddr_in *where)
{
	char path[64];
	int ns, fd;

	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET))
		give_up(path);
	close(ns);
	where->sin_family = AF_INET;
	where->sin_port = htons(PORT);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || inet_pton(AF_INET, address, &where->sin_addr) != 1 ||
	    bind(fd, (struct sockaddr *)where, sizeof(*where)))
		give_up(address);
	return fd;
}

static void beat(struct traffic *traffic, struct way *way)
{
	struct stamp stamp = {traffic->round, way->sent};

	if (way->sent == NUMBERS || traffic->lingers)
		return;
	way->sent++;
	/* what the kernel does not take is lost as well */
	if (sendto(way->from, &stamp, sizeof(stamp), 0,
		   (struct sockaddr *)&way->where, sizeof(way->where)) < 0 &&
	    errno != EAGAIN && errno != ENOBUFS && errno != EHOSTUNREACH)
		give_up("sending");
}

static void hear(struct traffic *traffic, struct way *way)
{
	struct stamp stamp;

	while (recv(way->to, &stamp, sizeof(stamp), 0) == sizeof(stamp)) {
		uint64_t now_ns = clock_now_ns(&traffic->clock);

		if (stamp.round != traffic->round ||
		    stamp.number >= way->sent) {
			way->late++;
			continue;
		}
		if (way->heard_ns)
			way->gap_ns = MAX(way->gap_ns, now_ns - way->heard_ns);
		way->heard_ns = now_ns;
		if (way->copies[stamp.number] < UINT8_MAX)
			way->copies[stamp.number]++;
	}
}

static void end_way(struct way *way)
{
	unsigned i, lost = 0, twice = 0;

	for (i = 0; i < way->sent; i++) {
		lost += !way->copies[i];
		twice += way->copies[i] > 1;
	}
	printf("%s sent %u lost %u twice %u late %u gap %lu ", way->name,
	       way->sent, lost, twice, way->late,
	       (unsigned long)(way->gap_ns / NSEC_PER_USEC));
	memset(way->copies, 0, sizeof(way->copies));
	way->sent = 0;
	way->gap_ns = way->heard_ns = 0;
}

static void end_round(struct traffic *traffic)
{
	end_way(&traffic->ways[0]);
	end_way(&traffic->ways[1]);
	printf("\n");
	fflush(stdout);
	traffic->round++;
	traffic->lingers = 0;
}

/* Return: false at the end of the input. */
static bool command(struct traffic *traffic)
{
	char c;

	if (read(STDIN_FILENO, &c, 1) != 1)
		return false;
	if (c == '\n')
		traffic->lingers = 1;
	return true;
}

static int open_timer(void)
{
	const struct itimerspec each = {{0, 1000000}, {0, 1000000}};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	if (fd < 0 || timerfd_settime(fd, 0, &each, NULL))
		give_up("a timer");
	return fd;
}

/* A beat that this machine let us miss is made up for. */
static void beats(struct traffic *traffic, int timer)
{
	uint64_t n;

	if (read(timer, &n, sizeof(n)) != sizeof(n))
		return;
	while (n--) {
		beat(traffic, &traffic->ways[0]);
		beat(traffic, &traffic->ways[1]);
	}
	if (traffic->lingers && ++traffic->lingers > LINGER)
		end_round(traffic);
}

int main(int argc, char **argv)
{
	static struct traffic traffic;
	struct way *up = &traffic.ways[0], *down = &traffic.ways[1];
	struct pollfd fds[4] = {{STDIN_FILENO, POLLIN, 0}};

	if (argc != 5)
		return 99;
	clock_init_monotonic(&traffic.clock);
	up->name = "up";
	down->name = "down";
	up->from = down->to = open_socket(argv[1], argv[2], &down->where);
	down->from = up->to = open_socket(argv[3], argv[4], &up->where);
	fds[1] = (struct pollfd){up->to, POLLIN, 0};
	fds[2] = (struct pollfd){down->to, POLLIN, 0};
	fds[3] = (struct pollfd){open_timer(), POLLIN, 0};
	puts("ready");
	fflush(stdout);
	while (poll(fds, ARRAY_SIZE(fds), -1) > 0) {
		if (fds[0].revents && !command(&traffic))
			return 0;
		hear(&traffic, up);
		hear(&traffic, down);
		if (fds[3].revents)
			beats(&traffic, fds[3].fd);
	}
	return 99;
}
