/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * err.h - errors of set-up code: one sentence that says what to do
 *
 * Running code returns 0 or -errno and counts. Set-up code (build, open, parse)
 * also fills a struct err: err_set() where the failure is seen, err_wrap() on
 * the way up, so that the reader gets "network wan: gateway 10.0.0.1: ...".
 */
#ifndef CORE_ERR_H
#define CORE_ERR_H

#include "core/util.h"

#define ERR_SIZE 1024

/**
 * struct err - one failure
 * @code:	negative errno; 0 while there is none
 * @msg:	the sentence, without trailing newline
 */
struct err {
	int code;
	char msg[ERR_SIZE];
};

/**
 * err_set() - record a failure
 * @err:	where; may be NULL, then only the code is returned
 * @code:	negative errno
 * @fmt:	what happened, where, and what to do about it
 *
 * Return: @code, so that a function can end with "return err_set(...)".
 */
int err_set(struct err *err, int code, const char *fmt, ...) PRINTF(3, 4);

/** err_wrap() - put context in front of the message: "context: message" */
int err_wrap(struct err *err, const char *fmt, ...) PRINTF(2, 3);

#endif
