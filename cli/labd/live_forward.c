// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * live_forward.c - forwards that were added while the lab runs
 */
#include "cli/labd/live_forward.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/lab/lab_forward.h"

static bool clashes(const struct lab *lab,
		    const struct forward_settings *forward)
{
	unsigned i, k;

	for (i = 0; i < lab->network_count; i++) {
		const struct network_settings *network = &lab->networks[i];

		for (k = 0; k < network->forward_count; k++) {
			if (lab_forwards_clash(forward, &network->forwards[k]))
				return true;
		}
	}
	return false;
}

/* The NIC of @node on that network may be another one now. */
static const char *find_nic(const struct node_settings *node, unsigned network,
			    struct forward_settings *settings)
{
	unsigned i;

	for (i = 0; i < node->nic_count; i++) {
		if (node->nics[i].network != network)
			continue;
		settings->nic = (uint8_t)i;
		return node->nics[i].ipv4 == NIC_IPV4_NONE
			       ? "its node has no address there"
			       : NULL;
	}
	return "its node is not on that network";
}

const char *live_forward_why_not(const struct lab *lab,
				 const struct live_forward *live,
				 struct forward_settings *settings)
{
	const struct network_settings *network =
		lab_lookup_network(lab, live->network);
	const struct node_settings *node;

	*settings = live->forward;
	if (!network || network->mode != NETWORK_NAT)
		return "its network is gone";
	if (settings->is_v6 && network->engine == NAT_ENGINE_KERNEL)
		return "engine kernel has forwards of IPv4 alone";
	if (clashes(lab, settings))
		return "the lab file has that port";
	if (!settings->node[0])
		return NULL;
	node = lab_lookup_node(lab, settings->node);
	if (!node)
		return "its node is gone";
	return find_nic(node, (unsigned)(network - lab->networks), settings);
}

int live_forward_add(struct host_ports *table, const char *network,
		     const struct forward_settings *forward, struct err *err)
{
	struct live_forward *live;

	if (table->live_count == LIVE_FORWARDS_MAX)
		return err_set(err, -ENOSPC,
			       "more than %d forwards added live: put some "
			       "into the lab file",
			       LIVE_FORWARDS_MAX);
	host_ports_forget(table);
	/* where the kernel leads, its rule comes before a socket that listens
	 */
	if (host_ports_open_forward(table, forward, NAT_ENGINE_USER, err)) {
		host_ports_forget(table);
		return err->code;
	}
	live = &table->live[table->live_count++];
	memset(live, 0, sizeof(*live));
	snprintf(live->network, sizeof(live->network), "%s", network);
	live->forward = *forward;
	return 0;
}

static void remove_at(struct host_ports *table, unsigned i)
{
	table->live_count--;
	memmove(&table->live[i], &table->live[i + 1],
		(table->live_count - i) * sizeof(table->live[0]));
}

/* At the same address, else at one that has the same ports. */
static struct live_forward *find(struct host_ports *table,
				 const struct forward_settings *host)
{
	struct live_forward *similar = NULL;
	unsigned i;

	for (i = 0; i < table->live_count; i++) {
		struct live_forward *live = &table->live[i];

		if (live->forward.host_port != host->host_port ||
		    live->forward.count != host->count ||
		    !lab_forwards_clash(&live->forward, host))
			continue;
		if (lab_forward_same_host(&live->forward, host))
			return live;
		similar = live;
	}
	return similar;
}

int live_forward_remove(struct host_ports *table,
			const struct forward_settings *host,
			struct live_forward *removed)
{
	struct live_forward *live = find(table, host);

	if (!live)
		return -ENOENT;
	*removed = *live;
	remove_at(table, (unsigned)(live - table->live));
	return 0;
}

void live_forwards_settle(struct host_ports *table, const struct lab *lab)
{
	struct forward_settings settings;
	unsigned i = 0;

	while (i < table->live_count) {
		struct live_forward *live = &table->live[i];

		if (live_forward_why_not(lab, live, &settings)) {
			remove_at(table, i);
			continue;
		}
		live->forward = settings;
		i++;
	}
}
