/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab_text.h - lab files as string literals, for tests
 */
#ifndef UNIT_LAB_TEXT_H
#define UNIT_LAB_TEXT_H

#include "cli/lab/lab.h"

/**
 * struct mistake - a lab file and the one thing that is wrong with it
 * @text:	the file
 * @error:	"LINE:COL: error: message", all of it
 */
struct mistake {
	const char *text;
	const char *error;
};

/** lab_of_text() - the lab of a file that must be valid; lab_destroy() it */
struct lab *lab_of_text(const char *text);

/** errors_of_text() - all that diag_print() says about a file called "t";
 * free() it; empty if the file is valid */
char *errors_of_text(const char *text, size_t size);

/** assert_mistakes() - each file has exactly its one mistake */
void assert_mistakes(const struct mistake *mistakes, size_t count);

#endif
