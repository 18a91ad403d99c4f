// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * api.c - the methods of the control socket (weft-ctl(7))
 */
#include <errno.h>
#include <string.h>

#include "cli/exit_code.h"
#include "cli/lab/lab_json.h"
#include "cli/labd/apply.h"
#include "cli/labd/attach.h"
#include "cli/labd/capture_api.h"
#include "cli/labd/capture_book.h"
#include "cli/labd/exec.h"
#include "cli/labd/failover_api.h"
#include "cli/labd/forward_api.h"
#include "cli/labd/labd.h"
#include "cli/labd/link.h"
#include "cli/labd/status.h"
#include "cli/labd/uplink_api.h"
#include "cli/labd/wait.h"

#define DEFAULT_TIMEOUT_MS 60000
#define MAX_TIMEOUT_MS (24 * 3600 * 1000)

static unsigned timeout_of(const json_t *params)
{
	json_int_t ms = DEFAULT_TIMEOUT_MS;

	json_unpack((json_t *)(uintptr_t)params, "{s?I}", "timeout_ms", &ms);
	return (unsigned)MIN(MAX(ms, 0), MAX_TIMEOUT_MS);
}

static bool waits(const json_t *params)
{
	const char *wait = "ready";

	json_unpack((json_t *)(uintptr_t)params, "{s?s}", "wait", &wait);
	return strcmp(wait, "none") != 0;
}

/* The node that @params name; NULL, and @req is answered, if there is none. */
static struct node *node_of(struct ctl_request *req, json_t *params)
{
	struct labd *labd = ctl_request_ctx(req);
	const char *name = NULL;
	struct node *node;

	if (json_unpack(params, "{s:s}", "node", &name)) {
		ctl_fail(req, CTL_INVALID_PARAMS, EXIT_USAGE,
			 "the parameter \"node\" is missing");
		return NULL;
	}
	node = labd_lookup_node(labd, name);
	if (!node)
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH,
			 "lab %s has no node '%s'", labd->name, name);
	return node;
}

/* Nodes that run keep what they have booted. */
static void image_of(struct labd *labd, const json_t *params)
{
	const char *kernel = "", *initrd = "";
	struct node_image *image = &labd->host.image;

	if (json_unpack((json_t *)(uintptr_t)params, "{s:{s:s, s:s}}", "image",
			"kernel", &kernel, "initrd", &initrd))
		return;
	if (strlen(kernel) < sizeof(image->kernel))
		memcpy(image->kernel, kernel, strlen(kernel) + 1);
	if (strlen(initrd) < sizeof(image->initrd))
		memcpy(image->initrd, initrd, strlen(initrd) + 1);
}

/* The lab that @params bring; NULL, and @req is answered, if it is none. */
static struct lab *lab_of(struct ctl_request *req, const json_t *params)
{
	struct labd *labd = ctl_request_ctx(req);
	struct err err = {0};
	struct lab *lab;

	lab = lab_from_json(json_object_get(params, "lab"), &err);
	if (!lab) {
		ctl_fail(req, CTL_FAILED, EXIT_LAB_FILE, "%s", err.msg);
		return NULL;
	}
	if (strcmp(lab->name, labd->name) == 0)
		return lab;
	ctl_fail(req, CTL_FAILED, EXIT_FAILED, "this is lab %s, not %s",
		 labd->name, lab->name);
	lab_destroy(lab);
	return NULL;
}

static void lab_apply(struct ctl_request *req, json_t *params)
{
	struct labd *labd = ctl_request_ctx(req);
	struct apply_settings settings = {.waits = waits(params),
					  .timeout_ms = timeout_of(params)};

	settings.lab = lab_of(req, params);
	if (!settings.lab)
		return;
	if (labd->apply) {
		lab_destroy(settings.lab);
		ctl_fail(req, CTL_BUSY, EXIT_FAILED,
			 "lab %s is being changed by another weft up: try "
			 "again when that is done",
			 labd->name);
		return;
	}
	image_of(labd, params);
	settings.document = lab_to_json(settings.lab);
	apply_begin(labd, req, &settings);
}

