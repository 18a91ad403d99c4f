/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * service_names.h - names that labd tells one by one, until they are a snapshot
 */
#ifndef CLI_SWITCHD_SERVICE_NAMES_H
#define CLI_SWITCHD_SERVICE_NAMES_H

#include "cli/switchd/wire.h"
#include "core/err.h"
#include "switch/dns/dns_names.h"

/**
 * struct service_names - the set that is being built
 * @names:	@name_count entries
 * @name_count:	entries
 * @records:	@record_count entries
 * @record_count: entries
 */
struct service_names {
	struct dns_name *names;
	unsigned name_count;
	struct dns_static *records;
	unsigned record_count;
};

/** service_names_add() - one more name; 0 or -errno with @err */
int service_names_add(struct service_names *set,
		      const struct wire_name_add *add, struct err *err);

/** service_names_add_record() - one more record; likewise */
int service_names_add_record(struct service_names *set,
			     const struct wire_record_add *add,
			     struct err *err);

/**
 * service_names_commit() - the snapshot; @set is empty again
 *
 * Return: NULL with @err when there is no memory.
 */
struct dns_names *service_names_commit(struct service_names *set,
				       struct err *err);

/** service_names_fini() - forget what was collected */
void service_names_fini(struct service_names *set);

#endif
