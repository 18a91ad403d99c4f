// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check_host.c - whom a check's target names, taken out of its text
 */
#include "cli/lab/check_host.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lab/values.h"
#include "core/addr.h"

static const char scheme[] = "http://";

static const char *set_name(struct check_host *host, const char *text,
			    size_t len)
{
	uint32_t addr;

	if (!len || len >= sizeof(host->name))
		return "names no host";
	memcpy(host->name, text, len);
	host->name[len] = '\0';
	if (!ipv4_parse(host->name, &addr))
		return NULL;
	if (!value_is_domain(host->name))
		return "is neither a node, an IPv4 address nor a DNS name";
	host->is_node = !strchr(host->name, '.') &&
			strcmp(host->name, "localhost") != 0;
	return NULL;
}

/* Digits up to the end of @text, or to @end; -1: there is something else. */
static int read_number(const char *text, const char *end, int max)
{
	int number = 0;

	if (text == end)
		return -1;
	for (; text < end; text++) {
		if (!isdigit((unsigned char)*text))
			return -1;
		number = number * 10 + (*text - '0');
		if (number > max)
			return -1;
	}
	return number;
}

static const char *parse_ping(const char *target, struct check_host *host)
{
	const char *end = target + strlen(target);
	const char *colon = strchr(target, ':');
	const char *wrong;

	if (!colon)
		return set_name(host, target, strlen(target));
	wrong = set_name(host, target, (size_t)(colon - target));
	host->nic = read_number(colon + 1, end, LAB_MAX_NICS - 1);
	if (wrong || (host->is_node && host->nic >= 0))
		return wrong;
	return "has a ':', and only a port as \"router:1\" has one";
}

static const char *parse_port(const char *colon, const char *end,
			      struct check_host *host)
{
	int port = read_number(colon + 1, end, 65535);

	if (port <= 0)
		return "has no port from 1 to 65535 behind its ':'";
	host->port = (uint16_t)port;
	return NULL;
}

static const char *parse_tcp(const char *target, struct check_host *host)
{
	const char *colon = strchr(target, ':'), *wrong;

	if (!colon)
		return "has no port: write \"web1:80\"";
	wrong = set_name(host, target, (size_t)(colon - target));
	return wrong ? wrong : parse_port(colon, colon + strlen(colon), host);
}

static const char *parse_http(const char *target, struct check_host *host)
{
	const char *at = target + sizeof(scheme) - 1, *end, *wrong;
	size_t len;

	if (strncmp(target, scheme, sizeof(scheme) - 1) != 0)
		return "is no URL that can be checked: write "
		       "\"http://web1:8080/path\"";
	for (const char *c = at; *c; c++) {
		if (!isgraph((unsigned char)*c))
			return "has a character that no URL has: write it as "
			       "%20 or the like";
	}
	len = strcspn(at, ":/?#");
	end = at + strcspn(at, "/?#");
	host->path = end;
	wrong = set_name(host, at, len);
	if (wrong || at[len] != ':')
		return wrong;
	return parse_port(at + len, end, host);
}

const char *check_host_parse(enum check_kind kind, const char *target,
			     struct check_host *host)
{
	*host = (struct check_host){.nic = CHECK_NO_NIC, .path = ""};
	switch (kind) {
	case CHECK_PING:
		return parse_ping(target, host);
	case CHECK_TCP:
		return parse_tcp(target, host);
	case CHECK_HTTP:
		host->port = 80;
		return parse_http(target, host);
	case CHECK_DNS:
	case CHECK_EXEC:
	case CHECK_KIND_COUNT:
		break;
	}
	return NULL;
}
