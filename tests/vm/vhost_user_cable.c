// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost_user_cable.c - our vhost-user back-end, by a cable to a tap
 *
 * usage: vhost_user_cable SOCKET TAP PAIRS
 *
 * A back-end with many queue pairs that can be killed. TAP may exist already:
 * then it stays, with its addresses.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "backends/tap.h"
#include "backends/vhost_user.h"
#include "cli/host/tap_open.h"
#include "core/sigbus_guard.h"

#define MTU 1500

/* Each end's context is the other end's port. */
static unsigned cable_input(void *ctx, struct port *port, struct frame **frames,
			    unsigned n)
{
	(void)port;
	return port_send(ctx, frames, n);
}

static void cable_carrier(void *ctx, struct port *port, bool up)
{
	(void)ctx;
	(void)port;
	(void)up;
}

static void cable_writable(void *ctx, struct port *port)
{
	struct port *other = ctx;

	(void)port;
	other->ops->resume(other);
}

static const struct port_upper upper = {
	.input = cable_input,
	.carrier = cable_carrier,
	.writable = cable_writable,
};

static int give_up(const char *what)
{
	fprintf(stderr, "vhost_user_cable: %s\n", what);
	return 1;
}

/* whoever had it before is gone */
static int listen_at(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(addr.sun_path))
		return -1;
	strcpy(addr.sun_path, path);
	unlink(path);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 4))
		return -1;
	return fd;
}

int main(int argc, char **argv)
{
	struct vhost_user_settings user = {
		.name = "guest", .connected_fd = -1, .mtu = MTU};
	struct tap_settings settings = {.name = "host", .mtu = MTU};
	struct notifier notifier;
	struct sigbus_stack stack;
	struct err err = {0};
	struct port *guest, *host;
	struct clock clock;
	struct log log = {LOG_INFO, "cable", &clock};
	struct loop *loop;
	struct vhost_user *vu;
	struct tap *tap;

	if (argc != 4)
		return give_up("usage: vhost_user_cable SOCKET TAP PAIRS");
	clock_init_monotonic(&clock);
	loop = loop_create(&clock, &err);
	if (!loop || notifier_init(&notifier, &err) ||
	    sigbus_stack_init(&stack, &err))
		return give_up(err.msg);
	user.log = settings.log = &log;
	user.queue_pairs = (unsigned)atoi(argv[3]);
	settings.fd = tap_attach(argv[2], &err);
	tap = settings.fd < 0 ? NULL : tap_create(loop, &settings, &err);
	user.listen_fd = listen_at(argv[1]);
	if (!tap || user.listen_fd < 0)
		return give_up(tap ? "can't listen" : err.msg);
	vu = vhost_user_create(loop, &notifier, &user, &err);
	if (!vu)
		return give_up(err.msg);
	guest = vhost_user_port(vu);
	host = tap_port(tap);
	port_plug(guest, &upper, host);
	port_plug(host, &upper, guest);
	loop_run(loop);
	return 0;
}
