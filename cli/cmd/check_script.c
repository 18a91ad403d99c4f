// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check_script.c - what a node runs to try a check
 *
 * A shell script with busybox, which builtin guests are made of and a host that
 * makes them has; the host's own ping, nc and wget differ from one another. The
 * target comes as an argument, never as text of the script, so nothing in it
 * can be taken for shell.
 *
 * Exit codes: 0 it holds, 1 it does not, 127 it can't be tried.
 */
#include "cli/cmd/check_run.h"

#include <stdio.h>

#include "cli/lab/check_host.h"

/*
 * $1: seconds; $2: 1 to try again until they are over. try() gets the seconds
 * that are left in $left. The clock is that of /proc/uptime, which nobody sets.
 */
#define SCRIPT_HEAD                                                  \
	"exec 2>&1\n"                                                \
	"seconds=$1 again=$2; shift 2\n"                             \
	"command -v busybox >/dev/null || {\n"                       \
	"	echo 'no busybox here: apt install busybox-static'\n"      \
	"	exit 127\n"                                                \
	"}\n"                                                        \
	"now() { read -r now rest </proc/uptime; now=${now%.*}; }\n" \
	"limited() {\n"                                              \
	"	busybox timeout $((left + 1)) busybox \"$@\" </dev/null\n" \
	"	code=$?\n"                                                 \
	"	[ $code != 143 ] || echo \"no answer in $left s\"\n"       \
	"	return $code\n"                                            \
	"}\n"

#define SCRIPT_TAIL                                              \
	"now; end=$((now + seconds)) left=$seconds\n"            \
	"until try \"$@\"; do\n"                                 \
	"	now; left=$((end - now))\n"                            \
	"	[ \"$again\" = 1 ] && [ \"$left\" -gt 0 ] || exit 1\n" \
	"	busybox sleep 1\n"                                     \
	"done\n"

/* One ping a second; of those that must not arrive, as many as there is time
 * for. */
static const char ping_script[] =
	SCRIPT_HEAD "try() {\n"
		    "	n=$seconds; [ \"$again\" = 0 ] || n=1\n"
		    "	limited ping -c \"$n\" -W 1 \"$1\"\n"
		    "}\n" SCRIPT_TAIL;

static const char tcp_script[] =
	SCRIPT_HEAD "try() { limited nc -w \"$left\" \"$1\" \"$2\" -e true; "
		    "}\n" SCRIPT_TAIL;

/* $1: URL; $2: Host header; $3: status. A redirect's own status counts. */
static const char http_script[] = SCRIPT_HEAD
	"try() {\n"
	"	said=$(limited wget -q -Y off -S -O /dev/null \\\n"
	"		--header \"Host: $2\" \"$1\" 2>&1)\n"
	"	for word in $said; do\n"
	"		case $word in\n"
	"		HTTP/[0-9]*) got=next ;;\n"
	"		*) [ \"$got\" != next ] || { got=$word; break; } ;;\n"
	"		esac\n"
	"	done\n"
	"	[ \"$got\" != \"$3\" ] || return 0\n"
	"	[ -z \"$got\" ] || said=\"status $got, not $3\"\n"
	"	got=\n"
	"	echo \"${said:-no answer}\"\n"
	"	return 1\n"
	"}\n"
	"set -f; got=\n" SCRIPT_TAIL;

/* $1: name; $2: address. The server's own address comes before a blank line. */
static const char dns_script[] = SCRIPT_HEAD
	"try() {\n"
	"	found=\n"
	"	said=$(limited nslookup -type=a \"$1\" 2>&1)\n"
	"	answer=${said#*\n\n}\n"
	"	for word in $answer; do\n"
	"		[ \"$last\" != Address: ] || found=\"$found $word\"\n"
	"		last=$word\n"
	"	done\n"
	"	case \" $found \" in\n"
	"	'  ') echo \"${said:-no answer}\"; return 1 ;;\n"
	"	*\" ${2:-${found##* }} \"*) return 0 ;;\n"
	"	esac\n"
	"	echo \"$1 is$found, not $2\"\n"
	"	return 1\n"
	"}\n"
	"set -f; last=\n" SCRIPT_TAIL;

static const char *const scripts[CHECK_KIND_COUNT] = {
	[CHECK_PING] = ping_script, [CHECK_TCP] = tcp_script,
	[CHECK_HTTP] = http_script, [CHECK_DNS] = dns_script,
	[CHECK_EXEC] = NULL, /* the user's own */
};

static void add(json_t *argv, const char *text)
{
	json_array_append_new(argv, json_string(text));
}

static void add_number(json_t *argv, unsigned number)
{
	json_array_append_new(argv, json_sprintf("%u", number));
}

static void add_url(json_t *argv, const struct check *check,
		    const struct check_host *host, const char *name)
{
	json_array_append_new(
		argv,
		json_sprintf("http://%s:%u%s%s", name, (unsigned)host->port,
			     host->path[0] == '/' ? "" : "/", host->path));
	if (host->port == 80)
		add(argv, host->name);
	else
		json_array_append_new(argv, json_sprintf("%s:%u", host->name,
							 (unsigned)host->port));
	add_number(argv, check->settings->status);
}

json_t *check_argv(const struct check *check, const char *is)
{
	const struct check_settings *settings = check->settings;
	json_t *argv = json_array();
	struct check_host host;
	const char *name;

	check_host_parse(settings->kind, settings->target, &host);
	name = check->address[0] ? check->address : host.name;
	add(argv, "sh");
	add(argv, "-c");
	if (settings->kind == CHECK_EXEC) {
		add(argv, settings->target);
		return argv;
	}
	add(argv, scripts[settings->kind]);
	add(argv, "weft-check");
	add_number(argv, (settings->timeout_ms + 999) / 1000);
	add_number(argv, !settings->expect_fail);
	if (settings->kind == CHECK_HTTP) {
		add_url(argv, check, &host, name);
	} else if (settings->kind == CHECK_DNS) {
		add(argv, settings->target);
		add(argv, is);
	} else {
		add(argv, name);
		add_number(argv, host.port);
	}
	return argv;
}
