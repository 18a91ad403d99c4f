// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host_rights.c - may we open NICs and taps of our host?
 */
#include "cli/host/host_rights.h"

#include <linux/capability.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool has_capability(const struct __user_cap_data_struct *sets,
			   unsigned capability)
{
	return sets[CAP_TO_INDEX(capability)].effective &
	       CAP_TO_MASK(capability);
}

bool host_rights_are_ours(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {0};
	int fd;

	if (syscall(SYS_capget, &header, sets) ||
	    !has_capability(sets, CAP_NET_ADMIN) ||
	    !has_capability(sets, CAP_NET_RAW))
		return false;
	/* root of a user namespace has them, and not for its host's network */
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}
