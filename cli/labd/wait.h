/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wait.h - control requests that wait for nodes to reach a state
 */
#ifndef CLI_LABD_WAIT_H
#define CLI_LABD_WAIT_H

#include "cli/labd/labd.h"

/**
 * enum wait_goal - what is waited for
 * @WAIT_READY:		every node of the set is ready
 * @WAIT_STOPPED:	every node of the set has stopped
 * @WAIT_PAUSED:	every node of the set stands still
 * @WAIT_RUNNING:	no node of the set does
 */
enum wait_goal {
	WAIT_READY,
	WAIT_STOPPED,
	WAIT_PAUSED,
	WAIT_RUNNING,
	WAIT_GOALS,
};

/**
 * wait_begin() - keep @req until the goal is reached, missed, or late
 * @node:	the one node; NULL: all of them
 * @timeout_ms:	then exit code 7, naming who is late
 *
 * The request gets progress notifications, and in the end weft.status/1 or an
 * error with the failed node's last console lines. Ends at once when there is
 * nothing to wait for.
 */
void wait_begin(struct labd *labd, struct ctl_request *req, struct node *node,
		enum wait_goal goal, unsigned timeout_ms);

/** wait_node_changed() - a node's state changed: tell and judge */
void wait_node_changed(struct labd *labd, struct node *node);

/** wait_node_removed() - a node is about to go: nobody waits for it any more */
void wait_node_removed(struct labd *labd, const struct node *node);

/** wait_cancel_all() - the lab goes down: end all with @why */
void wait_cancel_all(struct labd *labd, const char *why);

#endif
