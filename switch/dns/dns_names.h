/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns_names.h - the names of a lab's nodes: an immutable snapshot
 *
 * The control side makes a new one when a node or a lease comes or goes and
 * posts it to the worker; nobody changes one.
 */
#ifndef SWITCH_DNS_DNS_NAMES_H
#define SWITCH_DNS_DNS_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "switch/dns/dns_static.h"

/** DNS_LABEL_SIZE - one label of a name, with NUL */
#define DNS_LABEL_SIZE 64
/** DNS_MAX_NAMES - entries of one snapshot */
#define DNS_MAX_NAMES 8192

/**
 * struct dns_name - one name with one address
 * @name:	one label, without domain
 * @address:	host order
 */
struct dns_name {
	char name[DNS_LABEL_SIZE];
	uint32_t address;
};

struct dns_names;

/**
 * dns_names_create() - a snapshot
 * @names:	copied; in any order, a name may have several addresses, which
 *		are answered in the order given here
 * @count:	entries; those over DNS_MAX_NAMES and those that are no label of
 *		letters, digits, '-' and '_' are left out
 *
 * An address with several names is called by the first (RFC 1035 3.3.12 wants
 * one).
 *
 * Return: NULL when there is no memory.
 */
struct dns_names *dns_names_create(const struct dns_name *names, size_t count);

/**
 * dns_names_set_records() - the lab file's, before the snapshot is used
 * @records:	copied; those over DNS_STATIC_MAX are left out
 *
 * Return: 0 or -ENOMEM.
 */
int dns_names_set_records(struct dns_names *names,
			  const struct dns_static *records, size_t count);

/** dns_names_records() - all records, sorted by name */
const struct dns_static *dns_names_records(const struct dns_names *names,
					   size_t *count);

/** dns_names_destroy() - NULL is fine */
void dns_names_destroy(struct dns_names *names);

/**
 * dns_names_lookup() - addresses of a name
 * @label:	lower case, not NUL-terminated
 * @len:	bytes of @label
 * @count:	how many addresses there are; 0 when the name is unknown
 *
 * Return: the first of @count entries.
 */
const struct dns_name *dns_names_lookup(const struct dns_names *names,
					const char *label, size_t len,
					size_t *count);

/** dns_names_lookup_address() - name of an address, or NULL */
const char *dns_names_lookup_address(const struct dns_names *names,
				     uint32_t address);

#endif
