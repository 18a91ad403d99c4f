// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * values.c - readers of single values: numbers with units, counts, names
 *
 * A number with a unit never overflows: it is read into 64 bits, bounded before
 * each multiplication, and must lie between two named limits.
 */
#include "cli/lab/values.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lab/quantity.h"
#include "core/addr.h"
#include "switch/nat/nat_policy.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

static const struct unit memory_units[] = {
	{"K", 1024},  {"M", MIB},   {"G", GIB},  {"KiB", 1024}, {"MiB", MIB},
	{"GiB", GIB}, {"Ki", 1024}, {"Mi", MIB}, {"Gi", GIB},
};

static const struct unit lease_units[] = {
	{"s", 1},
	{"m", 60},
	{"h", 3600},
	{"d", 86400},
};

const struct unit quantity_ms[QUANTITY_MS_COUNT] = {
	{"ms", 1},
	{"s", 1000},
	{"m", 60000},
	{"h", 3600000},
};

static const struct quantity memory_quantity = {
	.what = "memory",
	.units = memory_units,
	.unit_count = ARRAY_SIZE(memory_units),
	.min = LAB_MIN_MEMORY_MIB * MIB,
	.max = LAB_MAX_MEMORY_MIB * MIB,
	.range = "16M to 256G",
	.suffix = "M",
	.example = "128M or 1G",
};

static const struct quantity lease_quantity = {
	.what = "lease",
	.units = lease_units,
	.unit_count = ARRAY_SIZE(lease_units),
	.min = LAB_MIN_LEASE_S,
	.max = LAB_MAX_LEASE_S,
	.range = "10s to 365d",
	.suffix = "s",
	.example = "90s, 1h or 7d",
};

static const struct quantity wait_quantity = {
	.what = "time",
	.units = quantity_ms,
	.unit_count = QUANTITY_MS_COUNT,
	.min = LAB_MIN_CHECK_MS,
	.max = LAB_MAX_CHECK_MS,
	.range = "100ms to 1h",
	.suffix = "s",
	.example = "500ms, 5s or 1m",
};

static_assert(LAB_MIN_MEMORY_MIB == 16 && LAB_MAX_MEMORY_MIB == 256 * 1024,
	      "the range above names the numbers");
static_assert(LAB_MIN_CHECK_MS == 100 && LAB_MAX_CHECK_MS == 3600 * 1000,
	      "the range above names the numbers");
static_assert(LAB_MIN_LEASE_S == 10 && LAB_MAX_LEASE_S == 365 * 86400,
	      "the range above names the numbers");

/* Decimal digits to a number; values beyond 2^53 saturate, never wrap. */
static const char *read_digits(const char *text, uint64_t *number)
{
	const uint64_t most = (uint64_t)1 << 53;

	*number = 0;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (*number < most)
			*number = *number * 10 + (uint64_t)(*text - '0');
	}
	*number = MIN(*number, most);
	return text;
}

static uint64_t unit_factor(const struct quantity *q, const char *name)
{
	for (unsigned i = 0; i < q->unit_count; i++) {
		if (strcmp(q->units[i].name, name) == 0)
			return q->units[i].factor;
	}
	return 0;
}

bool quantity_read(struct schema_run *run, struct tree *value,
		   const struct quantity *q, uint64_t *result)
{
	const char *text = value->text, *unit;
	uint64_t number, factor;

	unit = read_digits(text, &number);
	if (unit != text && !*unit) {
		diag_error(run->diag, value,
			   "%s '%.20s' has no unit (did you mean '%.20s%s'?)",
			   q->what, text, text, q->suffix);
		return false;
	}
	factor = unit_factor(q, unit);
	if (unit == text || !factor) {
		diag_error(run->diag, value, "'%.40s' is no %s: write %s", text,
			   q->what, q->example);
		return false;
	}
	if (number > q->max / factor || number * factor < q->min) {
		diag_error(run->diag, value, "%s %.40s is out of range: %s",
			   q->what, text, q->range);
		return false;
	}
	*result = number * factor;
	return true;
}

void value_memory(struct schema_run *run, struct tree *value,
		  const struct schema_slot *slot)
{
	uint64_t bytes;

	if (!quantity_read(run, value, &memory_quantity, &bytes))
		return;
	if (bytes % MIB) {
		diag_error(run->diag, value,
			   "memory %.20s is not a multiple of 1M", value->text);
		return;
	}
	*(uint32_t *)slot->at = (uint32_t)(bytes / MIB);
}

