// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * attach.c - spare NICs plugged into networks, and out, while guests run
 *
 * Theory of operation
 *
 * A guest can't be given a NIC while it runs, but one that it has can be given
 * a cable. So a vm node has NICs that are in no network (spare-nics:), whose
 * ports are there from the start, without carrier. Which of them are in which
 * network is the fabric's to know; it is told again to every new weft-switch.
 *
 * A NIC that was attached stays so over restarts of its node, and over other
 * lab files as long as these leave its node and its network alone: a network
 * that goes takes it out, a node that is made anew has all spare NICs again.
 *
 * Limits: the MTU is LAB_SPARE_MTU, whatever the network's is; names of the
 * node resolve to NICs of the lab file only.
 */
#include "cli/labd/attach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exit_code.h"
#include "cli/labd/status.h"

/* QEMU tries to connect again once a second. */
#define ATTACH_WAIT_NS (3 * NSEC_PER_SEC)

/**
 * struct attaching - a request that waits for a carrier
 * @link:	in the attachings of labd
 * @labd:	whose
 * @req:	to be answered
 * @node:	number of the node
 * @nic:	of it
 * @timer:	it takes too long
 */
struct attaching {
	struct list link;
	struct labd *labd;
	struct ctl_request *req;
	unsigned node;
	unsigned nic;
	struct timer timer;
};

static json_t *attached_document(const struct labd *labd,
				 const struct node *node, unsigned nic)
{
	const struct network_settings *network =
		status_nic_network(labd, node, nic);
	char port[PORT_NAME_SIZE], mac[MAC_TEXT_SIZE];

	snprintf(port, sizeof(port), "%s:%u", node->settings->name, nic);
	return json_pack("{s:s, s:s, s:s, s:s, s:s*, s:s, s:b}", "schema",
			 "weft.attached/1", "lab", labd->name, "port", port,
			 "node", node->settings->name, "network",
			 network ? network->name : NULL, "mac",
			 mac_format(&node->settings->nics[nic].mac, mac),
			 "carrier",
			 fabric_has_carrier(labd->fabric,
					    fabric_port(node->number, nic)));
}

/* For an event. */
static json_t *port_fields(const struct node *node, unsigned nic,
			   const char *network)
{
	char port[PORT_NAME_SIZE];

	snprintf(port, sizeof(port), "%s:%u", node->settings->name, nic);
	return json_pack("{s:s, s:s, s:s}", "port", port, "node",
			 node->settings->name, "network", network);
}

static void attaching_end(struct attaching *attaching)
{
	list_remove(&attaching->link);
	timer_cancel(attaching->labd->loop, &attaching->timer);
	free(attaching);
}

static void attaching_answer(struct attaching *attaching)
{
	struct labd *labd = attaching->labd;
	const struct node *node = &labd->nodes[attaching->node];

	if (node->host && attaching->nic < node_nic_total(node->settings))
		ctl_reply(attaching->req,
			  attached_document(labd, node, attaching->nic), NULL,
			  0);
	else
		ctl_fail(attaching->req, CTL_FAILED, EXIT_NO_SUCH,
			 "the node was taken out of the lab");
	attaching_end(attaching);
}

static void attaching_expired(struct timer *timer)
{
	attaching_answer(container_of(timer, struct attaching, timer));
}

/* Nobody listens any more; the NIC stays attached. */
static void attaching_gone(struct ctl_request *req, void *arg)
{
	ctl_reply(req, NULL, NULL, 0);
	attaching_end(arg);
}

static void wait_for_carrier(struct labd *labd, struct ctl_request *req,
			     const struct node *node, unsigned nic)
{
	struct attaching *attaching = calloc(1, sizeof(*attaching));

	if (!attaching ||
	    (node->state != NODE_BOOTING && node->state != NODE_READY)) {
		free(attaching);
		ctl_reply(req, attached_document(labd, node, nic), NULL, 0);
		return;
	}
	attaching->labd = labd;
	attaching->req = req;
	attaching->node = node->number;
	attaching->nic = nic;
	attaching->timer.expired = attaching_expired;
	list_append(&labd->attachings, &attaching->link);
	timer_arm(labd->loop, &attaching->timer,
		  loop_now_ns(labd->loop) + ATTACH_WAIT_NS);
	ctl_request_on_gone(req, attaching_gone, attaching);
}

/* Of @node, the first that is in no network; false when there is none. */
static bool find_spare(const struct labd *labd, const struct node *node,
		       unsigned *nic)
{
	for (*nic = node->settings->nic_count;
	     *nic < node_nic_total(node->settings); (*nic)++) {
		if (!status_nic_network(labd, node, *nic))
			return true;
	}
	return false;
}

/* Why there is none; @req is answered. */
static void refuse(struct ctl_request *req, const struct node *node)
{
	const struct node_settings *s = node->settings;

	if (s->kind == NODE_VM)
		ctl_fail(req, CTL_FAILED, EXIT_FAILED,
			 "node %s has no spare NIC left: spare-nics: in the "
			 "lab file says how many there are, now %u",
			 s->name, s->spare_count);
	else
		ctl_fail(req, CTL_FAILED, EXIT_FAILED,
			 "node %s is of kind %s: only virtual machines of ours "
			 "have spare NICs",
			 s->name, node_kind_name(s->kind));
}

