// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_table.c - a lab's nftables table: what nat_table_is_ours.sh drives
 *
 * usage: nat_table NAME IFNAME
 *
 * Makes the table for one network behind IFNAME. Each line of standard input is
 * how many forwards there are to be, from port 8000 of the host on; the packets
 * that the first has led so far are the answer.
 */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/host/nat_rules.h"

#define MAX_FORWARDS 300

static const struct ipv4_prefix inside = {.addr = 0x0a140001, .len = 24};

static int replace(struct nft *nft, const struct nat_rules *rules,
		   struct err *err)
{
	size_t count = nat_rules_counter_count(rules);
	struct nft_counter *counters = calloc(count, sizeof(*counters));
	struct nft_content content = {
		.rules = nat_rules_emit,
		.ctx = (void *)(uintptr_t)rules,
		.counters = counters,
		.counter_count = count,
	};
	int code;

	if (!counters)
		return -1;
	nat_rules_counters(rules, counters);
	code = nft_read_counters(nft, counters, count, err);
	if (!code)
		code = nft_replace(nft, &content, err);
	if (!code && rules->forward_count)
		printf("%llu\n",
		       (unsigned long long)counters[NAT_COUNTS].packets);
	free(counters);
	return code;
}

int main(int argc, char **argv)
{
	static struct nat_rules_forward forwards[MAX_FORWARDS];
	struct nat_rules_network network = {
		.name = "wan",
		.gateway = inside.addr,
		.inside = &inside,
		.inside_count = 1,
		.host_access = true,
	};
	struct nat_rules rules = {
		.networks = &network,
		.network_count = 1,
		.forwards = forwards,
	};
	struct err err = {0};
	struct nft *nft;
	char line[80];
	unsigned i;

	if (argc != 3)
		return 2;
	network.ifindex = if_nametoindex(argv[2]);
	for (i = 0; i < MAX_FORWARDS; i++)
		forwards[i] = (struct nat_rules_forward){
			.host = i % 2 ? 0 : 0x7f000001,
			.host_port = (uint16_t)(8000 + i),
			.address = 0x0a140064,
			.port = 80,
		};
	setvbuf(stdout, NULL, _IOLBF, 0);
	nft = nft_open(argv[1], &err);
	if (nft)
		puts("ready");
	while (nft && !err.code && fgets(line, sizeof(line), stdin)) {
		rules.forward_count = (unsigned)strtoul(line, NULL, 10);
		if (rules.forward_count > MAX_FORWARDS)
			return 2;
		replace(nft, &rules, &err);
		puts("done");
	}
	nft_close(nft);
	if (err.code)
		fprintf(stderr, "nat_table: %s\n", err.msg);
	return err.code ? 1 : 0;
}
