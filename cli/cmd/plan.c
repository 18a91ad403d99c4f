// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plan.c - what weft up is going to do: got and printed
 *
 * Values are printed as a lab file would have them, in YAML's flow style. They
 * came over a socket, so nothing of them reaches a terminal as it is.
 */
#include "cli/cmd/plan.h"

#include <errno.h>
#include <string.h>

#include "cli/cmd/print.h"
#include "cli/lab/lab_diff.h"
#include "cli/lab/lab_file.h"
#include "cli/lab/lab_json.h"

int plan_load(const char *where, struct lab **lab)
{
	char path[LAB_FILE_PATH_SIZE];
	struct diagnostics diag;
	struct err err;
	int error;

	error = lab_find(where, path, &err);
	if (error) {
		complain(0, "%s", err.msg);
		return error == -EACCES ? EXIT_PERMISSION : EXIT_LAB_FILE;
	}
	diag_init(&diag, path);
	*lab = lab_load(path, &diag);
	if (!*lab)
		diag_print(&diag, stderr);
	diag_fini(&diag);
	return *lab ? 0 : EXIT_LAB_FILE;
}

static json_t *plan_from_nothing(const struct lab *lab)
{
	json_t *document = lab_to_json(lab), *plan = NULL;
	struct lab_diff *diff = NULL;

	if (document)
		diff = lab_diff_create(NULL, document);
	if (diff)
		plan = lab_diff_to_json(diff, lab->name, false);
	lab_diff_destroy(diff);
	json_decref(document);
	return plan;
}

int plan_get(struct session *session, const struct lab *lab, json_t **plan)
{
	struct err err;
	int error = session_connect(session, &err);

	*plan = NULL;
	if (!error)
		return session_query(
			session, "lab.plan",
			json_pack("{s:o}", "lab", lab_to_json(lab)), plan);
	if (error != -ENOENT && error != -ECONNREFUSED)
		return complain(error == -EPERM || error == -EACCES
					? EXIT_PERMISSION
					: EXIT_FAILED,
				"lab '%s': %s", session->lab, err.msg);
	*plan = plan_from_nothing(lab);
	return *plan ? 0 : complain(EXIT_FAILED, "no memory for a plan");
}

/* jansson bounds the depth of what it has read. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static void print_value(FILE *out, const json_t *value)
{
	const char *key, *gap = " ";
	json_t *item;
	size_t i;

	if (json_is_object(value)) {
		fputc('{', out);
		json_object_foreach((json_t *)(uintptr_t)value, key, item)
		{
			fputs(gap, out);
			print_safe(out, key);
			fputs(": ", out);
			print_value(out, item);
			gap = ", ";
		}
		fputs(" }", out);
	} else if (json_is_array(value)) {
		fputc('[', out);
		json_array_foreach(value, i, item)
		{
			fputs(i ? ", " : "", out);
			print_value(out, item);
		}
		fputc(']', out);
	} else if (json_is_string(value)) {
		print_safe(out, json_string_value(value));
	} else if (json_is_integer(value)) {
		fprintf(out, "%lld", (long long)json_integer_value(value));
	} else {
		fputs(json_is_true(value) ? "on" : "off", out);
	}
}

static bool has_item(const json_t *list, const json_t *wanted)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (json_equal(item, wanted))
			return true;
	}
	return false;
}

/* Items of @list that @other has not; how many. */
static unsigned print_items(FILE *out, const json_t *list, const json_t *other,
			    const char *what, const char *gap)
{
	unsigned n = 0;
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (has_item(other, item))
			continue;
		fputs(n++ ? ", " : gap, out);
		print_value(out, item);
		fprintf(out, " %s", what);
	}
	return n;
}

