// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * failover_json.c - a failover that was measured, as weft.failover/1
 */
#include "cli/failover/failover_json.h"

#include <stdlib.h>
#include <string.h>

#define BOND "bond"
#define METER "meter"
#define ANNOUNCER "announcer"
#define EXPERIMENT "experiment"

/* No count or time of a round is greater. */
#define MAX_NUMBER 1000000000000

const char *const failover_direction_names[] = {
	[METER_OUT] = "out",
	[METER_IN] = "in",
};
static_assert(ARRAY_SIZE(failover_direction_names) == METER_DIRECTIONS,
	      "a direction lacks its name");

json_t *failover_document(const char *lab, const char *uplink)
{
	return json_pack("{s:s, s:s, s:s, s:[]}", "schema", "weft.failover/1",
			 "lab", lab, "uplink", uplink, "rounds");
}

/* One round */

static json_int_t us_of(uint64_t ns)
{
	return (json_int_t)(ns / NSEC_PER_USEC);
}

static json_int_t relative(uint64_t ns, uint64_t fault_ns)
{
	return (json_int_t)(ns - fault_ns) / (json_int_t)NSEC_PER_USEC;
}

/* NULL for a moment that there was none of. */
static json_t *moment(uint64_t ns, uint64_t fault_ns, const char *source)
{
	return ns ? json_pack("{s:I, s:s}", "at_us", relative(ns, fault_ns),
			      "source", source)
		  : NULL;
}

static json_t *gap_json(const struct meter_gap *gap, uint64_t fault_ns)
{
	json_t *json;

	if (!gap->first_ns)
		return NULL;
	json = json_pack("{s:I, s:I, s:I, s:b, s:I, s:I, s:s}", "us",
			 us_of(meter_gap_outage_ns(gap)), "from_us",
			 relative(gap->last_ns, fault_ns), "to_us",
			 relative(gap->first_ns, fault_ns), "open",
			 gap->is_open, "lost", (json_int_t)gap->lost, "nap_us",
			 us_of(gap->nap_ns), "source", METER);
	if (gap->has_last)
		json_object_set_new(
			json, "from_sent_us",
			json_integer(relative(gap->last_sent_ns, fault_ns)));
	if (!gap->is_open)
		json_object_set_new(
			json, "to_sent_us",
			json_integer(relative(gap->first_sent_ns, fault_ns)));
	return json;
}

static json_t *way_json(const struct meter_way *way)
{
	return json_pack(
		"{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:{s:I, s:I, s:I}, s:s}",
		"sent", (json_int_t)way->sent, "received",
		(json_int_t)way->received, "lost", (json_int_t)way->lost,
		"duplicated", (json_int_t)way->duplicated, "reordered",
		(json_int_t)way->reordered, "stale", (json_int_t)way->stale,
		"refused", (json_int_t)way->refused, "delay_us", "min",
		us_of(way->delay_min_ns), "mean", us_of(way->delay_mean_ns),
		"max", us_of(way->delay_max_ns), "source", METER);
}

/* Outages and traffic, by direction */
static void set_ways(json_t *json, const struct experiment_round *round)
{
	json_t *outage = json_object(), *back = json_object();
	json_t *traffic = json_object();

	for (unsigned i = 0; i < METER_DIRECTIONS; i++) {
		const struct experiment_way *way = &round->way[i];
		const char *name = failover_direction_names[i];

		json_object_set_new(outage, name,
				    gap_json(&way->outage, round->fault_ns));
		json_object_set_new(
			back, name,
			gap_json(&way->return_outage, round->fault_ns));
		json_object_set_new(traffic, name, way_json(&way->total));
	}
	json_object_set_new(json, "outage", outage);
	json_object_set_new(json, "return_outage", back);
	json_object_set_new(json, "traffic", traffic);
}

static void set_moments(json_t *json, const struct experiment_round *round)
{
	const struct {
		const char *key;
		uint64_t ns;
		const char *source;
	} moments[] = {
		{"fault", round->fault_ns, EXPERIMENT},
		{"last_out_old", round->last_out_old_ns, BOND},
		{"switched", round->switched_ns, BOND},
		{"first_out_new", round->first_out_new_ns, BOND},
		{"last_in_old", round->last_in_old_ns, BOND},
		{"first_in_new", round->first_in_new_ns, BOND},
		{"mended", round->mended_ns, EXPERIMENT},
		{"back", round->back_ns, EXPERIMENT},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(moments); i++)
		json_object_set_new(json, moments[i].key,
				    moment(moments[i].ns, round->fault_ns,
					   moments[i].source));
}

