// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema.c - walks a tree along the tables
 *
 * Theory of operation
 * -------------------
 * An object is read in two passes. First over what the file has: each key must
 * be in the table, built, and go with the object's selector (a 'run' only on a
 * netns node). Then over the table, in its order, whatever the order of the
 * file: that is how 'defaults' are known before the nodes and networks before
 * the NICs that name them. Values recurse into their type; the depth is that of
 * the tables, not of the file.
 *
 * Defaults are text and go through the same parse function as a value, so the
 * manual can't tell another default than the one that is used.
 *
 * Limits: what one key alone can't tell (an address outside its subnet) is
 * lab_check.c's.
 */
#include "cli/lab/schema.h"

#include <stdio.h>
#include <string.h>

#include "cli/lab/suggest.h"

/* The keys or words that a message lists; there is no longer list. */
#define LIST_SIZE 200

static void read_value(struct schema_run *run, const struct schema_type *type,
		       struct tree *value, const struct schema_slot *slot);

const struct schema_key *schema_lookup(const struct schema_type *object,
				       const char *name)
{
	for (unsigned i = 0; i < object->key_count; i++) {
		if (strcmp(object->keys[i].name, name) == 0)
			return &object->keys[i];
	}
	return NULL;
}

/* Names that can be written today, as in "net, mac, ipv4". */
static void list_name(char *list, size_t size, const char *name)
{
	size_t len = strlen(list);

	snprintf(list + len, size - len, "%s%s", len ? ", " : "", name);
}

static void report_unknown(struct schema_run *run,
			   const struct schema_type *object, struct tree *key)
{
	char text[SUGGEST_TEXT_SIZE], list[LIST_SIZE] = "";
	struct suggest suggest;

	suggest_init(&suggest, key->text);
	for (unsigned i = 0; i < object->key_count && !diag_is_full(run->diag);
	     i++) {
		const char *name = object->keys[i].name;

		suggest_offer(&suggest, name, name);
		if (object->keys[i].built)
			list_name(list, sizeof(list), name);
	}
	if (suggest.best)
		diag_error(run->diag, key, "unknown key '%.60s' in %s%s",
			   key->text, object->name,
			   suggest_format(&suggest, text));
	else
		diag_error(run->diag, key,
			   "unknown key '%.60s' in %s: there are %s", key->text,
			   object->name, list);
}

/* The words that can be written today. */
static void list_words(const struct schema_type *type, char *list, size_t size)
{
	list[0] = '\0';
	for (unsigned i = 0; i < type->word_count; i++) {
		if (type->words[i].built)
			list_name(list, size, type->words[i].word);
	}
}

/* A key of the file that was reported and most likely meant this one. */
static bool is_misspelled(const struct tree *map, const char *name)
{
	tree_for_each(value, map)
	{
		struct suggest suggest;

		suggest_init(&suggest, value->key->text);
		suggest_offer(&suggest, name, name);
		if (value->key->bad && suggest.best)
			return true;
	}
	return false;
}

static void report_missing(struct schema_run *run,
			   const struct schema_type *object,
			   const struct schema_key *key, struct tree *map)
{
	struct tree *at = map->key ? map->key : map;
	char list[LIST_SIZE];

	if (is_misspelled(map, key->name))
		return;
	if (key->type->kind == SCHEMA_WORDS) {
		list_words(key->type, list, sizeof(list));
		diag_error(run->diag, at, "%s needs '%s', which is one of %s",
			   object->name, key->name, list);
	} else {
		diag_error(run->diag, at, "%s needs '%s', as in '%s: %s'",
			   object->name, key->name, key->name,
			   key->type->example);
	}
}

/* The selector's word for this object: as written, or the default. */
static const char *selected_word(const struct schema_type *object,
				 const struct tree *map)
{
	const struct tree *value;

	if (!object->selector)
		return NULL;
	value = tree_lookup(map, object->selector);
	if (value && value->kind == TREE_SCALAR)
		return value->text;
	return schema_lookup(object, object->selector)->initial;
}

