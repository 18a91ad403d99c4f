// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labd.c - the supervisor of one lab: main(), building, tearing down
 *
 * Theory of operation
 *
 * There is one labd per lab: it holds a lock in the lab's folder. One that
 * finds another serving says "ready" all the same, for whoever started it is
 * served; one that finds another ending waits for that.
 *
 * labd starts empty, with nothing but its control socket, and says so to
 * whoever started it. The first lab.apply makes an empty lab, with a
 * weft-switch, and changes it into the one that is wanted, as every later one
 * does (apply.c). lab.down ends the loop; what is there is taken down in
 * reverse, and the request is answered last. Guests are not asked but killed:
 * there is nothing yet that they could save, and a guest that hangs holds
 * nobody up. A signal does the same. A labd that is killed takes its children
 * with it (child.h); only files are left, and the next one overwrites them.
 */
#include "cli/labd/labd.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/exit_code.h"
#include "cli/helper_path.h"
#include "cli/labd/attach.h"
#include "cli/labd/capture_book.h"
#include "cli/labd/failover_api.h"
#include "cli/labd/labd_tell.h"
#include "cli/labd/link.h"
#include "cli/labd/signals.h"
#include "cli/labd/apply.h"
#include "cli/labd/uplink_api.h"
#include "cli/labd/wait.h"

#define FLUSH_MS 1000
/* How long another labd of this lab may take to end, or to serve. */
#define LOCK_WAIT_MS 10000
#define LOCK_STEP_MS 20
/* Descriptors for 256 nodes with 8 ports each, in labd as in weft-switch. */
#define MAX_FDS 65536

/**
 * struct labd_options - the command line
 * @lab:	name
 * @ready_fd:	where to say that we serve, or why not; -1: nobody asks
 */
struct labd_options {
	const char *lab;
	int ready_fd;
};

static void labd_node_changed(void *ctx, struct node *node)
{
	struct labd *labd = ctx;

	labd_tell_node(labd, node);
	wait_node_changed(labd, node);
	apply_node_changed(labd);
}

static void labd_port_carrier(void *ctx, unsigned port, bool up)
{
	struct labd *labd = ctx;
	struct node *node = &labd->nodes[port / LAB_MAX_NICS];

	if (!node->host)
		return;
	if (fabric_network(labd->fabric, port) != FABRIC_NO_NETWORK)
		labd_tell_carrier(labd, port, up);
	if (node->ops->carrier)
		node->ops->carrier(node, port % LAB_MAX_NICS, up);
	if (up)
		attach_carrier(labd, node, port % LAB_MAX_NICS);
}

static void labd_refused(void *ctx, const char *why)
{
	struct labd *labd = ctx;

	log_limited(labd->log, &labd->refused, LOG_ERROR, "weft-switch: %s",
		    why);
	events_emit(&labd->events, "switch.refused",
		    json_pack("{s:s}", "reason", why));
}

static void labd_switch_down(void *ctx, const char *why)
{
	struct labd *labd = ctx;
	char text[128];

	events_emit(&labd->events, "switch.down",
		    json_pack("{s:s}", "reason", why));
	snprintf(text, sizeof(text), "weft-switch %s", why);
	capture_book_down(labd->captures, text);
	failover_fail_all(labd, text);
}

static void labd_switch_up(void *ctx)
{
	struct labd *labd = ctx;

	events_emit(&labd->events, "switch.up", json_object());
	quarantine_forget(&labd->quarantine, NULL);
	capture_book_settle(labd->captures, true);
}

static void labd_capture_message(void *ctx, const union wire_message *message)
{
	struct labd *labd = ctx;

	capture_book_message(labd->captures, message);
}

static void labd_resolvers_changed(void *ctx)
{
	struct labd *labd = ctx;

	if (labd->fabric)
		fabric_resolvers_changed(labd->fabric);
}

static void labd_uplink_changed(void *ctx, unsigned uplink,
				const struct fabric_changes *changes)
{
	uplink_tell(ctx, uplink, changes);
}

