// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplink_traffic.c - stamped datagrams both ways, and what became of each
 *
 * usage: uplink_traffic [-b] [-r RATE] NEAR-PID NEAR-ADDRESS
 *	FAR-PID FAR-ADDRESS
 *
 * From a socket in the network namespace of each process to the other one, RATE
 * (1000) numbered datagrams a second each. Each line of standard input ends a
 * round: after 100 ms in which what is under way comes in, its line says for
 * "up" (near to far) and "down": sent, lost, how many came more than once, how
 * many since the start came after their round, and the longest time without one
 * in microseconds. With -b a line begins each round, too, and its end waits
 * until datagrams come both ways, but no longer than 3 s.
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
#define NUMBERS 65536 /* of a round: a minute, by default */
#define RATE 1000
#define RATE_MAX 100000
#define LINGER_NS (100 * NSEC_PER_MSEC)
#define FLOWS_NS (10 * NSEC_PER_MSEC) /* a way that was heard then, flows */
#define PATIENCE_NS (3 * NSEC_PER_SEC)
#define BUFFER (4 << 20) /* of a socket: what comes while we have no CPU */

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

/**
 * enum phase - where a round is
 * @RESTING:	before it; with -b only
 * @SENDING:	a line ends it
 * @RECOVERING:	still sending, until both ways flow; with -b only
 * @LINGERING:	nothing new is sent
 */
enum phase {
	RESTING,
	SENDING,
	RECOVERING,
	LINGERING,
};

/* The test. */
struct traffic {
	struct clock clock;
	struct way ways[2];
	uint32_t round;
	unsigned rate;
	bool rests;
	enum phase phase;
	uint64_t until_ns; /* of RECOVERING and LINGERING */
	int timer;
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
	const int size = BUFFER, yes = 1;
	int ns, fd;

	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET))
		give_up(path);
	close(ns);
	where->sin_family = AF_INET;
	where->sin_port = htons(PORT);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* not every switch in between finishes a checksum that is left to it */
	if (fd < 0 || inet_pton(AF_INET, address, &where->sin_addr) != 1 ||
	    setsockopt(fd, SOL_SOCKET, SO_NO_CHECK, &yes, sizeof(yes)) ||
	    bind(fd, (struct sockaddr *)where, sizeof(*where)))
		give_up(address);
	/* not everybody may; the rate is theirs */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	return fd;
}

static void beat(struct traffic *traffic, struct way *way)
{
	struct stamp stamp = {traffic->round, way->sent};

	if (way->sent == NUMBERS)
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

static void set_timer(struct traffic *traffic)
{
	const struct timespec each = {
		.tv_nsec = traffic->phase == RESTING
				   ? 0
				   : (long)(NSEC_PER_SEC / traffic->rate)};
	const struct itimerspec beats = {each, each};

	if (timerfd_settime(traffic->timer, 0, &beats, NULL))
		give_up("a timer");
}

static void end_round(struct traffic *traffic)
{
	end_way(&traffic->ways[0]);
	end_way(&traffic->ways[1]);
	printf("\n");
	fflush(stdout);
	traffic->round++;
	traffic->phase = traffic->rests ? RESTING : SENDING;
	set_timer(traffic);
}

static void enter(struct traffic *traffic, enum phase phase, uint64_t ns)
{
	traffic->phase = phase;
	traffic->until_ns = clock_now_ns(&traffic->clock) + ns;
}

static void begin_round(struct traffic *traffic)
{
	traffic->phase = SENDING;
	traffic->ways[0].heard_ns = clock_now_ns(&traffic->clock);
	traffic->ways[1].heard_ns = traffic->ways[0].heard_ns;
	set_timer(traffic);
}

/* Return: false at the end of the input. */
static bool command(struct traffic *traffic)
{
	char c;

	if (read(STDIN_FILENO, &c, 1) != 1)
		return false;
	if (c != '\n')
		return true;
	if (traffic->phase == RESTING) {
		begin_round(traffic);
	} else if (traffic->phase == SENDING && traffic->rests) {
		enter(traffic, RECOVERING, PATIENCE_NS);
	} else {
		enter(traffic, LINGERING, LINGER_NS);
	}
	return true;
}

/* A way that did not come back has its gap until now. */
static void look_for_recovery(struct traffic *traffic, uint64_t now_ns)
{
	bool flows = true;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(traffic->ways); i++)
		flows = flows && traffic->ways[i].heard_ns + FLOWS_NS > now_ns;
	if (!flows && now_ns < traffic->until_ns)
		return;
	for (i = 0; i < ARRAY_SIZE(traffic->ways); i++) {
		struct way *way = &traffic->ways[i];

		way->gap_ns = MAX(way->gap_ns, now_ns - way->heard_ns);
	}
	enter(traffic, LINGERING, LINGER_NS);
}

/* A beat that this machine let us miss is made up for. */
static void beats(struct traffic *traffic)
{
	uint64_t n, now_ns;

	if (read(traffic->timer, &n, sizeof(n)) != sizeof(n))
		return;
	now_ns = clock_now_ns(&traffic->clock);
	while (traffic->phase != LINGERING && n--) {
		beat(traffic, &traffic->ways[0]);
		beat(traffic, &traffic->ways[1]);
	}
	if (traffic->phase == RECOVERING)
		look_for_recovery(traffic, now_ns);
	else if (traffic->phase == LINGERING && now_ns > traffic->until_ns)
		end_round(traffic);
}

static void options(struct traffic *traffic, int argc, char **argv)
{
	int option;

	traffic->rate = RATE;
	while ((option = getopt(argc, argv, "br:")) != -1) {
		if (option == 'b')
			traffic->rests = true;
		else if (option == 'r')
			traffic->rate = (unsigned)atoi(optarg);
		else
			exit(99);
	}
	if (argc - optind != 4 || !traffic->rate || traffic->rate > RATE_MAX)
		exit(99);
	traffic->phase = traffic->rests ? RESTING : SENDING;
}

int main(int argc, char **argv)
{
	static struct traffic traffic;
	struct way *up = &traffic.ways[0], *down = &traffic.ways[1];
	struct pollfd fds[4] = {{STDIN_FILENO, POLLIN, 0}};

	options(&traffic, argc, argv);
	argv += optind;
	clock_init_monotonic(&traffic.clock);
	up->name = "up";
	down->name = "down";
	up->from = down->to = open_socket(argv[0], argv[1], &down->where);
	down->from = up->to = open_socket(argv[2], argv[3], &up->where);
	fds[1] = (struct pollfd){up->to, POLLIN, 0};
	fds[2] = (struct pollfd){down->to, POLLIN, 0};
	traffic.timer =
		timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	fds[3] = (struct pollfd){traffic.timer, POLLIN, 0};
	set_timer(&traffic);
	puts("ready");
	fflush(stdout);
	while (poll(fds, ARRAY_SIZE(fds), -1) > 0) {
		if (fds[0].revents && !command(&traffic))
			return 0;
		hear(&traffic, up);
		hear(&traffic, down);
		if (fds[3].revents)
			beats(&traffic);
	}
	return 99;
}
