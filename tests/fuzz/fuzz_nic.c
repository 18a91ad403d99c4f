// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_nic.c - what the kernel says of an interface and of routes, garbled
 *
 * Input: 'L' and a netlink message, '4' or '6' and a table of routes.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/host/nic.h"
#include "core/util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void link_message(const uint8_t *data, size_t size)
{
	char kind[NIC_NAME_SIZE];
	int master;

	if (!nic_link_decode(data, size, &master, kind) && (master || *kind))
		abort();
	if (strnlen(kind, sizeof(kind)) == sizeof(kind))
		abort();
}

static void routes(char family, const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		return;
	memcpy(text, data, size);
	text[size] = '\0';
	if (family == '4')
		nic_routes_have_default(text, "eth0");
	else
		nic_routes6_have_default(text, "eth0");
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (!size)
		return 0;
	if (data[0] != 'L') {
		routes((char)data[0], data + 1, size - 1);
		return 0;
	}
	/* A copy of its own: a byte behind it is somebody else's. */
	copy = malloc(MAX(size - 1, 1));
	if (!copy)
		return 0;
	memcpy(copy, data + 1, size - 1);
	link_message(copy, size - 1);
	free(copy);
	return 0;
}
