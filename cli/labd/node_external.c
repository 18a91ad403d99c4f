// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * node_external.c - a node that somebody else's VMM stands behind
 *
 * There is nothing to start: its sockets listen as long as the lab is up, and
 * that is all that ready means.
 */
#include "cli/labd/node.h"

static int external_start(struct node *node, struct err *err)
{
	(void)err;
	node_set_state(node, NODE_READY);
	return 0;
}

static void external_stop(struct node *node, bool now)
{
	(void)now;
	node_set_state(node, NODE_STOPPED);
}

static void external_destroy(struct node *node)
{
	node->state = NODE_STOPPED;
}

const struct node_ops node_external_ops = {
	.start = external_start,
	.stop = external_stop,
	.destroy = external_destroy,
};
