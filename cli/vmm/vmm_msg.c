// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmm_msg.c - what labd and a weft-vmm say to one another
 */
#include "cli/vmm/vmm_msg.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "core/fd_pass.h"
#include "core/util.h"
#include "vmm/vm.h"

static_assert(VMM_MSG_MAX_NICS == 32, "VMM_MSG_DRIVERS has a bit for each");

/**
 * struct vmm_msg_kind - what a type of message is made of
 * @max_value:	of @value; 0: it doesn't count
 * @has_index:	@index is that of a NIC
 * @has_text:	there may be one
 * @fds:	descriptors that come along
 */
struct vmm_msg_kind {
	uint32_t max_value;
	bool has_index;
	bool has_text;
	unsigned fds;
};

static const struct vmm_msg_kind kinds[] = {
	[VMM_MSG_STATE] = {.max_value = VM_STATE_COUNT - 1, .has_text = true},
	[VMM_MSG_RESET] = {0},
	[VMM_MSG_DRIVERS] = {.max_value = UINT32_MAX},
	[VMM_MSG_GONE] = {.has_index = true, .has_text = true},
	[VMM_MSG_CONNECT] = {.has_index = true, .fds = 1},
	[VMM_MSG_LINK] = {.has_index = true, .max_value = 1},
	[VMM_MSG_ANNOUNCE] = {.has_index = true},
	[VMM_MSG_PAUSE] = {0},
	[VMM_MSG_RESUME] = {0},
	[VMM_MSG_RESET_NOW] = {0},
	[VMM_MSG_POWER] = {0},
};
static_assert(ARRAY_SIZE(kinds) == VMM_MSG_COUNT, "a type lacks its kind");

int vmm_msg_send(int sock, const struct vmm_msg *msg, int fd)
{
	struct iovec iov = {(void *)(uintptr_t)msg, sizeof(*msg)};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};
	union fd_control control;

	fd_pass_put(&mh, &control, &fd, fd >= 0);
	return sendmsg(sock, &mh, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

static bool msg_is_sound(const struct vmm_msg *msg, unsigned fds)
{
	const struct vmm_msg_kind *kind;

	if (msg->type >= VMM_MSG_COUNT)
		return false;
	kind = &kinds[msg->type];
	return fds == kind->fds && msg->value <= kind->max_value &&
	       msg->index < (kind->has_index ? VMM_MSG_MAX_NICS : 1) &&
	       (kind->has_text || !msg->text[0]) &&
	       memchr(msg->text, '\0', sizeof(msg->text));
}

/* The text goes to people's terminals: it is nobody's way to control these. */
static void text_defuse(char *text)
{
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			*text = '?';
	}
}

int vmm_msg_recv(int sock, struct vmm_msg *msg, int *fd)
{
	struct iovec iov = {msg, sizeof(*msg)};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};
	union fd_control control;
	ssize_t len;
	int count;

	*fd = -1;
	fd_pass_expect(&mh, &control);
	len = recvmsg(sock, &mh, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (len < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	/* Before anything else: also an empty message may bring some. */
	count = fd_pass_take(&mh, fd, 1);
	if (len == 0 && count == 0)
		return -EPIPE;
	if (count < 0 || len != sizeof(*msg) || (mh.msg_flags & MSG_TRUNC) ||
	    !msg_is_sound(msg, (unsigned)count)) {
		if (*fd >= 0 && count > 0)
			close(*fd);
		*fd = -1;
		return -EPROTO;
	}
	text_defuse(msg->text);
	return 0;
}
