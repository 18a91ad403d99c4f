/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fdb.h - filtering database: which port an address was last seen on
 *
 * IEEE 802.1Q 8.7 and 8.8: independent learning per VID, ageing, bounded.
 */
#ifndef SWITCH_FDB_H
#define SWITCH_FDB_H

#include "core/addr.h"
#include "core/bytes.h"
#include "core/err.h"

/** FDB_AGEING_S - default ageing time (802.1Q table 8-6) */
#define FDB_AGEING_S 300
/** FDB_NONE - no port */
#define FDB_NONE UINT16_MAX

struct fdb;

/**
 * struct fdb_settings - the bounds of one database
 * @max_entries:	addresses it can hold
 * @max_ports:		port numbers run from 0 to @max_ports - 1
 * @ageing_s:		an address not seen for so long is forgotten
 * @seed:		random; keeps a guest from choosing colliding addresses
 */
struct fdb_settings {
	uint32_t max_entries;
	uint16_t max_ports;
	uint32_t ageing_s;
	uint64_t seed;
};

/**
 * struct fdb_counters - what happened to the database
 * @entries:	addresses in it now, aged ones that nobody missed included
 * @learned:	new addresses
 * @moved:	known addresses seen on another port
 * @aged:	forgotten because of age
 * @evicted:	forgotten because the database was full
 */
struct fdb_counters {
	uint32_t entries;
	uint64_t learned;
	uint64_t moved;
	uint64_t aged;
	uint64_t evicted;
};

/** fdb_key() - VID and address as one number, the way the database knows it */
static inline uint64_t fdb_key(uint16_t vid, const struct mac *mac)
{
	return (uint64_t)vid << 48 | (uint64_t)be16_load(mac->b) << 32 |
	       be32_load(mac->b + 2);
}

/** FDB_LIST_SCAN - entries that one fdb_list() looks at, used or not */
#define FDB_LIST_SCAN 1024

/**
 * struct fdb_info - one address, for people
 * @mac:	address
 * @vid:	VLAN that it was seen in; 0: untagged
 * @port:	where it is
 * @age_s:	since it was last seen; 0 of a static one
 * @is_static:	of one of our own ports
 */
struct fdb_info {
	struct mac mac;
	uint16_t vid;
	uint16_t port;
	uint32_t age_s;
	bool is_static;
};

/** fdb_create() - NULL with the reason in @err */
struct fdb *fdb_create(const struct fdb_settings *settings, struct err *err);

/** fdb_destroy() - NULL is fine */
void fdb_destroy(struct fdb *fdb);

/**
 * fdb_learn() - an address was seen as source
 * @key:	of fdb_key(); the caller has refused group addresses
 * @port:	where
 * @now_s:	monotonic seconds
 *
 * A full database gives up the longest unseen address of the port that holds
 * the most, so a port that floods addresses only pushes out its own.
 *
 * Return: false when the address is static and another port's: a forgery.
 */
bool fdb_learn(struct fdb *fdb, uint64_t key, uint16_t port, uint32_t now_s);

/**
 * fdb_add_static() - an address that is @port's, seen or not (802.1Q 8.8.1)
 *
 * It neither ages nor moves, takes no part in eviction, and stays until
 * fdb_remove_static().
 *
 * Return: 0, -EEXIST when the address is known, -ENOSPC when all entries are.
 */
int fdb_add_static(struct fdb *fdb, uint64_t key, uint16_t port);

/** fdb_remove_static() - no-op for an address that is not static */
void fdb_remove_static(struct fdb *fdb, uint64_t key);

/** fdb_lookup() - the port to reach @key through, FDB_NONE when not known */
uint16_t fdb_lookup(const struct fdb *fdb, uint64_t key, uint32_t now_s);

/** fdb_flush_port() - forget all of a port (its link went down, it left) */
void fdb_flush_port(struct fdb *fdb, uint16_t port);

/** fdb_age() - forget what is older than the ageing time; call now and then */
void fdb_age(struct fdb *fdb, uint32_t now_s);

/**
 * fdb_list() - a page of the addresses that are not too old
 * @cursor:	0 at first; where to go on then, 0 again at the end
 * @now_s:	monotonic seconds
 * @info:	room for @max
 *
 * A page may be short, even empty, before the end: the time that one call
 * takes is bounded. What changes between two calls may be missed or come twice.
 *
 * Return: entries filled in.
 */
unsigned fdb_list(const struct fdb *fdb, uint32_t *cursor, uint32_t now_s,
		  struct fdb_info *info, unsigned max);

/** fdb_get_counters() - for `weft show` and metrics */
const struct fdb_counters *fdb_get_counters(const struct fdb *fdb);

#endif
