/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * print.h - what verbs print: tables, JSON, words safe for a terminal
 */
#ifndef CLI_CMD_PRINT_H
#define CLI_CMD_PRINT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#define TABLE_COLUMNS 12
#define TABLE_CELL_SIZE 64

/**
 * struct table - rows of text, printed in columns as wide as they need
 * @cells:	@rows times @columns; the first row is the head
 * @columns:	per row
 * @rows:	finished or begun
 * @used:	cells of the last row
 * @indent:	blanks in front of each row
 */
struct table {
	char (*cells)[TABLE_CELL_SIZE];
	unsigned columns;
	unsigned rows;
	unsigned used;
	int indent;
};

/** table_init() - @heads in one string, split by blanks */
void table_init(struct table *table, const char *heads);

/** table_add() - the next cell; NULL or "" says "-" */
void table_add(struct table *table, const char *text);

/** table_add_number() - the next cell */
void table_add_number(struct table *table, json_int_t number);

/** table_print() - and free; @brief leaves the head out */
void table_print(struct table *table, bool brief);

/** table_print_to() - as table_print(), elsewhere */
void table_print_to(FILE *out, struct table *table, bool brief);

/** print_json() - the whole document with a newline; returns EXIT_DONE */
int print_json(const json_t *json);

/**
 * is_control() - does a terminal obey @c, behind @before?
 *
 * C0, DEL, and C1 (U+0080 to U+009F) as UTF-8 has it: c2 80 to c2 9f. Without
 * its second byte the first is no character, so only the second has to go.
 */
static inline bool is_control(char before, char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f ||
	       ((unsigned char)before == 0xc2 && (unsigned char)c >= 0x80 &&
		(unsigned char)c < 0xa0);
}

/** print_safe() - without control characters; NULL prints nothing */
void print_safe(FILE *out, const char *text);

/** print_is_fancy() - may @out have colour and move its cursor? */
bool print_is_fancy(FILE *out);

/**
 * age_text() - "12s": an object's "uptime_ms" in its largest unit
 * @text:	room for it, of @size
 *
 * Return: @text; NULL when the object has none.
 */
const char *age_text(const json_t *object, char *text, size_t size);

/** ago_text() - "350ms", "12s": in the largest unit that tells something */
const char *ago_text(json_int_t ms, char *text, size_t size);

/** monotonic_ms() - for how long something took */
long monotonic_ms(void);

/** text_of() - a string member, or NULL */
const char *text_of(const json_t *object, const char *key);

#endif
