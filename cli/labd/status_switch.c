// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * status_switch.c - weft.ports/1, weft.networks/1 and weft.forwards/1: what
 * weft-switch counts
 *
 * labd sees no frame, so the counters are weft-switch's: one question per port
 * or network, and the document is sent when the last one is answered.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exit_code.h"
#include "cli/lab/lab_forward.h"
#include "cli/labd/fabric_names.h"
#include "cli/labd/gathering.h"
#include "cli/labd/link.h"
#include "cli/labd/status.h"
#include "cli/labd/uplink_settings.h"

void status_add_counters(json_t *entry, const struct port_counters *c)
{
	json_t *drops = json_object();
	unsigned i;

	for (i = DROP_NONE + 1; i < DROP_COUNT; i++) {
		if (c->drops[i])
			json_object_set_new(
				drops, drop_reason_name(i),
				json_integer((json_int_t)c->drops[i]));
	}
	json_object_update_new(
		entry, json_pack("{s:I, s:I, s:I, s:I, s:o}", "rx_frames",
				 (json_int_t)c->rx_frames, "rx_bytes",
				 (json_int_t)c->rx_bytes, "tx_frames",
				 (json_int_t)c->tx_frames, "tx_bytes",
				 (json_int_t)c->tx_bytes, "drops", drops));
}

static void add_port_counters(json_t *entry,
			      const struct wire_port_status *status)
{
	json_object_update_new(entry,
			       json_pack("{s:b, s:s, s:s, s:i}", "carrier",
					 status->status.carrier, "detail",
					 status->status.detail, "fault",
					 status->status.fault, "backlog",
					 (int)status->backlog));
	status_add_counters(entry, &status->counters);
}

static void add_member_counters(json_t *entry,
				const struct wire_member_status *status)
{
	json_object_update_new(
		entry, json_pack("{s:b, s:s, s:s, s:i}", "carrier",
				 status->carrier, "detail", "", "fault", "",
				 "backlog", (int)status->status.bond.waiting));
	status_add_counters(entry, &status->counters);
}

/* {"dhcp": {"acks": 3}} of "dhcp/acks" and the like. */
static void add_gateway_counters(json_t *entry,
				 const struct wire_counters *answer)
{
	json_t *services = json_object();
	char service[WIRE_COUNTER_NAME_SIZE];
	uint32_t i;

	for (i = 0; i < answer->count; i++) {
		const struct wire_counter *counter = &answer->counters[i];
		const char *slash = strchrnul(counter->name, '/');
		json_t *object;

		snprintf(service, sizeof(service), "%.*s",
			 (int)(slash - counter->name), counter->name);
		object = json_object_get(services, service);
		if (!object) {
			object = json_object();
			json_object_set_new(services, service, object);
		}
		json_object_set_new(object, *slash ? slash + 1 : "count",
				    json_integer((json_int_t)counter->value));
	}
	json_object_set_new(entry, "services", services);
}

static void add_resolvers(json_t *entry, const struct wire_counters *answer)
{
	static const char *const states[] = {
		[WIRE_RESOLVER_UP] = "up",
		[WIRE_RESOLVER_DEAD] = "dead",
		[WIRE_RESOLVER_LOOP] = "loop",
	};
	json_t *resolvers = json_array();
	char address[IPV4_TEXT_SIZE];
	uint32_t i;

	static_assert(ARRAY_SIZE(states) == WIRE_RESOLVER_STATES,
		      "a word each");
	for (i = 0; i < answer->resolver_count; i++) {
		const struct wire_resolver *r = &answer->resolvers[i];

		json_array_append_new(
			resolvers,
			json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "address",
				  ipv4_format(r->address, address), "state",
				  states[r->state % WIRE_RESOLVER_STATES],
				  "sent", (json_int_t)r->sent, "replied",
				  (json_int_t)r->replied, "timeouts",
				  (json_int_t)r->timeouts, "took_us",
				  (json_int_t)r->took_us));
	}
	if (answer->resolver_count)
		json_object_set(entry, "resolvers", resolvers);
	json_decref(resolvers);
}

static void add_services(json_t *entry, const struct wire_counters *answer)
{
	add_gateway_counters(entry, answer);
	add_resolvers(entry, answer);
}

static void add_network_counters(json_t *entry,
				 const struct wire_network_status *status)
{
	json_object_set_new(entry, "fdb",
			    json_pack("{s:i, s:I, s:I, s:I, s:I}", "addresses",
				      (int)status->addresses, "learned",
				      (json_int_t)status->learned, "moved",
				      (json_int_t)status->moved, "aged",
				      (json_int_t)status->aged, "evicted",
				      (json_int_t)status->evicted));
}

