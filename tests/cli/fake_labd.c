// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fake_labd.c - a labd with canned answers, so that the verbs can be tested
 *
 * fake_labd FOLDER LAB: serves FOLDER/ctl.sock with the real control server.
 * exec and console run real processes of this machine; a timeout_ms of 1 fails
 * as a node that is not ready in time.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/ctl/ctl_message.h"
#include "cli/ctl/ctl_server.h"
#include "cli/exit_code.h"
#include "tests/cli/fake_ports.h"
#include "tests/cli/fake_uplinks.h"

#define ARGS_MAX 32

/**
 * struct fake_exec - a command in work
 * @watch:	its pidfd
 * @req:	told when it ends
 * @number:	as the client knows it
 */
struct fake_exec {
	struct watch watch;
	struct ctl_request *req;
	int number;
};

/**
 * struct fake - the whole
 * @loop:	stopped by lab.down
 * @lab:	name
 * @folder:	where its socket is
 * @execs:	started so far
 */
struct fake {
	struct loop *loop;
	const char *lab;
	const char *folder;
	int execs;
};

static json_t *node_status(const char *name, const char *kind, const char *port,
			   const char *ipv4)
{
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:i, s:[{s:s, s:s, s:s, s:[s], "
		"s:b, s:s}]}",
		"name", name, "kind", kind, "state", "ready", "runner", "qemu",
		"accel", "tcg", "uptime_ms", 12000, "nics", "port", port,
		"network", "wan", "mac", "52:54:00:00:00:01", "ipv4", ipv4,
		"carrier", 1, "socket", "/run/x,y/ext 0.sock");
}

/* A port that somebody's VMM without vhost-user is on. */
static json_t *stream_status(const char *name, const char *port)
{
	json_t *node = node_status(name, "external", port, "10.20.0.102");
	json_t *nic = json_array_get(json_object_get(node, "nics"), 0);

	json_object_set_new(nic, "socket",
			    json_string("/run/x,y/old 0.stream.sock"));
	json_object_set_new(nic, "socket_type", json_string("stream"));
	return node;
}

static json_t *status_of(const struct fake *fake)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:[{s:s, s:s, s:s, s:s, s:i}], "
			 "s:[o, o, o]}",
			 "schema", "weft.status/1", "lab", fake->lab, "state",
			 "ready", "uptime_ms", 12000, "networks", "name", "wan",
			 "mode", "nat", "ipv4", "10.20.0.0/24", "gateway",
			 "10.20.0.1", "ports", 2, "nodes",
			 node_status("web1", "vm", "web1:0", "10.20.0.100"),
			 node_status("ext", "external", "ext:0", "10.20.0.101"),
			 stream_status("old", "old:0"));
}

static void lab_status(struct ctl_request *req, json_t *params)
{
	(void)params;
	ctl_reply(req, status_of(ctl_request_ctx(req)), NULL, 0);
}

/* FOLDER/lab.json, which a test has written; without one, an empty lab. */
static void lab_get(struct ctl_request *req, json_t *params)
{
	struct fake *fake = ctl_request_ctx(req);
	json_t *document;
	char path[512];

	(void)params;
	snprintf(path, sizeof(path), "%s/lab.json", fake->folder);
	document = json_load_file(path, 0, NULL);
	if (!document)
		document = json_pack("{s:s}", "lab", fake->lab);
	ctl_reply(req,
		  json_pack("{s:s, s:o}", "schema", "weft.lab/1", "document",
			    document),
		  NULL, 0);
}

static void lab_apply(struct ctl_request *req, json_t *params)
{
	json_t *ms = json_object_get(params, "timeout_ms");

	ctl_notify(req, "progress",
		   json_pack("{s:s, s:s, s:s, s:i}", "subject", "web1", "state",
			     "booting", "text", "kernel \x1b[2J", "elapsed_ms",
			     100));
	if (json_integer_value(ms) != 1) {
		lab_status(req, params);
		return;
	}
	ctl_fail_data(req, CTL_FAILED,
		      json_pack("{s:i, s:s, s:[s, s], s:s}", "exit",
				EXIT_TIMEOUT, "node", "web1", "console",
				"Kernel panic", "\x1b]0;title\x07", "fix",
				"weft up --timeout 2m"),
		      "node web1 is not ready after 1 ms");
}

