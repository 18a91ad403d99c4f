/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status.h - the lab's state as JSON documents
 */
#ifndef CLI_LABD_STATUS_H
#define CLI_LABD_STATUS_H

#include "cli/labd/labd.h"

/** status_document() - weft.status/1; a new reference */
json_t *status_document(struct labd *labd);

/** status_lab_state() - "ready", "starting" or "failed"; there is a lab */
const char *status_lab_state(const struct labd *labd);

/** status_node_of_mac() - name of the node that has a NIC, or NULL */
const char *status_node_of_mac(const struct labd *labd, const struct mac *mac);

/** status_leases() - weft.leases/1; a new reference */
json_t *status_leases(struct labd *labd);

/**
 * status_ports() - answer @req with weft.ports/1
 *
 * Asks weft-switch for every port's counters; the answer comes later.
 */
void status_ports(struct labd *labd, struct ctl_request *req);

/** status_network() - one network's entry; a new reference */
json_t *status_network(const struct labd *labd, unsigned network);

/** status_kernel() - "kernel" of a network's entry, if that is its engine */
void status_kernel(const struct labd *labd,
		   const struct network_settings *network, json_t *json);

/** status_kernel_forward() - connections that a rule led to a node */
json_int_t status_kernel_forward(const struct labd *labd,
				 const struct forward_settings *forward);

/** status_leg() - the host's in a network; a new reference */
json_t *status_leg(const struct host_leg *leg);

/** status_networks() - answer @req with weft.networks/1, likewise */
void status_networks(struct labd *labd, struct ctl_request *req);

/** status_forwards() - answer @req with weft.forwards/1, likewise */
void status_forwards(struct labd *labd, struct ctl_request *req);

/**
 * status_page() - answer @req with a page of weft.fdb/1 or weft.flows/1
 * @type:	WIRE_FDB_QUERY or WIRE_FLOW_QUERY
 * @network:	place of the network in the lab
 * @cursor:	0, or of the page before
 */
void status_page(struct labd *labd, struct ctl_request *req,
		 enum wire_type type, unsigned network, uint32_t cursor);

/** status_uplinks() - answer @req with weft.uplinks/1, likewise */
void status_uplinks(struct labd *labd, struct ctl_request *req);

/** status_lacp() - of an uplink; null without; a new reference */
json_t *status_lacp(const struct uplink_status *status);

/** status_lacp_member() - of a member, likewise */
json_t *status_lacp_member(const struct uplink_member_status *status);

/** status_change() - one member's change; a new reference */
json_t *status_change(const struct uplink_change *change);

/** status_add_counters() - frames, bytes and drops of a port */
void status_add_counters(json_t *entry, const struct port_counters *counters);

/** status_cut_name() - "up", "down" or "silent" */
const char *status_cut_name(enum bond_cut cut);

/** status_uplink_network() - name of the network that goes out by it, or NULL
 */
const char *status_uplink_network(const struct labd *labd, const char *uplink);

/**
 * status_uplink_port_name() - of a port that is no node's
 * @number:	from WIRE_NODE_PORTS on
 * @name:	"bond0", "bond0/upstream1~", "office/host"
 */
void status_uplink_port_name(const struct labd *labd, uint32_t number,
			     char name[PORT_NAME_SIZE]);

/** status_lines() - text as an array of its lines; a new reference */
json_t *status_lines(const char *text);

/** status_nic_network() - what a NIC is plugged into; NULL: a spare one, into
 * nothing */
const struct network_settings *status_nic_network(const struct labd *labd,
						  const struct node *node,
						  unsigned nic);

#endif
