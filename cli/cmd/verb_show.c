// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_show.c - weft show: one kind of thing in a table
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/print.h"
#include "cli/cmd/show.h"
#include "cli/cmd/verbs.h"

static const struct show_view views[] = {
	{"captures", "capture.list", NULL, show_captures},
	{"drops", NULL, fetch_drops, show_drops},
	{"fdb", NULL, fetch_fdb, show_fdb},
	{"flows", NULL, fetch_flows, show_flows},
	{"forwards", "forward.list", NULL, show_forwards},
	{"leases", "lease.list", NULL, show_leases},
	{"networks", "network.list", NULL, show_networks},
	{"nodes", "lab.status", NULL, show_nodes},
	{"ports", "port.list", NULL, show_ports},
	{"uplinks", "uplink.list", NULL, show_uplinks},
};

bool show_wants(const struct show *show, const char *name)
{
	return !show->name || (name && strcmp(name, show->name) == 0);
}

static int print_view(const struct show_view *view,
		      const struct invocation *call, const json_t *result)
{
	const struct show show = {.name = call->argv[1],
				  .brief = option_given(call, OPTION_BRIEF),
				  .stats = option_given(call, OPTION_STATS)};

	if (option_given(call, OPTION_JSON))
		return print_json(result);
	if (!view->print(result, &show) && show.name && !view->fetch)
		return complain(EXIT_NO_SUCH,
				"there is nothing called '%s' among the lab's "
				"%s; weft show %s shows them all",
				show.name, view->name, view->name);
	return EXIT_DONE;
}

static int unknown_view(const struct invocation *call)
{
	char names[256] = "";
	size_t i, used = 0;

	for (i = 0; i < ARRAY_SIZE(views) && used < sizeof(names); i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used,
					 "%s%s", i ? ", " : "", views[i].name);
	return usage_error(call->command,
			   "show: nothing is called '%s'; there are %s",
			   call->argv[0], names);
}

int run_show(const struct invocation *call)
{
	const struct show_view *view = NULL;
	struct session session;
	json_t *result;
	size_t i;
	int code;

	for (i = 0; i < ARRAY_SIZE(views); i++) {
		if (strcmp(views[i].name, call->argv[0]) == 0)
			view = &views[i];
	}
	if (!view)
		return unknown_view(call);
	code = session_find(&session, call, NULL, false);
	if (code)
		return code;
	if (view->fetch)
		code = view->fetch(&session, call->argv[1], &result);
	else
		code = session_query(&session, view->method, NULL, &result);
	session_close(&session);
	if (code)
		return code;
	code = print_view(view, call, result);
	json_decref(result);
	return code;
}
