// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cp_node.c - the end of a copy that is in a node
 *
 * Three short shell scripts do it with what busybox and any Linux have. Paths
 * come as arguments, never as text of a script. Writing and naming are two
 * commands: only when the count of bytes in the temporary file has come back
 * and is right does the second one run, so neither a guest's nor our own death
 * in between leaves half a file under the name.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/cmd/cp.h"

#define HEADER_WAIT_MS 1000

/* $1: path, $2: 1 to take folders. First a line: d or f, size, mode. */
static const char source_script[] =
	"if [ -d \"$1\" ]; then\n"
	"	[ \"$2\" = 1 ] || { echo \"$1 is a folder: add -r\" >&2; exit "
	"1; }\n"
	"	echo d 0 755\n"
	"	exec tar -C \"$1\" -cf - .\n"
	"fi\n"
	"[ -e \"$1\" ] || { echo \"$1: there is no such file\" >&2; exit 1; }\n"
	"exec <\"$1\" || exit 1\n"
	"info=$(stat -L -c '%s %a' -- \"$1\") || exit 1\n"
	"echo f \"$info\"\n"
	"exec cat\n";

/* $1: path, $2: name under it if it is a folder, $3: mark, $4: f or d. */
#define SINK_NAMES                                                  \
	"to=$1\n"                                                   \
	"case $to in */) [ -d \"$to\" ] || {\n"                     \
	"	echo \"$to: there is no such folder\" >&2; exit 1; } ;; " \
	"esac\n"                                                    \
	"[ ! -d \"$to\" ] || to=${to%/}/$2\n"                       \
	"[ ! -L \"$to\" ] || to=$(readlink -f -- \"$to\")\n"        \
	"dir=$(dirname -- \"$to\")\n"                               \
	"temp=$dir/.weft-cp-$3\n"

static const char sink_script[] = SINK_NAMES
	"umask 077\n"
	"[ -d \"$dir\" ] || {\n"
	"	echo \"$dir: there is no such folder\" >&2; exit 1; }\n"
	"if [ \"$4\" = f ]; then\n"
	"	[ ! -d \"$to\" ] || { echo \"$to is a folder\" >&2; exit 1; }\n"
	"	[ -f \"$to\" ] || [ ! -e \"$to\" ] || {\n"
	"		echo \"$to is no regular file\" >&2; exit 1; }\n"
	"	cat >\"$temp\" && wc -c <\"$temp\"\n"
	"else\n"
	"	[ ! -e \"$to\" ] || {\n"
	"		echo \"$to is there already: remove it first\" >&2\n"
	"		exit 1; }\n"
	"	mkdir -- \"$temp\" && tar -C \"$temp\" -o -xf -\n"
	"fi\n";

static const char commit_script[] =
	SINK_NAMES "[ \"$4\" != f ] || chmod \"$5\" \"$temp\" || exit 1\n"
		   "exec mv -f -- \"$temp\" \"$to\"\n";

static const char abort_script[] = SINK_NAMES "exec rm -rf -- \"$temp\"\n";

static int begin(struct cp *cp, struct cp_end *end)
{
	int code = session_find(&end->session, cp->call, NULL, false);

	if (code)
		return cp->code = code;
	end->is_connected = true;
	remote_init(&end->remote, &end->session);
	return 0;
}

static int run(struct cp *cp, struct cp_end *end, json_t *argv)
{
	struct err err;
	int code;

	end->words[0] = end->said[0] = '\0';
	remote_close(&end->remote);
	remote_init(&end->remote, &end->session);
	code = remote_run(&end->remote, end->place.node, argv, &err);
	/* labd answers as if for exec; its code is not ours. */
	if (code == EXIT_EXEC)
		code = EXIT_FAILED;
	return code ? cp_fail(cp, code, "%s", err.msg) : 0;
}

static json_t *sink_argv(const struct cp *cp, const char *script)
{
	const struct cp_end *sink = &cp->sink;
	char mode[8];

	snprintf(mode, sizeof(mode), "%o", cp->what.mode);
	return json_pack("[s, s, s, s, s, s, s, s, s]", "sh", "-c", script,
			 "weft-cp", sink->place.path, cp->what.name, sink->mark,
			 cp->what.is_folder ? "d" : "f", mode);
}

/* What the node itself said, or else the code. */
static int say_words(struct cp *cp, const struct cp_end *end)
{
	const char *words = end->words, *last;
	size_t len = strlen(words);

	while (len && words[len - 1] == '\n')
		len--;
	for (last = words + len; last > words && last[-1] != '\n';)
		last--;
	if (len)
		return cp_fail(cp, EXIT_FAILED, "%s: %.*s", end->place.node,
			       (int)(words + len - last), last);
	return cp_fail(cp, EXIT_FAILED, "%s: the command %s ended with %d",
		       end->place.node, end->place.path, end->remote.code);
}

