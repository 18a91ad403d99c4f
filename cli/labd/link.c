// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * link.c - ports taken down and up by users, for a while or for good
 *
 * Theory of operation
 *
 * A port that is down passes no frame (weft-switch sees to that, and is told
 * again whenever it is new), and its node loses its carrier, as far as its kind
 * can be told. Which ports are down is the fabric's to know. Here is only what
 * will be done later: at most one struct flap a port, found by its name, for
 * the node may be another one by then.
 *
 * A member of an uplink is taken down as a cable is pulled; or silently: its
 * carrier stays, and frames vanish both ways, as behind a switch that hangs.
 *
 * Limits: a vhost-user front-end that isn't ours learns nothing of it. QEMU
 * gives a NIC its carrier back when it finds a restarted weft-switch;
 * runner_qemu.c takes it away again, milliseconds later.
 */
#include "cli/labd/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exit_code.h"
#include "cli/labd/status.h"

/* "web1:0", as long as a node's name can be; "bond0/eth1" */
#define PORT_TEXT_SIZE (LAB_NAME_SIZE + 16)
static_assert(PORT_TEXT_SIZE >= PORT_NAME_SIZE, "room for a member's");

/**
 * struct flap - a port that is to change once more
 * @link:	in the flaps of labd
 * @labd:	whose
 * @port:	"web1:0"
 * @cut:	how it is when @timer has expired
 * @timer:	for how long it stays as it is
 * @req:	to be answered then; NULL: nobody waits
 */
struct flap {
	struct list link;
	struct labd *labd;
	char port[PORT_TEXT_SIZE];
	enum bond_cut cut;
	struct timer timer;
	struct ctl_request *req;
};

/**
 * struct link_target - a port that a request names
 * @node:	its node; NULL: it is a member of an uplink
 * @nic:	number of the NIC
 * @member:	of an uplink
 */
struct link_target {
	struct node *node;
	unsigned nic;
	struct fabric_member_ref member;
};

const char *link_state(const struct labd *labd, const struct node *node,
		       unsigned nic)
{
	unsigned port = fabric_port(node->number, nic);

	return fabric_is_link_up(labd->fabric, port) ? "up" : "down";
}

static bool find_port(const struct labd *labd, const char *name,
		      struct link_target *found)
{
	char own[PORT_TEXT_SIZE];
	unsigned i, nic;

	for (i = 0; labd->lab && i < labd->lab->node_count; i++) {
		struct node *node = labd_node(labd, i);

		for (nic = 0; nic < node_nic_total(node->settings); nic++) {
			if (!status_nic_network(labd, node, nic))
				continue;
			snprintf(own, sizeof(own), "%s:%u",
				 node->settings->name, nic);
			if (strcmp(own, name) != 0)
				continue;
			*found = (struct link_target){.node = node, .nic = nic};
			return true;
		}
	}
	found->node = NULL;
	return labd->lab &&
	       fabric_find_member(labd->fabric, name, &found->member);
}

static const char *target_state(const struct labd *labd,
				const struct link_target *target)
{
	if (target->node)
		return link_state(labd, target->node, target->nic);
	return status_cut_name(
		fabric_member_cut(labd->fabric, &target->member));
}

static json_t *link_document(const struct labd *labd,
			     const struct link_target *target, const char *port)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "schema", "weft.link/1", "lab",
			 labd->name, "port", port, "admin",
			 target_state(labd, target));
}

static void flap_end(struct flap *flap)
{
	list_remove(&flap->link);
	timer_cancel(flap->labd->loop, &flap->timer);
	free(flap);
}

static void set_link(struct labd *labd, const struct link_target *target,
		     enum bond_cut cut, json_int_t for_ms)
{
	char port[PORT_TEXT_SIZE];
	json_t *fields;

	if (target->node) {
		node_set_link(target->node, target->nic, cut == BOND_CUT_NONE);
		snprintf(port, sizeof(port), "%s:%u",
			 target->node->settings->name, target->nic);
	} else {
		fabric_cut_member(labd->fabric, &target->member, cut);
		fabric_member_name(labd->fabric, &target->member, port);
	}
	fields = json_pack("{s:s, s:s}", "port", port, "admin",
			   status_cut_name(cut));
	if (fields && for_ms)
		json_object_set_new(fields, "for_ms", json_integer(for_ms));
	events_emit(&labd->events, "port.link", fields);
}

