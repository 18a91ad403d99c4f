// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * prometheus.c - metrics in Prometheus' text exposition format, version 0.0.4
 */
#include "cli/cmd/prometheus.h"

#include <inttypes.h>

#include "core/util.h"

static const char *const type_names[] = {
	[PROMETHEUS_COUNTER] = "counter",
	[PROMETHEUS_GAUGE] = "gauge",
};

void prometheus_begin(FILE *out, const struct prometheus_family *family)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", family->name, family->help,
		family->name, type_names[family->type]);
}

/* A backslash, a quote and a newline take a backslash. */
static void print_value(FILE *out, const char *text)
{
	for (; text && *text; text++) {
		if (*text == '\n')
			fputs("\\n", out);
		else if (*text == '\\' || *text == '"')
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

static void print_head(FILE *out, const struct prometheus_family *family,
		       const char *const values[])
{
	unsigned i;

	fputs(family->name, out);
	for (i = 0; family->labels[i]; i++) {
		fprintf(out, "%c%s=\"", i ? ',' : '{', family->labels[i]);
		print_value(out, values[i]);
		fputc('"', out);
	}
	fputs(i ? "} " : " ", out);
}

void prometheus_sample(FILE *out, const struct prometheus_family *family,
		       const char *const values[], int64_t number)
{
	print_head(out, family, values);
	fprintf(out, "%" PRId64 "\n", number);
}

void prometheus_seconds(FILE *out, const struct prometheus_family *family,
			const char *const values[], int64_t ms)
{
	ms = MAX(ms, 0);
	print_head(out, family, values);
	fprintf(out, "%" PRId64 ".%03d\n", ms / 1000, (int)(ms % 1000));
}
