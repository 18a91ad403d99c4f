// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * agent_talk.c - a host that puts a real guest's agent through its paces
 *
 * usage: agent_talk SOCKET hello|all VERSION
 *
 * The steps are a list; each starts one thing and says what must come of it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/agent/agent.h"
#include "cli/agent/agent_stream.h"

#define BIG (10u << 20)
#define TIMEOUT_NS (60 * NSEC_PER_SEC)
#define SEQUENTIAL 50

/**
 * struct talk - the host
 * @out_fd:	our end of the running command's stdout
 * @in_fd:	our end of its stdin
 * @out:	what came, up to its size; @out_len counts all
 * @ended:	agent closed the wire
 * @exited:	the running command ended, as @end says
 */
struct talk {
	struct clock clock;
	struct loop *loop;
	struct agent *agent;
	struct timer timeout;
	uint64_t start_ns;
	const char *version;
	int in_fd;
	int out_fd;
	char out[4096];
	size_t out_len;
	bool ready;
	bool ended;
	bool exited;
	bool pong;
	bool failed;
	struct agent_exit end;
	struct agent_exec *exec;
};

static double elapsed_ms(const struct talk *talk)
{
	return (double)(loop_now_ns(talk->loop) - talk->start_ns) / 1e6;
}

static void on_hello(void *owner, const struct agent_hello *hello)
{
	struct talk *talk = owner;
	struct agent_config config = {
		.id = 7,
		.hostname = "web1",
		.search = "office.lab",
		.hosts = "127.0.0.1 localhost\n10.9.9.9 web1\n",
		.nic_count = 2,
		.nics[0] = {.mac = {{0x52, 0x54, 0, 0, 0, 7}},
			    .ipv4 = AGENT_IPV4_STATIC,
			    .address = {0x0a090909, 24},
			    .gateway = 0x0a090901},
		.nics[1] = {.mac = {{0x52, 0x54, 0, 0, 0, 8}},
			    .ipv4 = AGENT_IPV4_DHCP},
	};

	printf("hello after %.0f ms, uptime %llu ms\n", elapsed_ms(talk),
	       (unsigned long long)hello->uptime_ms);
	agent_configure(talk->agent, &config);
}

static void on_status(void *owner, const struct agent_status *status)
{
	struct talk *talk = owner;

	printf("status after %.0f ms: config %u%s %s, %u NICs\n",
	       elapsed_ms(talk), status->config_id,
	       status->ready ? " ready" : "", status->reason,
	       status->nic_count);
	talk->ready = status->ready && status->config_id == 7 &&
		      status->nic_count == 2 &&
		      status->nics[0].addr_count >= 1 &&
		      status->nics[0].addrs[0].len == 24 &&
		      status->nics[1].addr_count >= 1 &&
		      status->nics[1].addrs[0].addr[0] == 10;
}

static void on_pong(void *owner, uint64_t cookie)
{
	struct talk *talk = owner;

	talk->pong = cookie == 0x1234567890abcdefu;
}

static void on_closed(void *owner, const char *why)
{
	struct talk *talk = owner;

	printf("closed: %s\n", why);
	talk->ended = true;
}

static const struct agent_ops ops = {on_hello, on_status, on_pong, on_closed};

static void on_exited(void *owner, const struct agent_exit *end)
{
	struct talk *talk = owner;

	talk->exited = true;
	talk->end = *end;
}

static void on_timeout(struct timer *timer)
{
	printf("FAILED: timed out\n");
	(void)timer;
	exit(1);
}

static void expect(struct talk *talk, bool holds, const char *what)
{
	if (!holds) {
		printf("FAILED: %s\n", what);
		talk->failed = true;
	}
}

static void collect(struct talk *talk)
{
	char data[65536];
	ssize_t len;

	while ((len = recv(talk->out_fd, data, sizeof(data), MSG_DONTWAIT)) >
	       0) {
		if (talk->out_len < sizeof(talk->out))
			memcpy(talk->out + talk->out_len, data,
			       MIN((size_t)len,
				   sizeof(talk->out) - talk->out_len));
		talk->out_len += (size_t)len;
	}
}

static void start(struct talk *talk, const char *command, bool tty)
{
	struct agent_command run = {
		.tty = tty,
		.rows = 33,
		.cols = 77,
		.argc = 3,
		.argv = {"sh", "-c", command},
	};
	struct agent_exec_args args = {
		.command = &run,
		.exited = on_exited,
		.owner = talk,
	};
	int in[2], out[2];

	socketpair(AF_UNIX, SOCK_STREAM, 0, in);
	socketpair(AF_UNIX, SOCK_STREAM, 0, out);
	args.fds[0] = in[1];
	args.fds[1] = out[1];
	args.fds[2] = -1;
	talk->in_fd = in[0];
	talk->out_fd = out[0];
	talk->out_len = 0;
	talk->exited = false;
	memset(talk->out, 0, sizeof(talk->out));
	expect(talk, !agent_exec(talk->agent, &args, &talk->exec), "exec");
}

static void finish(struct talk *talk)
{
	while (!talk->exited) {
		loop_run_once(talk->loop, 100);
		collect(talk);
	}
	collect(talk);
	close(talk->in_fd);
	close(talk->out_fd);
}

static bool exited_with(const struct talk *talk, uint32_t code)
{
	return talk->end.kind == AGENT_EXITED && talk->end.code == code;
}

static void run(struct talk *talk, const char *command)
{
	start(talk, command, false);
	finish(talk);
}