static void add_forward_counters(json_t *entry,
				 const struct wire_forward_status *status)
{
	json_object_update_new(entry,
			       json_pack("{s:i, s:I, s:I, s:I}", "connections",
					 (int)status->connections, "accepted",
					 (json_int_t)status->accepted,
					 "refused", (json_int_t)status->refused,
					 "errors", (json_int_t)status->errors));
}

static void question_answered(void *arg, const union wire_message *answer)
{
	struct question *question = arg;

	if (answer && answer->header.type == WIRE_PORT_STATUS)
		add_port_counters(question->entry, &answer->port_status);
	if (answer && answer->header.type == WIRE_MEMBER_STATUS)
		add_member_counters(question->entry, &answer->member_status);
	if (answer && answer->header.type == WIRE_NETWORK_STATUS)
		add_network_counters(question->entry, &answer->network_status);
	if (answer && answer->header.type == WIRE_COUNTERS)
		add_services(question->entry, &answer->counters);
	if (answer && answer->header.type == WIRE_FORWARD_STATUS)
		add_forward_counters(question->entry, &answer->forward_status);
	question_close(question);
}

static void ask_port(struct gathering *gathering, struct labd *labd,
		     const struct node *node, unsigned i)
{
	const struct nic_settings *nic = &node->settings->nics[i];
	const struct network_settings *network =
		status_nic_network(labd, node, i);
	char name[PORT_NAME_SIZE + 16], mac[MAC_TEXT_SIZE];
	struct question *question;
	json_t *entry;

	if (!network)
		return;
	snprintf(name, sizeof(name), "%s:%u", node->settings->name, i);
	entry = json_pack("{s:s, s:s, s:s, s:s, s:s}", "port", name, "node",
			  node->settings->name, "network", network->name, "mac",
			  mac_format(&nic->mac, mac), "admin",
			  link_state(labd, node, i));
	question = question_open(gathering,
				 gathering_add(gathering, "ports", entry));
	if (question)
		fabric_query_port(labd->fabric, fabric_port(node->number, i),
				  question_answered, question);
}

/* The port that a network's addresses come from, if it has one. */
static void ask_gateway(struct gathering *gathering, struct labd *labd,
			unsigned place)
{
	const struct network_settings *network = &labd->lab->networks[place];
	char name[LAB_NAME_SIZE + 16], mac[MAC_TEXT_SIZE];
	struct question *question;
	struct mac own;
	json_t *entry;

	if (!fabric_has_service(network))
		return;
	fabric_service_mac(fabric_service_address(labd->lab, place), &own);
	snprintf(name, sizeof(name), "%s/gateway", network->name);
	entry = json_pack("{s:s, s:s, s:s, s:s}", "port", name, "network",
			  network->name, "mac", mac_format(&own, mac), "admin",
			  "up");
	question = question_open(gathering,
				 gathering_add(gathering, "ports", entry));
	if (question)
		fabric_query_gateway(labd->fabric, WIRE_GATEWAY_QUERY,
				     network->number, question_answered,
				     question);
}

static void ask_number(struct gathering *gathering, struct labd *labd,
		       uint32_t number, const char *network)
{
	char name[PORT_NAME_SIZE];
	struct question *question;
	json_t *entry;

	status_uplink_port_name(labd, number, name);
	entry = json_pack("{s:s, s:s, s:s}", "port", name, "network", network,
			  "admin", "up");
	question = question_open(gathering,
				 gathering_add(gathering, "ports", entry));
	if (question)
		fabric_query_port(labd->fabric, number, question_answered,
				  question);
}

/* The host's own, if it is on the network. */
static void ask_leg(struct gathering *gathering, struct labd *labd,
		    const struct network_settings *network)
{
	const struct host_leg *leg =
		host_legs_lookup(&labd->host_legs, network->name);
	char name[PORT_NAME_SIZE], mac[MAC_TEXT_SIZE];
	uint32_t number = wire_host_port(network->number);
	struct question *question;
	json_t *entry;

	if (!leg)
		return;
	status_uplink_port_name(labd, number, name);
	entry = json_pack("{s:s, s:s, s:s, s:s, s:s}", "port", name, "network",
			  network->name, "interface", leg->tap.ifname, "mac",
			  mac_format(&leg->mac, mac), "admin", "up");
	question = question_open(gathering,
				 gathering_add(gathering, "ports", entry));
	if (question)
		fabric_query_port(labd->fabric, number, question_answered,
				  question);
}