static void print_change(FILE *out, const json_t *change)
{
	const json_t *from = json_object_get(change, "from");
	const json_t *to = json_object_get(change, "to");
	const char *network = text_of(change, "network");
	unsigned n;

	if (network) {
		fputs("network ", out);
		print_safe(out, network);
		fputs(": ", out);
	}
	print_safe(out, text_of(change, "key"));
	if ((!from || json_is_array(from)) && (!to || json_is_array(to))) {
		n = print_items(out, to, from, "added", " ");
		n += print_items(out, from, to, "removed", n ? ", " : " ");
		fputs(n ? "" : " in another order", out);
		return;
	}
	fputc(' ', out);
	print_value(out, from ? from : to);
	fputs(from && to ? " -> " : from ? " removed" : " added", out);
	if (from && to)
		print_value(out, to);
}

static const char *color_of(char sign)
{
	return sign == '+' ? "\033[32m" : sign == '-' ? "\033[31m" : "\033[33m";
}

static void print_action(FILE *out, const json_t *action)
{
	const json_t *changes = json_object_get(action, "changes");
	const char *verb = text_of(action, "action");
	const char *gap = " (";
	char sign = '~';
	json_t *change;
	size_t i;

	if (verb && strcmp(verb, "add") == 0)
		sign = '+';
	if (verb && strcmp(verb, "remove") == 0)
		sign = '-';
	fprintf(out, "%s%c%s ", print_is_fancy(out) ? color_of(sign) : "", sign,
		print_is_fancy(out) ? "\033[0m" : "");
	print_safe(out, text_of(action, "kind"));
	fputc(' ', out);
	print_safe(out, text_of(action, "name"));
	if (sign == '~') {
		fputs(": ", out);
		print_safe(out, verb);
	}
	json_array_foreach(changes, i, change)
	{
		fputs(gap, out);
		print_change(out, change);
		gap = "; ";
	}
	fputs(json_array_size(changes) ? ")\n" : "\n", out);
}

static void print_summary(FILE *out, const json_t *actions)
{
	static const char *const verbs[] = {"add",     "change", "rebuild",
					    "restart", "start",  "remove"};
	unsigned i, counts[ARRAY_SIZE(verbs)] = {0};
	const char *gap = "";
	json_t *action;
	size_t n;

	json_array_foreach(actions, n, action)
	{
		const char *verb = text_of(action, "action");

		for (i = 0; verb && i < ARRAY_SIZE(verbs); i++)
			counts[i] += strcmp(verb, verbs[i]) == 0;
	}
	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (!counts[i])
			continue;
		fprintf(out, "%s%u to %s", gap, counts[i], verbs[i]);
		gap = ", ";
	}
	fputc('\n', out);
}

/* Those that were added live and what becomes of them. */
static void print_forwards(FILE *out, const json_t *forwards)
{
	json_t *forward;
	size_t i;

	json_array_foreach(forwards, i, forward)
	{
		bool stays = json_is_true(json_object_get(forward, "stays"));
		const char *reason = text_of(forward, "reason");

		fprintf(out, "%c forward ", stays ? '=' : '-');
		print_safe(out, text_of(forward, "host"));
		fputs(" -> ", out);
		print_safe(out, text_of(forward, "to"));
		fputs(stays ? ": added live, stays" : ": added live, goes",
		      out);
		if (reason) {
			fputs(": ", out);
			print_safe(out, reason);
		}
		fputc('\n', out);
	}
}

bool plan_is_empty(const json_t *plan)
{
	return !json_array_size(json_object_get(plan, "actions"));
}

void plan_print(FILE *out, const json_t *plan)
{
	const json_t *actions = json_object_get(plan, "actions");
	json_t *action;
	size_t i;

	json_array_foreach(actions, i, action) print_action(out, action);
	print_forwards(out, json_object_get(plan, "forwards"));
	fputs("lab ", out);
	print_safe(out, text_of(plan, "lab"));
	fputs(": ", out);
	if (plan_is_empty(plan))
		fputs("no changes\n", out);
	else
		print_summary(out, actions);
}
