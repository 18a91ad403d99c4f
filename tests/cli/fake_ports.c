// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fake_ports.c - what fake_labd says of ports that are changed
 */
#include "tests/cli/fake_ports.h"

#include <string.h>

#include "cli/exit_code.h"

void link_set(struct ctl_request *req, json_t *params)
{
	const char *port = json_string_value(json_object_get(params, "port"));
	bool up = json_is_true(json_object_get(params, "up"));
	bool waits = json_is_true(json_object_get(params, "wait"));
	bool silent = json_is_true(json_object_get(params, "silent"));

	if (!port || (strcmp(port, "web1:0") && strcmp(port, "ext:0") &&
		      strcmp(port, "bond0/eth1")))
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH, "lab has no port '%s'",
			 port ? port : "");
	else
		ctl_reply(req,
			  json_pack("{s:s, s:s, s:s, s:O*}", "schema",
				    "weft.link/1", "port", port, "admin",
				    up || waits ? "up"
				    : silent    ? "silent"
						: "down",
				    "for_ms",
				    json_object_get(params, "for_ms")),
			  NULL, 0);
}

static void answer_attached(struct ctl_request *req, const char *node,
			    json_t *network)
{
	ctl_reply(req,
		  json_pack("{s:s, s:s, s:s, s:O*, s:b}", "schema",
			    "weft.attached/1", "port",
			    strcmp(node, "web2") ? "web1:1" : "web2:1", "node",
			    node, "network", network, "carrier",
			    strcmp(node, "web2") != 0),
		  NULL, 0);
}

void node_attach(struct ctl_request *req, json_t *params)
{
	const char *node = json_string_value(json_object_get(params, "node"));
	json_t *network = json_object_get(params, "network");

	if (node && strncmp(node, "web", 3) == 0)
		answer_attached(req, node, network);
	else if (node && strcmp(node, "db1") == 0)
		ctl_fail(req, CTL_FAILED, EXIT_FAILED,
			 "node db1 has no spare NIC left");
	else
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH, "there is no node '%s'",
			 node ? node : "");
}

void port_detach(struct ctl_request *req, json_t *params)
{
	const char *port = json_string_value(json_object_get(params, "port"));

	if (port && (strcmp(port, "web1:1") == 0 || strcmp(port, "ext:0") == 0))
		answer_attached(req, "web1", NULL);
	else
		ctl_fail(req, CTL_FAILED, EXIT_NO_SUCH, "no port '%s'",
			 port ? port : "");
}

void forward_change(struct ctl_request *req, json_t *params)
{
	const char *host = json_string_value(json_object_get(params, "host"));
	const char *to = json_string_value(json_object_get(params, "to"));

	if (host && strcmp(host, "80") == 0)
		ctl_fail(req, CTL_FAILED, EXIT_PERMISSION,
			 "port 80/tcp of 127.0.0.1 needs privilege");
	else
		ctl_reply(req,
			  json_pack("{s:s, s:s, s:s, s:s}", "schema",
				    "weft.forward/1", "network", "wan", "host",
				    host ? host : "", "to",
				    to ? to : "web1:80/tcp"),
			  NULL, 0);
}
