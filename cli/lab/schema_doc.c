// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_doc.c - the KEYS section of weft.yaml(5) from the tables
 */
#include "cli/lab/schema_gen.h"

const struct schema_type *schema_inner(const struct schema_type *type)
{
	while (type->kind == SCHEMA_MAP || type->kind == SCHEMA_LIST)
		type = type->item;
	return type->kind == SCHEMA_OBJECT ? type : type->either;
}

/* scdoc(5) takes these for its own; the help texts may use '*' on purpose. */
static void put_literal(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '*' || *text == '_' || *text == '\\' ||
		    *text == '#')
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void put_words(const struct schema_type *type, FILE *out)
{
	for (unsigned i = 0; i < type->word_count; i++) {
		const struct schema_word *word = &type->words[i];

		fprintf(out, "%s*%s*%s", i ? ", " : "", word->word,
			word->built ? "" : " (not supported yet)");
	}
	if (type->either) {
		fputs(", or a map of the keys under ", out);
		put_literal(type->either->name, out);
	}
}

static void put_value(const struct schema_type *type, FILE *out)
{
	if (type->kind == SCHEMA_WORDS) {
		fputs("One of ", out);
		put_words(type, out);
		fputs(".", out);
	} else if (type->kind == SCHEMA_TEXT) {
		fputs("As in: ", out);
		put_literal(type->example, out);
	}
}

/* What a lab that runs makes of another value; not said where it is nothing. */
static void put_change(const struct schema_key *key, FILE *out)
{
	static const char *const costs[] = {
		[SCHEMA_UNSAID] = "",
		[SCHEMA_LIVE] = "",
		[SCHEMA_REBUILD] = " A change makes the network's port anew.",
		[SCHEMA_REPLUG] =
			" A change restarts the nodes on the network.",
		[SCHEMA_RESTART] = " A change restarts the node.",
	};
	static_assert(ARRAY_SIZE(costs) == SCHEMA_CHANGE_COUNT, "words each");

	if (key->built)
		fputs(costs[key->change], out);
}

static void put_key(const struct schema_type *object,
		    const struct schema_key *key, FILE *out)
{
	const struct schema_type *inner = schema_inner(key->type);

	fprintf(out, "*%s*\n\t%s", key->name, key->help);
	if (key->required)
		fputs(" Required.", out);
	if (key->initial || key->fallback) {
		fputs(" Default: ", out);
		put_literal(key->initial ? key->initial : key->fallback, out);
		fputs(".", out);
	}
	if (key->only)
		fprintf(out, " Only with *%s: %s*.", object->selector,
			key->only);
	put_change(key, out);
	if (!key->built)
		fputs(" _Not supported yet._", out);
	else if (inner && key->type->kind != SCHEMA_WORDS) {
		fputs(" Its keys are under ", out);
		put_literal(inner->name, out);
		fputs(".", out);
	}
	if (key->type->kind <= SCHEMA_WORDS || !inner) {
		fputs("\n\n\t", out);
		if (key->type->kind > SCHEMA_WORDS)
			fputs("As in: ", out);
		if (key->type->kind > SCHEMA_WORDS)
			put_literal(key->type->example, out);
		else
			put_value(key->type, out);
	}
	fputs("\n\n", out);
}

/* Recursion ends where the tables do: no type contains itself. */
/* NOLINTNEXTLINE(misc-no-recursion) */
void schema_to_scdoc(const struct schema_type *type, FILE *out)
{
	unsigned i;

	fprintf(out, "## %s\n\n", type->name);
	for (i = 0; i < type->key_count; i++)
		put_key(type, &type->keys[i], out);
	for (i = 0; i < type->key_count; i++) {
		const struct schema_type *inner =
			schema_inner(type->keys[i].type);

		if (inner && type->keys[i].built)
			schema_to_scdoc(inner, out);
	}
}
