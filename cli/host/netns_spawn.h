/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netns_spawn.h - make the process and the namespaces of a netns node
 */
#ifndef CLI_HOST_NETNS_SPAWN_H
#define CLI_HOST_NETNS_SPAWN_H

#include <sys/types.h>

#include "cli/host/netns_node.h"

/**
 * netns_spawn() - start a supervisor in namespaces of its own
 * @settings:	of the node
 * @sock:	the supervisor's end of the socket; the caller closes its copy
 * @pidfd:	gets a close-on-exec pidfd, the caller's
 * @err:	says what to do when it can't be
 *
 * Return: its pid, or -errno. The new process never returns from here.
 */
pid_t netns_spawn(const struct netns_node_settings *settings, int sock,
		  int *pidfd, struct err *err);

#endif
