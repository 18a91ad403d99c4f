// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_json_forward.c - the forwards of a network as canonical JSON
 */
#include "cli/lab/lab_json.h"

static json_t *forward_to_json(const struct forward_settings *forward)
{
	const char *protocol = forward->udp ? "udp" : "tcp";
	char host[IPV4_TEXT_SIZE], address[IPV4_TEXT_SIZE];

	ipv4_format(forward->host, host);
	ipv4_format(forward->address, address);
	return json_pack(
		"{s:o, s:o}", "host",
		json_sprintf("%s:%u", host, forward->host_port), "to",
		json_sprintf("%s:%u/%s",
			     forward->node[0] ? forward->node : address,
			     forward->port, protocol));
}

json_t *lab_forwards_to_json(const struct network_settings *network)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < network->forward_count; i++) {
		if (!json_array_append_new(
			    list, forward_to_json(&network->forwards[i])))
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}
