// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fabric_names.c - addresses that follow from the lab: services and names
 */
#include "cli/labd/fabric_names.h"

#include <string.h>
#include <time.h>

#include "core/bytes.h"

static bool address_is_taken(const struct lab *lab, unsigned network,
			     uint32_t address)
{
	const struct network_settings *n = &lab->networks[network];
	unsigned i, j;

	if (n->dhcp && address >= n->dhcp_first && address <= n->dhcp_last)
		return true;
	for (i = 0; i < lab->node_count; i++) {
		for (j = 0; j < lab->nodes[i].nic_count; j++) {
			const struct nic_settings *nic = &lab->nodes[i].nics[j];

			if (nic->network == network &&
			    (nic->address.addr == address ||
			     nic->reserve == address ||
			     nic->gateway == address))
				return true;
		}
	}
	return false;
}

uint32_t fabric_service_address(const struct lab *lab, unsigned network)
{
	const struct network_settings *n = &lab->networks[network];
	uint32_t address;

	if (n->mode == NETWORK_NAT)
		return network_gateway(n);
	for (address = (n->ipv4.addr | ~ipv4_mask(n->ipv4.len)) - 1;
	     address > n->ipv4.addr; address--) {
		if (!address_is_taken(lab, network, address))
			break;
	}
	return address;
}

void fabric_service_mac(uint32_t address, struct mac *mac)
{
	mac->b[0] = 0x02;
	mac->b[1] = 0x57;
	be32_store(mac->b + 2, address);
}

uint32_t fabric_nic_address(const struct lab *lab,
			    const struct lease_store *leases,
			    const struct nic_settings *nic)
{
	const char *network = lab->networks[nic->network].name;
	time_t now_s = time(NULL);
	unsigned i;

	if (nic->ipv4 == NIC_IPV4_STATIC)
		return nic->address.addr;
	if (nic->ipv4 == NIC_IPV4_NONE)
		return 0;
	if (nic->reserve)
		return nic->reserve;
	for (i = 0; i < lease_store_count(leases); i++) {
		const struct lease_entry *entry = lease_store_get(leases, i);

		if (entry->expires_s > now_s &&
		    mac_is_equal(&entry->mac, &nic->mac) &&
		    strcmp(entry->network, network) == 0)
			return entry->address;
	}
	return 0;
}

void fabric_names(const struct lab *lab, const struct lease_store *leases,
		  unsigned network,
		  void (*found)(void *ctx, unsigned network, const char *name,
				uint32_t address),
		  void *ctx)
{
	unsigned i, j;

	found(ctx, network, "gateway", fabric_service_address(lab, network));
	for (i = 0; i < lab->node_count; i++) {
		const struct node_settings *node = &lab->nodes[i];

		for (j = 0; j < node->nic_count; j++) {
			uint32_t address;

			if (node->nics[j].network != network)
				continue;
			address =
				fabric_nic_address(lab, leases, &node->nics[j]);
			if (address)
				found(ctx, network, node->name, address);
		}
	}
}
