/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lease_store.h - DHCP leases on disk: what must survive down, logout, reboot
 */
#ifndef CLI_LABD_LEASE_STORE_H
#define CLI_LABD_LEASE_STORE_H

#include <stdint.h>

#include "core/addr.h"
#include "core/err.h"
#include "core/log.h"

#define LEASE_STORE_MAX 16384
#define LEASE_NETWORK_SIZE 32
#define LEASE_CLIENT_ID_SIZE 255
#define LEASE_HOSTNAME_SIZE 64

struct lease_store;

/**
 * struct lease_entry - one lease as it is kept
 * @network:	name in the lab file
 * @address:	host order; one entry per network and address
 * @mac:	client's hardware address
 * @expires_s:	wall clock; 0: given back, kept as a hint
 * @client_id_len: bytes of @client_id, 0 to LEASE_CLIENT_ID_SIZE
 * @client_id:	option 61
 * @hostname:	sanitised, may be empty
 */
struct lease_entry {
	char network[LEASE_NETWORK_SIZE];
	uint32_t address;
	struct mac mac;
	int64_t expires_s;
	uint8_t client_id_len;
	uint8_t client_id[LEASE_CLIENT_ID_SIZE];
	char hostname[LEASE_HOSTNAME_SIZE];
};

/**
 * lease_store_open() - read what is there and write it anew, compact
 * @path:	the file; made if missing; its folder must exist
 * @log:	lines that are damaged are said here, and the file as it was is
 *		kept as @path.bad
 */
struct lease_store *lease_store_open(const char *path, const struct log *log,
				     struct err *err);

/** lease_store_close() - NULL is fine */
void lease_store_close(struct lease_store *store);

/**
 * lease_store_put() - remember a lease; it is on disk when 0 is returned
 *
 * Return: 0 or -errno; the entry is then not remembered.
 */
int lease_store_put(struct lease_store *store, const struct lease_entry *entry);

/** lease_store_count() - entries */
unsigned lease_store_count(const struct lease_store *store);

/** lease_store_get() - entry @i, in no order; valid until the next put */
const struct lease_entry *lease_store_get(const struct lease_store *store,
					  unsigned i);

#endif
