// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * service_names.c - names that labd tells one by one, until they are a snapshot
 */
#include "cli/switchd/service_names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/switchd/domain.h"
#include "core/util.h"

int service_names_add(struct service_names *set,
		      const struct wire_name_add *add, struct err *err)
{
	struct dns_name *names = set->names;
	unsigned n = set->name_count;

	if (n == DOMAINS_MAX_NAMES)
		return err_set(err, -ENOSPC, "too many names");
	if ((n & (n - 1)) == 0) {
		names = realloc(names, MAX(2 * n, 1) * sizeof(*names));
		if (!names)
			return err_set(err, -ENOMEM, "no memory");
		set->names = names;
	}
	snprintf(names[n].name, sizeof(names[n].name), "%s", add->name);
	names[n].address = add->address;
	set->name_count++;
	return 0;
}

int service_names_add_record(struct service_names *set,
			     const struct wire_record_add *add, struct err *err)
{
	struct dns_static *record;

	if (!set->records)
		set->records = calloc(DNS_STATIC_MAX, sizeof(*record));
	if (!set->records)
		return err_set(err, -ENOMEM, "no memory for records");
	if (set->record_count == DNS_STATIC_MAX)
		return err_set(err, -ENOSPC, "too many records");
	record = &set->records[set->record_count];
	if (dns_static_set(record, add->name, add->type, add->value))
		return err_set(err, -EINVAL, "record %s is none", add->name);
	set->record_count++;
	return 0;
}

void service_names_fini(struct service_names *set)
{
	free(set->names);
	free(set->records);
	memset(set, 0, sizeof(*set));
}

struct dns_names *service_names_commit(struct service_names *set,
				       struct err *err)
{
	struct dns_names *names = dns_names_create(set->names, set->name_count);

	if (names &&
	    dns_names_set_records(names, set->records, set->record_count)) {
		dns_names_destroy(names);
		names = NULL;
	}
	service_names_fini(set);
	if (!names)
		err_set(err, -ENOMEM, "no memory for names");
	return names;
}
