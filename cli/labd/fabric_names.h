/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fabric_names.h - addresses that follow from the lab: services and names
 */
#ifndef CLI_LABD_FABRIC_NAMES_H
#define CLI_LABD_FABRIC_NAMES_H

#include "cli/lab/lab.h"
#include "cli/labd/lease_store.h"

/** fabric_has_service() - is there a gateway or a DHCP port on a network? */
static inline bool fabric_has_service(const struct network_settings *network)
{
	return network->mode == NETWORK_NAT || network->dhcp;
}

/**
 * fabric_service_address() - where a network's gateway or DHCP port lives
 *
 * The gateway of a nat network is its first address. The DHCP port of an
 * internal network takes the last one that nobody else has.
 */
uint32_t fabric_service_address(const struct lab *lab, unsigned network);

/** fabric_service_mac() - a locally administered address made of @address */
void fabric_service_mac(uint32_t address, struct mac *mac);

/**
 * fabric_names() - every name that resolves on a network
 * @found:	called for each node's port on it that has an address: static,
 *		reserved or leased; and for the gateway as "gateway"
 */
void fabric_names(const struct lab *lab, const struct lease_store *leases,
		  unsigned network,
		  void (*found)(void *ctx, unsigned network, const char *name,
				uint32_t address),
		  void *ctx);

/** fabric_nic_address() - address of a NIC as far as labd knows it, or 0 */
uint32_t fabric_nic_address(const struct lab *lab,
			    const struct lease_store *leases,
			    const struct nic_settings *nic);

#endif
