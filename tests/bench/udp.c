// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * udp.c - both ends of small UDP datagrams, to count and to time them
 *
 * usage: udp sink SECONDS		frames a second that arrive
 *        udp blast ADDRESS SECONDS	send as fast as it goes
 *        udp echo			send everything back
 *        udp ping ADDRESS ROUNDS	one at a time; "p50 p99" in microseconds
 *
 * 18 bytes of payload make a frame of 60 bytes, the shortest there is. Sending
 * and receiving is done in batches, so that the system calls of the two ends
 * are not what is measured.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"

#define PORT 5000
#define PAYLOAD 18
#define BATCH 64
#define MAX_ROUNDS 100000

/**
 * struct batch - datagrams for one system call
 * @msgs:	what the kernel is told
 * @iovs:	one each
 * @data:	their payload
 */
struct batch {
	struct mmsghdr msgs[BATCH];
	struct iovec iovs[BATCH];
	uint8_t data[BATCH][PAYLOAD];
};

static void batch_init(struct batch *batch)
{
	unsigned i;

	memset(batch, 0, sizeof(*batch));
	for (i = 0; i < BATCH; i++) {
		batch->iovs[i].iov_base = batch->data[i];
		batch->iovs[i].iov_len = PAYLOAD;
		batch->msgs[i].msg_hdr.msg_iov = &batch->iovs[i];
		batch->msgs[i].msg_hdr.msg_iovlen = 1;
	}
}

static void fail(const char *what)
{
	fprintf(stderr, "udp: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* bound to our port, or connected to that of @address */
static int open_socket(const char *address)
{
	struct sockaddr_in addr = {.sin_family = AF_INET,
				   .sin_port = htons(PORT)};
	struct timeval patience = {.tv_usec = 200000};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int size = 4 << 20;

	if (fd < 0)
		fail("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (address && inet_pton(AF_INET, address, &addr.sin_addr) != 1)
		fail(address);
	if (address ? connect(fd, (struct sockaddr *)&addr, sizeof(addr))
		    : bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		fail(address ? address : "bind");
	return fd;
}

static void sink(struct clock *clock, double seconds)
{
	uint64_t start, end, now, frames = 0;
	int n, fd = open_socket(NULL);
	struct batch batch;

	batch_init(&batch);
	while (recvmmsg(fd, batch.msgs, BATCH, MSG_WAITFORONE, NULL) < 0)
		;
	now = start = clock_now_ns(clock);
	end = start + (uint64_t)(seconds * 1e9);
	for (; now < end; now = clock_now_ns(clock)) {
		n = recvmmsg(fd, batch.msgs, BATCH, MSG_WAITFORONE, NULL);
		frames += n > 0 ? (uint64_t)n : 0;
	}
	printf("%.0f\n", (double)frames * 1e9 / (double)(now - start));
	close(fd);
}

static void blast(struct clock *clock, const char *address, double seconds)
{
	uint64_t end = clock_now_ns(clock) + (uint64_t)(seconds * 1e9);
	int fd = open_socket(address);
	struct batch batch;

	batch_init(&batch);
	while (clock_now_ns(clock) < end) {
		if (sendmmsg(fd, batch.msgs, BATCH, 0) < 0 &&
		    errno != ECONNREFUSED && errno != ENOBUFS)
			fail("sendmmsg");
	}
	close(fd);
}

static void echo(void)
{
	int fd = open_socket(NULL);
	struct sockaddr_in from;
	uint8_t data[PAYLOAD];

	for (;;) {
		socklen_t len = sizeof(from);
		ssize_t n;

		n = recvfrom(fd, data, sizeof(data), 0,
			     (struct sockaddr *)&from, &len);
		if (n >= 0)
			sendto(fd, data, (size_t)n, 0, (struct sockaddr *)&from,
			       len);
	}
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void ping(struct clock *clock, const char *address, unsigned rounds)
{
	static uint64_t took[MAX_ROUNDS];
	int fd = open_socket(address);
	uint8_t data[PAYLOAD] = {0};
	unsigned i, n = 0;

	for (i = 0; i < rounds && i < MAX_ROUNDS; i++) {
		uint64_t start = clock_now_ns(clock);

		if (send(fd, data, sizeof(data), 0) > 0 &&
		    recv(fd, data, sizeof(data), 0) > 0)
			took[n++] = clock_now_ns(clock) - start;
	}
	if (!n) {
		fprintf(stderr, "udp: nobody answers\n");
		exit(1);
	}
	qsort(took, n, sizeof(*took), by_value);
	printf("%.1f %.1f\n", (double)took[n / 2] / 1e3,
	       (double)took[n - 1 - n / 100] / 1e3);
	close(fd);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct clock clock;

	clock_init_monotonic(&clock);
	if (!strcmp(what, "sink") && argc == 3)
		sink(&clock, strtod(argv[2], NULL));
	else if (!strcmp(what, "blast") && argc == 4)
		blast(&clock, argv[2], strtod(argv[3], NULL));
	else if (!strcmp(what, "echo") && argc == 2)
		echo();
	else if (!strcmp(what, "ping") && argc == 4)
		ping(&clock, argv[2], (unsigned)atoi(argv[3]));
	else
		return fprintf(stderr, "usage: see the top of udp.c\n"), 2;
	return 0;
}
