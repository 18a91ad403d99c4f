// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lease_record.c - a lease as it is kept on disk and sent between processes
 */
#include "switch/dhcp/lease_record.h"

#include <errno.h>
#include <string.h>

#include "switch/dhcp/dhcp_reply.h"

void lease_record_fill(const struct lease *lease, uint64_t expires_s,
		       struct lease_record *record)
{
	memset(record, 0, sizeof(*record));
	record->mac = lease->mac;
	if (lease->key.is_client_id) {
		record->client_id_len = lease->key.id.len;
		memcpy(record->client_id, lease->key.id.data,
		       lease->key.id.len);
	}
	record->address = lease->address;
	record->expires_s = expires_s;
	memcpy(record->hostname, lease->hostname, sizeof(record->hostname));
}

static void record_key(const struct lease_record *record, struct lease_key *key)
{
	struct dhcp_msg client = {.chaddr = record->mac};

	client.client_id.len = record->client_id_len;
	memcpy(client.client_id.data, record->client_id, DHCP_BLOB_MAX);
	lease_key_of(&client, key);
}

static struct lease *new_lease(struct lease_table *table,
			       const struct lease_record *record,
			       const struct lease_key *key)
{
	struct dhcp_blob name = {0};
	struct lease *lease;

	lease = lease_allocate(table, key, record->address);
	if (!lease)
		return NULL;
	lease->mac = record->mac;
	name.len = (uint8_t)strnlen(record->hostname, LEASE_HOSTNAME_SIZE);
	memcpy(name.data, record->hostname, name.len);
	dhcp_hostname_label(&name, lease->hostname);
	return lease;
}

int lease_record_restore(struct lease_table *table,
			 const struct lease_record *record, uint64_t expires_ns,
			 enum lease_state state)
{
	struct lease *lease = lease_lookup_reserved(table, &record->mac);
	struct lease_key key;

	record_key(record, &key);
	if (lease ? lease->address != record->address
		  : !lease_in_pool(table, record->address))
		return -EINVAL;
	if (lease ? lease->was_bound
		  : lease_lookup_address(table, record->address) ||
			    lease_lookup_client(table, &key))
		return -EEXIST;
	if (!lease)
		lease = new_lease(table, record, &key);
	if (!lease)
		return -ENOSPC;
	lease_rekey(table, lease, &key);
	lease->was_bound = true;
	lease_set(table, lease, state, LEASE_NO_PORT, expires_ns);
	return 0;
}