static void lab_plan(struct ctl_request *req, json_t *params)
{
	json_t *document, *plan = NULL;
	struct lab *lab = lab_of(req, params);

	if (!lab)
		return;
	document = lab_to_json(lab);
	if (document)
		plan = apply_plan(ctl_request_ctx(req), lab, document);
	lab_destroy(lab);
	json_decref(document);
	if (plan)
		ctl_reply(req, plan, NULL, 0);
	else
		ctl_fail(req, CTL_FAILED, EXIT_FAILED, "no memory for a plan");
}

static void lab_status(struct ctl_request *req, json_t *params)
{
	(void)params;
	ctl_reply(req, status_document(ctl_request_ctx(req)), NULL, 0);
}

/* Is there a lab to ask about? @req is answered when there is none. */
static bool has_lab(struct ctl_request *req)
{
	struct labd *labd = ctl_request_ctx(req);

	if (!labd->lab)
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH,
			 "lab %s has nothing in it", labd->name);
	return labd->lab != NULL;
}

static void lab_get(struct ctl_request *req, json_t *params)
{
	struct labd *labd = ctl_request_ctx(req);

	(void)params;
	if (has_lab(req))
		ctl_reply(req,
			  json_pack("{s:s, s:O}", "schema", "weft.lab/1",
				    "document", labd->document),
			  NULL, 0);
}

static void lab_down(struct ctl_request *req, json_t *params)
{
	struct labd *labd = ctl_request_ctx(req);

	(void)params;
	if (labd->down) {
		ctl_fail(req, CTL_BUSY, EXIT_FAILED,
			 "lab %s is going down already", labd->name);
		return;
	}
	events_emit(&labd->events, "lab.down", json_object());
	labd->down = req; /* main answers it, when all is gone */
	if (labd->captures)
		capture_book_finish(labd->captures);
	else
		loop_stop(labd->loop);
}

static void node_start_method(struct ctl_request *req, json_t *params)
{
	struct node *node = node_of(req, params);
	struct err err;

	if (!node)
		return;
	node_start(node, &err);
	wait_begin(ctl_request_ctx(req), req, node, WAIT_READY,
		   timeout_of(params));
}

static void node_stop_method(struct ctl_request *req, json_t *params)
{
	struct node *node = node_of(req, params);
	int now = 0;

	if (!node)
		return;
	json_unpack(params, "{s?b}", "now", &now);
	node->restart = false;
	node_stop(node, now);
	wait_begin(ctl_request_ctx(req), req, node, WAIT_STOPPED,
		   timeout_of(params));
}

static void node_restart_method(struct ctl_request *req, json_t *params)
{
	struct node *node = node_of(req, params);
	struct err err;

	if (!node)
		return;
	if (node->state == NODE_STOPPED || node->state == NODE_FAILED) {
		node_start(node, &err);
	} else {
		node->restart = true;
		node_stop(node, false);
	}
	wait_begin(ctl_request_ctx(req), req, node, WAIT_READY,
		   timeout_of(params));
}

/* @change: node_pause() or node_resume() */
static void node_change(struct ctl_request *req, json_t *params,
			int (*change)(struct node *node, struct err *err),
			enum wait_goal goal)
{
	struct node *node = node_of(req, params);
	struct err err;

	if (!node)
		return;
	if (change(node, &err))
		ctl_fail(req, CTL_FAILED, EXIT_FAILED, "%s", err.msg);
	else
		wait_begin(ctl_request_ctx(req), req, node, goal,
			   timeout_of(params));
}

static void node_pause_method(struct ctl_request *req, json_t *params)
{
	node_change(req, params, node_pause, WAIT_PAUSED);
}

static void node_resume_method(struct ctl_request *req, json_t *params)
{
	node_change(req, params, node_resume, WAIT_RUNNING);
}

static void node_console(struct ctl_request *req, json_t *params)
{
	struct node *node = node_of(req, params);
	int fd;

	if (!node)
		return;
	fd = node->ops->console ? node->ops->console(node) : -EOPNOTSUPP;
	if (fd < 0)
		ctl_fail(req, CTL_FAILED, EXIT_FAILED,
			 "node %s has no console: %s", node->settings->name,
			 fd == -EMFILE ? "too many are attached"
			 : fd == -EOPNOTSUPP
				 ? "it is no virtual machine; for a "
				   "netns node there is weft exec "
				   "-t NODE sh"
				 : "it was never started");
	else
		ctl_reply(req, NULL, &fd, 1);
}

