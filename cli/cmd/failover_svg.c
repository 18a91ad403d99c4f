// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * failover_svg.c - failovers that were measured, as SVG pictures
 *
 * A round is six lanes over an axis in milliseconds, with the fault at 0. The
 * old member's bars end where its last frame was seen, the new one's begin with
 * its first. The lane of losses has two bars, out above in: the time in which
 * nothing came. What lies outside of the axis is cut at its end.
 *
 * There are no scripts, no links and no fonts to load: a picture is whole by
 * itself.
 */
#include "cli/cmd/failover_report.h"

#include <stdlib.h>

#include "cli/cmd/failover_internal.h"
#include "cli/cmd/xml_text.h"

#define WIDTH 960
#define LEFT 220
#define RIGHT 24
#define PLOT (WIDTH - LEFT - RIGHT)
#define TITLE 26
#define LANE 22
#define BAR 16
#define LANES 6
#define AXIS 34
#define HEIGHT (TITLE + LANES * LANE + AXIS)
/* Characters of a name that fit in front of the lanes */
#define NAME_MAX_CHARS 24
#define TICKS 8
/* The shortest axis, and how much longer than most a round may be on it */
#define MIN_SPAN_US 500.0
#define MUCH_LONGER 10.0

#define OLD_COLOUR "#8fb0d6"
#define NEW_COLOUR "#7fc59b"
#define TOLD_COLOUR "#e0b85c"
#define LOSS_COLOUR "#d9695f"
#define FAULT_COLOUR "#b3261e"

/* The axis */

static void reach(double *end_us, const json_t *round, const char *key)
{
	double us;

	if (failover_at(round, key, &us))
		*end_us = MAX(*end_us, us);
}

/* Where the last thing of a round is that a picture should show. */
static double end_of(const json_t *round)
{
	static const char *const moments[] = {
		"last_out_old", "switched",     "first_out_new",
		"last_in_old",  "first_in_new",
	};
	static const char *const directions[] = {"out", "in"};
	double us, length_us, end_us = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(moments); i++)
		reach(&end_us, round, moments[i]);
	for (i = 0; i < ARRAY_SIZE(directions); i++) {
		if (failover_us(failover_gap(round, "outage", directions[i]),
				"to_us", &us))
			end_us = MAX(end_us, us);
	}
	if (failover_at(round, "switched", &us) &&
	    failover_us(json_object_get(round, "announced"), "first_round_us",
			&length_us))
		end_us = MAX(end_us, us + length_us);
	return end_us;
}

static struct failover_scale scale_to(double end_us)
{
	double span_us = MAX(end_us, MIN_SPAN_US);

