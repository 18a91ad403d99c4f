// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tap_cables.c - taps that play NICs, each with a cable to a tap in another
 * network namespace
 *
 * usage: tap_cables PID NAME...
 *
 * Makes the tap NAME here and NAME~ in the namespace of PID, and carries frames
 * between the two. Prints "ready". A line "- NAME" of standard input takes the
 * carrier of both away and loses what is on the way, "+ NAME" mends that. It
 * ends with its input.
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/host/tap_open.h"

#define CABLES_MAX 4
/* The longest that TSO makes, and its header. */
#define FRAME_SIZE (65536 + 64)
/* A cable that is busy leaves time for the others. */
#define FRAMES_MAX 64

/* One cable; end 0 is here. */
struct cable {
	const char *name;
	int ends[2];
	bool is_cut;
};

/* The test. */
struct bench {
	struct cable cables[CABLES_MAX];
	unsigned count;
};

static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "tap_cables: %s: %s\n", what, why);
	exit(99);
}

static int make_tap(const char *name)
{
	struct err err;
	int fd = tap_open(name, NULL, &err);

	if (fd < 0)
		give_up(name, err.msg);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	return fd;
}

static void make_far_ends(struct bench *bench, const char *pid)
{
	char path[64], name[TAP_NAME_SIZE];
	unsigned i;
	int ns;

	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET))
		give_up(path, "no such namespace");
	close(ns);
	for (i = 0; i < bench->count; i++) {
		snprintf(name, sizeof(name), "%.*s~", TAP_NAME_SIZE - 2,
			 bench->cables[i].name);
		bench->cables[i].ends[1] = make_tap(name);
	}
}

/* What the other end has no room for is lost, as on a wire. */
static void carry(const struct cable *cable, unsigned from)
{
	static char frame[FRAME_SIZE];
	unsigned i;

	for (i = 0; i < FRAMES_MAX; i++) {
		ssize_t len = read(cable->ends[from], frame, sizeof(frame));

		if (len <= 0)
			return;
		if (!cable->is_cut &&
		    write(cable->ends[!from], frame, (size_t)len) < 0)
			continue;
	}
}

static void set_carrier(struct bench *bench, const char *name, bool up)
{
	unsigned i, end;

	for (i = 0; i < bench->count; i++) {
		if (strcmp(bench->cables[i].name, name) != 0)
			continue;
		bench->cables[i].is_cut = !up;
		for (end = 0; end < 2; end++)
			tap_set_carrier(bench->cables[i].ends[end], up);
	}
}

/* Return: false at the end of the input. */
static bool command(struct bench *bench)
{
	char line[64];
	ssize_t len = read(STDIN_FILENO, line, sizeof(line) - 1);
	char *rest = line, *one;

	if (len <= 0)
		return false;
	line[len] = '\0';
	while ((one = strsep(&rest, "\n")) && strlen(one) > 2)
		set_carrier(bench, one + 2, *one == '+');
	return true;
}

static void run(struct bench *bench)
{
	struct pollfd fds[1 + 2 * CABLES_MAX];
	unsigned i;

	fds[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	for (i = 0; i < 2 * bench->count; i++)
		fds[1 + i] =
			(struct pollfd){.fd = bench->cables[i / 2].ends[i % 2],
					.events = POLLIN};
	while (poll(fds, 1 + 2 * bench->count, -1) > 0) {
		for (i = 0; i < 2 * bench->count; i++) {
			if (fds[1 + i].revents & POLLIN)
				carry(&bench->cables[i / 2], i % 2);
		}
		if (fds[0].revents && !command(bench))
			return;
	}
}

int main(int argc, char **argv)
{
	static struct bench bench;
	int i;

	if (argc < 3 || argc - 2 > CABLES_MAX)
		return 2;
	for (i = 2; i < argc; i++) {
		bench.cables[bench.count].name = argv[i];
		bench.cables[bench.count++].ends[0] = make_tap(argv[i]);
	}
	make_far_ends(&bench, argv[1]);
	puts("ready");
	fflush(stdout);
	run(&bench);
	return 0;
}