static void node_exec_method(struct ctl_request *req, json_t *params)
{
	struct node *node = node_of(req, params);

	if (node)
		exec_begin(req, node, params);
}

static void port_list(struct ctl_request *req, json_t *params)
{
	(void)params;
	if (has_lab(req))
		status_ports(ctl_request_ctx(req), req);
}

static void network_list(struct ctl_request *req, json_t *params)
{
	(void)params;
	if (has_lab(req))
		status_networks(ctl_request_ctx(req), req);
}

static void page_of(struct ctl_request *req, json_t *params,
		    enum wire_type type)
{
	struct labd *labd = ctl_request_ctx(req);
	struct network_settings *network;
	const char *name = NULL;
	json_int_t cursor = 0;

	if (json_unpack(params, "{s:s, s?I}", "network", &name, "cursor",
			&cursor) ||
	    cursor < 0 || cursor > UINT32_MAX) {
		ctl_fail(req, CTL_INVALID_PARAMS, EXIT_USAGE,
			 "this takes {\"network\": NAME, \"cursor\": of the "
			 "page before}");
		return;
	}
	if (!has_lab(req))
		return;
	network = lab_lookup_network(labd->lab, name);
	if (network)
		status_page(labd, req, type,
			    (unsigned)(network - labd->lab->networks),
			    (uint32_t)cursor);
	else
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH,
			 "lab %s has no network '%s'", labd->name, name);
}

static void fdb_list(struct ctl_request *req, json_t *params)
{
	page_of(req, params, WIRE_FDB_QUERY);
}

static void flow_list(struct ctl_request *req, json_t *params)
{
	page_of(req, params, WIRE_FLOW_QUERY);
}

static void events_subscribe_method(struct ctl_request *req, json_t *params)
{
	struct labd *labd = ctl_request_ctx(req);

	events_subscribe(&labd->events, req, params);
}

static void forward_list(struct ctl_request *req, json_t *params)
{
	(void)params;
	if (has_lab(req))
		status_forwards(ctl_request_ctx(req), req);
}

static void uplink_list(struct ctl_request *req, json_t *params)
{
	(void)params;
	if (has_lab(req))
		status_uplinks(ctl_request_ctx(req), req);
}

static void lease_list(struct ctl_request *req, json_t *params)
{
	(void)params;
	ctl_reply(req, status_leases(ctl_request_ctx(req)), NULL, 0);
}

const struct ctl_method labd_methods[] = {
	{"lab.apply", lab_apply, 0},
	{"lab.get", lab_get, 0},
	{"lab.plan", lab_plan, 0},
	{"lab.status", lab_status, 0},
	{"lab.down", lab_down, 0},
	{"node.start", node_start_method, 0},
	{"node.stop", node_stop_method, 0},
	{"node.restart", node_restart_method, 0},
	{"node.pause", node_pause_method, 0},
	{"node.resume", node_resume_method, 0},
	{"node.console", node_console, 0},
	{"node.exec", node_exec_method, 0},
	{"node.attach", attach_method, 0},
	{"port.detach", detach_method, 0},
	{"network.list", network_list, 0},
	{"port.list", port_list, 0},
	{"lease.list", lease_list, 0},
	{"uplink.list", uplink_list, 0},
	{"bond.switch", bond_switch_method, 0},
	{"failover.round", failover_round_method, 0},
	{"forward.list", forward_list, 0},
	{"forward.add", forward_add_method, 0},
	{"forward.del", forward_del_method, 0},
	{"link.set", link_set, 0},
	{"events.subscribe", events_subscribe_method, 0},
	{"fdb.list", fdb_list, 0},
	{"flow.list", flow_list, 0},
	{"capture.start", capture_start_method, 1},
	{"capture.stop", capture_stop_method, 0},
	{"capture.list", capture_list_method, 0},
};
const size_t labd_method_count = ARRAY_SIZE(labd_methods);
