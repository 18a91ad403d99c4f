// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * metrics_gateways.c - weft metrics of what networks' gateways count, and the
 * kernel where that is the engine
 */
#include "cli/cmd/metrics_gateways.h"

#include <stdbool.h>
#include <string.h>

#include "cli/cmd/print.h"
#include "cli/cmd/prometheus.h"
#include "core/util.h"

static const struct prometheus_family gateway_events = {
	"weft_gateway_events_total",
	PROMETHEUS_COUNTER,
	"What a network's gateway or DHCP port did and saw",
	{"lab", "network", "service", "event"}};

static const struct prometheus_family gateway_now = {
	"weft_gateway_now",
	PROMETHEUS_GAUGE,
	"What a network's gateway has now",
	{"lab", "network", "service", "what"}};

static const struct prometheus_family kernel_packets = {
	"weft_kernel_nat_packets_total",
	PROMETHEUS_COUNTER,
	"Packets through the kernel's NAT of a network, and those it refused",
	{"lab", "network", "event"}};

/* Of a service's numbers, those that get smaller again. */
static bool is_of_now(const char *name)
{
	static const char *const names[] = {"entries", "bytes", "in_flight"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static void print_service(FILE *out, const struct prometheus_family *family,
			  const char *values[], const json_t *counts)
{
	const char *name;
	json_t *count;

	json_object_foreach((json_t *)(uintptr_t)counts, name, count)
	{
		if (is_of_now(name) != (family == &gateway_now))
			continue;
		values[3] = name;
		prometheus_sample(out, family, values,
				  json_integer_value(count));
	}
}

static void print_services(FILE *out, const struct prometheus_family *family,
			   const char *lab, const json_t *networks)
{
	json_t *network, *counts;
	const char *service;
	size_t i;

	prometheus_begin(out, family);
	json_array_foreach((json_t *)(uintptr_t)networks, i, network)
	{
		json_object_foreach(json_object_get(network, "services"),
				    service, counts)
		{
			const char *values[] = {lab, text_of(network, "name"),
						service, NULL};

			print_service(out, family, values, counts);
		}
	}
}

static void print_kernels(FILE *out, const char *lab, const json_t *networks)
{
	json_t *network, *count;
	bool begun = false;
	const char *event;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)networks, i, network)
	{
		const json_t *kernel = json_object_get(network, "kernel");

		json_object_foreach(json_object_get(kernel, "packets"), event,
				    count)
		{
			const char *values[] = {lab, text_of(network, "name"),
						event};

			if (!begun)
				prometheus_begin(out, &kernel_packets);
			begun = true;
			prometheus_sample(out, &kernel_packets, values,
					  json_integer_value(count));
		}
	}
}

void metrics_print_gateways(FILE *out, const char *lab, const json_t *networks)
{
	print_services(out, &gateway_events, lab, networks);
	print_services(out, &gateway_now, lab, networks);
	print_kernels(out, lab, networks);
}