static bool is_word(const struct schema_type *type, const char *text)
{
	for (unsigned i = 0; i < type->word_count; i++) {
		if (strcmp(type->words[i].word, text) == 0)
			return true;
	}
	return false;
}

static bool key_goes_with(const struct schema_type *object,
			  const struct schema_key *key, const char *word)
{
	const struct schema_key *selector;

	if (!key->only || !word || strcmp(key->only, word) == 0)
		return true;
	/* An unknown word is its own mistake; don't add to it. */
	selector = schema_lookup(object, object->selector);
	return !is_word(selector->type, word);
}

static void check_key(struct schema_run *run, const struct schema_type *object,
		      struct tree *value, const char *word)
{
	const struct schema_key *key = schema_lookup(object, value->key->text);

	if (!key)
		report_unknown(run, object, value->key);
	else if (!key->built)
		diag_error(run->diag, value->key, "'%s' is not supported yet",
			   key->name);
	else if (!key_goes_with(object, key, word))
		diag_error(run->diag, value->key,
			   "'%s' goes with '%s: %s' only, and this is '%s'",
			   key->name, object->selector, key->only, word);
	else
		return;
	value->bad = true;
}

static struct schema_slot slot_of(const struct schema_key *key, void *at)
{
	struct schema_slot slot = {.object = at, .size = key->size};

	if (at && key->size)
		slot.at = (char *)at + key->offset;
	else if (key->type->kind >= SCHEMA_OBJECT)
		slot.at = at;
	return slot;
}

/* Recursion ends where the tables do: no type contains itself. */
/* NOLINTBEGIN(misc-no-recursion) */
static void read_keys(struct schema_run *run, const struct schema_type *object,
		      struct tree *map, void *at)
{
	for (unsigned i = 0; i < object->key_count; i++) {
		const struct schema_key *key = &object->keys[i];
		struct schema_slot slot = slot_of(key, at);
		struct tree *value = tree_lookup(map, key->name);

		if (value && !value->bad)
			read_value(run, key->type, value, &slot);
		else if (!value && key->required)
			report_missing(run, object, key, map);
	}
}

static void read_object(struct schema_run *run, const struct schema_type *type,
			struct tree *map, void *at)
{
	const char *word;

	if (map->kind != TREE_MAP && !tree_is_nothing(map)) {
		diag_error(run->diag, map, "%s is a map of keys, as in '%s'",
			   type->name, type->example);
		return;
	}
	word = selected_word(type, map);
	tree_for_each(value, map)
	{
		if (value->key->bad)
			value->bad = true;
		else
			check_key(run, type, value, word);
	}
	read_keys(run, type, map, at);
	if (type->end && at)
		type->end(run, at, map);
}

static bool kind_is_right(struct schema_run *run,
			  const struct schema_type *type, struct tree *value,
			  enum tree_kind kind)
{
	/* "nodes:" with everything under it commented out is an empty map. */
	if (value->kind == kind || tree_is_nothing(value))
		return true;
	diag_error(run->diag, value, "%s is a %s, as in '%s'", type->name,
		   kind == TREE_MAP ? "map of names" : "list", type->example);
	return false;
}

static void read_items(struct schema_run *run, const struct schema_type *type,
		       struct tree *value, void *at)
{
	enum tree_kind kind = type->kind == SCHEMA_MAP ? TREE_MAP : TREE_LIST;

	if (!kind_is_right(run, type, value, kind))
		return;
	tree_for_each(item, value)
	{
		struct schema_slot slot = {0};

		if (item->bad || (item->key && item->key->bad))
			continue;
		if (type->add) {
			slot.at = type->add(run, at, item);
			if (!slot.at)
				return;
		}
		read_value(run, type->item, item, &slot);
	}
}

static void store_word(const struct schema_word *word,
		       const struct schema_slot *slot)
{
	if (slot->size == sizeof(bool))
		*(bool *)slot->at = word->value;
	else if (slot->size == sizeof(int))
		*(int *)slot->at = word->value;
}

