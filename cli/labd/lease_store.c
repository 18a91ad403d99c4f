// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lease_store.c - DHCP leases on disk
 *
 * Theory of operation
 *
 * The file is a log: one JSON object a line, followed by a blank and the
 * Fletcher-32 sum of the object's text. A lease is appended and synced before
 * its DHCPACK may go out. The latest line for a network and address counts. At
 * the start everything is read, and what counts is written to a new file that
 * replaces the old one, so the log can't grow over many starts; within one
 * start it is written anew when it is much longer than its content.
 *
 * A guest that uses up addresses can fill the table of LEASE_STORE_MAX. Then
 * the lease that expires first makes room, so that others still get theirs.
 *
 * A torn last line is what a crash leaves and is passed over. A line that is
 * complete but wrong means that somebody else wrote here: the file is set aside
 * under another name, and the good lines are used.
 */
#include "cli/labd/lease_store.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATH_SIZE 1024
#define LINE_SIZE 2048
/* The log may have this many lines more than twice its entries. */
#define SLACK_LINES 1000

/**
 * struct lease_store - the file and what counts in it
 * @path:	of the file
 * @log:	for damage
 * @entries:	@count entries, room for @size
 * @count:	entries
 * @size:	room
 * @lines:	lines in the file
 * @fd:		the file, for appending
 */
struct lease_store {
	char path[PATH_SIZE];
	const struct log *log;
	struct lease_entry *entries;
	unsigned count;
	unsigned size;
	unsigned lines;
	int fd;
};

static uint32_t fletcher32(const char *text, size_t len)
{
	uint32_t a = 0xffff, b = 0xffff;
	size_t i;

	for (i = 0; i < len; i++) {
		a = (a + (uint8_t)text[i]) % 65535;
		b = (b + a) % 65535;
	}
	return b << 16 | a;
}