static void flap_expired(struct timer *timer)
{
	struct flap *flap = container_of(timer, struct flap, timer);
	struct labd *labd = flap->labd;
	struct link_target target;

	if (find_port(labd, flap->port, &target)) {
		set_link(labd, &target, flap->cut, 0);
		if (flap->req)
			ctl_reply(flap->req,
				  link_document(labd, &target, flap->port),
				  NULL, 0);
	} else if (flap->req) {
		ctl_fail(flap->req, CTL_FAILED, EXIT_NO_SUCH,
			 "port %s is no longer there", flap->port);
	}
	flap_end(flap);
}

/* Its client went: what is planned is done all the same. */
static void flap_gone(struct ctl_request *req, void *arg)
{
	struct flap *flap = arg;

	flap->req = NULL;
	ctl_reply(req, NULL, NULL, 0);
}

static void flap_cancel(struct flap *flap, const char *why)
{
	if (flap->req)
		ctl_fail(flap->req, CTL_FAILED, EXIT_FAILED, "port %s: %s",
			 flap->port, why);
	flap_end(flap);
}

static void forget_plan(struct labd *labd, const char *port)
{
	list_for_each_safe (link, &labd->flaps) {
		struct flap *flap = container_of(link, struct flap, link);

		if (strcmp(flap->port, port) == 0)
			flap_cancel(flap, "somebody set it anew");
	}
}

/* NULL: there was no memory. */
static struct flap *plan(struct labd *labd, const char *port, enum bond_cut cut,
			 json_int_t ms)
{
	struct flap *flap = calloc(1, sizeof(*flap));

	if (!flap)
		return NULL;
	flap->labd = labd;
	flap->cut = cut;
	snprintf(flap->port, sizeof(flap->port), "%s", port);
	flap->timer.expired = flap_expired;
	if (timer_arm(labd->loop, &flap->timer,
		      loop_now_ns(labd->loop) + (uint64_t)ms * NSEC_PER_MSEC)) {
		free(flap);
		return NULL;
	}
	list_append(&labd->flaps, &flap->link);
	return flap;
}

void link_set(struct ctl_request *req, json_t *params)
{
	struct labd *labd = ctl_request_ctx(req);
	struct link_target target;
	struct flap *flap = NULL;
	const char *port = NULL;
	json_int_t for_ms = 0;
	int up, wait = 0, silent = 0;
	enum bond_cut cut;

	if (json_unpack(params, "{s:s, s:b, s?I, s?b, s?b}", "port", &port,
			"up", &up, "for_ms", &for_ms, "wait", &wait, "silent",
			&silent) ||
	    for_ms < 0 || for_ms > LINK_FOR_MAX_MS) {
		ctl_fail(req, CTL_INVALID_PARAMS, EXIT_USAGE,
			 "link.set takes {\"port\": \"NODE:INDEX\" or "
			 "\"UPLINK/MEMBER\", \"up\": true or false}, and "
			 "\"for_ms\" up to a day, \"silent\" for a member");
		return;
	}
	if (!find_port(labd, port, &target)) {
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH,
			 "lab %s has no port '%s' of a node, nor such a member "
			 "of an uplink; they are called NODE:INDEX, as web1:0, "
			 "and UPLINK/MEMBER, as bond0/eth1",
			 labd->name, port);
		return;
	}
	if (silent && target.node) {
		ctl_fail(req, CTL_INVALID_PARAMS, EXIT_USAGE,
			 "only a member of an uplink fails silently; for port "
			 "%s there is weft link down",
			 port);
		return;
	}
	cut = up ? BOND_CUT_NONE : silent ? BOND_CUT_SILENT : BOND_CUT_CARRIER;
	forget_plan(labd, port);
	if (for_ms) {
		flap = plan(labd, port, up ? BOND_CUT_CARRIER : BOND_CUT_NONE,
			    for_ms);
		if (!flap) {
			ctl_fail(req, CTL_FAILED, EXIT_FAILED, "no memory");
			return;
		}
	}
	set_link(labd, &target, cut, for_ms);
	if (flap && wait) {
		flap->req = req;
		ctl_request_on_gone(req, flap_gone, flap);
		return;
	}
	ctl_reply(req, link_document(labd, &target, port), NULL, 0);
}

void link_node_removed(struct labd *labd, const struct node *node)
{
	unsigned nic;

	for (nic = 0; nic < LAB_MAX_NICS; nic++)
		fabric_set_link(labd->fabric, fabric_port(node->number, nic),
				true);
}

void link_cancel_all(struct labd *labd, const char *why)
{
	list_for_each_safe (link, &labd->flaps)
		flap_cancel(container_of(link, struct flap, link), why);
}
