// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_graph.c - weft graph: a picture of a lab that runs, or of a lab file
 */
#include <string.h>
#include <sys/stat.h>

#include "cli/cmd/graph.h"
#include "cli/cmd/plan.h"
#include "cli/cmd/print.h"
#include "cli/cmd/session.h"
#include "cli/cmd/uplinks.h"
#include "cli/cmd/verbs.h"

/* A path, or the name of a lab? What has no name of a lab's shape is one. */
static bool is_path(const char *word)
{
	size_t len = strlen(word);
	struct stat st;

	return strchr(word, '/') || word[0] == '.' || strcmp(word, "-") == 0 ||
	       (len > 5 && strcmp(word + len - 5, ".yaml") == 0) ||
	       (stat(word, &st) == 0 && !S_ISDIR(st.st_mode));
}

static int graph_of_file(const char *path, json_t **graph)
{
	struct lab *lab;
	int code = plan_load(path, &lab);

	if (code)
		return code;
	*graph = graph_of_lab(lab);
	lab_destroy(lab);
	return 0;
}

/* With states; without weft-switch, who would have them, as the lab file says.
 */
static void add_uplinks(struct session *session, json_t *graph)
{
	json_t *uplinks = uplinks_ask(session), *lab = NULL;

	if (uplinks)
		graph_add_uplinks(graph, uplinks);
	else if (session_query(session, "lab.get", NULL, &lab) == 0)
		graph_add_document(graph, json_object_get(lab, "document"));
	json_decref(uplinks);
	json_decref(lab);
}

static int graph_of_running(const struct invocation *call, json_t **graph)
{
	struct session session;
	json_t *status;
	int code;

	code = session_find(&session, call, call->argv[0], false);
	if (code)
		return code;
	code = session_query(&session, "lab.status", NULL, &status);
	if (!code) {
		*graph = graph_of_status(status);
		add_uplinks(&session, *graph);
	}
	json_decref(status);
	session_close(&session);
	return code;
}

int run_graph(const struct invocation *call)
{
	bool is_dot = option_given(call, OPTION_DOT);
	bool is_mermaid = option_given(call, OPTION_MERMAID);
	bool is_json = option_given(call, OPTION_JSON);
	bool is_svg = option_given(call, OPTION_SVG);
	json_t *graph;
	int code;

	if (is_dot + is_mermaid + is_json + is_svg +
		    option_given(call, OPTION_TEXT) >
	    1)
		return usage_error(call->command,
				   "graph: one of --text, --dot, --mermaid, "
				   "--svg and --json is enough");
	if (call->argv[0] && is_path(call->argv[0]))
		code = graph_of_file(call->argv[0], &graph);
	else
		code = graph_of_running(call, &graph);
	if (code)
		return code;
	if (is_json)
		print_json(graph);
	else if (is_dot)
		graph_print_dot(stdout, graph);
	else if (is_svg)
		graph_print_svg(stdout, graph);
	else if (is_mermaid)
		graph_print_mermaid(stdout, graph);
	else
		graph_print_text(stdout, graph);
	json_decref(graph);
	return EXIT_DONE;
}
