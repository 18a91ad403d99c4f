// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * apply.c - lab.apply: the lab becomes what a document says
 *
 * Theory of operation
 *
 * What is done is the diff of two canonical documents (cli/lab/lab_diff.h),
 * and nodes that don't run are started, or go on when they are paused: that is
 * what weft up is asked for. The first lab is no exception: it is made of an
 * empty one.
 *
 * First the nodes that go or restart are asked to end, and all stays as it is
 * until they have: the kinds see to it that this takes ten seconds at most. One
 * that is not ready has nothing to save, and is not asked. Then everything is
 * changed in one go, within one call: nodes that went are unplugged, networks
 * go, change and come, and nodes are made and started. So there is no moment at
 * which half of a lab could be seen, asked for, or found by a weft-switch that
 * was started again.
 *
 * Limits: one at a time; another one is told to come back.
 */
#include "cli/labd/apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exit_code.h"
#include "cli/labd/attach.h"
#include "cli/labd/capture_book.h"
#include "cli/labd/capture_file.h"
#include "cli/labd/forward_api.h"
#include "cli/labd/link.h"
#include "cli/labd/status.h"
#include "cli/labd/wait.h"

/**
 * struct apply - a lab.apply in work
 * @labd:	whose lab
 * @req:	to be answered
 * @settings:	what is wanted
 * @diff:	what has to be done
 * @began_ns:	when it came
 * @change:	everything has ended that has to: do the rest
 */
struct apply {
	struct labd *labd;
	struct ctl_request *req;
	struct apply_settings settings;
	struct lab_diff *diff;
	uint64_t began_ns;
	struct deferred change;
};

static void apply_free(struct apply *apply)
{
	deferred_cancel(&apply->change);
	lab_diff_destroy(apply->diff);
	lab_destroy(apply->settings.lab);
	json_decref(apply->settings.document);
	free(apply);
}

static bool node_rests(const struct node *node)
{
	return node->state == NODE_STOPPED || node->state == NODE_FAILED;
}

static struct lab_diff *make_diff(const struct labd *labd,
				  const json_t *document)
{
	struct lab_diff *diff = lab_diff_create(labd->document, document);
	unsigned i;

	for (i = 0; diff && labd->lab && i < labd->lab->node_count; i++) {
		const struct node *node = labd_node(labd, i);
		const char *name = node->settings->name;

		if ((node_rests(node) || node->state == NODE_STOPPING ||
		     node->state == NODE_PAUSED) &&
		    !lab_diff_lookup(diff, LAB_SUBJECT_NODE, name))
			lab_diff_add(diff, LAB_START, LAB_SUBJECT_NODE, name);
	}
	return diff;
}

json_t *apply_plan(const struct labd *labd, const struct lab *lab,
		   const json_t *document)
{
	struct lab_diff *diff = make_diff(labd, document);
	json_t *forwards, *plan = NULL;

	if (diff)
		plan = lab_diff_to_json(diff, labd->name, labd->document);
	lab_diff_destroy(diff);
	forwards = plan ? forward_plan(labd, lab) : NULL;
	if (forwards)
		json_object_set_new(plan, "forwards", forwards);
	return plan;
}

/* The node that has to end for this action, or NULL. */
static struct node *leaving_node(const struct labd *labd,
				 const struct lab_action *action)
{
	if (action->subject != LAB_SUBJECT_NODE ||
	    (action->verb != LAB_REMOVE && action->verb != LAB_RESTART))
		return NULL;
	return labd_lookup_node(labd, action->name);
}

static bool has_all_ended(const struct apply *apply)
{
	unsigned i;

	for (i = 0; i < apply->diff->count; i++) {
		const struct node *node;

		node = leaving_node(apply->labd, &apply->diff->actions[i]);
		if (node && !node_rests(node))
			return false;
	}
	return true;
}

static void end_nodes(struct apply *apply)
{
	unsigned i;

	for (i = 0; i < apply->diff->count; i++) {
		struct node *node;

		node = leaving_node(apply->labd, &apply->diff->actions[i]);
		if (!node)
			continue;
		node->is_leaving = true;
		node->restart = false;
		if (node->state != NODE_STOPPING)
			node_stop(node, !node_was_ready(node));
	}
}

static void drop_nodes(struct apply *apply)
{
	unsigned i;

	for (i = 0; i < apply->diff->count; i++) {
		const struct lab_action *action = &apply->diff->actions[i];
		struct node *node = leaving_node(apply->labd, action);

		if (!node)
			continue;
		if (action->verb == LAB_REMOVE) {
			wait_node_removed(apply->labd, node);
			link_node_removed(apply->labd, node);
		}
		node_fini(node);
	}
}

/* Those that stay find their settings in the new lab, the others are made. */
static void settle_nodes(struct labd *labd)
{
	unsigned i;

	for (i = 0; i < labd->lab->node_count; i++) {
		struct node *node = labd_node(labd, i);

		if (node->host)
			node->settings = &labd->lab->nodes[i];
		else
			node_init(node, &labd->host, &labd->lab->nodes[i]);
	}
}

