// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host_leg.c - the host's leg in a network: what the scripts here drive
 *
 * usage: host_leg IFNAME [hold]
 *
 * Makes the interface, 52:54:00:00:00:01, MTU 1400. Each line of standard input
 * is an address with its length that the interface is to have, or "none"; what
 * came of it is a line of output. At its end the interface is closed; with
 * "hold" a duplicate of its descriptor then stays open until one more end.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/host/host_tap.h"

static void obey(struct host_tap *tap, const char *line)
{
	struct ipv4_prefix address;
	struct err err;
	int rc;

	if (strcmp(line, "none") != 0 && ipv4_prefix_parse(line, &address)) {
		puts("what?");
		return;
	}
	rc = host_tap_set_address(tap, strcmp(line, "none") ? &address : NULL,
				  &err);
	printf("%d %s\n", rc, rc ? err.msg : "done");
}

int main(int argc, char **argv)
{
	struct host_tap_settings settings = {
		.mac = {{0x52, 0x54, 0, 0, 0, 1}},
		.mtu = 1400,
	};
	struct host_tap tap;
	struct err err;
	char line[80];
	int held = -1;

	if (argc < 2)
		return 2;
	settings.ifname = argv[1];
	if (host_tap_open(&tap, &settings, &err)) {
		fprintf(stderr, "host_leg: %s\n", err.msg);
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("ready %s\n", tap.ifname);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (!*line)
			break; /* close, but stay */
		obey(&tap, line);
	}
	if (argc > 2)
		held = dup(tap.fd);
	host_tap_close(&tap);
	host_tap_close(&tap);
	puts("closed");
	while (held >= 0 && fgets(line, sizeof(line), stdin))
		;
	return 0;
}
