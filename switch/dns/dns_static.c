// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dns_static.c - records that the lab file gives a name
 */
#include "switch/dns/dns_static.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "core/ascii.h"

#define TXT_MAX 255

/* Labels of letters, digits, '-' and '_', dots between. */
static bool copy_name(char *to, size_t size, const char *name)
{
	size_t i, label = 0;

	for (i = 0; name[i]; i++) {
		uint8_t c = (uint8_t)name[i];

		if (i + 1 == size || (c == '.' && !label))
			return false;
		if (c != '.' && c != '-' && c != '_' && !ascii_is_alnum(c))
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label == 64)
			return false;
		to[i] = ascii_lower(c);
	}
	to[i] = '\0';
	return label > 0;
}

static bool set_text(struct dns_static *record, const char *value)
{
	size_t len = strlen(value);

	if (len > TXT_MAX)
		return false;
	record->data[0] = (uint8_t)len;
	memcpy(record->data + 1, value, len);
	record->len = (uint16_t)(len + 1);
	return true;
}

static bool set_data(struct dns_static *record, const char *value)
{
	switch (record->type) {
	case DNS_A:
		record->len = 4;
		return inet_pton(AF_INET, value, record->data) == 1;
	case DNS_AAAA:
		record->len = 16;
		return inet_pton(AF_INET6, value, record->data) == 1;
	case DNS_TXT:
		return set_text(record, value);
	case DNS_CNAME:
		/* it begins with a letter or digit, so there is a NUL */
		record->len = (uint16_t)strlen(value);
		return copy_name((char *)record->data, DNS_NAME_SIZE, value);
	default:
		return false;
	}
}

int dns_static_set(struct dns_static *record, const char *name, uint16_t type,
		   const char *value)
{
	memset(record, 0, sizeof(*record));
	record->type = type;
	return copy_name(record->name, sizeof(record->name), name) &&
			       set_data(record, value)
		       ? 0
		       : -EINVAL;
}

/* By insertion: there are few, and what was first stays first. */
void dns_statics_sort(struct dns_static *records, size_t count)
{
	size_t i, j;

	for (i = 1; i < count; i++) {
		struct dns_static record = records[i];

		for (j = i; j && strcmp(records[j - 1].name, record.name) > 0;
		     j--)
			records[j] = records[j - 1];
		records[j] = record;
	}
}

static int compare(const struct dns_static *record, const char *name,
		   size_t len)
{
	int order = strncmp(record->name, name, len);

	return order ? order : record->name[len] != '\0';
}

const struct dns_static *dns_statics_lookup(const struct dns_static *records,
					    size_t count, const char *name,
					    size_t len, size_t *found)
{
	size_t low = 0, high = count, end;

	*found = 0;
	if (!len || len >= DNS_NAME_SIZE)
		return NULL;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(&records[mid], name, len) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < count && !compare(&records[end], name, len);)
		end++;
	*found = end - low;
	return *found ? &records[low] : NULL;
}