	return (struct failover_scale){-span_us / 4, span_us * 5 / 4};
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct failover_scale failover_scale_of(const json_t *document)
{
	const json_t *rounds = json_object_get(document, "rounds");
	size_t i, n = json_array_size(rounds);
	double *ends = calloc(n + 1, sizeof(double));
	double end_us = 0;

	for (i = 0; ends && i < n; i++)
		ends[i] = end_of(json_array_get(rounds, i));
	if (ends && n) {
		double typical_us;

		qsort(ends, n, sizeof(*ends), by_size);
		typical_us = MAX(ends[(n - 1) / 2], MIN_SPAN_US);
		while (ends[n - 1] > MUCH_LONGER * typical_us)
			n--;
		end_us = ends[n - 1];
	}
	free(ends);
	return scale_to(end_us);
}

static double x_of(struct failover_scale scale, double us)
{
	double part = (us - scale.from_us) / (scale.to_us - scale.from_us);

	return LEFT + PLOT * (part < 0 ? 0 : part > 1 ? 1 : part);
}

/* 1, 2 or 5 times a power of ten, for about TICKS of them */
static double step_of(struct failover_scale scale)
{
	double raw = (scale.to_us - scale.from_us) / TICKS;
	double ten = 1;

	while (10 * ten < raw)
		ten *= 10;
	return raw <= 2 * ten ? 2 * ten : raw <= 5 * ten ? 5 * ten : 10 * ten;
}

static void put_axis(FILE *out, struct failover_scale scale)
{
	double step = step_of(scale);
	double top = TITLE, bottom = TITLE + LANES * LANE;
	long first = (long)(scale.from_us / step); /* it is not positive */

	for (long i = first; (double)i * step <= scale.to_us; i++) {
		double x = x_of(scale, (double)i * step);

		fprintf(out,
			"<path d=\"M%.1f %.1fV%.1f\" stroke=\"#e3e3e3\"/>"
			"<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" "
			"fill=\"#555\">%.*f</text>\n",
			x, top, bottom, x, bottom + 14, step < 1000 ? 2 : 0,
			(double)i * step / 1e3);
	}
	fprintf(out,
		"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#555\">"
		"ms from the fault</text>\n",
		WIDTH - RIGHT, bottom + 28);
}

/* Lanes */

/**
 * struct lane - one of a round
 * @out:	where the picture goes
 * @scale:	its axis
 * @y:		its upper edge
 */
struct lane {
	FILE *out;
	struct failover_scale scale;
	double y;
};

static void put_bar(const struct lane *lane, double from_us, double to_us,
		    double y, double height, const char *colour)
{
	double x = x_of(lane->scale, from_us);
	double width = x_of(lane->scale, to_us) - x;

	fprintf(lane->out,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
		"fill=\"%s\"/>\n",
		x, lane->y + y, MAX(width, 2), height, colour);
}

/* Behind a bar, or in front of it where no room is left behind. */
static void begin_note(const struct lane *lane, double from_us, double to_us)
{
	double x = x_of(lane->scale, to_us);
	bool is_right = x > LEFT + PLOT * 0.7;

	if (is_right)
		x = x_of(lane->scale, from_us);
	fprintf(lane->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">",
		is_right ? x - 5 : x + 5, lane->y + 15,
		is_right ? "end" : "start");
}

static void put_name(const struct lane *lane, const char *what,
		     const char *member)
{
	fprintf(lane->out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s",
		LEFT - 8, lane->y + 15, what);
	if (member) {
		fputc(' ', lane->out);
		xml_put_short(lane->out, member, NAME_MAX_CHARS);
	}
	fputs("</text>\n", lane->out);
}

/* The old member's: until @key */
static void put_until(const struct lane *lane, const json_t *round,
		      const char *key)
{
	double us;

	if (!failover_at(round, key, &us))
		return;
	put_bar(lane, lane->scale.from_us, us, 3, BAR, OLD_COLOUR);
	begin_note(lane, us, us);
	fprintf(lane->out, "last %+.3f ms</text>\n", us / 1e3);
}

/* The new member's: from @key on */
static void put_since(const struct lane *lane, const json_t *round,
		      const char *key)
{
	double us;

	if (!failover_at(round, key, &us))
		return;
	put_bar(lane, us, lane->scale.to_us, 3, BAR, NEW_COLOUR);
	begin_note(lane, us, us);
	fprintf(lane->out, "first %+.3f ms</text>\n", us / 1e3);
}

static void put_announced(const struct lane *lane, const json_t *round)
{
	const json_t *announced = json_object_get(round, "announced");
	double from_us, length_us = 0;

	if (!announced || !failover_at(round, "switched", &from_us))
		return;
	failover_us(announced, "first_round_us", &length_us);
	put_bar(lane, from_us, from_us + length_us, 3, BAR, TOLD_COLOUR);
	begin_note(lane, from_us, from_us + length_us);
	fprintf(lane->out,
		"%" JSON_INTEGER_FORMAT " RARP, %" JSON_INTEGER_FORMAT
		" ARP, %" JSON_INTEGER_FORMAT " NA</text>\n",
		failover_count(announced, "rarp"),
		failover_count(announced, "garp"),
		failover_count(announced, "na"));
}

static void put_gap(const struct lane *lane, const json_t *gap, double y)
{
	double from_us, to_us;

	if (failover_us(gap, "from_us", &from_us) &&
	    failover_us(gap, "to_us", &to_us))
		put_bar(lane, from_us, to_us, y, BAR / 2.0 - 1, LOSS_COLOUR);
}

static void put_note_of_gap(const struct lane *lane, const char *direction,
			    const json_t *gap)
{
	double us;

	fprintf(lane->out, "%s", direction);
	if (!failover_us(gap, "us", &us)) {
		fputs(" -", lane->out);
		return;
	}
	fprintf(lane->out, " %.3f ms%s, %" JSON_INTEGER_FORMAT " lost",
		us / 1e3,
		json_is_true(json_object_get(gap, "open")) ? " and more" : "",
		failover_count(gap, "lost"));
}

/* What it says is below the axis: bars may leave no room. */
static void put_loss(const struct lane *lane, const json_t *round)
{
	const json_t *out = failover_gap(round, "outage", "out");
	const json_t *in = failover_gap(round, "outage", "in");

	if (!out && !in)
		return;
	put_gap(lane, out, 3);
	put_gap(lane, in, 3 + BAR / 2.0 + 1);
	fprintf(lane->out, "<text x=\"%d\" y=\"%.1f\">", LEFT,
		lane->y + LANE + 28);
	put_note_of_gap(lane, "nothing came out for", out);
	fputs("; ", lane->out);
	put_note_of_gap(lane, "in for", in);
	fputs("</text>\n", lane->out);
}

static void put_lanes(struct lane lane, const json_t *round)
{
	const char *old = text_of(round, "old"), *new = text_of(round, "new");

	put_name(&lane, "out", old);
	put_until(&lane, round, "last_out_old");
	lane.y += LANE;
	put_name(&lane, "out", new);
	put_since(&lane, round, "first_out_new");
	lane.y += LANE;
	put_name(&lane, "in", old);
	put_until(&lane, round, "last_in_old");
	lane.y += LANE;
	put_name(&lane, "in", new);
	put_since(&lane, round, "first_in_new");
	lane.y += LANE;
	put_name(&lane, "announced", NULL);
	put_announced(&lane, round);
	lane.y += LANE;
	put_name(&lane, "nothing came out, in", NULL);
	put_loss(&lane, round);
}

/* Pictures */

static void put_title(FILE *out, const json_t *round, bool has_own_axis)
{
	const char *result = text_of(round, "result");

	fprintf(out,
		"<text x=\"8\" y=\"17\" font-weight=\"bold\">round "
		"%" JSON_INTEGER_FORMAT ": ",
		failover_count(round, "round"));
	xml_put_short(out, result ? result : "-", NAME_MAX_CHARS);
	fprintf(out, "%s</text>\n",
		has_own_axis ? " (on an axis of its own)" : "");
}

static void put_round(FILE *out, const json_t *round,
		      struct failover_scale scale)
{
	double end_us = end_of(round), fault_us;
	bool has_own_axis = end_us > scale.to_us;
	struct lane lane = {
		.out = out,
		.scale = has_own_axis ? scale_to(end_us) : scale,
		.y = TITLE,
	};

