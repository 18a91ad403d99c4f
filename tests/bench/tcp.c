// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tcp.c - both ends of short TCP connections, to count and to time them
 *
 * usage: tcp serve			accept, send one byte, close
 *        tcp connect ADDRESS SECONDS AT-ONCE
 *					"connections-a-second p50 p99 failed";
 *					times in microseconds
 *
 * A connection is timed from connect() to the end of file behind the one byte.
 * The server closes first: it has the TIME-WAIT, and lets a newer SYN of the
 * same addresses in (RFC 6191), so that no end runs out of ports.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"

#define PORT 5001
#define MAX_AT_ONCE 256
#define MAX_SAMPLES (1 << 20)

/**
 * struct client - connections of one run
 * @epoll:	of all of them
 * @to:		the server
 * @started_ns:	by descriptor
 * @samples:	of @count connections, in ns
 * @count:	connections that got their byte
 * @failed:	connections that did not
 */
struct client {
	int epoll;
	struct sockaddr_in to;
	uint64_t started_ns[MAX_AT_ONCE + 64];
	uint64_t *samples;
	size_t count;
	size_t failed;
};

static void fail(const char *what)
{
	fprintf(stderr, "tcp: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void serve(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons(PORT)};
	int yes = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 4096))
		fail("listen");
	for (;;) {
		int peer = accept(fd, NULL, NULL);

		if (peer < 0)
			continue;
		if (send(peer, "x", 1, MSG_NOSIGNAL) < 0)
			perror("tcp: send");
		close(peer);
	}
}

static void begin(struct client *client, struct clock *clock)
{
	struct epoll_event event = {.events = EPOLLIN};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0 || fd >= MAX_AT_ONCE + 64)
		fail("socket");
	client->started_ns[fd] = clock_now_ns(clock);
	if (connect(fd, (struct sockaddr *)&client->to, sizeof(client->to)) &&
	    errno != EINPROGRESS) {
		client->failed++;
		close(fd);
		return;
	}
	event.data.fd = fd;
	if (epoll_ctl(client->epoll, EPOLL_CTL_ADD, fd, &event))
		fail("epoll_ctl");
}

/* One connection has something to say; true when it is over. */
static bool advance(struct client *client, struct clock *clock, int fd)
{
	char bytes[16];
	ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

	if (n > 0 || (n < 0 && errno == EAGAIN))
		return false;
	if (n < 0)
		client->failed++;
	else if (client->count < MAX_SAMPLES)
		client->samples[client->count++] =
			clock_now_ns(clock) - client->started_ns[fd];
	close(fd);
	return true;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static double percentile_us(const struct client *client, size_t percent)
{
	if (!client->count)
		return 0;
	return (double)client->samples[client->count * percent / 100] / 1e3;
}

static void connect_for(struct client *client, double seconds, int at_once)
{
	struct epoll_event events[MAX_AT_ONCE];
	struct clock clock;
	uint64_t end_ns, start_ns;
	int i, n;

	clock_init_monotonic(&clock);
	start_ns = clock_now_ns(&clock);
	end_ns = start_ns + (uint64_t)(seconds * 1e9);
	for (i = 0; i < at_once; i++)
		begin(client, &clock);
	while (clock_now_ns(&clock) < end_ns) {
		n = epoll_wait(client->epoll, events, MAX_AT_ONCE, 100);
		for (i = 0; i < n; i++) {
			if (advance(client, &clock, events[i].data.fd))
				begin(client, &clock);
		}
	}
	seconds = (double)(clock_now_ns(&clock) - start_ns) / 1e9;
	qsort(client->samples, client->count, sizeof(uint64_t), compare);
	printf("%.0f %.1f %.1f %zu\n", (double)client->count / seconds,
	       percentile_us(client, 50), percentile_us(client, 99),
	       client->failed);
}

int main(int argc, char **argv)
{
	static struct client client;
	int at_once;

	if (argc == 2 && strcmp(argv[1], "serve") == 0)
		serve();
	if (argc != 5 || strcmp(argv[1], "connect") != 0) {
		fprintf(stderr, "usage: tcp serve | "
				"tcp connect ADDRESS SECONDS AT-ONCE\n");
		return 2;
	}
	at_once = atoi(argv[4]);
	client.to.sin_family = AF_INET;
	client.to.sin_port = htons(PORT);
	client.epoll = epoll_create1(0);
	client.samples = malloc(MAX_SAMPLES * sizeof(uint64_t));
	if (client.epoll < 0 || !client.samples)
		fail("epoll");
	if (at_once < 1 || at_once > MAX_AT_ONCE ||
	    inet_pton(AF_INET, argv[2], &client.to.sin_addr) != 1) {
		fprintf(stderr, "tcp: at most %d in flight\n", MAX_AT_ONCE);
		return 2;
	}
	connect_for(&client, atof(argv[3]), at_once);
	return 0;
}
