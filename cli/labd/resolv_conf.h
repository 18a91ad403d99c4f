/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resolv_conf.h - the resolvers that resolv.conf(5) names
 */
#ifndef CLI_LABD_RESOLV_CONF_H
#define CLI_LABD_RESOLV_CONF_H

#include <stddef.h>
#include <stdint.h>

/** RESOLV_CONF_MAX - resolvers that are read; libc uses three */
#define RESOLV_CONF_MAX 8

/**
 * struct resolv_conf - what the file says
 * @servers:	@count addresses, host order, each once
 * @count:	entries
 */
struct resolv_conf {
	uint32_t servers[RESOLV_CONF_MAX];
	unsigned count;
};

/**
 * resolv_conf_parse() - read its nameserver lines
 * @text:	@len bytes, anything
 *
 * IPv6 addresses are stepped over, as are all other lines. As for libc, 0.0.0.0
 * is the host itself.
 */
void resolv_conf_parse(const char *text, size_t len, struct resolv_conf *conf);

#endif