/* Its own port; the member, which is in no network; a cable's far end. */
static void ask_member(struct gathering *gathering, struct labd *labd,
		       const struct lab_uplink_settings *uplink, unsigned place)
{
	const struct uplink_member *member = &uplink->members[place];
	struct fabric_member_ref ref;
	struct question *question;
	char name[PORT_NAME_SIZE];
	json_t *entry;

	if (!fabric_place_member(labd->fabric, uplink, place, &ref, name))
		return;
	entry = json_pack(
		"{s:s, s:s, s:s}", "port", name, "uplink", uplink->name,
		"admin",
		status_cut_name(fabric_member_cut(labd->fabric, &ref)));
	question = question_open(gathering,
				 gathering_add(gathering, "ports", entry));
	if (question)
		fabric_ask_member(labd->fabric, WIRE_MEMBER_QUERY, &ref,
				  question_answered, question);
	if (member->is_cable)
		ask_number(gathering, labd,
			   wire_cable_port(ref.uplink, ref.member),
			   uplink_member_name(member));
}

static void ask_uplink(struct gathering *gathering, struct labd *labd,
		       const struct lab_uplink_settings *uplink)
{
	const char *network = status_uplink_network(labd, uplink->name);
	unsigned i;

	if (!network)
		return;
	ask_number(gathering, labd, wire_uplink_port(uplink->number), network);
	for (i = 0; i < uplink->member_count; i++)
		ask_member(gathering, labd, uplink, i);
}

void status_ports(struct labd *labd, struct ctl_request *req)
{
	struct gathering *gathering;
	unsigned i, j;

	gathering = gathering_open(labd, req, "weft.ports/1", "ports");
	if (!gathering)
		return;
	for (i = 0; i < labd->lab->node_count; i++) {
		for (j = 0; j < node_nic_total(&labd->lab->nodes[i]); j++)
			ask_port(gathering, labd, labd_node(labd, i), j);
	}
	for (i = 0; i < labd->lab->network_count; i++)
		ask_gateway(gathering, labd, i);
	for (i = 0; i < labd->lab->network_count; i++)
		ask_leg(gathering, labd, &labd->lab->networks[i]);
	for (i = 0; i < labd->lab->uplink_count; i++)
		ask_uplink(gathering, labd, &labd->lab->uplinks[i]);
	gathering_close(gathering);
}

static void ask_network(struct gathering *gathering, struct labd *labd,
			unsigned place)
{
	const struct network_settings *network = &labd->lab->networks[place];
	struct question *question;
	json_t *entry;

	entry = gathering_add(gathering, "networks",
			      status_network(labd, place));
	question = question_open(gathering, entry);
	if (question)
		fabric_query_network(labd->fabric, network->number,
				     question_answered, question);
	question = fabric_has_service(network) ? question_open(gathering, entry)
					       : NULL;
	if (question)
		fabric_query_gateway(labd->fabric, WIRE_COUNTERS_QUERY,
				     network->number, question_answered,
				     question);
}

void status_networks(struct labd *labd, struct ctl_request *req)
{
	struct gathering *gathering;
	unsigned i;

	gathering = gathering_open(labd, req, "weft.networks/1", "networks");
	if (!gathering)
		return;
	for (i = 0; i < labd->lab->network_count; i++)
		ask_network(gathering, labd, i);
	gathering_close(gathering);
}

static void ask_forward(struct gathering *gathering, struct labd *labd,
			const struct host_port *port)
{
	const struct forward_settings *forward = &port->forward;
	const struct network_settings *network =
		lab_numbered_network(labd->lab, port->network);
	struct lab_forward_text text;
	char address[IPV4_TEXT_SIZE];
	struct question *question;
	json_t *entry;

	lab_forward_format(forward, &text);
	ipv4_format(port->address, address);
	entry = json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s?, s:i, s:b}",
			  "network", network ? network->name : "", "host",
			  text.host, "to", text.to, "protocol",
			  forward->udp ? "udp" : "tcp", "node",
			  forward->node[0] ? forward->node : NULL, "address",
			  port->address ? address : NULL, "port",
			  (int)forward->port, "live", port->is_live);
	entry = gathering_add(gathering, "forwards", entry);
	if (network && network_is_kernel_nat(network)) {
		json_object_set_new(entry, "engine", json_string("kernel"));
		json_object_set_new(
			entry, "accepted",
			json_integer(status_kernel_forward(labd, forward)));
		return;
	}
	json_object_set_new(entry, "engine", json_string("user"));
	question = question_open(gathering, entry);
	if (question)
		fabric_query_forward(labd->fabric, port, question_answered,
				     question);
}

void status_forwards(struct labd *labd, struct ctl_request *req)
{
	struct gathering *gathering;
	unsigned i;

	gathering = gathering_open(labd, req, "weft.forwards/1", "forwards");
	if (!gathering)
		return;
	for (i = 0; i < HOST_PORTS_MAX; i++) {
		if (labd->host_ports.ports[i].is_wanted)
			ask_forward(gathering, labd,
				    &labd->host_ports.ports[i]);
	}
	gathering_close(gathering);
}
