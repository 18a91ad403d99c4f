// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * metrics_resolvers.c - weft metrics of those who are asked for names
 */
#include "cli/cmd/metrics_resolvers.h"

#include <stdbool.h>
#include <string.h>

#include "cli/cmd/print.h"
#include "cli/cmd/prometheus.h"
#include "core/util.h"

static const struct prometheus_family resolver_up = {
	"weft_resolver_up",
	PROMETHEUS_GAUGE,
	"Does the resolver reply, and not lead back to the network?",
	{"lab", "network", "resolver"}};

static const struct prometheus_family resolver_events = {
	"weft_resolver_queries_total",
	PROMETHEUS_COUNTER,
	"Queries to the resolver, and how they ended",
	{"lab", "network", "resolver", "event"}};

static const char *const events[] = {"sent", "replied", "timeouts"};

static int64_t is_up(const json_t *resolver)
{
	const char *state = text_of(resolver, "state");

	return state && strcmp(state, "up") == 0;
}

static void print_resolver(FILE *out, const struct prometheus_family *family,
			   const char *lab, const char *network,
			   const json_t *resolver)
{
	const char *values[] = {lab, network, text_of(resolver, "address"),
				NULL};
	size_t i;

	if (family == &resolver_up) {
		prometheus_sample(out, family, values, is_up(resolver));
		return;
	}
	for (i = 0; i < ARRAY_SIZE(events); i++) {
		values[3] = events[i];
		prometheus_sample(out, family, values,
				  json_integer_value(json_object_get(
					  resolver, events[i])));
	}
}

static void print_family(FILE *out, const struct prometheus_family *family,
			 const char *lab, const json_t *networks)
{
	json_t *network, *resolver;
	bool begun = false;
	size_t i, j;

	json_array_foreach((json_t *)(uintptr_t)networks, i, network)
	{
		json_array_foreach(json_object_get(network, "resolvers"), j,
				   resolver)
		{
			if (!begun)
				prometheus_begin(out, family);
			begun = true;
			print_resolver(out, family, lab,
				       text_of(network, "name"), resolver);
		}
	}
}

void metrics_print_resolvers(FILE *out, const char *lab, const json_t *networks)
{
	print_family(out, &resolver_up, lab, networks);
	print_family(out, &resolver_events, lab, networks);
}
