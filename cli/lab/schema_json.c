// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_json.c - a JSON schema from the tables, for editors
 */
#include <stdlib.h>
#include <string.h>

#include "cli/lab/schema_gen.h"

#define NAME_PATTERN "^[A-Za-z]([A-Za-z0-9-]{0,29}[A-Za-z0-9])?$"

static json_t *type_to_json(const struct schema_type *type);

static json_t *text_to_json(const struct schema_type *type)
{
	json_t *root = json_object();

	if (type->bare)
		json_object_set_new(root, "type",
				    json_pack("[ss]", "integer", "string"));
	else
		json_object_set_new(root, "type", json_string("string"));
	if (type->pattern)
		json_object_set_new(root, "pattern",
				    json_string(type->pattern));
	return root;
}

/* A word as it reaches an editor: YAML may have made a bool of it. */
static void add_word(json_t *words, const char *word)
{
	if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0)
		json_array_append_new(words, json_boolean(word[0] == 't'));
	else
		json_array_append_new(words, json_string(word));
}

static json_t *words_to_json(const struct schema_type *type)
{
	json_t *words = json_array();

	for (unsigned i = 0; i < type->word_count; i++) {
		if (type->words[i].built)
			add_word(words, type->words[i].word);
	}
	return json_pack("{so}", "enum", words);
}

/* The help text without the manual's emphasis. */
static void put_plain(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text != '*')
			fputc(*text, out);
	}
}

static json_t *describe(const struct schema_type *object,
			const struct schema_key *key, json_t *schema)
{
	const char *value = key->initial ? key->initial : key->fallback;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return schema;
	put_plain(key->help, out);
	if (value)
		fprintf(out, " Default: %s.", value);
	if (key->only)
		fprintf(out, " Only with %s: %s.", object->selector, key->only);
	if (!fclose(out))
		json_object_set_new(schema, "description", json_string(text));
	free(text);
	return schema;
}

/* Recursion ends where the tables do: no type contains itself. */
/* NOLINTBEGIN(misc-no-recursion) */
static json_t *object_to_json(const struct schema_type *type)
{
	json_t *properties = json_object(), *required = json_array();

	for (unsigned i = 0; i < type->key_count; i++) {
		const struct schema_key *key = &type->keys[i];

		if (!key->built)
			continue;
		json_object_set_new(
			properties, key->name,
			describe(type, key, type_to_json(key->type)));
		if (key->required)
			json_array_append_new(required, json_string(key->name));
	}
	return json_pack("{s[ss],so,so,sb}", "type", "object", "null",
			 "properties", properties, "required", required,
			 "additionalProperties", 0);
}

static json_t *either_to_json(const struct schema_type *type)
{
	json_t *first = type->kind == SCHEMA_WORDS ? words_to_json(type)
						   : text_to_json(type);

	if (!type->either)
		return first;
	return json_pack("{s[oo]}", "anyOf", first,
			 object_to_json(type->either));
}

static json_t *type_to_json(const struct schema_type *type)
{
	switch (type->kind) {
	case SCHEMA_TEXT:
	case SCHEMA_WORDS:
		return either_to_json(type);
	case SCHEMA_OBJECT:
		return object_to_json(type);
	case SCHEMA_MAP:
		return json_pack("{s[ss],s{ss},so}", "type", "object", "null",
				 "propertyNames", "pattern", NAME_PATTERN,
				 "additionalProperties",
				 type_to_json(type->item));
	case SCHEMA_LIST:
		return json_pack("{s[ss],so}", "type", "array", "null", "items",
				 type_to_json(type->item));
	}
	return NULL;
}
/* NOLINTEND(misc-no-recursion) */

json_t *schema_to_json(const struct schema_type *type)
{
	json_t *root = json_object();

	json_object_set_new(
		root, "$schema",
		json_string("https://json-schema.org/draft/2020-12/schema"));
	json_object_set_new(root, "title", json_string("weft lab file"));
	if (json_object_update_new(root, object_to_json(type)))
		return NULL;
	json_object_set_new(root, "type", json_string("object"));
	return root;
}
