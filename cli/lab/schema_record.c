// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_record.c - the table of a DNS record's keys
 */
#include "cli/lab/lab_build.h"
#include "cli/lab/values.h"

static const struct schema_word record_words[] = {
	{"A", RECORD_A, true, "a"},
	{"AAAA", RECORD_AAAA, true, "aaaa"},
	{"CNAME", RECORD_CNAME, true, "cname"},
	{"TXT", RECORD_TXT, true, "txt"},
};

static_assert(ARRAY_SIZE(record_words) == RECORD_TYPE_COUNT, "a word each");

static const struct schema_type type_record_type = {
	.name = "record type",
	.kind = SCHEMA_WORDS,
	.example = "A, AAAA, CNAME, TXT",
	SCHEMA_WORDS_OF(record_words),
};

static const struct schema_type type_record_name = {
	.name = "name",
	.kind = SCHEMA_TEXT,
	.example = "www",
	.pattern = "^[A-Za-z0-9_.-]{1,127}$",
	.parse = value_record_name,
};

static const struct schema_type type_record_value = {
	.name = "value",
	.kind = SCHEMA_TEXT,
	.example = "10.20.0.50",
	.bare = true,
	.parse = value_line,
};

static const struct schema_key record_keys[] = {
	{
		.name = "name",
		.type = &type_record_name,
		.help = "One label is below the network's domain, and resolves "
			"alone too; a name with a dot is whole. Resolvers are "
			"never asked for it.",
		SCHEMA_MEMBER(record_settings, name),
		.required = true,
		.built = true,
	},
	{
		.name = "type",
		.type = &type_record_type,
		.initial = "A",
		.help = "What the value is.",
		SCHEMA_MEMBER(record_settings, type),
		.built = true,
	},
	{
		.name = "value",
		.type = &type_record_value,
		.help = "*A*, *AAAA*: an address. *CNAME*: a node with a NIC "
			"on "
			"this network, or the name of another record. *TXT*: "
			"text of up to 255 bytes.",
		SCHEMA_MEMBER(record_settings, value),
		.required = true,
		.built = true,
	},
};

static const struct schema_type type_record = {
	.name = "record",
	.kind = SCHEMA_OBJECT,
	.example = "{ name: www, type: CNAME, value: web1 }",
	SCHEMA_KEYS(record_keys),
};

const struct schema_type type_records = {
	.name = "records",
	.kind = SCHEMA_LIST,
	.example = "[ { name: www, type: CNAME, value: web1 } ]",
	.item = &type_record,
	.add = build_record_add,
};
