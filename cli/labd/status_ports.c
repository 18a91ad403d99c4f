// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * status_ports.c - weft.ports/1: what passed through every port
 *
 * labd sees no frame, so the counters are weft-switch's: one question per port,
 * and the document is sent when the last one is answered.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exit_code.h"
#include "cli/labd/status.h"

/**
 * struct ports_query - one document in the making
 * @labd:	whose ports
 * @req:	gets it
 * @ports:	the document's array
 * @open:	questions without answer
 */
struct ports_query {
	struct labd *labd;
	struct ctl_request *req;
	json_t *ports;
	unsigned open;
};

/**
 * struct port_query - one question
 * @query:	it belongs to
 * @json:	the port's entry; @query->ports owns it
 */
struct port_query {
	struct ports_query *query;
	json_t *json;
};

static void add_counters(json_t *json, const struct wire_port_status *status)
{
	const struct port_counters *c = &status->counters;
	json_t *drops = json_object();
	unsigned i;

	for (i = DROP_NONE + 1; i < DROP_COUNT; i++) {
		if (c->drops[i])
			json_object_set_new(
				drops, drop_reason_name(i),
				json_integer((json_int_t)c->drops[i]));
	}
	json_object_update_new(
		json,
		json_pack("{s:b, s:s, s:s, s:I, s:I, s:I, s:I, s:i, s:o}",
			  "carrier", status->status.carrier, "detail",
			  status->status.detail, "fault", status->status.fault,
			  "rx_frames", (json_int_t)c->rx_frames, "rx_bytes",
			  (json_int_t)c->rx_bytes, "tx_frames",
			  (json_int_t)c->tx_frames, "tx_bytes",
			  (json_int_t)c->tx_bytes, "backlog",
			  (int)status->backlog, "drops", drops));
}

static void query_close(struct ports_query *query)
{
	if (--query->open)
		return;
	ctl_reply(query->req,
		  json_pack("{s:s, s:s, s:o}", "schema", "weft.ports/1", "lab",
			    query->labd->name, "ports", query->ports),
		  NULL, 0);
	free(query);
}

static void port_answered(void *arg, const union wire_message *answer)
{
	struct port_query *port = arg;

	if (answer && answer->header.type == WIRE_PORT_STATUS)
		add_counters(port->json, &answer->port_status);
	query_close(port->query);
	free(port);
}

static void ask_port(struct ports_query *query, const struct node *node,
		     unsigned nic)
{
	struct port_query *port = calloc(1, sizeof(*port));
	const struct nic_settings *settings = &node->settings->nics[nic];
	const struct lab *lab = query->labd->lab;
	char name[PORT_NAME_SIZE + 16], mac[MAC_TEXT_SIZE];

	if (!port)
		return;
	snprintf(name, sizeof(name), "%s:%u", node->settings->name, nic);
	port->query = query;
	port->json = json_pack("{s:s, s:s, s:s, s:s}", "port", name, "node",
			       node->settings->name, "network",
			       lab->networks[settings->network].name, "mac",
			       mac_format(&settings->mac, mac));
	json_array_append_new(query->ports, port->json);
	query->open++;
	fabric_query(query->labd->fabric, fabric_port(node->number, nic),
		     port_answered, port);
}

void status_ports(struct labd *labd, struct ctl_request *req)
{
	struct ports_query *query = calloc(1, sizeof(*query));
	unsigned i, j;

	if (!query) {
		ctl_fail(req, CTL_FAILED, EXIT_FAILED, "no memory");
		return;
	}
	query->labd = labd;
	query->req = req;
	query->ports = json_array();
	query->open = 1; /* ours, so that no early answer closes it */
	for (i = 0; i < labd->lab->node_count; i++) {
		for (j = 0; j < labd->lab->nodes[i].nic_count; j++)
			ask_port(query, &labd->nodes[i], j);
	}
	query_close(query);
}
