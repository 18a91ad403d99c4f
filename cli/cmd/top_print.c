// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * top_print.c - weft.top/1 as two tables
 */
#include "cli/cmd/top_print.h"

#include "cli/cmd/print.h"
#include "core/util.h"

#define RATE_TEXT_SIZE 16

const char *top_format(double rate, char *text)
{
	static const char units[] = " kMGT";
	unsigned unit = 0;

	if (rate < 1000) {
		snprintf(text, RATE_TEXT_SIZE, "%.0f", rate);
		return text;
	}
	/* What would be rounded to 1000 belongs to the next unit. */
	while (rate >= 999.95 && unit + 2 < sizeof(units)) {
		rate /= 1000;
		unit++;
	}
	snprintf(text, RATE_TEXT_SIZE, "%.1f%c", MIN(rate, 99999.0),
		 units[unit]);
	return text;
}

static void add_rate(struct table *table, const json_t *entry, const char *key)
{
	const json_t *rate = json_object_get(entry, key);
	char text[RATE_TEXT_SIZE];

	table_add(table,
		  rate ? top_format(json_number_value(rate), text) : NULL);
}

/* CPU and memory, "-" where nothing runs. */
static void format_usage(const json_t *entry, char cpu[RATE_TEXT_SIZE],
			 char memory[RATE_TEXT_SIZE])
{
	const json_t *percent = json_object_get(entry, "cpu_percent");
	const json_t *bytes = json_object_get(entry, "memory_bytes");

	snprintf(cpu, RATE_TEXT_SIZE, "-");
	snprintf(memory, RATE_TEXT_SIZE, "-");
	if (percent)
		snprintf(cpu, RATE_TEXT_SIZE, "%.1f%%",
			 json_number_value(percent));
	if (bytes)
		snprintf(memory, RATE_TEXT_SIZE, "%.1fM",
			 json_number_value(bytes) / 1048576);
}

static void print_nodes(FILE *out, const json_t *document)
{
	char cpu[RATE_TEXT_SIZE], memory[RATE_TEXT_SIZE];
	struct table table;
	json_t *node;
	size_t i;

	table_init(&table, "NODE KIND STATE CPU MEMORY");
	json_array_foreach(json_object_get(document, "nodes"), i, node)
	{
		format_usage(node, cpu, memory);
		table_add(&table, text_of(node, "name"));
		table_add(&table, text_of(node, "kind"));
		table_add(&table, text_of(node, "state"));
		table_add(&table, cpu);
		table_add(&table, memory);
	}
	table_print_to(out, &table, false);
}

static void print_ports(FILE *out, const json_t *document)
{
	static const char *const keys[] = {"rx_frames_per_s", "rx_bits_per_s",
					   "tx_frames_per_s", "tx_bits_per_s",
					   "drops_per_s"};
	struct table table;
	json_t *port;
	size_t i, j;

	table_init(&table, "PORT NETWORK RX/S RX-BIT/S TX/S TX-BIT/S DROPS/S");
	json_array_foreach(json_object_get(document, "ports"), i, port)
	{
		table_add(&table, text_of(port, "port"));
		table_add(&table, text_of(port, "network"));
		for (j = 0; j < ARRAY_SIZE(keys); j++)
			add_rate(&table, port, keys[j]);
	}
	table_print_to(out, &table, false);
}

void top_print(FILE *out, const json_t *document)
{
	char cpu[RATE_TEXT_SIZE], memory[RATE_TEXT_SIZE];

	format_usage(json_object_get(document, "switch"), cpu, memory);
	print_safe(out, text_of(document, "lab"));
	fputc(' ', out);
	print_safe(out, text_of(document, "state"));
	fprintf(out, ", weft-switch: CPU %s, memory %s\n\n", cpu, memory);
	print_nodes(out, document);
	fputc('\n', out);
	print_ports(out, document);
}
