/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schema.h - the language in which the lab file's format is written down
 *
 * One set of const tables says which keys there are, what they hold, what they
 * default to and what they mean. From it come validation, defaults, "did you
 * mean", the KEYS section of weft.yaml(5) and weft.schema.json: a key that is
 * not in the table does not exist, one that is has its documentation.
 */
#ifndef CLI_LAB_SCHEMA_H
#define CLI_LAB_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/lab/diag.h"
#include "cli/lab/tree.h"

struct schema_type;

/**
 * struct schema_run - one document on its way through the tables
 * @diag:	where mistakes go
 * @ctx:	for the begin, add and end functions
 */
struct schema_run {
	struct diagnostics *diag;
	void *ctx;
};

/**
 * struct schema_slot - where a value goes
 * @at:		memory of @size bytes; NULL: the value is only checked
 * @size:	sizeof the member
 * @object:	the struct around it
 */
struct schema_slot {
	void *at;
	size_t size;
	void *object;
};

/** enum schema_kind - the shape of a value */
enum schema_kind {
	SCHEMA_TEXT,   /* one scalar, read by @parse */
	SCHEMA_WORDS,  /* one of @words */
	SCHEMA_OBJECT, /* fixed @keys */
	SCHEMA_MAP,    /* entries named by the user, each an @item */
	SCHEMA_LIST,   /* entries, each an @item */
};

/**
 * enum schema_change - what it takes to change a key of a lab that runs
 * @SCHEMA_UNSAID:	the table's author forgot: a unit test says so. Taken
 *			for what is always right: a network is rebuilt, a node
 *			restarted
 * @SCHEMA_LIVE:	no process, port or flow notices
 * @SCHEMA_REBUILD:	the network's own port (gateway, DHCP) is made anew;
 *			nodes stay plugged in and keep running
 * @SCHEMA_REPLUG:	that, and every node with a NIC there is restarted
 * @SCHEMA_RESTART:	the node is restarted
 */
enum schema_change {
	SCHEMA_UNSAID,
	SCHEMA_LIVE,
	SCHEMA_REBUILD,
	SCHEMA_REPLUG,
	SCHEMA_RESTART,
	SCHEMA_CHANGE_COUNT,
};

/**
 * struct schema_word - one of an enum's words
 * @word:	as written
 * @value:	stored as an enum, or as a bool
 * @built:	false: known, but "not supported yet"
 * @aka:	what users of other tools would write; suggests @word
 */
struct schema_word {
	const char *word;
	int value;
	bool built;
	const char *aka;
};

/**
 * struct schema_refusal - a word that other tools know and weft will not
 * @word:	as written there
 * @instead:	what to do, a part of a sentence: "use 'balance-xor'"
 */
struct schema_refusal {
	const char *word;
	const char *instead;
};

/**
 * struct schema_key - one key of an object
 * @name:	as written
 * @type:	what it holds
 * @initial:	default, as text that the type itself reads; NULL: none
 * @fallback:	for the reader: a default that depends on other keys
 * @only:	word of the object's selector that this key goes with; NULL: all
 * @help:	what it means; ends with a full stop
 * @offset:	of the member in the object's struct
 * @size:	of the member; 0: none. Then a scalar is only checked, and the
 *		keys or items below go to the same struct as this key.
 * @change:	what a change costs a lab that runs; those of the lab, a
 *		network, a node and a nic have it, whatever is inside them goes
 *		with them
 * @required:	must be there
 * @built:	false: known, but "not supported yet"
 */
struct schema_key {
	const char *name;
	const struct schema_type *type;
	const char *initial;
	const char *fallback;
	const char *only;
	const char *help;
	size_t offset;
	size_t size;
	enum schema_change change;
	bool required;
	bool built;
};

/** SCHEMA_MEMBER() - offset and size of a key's member */
#define SCHEMA_MEMBER(type, member)              \
	.offset = offsetof(struct type, member), \
	.size = sizeof(((struct type *)NULL)->member)

/** SCHEMA_WHOLE() - a key that sets more than one member gets the struct */
#define SCHEMA_WHOLE(type) .offset = 0, .size = sizeof(struct type)

/**
 * schema_parse_fn - read one scalar
 * @value:	the scalar, not bad
 * @slot:	where to; its @at is never NULL here
 *
 * Reports a mistake at @value, saying what would be right; @slot then stays.
 */
typedef void schema_parse_fn(struct schema_run *run, struct tree *value,
			     const struct schema_slot *slot);

/**
 * struct schema_type - what a key can hold
 * @name:	in messages: "unknown key 'x' in NAME", "network mode"
 * @kind:	enum schema_kind
 * @example:	what would be right, for messages and the manual
 * @pattern:	regular expression for editors (JSON schema), or NULL
 * @bare:	a bare number is meant: a count, not a size
 * @parse:	for SCHEMA_TEXT
 * @words:	for SCHEMA_WORDS
 * @word_count:	entries of @words
 * @refusals:	for SCHEMA_WORDS, may be NULL: words that are none on purpose
 * @refusal_count: entries of @refusals
 * @keys:	for SCHEMA_OBJECT
 * @key_count:	entries of @keys
 * @selector:	key of the object whose word the keys' @only is compared to
 * @item:	for SCHEMA_MAP and SCHEMA_LIST
 * @either:	an object that may stand in place of the scalar, or NULL; its
 *		keys go to the struct that has this key
 * @add:	for SCHEMA_MAP and SCHEMA_LIST: memory for one more item; NULL
 *		after reporting that there is no room, which ends the walk. If
 *		@add itself is missing, items are only checked.
 * @end:	for SCHEMA_OBJECT, may be NULL: all keys are read, judge them
 *		together
 */
struct schema_type {
	const char *name;
	enum schema_kind kind;
	const char *example;
	const char *pattern;
	bool bare;
	schema_parse_fn *parse;
	const struct schema_word *words;
	unsigned word_count;
	const struct schema_refusal *refusals;
	unsigned refusal_count;
	const struct schema_key *keys;
	unsigned key_count;
	const char *selector;
	const struct schema_type *item;
	const struct schema_type *either;
	void *(*add)(struct schema_run *run, void *parent, struct tree *item);
	void (*end)(struct schema_run *run, void *at, struct tree *object);
};

/** SCHEMA_KEYS() - the table of an object's keys */
#define SCHEMA_KEYS(table) .keys = (table), .key_count = ARRAY_SIZE(table)

/** SCHEMA_WORDS_OF() - the table of a type's words */
#define SCHEMA_WORDS_OF(table) .words = (table), .word_count = ARRAY_SIZE(table)

/**
 * schema_read() - validate a tree and fill the structs behind its type
 * @type:	of the root: an object
 * @at:		its struct
 *
 * Every mistake is reported to @run->diag; members whose value was a mistake
 * keep their default.
 */
void schema_read(struct schema_run *run, const struct schema_type *type,
		 struct tree *root, void *at);

/**
 * schema_default() - apply the defaults of an object's table to its struct
 *
 * Objects inside are included, the items of maps and lists are not: those get
 * theirs when they are added.
 */
void schema_default(struct schema_run *run, const struct schema_type *object,
		    void *at);

/** schema_lookup() - the key of this name in an object's table, or NULL */
const struct schema_key *schema_lookup(const struct schema_type *object,
				       const char *name);

#endif