static void check_commands(struct talk *talk)
{
	run(talk, "uname -r");
	expect(talk, exited_with(talk, 0), "uname succeeds");
	talk->out[strcspn(talk->out, "\n")] = '\0';
	expect(talk, !strcmp(talk->out, talk->version), "uname -r");
	run(talk, "hostname; cat /etc/hosts; ip route; cat /etc/resolv.conf");
	expect(talk, !strncmp(talk->out, "web1\n127.0.0.1", 14), "names");
	expect(talk, strstr(talk->out, "default via 10.9.9.1"), "route");
	expect(talk, strstr(talk->out, "search office.lab"), "search");
	/* QEMU's own user network: 10.0.2.15 for the guest, DNS at .3 */
	expect(talk, strstr(talk->out, "10.0.2.0/24 dev eth1"), "DHCP route");
	expect(talk, strstr(talk->out, "nameserver 10.0.2.3"), "DHCP's DNS");
	run(talk, "false");
	expect(talk, exited_with(talk, 1), "false is 1");
	run(talk, "exec no-such-command");
	expect(talk, exited_with(talk, 127), "missing command is 127");
}

static void check_streams(struct talk *talk)
{
	uint64_t begin_ns;

	run(talk, ":");
	begin_ns = loop_now_ns(talk->loop);
	run(talk, "head -c 10485760 /dev/zero");
	expect(talk, exited_with(talk, 0) && talk->out_len == BIG,
	       "10 MB of stdout");
	printf("10 MB in %.0f ms\n",
	       (double)(loop_now_ns(talk->loop) - begin_ns) / 1e6);
	start(talk, "cat", false);
	expect(talk, write(talk->in_fd, "weft\n", 5) == 5, "write");
	shutdown(talk->in_fd, SHUT_WR);
	finish(talk);
	expect(talk, exited_with(talk, 0) && !strcmp(talk->out, "weft\n"),
	       "cat echoes stdin");
	start(talk, "stty size; exit 3", true);
	finish(talk);
	expect(talk, exited_with(talk, 3) && !strcmp(talk->out, "33 77\r\n"),
	       "terminal and its size");
	run(talk, "sleep 1000 & echo left");
	expect(talk, exited_with(talk, 0) && !strcmp(talk->out, "left\n"),
	       "a child left behind holds nothing up");
}

static void check_ends(struct talk *talk)
{
	start(talk, "echo up; exec sleep 1000", false);
	while (!talk->out_len) {
		loop_run_once(talk->loop, 100);
		collect(talk);
	}
	agent_exec_signal(talk->exec, 15);
	finish(talk);
	expect(talk, talk->end.kind == AGENT_SIGNALED && talk->end.code == 15,
	       "killed by signal 15");
	start(talk, "yes", false);
	close(talk->out_fd);
	finish(talk);
	expect(talk, talk->end.kind == AGENT_SIGNALED && talk->end.code == 13,
	       "a closed reader is SIGPIPE");
	start(talk, "sleep 1000", false);
	agent_exec_cancel(talk->exec);
	close(talk->in_fd);
	close(talk->out_fd);
}

/* A reader that never reads must not keep others from running. */
static void check_stuck(struct talk *talk)
{
	struct agent_exec *stuck;
	int in_fd, out_fd;

	start(talk, "yes", false);
	stuck = talk->exec;
	in_fd = talk->in_fd;
	out_fd = talk->out_fd;
	run(talk, "echo free");
	expect(talk, !strcmp(talk->out, "free\n"), "runs beside a stuck one");
	agent_exec_cancel(stuck);
	close(in_fd);
	close(out_fd);
}

static void check_many(struct talk *talk)
{
	uint64_t begin_ns = loop_now_ns(talk->loop);
	unsigned i;

	for (i = 0; i < SEQUENTIAL; i++) {
		run(talk, "true");
		expect(talk, exited_with(talk, 0), "true");
	}
	printf("%u commands in %.0f ms\n", SEQUENTIAL,
	       (double)(loop_now_ns(talk->loop) - begin_ns) / 1e6);
}

static void check_all(struct talk *talk)
{
	check_commands(talk);
	check_streams(talk);
	check_ends(talk);
	check_stuck(talk);
	check_many(talk);
	agent_ping(talk->agent, 0x1234567890abcdefu);
	while (!talk->pong)
		loop_run_once(talk->loop, 100);
	agent_shutdown(talk->agent);
	while (!talk->ended)
		loop_run_once(talk->loop, 100);
}

static int connect_to(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int tries, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	for (tries = 0; tries < 500; tries++) {
		if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
			return fd;
		usleep(10000);
	}
	perror(path);
	exit(1);
}

int main(int argc, char **argv)
{
	static struct talk talk;

	if (argc != 4)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	clock_init_monotonic(&talk.clock);
	talk.start_ns = clock_now_ns(&talk.clock);
	talk.loop = loop_create(&talk.clock, NULL);
	talk.version = argv[3];
	talk.timeout.expired = on_timeout;
	timer_arm(talk.loop, &talk.timeout, talk.start_ns + TIMEOUT_NS);
	talk.agent = agent_create(talk.loop, connect_to(argv[1]),
				  talk.start_ns | 1, &ops, &talk);
	while (!talk.ready && !talk.ended)
		loop_run_once(talk.loop, 100);
	if (!strcmp(argv[2], "all"))
		check_all(&talk);
	else
		agent_shutdown(talk.agent);
	while (!talk.ended)
		loop_run_once(talk.loop, 100);
	agent_destroy(talk.agent);
	loop_destroy(talk.loop);
	return talk.failed;
}