void attach_method(struct ctl_request *req, json_t *params)
{
	struct labd *labd = ctl_request_ctx(req);
	const struct network_settings *network = NULL;
	const char *node_name = NULL, *network_name = NULL;
	struct node *node;
	unsigned nic;

	if (json_unpack(params, "{s:s, s:s}", "node", &node_name, "network",
			&network_name)) {
		ctl_fail(req, CTL_INVALID_PARAMS, EXIT_USAGE,
			 "node.attach takes {\"node\": NAME, \"network\": "
			 "NAME}");
		return;
	}
	node = labd_lookup_node(labd, node_name);
	if (node)
		network = lab_lookup_network(labd->lab, network_name);
	if (!network) {
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH, "lab %s has no %s '%s'",
			 labd->name, node ? "network" : "node",
			 node ? network_name : node_name);
		return;
	}
	if (!find_spare(labd, node, &nic)) {
		refuse(req, node);
		return;
	}
	node_plug(node, nic, network->number);
	events_emit(&labd->events, "port.attached",
		    port_fields(node, nic, network->name));
	wait_for_carrier(labd, req, node, nic);
}

/* An attached port of this name; false: there is none. */
static bool find_attached(const struct labd *labd, const char *name,
			  struct node **node, unsigned *nic)
{
	char own[PORT_NAME_SIZE];
	unsigned i;

	for (i = 0; labd->lab && i < labd->lab->node_count; i++) {
		*node = labd_node(labd, i);
		for (*nic = (*node)->settings->nic_count;
		     *nic < node_nic_total((*node)->settings); (*nic)++) {
			snprintf(own, sizeof(own), "%s:%u",
				 (*node)->settings->name, *nic);
			if (strcmp(own, name) == 0 &&
			    status_nic_network(labd, *node, *nic))
				return true;
		}
	}
	return false;
}

static void detach(struct labd *labd, struct node *node, unsigned nic)
{
	const struct network_settings *network =
		status_nic_network(labd, node, nic);

	/* a cable that was pulled is not the next one's */
	fabric_set_link(labd->fabric, fabric_port(node->number, nic), true);
	node_plug(node, nic, FABRIC_NO_NETWORK);
	events_emit(&labd->events, "port.detached",
		    port_fields(node, nic, network->name));
}

void detach_method(struct ctl_request *req, json_t *params)
{
	struct labd *labd = ctl_request_ctx(req);
	const char *port = NULL;
	struct node *node;
	unsigned nic;

	if (json_unpack(params, "{s:s}", "port", &port)) {
		ctl_fail(req, CTL_INVALID_PARAMS, EXIT_USAGE,
			 "port.detach takes {\"port\": \"NODE:INDEX\"}");
		return;
	}
	if (!find_attached(labd, port, &node, &nic)) {
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH,
			 "lab %s has no port '%s' that weft attach plugged in; "
			 "those of the lab file stay: weft link takes one down",
			 labd->name, port);
		return;
	}
	detach(labd, node, nic);
	ctl_reply(req, attached_document(labd, node, nic), NULL, 0);
}

void attach_carrier(struct labd *labd, const struct node *node, unsigned nic)
{
	list_for_each_safe (link, &labd->attachings) {
		struct attaching *attaching =
			container_of(link, struct attaching, link);

		if (attaching->node == node->number && attaching->nic == nic)
			attaching_answer(attaching);
	}
}

/* Calls @visit for each attached NIC whose network gets this verb. */
static void for_each_attached(struct labd *labd, const struct lab_diff *diff,
			      enum lab_verb verb,
			      void (*visit)(struct labd *labd,
					    struct node *node, unsigned nic))
{
	const struct network_settings *network;
	const struct lab_action *action;
	unsigned i, nic;

	for (i = 0; i < labd->lab->node_count; i++) {
		struct node *node = labd_node(labd, i);

		if (!node->host)
			continue; /* it has gone already */
		for (nic = node->settings->nic_count;
		     nic < node_nic_total(node->settings); nic++) {
			network = status_nic_network(labd, node, nic);
			action = network ? lab_diff_lookup(diff,
							   LAB_SUBJECT_NETWORK,
							   network->name)
					 : NULL;
			if (action && action->verb == verb)
				visit(labd, node, nic);
		}
	}
}

void attach_leave(struct labd *labd, const struct lab_diff *diff)
{
	for_each_attached(labd, diff, LAB_REMOVE, detach);
}

static void plug_again(struct labd *labd, struct node *node, unsigned nic)
{
	unsigned port = fabric_port(node->number, nic);

	node_plug(node, nic, fabric_network(labd->fabric, port));
}

void attach_return(struct labd *labd, const struct lab_diff *diff)
{
	for_each_attached(labd, diff, LAB_REBUILD, plug_again);
}

void attach_cancel_all(struct labd *labd, const char *why)
{
	list_for_each_safe (link, &labd->attachings) {
		struct attaching *attaching =
			container_of(link, struct attaching, link);

		ctl_fail(attaching->req, CTL_FAILED, EXIT_FAILED, "%s", why);
		attaching_end(attaching);
	}
}
