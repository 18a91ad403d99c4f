// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_lab_yaml.c - any bytes as a lab file: errors are printed, and a lab that
 * is valid survives the way to labd
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/lab/lab_file.h"
#include "cli/lab/lab_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const struct lab *lab)
{
	json_t *json = lab_to_json(lab);
	struct err err = {0};
	struct lab *again = lab_from_json(json, &err);

	if (!again)
		abort();
	json_decref(json);
	lab_destroy(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diagnostics diag;
	char *text = NULL;
	struct lab *lab;
	size_t len;
	FILE *out;

	diag_init(&diag, "fuzz");
	lab = lab_parse("/srv", (const char *)data, size, &diag);
	out = open_memstream(&text, &len);
	diag_print(&diag, out);
	fclose(out);
	if (lab)
		round_trip(lab);
	/* Either a lab or a reason. */
	if (!lab == !len)
		abort();
	free(text);
	lab_destroy(lab);
	diag_fini(&diag);
	return 0;
}
