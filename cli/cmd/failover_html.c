// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * failover_html.c - failovers that were measured, as one page
 *
 * The page is whole by itself: no script, nothing to load, and a policy that
 * says so to browsers.
 */
#include "cli/cmd/failover_report.h"

#include <string.h>

#include "cli/cmd/failover_internal.h"
#include "cli/cmd/xml_text.h"

static const char head[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" "
	"content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	"<meta name=\"viewport\" content=\"width=device-width\">\n"
	"<style>\n"
	"body { font-family: sans-serif; margin: 2em; color: #222;"
	" background: #fff; }\n"
	"table { border-collapse: collapse; margin: 1em 0; }\n"
	"th, td { padding: .25em .7em; border-bottom: 1px solid #ddd;"
	" text-align: right; white-space: nowrap; }\n"
	"th { background: #f4f4f4; }\n"
	"svg { max-width: 100%; height: auto; margin: .7em 0;"
	" border: 1px solid #ddd; }\n"
	"dt { font-weight: bold; }\n"
	"</style>\n";

static const char legend[] =
	"<dl>\n"
	"<dt>LAST-OUT, FIRST-OUT, FIRST-IN</dt><dd>last frame that left "
	"through the old member, first one that left and that came in through "
	"the new one, from the fault on; the bond's clock</dd>\n"
	"<dt>OUT, IN</dt><dd>the longest time without a frame in that "
	"direction, less what the meter itself slept at its ends; the meter's "
	"clock. With a + it had not ended when the member was mended</dd>\n"
	"<dt>LOST, DUP</dt><dd>frames in the whole round, out/in; the "
	"meter</dd>\n"
	"<dt>ANNOUNCED</dt><dd>frames that told the wire who is behind the "
	"new member; the announcer</dd>\n"
	"</dl>\n";

static void put_heads(FILE *out, const char *heads)
{
	fputs("<table>\n<tr>", out);
	while (*heads) {
		int len = (int)strcspn(heads, " ");

		fprintf(out, "<th>%.*s</th>", len, heads);
		heads += len + (heads[len] == ' ');
	}
	fputs("</tr>\n", out);
}

static void put_cells(FILE *out, char (*cells)[TABLE_CELL_SIZE], unsigned n)
{
	fputs("<tr>", out);
	for (unsigned i = 0; i < n; i++) {
		fputs("<td>", out);
		xml_put(out, cells[i][0] ? cells[i] : "-");
		fputs("</td>", out);
	}
	fputs("</tr>\n", out);
}

static void put_tables(FILE *out, const json_t *document)
{
	char cells[FAILOVER_COLUMNS][TABLE_CELL_SIZE];
	json_t *round;
	size_t i;

	put_heads(out, failover_sum_heads);
	failover_sum_cells(document, "out", cells);
	put_cells(out, cells, FAILOVER_SUMS);
	failover_sum_cells(document, "in", cells);
	put_cells(out, cells, FAILOVER_SUMS);
	fputs("</table>\n", out);
	put_heads(out, failover_round_heads);
	json_array_foreach(json_object_get(document, "rounds"), i, round)
	{
		failover_round_cells(round, cells);
		put_cells(out, cells, FAILOVER_COLUMNS);
	}
	fputs("</table>\n", out);
}

static void put_fact(FILE *out, const char *what, const json_t *document,
		     const char *key)
{
	const char *text = text_of(document, key);

	if (!text)
		return;
	fprintf(out, "%s ", what);
	xml_put(out, text);
	fputs(". ", out);
}

static void put_facts(FILE *out, const json_t *document)
{
	double us;

	fputs("<p>", out);
	put_fact(out, "Lab", document, "lab");
	put_fact(out, "Mode", document, "mode");
	put_fact(out, "Each fault was", document, "cut");
	put_fact(out, "The far end was on network", document, "far");
	put_fact(out, "Measured at", document, "time");
	if (failover_us(document, "interval_us", &us) && us > 0)
		fprintf(out,
			"Each end sent a frame every %.0f us, so no time is "
			"known better than that. ",
			us);
	fputs("</p>\n", out);
}

void failover_print_html(FILE *out, const json_t *document)
{
	struct failover_scale scale = failover_scale_of(document);
	const char *uplink = text_of(document, "uplink");
	json_t *round;
	size_t i;

	fputs(head, out);
	fputs("<title>failover of ", out);
	xml_put(out, uplink ? uplink : "-");
	fputs("</title>\n</head>\n<body>\n<h1>failover of ", out);
	xml_put(out, uplink ? uplink : "-");
	fputs("</h1>\n", out);
	put_facts(out, document);
	put_tables(out, document);
	json_array_foreach(json_object_get(document, "rounds"), i, round)
	{
		failover_svg_round(out, round, scale);
	}
	fputs(legend, out);
	fputs("</body>\n</html>\n", out);
}