	put_title(out, round, has_own_axis);
	if (!failover_at(round, "fault", &fault_us))
		return;
	put_axis(out, lane.scale);
	put_lanes(lane, round);
	fprintf(out,
		"<path d=\"M%.1f %d V%d\" stroke=\"" FAULT_COLOUR
		"\" stroke-dasharray=\"4 3\"/>\n",
		x_of(lane.scale, fault_us), TITLE - 2, TITLE + LANES * LANE);
}

static void begin_picture(FILE *out, size_t height)
{
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		"height=\"%zu\" viewBox=\"0 0 %d %zu\" "
		"font-family=\"sans-serif\" font-size=\"12\">\n"
		"<rect width=\"%d\" height=\"%zu\" fill=\"#ffffff\"/>\n",
		WIDTH, height, WIDTH, height, WIDTH, height);
}

void failover_svg_round(FILE *out, const json_t *round,
			struct failover_scale scale)
{
	begin_picture(out, HEIGHT);
	put_round(out, round, scale);
	fputs("</svg>\n", out);
}

void failover_print_svg(FILE *out, const json_t *document)
{
	const json_t *rounds = json_object_get(document, "rounds");
	struct failover_scale scale = failover_scale_of(document);
	const char *uplink = text_of(document, "uplink");
	const json_t *round;
	size_t i;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
	begin_picture(out, TITLE + json_array_size(rounds) * HEIGHT);
	fputs("<text x=\"8\" y=\"18\" font-size=\"15\">failover of ", out);
	xml_put_short(out, uplink ? uplink : "-", NAME_MAX_CHARS);
	fputs("</text>\n", out);
	json_array_foreach(rounds, i, round)
	{
		fprintf(out, "<g transform=\"translate(0 %zu)\">\n",
			TITLE + i * HEIGHT);
		put_round(out, round, scale);
		fputs("</g>\n", out);
	}
	fputs("</svg>\n", out);
}