/* The DHCP server of a network that goes or is rebuilt forgets them. */
static void forget_quarantine(struct labd *labd, const struct lab_diff *diff)
{
	unsigned i;

	for (i = 0; i < diff->count; i++) {
		const struct lab_action *action = &diff->actions[i];

		if (action->subject == LAB_SUBJECT_NETWORK &&
		    action->verb != LAB_CHANGE)
			quarantine_forget(&labd->quarantine, action->name);
	}
}

static void change_lab(struct labd *labd, struct apply_settings *settings,
		       const struct lab_diff *diff)
{
	struct lab *old = labd->lab;

	lab_number(settings->lab, old);
	attach_leave(labd, diff);
	forget_quarantine(labd, diff);
	fabric_apply(labd->fabric, settings->lab, diff);
	host_nics_change(&labd->host_nics, settings->lab);
	host_legs_change(&labd->host_legs, settings->lab);
	kernel_nat_change(&labd->kernel_nat, settings->lab);
	nic_return_listen(&labd->nic_return);
	json_decref(labd->document);
	labd->lab = settings->lab;
	labd->host.lab = settings->lab;
	labd->document = settings->document;
	settings->lab = NULL;
	settings->document = NULL;
	settle_nodes(labd);
	attach_return(labd, diff);
	lab_destroy(old);
}

/* Every node that does not run is started, and one that is paused goes on; a
 * failure is the node's own. */
static void start_nodes(struct labd *labd)
{
	struct err err;
	unsigned i;

	for (i = 0; i < labd->lab->node_count; i++)
		node_start(labd_node(labd, i), &err);
}

static void answer(struct labd *labd, struct apply *apply)
{
	uint64_t spent_ms =
		(loop_now_ns(labd->loop) - apply->began_ns) / NSEC_PER_MSEC;
	unsigned timeout_ms = apply->settings.timeout_ms;

	if (ctl_request_is_gone(apply->req) || !apply->settings.waits)
		ctl_reply(apply->req, status_document(labd), NULL, 0);
	else
		wait_begin(labd, apply->req, NULL, WAIT_READY,
			   (unsigned)(timeout_ms - MIN(spent_ms, timeout_ms)));
}

static void apply_change(struct deferred *deferred)
{
	struct apply *apply = container_of(deferred, struct apply, change);
	struct labd *labd = apply->labd;

	labd->apply = NULL;
	drop_nodes(apply);
	change_lab(labd, &apply->settings, apply->diff);
	start_nodes(labd);
	capture_book_settle(labd->captures, false);
	events_emit(&labd->events, "lab.apply",
		    json_pack("{s:s}", "state", "done"));
	answer(labd, apply);
	apply_free(apply);
}

static int exit_code_of(int code)
{
	if (code == -EPERM || code == -EACCES)
		return EXIT_PERMISSION;
	if (code == -ENOENT || code == -ENODEV || code == -ENOPKG)
		return EXIT_HOST;
	return EXIT_FAILED;
}

/* What can't be written is said before anything has changed. */
static int probe_captures(const struct lab *lab, struct err *err)
{
	unsigned i;

	for (i = 0; i < lab->capture_count; i++) {
		if (capture_file_probe(lab->captures[i].file, err))
			return err->code;
	}
	return 0;
}

void apply_begin(struct labd *labd, struct ctl_request *req,
		 const struct apply_settings *settings)
{
	struct apply *apply = calloc(1, sizeof(*apply));
	struct err err = {0};

	if (!apply) {
		lab_destroy(settings->lab);
		json_decref(settings->document);
		ctl_fail(req, CTL_FAILED, EXIT_FAILED, "no memory");
		return;
	}
	apply->labd = labd;
	apply->req = req;
	apply->settings = *settings;
	apply->began_ns = loop_now_ns(labd->loop);
	deferred_init(&apply->change, apply_change);
	if (settings->document)
		apply->diff = make_diff(labd, settings->document);
	if (!apply->diff)
		err_set(&err, -ENOMEM, "no memory for a plan");
	if (err.code || probe_captures(settings->lab, &err) ||
	    labd_prepare(labd, settings->lab, &err)) {
		ctl_fail(req, CTL_FAILED, exit_code_of(err.code), "%s",
			 err.msg);
		apply_free(apply);
		return;
	}
	ctl_notify(req, "plan",
		   apply_plan(labd, settings->lab, settings->document));
	labd->apply = apply;
	events_emit(&labd->events, "lab.apply",
		    json_pack("{s:s}", "state", "started"));
	end_nodes(apply);
	if (has_all_ended(apply))
		apply_change(&apply->change);
}

void apply_node_changed(struct labd *labd)
{
	/* Later: it is the node's own call that tells us. */
	if (labd->apply && has_all_ended(labd->apply))
		loop_defer(labd->loop, &labd->apply->change);
}

void apply_cancel(struct labd *labd, const char *why)
{
	struct apply *apply = labd->apply;

	if (!apply)
		return;
	labd->apply = NULL;
	events_emit(&labd->events, "lab.apply",
		    json_pack("{s:s}", "state", "cancelled"));
	ctl_fail(apply->req, CTL_FAILED, EXIT_FAILED, "%s", why);
	apply_free(apply);
}
