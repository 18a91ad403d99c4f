// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_lab_json.c - any JSON as a lab document, as labd gets it
 */
#include <stdint.h>
#include <stdlib.h>

#include "cli/lab/lab_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *json = json_loadb((const char *)data, size,
				  JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	struct err err = {0};
	struct lab *lab;

	if (!json)
		return 0;
	lab = lab_from_json(json, &err);
	if (lab) {
		json_t *again = lab_to_json(lab);

		if (!again)
			abort();
		json_decref(again);
	} else if (!err.msg[0]) {
		abort();
	}
	lab_destroy(lab);
	json_decref(json);
	return 0;
}
