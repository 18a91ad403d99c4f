// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_vmm_msg.c - any datagram as a message between labd and weft-vmm
 *
 * The first byte says how many descriptors come along.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/vmm/vmm_msg.h"
#include "core/fd_pass.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is sound can be sent again, and arrives as it was. */
static void check(const int *pair)
{
	struct vmm_msg msg, again;
	int fd, fd_again;

	if (vmm_msg_recv(pair[1], &msg, &fd)) {
		if (fd != -1)
			abort();
		return;
	}
	if (msg.type >= VMM_MSG_COUNT || msg.index >= VMM_MSG_MAX_NICS ||
	    (fd >= 0) != (msg.type == VMM_MSG_CONNECT))
		abort();
	if (vmm_msg_send(pair[0], &msg, fd) ||
	    vmm_msg_recv(pair[1], &again, &fd_again) ||
	    memcmp(&msg, &again, sizeof(msg)) != 0)
		abort();
	if (fd >= 0) {
		close(fd);
		close(fd_again);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iovec iov = {(void *)(uintptr_t)(data + 1), size - 1};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};
	int i, pair[2], null, fds[FD_PASS_MAX];
	union fd_control control;

	if (!size || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0)
		return 0;
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	for (i = 0; i < FD_PASS_MAX; i++)
		fds[i] = null;
	fd_pass_put(&mh, &control, fds, data[0] % (FD_PASS_MAX + 1));
	if (sendmsg(pair[0], &mh, 0) == (ssize_t)(size - 1))
		check(pair);
	/* The lowest number is free again, or a descriptor was lost. */
	if (dup(null) != null + 1)
		abort();
	close(null + 1);
	close(null);
	close(pair[0]);
	close(pair[1]);
	return 0;
}
