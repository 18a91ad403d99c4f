// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab_json_forward.c - the forwards of a network as canonical JSON
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "cli/lab/lab_forward.h"
#include "cli/lab/lab_json.h"

const char *lab_forward_host_text(const struct forward_settings *forward,
				  char text[LAB_FORWARD_HOST_SIZE])
{
	if (!forward->is_v6)
		return ipv4_format(forward->host, text);
	static_assert(LAB_FORWARD_HOST_SIZE >= INET6_ADDRSTRLEN, "it fits");
	return inet_ntop(AF_INET6, forward->host6, text, LAB_FORWARD_HOST_SIZE);
}

void lab_forward_format(const struct forward_settings *forward,
			struct lab_forward_text *text)
{
	char host[LAB_FORWARD_HOST_SIZE], address[IPV4_TEXT_SIZE];
	char host_end[16] = "", end[16] = "";

	if (forward->count > 1) {
		snprintf(host_end, sizeof(host_end), "-%u",
			 forward->host_port + forward->count - 1u);
		snprintf(end, sizeof(end), "-%u",
			 forward->port + forward->count - 1u);
	}
	lab_forward_host_text(forward, host);
	snprintf(text->host, sizeof(text->host),
		 forward->is_v6 ? "[%s]:%u%s" : "%s:%u%s", host,
		 forward->host_port, host_end);
	snprintf(text->to, sizeof(text->to), "%s:%u%s/%s",
		 forward->node[0] ? forward->node
				  : ipv4_format(forward->address, address),
		 forward->port, end, forward->udp ? "udp" : "tcp");
}

static json_t *forward_to_json(const struct forward_settings *forward)
{
	struct lab_forward_text text;

	lab_forward_format(forward, &text);
	return json_pack("{s:s, s:s}", "host", text.host, "to", text.to);
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
