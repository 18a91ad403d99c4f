// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cables.c - two cables that can be cut, from nic0 and nic1 here to sw0 and sw1
 * in another network namespace
 *
 * usage: cables tap|veth PID
 *
 * The other namespace is that of the process PID. Of veth pairs, which must be
 * there, the far end is set down. Taps it makes and sets up, and passes frames
 * between those of one number. Each line of standard input is a command:
 *
 * - cut N, plug N: a cable; both ends lose or get their carrier, and what was
 *   not read from a tap by then is lost
 * - cut other, plug other: the carrier of one more tap; a link event
 *
 * It ends with its input, and prints "ready" when it begins.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/host/netif.h"
#include "cli/host/tap_open.h"
#include "core/util.h"

#define CABLES 2
#define FRAME_SIZE 65600
#define BATCH 64

/* Two taps, or a veth pair. */
struct cable {
	int ends[2];
	bool is_cut;
};

/* The test. */
struct bench {
	struct cable cables[CABLES];
	int other;
	int control; /* a socket there, where they are veth pairs; else -1 */
};

static void give_up(const char *what)
{
	fprintf(stderr, "cables: %s\n", what);
	exit(99);
}

static int open_tap(const char *ifname)
{
	struct err err;
	int fd = tap_open(ifname, NULL, &err);

	if (fd < 0 || netif_set_up(ifname, &err))
		give_up(err.msg);
	return fd;
}

static void enter_namespace(const char *pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		give_up(path);
	close(fd);
}

static void pass_frames(const struct cable *cable, unsigned from)
{
	static uint8_t frame[FRAME_SIZE];
	unsigned i;

	for (i = 0; i < BATCH; i++) {
		ssize_t len = read(cable->ends[from], frame, sizeof(frame));

		if (len <= 0)
			return;
		/* a tap whose interface is down takes none: lost, as it were */
		if (!cable->is_cut &&
		    write(cable->ends[!from], frame, (size_t)len) < 0 &&
		    errno != EIO)
			give_up(strerror(errno));
	}
}

static void set_carrier(int fd, bool up)
{
	if (tap_set_carrier(fd, up))
		give_up("a carrier that can't be set");
}

static void set_far_end(const struct bench *bench, unsigned number, bool up)
{
	struct ifreq request = {.ifr_name = "sw0"};

	request.ifr_name[2] += (char)number;
	if (ioctl(bench->control, SIOCGIFFLAGS, &request))
		give_up(request.ifr_name);
	request.ifr_flags &= (short)~IFF_UP;
	if (up)
		request.ifr_flags |= IFF_UP;
	if (ioctl(bench->control, SIOCSIFFLAGS, &request))
		give_up(request.ifr_name);
}

static void obey(struct bench *bench, const char *line)
{
	bool up = strncmp(line, "plug ", 5) == 0;
	const char *which = strchr(line, ' ');
	struct cable *cable;

	if (!which)
		give_up(line);
	if (strcmp(which, " other") == 0) {
		set_carrier(bench->other, up);
		return;
	}
	if (bench->control >= 0) {
		set_far_end(bench, which[1] == '1', up);
		return;
	}
	cable = &bench->cables[which[1] == '1'];
	cable->is_cut = !up;
	set_carrier(cable->ends[0], up);
	set_carrier(cable->ends[1], up);
}

static bool command(struct bench *bench)
{
	char text[128], *rest = text, *line;
	ssize_t len = read(STDIN_FILENO, text, sizeof(text) - 1);

	if (len <= 0)
		return false;
	text[len] = 0;
	while ((line = strsep(&rest, "\n"))) {
		if (*line)
			obey(bench, line);
	}
	return true;
}

static void run(struct bench *bench)
{
	struct pollfd fds[1 + 2 * CABLES] = {{STDIN_FILENO, POLLIN, 0}};
	unsigned i;

	for (i = 0; i < 2 * CABLES; i++)
		fds[1 + i] = (struct pollfd){bench->cables[i / 2].ends[i % 2],
					     POLLIN, 0};
	while (poll(fds, ARRAY_SIZE(fds), -1) > 0) {
		if (fds[0].revents && !command(bench))
			return;
		for (i = 0; i < 2 * CABLES; i++) {
			if (fds[1 + i].revents & POLLIN)
				pass_frames(&bench->cables[i / 2], i % 2);
		}
	}
}

static void open_taps(struct bench *bench, const char *pid)
{
	bench->control = -1;
	bench->cables[0].ends[0] = open_tap("nic0");
	bench->cables[1].ends[0] = open_tap("nic1");
	enter_namespace(pid);
	bench->cables[0].ends[1] = open_tap("sw0");
	bench->cables[1].ends[1] = open_tap("sw1");
}

static void open_control(struct bench *bench, const char *pid)
{
	unsigned i;

	for (i = 0; i < CABLES; i++)
		bench->cables[i].ends[0] = bench->cables[i].ends[1] = -1;
	enter_namespace(pid);
	bench->control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bench->control < 0)
		give_up("no socket");
}

int main(int argc, char **argv)
{
	static struct bench bench;

	if (argc != 3)
		return 99;
	bench.other = open_tap("other");
	set_carrier(bench.other, false);
	if (strcmp(argv[1], "veth") == 0)
		open_control(&bench, argv[2]);
	else
		open_taps(&bench, argv[2]);
	puts("ready");
	fflush(stdout);
	run(&bench);
	return 0;
}
