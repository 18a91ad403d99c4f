// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema_check.c - the table of a check's keys
 */
#include "cli/lab/schema_check.h"

#include "cli/lab/lab_build.h"
#include "cli/lab/values.h"

const char *const check_kind_names[CHECK_KIND_COUNT] = {
	[CHECK_PING] = "ping", [CHECK_TCP] = "tcp",   [CHECK_HTTP] = "http",
	[CHECK_DNS] = "dns",   [CHECK_EXEC] = "exec",
};

static const struct schema_type type_from = {
	.name = "node name",
	.kind = SCHEMA_TEXT,
	.example = "web1",
};

static const struct schema_type type_check_name = {
	.name = "name of a check",
	.kind = SCHEMA_TEXT,
	.example = "web1 reaches the router",
	.parse = value_line,
};

static const struct schema_type type_ping = {
	.name = "ping target",
	.kind = SCHEMA_TEXT,
	.example = "router",
	.parse = value_line,
};

static const struct schema_type type_tcp = {
	.name = "TCP target",
	.kind = SCHEMA_TEXT,
	.example = "\"web1:80\"",
	.pattern = "^[^:]+:[0-9]{1,5}$",
	.parse = value_line,
};

static const struct schema_type type_http = {
	.name = "URL",
	.kind = SCHEMA_TEXT,
	.example = "\"http://web1/\"",
	.pattern = "^http://",
	.parse = value_line,
};

static const struct schema_type type_status = {
	.name = "HTTP status",
	.kind = SCHEMA_TEXT,
	.example = "200",
	.pattern = "^[1-5][0-9]{2}$",
	.bare = true,
	.parse = value_http_status,
};

static const struct schema_type type_dns = {
	.name = "DNS name",
	.kind = SCHEMA_TEXT,
	.example = "web1.office.lab",
	.parse = value_domain,
};

static const struct schema_type type_is = {
	.name = "address or node",
	.kind = SCHEMA_TEXT,
	.example = "10.20.0.7",
	.parse = value_domain,
};

static const struct schema_type type_exec = {
	.name = "shell command",
	.kind = SCHEMA_TEXT,
	.example = "test -e /etc/passwd",
	.parse = value_script,
};

static const struct schema_word expect_words[] = {
	{"ok", false, true, "pass"},
	{"fail", true, true, "failure"},
};

static const struct schema_type type_expect = {
	.name = "expectation",
	.kind = SCHEMA_WORDS,
	.example = "ok, fail",
	SCHEMA_WORDS_OF(expect_words),
};

static const struct schema_type type_wait = {
	.name = "time",
	.kind = SCHEMA_TEXT,
	.example = "5s",
	.pattern = "^[0-9]+(ms|s|m|h)$",
	.parse = value_wait,
};

#define KIND_KEY(word)                       \
	.name = #word, .type = &type_##word, \
	SCHEMA_MEMBER(check_settings, target), .built = true

static const struct schema_key check_keys[] = {
	{
		.name = "name",
		.type = &type_check_name,
		.fallback = "what is tried, in words",
		.help = "What the report calls it.",
		SCHEMA_MEMBER(check_settings, name),
		.built = true,
	},
	{
		.name = "from",
		.type = &type_from,
		.help = "The node that tries: a vm with the builtin image, or "
			"netns.",
		.required = true,
		.built = true,
	},
	{
		KIND_KEY(ping),
		.help = "Node, port (\"router:1\"), IPv4 address or DNS name "
			"that must answer a ping. A node is tried at its "
			"address on a network that both are on, else at its "
			"first address.",
	},
	{
		KIND_KEY(tcp),
		.help = "Host and port that must take a TCP connection; the "
			"host as for ping.",
	},
	{
		KIND_KEY(http),
		.help = "URL whose first answer must have the status; the "
			"host as for ping. Redirects don't count.",
	},
	{
		.name = "status",
		.type = &type_status,
		.fallback = "200",
		.help = "With http: the status that is right.",
		SCHEMA_MEMBER(check_settings, status),
		.built = true,
	},
	{
		KIND_KEY(dns),
		.help = "Name that must resolve.",
	},
	{
		.name = "is",
		.type = &type_is,
		.help = "With dns: an address, or a node whose address, the "
			"name must resolve to.",
		SCHEMA_MEMBER(check_settings, is),
		.built = true,
	},
	{
		KIND_KEY(exec),
		.help = "Shell command that must end with 0. It runs once; the "
			"others are tried again, once a second, until they "
			"hold or the time is over.",
	},
	{
		.name = "expect",
		.type = &type_expect,
		.initial = "ok",
		.help = "*fail*: it must fail, and so shows that something "
			"can't be reached. It is then tried once.",
		SCHEMA_MEMBER(check_settings, expect_fail),
		.built = true,
	},
	{
		.name = "timeout",
		.type = &type_wait,
		.initial = "5s",
		.help = "How long the whole check may take; after that it has "
			"failed.",
		SCHEMA_MEMBER(check_settings, timeout_ms),
		.built = true,
	},
};

static const struct schema_type type_check = {
	.name = "check",
	.kind = SCHEMA_OBJECT,
	.example = "{ from: web1, ping: router }",
	SCHEMA_KEYS(check_keys),
	.end = build_check_end,
};

const struct schema_type type_checks = {
	.name = "checks",
	.kind = SCHEMA_LIST,
	.example = "[ { from: web1, ping: router } ]",
	.item = &type_check,
	.add = build_check_add,
};
