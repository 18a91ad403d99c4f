/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resolvers.h - the host's resolvers, and word when they change
 */
#ifndef CLI_LABD_RESOLVERS_H
#define CLI_LABD_RESOLVERS_H

#include "cli/labd/resolv_conf.h"
#include "core/log.h"
#include "core/loop.h"

/** RESOLVERS_PATH - where they are named */
#define RESOLVERS_PATH "/etc/resolv.conf"

struct resolvers;

/**
 * resolvers_open() - read the file, and again whenever it changes
 * @path:	RESOLVERS_PATH; need not exist
 * @changed:	called when the list has become another one
 *
 * Where the kernel can't tell about changes, the log says so, once, and the
 * list stays as it is.
 *
 * Return: NULL when there is no memory.
 */
struct resolvers *resolvers_open(struct loop *loop, const char *path,
				 const struct log *log,
				 void (*changed)(void *ctx), void *ctx);

/** resolvers_close() - NULL is fine */
void resolvers_close(struct resolvers *resolvers);

/** resolvers_get() - the present list; empty when there is no file, or NULL */
const struct resolv_conf *resolvers_get(const struct resolvers *resolvers);

#endif