/* One of each; what it says must not reach a terminal as it is. */
static void lab_plan(struct ctl_request *req, json_t *params)
{
	const struct fake *fake = ctl_request_ctx(req);
	json_t *actions = json_pack(
		"[{s:s, s:s, s:s, s:[]}, {s:s, s:s, s:s, s:[]}, "
		"{s:s, s:s, s:s, s:[{s:s, s:s, s:s}, {s:s, s:s, s:i, s:i}]}, "
		"{s:s, s:s, s:s, s:[{s:s, s:[{s:s}]}]}]",
		"action", "remove", "kind", "node", "name", "db\x1b[2J",
		"changes", "action", "add", "kind", "node", "name", "web2",
		"changes", "action", "restart", "kind", "node", "name", "web1",
		"changes", "key", "memory", "from", "128M", "to", "256M", "key",
		"mtu", "network", "wan", "from", 1500, "to", 1400, "action",
		"rebuild", "kind", "network", "name", "wan", "changes", "key",
		"forward", "to", "to", "web1:80/tcp");

	(void)params;
	ctl_reply(req,
		  json_pack("{s:s, s:s, s:b, s:o}", "schema", "weft.plan/1",
			    "lab", fake->lab, "runs", 1, "actions", actions),
		  NULL, 0);
}

static void lab_down(struct ctl_request *req, json_t *params)
{
	struct fake *fake = ctl_request_ctx(req);

	(void)params;
	ctl_reply(req, NULL, NULL, 0);
	loop_stop(fake->loop);
}

static bool is_node(struct ctl_request *req, json_t *params)
{
	const char *name = json_string_value(json_object_get(params, "node"));

	if (name && strcmp(name, "web1") == 0)
		return true;
	ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH, "there is no node '%s'",
		 name ? name : "");
	return false;
}

static void node_start(struct ctl_request *req, json_t *params)
{
	if (is_node(req, params))
		ctl_reply(req, NULL, NULL, 0);
}

/* A shell that says who it is stands for a guest's console. */
static void node_console(struct ctl_request *req, json_t *params)
{
	int ends[2];

	if (!is_node(req, params))
		return;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		exit(1);
	if (fork() == 0) {
		dup2(ends[1], STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		execlp("sh", "sh", "-c", "echo login:; exec cat", NULL);
		_exit(127);
	}
	close(ends[1]);
	ctl_reply(req, NULL, ends, 1);
}

static void exec_ended(struct watch *watch, uint32_t events)
{
	struct fake_exec *exec = container_of(watch, struct fake_exec, watch);
	siginfo_t info;

	(void)events;
	if (waitid(P_PIDFD, (id_t)watch->fd, &info, WEXITED))
		exit(1);
	ctl_notify(exec->req, "exec.exit",
		   json_pack("{s:i, s:i}", "exec", exec->number,
			     info.si_code == CLD_EXITED ? "code" : "signal",
			     info.si_status));
	ctl_end(exec->req);
	watch_remove(watch);
	close(watch->fd);
	free(exec);
}

static pid_t spawn(json_t *params, int fds[3])
{
	const char *argv[ARGS_MAX + 1] = {NULL};
	json_t *words = json_object_get(params, "argv"), *word;
	int in[2], out[2], error[2];
	pid_t child;
	size_t i;

	json_array_foreach(words, i, word) argv[MIN(i, (size_t)ARGS_MAX - 1)] =
		json_string_value(word);
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) ||
	    pipe2(error, O_CLOEXEC))
		exit(1);
	child = fork();
	if (child == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		dup2(error[1], STDERR_FILENO);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	close(error[1]);
	fds[0] = in[1];
	fds[1] = out[0];
	fds[2] = error[0];
	return child;
}

static void node_exec(struct ctl_request *req, json_t *params)
{
	struct fake *fake = ctl_request_ctx(req);
	struct fake_exec *exec;
	int fds[3];

	if (!is_node(req, params))
		return;
	exec = calloc(1, sizeof(*exec));
	if (!exec)
		exit(1);
	exec->req = req;
	exec->number = ++fake->execs;
	exec->watch = (struct watch){pidfd_open(spawn(params, fds), 0),
				     exec_ended, "exec", 0, NULL};
	watch_add(fake->loop, &exec->watch, EPOLLIN);
	ctl_reply_more(req, json_pack("{s:i}", "exec", exec->number), fds, 3);
}

