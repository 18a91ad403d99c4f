// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_cp.c - weft cp: files to, from and between nodes
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "cli/cmd/cp.h"
#include "cli/cmd/verbs.h"
#include "cli/lab/values.h"

void cp_place_parse(const char *text, struct cp_place *place)
{
	const char *colon = strchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;

	*place = (struct cp_place){.path = text};
	if (!len || len >= sizeof(place->node))
		return;
	memcpy(place->node, text, len);
	if (value_is_name(place->node))
		place->path = colon + 1;
	else
		memset(place->node, 0, sizeof(place->node));
}

int cp_base_name(const char *path, char name[NAME_MAX + 1])
{
	size_t end = strlen(path), start;

	while (end && path[end - 1] == '/')
		end--;
	for (start = end; start && path[start - 1] != '/';)
		start--;
	if (start == end || end - start > NAME_MAX)
		return -EINVAL;
	memcpy(name, path + start, end - start);
	name[end - start] = '\0';
	return strcmp(name, ".") && strcmp(name, "..") ? 0 : -EINVAL;
}

int cp_fail(struct cp *cp, int code, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	if (cp->code)
		return cp->code;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return cp->code = complain(code, "cp: %s", text);
}

static bool is_node(const struct cp_end *end)
{
	return end->place.node[0];
}

static int finish(struct cp *cp, struct cp_end *end)
{
	return is_node(end) ? cp_node_finish(cp, end)
			    : cp_local_finish(cp, end);
}

static int copy(struct cp *cp)
{
	if (is_node(&cp->source) ? cp_node_source(cp) : cp_local_source(cp))
		return cp->code;
	if (is_node(&cp->sink) ? cp_node_sink(cp) : cp_local_sink(cp))
		return cp->code;
	if (cp_pump(cp))
		return cp->code;
	/* A sink that went early knows best why, a full disk or so. */
	if (cp->is_gone)
		return finish(cp, &cp->sink)
			       ? cp->code
			       : cp_fail(cp, EXIT_FAILED, "%s: takes no more",
					 cp->sink.place.path);
	if (finish(cp, &cp->source) || finish(cp, &cp->sink))
		return cp->code;
	return is_node(&cp->sink) ? cp_node_commit(cp) : cp_local_commit(cp);
}

static void clean_up(struct cp *cp)
{
	if (is_node(&cp->source)) {
		remote_close(&cp->source.remote);
		if (cp->source.is_connected)
			session_close(&cp->source.session);
		cp->source.is_connected = false;
	} else {
		cp_local_abort(&cp->source);
	}
	if (!is_node(&cp->sink))
		cp_local_abort(&cp->sink);
	else if (cp->code)
		cp_node_abort(cp);
	if (cp->sink.is_connected) {
		remote_close(&cp->sink.remote);
		session_close(&cp->sink.session);
	}
}

static void make_mark(struct cp_end *end)
{
	unsigned long long random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		random = (unsigned long long)getpid();
	snprintf(end->mark, sizeof(end->mark), "%016llx", random);
}

/* labd speaks JSON, which has no other text. */
static bool is_utf8(const char *text)
{
	json_t *json = json_string(text);

	json_decref(json);
	return json;
}

static int check_words(struct cp *cp)
{
	const struct command *command = cp->call->command;
	struct cp_end *source = &cp->source, *sink = &cp->sink;

	if (!is_node(source) && !is_node(sink))
		return usage_error(command,
				   "cp: neither '%s' nor '%s' is NODE:PATH",
				   source->place.path, sink->place.path);
	if (!source->place.path[0] || !sink->place.path[0])
		return usage_error(command, "cp: a path is missing behind ':'");
	if (!is_utf8(source->place.path) || !is_utf8(sink->place.path))
		return usage_error(command, "cp: a path must be text in UTF-8");
	if (cp_base_name(source->place.path, cp->what.name))
		snprintf(cp->what.name, sizeof(cp->what.name), "%s",
			 is_node(source) ? source->place.node : "copy");
	return 0;
}

int run_cp(const struct invocation *call)
{
	struct cp cp = {.call = call, .source.fd = -1, .sink.fd = -1};

	cp_place_parse(call->argv[0], &cp.source.place);
	cp_place_parse(call->argv[1], &cp.sink.place);
	if (check_words(&cp))
		return EXIT_USAGE;
	cp.stop_fd = session_open_stop_fd();
	signal(SIGPIPE, SIG_IGN);
	make_mark(&cp.sink);
	remote_init(&cp.source.remote, &cp.source.session);
	remote_init(&cp.sink.remote, &cp.sink.session);
	copy(&cp);
	clean_up(&cp);
	close(cp.stop_fd);
	return cp.code;
}
