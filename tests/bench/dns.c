// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dns.c - queries to a resolver, to count those that are lost and time the rest
 *
 * usage: dns ADDRESS QUERIES WINDOW NAMES DOMAIN
 *
 * Names n0 to nNAMES-1 below DOMAIN are each asked for once, so that a cache
 * has them. Then QUERIES go out with WINDOW of them unanswered at a time; one
 * that has no answer after a second is lost. Prints "answered lost queries/s
 * p50 p99 max", the last three in microseconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/util.h"

#define PORT 53
#define IDS 65536
#define QUERIES_MAX 10000000
#define LOST_MS 1000
#define MESSAGE_MAX 512

/**
 * struct load - one run
 * @fd:		connected to the resolver
 * @domain:	on the wire
 * @domain_len:	bytes of it
 * @names:	how many there are
 * @sent_ns:	by id; 0: answered
 * @took_ns:	of each answer
 * @answered:	entries of @took_ns
 * @next:	number of the next query
 * @open:	unanswered
 */
struct load {
	int fd;
	uint8_t domain[256];
	size_t domain_len;
	unsigned names;
	uint64_t sent_ns[IDS];
	uint32_t *took_ns;
	size_t answered;
	size_t next;
	unsigned open;
};

static void fail(const char *what)
{
	fprintf(stderr, "dns: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec;
}

static void set_domain(struct load *load, const char *text)
{
	uint8_t *p = load->domain;

	if (strlen(text) > sizeof(load->domain) - 2) {
		errno = ENAMETOOLONG;
		fail(text);
	}
	while (*text) {
		size_t label = strcspn(text, ".");

		*p++ = (uint8_t)label;
		memcpy(p, text, label);
		p += label;
		text += label + (text[label] == '.');
	}
	*p++ = 0;
	load->domain_len = (size_t)(p - load->domain);
}

static void send_query(struct load *load, uint16_t id, unsigned name)
{
	uint8_t message[MESSAGE_MAX] = {0};
	uint8_t *p = message + 12;
	int len;

	be16_store(message, id);
	be16_store(message + 2, 0x0100);
	be16_store(message + 4, 1);
	len = sprintf((char *)p + 1, "n%u", name);
	*p = (uint8_t)len;
	p += 1 + len;
	memcpy(p, load->domain, load->domain_len);
	p += load->domain_len;
	be16_store(p, 1);
	be16_store(p + 2, 1);
	load->sent_ns[id] = now_ns();
	if (send(load->fd, message, (size_t)(p + 4 - message), 0) < 0)
		fail("send");
}

/* The next query, under the number that it has among all. */
static void send_next(struct load *load)
{
	send_query(load, (uint16_t)load->next,
		   (unsigned)(load->next % load->names));
	load->next++;
	load->open++;
}

/* Takes one answer; false: there is none for @wait_ms. */
static bool take(struct load *load, int wait_ms)
{
	struct pollfd poll_fd = {.fd = load->fd, .events = POLLIN};
	uint8_t message[4096];
	uint16_t id;
	ssize_t len = recv(load->fd, message, sizeof(message), MSG_DONTWAIT);

	if (len < 0 && poll(&poll_fd, 1, wait_ms) <= 0)
		return false;
	if (len < 0)
		len = recv(load->fd, message, sizeof(message), 0);
	if (len < 12)
		fail("recv");
	id = be16_load(message);
	/* with data; one that came late is counted as lost already */
	if (!load->sent_ns[id] || (message[3] & 0xf) || !be16_load(message + 6))
		return true;
	load->took_ns[load->answered++] =
		(uint32_t)MIN(now_ns() - load->sent_ns[id], UINT32_MAX);
	load->sent_ns[id] = 0;
	load->open--;
	return true;
}

static void warm(struct load *load)
{
	unsigned i, tries;

	for (i = 0; i < load->names; i++) {
		size_t before = load->answered;

		for (tries = 0; load->answered == before; tries++) {
			if (tries == 10) {
				errno = ETIMEDOUT;
				fail("a name is not resolved");
			}
			load->open = 1;
			send_query(load, (uint16_t)i, i);
			take(load, LOST_MS);
		}
	}
	load->answered = 0;
	load->open = 0;
	memset(load->sent_ns, 0, sizeof(load->sent_ns));
}

static int compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double at_us(const struct load *load, double share)
{
	size_t i = (size_t)((double)(load->answered - 1) * share);

	return load->took_ns[i] / 1e3;
}

static void run(struct load *load, size_t queries, unsigned window)
{
	uint64_t start_ns = now_ns();
	double seconds;

	while (load->next < queries || load->open) {
		while (load->next < queries && load->open < window)
			send_next(load);
		if (!take(load, LOST_MS)) {
			load->open = 0;
			memset(load->sent_ns, 0, sizeof(load->sent_ns));
		}
	}
	seconds = (double)(now_ns() - start_ns) / 1e9;
	qsort(load->took_ns, load->answered, sizeof(uint32_t), compare);
	if (!load->answered) {
		errno = ETIMEDOUT;
		fail("no answer");
	}
	printf("%zu %zu %.0f %.1f %.1f %.1f\n", load->answered,
	       queries - load->answered, (double)load->answered / seconds,
	       at_us(load, 0.5), at_us(load, 0.99), at_us(load, 1));
}

int main(int argc, char **argv)
{
	static struct load load;
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(PORT)};
	unsigned long queries, window;
	const int room = 4 << 20;

	if (argc != 6 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
		fprintf(stderr,
			"usage: dns ADDRESS QUERIES WINDOW NAMES DOMAIN\n");
		return 2;
	}
	queries = strtoul(argv[2], NULL, 10);
	window = strtoul(argv[3], NULL, 10);
	load.names = (unsigned)strtoul(argv[4], NULL, 10);
	set_domain(&load, argv[5]);
	if (!queries || queries > QUERIES_MAX || !window || window > IDS / 2 ||
	    !load.names || load.names > IDS) {
		fprintf(stderr, "dns: a number is too small or too large\n");
		return 2;
	}
	load.took_ns = calloc(MAX(queries, load.names), sizeof(uint32_t));
	load.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (!load.took_ns || load.fd < 0 ||
	    connect(load.fd, (struct sockaddr *)&to, sizeof(to)))
		fail("socket");
	/* what this end has no room for isn't the resolver's loss */
	setsockopt(load.fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	warm(&load);
	run(&load, queries, (unsigned)window);
	close(load.fd);
	free(load.took_ns);
	return 0;
}
