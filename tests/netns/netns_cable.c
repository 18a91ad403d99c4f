// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netns_cable.c - two netns nodes and a cable: what the scripts here drive
 *
 * usage: netns_cable [-d] [-k] [-m MTU] [-n ROUNDS] [-r RUN] [-x EXECS] COMMAND
 *
 * Node a has 10.9.0.1/24 and runs RUN, node b has 10.9.0.2/24 (-d: asks DHCP).
 * Once both are ready COMMAND runs in b (-x: that many at once) and its exit
 * code is ours; then both nodes are stopped. -n repeats all of it. -k kills a's
 * supervisor instead, and expects to be told.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backends/tap.h"
#include "cli/host/netns_node.h"

#define ENDS 2

struct cable;

/* One node, its tap port, and what became of it. */
struct end {
	struct cable *cable;
	const char *name;
	struct netns_node *node;
	struct port *port;
	char run_dir[160];
	bool is_ready;
	bool is_dead;
};

/* The test: two ends and the options. */
struct cable {
	struct clock clock;
	struct log log;
	struct loop *loop;
	struct end ends[ENDS];
	struct node_settings nodes[ENDS];
	char *command;
	uint16_t mtu;
	bool kills;
	unsigned execs;
	unsigned running;
	int code;
	char dir[128];
};

static struct end *other_end(struct end *end)
{
	return &end->cable->ends[end == end->cable->ends];
}

static unsigned cable_input(void *ctx, struct port *port, struct frame **frames,
			    unsigned n)
{
	(void)port;
	return port_send(other_end(ctx)->port, frames, n);
}

static void cable_carrier(void *ctx, struct port *port, bool up)
{
	(void)ctx;
	(void)port;
	(void)up;
}

static void cable_writable(void *ctx, struct port *port)
{
	struct port *sender = other_end(ctx)->port;

	(void)port;
	sender->ops->resume(sender);
}

static const struct port_upper cable_upper = {
	.input = cable_input,
	.carrier = cable_carrier,
	.writable = cable_writable,
};

static void give_up(const char *what)
{
	fprintf(stderr, "netns_cable: %s\n", what);
	exit(99);
}

static void start_commands(struct cable *cable)
{
	char shell[] = "sh", option[] = "-c";
	char *argv[] = {shell, option, cable->command, NULL};
	const int fds[3] = {0, 1, 2};
	uint32_t id;

	for (; cable->running < cable->execs; cable->running++) {
		if (netns_node_exec(cable->ends[1].node, argv, fds, &id))
			give_up("exec refused");
	}
}

static void end_address(void *ctx, unsigned nic,
			const struct ipv4_prefix *address)
{
	char text[IPV4_PREFIX_TEXT_SIZE];
	struct end *end = ctx;

	fprintf(stderr, "%s:%u %s\n", end->name, nic,
		ipv4_prefix_format(address, text));
}

static void end_ready(void *ctx)
{
	struct end *end = ctx;

	end->is_ready = true;
	if (!other_end(end)->is_ready)
		return;
	if (end->cable->kills)
		kill(netns_node_pid(end->cable->ends[0].node), SIGKILL);
	else
		start_commands(end->cable);
}

static void end_run_exited(void *ctx, int status)
{
	struct end *end = ctx;

	fprintf(stderr, "%s run: %d\n", end->name, WEXITSTATUS(status));
}

static void end_exec_exited(void *ctx, uint32_t id, int status)
{
	struct end *end = ctx;
	struct cable *cable = end->cable;
	unsigned i;

	(void)id;
	if (WIFSIGNALED(status))
		cable->code = 128 + WTERMSIG(status);
	else if (WEXITSTATUS(status))
		cable->code = WEXITSTATUS(status);
	if (--cable->running)
		return;
	for (i = 0; i < ENDS; i++)
		netns_node_stop(cable->ends[i].node);
}

static void end_fault(void *ctx, const char *text)
{
	struct end *end = ctx;

	fprintf(stderr, "%s fault: %s\n", end->name, text);
}

static void end_died(void *ctx, const char *why)
{
	struct end *end = ctx;

	fprintf(stderr, "%s died: %s\n", end->name, why);
	end->is_dead = true;
	if (end->cable->kills)
		netns_node_stop(other_end(end)->node);
	if (other_end(end)->is_dead)
		loop_stop(end->cable->loop);
}

static const struct netns_node_events end_events = {
	end_address,     end_ready, end_run_exited,
	end_exec_exited, end_fault, end_died,
};