/* Until the command and its streams have ended. */
static int wait_end(struct cp *cp, struct cp_end *end)
{
	char rest[512];
	int code = 0;

	while (!code && !remote_is_done(&end->remote)) {
		/* A source's own output is nobody's any more. */
		if (end->data == &end->remote.out && end->remote.out >= 0 &&
		    end->remote.is_over &&
		    read(end->remote.out, rest, sizeof(rest)) <= 0)
			remote_close_end(&end->remote.out);
		else
			code = cp_listen(cp, 0, 0, 200);
	}
	return code;
}

int cp_node_finish(struct cp *cp, struct cp_end *end)
{
	long long size = -1;
	int code;

	remote_close_end(&end->remote.in);
	code = wait_end(cp, end);
	if (code)
		return code;
	if (end->remote.code)
		return say_words(cp, end);
	if (end != &cp->sink || cp->what.is_folder)
		return 0;
	if (sscanf(end->said, "%lld", &size) == 1 && size == cp->done)
		return 0;
	return cp_fail(cp, EXIT_FAILED, "%s: of %lld bytes %lld have arrived",
		       end->place.node, cp->done, size);
}

static int finish_script(struct cp *cp, const char *script)
{
	struct cp_end *end = &cp->sink;
	int code = run(cp, end, sink_argv(cp, script));

	if (code)
		return code;
	remote_close_end(&end->remote.in);
	code = wait_end(cp, end);
	return code || !end->remote.code ? code : say_words(cp, end);
}

int cp_node_commit(struct cp *cp)
{
	return finish_script(cp, commit_script);
}

/* Hanging up ends the command; a new one removes what it has written. */
void cp_node_abort(struct cp *cp)
{
	struct cp_end *end = &cp->sink;
	struct signalfd_siginfo info;
	sigset_t none;

	if (!end->is_connected)
		return;
	remote_close(&end->remote);
	session_close(&end->session);
	end->is_connected = false;
	/* What interrupted us has been heard: it must not end this as well. */
	while (read(cp->stop_fd, &info, sizeof(info)) > 0)
		;
	if (!end->mark[0] || session_find(&end->session, cp->call, NULL, true))
		return;
	end->is_connected = true;
	/* One more ^C ends this too. */
	cp->stop_fd = -1;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	finish_script(cp, abort_script);
}

/* One line, and not a byte of what follows it. */
static int read_header(struct cp *cp, struct cp_end *end, char *line,
		       size_t size)
{
	size_t len = 0;
	int code = 0;

	fcntl(end->remote.out, F_SETFL, O_NONBLOCK);
	while (!code && len < size - 1) {
		ssize_t got;

		code = cp_listen(cp, POLLIN, 0, HEADER_WAIT_MS);
		if (code)
			break;
		got = read(end->remote.out, line + len, 1);
		if (got == 0)
			break;
		if (got > 0 && line[len++] == '\n')
			break;
	}
	line[len] = '\0';
	return code;
}

int cp_node_source(struct cp *cp)
{
	const char *recursive =
		option_given(cp->call, OPTION_RECURSIVE) ? "1" : "0";
	struct cp_end *end = &cp->source;
	char line[128], kind;
	int code = begin(cp, end);

	if (code)
		return code;
	end->data = &end->remote.out;
	code = run(cp, end,
		   json_pack("[s, s, s, s, s, s]", "sh", "-c", source_script,
			     "weft-cp", end->place.path, recursive));
	if (!code)
		remote_close_end(&end->remote.in);
	if (!code)
		code = read_header(cp, end, line, sizeof(line));
	if (code)
		return code;
	if (sscanf(line, "%c %lld %o", &kind, &cp->what.size, &cp->what.mode) !=
		    3 ||
	    !strchr("df", kind))
		return wait_end(cp, end) ? cp->code : say_words(cp, end);
	cp->what.mode &= 0777;
	cp->what.is_folder = kind == 'd';
	/* The script has asked before; but it is the node's shell that runs it.
	 */
	if (cp->what.is_folder && !option_given(cp->call, OPTION_RECURSIVE))
		return cp_fail(cp, EXIT_FAILED, "%s is a folder: add -r",
			       end->place.path);
	return 0;
}

int cp_node_sink(struct cp *cp)
{
	struct cp_end *end = &cp->sink;
	int code = begin(cp, end);

	if (code)
		return code;
	end->data = &end->remote.in;
	return run(cp, end, sink_argv(cp, sink_script));
}
