// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host_leg_dhcp.c - the host's DHCP client on an interface that is there
 *
 * usage: host_leg_dhcp IFNAME DIR
 *
 * What it learns becomes the interface's address. Prints a line for each change
 * and the client's pid with it; ends with its input.
 */
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "cli/host/host_tap.h"
#include "cli/labd/host_dhcp.h"

/* The test: a leg whose tap is somebody else's. */
struct bench {
	struct clock clock;
	struct loop *loop;
	struct host_tap tap;
	struct host_dhcp dhcp;
	struct watch input;
};

static void bound(struct host_dhcp *dhcp, const struct ipv4_prefix *lease)
{
	struct bench *bench = container_of(dhcp, struct bench, dhcp);
	char text[IPV4_PREFIX_TEXT_SIZE] = "none";
	struct err err = {0};

	host_tap_set_address(&bench->tap, lease, &err);
	if (lease)
		ipv4_prefix_format(lease, text);
	printf("%s by %d %s\n", text, dhcp->child.pid, err.msg);
}

static void input_ends(struct watch *watch, uint32_t events)
{
	struct bench *bench = container_of(watch, struct bench, input);

	(void)events;
	loop_stop(bench->loop);
}

int main(int argc, char **argv)
{
	static struct bench bench = {.tap.fd = -1};
	struct host_dhcp_settings settings = {
		.busybox = HOST_DHCP_BUSYBOX,
		.hostname = "thishost",
		.log_fd = STDERR_FILENO,
	};
	struct err err;

	if (argc != 3)
		return 2;
	settings.ifname = argv[1];
	settings.run_dir = argv[2];
	setvbuf(stdout, NULL, _IOLBF, 0);
	clock_init_monotonic(&bench.clock);
	bench.loop = loop_create(&bench.clock, &err);
	snprintf(bench.tap.ifname, sizeof(bench.tap.ifname), "%s", argv[1]);
	bench.tap.ifindex = if_nametoindex(argv[1]);
	bench.input.fd = STDIN_FILENO;
	bench.input.ready = input_ends;
	bench.input.name = "input";
	host_dhcp_init(&bench.dhcp, bound);
	if (!bench.loop || watch_add(bench.loop, &bench.input, EPOLLIN) ||
	    host_dhcp_start(&bench.dhcp, bench.loop, &settings, &err)) {
		fprintf(stderr, "host_leg_dhcp: %s\n", err.msg);
		return 1;
	}
	loop_run(bench.loop);
	host_dhcp_stop(&bench.dhcp);
	host_tap_set_address(&bench.tap, NULL, &err);
	loop_destroy(bench.loop);
	return 0;
}