static void network_list(struct ctl_request *req, json_t *params)
{
	(void)params;
	ctl_reply(req,
		  json_pack("{s:s, s:[{s:s, s:s, s:s, s:s, s:i, s:{s:i, s:i, "
			    "s:i, s:i}, s:{s:{s:i}, s:{s:i, s:i}}, "
			    "s:{s:{s:i, s:i}}}]}",
			    "schema", "weft.networks/1", "networks", "name",
			    "wan", "mode", "nat", "ipv4", "10.20.0.0/24",
			    "gateway", "10.20.0.1", "ports", 2, "fdb",
			    "addresses", 5, "learned", 6, "moved", 1, "evicted",
			    0, "services", "dhcp", "acks", 3, "dns_cache",
			    "hits", 4, "entries", 2, "kernel", "packets", "out",
			    8, "blocked", 1),
		  NULL, 0);
}

static void port_list(struct ctl_request *req, json_t *params)
{
	(void)params;
	ctl_reply(req,
		  json_pack("{s:s, s:[{s:s, s:s, s:s, s:s, s:b, s:i, s:i, s:i, "
			    "s:i, "
			    "s:{s:i, s:i}}]}",
			    "schema", "weft.ports/1", "ports", "port", "web1:0",
			    "network", "wan", "mac", "52:54:00:00:00:01",
			    "admin", "down", "carrier", 1, "rx_frames", 1,
			    "rx_bytes", 60, "tx_frames", 2, "tx_bytes", 120,
			    "drops", "hairpin", 7, "runt", 0),
		  NULL, 0);
}

static void lease_list(struct ctl_request *req, json_t *params)
{
	(void)params;
	ctl_reply(req,
		  json_pack("{s:s, s:[{s:s, s:s, s:s, s:s, s:s, s:I}]}",
			    "schema", "weft.leases/1", "leases", "ipv4",
			    "10.20.0.100", "mac", "52:54:00:00:00:01",
			    "network", "wan", "node", "web1", "state", "bound",
			    "expires_s", (json_int_t)time(NULL) + 3599),
		  NULL, 0);
}

static void nat_list(struct ctl_request *req, json_t *params)
{
	bool flows = strcmp(ctl_request_method(req), "flow.list") == 0;

	(void)params;
	ctl_reply(req,
		  json_pack("{s:s, s:[]}", "schema",
			    flows ? "weft.flows/1" : "weft.forwards/1",
			    flows ? "flows" : "forwards"),
		  NULL, 0);
}

static void capture_list(struct ctl_request *req, json_t *params)
{
	(void)params;
	ctl_reply(req,
		  json_pack("{s:s, s:[{s:i, s:[s], s:s, s:i, s:i, s:i, s:i, "
			    "s:i}]}",
			    "schema", "weft.captures/1", "captures", "capture",
			    3, "targets", "web1:0", "filter", "not arp",
			    "received", 9, "dropped", 1, "accepted", 7, "lost",
			    2, "written", 5),
		  NULL, 0);
}

/* Over at once, and told of it with the answer; -c 7 has an error. */
static void capture_start(struct ctl_request *req, json_t *params)
{
	const char *target = json_string_value(
		json_array_get(json_object_get(params, "targets"), 0));
	bool fails = json_integer_value(json_object_get(params, "count")) == 7;
	json_t *end;

	close(ctl_request_take_fd(req, 0));
	if (!target || strcmp(target, "web1:0") != 0) {
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH, "no port '%s'",
			 target ? target : "");
		return;
	}
	ctl_reply_more(req, json_pack("{s:i}", "capture", 3), NULL, 0);
	end = json_pack("{s:i, s:[{s:s, s:i, s:i, s:i, s:i, s:i}]}", "capture",
			3, "ports", "port", target, "received", 9, "dropped", 1,
			"accepted", 7, "lost", 2, "written", 5);
	if (fails)
		json_object_set_new(end, "error", json_string("disk full"));
	else
		json_object_set_new(end, "reached_ms", json_integer(1234));
	ctl_notify(req, "capture.end", end);
	ctl_end(req);
}

