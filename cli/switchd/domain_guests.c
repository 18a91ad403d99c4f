// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domain_guests.c - which addresses the lab file gives to whom
 */
#include "cli/switchd/domain_guests.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"

void domain_guests_fini(struct domain_guests *guests)
{
	free(guests->entries);
	free(guests->next);
	memset(guests, 0, sizeof(*guests));
}

int domain_guests_add(struct domain_guests *guests,
		      const struct wire_guest_add *add)
{
	struct wire_guest_add *next = guests->next;
	unsigned n = guests->next_count;

	if (n == DOMAIN_MAX_GUESTS)
		return -ENOSPC;
	if ((n & (n - 1)) == 0) {
		next = realloc(next, MAX(2 * n, 1) * sizeof(*next));
		if (!next)
			return -ENOMEM;
		guests->next = next;
	}
	next[n] = *add;
	guests->next_count++;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct wire_guest_add *x = a, *y = b;

	return memcmp(&x->mac, &y->mac, sizeof(x->mac));
}

void domain_guests_commit(struct domain_guests *guests)
{
	free(guests->entries);
	guests->entries = guests->next;
	guests->count = guests->next_count;
	guests->next = NULL;
	guests->next_count = 0;
	if (guests->count)
		qsort(guests->entries, guests->count, sizeof(*guests->entries),
		      compare);
}

void domain_guests_complete(const struct domain_guests *guests,
			    struct announce_entry *entry)
{
	const struct wire_guest_add key = {.mac = entry->mac}, *found = NULL;

	if (guests->count)
		found = bsearch(&key, guests->entries, guests->count,
				sizeof(key), compare);
	if (!found)
		return;
	entry->is_configured = true;
	entry->is_router = found->is_router;
	entry->ip4 = found->address;
}
