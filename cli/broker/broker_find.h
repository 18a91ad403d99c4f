/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * broker_find.h - where weft-broker is, and whether it can do its work for us
 */
#ifndef CLI_BROKER_BROKER_FIND_H
#define CLI_BROKER_BROKER_FIND_H

#include <stdbool.h>
#include <stddef.h>

/** BROKER_GROUP - those who may run it */
#define BROKER_GROUP "weft"
#define BROKER_PATH_SIZE 512

/**
 * struct broker_found - what was found out
 * @path:	of weft-broker; empty: there is none
 * @code:	0: it can be used; else -errno
 * @why:	half a sentence: why it can't
 * @fix:	what to do about it
 */
struct broker_found {
	char path[BROKER_PATH_SIZE];
	int code;
	char why[768];
	char fix[1536];
};

/**
 * broker_find() - look, without starting it
 *
 * Return: @found->code: -ENOENT when there is none; -EPERM when it has not the
 * file capabilities, or they would not come into force; -EACCES when we may not
 * run it.
 */
int broker_find(struct broker_found *found);

/**
 * broker_has_capabilities() - is this the attribute of a program that has both?
 * @data:	"security.capability", @len bytes
 */
bool broker_has_capabilities(const void *data, size_t len);

#endif
