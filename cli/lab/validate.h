/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * validate.h - the verb validate: every mistake of every file
 */
#ifndef CLI_LAB_VALIDATE_H
#define CLI_LAB_VALIDATE_H

#include <stdio.h>

/**
 * validate_print() - validate files, print the mistakes for people
 * @paths:	@count files, folders or "-"
 * @out:	gets the mistakes; of valid files one line each
 *
 * Return: VALIDATE_VALID if all files are, else VALIDATE_INVALID: the exit
 * code.
 */
int validate_print(const char *const *paths, unsigned count, FILE *out);

/**
 * validate_print_json() - the same as one document, weft.validate/1
 *
 * {"schema", "valid", "files": [{"file", "valid", "errors": [{"line", "column",
 * "end-column", "path", "message"}], "not-shown"}]}; line is absent where there
 * is none.
 */
int validate_print_json(const char *const *paths, unsigned count, FILE *out);

#endif
