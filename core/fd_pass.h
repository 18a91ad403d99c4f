/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fd_pass.h - file descriptors as passengers of a message (unix(7), SCM_RIGHTS)
 */
#ifndef CORE_FD_PASS_H
#define CORE_FD_PASS_H

#include <sys/socket.h>

/** FD_PASS_MAX - the most that any of our messages carries */
#define FD_PASS_MAX 8

/**
 * union fd_control - ancillary data, aligned as the kernel wants it
 * @align:	gives the alignment
 * @bytes:	room for FD_PASS_MAX descriptors
 */
union fd_control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(FD_PASS_MAX * sizeof(int))];
};

/**
 * fd_pass_put() - let descriptors travel with a message that is to be sent
 * @msg:	its control data is set; unchanged when @count is 0
 * @control:	lives until the message is sent
 * @fds:	@count of them, at most FD_PASS_MAX; stay the caller's
 */
void fd_pass_put(struct msghdr *msg, union fd_control *control, const int *fds,
		 unsigned count);

/** fd_pass_expect() - make room in a message that is to be received */
void fd_pass_expect(struct msghdr *msg, union fd_control *control);

/**
 * fd_pass_take() - the descriptors of a message that was received
 * @msg:	as recvmsg() left it
 * @fds:	room for @max
 *
 * A sender chooses how many come along, so none of them may be lost.
 *
 * Return: how many, now the caller's; -EPROTO when they were more than @max or
 * than the kernel could deliver: all are closed then.
 */
int fd_pass_take(struct msghdr *msg, int *fds, unsigned max);

#endif