static void hex_encode(const uint8_t *data, size_t len, char *text)
{
	size_t i;

	for (i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", data[i]);
	text[2 * len] = '\0';
}

static int hex_decode(const char *text, uint8_t *data, size_t max)
{
	size_t len = strlen(text) / 2, i;
	unsigned byte;

	if (strlen(text) % 2 || len > max)
		return -EINVAL;
	for (i = 0; i < len; i++) {
		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			return -EINVAL;
		data[i] = (uint8_t)byte;
	}
	return (int)len;
}

/* One line, without newline; its length, or 0. */
static size_t entry_format(const struct lease_entry *entry, char *line)
{
	char id[2 * LEASE_CLIENT_ID_SIZE + 1], quad[IPV4_TEXT_SIZE];
	char mac[MAC_TEXT_SIZE];
	json_t *json;
	size_t len;

	hex_encode(entry->client_id, entry->client_id_len, id);
	json = json_pack("{s:s, s:s, s:s, s:I, s:s, s:s}", "net",
			 entry->network, "ip",
			 ipv4_format(entry->address, quad), "mac",
			 mac_format(&entry->mac, mac), "expires",
			 (json_int_t)entry->expires_s, "id", id, "host",
			 entry->hostname);
	if (!json)
		return 0;
	len = json_dumpb(json, line, LINE_SIZE, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(json);
	if (!len || len > LINE_SIZE - 16)
		return 0;
	return len +
	       (size_t)sprintf(line + len, " %08x", fletcher32(line, len));
}

static int entry_from_json(const json_t *json, struct lease_entry *entry)
{
	const char *network, *address, *mac, *id, *hostname;
	json_int_t expires;
	int len;

	memset(entry, 0, sizeof(*entry));
	if (json_unpack((json_t *)(uintptr_t)json,
			"{s:s, s:s, s:s, s:I, s:s, s:s}", "net", &network, "ip",
			&address, "mac", &mac, "expires", &expires, "id", &id,
			"host", &hostname))
		return -EINVAL;
	len = hex_decode(id, entry->client_id, LEASE_CLIENT_ID_SIZE);
	if (len < 0 || strlen(network) >= LEASE_NETWORK_SIZE ||
	    strlen(hostname) >= LEASE_HOSTNAME_SIZE ||
	    ipv4_parse(address, &entry->address) || mac_parse(mac, &entry->mac))
		return -EINVAL;
	entry->client_id_len = (uint8_t)len;
	entry->expires_s = expires;
	memcpy(entry->network, network, strlen(network));
	memcpy(entry->hostname, hostname, strlen(hostname));
	return 0;
}

static int entry_parse(const char *line, size_t len, struct lease_entry *entry)
{
	json_t *json;
	int code;

	if (len < 10 || line[len - 9] != ' ' ||
	    strtoul(line + len - 8, NULL, 16) != fletcher32(line, len - 9))
		return -EINVAL;
	json = json_loadb(line, len - 9, JSON_REJECT_DUPLICATES, NULL);
	if (!json)
		return -EINVAL;
	code = entry_from_json(json, entry);
	json_decref(json);
	return code;
}

static struct lease_entry *store_lookup(const struct lease_store *store,
					const struct lease_entry *entry)
{
	unsigned i;

	for (i = 0; i < store->count; i++) {
		struct lease_entry *old = &store->entries[i];

		if (old->address == entry->address &&
		    strcmp(old->network, entry->network) == 0)
			return old;
	}
	return NULL;
}

/* What is over longest, or will be first; one that was given back has a 0. */
static struct lease_entry *store_oldest(const struct lease_store *store)
{
	struct lease_entry *oldest = store->entries;
	unsigned i;

	for (i = 1; i < store->count; i++) {
		if (store->entries[i].expires_s < oldest->expires_s)
			oldest = &store->entries[i];
	}
	return oldest;
}

static int store_remember(struct lease_store *store,
			  const struct lease_entry *entry)
{
	struct lease_entry *old = store_lookup(store, entry);

	if (!old && store->count == LEASE_STORE_MAX)
		old = store_oldest(store);
	if (old) {
		*old = *entry;
		return 0;
	}
	if (store->count == store->size) {
		unsigned size = MAX(64, 2 * store->size);
		struct lease_entry *entries;

		entries = realloc(store->entries, size * sizeof(*entries));
		if (!entries)
			return -ENOMEM;
		store->entries = entries;
		store->size = size;
	}
	store->entries[store->count++] = *entry;
	return 0;
}

static unsigned store_read(struct lease_store *store, FILE *file)
{
	struct lease_entry entry;
	char line[LINE_SIZE];
	unsigned bad = 0;

	while (fgets(line, sizeof(line), file)) {
		size_t len = strlen(line);

		if (!len || line[len - 1] != '\n') {
			bad += !feof(file);
			continue; /* torn, or a piece of an endless line */
		}
		if (entry_parse(line, len - 1, &entry) ||
		    store_remember(store, &entry))
			bad++;
	}
	return bad;
}

static int store_write_entries(struct lease_store *store, int fd)
{
	char line[LINE_SIZE];
	unsigned i;

	for (i = 0; i < store->count; i++) {
		size_t len = entry_format(&store->entries[i], line);

		line[len++] = '\n';
		if (write(fd, line, len) != (ssize_t)len)
			return errno ? -errno : -EIO;
	}
	return fsync(fd) ? -errno : 0;
}

static void sync_folder(const char *path)
{
	char copy[PATH_SIZE];
	int fd;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

/* Replace the file by one that holds just what counts. */
static int store_compact(struct lease_store *store)
{
	char tmp[PATH_SIZE + 8];
	int fd, code;

	snprintf(tmp, sizeof(tmp), "%s.new", store->path);
	unlink(tmp);
	fd = open(tmp,
		  O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW |
			  O_CLOEXEC,
		  0640);
	if (fd < 0)
		return -errno;
	code = store_write_entries(store, fd);
	if (!code && rename(tmp, store->path))
		code = -errno;
	if (code) {
		close(fd);
		unlink(tmp);
		return code;
	}
	sync_folder(store->path);
	if (store->fd >= 0)
		close(store->fd);
	store->fd = fd;
	store->lines = store->count;
	return 0;
}

static void store_load(struct lease_store *store)
{
	FILE *file = fopen(store->path, "re");
	char bad_path[PATH_SIZE + 8];
	unsigned bad;

	if (!file)
		return;
	bad = store_read(store, file);
	fclose(file);
	if (!bad)
		return;
	snprintf(bad_path, sizeof(bad_path), "%s.bad", store->path);
	if (!rename(store->path, bad_path))
		log_warning(store->log,
			    "%u damaged lines in %s; kept as %s, the others "
			    "are used",
			    bad, store->path, bad_path);
}

struct lease_store *lease_store_open(const char *path, const struct log *log,
				     struct err *err)
{
	struct lease_store *store = calloc(1, sizeof(*store));
	int code;

	if (!store) {
		err_set(err, -ENOMEM, "no memory for leases");
		return NULL;
	}
	snprintf(store->path, sizeof(store->path), "%s", path);
	store->log = log;
	store->fd = -1;
	store_load(store);
	code = store_compact(store);
	if (code) {
		err_set(err, code, "cannot write leases to %s: %s", path,
			strerror(-code));
		lease_store_close(store);
		return NULL;
	}
	return store;
}

void lease_store_close(struct lease_store *store)
{
	if (!store)
		return;
	if (store->fd >= 0)
		close(store->fd);
	free(store->entries);
	free(store);
}

int lease_store_put(struct lease_store *store, const struct lease_entry *entry)
{
	char line[LINE_SIZE];
	size_t len = entry_format(entry, line);
	off_t end;

	if (!len)
		return -EINVAL;
	line[len++] = '\n';
	end = lseek(store->fd, 0, SEEK_END);
	if (write(store->fd, line, len) != (ssize_t)len ||
	    fdatasync(store->fd)) {
		int code = errno ? -errno : -EIO;

		/* Half a line would spoil the next one. */
		if (end >= 0 && ftruncate(store->fd, end))
			log_error(store->log, "%s: %s", store->path,
				  strerror(errno));
		return code;
	}
	store->lines++;
	if (store_remember(store, entry))
		return -ENOMEM;
	if (store->lines > 2 * store->count + SLACK_LINES)
		store_compact(store);
	return 0;
}

unsigned lease_store_count(const struct lease_store *store)
{
	return store->count;
}

const struct lease_entry *lease_store_get(const struct lease_store *store,
					  unsigned i)
{
	return &store->entries[i];
}
