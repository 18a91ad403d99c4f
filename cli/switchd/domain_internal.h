/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain_internal.h - what the files of a domain share; nobody else's
 */
#ifndef CLI_SWITCHD_DOMAIN_INTERNAL_H
#define CLI_SWITCHD_DOMAIN_INTERNAL_H

#include "cli/switchd/domain.h"
#include "cli/switchd/domain_guests.h"
#include "cli/switchd/service.h"

/**
 * struct domain_network - one network
 * @domains:	of the worker
 * @number:	labd's
 * @network:	the ports' meeting point
 * @service:	its gateway or DHCP port; NULL when it has none
 * @guests:	who may be announced with which address
 */
struct domain_network {
	struct domains *domains;
	uint32_t number;
	struct network *network;
	struct service *service;
	struct domain_guests guests;
};

/** enum domain_port_owner - who closes a port */
enum domain_port_owner {
	DOMAIN_PORT_OWNED,    /* the domain, when it is removed */
	DOMAIN_PORT_BORROWED, /* somebody else, after that */
};

/**
 * struct domain_port - one port
 * @port:	its backend's
 * @network:	where it is plugged in; NULL: nowhere
 * @options:	its place there
 * @owner:	who closes it
 * @is_ending:	it goes with its carrier
 * @told:	carrier that labd knows of
 * @quiet_until_ns: labd is not told of another before
 */
struct domain_port {
	struct port *port;
	struct domain_network *network;
	struct network_port_options options;
	enum domain_port_owner owner;
	bool is_ending;
	bool told;
	uint64_t quiet_until_ns;
};

/**
 * struct domain_place - where a port is to be plugged in
 * @network:	NULL: nowhere
 * @number:	labd's, of the port
 * @options:	in @network
 * @owner:	who closes it
 */
struct domain_place {
	struct domain_network *network;
	uint32_t number;
	struct network_port_options options;
	enum domain_port_owner owner;
};

/** domain_network_lookup() - the network of this number, or NULL */
struct domain_network *domain_network_lookup(struct domains *domains,
					     uint32_t number);

/** domain_port_add() - WIRE_PORT_ADD; @fd is -1 when it was used */
int domain_port_add(struct domains *domains, const struct wire_port_add *add,
		    int *fd, struct err *err);

/**
 * domain_port_plug() - plug in a port that is there
 * @place:	where, and under which number
 * @port:	stays the caller's on failure
 *
 * Return: 0, or -errno with the reason in @err.
 */
int domain_port_plug(struct domains *domains, const struct domain_place *place,
		     struct port *port, struct err *err);

/** domain_port_end() - remove it when its carrier goes; now if it has none */
void domain_port_end(struct domains *domains, uint32_t number);

/** domain_port_remove() - unplug the port of this number, and close it if it is
 * ours */
void domain_port_remove(struct domains *domains, uint32_t number);

/** domain_port_handle() - the other messages about a port */
int domain_port_handle(struct domains *domains, const union wire_message *m,
		       union wire_message *answer, struct err *err);

/** domain_port_carrier() - a port's carrier changed: labd shall know */
void domain_port_carrier(struct domains *domains, struct port *port);

#endif
