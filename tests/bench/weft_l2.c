// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * weft_l2.c - one worker of weft-switch with nothing around it, to be measured
 *
 * usage: weft-l2 [-s] PORT PORT...
 *
 * A PORT with a slash in it is a socket that a vhost-user port listens on, any
 * other the name of a tap that is made. All are plugged into one network: the
 * same objects on the same loop that a worker of weft-switch has, without labd,
 * messages and sandbox. With -s the loop polls all the time instead of
 * sleeping, as the switches that it is compared with do. Counters go to stderr
 * at the end.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "backends/tap.h"
#include "backends/vhost_user.h"
#include "cli/host/tap_open.h"
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
 * @ports:	in the order of the command line
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
	struct port *ports[MAX_PORTS];
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

static struct port *open_vhost_user(struct bench *bench, const char *path,
				    struct err *err)
{
	struct vhost_user *vu = NULL;
	struct vhost_user_settings settings = {
		.name = path,
		.connected_fd = -1,
		.mtu = 1500,
		.queue_pairs = 1,
		.log = &bench->log,
	};

	settings.listen_fd = listen_on(path, err);
	if (settings.listen_fd < 0)
		return NULL;
	vu = vhost_user_create(bench->loop, &bench->notifier, &settings, err);
	if (!vu)
		close(settings.listen_fd);
	return vu ? vhost_user_port(vu) : NULL;
}

static struct port *open_tap(struct bench *bench, const char *name,
			     struct err *err)
{
	struct tap_settings settings = {
		.name = name, .mtu = 1500, .log = &bench->log};
	struct tap *tap;

	settings.fd = tap_open(name, NULL, err);
	if (settings.fd < 0)
		return NULL;
	tap = tap_create(bench->loop, &settings, err);
	if (!tap)
		close(settings.fd);
	return tap ? tap_port(tap) : NULL;
}

static int add_port(struct bench *bench, const char *name, struct err *err)
{
	struct network_port_options options = {0};
	struct port *port;

	port = strchr(name, '/') ? open_vhost_user(bench, name, err)
				 : open_tap(bench, name, err);
	if (!port)
		return err->code;
	bench->ports[bench->port_count++] = port;
	return network_add_port(bench->network, port, &options);
}

static int build(struct bench *bench, char **names, bool spins, struct err *err)
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
	loop_set_spin(bench->loop, spins ? SPIN_NS : 0);
	env = (struct network_env){bench->loop, bench->pool, &scratch};
	bench->network = network_create(&env, &options, err);
	if (!bench->network)
		return err->code;
	for (i = 0; names[i] && i < MAX_PORTS; i++) {
		if (add_port(bench, names[i], err))
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
		struct port *port = bench->ports[i];

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
	bool spins = argc > 1 && !strcmp(argv[1], "-s");
	struct err err = {0};

	if (argc < 2 + spins) {
		fprintf(stderr, "usage: weft-l2 [-s] PORT...\n");
		return 2;
	}
	bench.log.clock = &bench.clock;
	if (build(&bench, argv + 1 + spins, spins, &err)) {
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
