// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * resolv_conf.c - the resolvers that resolv.conf(5) names
 */
#include "cli/labd/resolv_conf.h"

#include <stdbool.h>
#include <string.h>

#include "core/addr.h"

#define LOOPBACK UINT32_C(0x7f000001)

static const char keyword[] = "nameserver";

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void add_server(struct resolv_conf *conf, uint32_t server)
{
	unsigned i;

	if (server >> 28 >= 0xe || conf->count == RESOLV_CONF_MAX)
		return; /* groups answer nobody */
	if (!server)
		server = LOOPBACK;
	for (i = 0; i < conf->count; i++) {
		if (conf->servers[i] == server)
			return;
	}
	conf->servers[conf->count++] = server;
}

/* One line, without its end. */
static void parse_line(const char *line, size_t len, struct resolv_conf *conf)
{
	const size_t head = sizeof(keyword) - 1;
	char address[IPV4_TEXT_SIZE];
	uint32_t server;
	size_t used = 0;

	if (len <= head || memcmp(line, keyword, head) || !is_blank(line[head]))
		return;
	line += head;
	len -= head;
	while (len && is_blank(*line))
		line++, len--;
	while (used < len && !is_blank(line[used]))
		used++;
	if (used >= sizeof(address))
		return;
	memcpy(address, line, used);
	address[used] = '\0';
	if (!ipv4_parse(address, &server))
		add_server(conf, server);
}

void resolv_conf_parse(const char *text, size_t len, struct resolv_conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t line = end ? (size_t)(end - text) : len;

		parse_line(text, line, conf);
		line += end != NULL;
		text += line;
		len -= line;
	}
}