static json_t *announced_json(const struct experiment_announced *announced)
{
	json_t *json = json_pack(
		"{s:I, s:I, s:I, s:s}", "rarp", (json_int_t)announced->rarp,
		"garp", (json_int_t)announced->garp, "na",
		(json_int_t)announced->na, "source", ANNOUNCER);

	if (announced->first_round_ns)
		json_object_set_new(
			json, "first_round_us",
			json_integer(us_of(announced->first_round_ns)));
	return json;
}

json_t *failover_round_json(unsigned number, const char *result,
			    const struct experiment_round *round)
{
	json_t *json =
		json_pack("{s:i, s:s, s:I, s:I, s:I, s:I}", "round",
			  (int)number, "result", result, "longest_nap_us",
			  us_of(round->longest_nap_ns), "skipped",
			  (json_int_t)round->skipped, "foreign",
			  (json_int_t)round->foreign, "return_moves",
			  (json_int_t)round->return_moves);

	if (round->old_member[0])
		json_object_set_new(json, "old",
				    json_string(round->old_member));
	if (round->new_member[0])
		json_object_set_new(json, "new",
				    json_string(round->new_member));
	set_ways(json, round);
	if (!round->fault_ns)
		return json;
	set_moments(json, round);
	json_object_set_new(json, "moves",
			    json_integer((json_int_t)round->moves));
	json_object_set_new(json, "announced",
			    announced_json(&round->announced));
	return json;
}

/* The sum */

static const json_t *part(const json_t *round, const char *key,
			  const char *direction)
{
	return json_object_get(json_object_get(round, key), direction);
}

/* Of a document that somebody sent: a sum of these can't overflow. */
static json_int_t number_of(const json_t *object, const char *key)
{
	json_int_t number = json_integer_value(json_object_get(object, key));

	return number < 0 ? 0 : MIN(number, MAX_NUMBER);
}

static int by_size(const void *a, const void *b)
{
	json_int_t x = *(const json_int_t *)a, y = *(const json_int_t *)b;

	return (x > y) - (x < y);
}

/* Outages in order of size; of two in the middle the longer one counts. */
static json_t *outages_json(json_int_t *us, size_t n)
{
	if (!n)
		return NULL;
	qsort(us, n, sizeof(*us), by_size);
	return json_pack("{s:I, s:I, s:I}", "best", us[0], "median", us[n / 2],
			 "worst", us[n - 1]);
}

static json_t *direction_summary(const json_t *rounds, const char *direction)
{
	json_int_t *us =
		calloc(json_array_size(rounds) + 1, sizeof(json_int_t));
	json_int_t lost = 0, duplicated = 0, reordered = 0;
	size_t i, n = 0, open = 0;
	const json_t *round;
	json_t *json;

	if (!us)
		return NULL;
	json_array_foreach((json_t *)rounds, i, round)
	{
		const json_t *traffic = part(round, "traffic", direction);
		const json_t *outage = part(round, "outage", direction);

		lost += number_of(traffic, "lost");
		duplicated += number_of(traffic, "duplicated");
		reordered += number_of(traffic, "reordered");
		if (!outage)
			continue;
		open += json_is_true(json_object_get(outage, "open"));
		us[n++] = number_of(outage, "us");
	}
	json = json_pack("{s:o*, s:I, s:I, s:I, s:I}", "outage_us",
			 outages_json(us, n), "open", (json_int_t)open, "lost",
			 lost, "duplicated", duplicated, "reordered",
			 reordered);
	free(us);
	return json;
}

void failover_summarize(json_t *document)
{
	const json_t *rounds = json_object_get(document, "rounds"), *round;
	json_int_t ok = 0;
	json_t *summary;
	size_t i;

	json_array_foreach((json_t *)rounds, i, round)
	{
		const char *result =
			json_string_value(json_object_get(round, "result"));

		ok += result && strcmp(result, "ok") == 0;
	}
	summary = json_pack("{s:I, s:I}", "rounds",
			    (json_int_t)json_array_size(rounds), "ok", ok);
	for (i = 0; i < METER_DIRECTIONS; i++)
		json_object_set_new(
			summary, failover_direction_names[i],
			direction_summary(rounds, failover_direction_names[i]));
	json_object_set_new(document, "summary", summary);
}
