// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dns_names.c - the names of a lab's nodes
 *
 * Theory of operation
 *
 * Two sorted arrays, searched by halves: by name and by address. Both sorts
 * keep the order of the input among equals (the position breaks ties), so what
 * is said about duplicates doesn't depend on the sort.
 *
 * Limits: DNS_MAX_NAMES entries.
 */
#include "switch/dns/dns_names.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/ascii.h"
#include "core/util.h"

/**
 * struct sortable - an entry with its position in the input
 * @entry:	name and address
 * @index:	breaks ties
 */
struct sortable {
	struct dns_name entry;
	uint32_t index;
};

/**
 * struct dns_names - the snapshot
 * @count:	entries of each array
 * @by_name:	sorted by name
 * @by_address:	sorted by address
 * @record_count: entries of @records
 * @records:	sorted by name
 */
struct dns_names {
	size_t count;
	struct dns_name *by_name;
	struct dns_name *by_address;
	size_t record_count;
	struct dns_static *records;
};

static int compare_names(const void *a, const void *b)
{
	const struct sortable *x = a, *y = b;
	int order = strcmp(x->entry.name, y->entry.name);

	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int compare_addresses(const void *a, const void *b)
{
	const struct sortable *x = a, *y = b;

	if (x->entry.address != y->entry.address)
		return x->entry.address < y->entry.address ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

static bool copy_label(const char *name, char *label)
{
	size_t i, len = strnlen(name, DNS_LABEL_SIZE);

	if (!len || len == DNS_LABEL_SIZE)
		return false;
	for (i = 0; i < len; i++) {
		uint8_t c = (uint8_t)name[i];

		if (!ascii_is_alnum(c) && c != '-' && c != '_')
			return false;
		label[i] = ascii_lower(c);
	}
	label[len] = '\0';
	return true;
}

static size_t copy_names(struct sortable *sorted, const struct dns_name *names,
			 size_t count)
{
	size_t i, used = 0;

	for (i = 0; i < count && used < DNS_MAX_NAMES; i++) {
		if (!copy_label(names[i].name, sorted[used].entry.name))
			continue;
		sorted[used].entry.address = names[i].address;
		sorted[used].index = (uint32_t)used;
		used++;
	}
	return used;
}

static void sort_into(struct dns_name *out, struct sortable *sorted,
		      size_t count, int (*compare)(const void *, const void *))
{
	size_t i;

	qsort(sorted, count, sizeof(*sorted), compare);
	for (i = 0; i < count; i++)
		out[i] = sorted[i].entry;
}

struct dns_names *dns_names_create(const struct dns_name *names, size_t count)
{
	size_t room = MIN(count, DNS_MAX_NAMES) + 1;
	struct dns_names *snapshot = calloc(1, sizeof(*snapshot));
	struct sortable *sorted = calloc(room, sizeof(*sorted));

	if (snapshot) {
		snapshot->by_name = calloc(room, sizeof(struct dns_name));
		snapshot->by_address = calloc(room, sizeof(struct dns_name));
	}
	if (!snapshot || !sorted || !snapshot->by_name ||
	    !snapshot->by_address) {
		dns_names_destroy(snapshot);
		free(sorted);
		return NULL;
	}
	snapshot->count = copy_names(sorted, names, count);
	sort_into(snapshot->by_name, sorted, snapshot->count, compare_names);
	sort_into(snapshot->by_address, sorted, snapshot->count,
		  compare_addresses);
	free(sorted);
	return snapshot;
}

void dns_names_destroy(struct dns_names *names)
{
	if (!names)
		return;
	free(names->by_name);
	free(names->by_address);
	free(names->records);
	free(names);
}

int dns_names_set_records(struct dns_names *names,
			  const struct dns_static *records, size_t count)
{
	count = MIN(count, DNS_STATIC_MAX);
	names->record_count = 0;
	free(names->records);
	names->records = calloc(count + 1, sizeof(*records));
	if (!names->records)
		return -ENOMEM;
	if (count)
		memcpy(names->records, records, count * sizeof(*records));
	dns_statics_sort(names->records, count);
	names->record_count = count;
	return 0;
}

const struct dns_static *dns_names_records(const struct dns_names *names,
					   size_t *count)
{
	*count = names->record_count;
	return names->records;
}

static int compare_label(const struct dns_name *entry, const char *label,
			 size_t len)
{
	int order = strncmp(entry->name, label, len);

	return order ? order : entry->name[len] != '\0';
}

const struct dns_name *dns_names_lookup(const struct dns_names *names,
					const char *label, size_t len,
					size_t *count)
{
	size_t low = 0, high = names->count, end;

	*count = 0;
	if (!len || len >= DNS_LABEL_SIZE)
		return NULL;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare_label(&names->by_name[mid], label, len) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < names->count; end++) {
		if (compare_label(&names->by_name[end], label, len))
			break;
	}
	*count = end - low;
	return *count ? &names->by_name[low] : NULL;
}

const char *dns_names_lookup_address(const struct dns_names *names,
				     uint32_t address)
{
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (names->by_address[mid].address < address)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == names->count || names->by_address[low].address != address)
		return NULL;
	return names->by_address[low].name;
}
