/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * quarantine.h - addresses that DHCP gives nobody, as somebody uses them
 *
 * weft-switch keeps them from being given; here they are kept to be shown.
 */
#ifndef CLI_LABD_QUARANTINE_H
#define CLI_LABD_QUARANTINE_H

#include <jansson.h>

#include "cli/lab/lab_uplink.h"
#include "cli/switchd/wire.h"

/** QUARANTINE_MAX - that are shown; the one that ends first makes room */
#define QUARANTINE_MAX 64

/**
 * struct quarantine_entry - one address
 * @network:	name; empty: the entry is unused
 * @address:	host order
 * @mac:	who said so, or has it
 * @until_s:	wall clock
 */
struct quarantine_entry {
	char network[LAB_NAME_SIZE];
	uint32_t address;
	struct mac mac;
	int64_t until_s;
};

/**
 * struct quarantine - all of a lab; zeroed: none
 * @entries:	some unused
 */
struct quarantine {
	struct quarantine_entry entries[QUARANTINE_MAX];
};

/** quarantine_add() - an address of @network, from now on */
void quarantine_add(struct quarantine *quarantine, const char *network,
		    const struct wire_dhcp_notice *notice);

/** quarantine_forget() - those of @network; NULL: of all networks */
void quarantine_forget(struct quarantine *quarantine, const char *network);

/** quarantine_to_json() - append them as entries of weft.leases/1 */
void quarantine_to_json(const struct quarantine *quarantine, int64_t now_s,
			json_t *leases);

#endif
