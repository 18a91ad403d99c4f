// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * capture_target.c - what a capture can look at, by the name that people use
 */
#include "cli/lab/capture_target.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lab/suggest.h"
#include "core/util.h"

/* "web1" of "web1:0"; the rest of the name, or NULL when it is too long. */
static const char *split(const char *name, char end, char *head)
{
	const char *at = strchr(name, end);

	if (!at || at - name >= LAB_NAME_SIZE)
		return NULL;
	memcpy(head, name, (size_t)(at - name));
	head[at - name] = '\0';
	return at + 1;
}

static bool parse_nic(const char *text, unsigned *nic)
{
	unsigned long value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	value = strtoul(text, &end, 10);
	*nic = (unsigned)MIN(value, (unsigned long)UINT_MAX);
	return !*end;
}

static int find_port(const struct lab *lab, const char *node_name,
		     const char *index, struct capture_target *target,
		     struct err *err)
{
	const struct node_settings *node = lab_lookup_node(lab, node_name);

	if (!node)
		return err_set(err, -ENOENT, "no node is called '%s'",
			       node_name);
	if (parse_nic(index, &target->nic) &&
	    target->nic < node_nic_total(node)) {
		target->kind = CAPTURE_TARGET_PORT;
		target->place = (unsigned)(node - lab->nodes);
		return 0;
	}
	if (!node->nic_count)
		return err_set(err, -ENOENT, "node '%s' has no port",
			       node_name);
	return err_set(err, -ENOENT,
		       "node '%s' has no port '%.20s': its last is %s:%u",
		       node_name, index, node_name, node->nic_count - 1);
}

static int find_network(const struct lab *lab, const char *name,
			enum capture_target_kind kind,
			struct capture_target *target)
{
	const struct network_settings *network = lab_lookup_network(lab, name);

	if (!network ||
	    (kind == CAPTURE_TARGET_GATEWAY && network->mode != NETWORK_NAT &&
	     !network->dhcp) ||
	    (kind == CAPTURE_TARGET_HOST && !network->host))
		return -ENOENT;
	target->kind = kind;
	target->place = (unsigned)(network - lab->networks);
	return 0;
}

static int find_uplink(const struct lab *lab, const char *name,
		       struct capture_target *target)
{
	const struct lab_uplink_settings *uplink = lab_lookup_uplink(lab, name);

	if (!uplink)
		return -ENOENT;
	target->kind = CAPTURE_TARGET_UPLINK;
	target->place = (unsigned)(uplink - lab->uplinks);
	return 0;
}

static int find_member(const struct lab *lab, const char *uplink,
		       const char *name, struct capture_target *target)
{
	const struct lab_uplink_settings *found;
	unsigned i;

	if (find_uplink(lab, uplink, target))
		return -ENOENT;
	found = &lab->uplinks[target->place];
	target->kind = CAPTURE_TARGET_MEMBER;
	for (i = 0; i < found->member_count; i++) {
		target->member = i;
		if (strcmp(uplink_member_name(&found->members[i]), name) == 0)
			return 0;
	}
	return -ENOENT;
}

static int not_found(const struct lab *lab, const char *name, struct err *err)
{
	char text[SUGGEST_TEXT_SIZE], port[LAB_NAME_SIZE + 16];
	struct suggest suggest;
	unsigned i;

	suggest_init(&suggest, name);
	for (i = 0; i < lab->network_count; i++)
		suggest_offer(&suggest, lab->networks[i].name,
			      lab->networks[i].name);
	for (i = 0; i < lab->uplink_count; i++)
		suggest_offer(&suggest, lab->uplinks[i].name,
			      lab->uplinks[i].name);
	for (i = 0; i < lab->node_count && !suggest.best; i++) {
		if (!lab->nodes[i].nic_count ||
		    strcmp(name, lab->nodes[i].name) != 0)
			continue;
		snprintf(port, sizeof(port), "%s:0", lab->nodes[i].name);
		suggest_offer(&suggest, name, port);
	}
	return err_set(err, -ENOENT,
		       "no port, network or uplink is called '%.60s'%s; a port "
		       "is NODE:INDEX, a network's own is NETWORK/gateway, "
		       "the host's in it NETWORK/host, a member of an uplink "
		       "UPLINK/MEMBER",
		       name, suggest_format(&suggest, text));
}

int capture_target_find(const struct lab *lab, const char *name,
			struct capture_target *target, struct err *err)
{
	char head[LAB_NAME_SIZE];
	const char *rest;

	*target = (struct capture_target){0};
	rest = split(name, ':', head);
	if (rest)
		return find_port(lab, head, rest, target, err);
	rest = split(name, '/', head);
	if (rest && strcmp(rest, "gateway") == 0 &&
	    !find_network(lab, head, CAPTURE_TARGET_GATEWAY, target))
		return 0;
	if (rest && strcmp(rest, "host") == 0 &&
	    !find_network(lab, head, CAPTURE_TARGET_HOST, target))
		return 0;
	if (rest && !find_member(lab, head, rest, target))
		return 0;
	if (!find_network(lab, name, CAPTURE_TARGET_NETWORK, target) ||
	    !find_uplink(lab, name, target))
		return 0;
	return not_found(lab, name, err);
}
