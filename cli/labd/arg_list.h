/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arg_list.h - the command line of a program, as it is put together
 */
#ifndef CLI_LABD_ARG_LIST_H
#define CLI_LABD_ARG_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "core/util.h"

#define ARG_LIST_MAX 128
#define ARG_LIST_TEXT_SIZE 32768

/**
 * struct arg_list - an argument vector with its text; all zero: empty
 * @argv:	NULL-terminated
 * @argc:	entries
 * @text:	what @argv points into
 * @len:	bytes of @text used
 * @is_full:	something did not fit: the list is worthless
 */
struct arg_list {
	char *argv[ARG_LIST_MAX + 1];
	unsigned argc;
	char text[ARG_LIST_TEXT_SIZE];
	size_t len;
	bool is_full;
};

/** arg_list_add() - one more argument */
void arg_list_add(struct arg_list *args, const char *fmt, ...) PRINTF(2, 3);

/** arg_list_pair() - two more, as they are: an option and its value */
void arg_list_pair(struct arg_list *args, const char *name, const char *value);

#endif
