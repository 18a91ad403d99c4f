// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * suggest.c - did you mean: the known word nearest to an unknown one
 */
#include "cli/lab/suggest.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/util.h"

static int lower(char c)
{
	return tolower((unsigned char)c);
}

unsigned suggest_distance(const char *a, const char *b)
{
	unsigned rows[3][SUGGEST_MAX_LEN + 1];
	unsigned *before = rows[0], *above = rows[1], *row = rows[2];
	size_t len_a = strlen(a), len_b = strlen(b);

	if (len_a > SUGGEST_MAX_LEN || len_b > SUGGEST_MAX_LEN)
		return UINT_MAX;
	for (unsigned j = 0; j <= len_b; j++)
		row[j] = j;
	for (unsigned i = 1; i <= len_a; i++) {
		unsigned *spare = before;

		before = above;
		above = row;
		row = spare;
		row[0] = i;
		for (unsigned j = 1; j <= len_b; j++) {
			int x = lower(a[i - 1]), y = lower(b[j - 1]);

			row[j] = MIN(above[j], row[j - 1]) + 1;
			row[j] = MIN(row[j], above[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == lower(b[j - 2]) &&
			    y == lower(a[i - 2]))
				row[j] = MIN(row[j], before[j - 2] + 1);
		}
	}
	return row[len_b];
}

void suggest_init(struct suggest *suggest, const char *word)
{
	suggest->word = word;
	suggest->best = NULL;
	suggest->distance = SUGGEST_MAX_DISTANCE + 1;
}

void suggest_offer(struct suggest *suggest, const char *candidate,
		   const char *meant)
{
	unsigned distance = suggest_distance(suggest->word, candidate);

	/* Of two letters, two changes make any word: that is no advice. */
	if (distance >= strlen(suggest->word) || distance >= suggest->distance)
		return;
	suggest->best = meant;
	suggest->distance = distance;
}

const char *suggest_format(const struct suggest *suggest, char *text)
{
	text[0] = '\0';
	if (suggest->best)
		snprintf(text, SUGGEST_TEXT_SIZE, " (did you mean '%s'?)",
			 suggest->best);
	return text;
}
