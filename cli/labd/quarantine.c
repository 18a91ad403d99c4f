// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * quarantine.c - addresses that DHCP gives nobody, as somebody uses them
 */
#include "cli/labd/quarantine.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/addr.h"

static struct quarantine_entry *entry_for(struct quarantine *quarantine,
					  const char *network, uint32_t address)
{
	struct quarantine_entry *first = quarantine->entries;
	unsigned i;

	for (i = 0; i < QUARANTINE_MAX; i++) {
		struct quarantine_entry *entry = &quarantine->entries[i];

		if (entry->address == address &&
		    strcmp(entry->network, network) == 0)
			return entry;
		/* one that is unused ends at 0, so before any other */
		if (entry->until_s < first->until_s)
			first = entry;
	}
	return first;
}

void quarantine_add(struct quarantine *quarantine, const char *network,
		    const struct wire_dhcp_notice *notice)
{
	struct quarantine_entry *entry =
		entry_for(quarantine, network, notice->address);

	memset(entry, 0, sizeof(*entry));
	snprintf(entry->network, sizeof(entry->network), "%s", network);
	entry->address = notice->address;
	entry->mac = notice->mac;
	entry->until_s = time(NULL) + notice->rest_s;
}

void quarantine_forget(struct quarantine *quarantine, const char *network)
{
	unsigned i;

	for (i = 0; i < QUARANTINE_MAX; i++) {
		struct quarantine_entry *entry = &quarantine->entries[i];

		if (!network || strcmp(entry->network, network) == 0)
			memset(entry, 0, sizeof(*entry));
	}
}

void quarantine_to_json(const struct quarantine *quarantine, int64_t now_s,
			json_t *leases)
{
	char quad[IPV4_TEXT_SIZE], mac[MAC_TEXT_SIZE];
	unsigned i;

	for (i = 0; i < QUARANTINE_MAX; i++) {
		const struct quarantine_entry *e = &quarantine->entries[i];

		if (e->until_s <= now_s)
			continue;
		json_array_append_new(
			leases, json_pack("{s:s, s:s, s:s, s:I, s:s, s:s}",
					  "network", e->network, "ipv4",
					  ipv4_format(e->address, quad), "mac",
					  mac_format(&e->mac, mac), "expires_s",
					  (json_int_t)e->until_s, "hostname",
					  "", "state", "declined"));
	}
}