static void labd_failover_done(void *ctx, const struct wire_failover_done *done)
{
	failover_done(ctx, done);
}

static void labd_leg_changed(void *ctx, const struct host_leg *leg)
{
	struct labd *labd = ctx;

	labd_tell_leg(labd, leg);
	if (labd->fabric)
		fabric_leg_changed(labd->fabric, leg->network);
}

static const struct fabric_events fabric_events = {
	.carrier = labd_port_carrier,
	.refused = labd_refused,
	.down = labd_switch_down,
	.up = labd_switch_up,
	.capture = labd_capture_message,
	.lease = labd_tell_lease,
	.dhcp = labd_tell_dhcp,
	.uplink = labd_uplink_changed,
	.failover = labd_failover_done,
};

void labd_init(struct labd *labd, const char *name, struct loop *loop,
	       struct log *log)
{
	struct host_legs_settings host_legs = {
		.loop = loop,
		.log = log,
		.run_dir = labd->dir.path,
		.log_fd = STDERR_FILENO,
		.busybox = HOST_DHCP_BUSYBOX,
		.changed = labd_leg_changed,
		.ctx = labd,
	};

	const struct kernel_nat_settings kernel_nat = {
		.loop = loop,
		.log = log,
		.name = labd->name,
		.dir = labd->dir.base,
		.host_ports = &labd->host_ports,
	};

	*labd = (struct labd){.loop = loop, .log = log, .lock_fd = -1};
	broker_link_init(&labd->broker, loop, log, STDERR_FILENO);
	host_legs.host = broker_link_choose(&labd->broker);
	snprintf(labd->name, sizeof(labd->name), "%s", name);
	list_init(&labd->waits);
	host_ports_init(&labd->host_ports);
	host_nics_init(&labd->host_nics, host_legs.host);
	host_legs_init(&labd->host_legs, &host_legs);
	kernel_nat_init(&labd->kernel_nat, &kernel_nat);
	uplink_follow_nics(labd);
	list_init(&labd->attachings);
	list_init(&labd->flaps);
	list_init(&labd->failovers);
	events_init(&labd->events, labd->name, events_wall_ms);
	runners_init(&labd->host.runners);
	labd->host.loop = loop;
	labd->host.log = log;
	labd->host.log_fd = STDERR_FILENO;
	labd->host.dir = &labd->dir;
	labd->host.changed = labd_node_changed;
	labd->host.ctx = labd;
}

struct node *labd_lookup_node(const struct labd *labd, const char *name)
{
	const struct node_settings *settings = NULL;

	if (labd->lab)
		settings = lab_lookup_node(labd->lab, name);
	return settings ? &labd->nodes[settings->number] : NULL;
}

/* A lab with nothing in it, and a weft-switch to match. */
static int labd_make_empty(struct labd *labd, struct err *err)
{
	struct fabric_settings settings = {
		.leases = labd->leases,
		.host_ports = &labd->host_ports,
		.host_nics = &labd->host_nics,
		.host_legs = &labd->host_legs,
		.kernel_nat = &labd->kernel_nat,
		.resolvers = resolvers_get(labd->resolvers),
		.link = {.path = labd->switch_path,
			 .lab = labd->name,
			 .stderr_fd = STDERR_FILENO,
			 .log = labd->log},
	};

	labd->lab = lab_create(0, 0);
	labd->nodes = calloc(LAB_MAX_NODES, sizeof(struct node));
	labd->host.lab = settings.lab = labd->lab;
	labd->started_ns = loop_now_ns(labd->loop);
	labd->captures = capture_book_create(labd);
	if (!labd->lab || !labd->nodes || !labd->captures)
		err_set(err, -ENOMEM, "no memory for a lab");
	else
		labd->fabric = fabric_start(labd->loop, &settings,
					    &fabric_events, labd, err);
	labd->host.fabric = labd->fabric;
	if (labd->fabric)
		return 0;
	labd_tear_down(labd);
	return err->code;
}

