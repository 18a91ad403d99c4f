// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netns_msg.c - what a netns node and its supervisor say to one another
 */
#include "cli/host/netns_msg.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/fd_pass.h"
#include "core/util.h"

static_assert(NETNS_MSG_FDS <= FD_PASS_MAX, "descriptors get lost");

#define NETNS_MSG_HEAD offsetof(struct netns_msg, text)

void netns_msg_set_text(struct netns_msg *msg, const char *text)
{
	snprintf(msg->text, sizeof(msg->text), "%s", text);
	msg->text_len = (uint32_t)strlen(msg->text) + 1;
}

int netns_msg_set_argv(struct netns_msg *msg, char *const argv[])
{
	size_t used = 0, len;
	unsigned i;

	if (!argv[0])
		return -EINVAL;
	for (i = 0; argv[i]; i++) {
		len = strlen(argv[i]) + 1;
		if (i == NETNS_ARGV_MAX || len > sizeof(msg->text) - used)
			return -E2BIG;
		memcpy(msg->text + used, argv[i], len);
		used += len;
	}
	msg->text_len = (uint32_t)used;
	return 0;
}

int netns_msg_get_argv(struct netns_msg *msg, char *argv[])
{
	char *word = msg->text, *end = msg->text + msg->text_len;
	unsigned i;

	for (i = 0; word < end; i++) {
		if (i == NETNS_ARGV_MAX)
			return -EPROTO;
		argv[i] = word;
		word += strlen(word) + 1;
	}
	argv[i] = NULL;
	return i ? 0 : -EPROTO;
}

int netns_msg_send(int sock, const struct netns_msg *msg, const int *fds,
		   unsigned n)
{
	struct iovec iov = {(void *)(uintptr_t)msg,
			    NETNS_MSG_HEAD + msg->text_len};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};
	union fd_control control;

	fd_pass_put(&mh, &control, fds, n);
	return sendmsg(sock, &mh, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static bool msg_is_sound(const struct netns_msg *msg, size_t len)
{
	if (len < NETNS_MSG_HEAD || msg->type >= NETNS_MSG_COUNT ||
	    msg->text_len != len - NETNS_MSG_HEAD)
		return false;
	return msg->text_len == 0 || msg->text[msg->text_len - 1] == '\0';
}

int netns_msg_recv(int sock, struct netns_msg *msg, int *fds, unsigned *n)
{
	struct iovec iov = {msg, sizeof(*msg)};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};
	union fd_control control;
	ssize_t len;
	int count;

	*n = 0;
	fd_pass_expect(&mh, &control);
	len = recvmsg(sock, &mh, MSG_CMSG_CLOEXEC);
	if (len < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	/* Before anything else: also an empty message may bring some. */
	count = fd_pass_take(&mh, fds, NETNS_MSG_FDS);
	if (count < 0)
		return count;
	if (len == 0 && count == 0)
		return -EPIPE;
	*n = (unsigned)count;
	if (!(mh.msg_flags & MSG_TRUNC) && msg_is_sound(msg, (size_t)len))
		return 0;
	while (*n)
		close(fds[--*n]);
	return -EPROTO;
}
