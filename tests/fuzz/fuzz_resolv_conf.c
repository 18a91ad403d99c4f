// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_resolv_conf.c - any text in place of resolv.conf
 */
#include <stdlib.h>
#include <string.h>

#include "cli/labd/resolv_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *exact =
		malloc(size + !size); /* no byte behind the text is read */
	struct resolv_conf conf;

	if (!exact)
		abort();
	if (size)
		memcpy(exact, data, size);
	resolv_conf_parse(exact, size, &conf);
	if (conf.count > RESOLV_CONF_MAX)
		abort();
	free(exact);
	return 0;
}
