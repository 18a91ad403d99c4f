// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * resolv.c - joins what each interface learnt into /etc/resolv.conf
 *
 * Each source has a file under BOOT_RUN; sorted by name, so that the lab's own
 * words ("~config") come last: the last search line is the one that counts,
 * and the servers that DHCP names are asked first.
 */
#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/guest/boot.h"
#include "cli/guest/lease.h"
#include "cli/guest/text.h"

#define RESOLV_CONF "/etc/resolv.conf"

static int is_resolv(const struct dirent *entry)
{
	return !fnmatch("*.resolv", entry->d_name, 0);
}

void resolv_write(void)
{
	char path[512], text[1024];
	struct dirent **entries;
	int i, count = scandir(BOOT_RUN, &entries, is_resolv, alphasort);

	text_write(RESOLV_CONF ".new", "");
	for (i = 0; i < count; i++) {
		snprintf(path, sizeof(path), BOOT_RUN "/%s",
			 entries[i]->d_name);
		if (!text_read(path, text, sizeof(text)))
			text_append(RESOLV_CONF ".new", text);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	rename(RESOLV_CONF ".new", RESOLV_CONF);
}

void resolv_set(const char *source, const uint32_t *dns, unsigned dns_count,
		const char *search)
{
	char path[128], text[1024], address[IPV4_TEXT_SIZE];
	size_t len = 0;
	unsigned i;

	text[0] = '\0';
	if (*search)
		len = (size_t)snprintf(text, sizeof(text), "search %.512s\n",
				       search);
	for (i = 0; i < dns_count && i < LEASE_DNS_MAX; i++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"nameserver %s\n",
					ipv4_format(dns[i], address));
	}
	snprintf(path, sizeof(path), BOOT_RUN "/%s.resolv", source);
	text_write(path, text);
}
