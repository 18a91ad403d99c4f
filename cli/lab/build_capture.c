// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build_capture.c - one entry of captures:, and what its keys mean together
 */
#include "cli/capture/filter_compile.h"
#include "cli/lab/lab_build.h"

void *build_capture_add(struct schema_run *run, void *parent, struct tree *item)
{
	struct lab_build *build = parent;
	struct lab_capture *capture;
	struct lab *lab = build->lab;

	if (lab->capture_count == LAB_MAX_CAPTURES) {
		diag_error(run->diag, item, "more than %d captures",
			   LAB_MAX_CAPTURES);
		return NULL;
	}
	build->capture_at[lab->capture_count] = item;
	capture = &lab->captures[lab->capture_count++];
	schema_default(run, type_captures.item, capture);
	return capture;
}

/* A file has the words, a document both: labd compiles nothing. */
static void settle_filter(struct schema_run *run, struct lab_capture *capture,
			  struct tree *filter, struct tree *code)
{
	const struct lab_build *build = run->ctx;
	struct err err;

	if (code && build->base_dir)
		diag_error(run->diag, code->key,
			   "'code' is made by weft: write 'filter' only");
	else if (filter && !build->base_dir && !code)
		diag_error(run->diag, filter,
			   "'filter' needs 'code': the program that it means");
	else if (filter && build->base_dir && !filter->bad &&
		 filter_compile(capture->filter, &capture->code, &err))
		diag_error(run->diag, filter, "filter '%.60s': %.200s",
			   capture->filter, err.msg);
}

void build_capture_end(struct schema_run *run, void *at, struct tree *map)
{
	struct tree *network = tree_lookup(map, "network");
	struct tree *port = tree_lookup(map, "port");

	if (port && network)
		diag_error(run->diag, network->key,
			   "'port' and 'network' exclude each other");
	else if (!port && !network)
		diag_error(run->diag, map,
			   "a capture needs a 'port' or a 'network'");
	settle_filter(run, at, tree_lookup(map, "filter"),
		      tree_lookup(map, "code"));
}
