// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * top_rates.c - what a lab does per second, of two looks at its counters
 *
 * A snapshot has its nodes and ports by name, so that one finds what it was
 * before; a document has them in arrays, so that they have an order.
 */
#include "cli/cmd/top_rates.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd/print.h"
#include "cli/cmd/proc_usage.h"
#include "core/util.h"

static void add_usage(json_t *entry, const char *proc, const json_t *of,
		      bool descendants)
{
	json_int_t pid = json_integer_value(json_object_get(of, "pid"));
	struct proc_usage usage;

	if (pid <= 0 || pid > INT32_MAX ||
	    proc_usage_read(proc, (int)pid, descendants, &usage))
		return;
	json_object_set_new(entry, "pid", json_integer(pid));
	json_object_set_new(entry, "cpu_ms", json_integer(usage.cpu_ms));
	json_object_set_new(entry, "memory_bytes",
			    json_integer(usage.rss_bytes));
}

static json_t *snapshot_node(const json_t *node, const char *proc)
{
	json_t *entry = json_pack("{s:s*, s:s*}", "kind", text_of(node, "kind"),
				  "state", text_of(node, "state"));

	add_usage(entry, proc, node, true);
	return entry;
}

static json_t *snapshot_port(const json_t *port)
{
	static const char *const keys[] = {"rx_frames", "rx_bytes", "tx_frames",
					   "tx_bytes"};
	json_t *entry =
		json_pack("{s:s*, s:s*}", "network", text_of(port, "network"),
			  "admin", text_of(port, "admin"));
	const char *reason;
	json_int_t drops = 0;
	json_t *count;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		count = json_object_get(port, keys[i]);
		if (count)
			json_object_set(entry, keys[i], count);
	}
	json_object_foreach(json_object_get(port, "drops"), reason, count)
		drops += json_integer_value(count);
	json_object_set_new(entry, "drops", json_integer(drops));
	return entry;
}

json_t *top_snapshot(const json_t *status, const json_t *ports,
		     const char *proc, int64_t now_ms)
{
	json_t *by_node = json_object(), *by_port = json_object();
	json_t *sw = json_object(), *entry;
	size_t i;

	json_array_foreach(json_object_get(status, "nodes"), i, entry)
	{
		if (text_of(entry, "name"))
			json_object_set_new(by_node, text_of(entry, "name"),
					    snapshot_node(entry, proc));
	}
	json_array_foreach(json_object_get(ports, "ports"), i, entry)
	{
		if (text_of(entry, "port"))
			json_object_set_new(by_port, text_of(entry, "port"),
					    snapshot_port(entry));
	}
	add_usage(sw, proc, json_object_get(status, "switch"), false);
	return json_pack("{s:I, s:s*, s:s*, s:o, s:o, s:o}", "time_ms",
			 (json_int_t)now_ms, "lab", text_of(status, "lab"),
			 "state", text_of(status, "state"), "switch", sw,
			 "nodes", by_node, "ports", by_port);
}

/* What was added between the two; -1: not known. */
static json_int_t growth(const json_t *before, const json_t *now,
			 const char *key)
{
	json_t *a = json_object_get(before, key);
	json_t *b = json_object_get(now, key);

	if (!a || !b)
		return -1;
	if (json_integer_value(b) < json_integer_value(a))
		return json_integer_value(b);
	return json_integer_value(b) - json_integer_value(a);
}

static void set_rate(json_t *entry, const char *name, json_int_t grown,
		     double per)
{
	if (grown >= 0)
		json_object_set_new(entry, name,
				    json_real((double)grown * per));
}

/* @per_s: from growth to a rate per second; percent of a second's 1000 ms */
static void set_usage(json_t *entry, const json_t *before, const json_t *now,
		      double per_s)
{
	json_t *memory = json_object_get(now, "memory_bytes");

	if (memory)
		json_object_set(entry, "memory_bytes", memory);
	/* A new process has not used what the old one did. */
	if (json_equal(json_object_get(before, "pid"),
		       json_object_get(now, "pid")))
		set_rate(entry, "cpu_percent", growth(before, now, "cpu_ms"),
			 per_s / 10);
}

static json_t *node_of(const char *name, const json_t *before,
		       const json_t *now, double per_s)
{
	json_t *entry =
		json_pack("{s:s, s:s*, s:s*}", "name", name, "kind",
			  text_of(now, "kind"), "state", text_of(now, "state"));

	set_usage(entry, before, now, per_s);
	return entry;
}

