// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * status_pages.c - weft.fdb/1 and weft.flows/1: large tables, page by page
 *
 * A page of weft-switch becomes a page of the client's: nobody holds a whole
 * table, and no worker is held up for longer than one page takes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/exit_code.h"
#include "cli/labd/status.h"

/**
 * struct page_question - one page asked for
 * @labd:	whose
 * @req:	gets it
 * @network:	name; the lab may be another one when the answer comes
 */
struct page_question {
	struct labd *labd;
	struct ctl_request *req;
	char network[LAB_NAME_SIZE];
};

/* "web1:0" or "wan/gateway"; of a port that has just gone, its number. */
static void name_port(const struct page_question *question, uint32_t port,
		      char name[LAB_NAME_SIZE + 16])
{
	const struct node_settings *node = NULL;
	const size_t size = LAB_NAME_SIZE + 16;

	if (port == WIRE_PORT_SERVICE) {
		snprintf(name, size, "%s/gateway", question->network);
		return;
	}
	if (question->labd->lab && port >= WIRE_NODE_PORTS) {
		status_uplink_port_name(question->labd, port, name);
		return;
	}
	if (question->labd->lab)
		node = lab_numbered_node(question->labd->lab,
					 port / LAB_MAX_NICS);
	if (node)
		snprintf(name, size, "%s:%u", node->name, port % LAB_MAX_NICS);
	else
		snprintf(name, size, "#%u", port);
}

static json_t *entry_json(const struct page_question *question,
			  const struct wire_fdb_entry *entry)
{
	char port[LAB_NAME_SIZE + 16], mac[MAC_TEXT_SIZE];

	name_port(question, entry->port, port);
	return json_pack("{s:s, s:i, s:s, s:I, s:b}", "mac",
			 mac_format(&entry->mac, mac), "vid", (int)entry->vid,
			 "port", port, "age_s", (json_int_t)entry->age_s,
			 "static", entry->is_static);
}

static json_t *fdb_json(const struct page_question *question,
			const union wire_message *answer)
{
	const struct wire_fdb_page *page = &answer->fdb_page;
	json_t *entries = json_array();
	uint32_t i;

	for (i = 0; i < page->count; i++)
		json_array_append_new(entries,
				      entry_json(question, &page->entries[i]));
	return json_pack("{s:s, s:s, s:s, s:o}", "schema", "weft.fdb/1", "lab",
			 question->labd->name, "network", question->network,
			 "entries", entries);
}

static json_t *flow_json(const struct page_question *question,
			 const struct wire_flow *flow)
{
	static const char *const protocols[] = {
		[WIRE_FLOW_TCP] = "tcp",
		[WIRE_FLOW_UDP] = "udp",
		[WIRE_FLOW_ICMP] = "icmp",
	};
	char port[LAB_NAME_SIZE + 16], text[IPV4_TEXT_SIZE];
	json_t *object;

	static_assert(ARRAY_SIZE(protocols) == WIRE_FLOW_PROTOCOLS, "a name");
	if (flow->protocol >= WIRE_FLOW_PROTOCOLS)
		return NULL;
	name_port(question, flow->port, port);
	object =
		json_pack("{s:s, s:s, s:s, s:s, s:i}", "protocol",
			  protocols[flow->protocol], "state", flow->state,
			  "port", port, "guest", ipv4_format(flow->guest, text),
			  "guest_port", (int)flow->guest_port);
	if (flow->remote) {
		json_object_set_new(
			object, "remote",
			json_string(ipv4_format(flow->remote, text)));
		json_object_set_new(object, "remote_port",
				    json_integer(flow->remote_port));
	}
	json_object_set_new(object, "idle_ms",
			    json_integer((json_int_t)flow->idle_ms));
	json_object_set_new(object, "out_bytes",
			    json_integer((json_int_t)flow->out_bytes));
	json_object_set_new(object, "in_bytes",
			    json_integer((json_int_t)flow->in_bytes));
	return object;
}

static json_t *flows_json(const struct page_question *question,
			  const union wire_message *answer)
{
	const struct wire_flow_page *page = &answer->flow_page;
	json_t *flows = json_array();
	uint32_t i;

	for (i = 0; i < page->count; i++)
		json_array_append_new(flows,
				      flow_json(question, &page->flows[i]));
	return json_pack("{s:s, s:s, s:s, s:o}", "schema", "weft.flows/1",
			 "lab", question->labd->name, "network",
			 question->network, "flows", flows);
}

static void page_answered(void *arg, const union wire_message *answer)
{
	struct page_question *question = arg;
	json_t *document = NULL;
	uint32_t cursor = 0;

	if (answer && answer->header.type == WIRE_FDB_PAGE) {
		document = fdb_json(question, answer);
		cursor = answer->fdb_page.cursor;
	}
	if (answer && answer->header.type == WIRE_FLOW_PAGE) {
		document = flows_json(question, answer);
		cursor = answer->flow_page.cursor;
	}
	if (cursor)
		json_object_set_new(document, "cursor",
				    json_integer((json_int_t)cursor));
	if (document)
		ctl_reply(question->req, document, NULL, 0);
	else
		ctl_fail(question->req, CTL_BUSY, EXIT_FAILED,
			 "weft-switch has just been started again; try again");
	free(question);
}

void status_page(struct labd *labd, struct ctl_request *req,
		 enum wire_type type, unsigned network, uint32_t cursor)
{
	const struct network_settings *settings = &labd->lab->networks[network];
	const struct fabric_page page = {settings->number, cursor};
	struct page_question *question = calloc(1, sizeof(*question));

	if (!question) {
		ctl_fail(req, CTL_FAILED, EXIT_FAILED, "no memory");
		return;
	}
	question->labd = labd;
	question->req = req;
	snprintf(question->network, sizeof(question->network), "%s",
		 settings->name);
	fabric_query_page(labd->fabric, type, &page, page_answered, question);
}
