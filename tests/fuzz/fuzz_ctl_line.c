// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_ctl_line.c - a control client that says anything, in pieces of any size
 *
 * The first byte is the size of a piece; its top bit leaves out the hello. The
 * rest goes to a real server, whose handlers keep, answer and fail.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/ctl/ctl_peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char hello[] =
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":"
	"{\"protocol\":1}}\n";

static struct ctl_request *kept;

static void drop_kept(struct ctl_request *req, void *arg)
{
	(void)arg;
	if (req == kept)
		kept = NULL;
	ctl_reply(req, NULL, NULL, 0);
}

static void keep(struct ctl_request *req, json_t *params)
{
	ctl_notify(req, "progress", json_deep_copy(params));
	ctl_request_on_gone(req, drop_kept, NULL);
	kept = req;
}

static void echo(struct ctl_request *req, json_t *params)
{
	ctl_reply(req, json_incref(params), NULL, 0);
}

static void fail(struct ctl_request *req, json_t *params)
{
	const char *text = json_string_value(json_object_get(params, "t"));

	if (kept && kept != req)
		ctl_fail(kept, CTL_FAILED, 1, "%s", text ? text : "kept");
	kept = NULL;
	ctl_fail(req, CTL_FAILED, 1, "%s", text ? text : "failed");
}

static const struct ctl_method methods[] = {
	{"e", echo, 0},
	{"f", fail, 0},
	{"k", keep, 0},
	{"x", echo, 1},
};

static struct ctl_server *serve(struct loop **loop)
{
	struct sockaddr any = {.sa_family = AF_UNIX};
	static const struct ctl_service service = {methods, ARRAY_SIZE(methods),
						   NULL};
	static struct fake_clock fake;
	static struct log log;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	fake_clock_init(&fake, 1);
	log = (struct log){LOG_ERROR, "fuzz", &fake.clock};
	*loop = loop_create(&fake.clock, NULL);
	/* The address alone, without a path: the kernel picks a name. */
	if (!*loop || bind(fd, &any, sizeof(any.sa_family)) || listen(fd, 1))
		abort();
	return ctl_server_create(*loop, fd, &service, &log, NULL);
}

static void say(struct loop *loop, int fd, const void *data, size_t size)
{
	ssize_t sent = send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	char answer[4096];

	if (sent < 0 && errno != EPIPE && errno != EAGAIN)
		abort();
	loop_run_once(loop, 0);
	while (recv(fd, answer, sizeof(answer), MSG_DONTWAIT) > 0)
		;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ctl_server *server;
	static struct loop *loop;
	size_t piece, i;
	int fds[2];

	if (!server)
		server = serve(&loop);
	if (size < 2 || socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		return 0;
	if (ctl_peer_create(server, fds[0]))
		abort();
	if (!(data[0] & 0x80))
		say(loop, fds[1], hello, sizeof(hello) - 1);
	piece = MAX(data[0] & 0x7fu, size / 64 + 1);
	for (i = 1; i < size; i += piece)
		say(loop, fds[1], data + i, MIN(piece, size - i));
	close(fds[1]);
	loop_run_once(loop, 0);
	loop_run_once(loop, 0);
	if (ctl_server_client_count(server))
		abort();
	return 0;
}
