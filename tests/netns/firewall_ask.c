// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * firewall_ask.c - what the rules of this namespace do with a guest's packets:
 * what firewall_is_named.sh drives
 *
 * usage: firewall_ask IFNAME
 *
 * Prints "passes", or "stops" or "may stop" with what does.
 */
#include <stdio.h>

#include "cli/host/firewall.h"

int main(int argc, char **argv)
{
	static const char *const words[] = {
		[FIREWALL_PASSES] = "passes",
		[FIREWALL_STOPS] = "stops",
		[FIREWALL_MAY_STOP] = "may stop",
	};
	struct firewall_guest guest = {.address = 0x0a140064,
				       .own_table = "weft-own"};
	struct firewall_answer answer;
	struct err err;

	if (argc != 2)
		return 2;
	guest.ifname = argv[1];
	if (firewall_ask(&guest, &answer, &err)) {
		fprintf(stderr, "firewall_ask: %s\n", err.msg);
		return 1;
	}
	printf("%s%s%s\n", words[answer.verdict], *answer.text ? ": " : "",
	       answer.text);
	return 0;
}
