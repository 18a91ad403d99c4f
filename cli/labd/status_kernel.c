// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * status_kernel.c - what weft show and weft status say of networks whose engine
 * is the kernel
 */
#include "cli/labd/status.h"

static json_t *counts(const struct kernel_nat *table, const char *network)
{
	struct nft_counter counters[NAT_COUNTS] = {0};
	unsigned i;

	for (i = 0; i < NAT_COUNTS; i++)
		nat_rules_network_counter(network, i, counters[i].name);
	kernel_nat_read(table, counters, NAT_COUNTS);
	return json_pack("{s:I, s:I, s:I, s:I}", "out",
			 (json_int_t)counters[NAT_COUNT_OUT].packets, "in",
			 (json_int_t)counters[NAT_COUNT_IN].packets, "refused",
			 (json_int_t)counters[NAT_COUNT_REFUSED].packets,
			 "blocked",
			 (json_int_t)counters[NAT_COUNT_BLOCKED].packets);
}

/* NULL when nothing stops guests, as far as we know. */
static json_t *firewall(const struct kernel_nat *table,
			const struct network_settings *network)
{
	struct firewall_answer answer;

	kernel_nat_firewall(table, network, &answer);
	if (answer.verdict == FIREWALL_PASSES)
		return NULL;
	return json_pack("{s:b, s:s, s:s}", "sure",
			 answer.verdict == FIREWALL_STOPS, "by", answer.text,
			 "fix", answer.fix);
}

void status_kernel(const struct labd *labd,
		   const struct network_settings *network, json_t *json)
{
	const struct kernel_gateway *gateway =
		kernel_nat_lookup(&labd->kernel_nat, network->name);

	if (!network_is_kernel_nat(network) || !gateway)
		return;
	json_object_set_new(
		json, "kernel",
		json_pack("{s:s, s:o, s:o*}", "interface", gateway->tap.ifname,
			  "packets", counts(&labd->kernel_nat, network->name),
			  "firewall", firewall(&labd->kernel_nat, network)));
}

json_int_t status_kernel_forward(const struct labd *labd,
				 const struct forward_settings *forward)
{
	const struct nat_rules_forward rule = {
		.host = forward->host,
		.host_port = forward->host_port,
		.udp = forward->udp,
	};
	struct nft_counter counter = {0};

	nat_rules_forward_counter(&rule, counter.name);
	kernel_nat_read(&labd->kernel_nat, &counter, 1);
	return (json_int_t)counter.packets;
}