int labd_prepare(struct labd *labd, const struct lab *lab, struct err *err)
{
	if (runners_find(&labd->host.runners, lab, err) ||
	    host_ports_open(&labd->host_ports, lab, err) ||
	    host_nics_open(&labd->host_nics, lab, err) ||
	    kernel_nat_open(&labd->kernel_nat, lab, err) ||
	    host_legs_open(&labd->host_legs, lab, err)) {
		host_ports_forget(&labd->host_ports);
		host_nics_forget(&labd->host_nics);
		kernel_nat_forget(&labd->kernel_nat);
		return err->code;
	}
	return labd->lab ? 0 : labd_make_empty(labd, err);
}

void labd_tear_down(struct labd *labd)
{
	unsigned i;

	apply_cancel(labd, "the lab is going down");
	wait_cancel_all(labd, "the lab is going down");
	link_cancel_all(labd, "the lab is going down");
	failover_fail_all(labd, "the lab is going down");
	attach_cancel_all(labd, "the lab is going down");
	for (i = 0; labd->nodes && i < LAB_MAX_NODES; i++) {
		if (labd->nodes[i].host)
			node_fini(&labd->nodes[i]);
	}
	free(labd->nodes);
	labd->nodes = NULL;
	fabric_destroy(labd->fabric);
	labd->fabric = NULL;
	capture_book_down(labd->captures, "the lab is going down");
	capture_book_destroy(labd->captures);
	labd->captures = NULL;
	json_decref(labd->document);
	labd->document = NULL;
	lab_destroy(labd->lab);
	labd->lab = NULL;
}

/* Say on @fd that we serve, or the exit code and why not. */
static void say_ready(int fd, int exit_code, const char *why)
{
	char text[ERR_SIZE + 16] = "R";

	if (fd < 0)
		return;
	if (exit_code)
		snprintf(text, sizeof(text), "E%d %s", exit_code, why);
	if (write(fd, text, strlen(text)) < 0)
		return; /* whoever started us has gone; we serve all the same */
}

static bool parse_options(int argc, char **argv, struct labd_options *options)
{
	static const struct option known[] = {
		{"lab", required_argument, NULL, 'l'},
		{"state", required_argument, NULL, 's'},
		{"ready-fd", required_argument, NULL, 'r'},
		{NULL, 0, NULL, 0},
	};
	int c;

	options->lab = NULL;
	options->ready_fd = -1;
	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c == 'l')
			options->lab = optarg;
		else if (c == 'r')
			options->ready_fd = (int)strtol(optarg, NULL, 10);
		else if (c == '?')
			return false;
	}
	return options->lab != NULL;
}

/* 0 once we are the only one; -EALREADY when another one serves. */
static int labd_lock(struct labd *labd, const struct state_env *env,
		     struct err *err)
{
	int waited_ms, fd = -EAGAIN;

	for (waited_ms = 0; waited_ms < LOCK_WAIT_MS;
	     waited_ms += LOCK_STEP_MS) {
		fd = state_dir_lock(&labd->dir, err);
		if (fd != -EAGAIN)
			break;
		if (state_dir_is_served(env, labd->name))
			return -EALREADY;
		poll(NULL, 0, LOCK_STEP_MS);
	}
	labd->lock_fd = fd;
	return MIN(fd, 0);
}

