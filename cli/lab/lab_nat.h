/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab_nat.h - what only a nat network has, as data: routes, forwards, records;
 * part of lab.h
 */
#ifndef CLI_LAB_LAB_NAT_H
#define CLI_LAB_LAB_NAT_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/lab/lab_uplink.h"
#include "core/addr.h"

#define LAB_DOMAIN_SIZE 128
#define LAB_MAX_ROUTES 16
#define LAB_MAX_DNS_SERVERS 8
#define LAB_MAX_FORWARDS 64
/** LAB_MAX_FORWARD_PORTS - of one network, those of ranges counted each */
#define LAB_MAX_FORWARD_PORTS 512
#define LAB_MAX_RECORDS 64
#define LAB_RECORD_SIZE 256

/**
 * struct route_settings - one entry of a nat network's routes:
 * @to:		subnet behind a router, host bits zero
 * @via:	node or address, as written
 * @gateway:	the router's address on the network, host order
 */
struct route_settings {
	struct ipv4_prefix to;
	char via[LAB_NAME_SIZE];
	uint32_t gateway;
};

/**
 * struct forward_settings - one entry of a nat network's forward:
 * @host:	address of the host, host order; 0: all that it has
 * @is_v6:	clients come to @host6 instead
 * @host6:	IPv6 address of the host; zero: all that it has
 * @host_port:	port of the host, the first of a range
 * @count:	ports in the range
 * @udp:	else TCP
 * @node:	that it leads to; empty: to @address
 * @nic:	of @node, on this network
 * @address:	host order; 0: see @node
 * @port:	of the node, the first of the range
 */
struct forward_settings {
	uint32_t host;
	bool is_v6;
	uint8_t host6[16];
	uint16_t host_port;
	uint16_t count;
	bool udp;
	char node[LAB_NAME_SIZE];
	uint8_t nic;
	uint32_t address;
	uint16_t port;
};

/** enum record_type - what a DNS record says of its name */
enum record_type {
	RECORD_A,
	RECORD_AAAA,
	RECORD_CNAME,
	RECORD_TXT,
	RECORD_TYPE_COUNT,
};

/**
 * struct record_settings - one entry of a nat network's dns.records:
 * @name:	of one label, or whole
 * @type:	what @value is
 * @value:	as written
 */
struct record_settings {
	char name[LAB_DOMAIN_SIZE];
	enum record_type type;
	char value[LAB_RECORD_SIZE];
};

/** record_type_name() - as lab files spell it */
const char *record_type_name(enum record_type type);

#endif
