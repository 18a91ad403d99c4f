// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctl_fixture.c - a control server on a fake clock, and raw clients for it
 */
#include "unit/ctl_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/ctl/ctl_message.h"
#include "unit/cmocka_wrap.h"

static void echo(struct ctl_request *req, json_t *params)
{
	ctl_reply(req, json_incref(params), NULL, 0);
}

static void keep_gone(struct ctl_request *req, void *arg)
{
	struct ctl_fixture *f = arg;

	assert_true(ctl_request_is_gone(req));
	f->gone_count++;
}

static void keep(struct ctl_request *req, json_t *params)
{
	struct ctl_fixture *f = ctl_request_ctx(req);

	(void)params;
	f->kept = req;
	f->kept_count++;
	ctl_request_on_gone(req, keep_gone, f);
}

static json_t *long_text(void)
{
	char *text = malloc(1 << 20);
	json_t *string;

	memset(text, 'x', 1 << 20);
	string = ctl_text(text, 1 << 20);
	free(text);
	return string;
}

static void give_pipe(struct ctl_request *req, json_t *params)
{
	int fds[2];

	(void)params;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "from the pipe", 13), 13);
	/* Long enough to be sent in pieces: only the first has them. */
	ctl_reply(req, json_pack("{s:o}", "text", long_text()), fds, 2);
}

static void take_fd(struct ctl_request *req, json_t *params)
{
	int fd = ctl_request_take_fd(req, 0);

	(void)params;
	assert_int_equal(write(fd, "taken", 5), 5);
	close(fd);
	ctl_reply(req, NULL, NULL, 0);
}

static void fail_late(struct ctl_request *req, json_t *params)
{
	(void)params;
	ctl_fail(req, CTL_FAILED, 7, "node %s: %s", "web1", "timed \x1b out");
}

static void flood(struct ctl_request *req, json_t *params)
{
	(void)params;
	ctl_reply(req, json_pack("{s:o}", "text", long_text()), NULL, 0);
}

static const struct ctl_method methods[] = {
	{"echo", echo, 0}, {"fail", fail_late, 0}, {"flood", flood, 0},
	{"keep", keep, 0}, {"pipe", give_pipe, 0}, {"take", take_fd, 1},
};

int ctl_fixture_setup(void **state)
{
	struct ctl_fixture *f = calloc(1, sizeof(*f));
	const struct ctl_service service = {methods, ARRAY_SIZE(methods), f};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*state = f;
	fake_clock_init(&f->fake, NSEC_PER_SEC);
	f->loop = loop_create(&f->fake.clock, NULL);
	f->log = (struct log){LOG_ERROR, "test", &f->fake.clock};
	strcpy(f->folder, "/tmp/test-ctl-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	f->address.sun_family = AF_UNIX;
	snprintf(f->address.sun_path, sizeof(f->address.sun_path), "%s/sock",
		 f->folder);
	assert_int_equal(
		bind(fd, (struct sockaddr *)&f->address, sizeof(f->address)),
		0);
	assert_int_equal(listen(fd, 128), 0);
	f->server = ctl_server_create(f->loop, fd, &service, &f->log, NULL);
	assert_non_null(f->server);
	ctl_server_set_lab(f->server, "office");
	return 0;
}

int ctl_fixture_teardown(void **state)
{
	struct ctl_fixture *f = *state;

	ctl_server_destroy(f->server);
	loop_destroy(f->loop);
	unlink(f->address.sun_path);
	rmdir(f->folder);
	free(f);
	return 0;
}

void ctl_fixture_run(struct ctl_fixture *f)
{
	int i;

	for (i = 0; i < 8; i++)
		loop_run_once(f->loop, 0);
}

int ctl_fixture_connect(struct ctl_fixture *f)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(
		connect(fd, (struct sockaddr *)&f->address, sizeof(f->address)),
		0);
	return fd;
}

void ctl_say(int fd, const char *text)
{
	size_t len = strlen(text);

	assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
}

const char *ctl_hear(struct ctl_fixture *f, int fd)
{
	static char text[1 << 16];
	ssize_t len;

	ctl_fixture_run(f);
	len = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	text[len > 0 ? len : 0] = '\0';
	return text;
}

bool ctl_is_closed(struct ctl_fixture *f, int fd)
{
	char byte;

	ctl_fixture_run(f);
	return recv(fd, &byte, 1, MSG_DONTWAIT) == 0 || errno == ECONNRESET;
}

int ctl_greet(struct ctl_fixture *f)
{
	int fd = ctl_fixture_connect(f);

	ctl_say(fd, HELLO);
	assert_non_null(strstr(ctl_hear(f, fd), "\"protocol\":1"));
	return fd;
}

unsigned open_fd_count(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

void ctl_say_with_fds(int to, const char *text, const int *fds, size_t count)
{
	char control[CMSG_SPACE(8 * sizeof(int))] = {0};
	struct iovec iov = {(void *)(uintptr_t)text, strlen(text)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *cmsg;

	msg.msg_control = control;
	msg.msg_controllen = CMSG_SPACE(count * sizeof(int));
	cmsg = CMSG_FIRSTHDR(&msg);
	assert_non_null(cmsg);
	if (!cmsg)
		return;
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(cmsg), fds, count * sizeof(int));
	assert_true(sendmsg(to, &msg, MSG_NOSIGNAL) > 0);
}
