/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns_static.h - records that the lab file gives a name
 */
#ifndef SWITCH_DNS_DNS_STATIC_H
#define SWITCH_DNS_DNS_STATIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "switch/dns/dns_msg.h"

/** DNS_STATIC_MAX - records of one snapshot */
#define DNS_STATIC_MAX 64
/** DNS_STATIC_DATA - bytes of a record's data: 255 of text with its length, or
 * a name
 */
#define DNS_STATIC_DATA 256

/**
 * struct dns_static - one record
 * @name:	of one label: below the network's domain, and alone; else whole
 * @type:	DNS_A, DNS_AAAA, DNS_CNAME or DNS_TXT
 * @len:	bytes of @data
 * @data:	as on the wire; of a CNAME: text, as @name
 */
struct dns_static {
	char name[DNS_NAME_SIZE];
	uint16_t type;
	uint16_t len;
	uint8_t data[DNS_STATIC_DATA];
};

/**
 * dns_static_set() - a record as the lab file writes it
 * @value:	address, name or text
 *
 * Return: 0, or -EINVAL when it is none of @type.
 */
int dns_static_set(struct dns_static *record, const char *name, uint16_t type,
		   const char *value);

/** dns_statics_sort() - by name, for dns_statics_lookup(); stable */
void dns_statics_sort(struct dns_static *records, size_t count);

/**
 * dns_statics_lookup() - records of a name
 * @name:	lower case, @len bytes
 * @found:	how many there are
 *
 * Return: the first of @found.
 */
const struct dns_static *dns_statics_lookup(const struct dns_static *records,
					    size_t count, const char *name,
					    size_t len, size_t *found);

#endif
