// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check_target.c - at which address a check tries a node
 *
 * On a network that both nodes are on, if there is one: from there the answer
 * comes without a router between. Else the node's first address. Addresses are
 * what the nodes report (weft.status/1), as DHCP may have given them.
 */
#include "cli/cmd/check_run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/lab/check_host.h"

/* First address of a port as weft.status/1 has it; NULL: none is known. */
static const char *port_address(const json_t *status, const char *node,
				unsigned index)
{
	json_t *nodes = json_object_get(status, "nodes"), *entry, *nics;
	json_t *ipv4;
	size_t i;

	json_array_foreach(nodes, i, entry)
	{
		const char *name =
			json_string_value(json_object_get(entry, "name"));

		if (!name || strcmp(name, node) != 0)
			continue;
		nics = json_object_get(entry, "nics");
		ipv4 = json_object_get(json_array_get(nics, index), "ipv4");
		return json_string_value(json_array_get(ipv4, 0));
	}
	return NULL;
}

static bool is_on(const struct node_settings *node, unsigned network)
{
	for (unsigned i = 0; i < node->nic_count; i++) {
		if (node->nics[i].network == network)
			return true;
	}
	return false;
}

static const char *node_address(const struct check *check, const json_t *status,
				const struct node_settings *node)
{
	const struct node_settings *from =
		&check->lab->nodes[check->settings->from];
	const char *first = NULL;

	for (unsigned i = 0; i < node->nic_count; i++) {
		const char *at = port_address(status, node->name, i);

		if (at && is_on(from, node->nics[i].network))
			return at;
		if (!first)
			first = at;
	}
	return first;
}

/* @name's address into @text of LAB_DOMAIN_SIZE; or the check has ended. */
static int resolve(struct check *check, const json_t *status,
		   const struct check_host *host, char *text)
{
	const struct node_settings *node =
		lab_lookup_node(check->lab, host->name);
	const char *at = NULL;

	if (node && host->nic != CHECK_NO_NIC)
		at = port_address(status, node->name, (unsigned)host->nic);
	else if (node)
		at = node_address(check, status, node);
	if (at) {
		snprintf(text, LAB_DOMAIN_SIZE, "%s", at);
		return 0;
	}
	check_end(check, CHECK_ERROR, "no address of %s is known", host->name);
	return -ENOENT;
}

int check_resolve(struct check *check, const json_t *status, char *address,
		  char *is)
{
	const struct check_settings *settings = check->settings;
	struct check_host host;
	uint32_t addr;
	int error = 0;

	address[0] = is[0] = '\0';
	check_host_parse(settings->kind, settings->target, &host);
	if (host.is_node)
		error = resolve(check, status, &host, address);
	if (error || !settings->is[0])
		return error;
	snprintf(is, LAB_DOMAIN_SIZE, "%s", settings->is);
	if (!ipv4_parse(is, &addr))
		return 0;
	host.nic = CHECK_NO_NIC;
	snprintf(host.name, sizeof(host.name), "%s", settings->is);
	return resolve(check, status, &host, is);
}
