// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * weft_l2.c - one worker of weft-switch with nothing around it, to be measured
 *
 * usage: weft-l2 SOCKET SOCKET...
 *
 * One vhost-user port listens on each socket, and all are plugged into one
 * network: the same objects on the same loop that a worker of weft-switch has,
 * without labd, messages and sandbox. The loop polls as the other switches of
 * this benchmark do. Counters go to stderr at the end.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "backends/vhost_user.h"
#include "core/sigbus_guard.h"
#include "switch/network.h"

#define MAX_PORTS 64
#define PACKETS 4096
#define CHUNKS 8192
#define SPIN_NS (3600 * NSEC_PER_SEC)

/**
 * struct bench - what main() builds
 * @clock:	the loop's
 * @log:	of the ports
 * @loop:	everything runs on it
 * @notifier:	of the one thread
 * @bus_stack:	of the one thread
 * @pool:	for frames that wait
 * @network:	joins the ports
 * @ports:	one a socket
 * @port_count:	how many
 */
struct bench {
	struct clock clock;
	struct log log;
	struct loop *loop;
	struct notifier notifier;
	struct sigbus_stack bus_stack;
	struct packet_pool *pool;
	struct network *network;
	struct vhost_user *ports[MAX_PORTS];
	unsigned port_count;
};

/* A signal handler has no argument of its own to find the loop with. */
static struct loop *loop_to_stop;

static void stop(int number)
{
	(void)number;
	loop_stop(loop_to_stop);
}

static int listen_on(const char *path, struct err *err)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path))
		return err_set(err, -ENAMETOOLONG, "%s: too long for a socket",
			       path);
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && !bind(fd, (struct sockaddr *)&addr, sizeof(addr)) &&
	    !listen(fd, 1))
		return fd;
	err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return err->code;
}

static int add_port(struct bench *bench, const char *path, struct err *err)
{
	struct network_port_options options = {0};
	char name[PORT_NAME_SIZE];
	struct vhost_user *port;
	struct vhost_user_settings settings = {
		.name = name,
		.connected_fd = -1,
		.mtu = 1500,
		.queue_pairs = 1,
		.log = &bench->log,
	};

	snprintf(name, sizeof(name), "bench:%u", bench->port_count);
	settings.listen_fd = listen_on(path, err);
	if (settings.listen_fd < 0)
		return settings.listen_fd;
	port = vhost_user_create(bench->loop, &bench->notifier, &settings, err);
	if (!port) {
		close(settings.listen_fd);
		return err->code;
	}
	bench->ports[bench->port_count++] = port;
	return network_add_port(bench->network, vhost_user_port(port),
				&options);
}

static int build(struct bench *bench, char **paths, unsigned n, struct err *err)
{
	struct network_options options = {.name = "bench", .seed = 1};
	static struct offload_scratch scratch;
	struct network_env env;
	unsigned i;

	clock_init_monotonic(&bench->clock);
	if (sigbus_stack_init(&bench->bus_stack, err) ||
	    notifier_init(&bench->notifier, err))
		return err->code;
	bench->loop = loop_create(&bench->clock, err);
	bench->pool = packet_pool_create(PACKETS, CHUNKS, err);
	if (!bench->loop || !bench->pool)
		return err->code;
	loop_set_spin(bench->loop, SPIN_NS);
	env = (struct network_env){bench->loop, bench->pool, &scratch};
	bench->network = network_create(&env, &options, err);
	if (!bench->network)
		return err->code;
	for (i = 0; i < n; i++) {
		if (add_port(bench, paths[i], err))
			return err->code;
	}
	return 0;
}

static void report(const struct port *port)
{
	const struct port_counters *c = &port->counters;
	unsigned i;

	fprintf(stderr, "%s: rx %" PRIu64 " tx %" PRIu64, port->name,
		c->rx_frames, c->tx_frames);
	for (i = 0; i < DROP_COUNT; i++) {
		if (c->drops[i])
			fprintf(stderr, " %s %" PRIu64, drop_reason_name(i),
				c->drops[i]);
	}
	fprintf(stderr, "\n");
}

static void take_down(struct bench *bench)
{
	unsigned i;

	for (i = 0; i < bench->port_count; i++) {
		struct port *port = vhost_user_port(bench->ports[i]);

		report(port);
		network_remove_port(bench->network, port);
		port->ops->close(port);
	}
	network_destroy(bench->network);
	packet_pool_destroy(bench->pool);
	loop_destroy(bench->loop);
	notifier_fini(&bench->notifier);
	sigbus_stack_fini(&bench->bus_stack);
}

int main(int argc, char **argv)
{
	static struct bench bench = {.log = {LOG_INFO, "weft-l2", NULL}};
	struct err err = {0};

	if (argc < 2 || argc > MAX_PORTS + 1) {
		fprintf(stderr, "usage: weft-l2 SOCKET...\n");
		return 2;
	}
	bench.log.clock = &bench.clock;
	if (build(&bench, argv + 1, (unsigned)argc - 1, &err)) {
		fprintf(stderr, "weft-l2: %s\n", err.msg);
		return 1;
	}
	loop_to_stop = bench.loop;
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	loop_run(bench.loop);
	take_down(&bench);
	return 0;
}
