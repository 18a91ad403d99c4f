// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * values_text.c - readers of single values: addresses, domains, free text
 */
#include <ctype.h>
#include <string.h>

#include "cli/lab/values.h"
#include "core/addr.h"

static void store_text(struct schema_run *run, struct tree *value,
		       const struct schema_slot *slot)
{
	size_t len = strlen(value->text);

	if (len < slot->size)
		memcpy(slot->at, value->text, len + 1);
	else
		diag_error(run->diag, value,
			   "too long: %zu bytes, at most %zu are possible", len,
			   slot->size - 1);
}

void value_script(struct schema_run *run, struct tree *value,
		  const struct schema_slot *slot)
{
	store_text(run, value, slot);
}

void value_line(struct schema_run *run, struct tree *value,
		const struct schema_slot *slot)
{
	for (const char *c = value->text; *c; c++) {
		if (iscntrl((unsigned char)*c)) {
			diag_error(run->diag, value,
				   "a control character in a text that must be "
				   "one line");
			return;
		}
	}
	store_text(run, value, slot);
}

void value_group(struct schema_run *run, struct tree *value,
		 const struct schema_slot *slot)
{
	const char *text = value->text;
	bool right = isalpha((unsigned char)text[0]) || text[0] == '_';

	for (const char *c = text; *c; c++)
		right &= isalnum((unsigned char)*c) || strchr("_-.", *c);
	if (right && strlen(text) < slot->size)
		memcpy(slot->at, text, strlen(text) + 1);
	else
		diag_error(run->diag, value, "'%.40s' is no group name", text);
}

/* RFC 1035 2.3.1 as relaxed by RFC 1123 2.1: labels of 1 to 63, dots between */
bool value_is_domain(const char *text)
{
	unsigned label = 0;

	for (const char *c = text; *c; c++) {
		bool dot = *c == '.';

		if (!dot && !isalnum((unsigned char)*c) && *c != '-')
			return false;
		if (dot && (!label || c[-1] == '-'))
			return false;
		if (!label && *c == '-')
			return false;
		label = dot ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return label && text[strlen(text) - 1] != '-';
}

void value_domain(struct schema_run *run, struct tree *value,
		  const struct schema_slot *slot)
{
	if (value_is_domain(value->text))
		store_text(run, value, slot);
	else
		diag_error(run->diag, value,
			   "'%.60s' is no domain: write names with dots "
			   "between, as in office.lab",
			   value->text);
}

void value_mac(struct schema_run *run, struct tree *value,
	       const struct schema_slot *slot)
{
	struct mac mac;

	if (mac_parse(value->text, &mac))
		diag_error(run->diag, value,
			   "'%.40s' is no MAC address: write "
			   "\"52:54:00:00:00:07\"",
			   value->text);
	else if (mac_is_group(&mac) || mac_is_zero(&mac))
		diag_error(run->diag, value,
			   "'%s' can't be a NIC's own address: the second "
			   "digit must be even, and not all may be zero",
			   value->text);
	else
		*(struct mac *)slot->at = mac;
}

void value_address(struct schema_run *run, struct tree *value,
		   const struct schema_slot *slot)
{
	uint32_t addr;

	if (ipv4_parse(value->text, &addr) || !addr)
		diag_error(run->diag, value,
			   "'%.40s' is no IPv4 address: write 10.20.0.7",
			   value->text);
	else
		*(uint32_t *)slot->at = addr;
}
