/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lease_record.h - a lease as it is kept on disk and sent between processes
 */
#ifndef SWITCH_DHCP_LEASE_RECORD_H
#define SWITCH_DHCP_LEASE_RECORD_H

#include <stdint.h>

#include "core/addr.h"
#include "switch/dhcp/lease.h"

/** LEASE_RECORD_NEVER - @expires_s of an infinite lease */
#define LEASE_RECORD_NEVER ((uint64_t)INT64_MAX)

/**
 * struct lease_record - plain data of a fixed size
 * @mac:	hardware address
 * @client_id_len: bytes of @client_id; 0: the client is known by @mac
 * @client_id:	client identifier
 * @address:	host order
 * @expires_s:	wall clock, seconds since 1970; 0: released, kept as a hint
 * @hostname:	a DNS label, or empty
 */
struct lease_record {
	struct mac mac;
	uint8_t client_id_len;
	uint8_t client_id[DHCP_BLOB_MAX];
	uint32_t address;
	uint64_t expires_s;
	char hostname[LEASE_HOSTNAME_SIZE];
};

/** lease_record_fill() - what is to be kept of @lease */
void lease_record_fill(const struct lease *lease, uint64_t expires_s,
		       struct lease_record *record);

/**
 * lease_record_restore() - put a lease from disk into a table
 * @table:	with its reservations
 * @record:	may hold anything
 * @expires_ns:	when it ends on the table's clock
 * @state:	LEASE_BOUND or LEASE_EXPIRED
 *
 * Return: 0; -EINVAL when its address is neither in the range nor reserved for
 * its MAC address; -EEXIST when address or client has an entry; -ENOSPC.
 */
int lease_record_restore(struct lease_table *table,
			 const struct lease_record *record, uint64_t expires_ns,
			 enum lease_state state);

#endif
