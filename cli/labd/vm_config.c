// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm_config.c - what a guest's agent is told, and says, in the lab's words
 */
#include "cli/labd/vm_config.h"

#include <stdio.h>
#include <string.h>

#include "core/bytes.h"

static bool shares_network(const struct node_settings *a, uint16_t network)
{
	unsigned i;

	for (i = 0; i < a->nic_count; i++) {
		if (a->nics[i].network == network)
			return true;
	}
	return false;
}

/* Names of the neighbours with fixed addresses, for networks without DNS. */
static void hosts_fill(const struct node *node, char *hosts)
{
	const struct lab *lab = node->host->lab;
	char quad[IPV4_TEXT_SIZE];
	size_t len;
	unsigned i, j;

	len = (size_t)snprintf(hosts, VM_HOSTS_SIZE, "127.0.0.1 localhost\n");
	for (i = 0; i < lab->node_count; i++) {
		const struct node_settings *other = &lab->nodes[i];

		for (j = 0; j < other->nic_count; j++) {
			const struct nic_settings *nic = &other->nics[j];

			if (nic->ipv4 != NIC_IPV4_STATIC ||
			    !shares_network(node->settings, nic->network) ||
			    len + LAB_NAME_SIZE + 32 > VM_HOSTS_SIZE)
				continue;
			len += (size_t)snprintf(
				hosts + len, VM_HOSTS_SIZE - len, "%s %s\n",
				ipv4_format(nic->address.addr, quad),
				other->name);
		}
	}
}

static void nic_fill(const struct nic_settings *nic,
		     struct agent_nic_config *config)
{
	static const enum agent_ipv4 modes[] = {
		[NIC_IPV4_NONE] = AGENT_IPV4_NONE,
		[NIC_IPV4_DHCP] = AGENT_IPV4_DHCP,
		[NIC_IPV4_STATIC] = AGENT_IPV4_STATIC,
	};
	static_assert(ARRAY_SIZE(modes) == NIC_IPV4_COUNT, "a mode is missing");

	config->mac = nic->mac;
	config->ipv4 = modes[nic->ipv4];
	config->address = nic->address;
	config->gateway = nic->gateway;
}

void vm_config_fill(const struct node *node, struct agent_config *config,
		    char *hosts)
{
	const struct node_settings *s = node->settings;
	unsigned i;

	memset(config, 0, sizeof(*config));
	config->id = VM_CONFIG_ID;
	config->router = s->router;
	snprintf(config->hostname, sizeof(config->hostname), "%s", s->name);
	for (i = 0; i < s->nic_count; i++) {
		const struct network_settings *network;

		network = &node->host->lab->networks[s->nics[i].network];
		nic_fill(&s->nics[i], &config->nics[i]);
		if (!config->search[0])
			snprintf(config->search, sizeof(config->search), "%s",
				 network->domain);
		/* A static NIC beside a gateway knows its DNS server, too. */
		if (network->mode == NETWORK_NAT &&
		    config->dns_count < AGENT_DNS_MAX)
			config->dns[config->dns_count++] =
				network_gateway(network);
	}
	config->nic_count = node_nic_total(s);
	for (; i < config->nic_count; i++) {
		config->nics[i].mac = s->nics[i].mac;
		config->nics[i].ipv4 = AGENT_IPV4_SPARE;
	}
	hosts_fill(node, hosts);
	config->hosts = hosts;
}

uint32_t vm_config_first_ipv4(const struct agent_nic_status *nic)
{
	unsigned i;

	for (i = 0; i < nic->addr_count; i++) {
		if (!nic->addrs[i].is_ipv6)
			return be32_load(nic->addrs[i].addr);
	}
	return 0;
}
