/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain_internal.h - what the files of a domain share; nobody else's
 */
#ifndef CLI_SWITCHD_DOMAIN_INTERNAL_H
#define CLI_SWITCHD_DOMAIN_INTERNAL_H

#include "cli/switchd/domain.h"
#include "cli/switchd/service.h"

/**
 * struct domain_network - one network
 * @domains:	of the worker
 * @number:	labd's
 * @network:	the ports' meeting point
 * @service:	its gateway or DHCP port; NULL when it has none
 */
struct domain_network {
	struct domains *domains;
	uint32_t number;
	struct network *network;
	struct service *service;
};

/**
 * struct domain_port - one port
 * @port:	its backend's
 * @network:	where it is plugged in
 * @options:	its place there
 * @told:	carrier that labd knows of
 * @quiet_until_ns: labd is not told of another before
 */
struct domain_port {
	struct port *port;
	struct domain_network *network;
	struct network_port_options options;
	bool told;
	uint64_t quiet_until_ns;
};

#endif