static void end_start(struct cable *cable, unsigned i)
{
	struct netns_node_settings settings = {
		.node = &cable->nodes[i],
		.mtu = {cable->mtu},
		.run_dir = cable->ends[i].run_dir,
		.domain = "cable.test",
		.dns = 0x0a090001,
		.log_fd = STDERR_FILENO,
	};
	struct end *end = &cable->ends[i];
	struct tap_settings tap = {end->name, -1, cable->mtu, &cable->log};
	struct err err = {0};
	struct tap *made;

	end->node = netns_node_start(cable->loop, &settings, &end_events, end,
				     &err);
	if (!end->node)
		give_up(err.msg);
	tap.fd = fcntl(netns_node_taps(end->node)[0], F_DUPFD_CLOEXEC, 3);
	made = tap_create(cable->loop, &tap, &err);
	if (!made)
		give_up(err.msg);
	end->port = tap_port(made);
}

static void end_stop(struct end *end)
{
	unsigned long long drops = 0;
	unsigned i;

	for (i = 0; i < DROP_COUNT; i++)
		drops += end->port->counters.drops[i];
	port_unplug(end->port);
	fprintf(stderr, "%s: %llu frames in, %llu MiB, %llu dropped\n",
		end->name, (unsigned long long)end->port->counters.rx_frames,
		(unsigned long long)end->port->counters.rx_bytes >> 20, drops);
	end->port->ops->close(end->port);
	netns_node_destroy(end->node);
	end->is_ready = end->is_dead = false;
}

static void one_round(struct cable *cable)
{
	unsigned i;

	cable->loop = loop_create(&cable->clock, NULL);
	for (i = 0; i < ENDS; i++)
		end_start(cable, i);
	for (i = 0; i < ENDS; i++)
		port_plug(cable->ends[i].port, &cable_upper, &cable->ends[i]);
	loop_run(cable->loop);
	for (i = 0; i < ENDS; i++)
		end_stop(&cable->ends[i]);
	loop_destroy(cable->loop);
}

static void init_nodes(struct cable *cable, bool dhcp, const char *run)
{
	const char *parent = getenv("TMPDIR");
	unsigned i;

	clock_init_monotonic(&cable->clock);
	cable->log = (struct log){LOG_INFO, "netns_cable", &cable->clock};
	snprintf(cable->dir, sizeof(cable->dir), "%s/netns_cable.XXXXXX",
		 parent ? parent : "/tmp");
	if (!mkdtemp(cable->dir))
		give_up("no folder for its nodes");
	for (i = 0; i < ENDS; i++) {
		struct node_settings *node = &cable->nodes[i];
		struct nic_settings *nic = &node->nics[0];
		struct end *end = &cable->ends[i];

		end->cable = cable;
		end->name = i ? "b" : "a";
		snprintf(end->run_dir, sizeof(end->run_dir), "%s/%s",
			 cable->dir, end->name);
		mkdir(end->run_dir, 0700);
		snprintf(node->name, sizeof(node->name), "%s", end->name);
		node->kind = NODE_NETNS;
		node->nic_count = 1;
		nic->mac = (struct mac){{0x52, 0x54, 0, 0, 9, (uint8_t)i}};
		nic->ipv4 = i && dhcp ? NIC_IPV4_DHCP : NIC_IPV4_STATIC;
		nic->address = (struct ipv4_prefix){0x0a090001 + i, 24};
	}
	snprintf(cable->nodes[0].run, LAB_PATH_SIZE, "%s", run);
}

static unsigned open_fds(void)
{
	unsigned n = 0;
	int fd;

	for (fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

int main(int argc, char **argv)
{
	static struct cable cable = {.mtu = 1500, .execs = 1};
	unsigned rounds = 1, fds = open_fds();
	char nothing[] = "true";
	const char *run = "";
	char remove[160];
	bool dhcp = false;
	int option;

	while ((option = getopt(argc, argv, "dkm:n:r:x:")) != -1) {
		if (option == 'd')
			dhcp = true;
		else if (option == 'k')
			cable.kills = true;
		else if (option == 'm')
			cable.mtu = (uint16_t)atoi(optarg);
		else if (option == 'n')
			rounds = (unsigned)atoi(optarg);
		else if (option == 'r')
			run = optarg;
		else if (option == 'x')
			cable.execs = (unsigned)atoi(optarg);
		else
			return 99;
	}
	cable.command = optind < argc ? argv[optind] : nothing;
	init_nodes(&cable, dhcp, run);
	while (rounds--)
		one_round(&cable);
	snprintf(remove, sizeof(remove), "rm -r %s", cable.dir);
	if (system(remove))
		give_up("its folder can't be removed");
	if (open_fds() != fds)
		give_up("descriptors are left open");
	return cable.code;
}
