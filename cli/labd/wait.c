// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wait.c - control requests that wait for nodes to reach a state
 */
#include "cli/labd/wait.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exit_code.h"
#include "cli/labd/status.h"

/* Names of nodes that failed beside the one whose story is told. */
#define OTHERS_SIZE 256

/**
 * struct wait - one request
 * @link:	in the waits of labd
 * @labd:	whose nodes
 * @req:	to be answered
 * @node:	the one node, or NULL for all
 * @goal:	what is waited for
 * @began_ns:	when
 * @timer:	the time-out
 */
struct wait {
	struct list link;
	struct labd *labd;
	struct ctl_request *req;
	struct node *node;
	enum wait_goal goal;
	uint64_t began_ns;
	struct timer timer;
};

/* As in "node web1 ... in time", and "stopped before ...". */
static const struct {
	const char *late;
	const char *missed;
} goals[] = {
	[WAIT_READY] = {"was not ready in time", "stopped before it was ready"},
	[WAIT_STOPPED] = {"did not stop in time", "stopped"},
	[WAIT_PAUSED] = {"did not pause in time",
			 "stopped before it was paused"},
	[WAIT_RUNNING] = {"did not go on in time", "stopped instead"},
};
static_assert(ARRAY_SIZE(goals) == WAIT_GOALS, "a goal lacks its words");

static void wait_end(struct wait *wait)
{
	list_remove(&wait->link);
	timer_cancel(wait->labd->loop, &wait->timer);
	free(wait);
}

static bool wait_has_reached(const struct wait *wait, const struct node *node)
{
	switch (wait->goal) {
	case WAIT_READY:
		return node->state == NODE_READY;
	case WAIT_STOPPED:
		return node->state == NODE_STOPPED ||
		       node->state == NODE_FAILED;
	case WAIT_PAUSED:
		return node->state == NODE_PAUSED;
	case WAIT_RUNNING:
		return node->state == NODE_BOOTING || node->state == NODE_READY;
	case WAIT_GOALS:
		break;
	}
	return false;
}

static bool wait_has_missed(const struct wait *wait, const struct node *node)
{
	return wait->goal != WAIT_STOPPED && !node->restart &&
	       !node->is_leaving &&
	       (node->state == NODE_FAILED || node->state == NODE_STOPPED);
}

/* Other nodes that have missed the goal as well: "; so did a, b", or "". */
static void name_others(const struct wait *wait, const struct node *first,
			char *text, size_t size)
{
	const struct labd *labd = wait->labd;
	size_t len = 0;
	unsigned i;

	*text = '\0';
	for (i = 0; !wait->node && i < labd->lab->node_count; i++) {
		const struct node *node = labd_node(labd, i);

		if (node == first || !wait_has_missed(wait, node) ||
		    len + LAB_NAME_SIZE + 16 > size)
			continue;
		len += (size_t)snprintf(text + len, size - len, "%s %s",
					len ? "," : "; so did",
					node->settings->name);
	}
}

/* The request is answered with the story of @node. */
static void wait_fail(struct wait *wait, struct node *node, int exit_code,
		      const char *what)
{
	char tail[NODE_TAIL_SIZE] = "", others[OTHERS_SIZE];
	json_t *data, *lines;

	name_others(wait, node, others, sizeof(others));
	if (node->ops->tail)
		node->ops->tail(node, tail, sizeof(tail));
	lines = status_lines(tail);
	data = json_pack("{s:i, s:s, s:o, s:s}", "exit", exit_code, "node",
			 node->settings->name, "console", lines, "reason",
			 node->reason);
	ctl_fail_data(wait->req, CTL_FAILED, data, "node %s %s%s%s%s",
		      node->settings->name, what, node->reason[0] ? ": " : "",
		      node->reason, others);
	wait_end(wait);
}

static void wait_progress(struct wait *wait, const struct node *node)
{
	uint64_t ms = (loop_now_ns(wait->labd->loop) - wait->began_ns) /
		      NSEC_PER_MSEC;

	ctl_notify(wait->req, "progress",
		   json_pack("{s:s, s:s, s:s, s:I}", "subject",
			     node->settings->name, "state",
			     node_state_name(node->state), "text", node->reason,
			     "elapsed_ms", (json_int_t)ms));
}

