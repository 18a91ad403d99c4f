/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netns_inside.h - the supervisor of a netns node, first process of its own
 * PID namespace
 */
#ifndef CLI_HOST_NETNS_INSIDE_H
#define CLI_HOST_NETNS_INSIDE_H

#include <stdbool.h>
#include <sys/types.h>

#include "cli/host/netns_node.h"

/**
 * struct netns_birth - what the new process needs to know
 * @settings:	of the node, in the copy of the parent's memory
 * @sock:	its end of the socket pair
 * @in_user_ns:	it is in a new user namespace, without ids yet
 * @uid:	who it is outside
 * @gid:	likewise
 */
struct netns_birth {
	const struct netns_node_settings *settings;
	int sock;
	bool in_user_ns;
	uid_t uid;
	gid_t gid;
};

/** netns_inside() - set the node up and supervise it until it ends */
_Noreturn void netns_inside(const struct netns_birth *birth);

#endif