static bool report_refusal(struct schema_run *run,
			   const struct schema_type *type, struct tree *value)
{
	for (unsigned i = 0; i < type->refusal_count; i++) {
		const struct schema_refusal *refusal = &type->refusals[i];

		if (strcmp(value->text, refusal->word) != 0)
			continue;
		diag_error(run->diag, value, "%s '%s' is not offered: %s",
			   type->name, refusal->word, refusal->instead);
		return true;
	}
	return false;
}

static void read_word(struct schema_run *run, const struct schema_type *type,
		      struct tree *value, const struct schema_slot *slot)
{
	char text[SUGGEST_TEXT_SIZE], list[LIST_SIZE];
	struct suggest suggest;

	list_words(type, list, sizeof(list));
	suggest_init(&suggest, value->text);
	for (unsigned i = 0; i < type->word_count; i++) {
		const struct schema_word *word = &type->words[i];

		if (strcmp(value->text, word->word) != 0) {
			suggest_offer(&suggest, word->word, word->word);
			if (word->aka)
				suggest_offer(&suggest, word->aka, word->word);
			continue;
		}
		if (!word->built)
			diag_error(run->diag, value,
				   "%s '%s' is not supported yet", type->name,
				   word->word);
		else
			store_word(word, slot);
		return;
	}
	if (report_refusal(run, type, value))
		return;
	if (!suggest.best)
		diag_error(run->diag, value,
			   "unknown %s '%.60s': it is one of %s", type->name,
			   value->text,
			   type->either || type->word_count == 1 ? type->example
								 : list);
	else
		diag_error(run->diag, value, "unknown %s '%.60s'%s", type->name,
			   value->text, suggest_format(&suggest, text));
}

static void read_scalar(struct schema_run *run, const struct schema_type *type,
			struct tree *value, const struct schema_slot *slot)
{
	if (value->kind != TREE_SCALAR) {
		diag_error(run->diag, value, "%s is a single value, as in '%s'",
			   type->name, type->example);
	} else if (tree_is_nothing(value)) {
		diag_error(run->diag, value->key ? value->key : value,
			   "%s is missing: write it as in '%s'", type->name,
			   type->example);
		value->bad = true;
	} else if (type->kind == SCHEMA_WORDS) {
		read_word(run, type, value, slot);
	} else if (slot->at && type->parse) {
		type->parse(run, value, slot);
	}
}

static void read_value(struct schema_run *run, const struct schema_type *type,
		       struct tree *value, const struct schema_slot *slot)
{
	switch (type->kind) {
	case SCHEMA_TEXT:
	case SCHEMA_WORDS:
		if (type->either && value->kind == TREE_MAP)
			read_object(run, type->either, value, slot->object);
		else
			read_scalar(run, type, value, slot);
		break;
	case SCHEMA_OBJECT:
		read_object(run, type, value, slot->at);
		break;
	case SCHEMA_MAP:
	case SCHEMA_LIST:
		read_items(run, type, value, slot->at);
		break;
	}
}

void schema_read(struct schema_run *run, const struct schema_type *type,
		 struct tree *root, void *at)
{
	const struct schema_slot slot = {.at = at};

	read_value(run, type, root, &slot);
}

void schema_default(struct schema_run *run, const struct schema_type *object,
		    void *at)
{
	for (unsigned i = 0; i < object->key_count; i++) {
		const struct schema_key *key = &object->keys[i];
		struct schema_slot slot = slot_of(key, at);
		struct tree value = {.kind = TREE_SCALAR};

		if (key->type->kind == SCHEMA_OBJECT && slot.at)
			schema_default(run, key->type, slot.at);
		if (key->type->either)
			schema_default(run, key->type->either, at);
		if (!key->initial || !slot.at)
			continue;
		value.text = arena_strndup(&run->diag->arena, key->initial,
					   strlen(key->initial));
		if (!value.text)
			return;
		read_value(run, key->type, &value, &slot);
	}
}
/* NOLINTEND(misc-no-recursion) */
