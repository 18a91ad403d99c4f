/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suggest.h - did you mean: the known word nearest to an unknown one
 */
#ifndef CLI_LAB_SUGGEST_H
#define CLI_LAB_SUGGEST_H

#define SUGGEST_MAX_DISTANCE 2
#define SUGGEST_MAX_LEN 48
#define SUGGEST_TEXT_SIZE 80

/**
 * struct suggest - the best candidate so far
 * @word:	what was written
 * @best:	nearest candidate, borrowed; NULL: none is near enough
 * @distance:	of @best
 */
struct suggest {
	const char *word;
	const char *best;
	unsigned distance;
};

/** suggest_init() - nothing found yet; @word is borrowed */
void suggest_init(struct suggest *suggest, const char *word);

/**
 * suggest_offer() - consider a candidate
 * @candidate:	compared with the word
 * @meant:	what to suggest if it is nearest, mostly @candidate itself
 */
void suggest_offer(struct suggest *suggest, const char *candidate,
		   const char *meant);

/**
 * suggest_format() - " (did you mean 'x'?)", or nothing
 * @text:	of SUGGEST_TEXT_SIZE
 */
const char *suggest_format(const struct suggest *suggest, char *text);

/**
 * suggest_distance() - Damerau-Levenshtein (optimal string alignment) distance
 *
 * Letters count as equal in either case. Words longer than SUGGEST_MAX_LEN are
 * at no useful distance from anything.
 *
 * Return: insertions, deletions, substitutions and swaps of neighbours.
 */
unsigned suggest_distance(const char *a, const char *b);

#endif