static json_t *port_of(const char *name, const json_t *before,
		       const json_t *now, double per_s)
{
	json_t *entry = json_pack("{s:s, s:s*, s:s*}", "port", name, "network",
				  text_of(now, "network"), "admin",
				  text_of(now, "admin"));

	set_rate(entry, "rx_frames_per_s", growth(before, now, "rx_frames"),
		 per_s);
	set_rate(entry, "rx_bits_per_s", growth(before, now, "rx_bytes"),
		 per_s * 8);
	set_rate(entry, "tx_frames_per_s", growth(before, now, "tx_frames"),
		 per_s);
	set_rate(entry, "tx_bits_per_s", growth(before, now, "tx_bytes"),
		 per_s * 8);
	set_rate(entry, "drops_per_s", growth(before, now, "drops"), per_s);
	return entry;
}

/* An array of what @make makes of each entry of the object @key. */
static json_t *list_of(const json_t *before, const json_t *now, const char *key,
		       double per_s,
		       json_t *(*make)(const char *name, const json_t *before,
				       const json_t *now, double per_s))
{
	const json_t *old = json_object_get(before, key);
	json_t *array = json_array(), *entry;
	const char *name;

	json_object_foreach(json_object_get(now, key), name, entry)
		json_array_append_new(
			array,
			make(name, json_object_get(old, name), entry, per_s));
	return array;
}

json_t *top_document(const json_t *before, const json_t *now)
{
	json_int_t ms = MAX(growth(before, now, "time_ms"), 0);
	double per_s = 1000.0 / (double)MAX(ms, 1);
	json_t *sw = json_object();

	set_usage(sw, json_object_get(before, "switch"),
		  json_object_get(now, "switch"), per_s);
	return json_pack("{s:s, s:s*, s:s*, s:I, s:o, s:o, s:o}", "schema",
			 "weft.top/1", "lab", text_of(now, "lab"), "state",
			 text_of(now, "state"), "interval_ms", ms, "switch", sw,
			 "nodes", list_of(before, now, "nodes", per_s, node_of),
			 "ports",
			 list_of(before, now, "ports", per_s, port_of));
}

/**
 * struct order - how to sort by a word of the user's
 * @word:	"bits"
 * @array:	that has it; the other one goes by name
 * @keys:	numbers that are added up; NULL at the end
 */
struct order {
	const char *word;
	const char *array;
	const char *keys[3];
};

static const struct order orders[] = {
	{"name", "", {NULL}},
	{"cpu", "nodes", {"cpu_percent", NULL}},
	{"memory", "nodes", {"memory_bytes", NULL}},
	{"frames", "ports", {"rx_frames_per_s", "tx_frames_per_s", NULL}},
	{"bits", "ports", {"rx_bits_per_s", "tx_bits_per_s", NULL}},
	{"drops", "ports", {"drops_per_s", NULL}},
};

static double weight_of(const json_t *entry, const struct order *order)
{
	double weight = 0;
	unsigned i;

	for (i = 0; order->keys[i]; i++)
		weight += json_number_value(
			json_object_get(entry, order->keys[i]));
	return weight;
}

static const char *name_of(const json_t *entry)
{
	const char *name = text_of(entry, "name");

	name = name ? name : text_of(entry, "port");
	return name ? name : "";
}

/* @arg: struct order, or NULL: by name */
static int compare(const void *a, const void *b, void *arg)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	double difference = 0;

	if (arg)
		difference = weight_of(y, arg) - weight_of(x, arg);
	if (difference > 0)
		return 1;
	if (difference < 0)
		return -1;
	return strverscmp(name_of(x), name_of(y));
}

static void sort_array(json_t *document, const char *key, struct order *order)
{
	json_t *array = json_object_get(document, key), *entry;
	size_t i, count = json_array_size(array);
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are meant */
	json_t **entries = calloc(count + 1, sizeof(*entries));

	if (!entries)
		return; /* then they are in the order of the lab */
	json_array_foreach(array, i, entry) entries[i] = json_incref(entry);
	/* NOLINTNEXTLINE(bugprone-sizeof-expression) */
	qsort_r(entries, count, sizeof(*entries), compare,
		order && strcmp(order->array, key) == 0 ? order : NULL);
	for (i = 0; i < count; i++)
		json_array_set_new(array, i, entries[i]);
	free(entries);
}

int top_sort(json_t *document, const char *key)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		struct order order = orders[i];

		if (strcmp(order.word, key) != 0)
			continue;
		sort_array(document, "nodes", &order);
		sort_array(document, "ports", &order);
		return 0;
	}
	return -EINVAL;
}
