/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain_guests.h - which addresses the lab file gives to whom
 *
 * What a guest was merely seen to use is its own claim, and is never announced
 * in its name (switch/bond/announce.h).
 */
#ifndef CLI_SWITCHD_DOMAIN_GUESTS_H
#define CLI_SWITCHD_DOMAIN_GUESTS_H

#include "cli/switchd/wire.h"
#include "switch/bond/announce.h"

/** DOMAIN_MAX_GUESTS - of one network; one a port of a node, and the host */
#define DOMAIN_MAX_GUESTS (WIRE_NODE_PORTS + 1)

/**
 * struct domain_guests - of one network; all zero: none
 * @entries:	by MAC address, @count of them
 * @count:	in force
 * @next:	@next_count that are being collected
 * @next_count:	in no order
 */
struct domain_guests {
	struct wire_guest_add *entries;
	unsigned count;
	struct wire_guest_add *next;
	unsigned next_count;
};

/** domain_guests_fini() - forget them all */
void domain_guests_fini(struct domain_guests *guests);

/**
 * domain_guests_add() - one of the next set
 *
 * Return: 0, -ENOSPC, -ENOMEM.
 */
int domain_guests_add(struct domain_guests *guests,
		      const struct wire_guest_add *add);

/** domain_guests_commit() - what was added is in force now, and nothing else */
void domain_guests_commit(struct domain_guests *guests);

/** domain_guests_complete() - fill in what is known of @entry->mac */
void domain_guests_complete(const struct domain_guests *guests,
			    struct announce_entry *entry);

#endif
