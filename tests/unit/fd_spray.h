/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fd_spray.h - a message with more descriptors than anybody asked for
 */
#ifndef UNIT_FD_SPRAY_H
#define UNIT_FD_SPRAY_H

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

/** FD_SPRAY_MAX - more than any message of ours may have */
#define FD_SPRAY_MAX 16

/**
 * fd_spray() - send @len bytes, and @count times a descriptor: the socket
 * itself
 *
 * Return: what sendmsg() says; never blocks, no SIGPIPE.
 */
static inline ssize_t fd_spray(int sock, const void *bytes, size_t len,
			       unsigned count)
{
	union {
		char space[CMSG_SPACE(FD_SPRAY_MAX * sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct iovec iov = {(void *)(uintptr_t)bytes, len};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *cmsg;
	unsigned i;

	if (count) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(count * sizeof(int));
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(count * sizeof(int));
		for (i = 0; i < count; i++)
			memcpy(CMSG_DATA(cmsg) + i * sizeof(int), &sock,
			       sizeof(int));
	}
	return sendmsg(sock, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

#endif