static int labd_open(struct labd *labd, struct err *err)
{
	const struct ctl_service service = {labd_methods, labd_method_count,
					    labd};
	char path[STATE_PATH_SIZE];
	struct state_env env;
	int fd, code;

	state_env_init(&env);
	if (state_dir_locate(&env, labd->name, &labd->dir, err) ||
	    state_dir_create(&env, &labd->dir, err) ||
	    helper_path("weft-switch", "switchd", labd->switch_path,
			sizeof(labd->switch_path), err))
		return err->code;
	code = labd_lock(labd, &env, err);
	if (code)
		return code;
	if (snprintf(path, sizeof(path), "%s/leases", labd->dir.durable) >=
	    (int)sizeof(path))
		return err_set(err, -ENAMETOOLONG, "%s: too long",
			       labd->dir.durable);
	labd->resolvers = resolvers_open(labd->loop, RESOLVERS_PATH, labd->log,
					 labd_resolvers_changed, labd);
	if (!labd->resolvers)
		return err_set(err, -ENOMEM, "no memory");
	labd->leases = lease_store_open(path, labd->log, err);
	if (!labd->leases ||
	    state_dir_socket(&labd->dir, "ctl.sock", path, err))
		return err->code;
	fd = node_listen(path, 0600, err);
	if (fd < 0)
		return err->code;
	labd->server =
		ctl_server_create(labd->loop, fd, &service, labd->log, err);
	if (!labd->server)
		return err->code;
	ctl_server_set_lab(labd->server, labd->name);
	return 0;
}

static void labd_close(struct labd *labd)
{
	char path[STATE_PATH_SIZE];

	/* First, so that the next weft up does not come to us. */
	if (labd->server &&
	    !state_dir_socket(&labd->dir, "ctl.sock", path, NULL))
		unlink(path);
	labd_tear_down(labd);
	lease_store_close(labd->leases);
	host_ports_fini(&labd->host_ports);
	nic_return_fini(&labd->nic_return);
	host_nics_fini(&labd->host_nics);
	host_legs_fini(&labd->host_legs);
	kernel_nat_fini(&labd->kernel_nat);
	broker_link_fini(&labd->broker);
	resolvers_close(labd->resolvers);
	if (labd->down)
		ctl_reply(labd->down, NULL, NULL, 0);
	events_fini(&labd->events);
	if (labd->server)
		ctl_server_flush(labd->server, FLUSH_MS);
	ctl_server_destroy(labd->server);
	if (labd->lock_fd >= 0)
		close(labd->lock_fd);
}

static int labd_serve(struct labd *labd, int ready_fd, struct err *err)
{
	struct signals signals;
	int code;

	code = signals_open(&signals, labd->loop);
	if (code)
		err_set(err, code, "no signalfd: %s", strerror(-code));
	else
		code = labd_open(labd, err);
	say_ready(ready_fd,
		  !code || code == -EALREADY ? 0
		  : code == -EACCES          ? EXIT_PERMISSION
					     : EXIT_FAILED,
		  err->msg);
	if (ready_fd >= 0)
		close(ready_fd);
	if (!code)
		loop_run(labd->loop);
	labd_close(labd);
	return code == -EALREADY ? 0 : code;
}

/* Best effort: a small lab needs no more than the usual 1024. */
static void raise_fd_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= MAX_FDS)
		return;
	limit.rlim_cur = MIN(limit.rlim_max, MAX_FDS);
	setrlimit(RLIMIT_NOFILE, &limit);
}

int labd_main(int argc, char **argv)
{
	struct labd_options options;
	struct err err = {0};
	struct loop *loop;
	struct labd labd;
	struct clock clock;
	struct log log = {LOG_INFO, "labd", &clock};
	int code;

	if (!parse_options(argc, argv, &options)) {
		fprintf(stderr, "usage: weft labd --lab NAME [--ready-fd N]; "
				"weft up starts it\n");
		return EXIT_USAGE;
	}
	raise_fd_limit();
	prctl(PR_SET_NAME, "weft-labd"); /* it would be "exe" for ps and top */
	clock_init_monotonic(&clock);
	loop = loop_create(&clock, &err);
	labd_init(&labd, options.lab, loop, &log);
	if (loop)
		code = labd_serve(&labd, options.ready_fd, &err);
	else
		code = err.code;
	if (code)
		log_error(&log, "%s", err.msg);
	loop_destroy(loop);
	return code ? EXIT_FAILED : EXIT_DONE;
}