void value_lease(struct schema_run *run, struct tree *value,
		 const struct schema_slot *slot)
{
	uint64_t seconds;

	if (quantity_read(run, value, &lease_quantity, &seconds))
		*(uint32_t *)slot->at = (uint32_t)seconds;
}

void value_wait(struct schema_run *run, struct tree *value,
		const struct schema_slot *slot)
{
	uint64_t ms;

	if (quantity_read(run, value, &wait_quantity, &ms))
		*(uint32_t *)slot->at = (uint32_t)ms;
}

bool quantity_count(struct schema_run *run, struct tree *value, uint32_t min,
		    uint32_t max, uint32_t *result)
{
	const char *what = value->key ? value->key->text : "number";
	const char *end;
	uint64_t number;

	end = read_digits(value->text, &number);
	if (end != value->text && !*end && number >= min && number <= max) {
		*result = (uint32_t)number;
		return true;
	}
	diag_error(run->diag, value, "%.20s '%.40s' is no number from %u to %u",
		   what, value->text, min, max);
	return false;
}

void value_version(struct schema_run *run, struct tree *value,
		   const struct schema_slot *slot)
{
	if (strcmp(value->text, "1") == 0)
		*(uint32_t *)slot->at = LAB_VERSION;
	else
		diag_error(run->diag, value,
			   "version '%.20s' of the file format is unknown: "
			   "this weft reads version 1",
			   value->text);
}

static_assert(LAB_VERSION == 1, "the message above names the number");

void value_cpus(struct schema_run *run, struct tree *value,
		const struct schema_slot *slot)
{
	quantity_count(run, value, 1, LAB_MAX_CPUS, slot->at);
}

void value_flows(struct schema_run *run, struct tree *value,
		 const struct schema_slot *slot)
{
	quantity_count(run, value, 1, NAT_MAX_FLOWS, slot->at);
}

void value_spare_nics(struct schema_run *run, struct tree *value,
		      const struct schema_slot *slot)
{
	quantity_count(run, value, 0, LAB_MAX_NICS, slot->at);
}

void value_http_status(struct schema_run *run, struct tree *value,
		       const struct schema_slot *slot)
{
	quantity_count(run, value, 100, 599, slot->at);
}

void value_mtu(struct schema_run *run, struct tree *value,
	       const struct schema_slot *slot)
{
	uint32_t mtu;

	if (quantity_count(run, value, LAB_MIN_MTU, LAB_MAX_MTU, &mtu))
		*(uint16_t *)slot->at = (uint16_t)mtu;
}

void value_snaplen(struct schema_run *run, struct tree *value,
		   const struct schema_slot *slot)
{
	quantity_count(run, value, 1, LAB_MAX_SNAPLEN, slot->at);
}

void value_filter_code(struct schema_run *run, struct tree *value,
		       const struct schema_slot *slot)
{
	if (filter_code_parse(value->text, slot->at))
		diag_error(run->diag, value,
			   "no classic BPF program that weft runs");
}

void value_file_mode(struct schema_run *run, struct tree *value,
		     const struct schema_slot *slot)
{
	const char *text = value->text;
	size_t len = strlen(text);

	if (len < 3 || len > 4 || strspn(text, "01234567") != len ||
	    (len == 4 && text[0] != '0')) {
		diag_error(run->diag, value,
			   "mode '%.20s' is no octal file mode: write \"0660\"",
			   text);
		return;
	}
	*(uint32_t *)slot->at = (uint32_t)strtoul(text, NULL, 8);
}

/* Letters, digits and '-', not '-' at the end: a DNS label (RFC 1123 2.1). */
static bool is_label(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)text[i]) && text[i] != '-')
			return false;
	}
	return len && text[0] != '-' && text[len - 1] != '-';
}

bool value_is_name(const char *text)
{
	size_t len = strlen(text);

	return len < LAB_NAME_SIZE && is_label(text, len) &&
	       isalpha((unsigned char)text[0]);
}

void value_name(struct schema_run *run, struct tree *value,
		const struct schema_slot *slot)
{
	if (value_is_name(value->text))
		memcpy(slot->at, value->text, strlen(value->text) + 1);
	else
		diag_error(run->diag, value,
			   "'%.60s' is no name: letters, digits and '-', a "
			   "letter first, no '-' last, at most 31",
			   value->text);
}

static_assert(LAB_NAME_SIZE == 32, "the message above names the number");
