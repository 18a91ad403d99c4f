// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build_record.c - dns.records: of a nat network, and whether they make sense
 *
 * A CNAME must lead to what the gateway itself has an address for: clients
 * don't follow one themselves, so the whole chain is in the answer.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "cli/lab/lab_build.h"
#include "cli/lab/values.h"

/* CNAMEs in a row, as the gateway follows them. */
#define CHAIN_MAX 8

void *build_record_add(struct schema_run *run, void *parent, struct tree *item)
{
	struct network_settings *network = parent;

	if (network->record_count == LAB_MAX_RECORDS) {
		diag_error(run->diag, item, "more than %d records",
			   LAB_MAX_RECORDS);
		return NULL;
	}
	return &network->records[network->record_count++];
}

/* As value_is_domain(), but services begin with '_' (RFC 8552). */
void value_record_name(struct schema_run *run, struct tree *value,
		       const struct schema_slot *slot)
{
	char plain[LAB_DOMAIN_SIZE];
	size_t i, len = strlen(value->text);

	for (i = 0; i < len && i + 1 < sizeof(plain); i++)
		plain[i] = value->text[i] == '_' ? 'x' : value->text[i];
	plain[i] = '\0';
	if (len >= slot->size || !value_is_domain(plain))
		diag_error(run->diag, value,
			   "'%.60s' is no name: write www, or "
			   "www.example.com",
			   value->text);
	else
		memcpy(slot->at, value->text, len + 1);
}

/* "NAME.domain" is NAME: one form for all comparisons. */
static size_t bare_len(const struct network_settings *network, const char *name)
{
	size_t len = strlen(name), tail = strlen(network->domain);

	if (tail && len > tail + 1 && name[len - tail - 1] == '.' &&
	    !strcasecmp(name + len - tail, network->domain) &&
	    !memchr(name, '.', len - tail - 1))
		return len - tail - 1;
	return len;
}

static bool is_same(const struct network_settings *network, const char *a,
		    const char *b)
{
	size_t len = bare_len(network, a);

	return len == bare_len(network, b) && !strncasecmp(a, b, len);
}

/* The gateway, or a node with a NIC there? */
static bool is_node(const struct lab *lab, unsigned index, const char *name)
{
	const struct network_settings *network = &lab->networks[index];
	unsigned i, j;

	if (is_same(network, name, "gateway"))
		return true;
	for (i = 0; i < lab->node_count; i++) {
		const struct node_settings *node = &lab->nodes[i];

		if (!is_same(network, name, node->name))
			continue;
		for (j = 0; j < node->nic_count; j++) {
			if (node->nics[j].network == index)
				return true;
		}
	}
	return false;
}

static const struct record_settings *
find_record(const struct network_settings *network, const char *name)
{
	unsigned i;

	for (i = 0; i < network->record_count; i++) {
		if (is_same(network, network->records[i].name, name))
			return &network->records[i];
	}
	return NULL;
}

static void check_target(struct lab_build *build, unsigned index,
			 const struct record_settings *record, struct tree *at)
{
	const struct network_settings *network = &build->lab->networks[index];
	const struct record_settings *next = record;
	unsigned i;

	for (i = 0; i < CHAIN_MAX && next->type == RECORD_CNAME; i++) {
		if (is_node(build->lab, index, next->value))
			return;
		next = find_record(network, next->value);
		if (!next) {
			diag_error(build->diag, at,
				   "CNAME '%.60s' leads nowhere: it must be a "
				   "node on network '%s', or the name of "
				   "another record",
				   record->value, network->name);
			return;
		}
	}
	if (next->type == RECORD_CNAME)
		diag_error(build->diag, at,
			   "CNAME '%.60s' leads to more than %d others, or "
			   "back to itself",
			   record->value, CHAIN_MAX);
}

/* RFC 1034 3.6.2: where there is a CNAME there is nothing else. */
static void check_company(struct lab_build *build, unsigned index,
			  const struct record_settings *record, struct tree *at)
{
	const struct network_settings *network = &build->lab->networks[index];
	const struct record_settings *first =
		find_record(network, record->name);

	if (is_node(build->lab, index, record->name) &&
	    (record->type == RECORD_CNAME || record->type == RECORD_A))
		diag_error(build->diag, at,
			   "'%s' is a node's name, which has its address "
			   "already",
			   record->name);
	else if (first != record &&
		 (first->type == RECORD_CNAME || record->type == RECORD_CNAME))
		diag_error(build->diag, at,
			   "'%s' has another record: a CNAME must be alone",
			   record->name);
}

static bool is_address(const struct record_settings *record)
{
	uint8_t address[16];

	return inet_pton(record->type == RECORD_A ? AF_INET : AF_INET6,
			 record->value, address) == 1;
}

static void check_record(struct lab_build *build, unsigned index,
			 const struct record_settings *record,
			 struct tree *item)
{
	struct tree *name = tree_lookup(item, "name");
	struct tree *value = tree_lookup(item, "value");
	struct tree *type = tree_lookup(item, "type");

	if ((type && type->bad) || !name || name->bad || !value || value->bad)
		return;
	check_company(build, index, record, name);
	if (record->type == RECORD_CNAME)
		check_target(build, index, record, value);
	else if (record->type != RECORD_TXT && !is_address(record))
		diag_error(build->diag, value,
			   "'%.60s' is no IPv%d address: write %s",
			   record->value, record->type == RECORD_A ? 4 : 6,
			   record->type == RECORD_A ? "10.20.0.50"
						    : "\"fd00:20::50\"");
}

void lab_check_records(struct lab_build *build)
{
	unsigned i;

	for (i = 0; i < build->lab->network_count; i++) {
		struct network_settings *network = &build->lab->networks[i];
		struct tree *dns = tree_lookup(build->network_at[i], "dns");
		struct tree *records = tree_lookup(dns, "records");
		unsigned next = 0;

		if (!records || records->bad || records->kind != TREE_LIST)
			continue;
		tree_for_each(item, records)
		{
			if (item->bad || next == network->record_count)
				continue;
			check_record(build, i, &network->records[next++], item);
		}
	}
}
