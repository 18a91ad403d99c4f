/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire_dhcp.h - what labd and weft-switch say to one another about DHCP:
 * reservations, options, leases; part of wire.h
 */
#ifndef CLI_SWITCHD_WIRE_DHCP_H
#define CLI_SWITCHD_WIRE_DHCP_H

#include <stdint.h>

#include "cli/switchd/wire_header.h"
#include "core/addr.h"

#define WIRE_NAME_SIZE 64
#define WIRE_CLIENT_ID_SIZE 255
#define WIRE_DHCP_OPTION_SIZE 128

/**
 * struct wire_reservation_add - DHCP: @mac gets @address and nobody else
 * @header:	type and id
 * @network:	number of the network
 * @mac:	of the client
 * @address:	host order
 * @hostname:	told to the client
 */
struct wire_reservation_add {
	struct wire_header header;
	uint32_t network;
	struct mac mac;
	uint32_t address;
	char hostname[WIRE_NAME_SIZE];
};

/**
 * struct wire_dhcp_option - DHCP tells this instead of what it would by itself
 * @header:	type and id
 * @network:	number of the network
 * @mac:	to this client; zero: to all
 * @code:	of the option
 * @len:	bytes of @data; 0: it is not told
 * @data:	as on the wire
 */
struct wire_dhcp_option {
	struct wire_header header;
	uint32_t network;
	struct mac mac;
	uint8_t code;
	uint8_t len;
	uint8_t data[WIRE_DHCP_OPTION_SIZE];
};

/** enum wire_dhcp_notice_kind - as enum dhcp_notice_kind */
enum wire_dhcp_notice_kind {
	WIRE_DHCP_DECLINED,
	WIRE_DHCP_CONFLICT,
	WIRE_DHCP_EXHAUSTED,
	WIRE_DHCP_NOTICE_KINDS,
};

/**
 * struct wire_dhcp_notice - something about DHCP that people should know
 * @header:	type and id
 * @network:	number of the network
 * @kind:	enum wire_dhcp_notice_kind
 * @address:	that nobody gets for @rest_s seconds; 0: none
 * @mac:	who said so, or had to go without
 * @rest_s:	see @address
 */
struct wire_dhcp_notice {
	struct wire_header header;
	uint32_t network;
	uint32_t kind;
	uint32_t address;
	struct mac mac;
	uint32_t rest_s;
};

/**
 * struct wire_lease - a lease, in WIRE_LEASE_RESTORE and WIRE_LEASE_COMMIT
 * @header:	type and id
 * @network:	whose
 * @ticket:	what WIRE_LEASE_COMMITTED has to repeat (commit only)
 * @expires_s:	wall clock seconds; 0: the lease was given back
 * @address:	host order
 * @mac:	client's hardware address
 * @client_id_len: bytes of @client_id; 0: the client sent none
 * @client_id:	option 61
 * @hostname:	sanitised, may be empty
 */
struct wire_lease {
	struct wire_header header;
	uint32_t network;
	uint64_t ticket;
	int64_t expires_s;
	uint32_t address;
	struct mac mac;
	uint8_t client_id_len;
	uint8_t client_id[WIRE_CLIENT_ID_SIZE];
	char hostname[WIRE_NAME_SIZE];
};

/**
 * struct wire_lease_committed - the lease is on disk, or could not be put
 * @header:	type and id
 * @network:	number of the network
 * @ticket:	of the WIRE_LEASE_COMMIT
 * @ok:	it is on disk
 */
struct wire_lease_committed {
	struct wire_header header;
	uint32_t network;
	uint64_t ticket;
	uint8_t ok;
};

#endif