/* Two pages of wan. */
static void fdb_list(struct ctl_request *req, json_t *params)
{
	const char *name =
		json_string_value(json_object_get(params, "network"));
	json_t *cursor = json_object_get(params, "cursor");
	bool last = json_integer_value(cursor) == 7;

	if (!name || strcmp(name, "wan") != 0) {
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH,
			 "lab has no network '%s'", name ? name : "");
		return;
	}
	ctl_reply(req,
		  json_pack("{s:s, s:s, s:[{s:s, s:i, s:s, s:i, s:b}], s:o*}",
			    "schema", "weft.fdb/1", "network", "wan", "entries",
			    "mac",
			    last ? "02:57:0a:14:00:01" : "52:54:00:00:00:01",
			    "vid", last ? 0 : 5, "port",
			    last ? "wan/gateway" : "web1:0", "age_s",
			    last ? 0 : 3, "static", last, "cursor",
			    last ? NULL : json_integer(7)),
		  NULL, 0);
}

static json_t *event_of(int seq, const char *state)
{
	return json_pack("{s:s, s:i, s:s, s:I, s:s, s:s, s:s, s:s}", "schema",
			 "weft.event/1", "seq", seq, "time",
			 "2026-03-01T12:00:00.123Z", "time_ms",
			 (json_int_t)1772366400123, "lab", "office", "event",
			 "node.state", "node", "web1", "state", state);
}

/* Two that were, three that come, and then the lab goes down. */
static void events_subscribe(struct ctl_request *req, json_t *params)
{
	struct fake *fake = ctl_request_ctx(req);
	json_t *kept = json_array(), *last, *event;

	last = json_object_get(params, "last");
	if (json_integer_value(last) > 1)
		json_array_append_new(kept, event_of(1, "starting"));
	if (json_integer_value(last) > 0)
		json_array_append_new(kept, event_of(2, "booting"));
	ctl_reply_more(req,
		       json_pack("{s:s, s:o}", "schema", "weft.events/1",
				 "events", kept),
		       NULL, 0);
	ctl_notify(req, "event", event_of(3, "ready\x1b[2J"));
	ctl_notify(req, "events.lost", json_pack("{s:i}", "count", 40));
	ctl_notify(req, "event", event_of(44, "stopping"));
	event = event_of(45, "");
	json_object_set_new(event, "event", json_string("lab.down"));
	ctl_notify(req, "event", event);
	ctl_end(req);
	loop_stop(fake->loop);
}

static void uplink_list(struct ctl_request *req, json_t *params)
{
	const struct fake *fake = ctl_request_ctx(req);

	(void)params;
	fake_uplink_list(req, fake->folder);
}

static const struct ctl_method methods[] = {
	{"bond.switch", bond_switch_set, 0},
	{"capture.list", capture_list, 0},
	{"capture.start", capture_start, 1},
	{"events.subscribe", events_subscribe, 0},
	{"failover.round", failover_round, 0},
	{"fdb.list", fdb_list, 0},
	{"flow.list", nat_list, 0},
	{"forward.add", forward_change, 0},
	{"forward.del", forward_change, 0},
	{"forward.list", nat_list, 0},
	{"lab.apply", lab_apply, 0},
	{"lab.down", lab_down, 0},
	{"link.set", link_set, 0},
	{"lab.get", lab_get, 0},
	{"lab.status", lab_status, 0},
	{"lab.plan", lab_plan, 0},
	{"lease.list", lease_list, 0},
	{"network.list", network_list, 0},
	{"node.attach", node_attach, 0},
	{"node.console", node_console, 0},
	{"node.exec", node_exec, 0},
	{"node.pause", node_start, 0},
	{"node.restart", node_start, 0},
	{"node.resume", node_start, 0},
	{"node.start", node_start, 0},
	{"node.stop", node_start, 0},
	{"port.detach", port_detach, 0},
	{"port.list", port_list, 0},
	{"uplink.list", uplink_list, 0},
};

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct ctl_server *server;
	struct clock clock;
	struct log log = {LOG_WARNING, "fake_labd", &clock};
	struct fake fake;
	const struct ctl_service service = {methods, ARRAY_SIZE(methods),
					    &fake};

	if (argc != 3)
		return 2;
	/* Gone with the test, however that ends. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/ctl.sock",
		 argv[1]);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(fd, 16)) {
		perror(address.sun_path);
		return 1;
	}
	clock_init_monotonic(&clock);
	fake = (struct fake){loop_create(&clock, NULL), argv[2], argv[1], 0};
	server = ctl_server_create(fake.loop, fd, &service, &log, NULL);
	ctl_server_set_lab(server, fake.lab);
	loop_run(fake.loop);
	ctl_server_flush(server, 1000);
	unlink(address.sun_path);
	ctl_server_destroy(server);
	loop_destroy(fake.loop);
	return 0;
}
