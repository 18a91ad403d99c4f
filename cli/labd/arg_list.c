// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * arg_list.c - the command line of a program, as it is put together
 */
#include "cli/labd/arg_list.h"

#include <stdarg.h>
#include <stdio.h>

void arg_list_add(struct arg_list *args, const char *fmt, ...)
{
	size_t room = sizeof(args->text) - args->len;
	char *text = args->text + args->len;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text, room, fmt, ap);
	va_end(ap);
	if (len < 0 || (size_t)len >= room || args->argc == ARG_LIST_MAX) {
		args->is_full = true;
		return;
	}
	args->argv[args->argc++] = text;
	args->argv[args->argc] = NULL;
	args->len += (size_t)len + 1;
}

void arg_list_pair(struct arg_list *args, const char *name, const char *value)
{
	arg_list_add(args, "%s", name);
	arg_list_add(args, "%s", value);
}