/* Answer if there is nothing left to wait for; true when answered. */
static bool wait_judge(struct wait *wait)
{
	struct labd *labd = wait->labd;
	bool reached = true;
	unsigned i;

	for (i = 0; i < labd->lab->node_count; i++) {
		struct node *node = labd_node(labd, i);

		if (wait->node && wait->node != node)
			continue;
		if (wait_has_missed(wait, node)) {
			wait_fail(wait, node,
				  labd->lab->node_count > 1 && !wait->node
					  ? EXIT_PARTLY
					  : EXIT_FAILED,
				  node->state == NODE_FAILED
					  ? "failed"
					  : goals[wait->goal].missed);
			return true;
		}
		reached = reached && wait_has_reached(wait, node);
	}
	if (!reached)
		return false;
	ctl_reply(wait->req, status_document(labd), NULL, 0);
	wait_end(wait);
	return true;
}

static void wait_expired(struct timer *timer)
{
	struct wait *wait = container_of(timer, struct wait, timer);
	struct labd *labd = wait->labd;
	unsigned i;

	for (i = 0; i < labd->lab->node_count; i++) {
		struct node *node = labd_node(labd, i);

		if ((wait->node && wait->node != node) ||
		    wait_has_reached(wait, node))
			continue;
		wait_fail(wait, node, EXIT_TIMEOUT, goals[wait->goal].late);
		return;
	}
	ctl_reply(wait->req, status_document(labd), NULL, 0);
	wait_end(wait);
}

/* Nobody listens any more; what was begun goes on. */
static void wait_gone(struct ctl_request *req, void *arg)
{
	struct wait *wait = arg;

	ctl_reply(req, NULL, NULL, 0);
	wait_end(wait);
}

void wait_begin(struct labd *labd, struct ctl_request *req, struct node *node,
		enum wait_goal goal, unsigned timeout_ms)
{
	struct wait *wait = calloc(1, sizeof(*wait));
	unsigned i;

	if (!wait) {
		ctl_fail(req, CTL_FAILED, EXIT_FAILED, "no memory");
		return;
	}
	wait->labd = labd;
	wait->req = req;
	wait->node = node;
	wait->goal = goal;
	wait->began_ns = loop_now_ns(labd->loop);
	wait->timer.expired = wait_expired;
	list_append(&labd->waits, &wait->link);
	for (i = 0; i < labd->lab->node_count; i++) {
		if (!node || node == labd_node(labd, i))
			wait_progress(wait, labd_node(labd, i));
	}
	if (wait_judge(wait))
		return;
	timer_arm(labd->loop, &wait->timer,
		  wait->began_ns + timeout_ms * NSEC_PER_MSEC);
	ctl_request_on_gone(req, wait_gone, wait);
}

void wait_node_changed(struct labd *labd, struct node *node)
{
	list_for_each_safe (link, &labd->waits) {
		struct wait *wait = container_of(link, struct wait, link);

		if (wait->node && wait->node != node)
			continue;
		if (node->told != node->state)
			wait_progress(wait, node);
		wait_judge(wait);
	}
	node->told = node->state;
}

void wait_node_removed(struct labd *labd, const struct node *node)
{
	list_for_each_safe (link, &labd->waits) {
		struct wait *wait = container_of(link, struct wait, link);

		if (wait->node != node)
			continue;
		ctl_fail(wait->req, CTL_FAILED, EXIT_NO_SUCH,
			 "node %s was taken out of the lab",
			 node->settings->name);
		wait_end(wait);
	}
}

void wait_cancel_all(struct labd *labd, const char *why)
{
	struct list *link;

	while ((link = list_pop(&labd->waits))) {
		struct wait *wait = container_of(link, struct wait, link);

		ctl_fail(wait->req, CTL_FAILED, EXIT_FAILED, "%s", why);
		wait_end(wait);
	}
}
