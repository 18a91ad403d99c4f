/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.h - words for the operator, on stderr, rate limited
 *
 * Frames never log; their fate is a counter (core/verdict.h). What a peer or
 * guest can provoke goes through log_limited().
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdint.h>

#include "core/clock.h"
#include "core/util.h"

/** enum log_level - how much is said; each includes those before it */
enum log_level {
	LOG_ERROR,
	LOG_WARNING,
	LOG_INFO,
	LOG_DEBUG,
};

/**
 * struct log - where one process or part of it speaks
 * @level:	what is still said
 * @tag:	in front of each line: "weft-switch"
 * @clock:	for the rate limit
 */
struct log {
	enum log_level level;
	const char *tag;
	struct clock *clock;
};

/**
 * struct log_limit - how often one source may speak
 * @window_ns:	start of the current second; 0 before first use
 * @lines:	lines in it
 * @suppressed:	lines not said; the next one that is said tells
 */
struct log_limit {
	uint64_t window_ns;
	unsigned lines;
	unsigned suppressed;
};

/** LOG_LIMIT_PER_SECOND - lines a second that one source gets */
#define LOG_LIMIT_PER_SECOND 5

/** log_say() - one line; control characters in it come out escaped */
void log_say(const struct log *log, enum log_level level, const char *fmt, ...)
	PRINTF(3, 4);

/** log_limited() - as log_say(), at most LOG_LIMIT_PER_SECOND per @limit */
void log_limited(const struct log *log, struct log_limit *limit,
		 enum log_level level, const char *fmt, ...) PRINTF(4, 5);

#define log_error(log, ...) log_say(log, LOG_ERROR, __VA_ARGS__)
#define log_warning(log, ...) log_say(log, LOG_WARNING, __VA_ARGS__)
#define log_info(log, ...) log_say(log, LOG_INFO, __VA_ARGS__)
#define log_debug(log, ...) log_say(log, LOG_DEBUG, __VA_ARGS__)

#endif
