// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fd_pass.c - file descriptors as passengers of a message
 */
#include "core/fd_pass.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

void fd_pass_put(struct msghdr *msg, union fd_control *control, const int *fds,
		 unsigned count)
{
	struct cmsghdr *cmsg;

	assert(count <= FD_PASS_MAX);
	if (!count)
		return;
	memset(control, 0, sizeof(*control));
	msg->msg_control = control->bytes;
	msg->msg_controllen = CMSG_SPACE(count * sizeof(int));
	cmsg = CMSG_FIRSTHDR(msg);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(cmsg), fds, count * sizeof(int));
}

void fd_pass_expect(struct msghdr *msg, union fd_control *control)
{
	msg->msg_control = control->bytes;
	msg->msg_controllen = sizeof(control->bytes);
}

int fd_pass_take(struct msghdr *msg, int *fds, unsigned max)
{
	bool too_many = msg->msg_flags & MSG_CTRUNC;
	struct cmsghdr *cmsg;
	unsigned count = 0;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		size_t i, n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		for (i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(fd),
			       sizeof(fd));
			if (count < max) {
				fds[count++] = fd;
				continue;
			}
			close(fd);
			too_many = true;
		}
	}
	while (too_many && count)
		close(fds[--count]);
	return too_many ? -EPROTO : (int)count;
}
