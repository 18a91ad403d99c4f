// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * log.c - words for the operator, on stderr, rate limited
 */
#include "core/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LOG_LINE_SIZE 1024

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARNING] = "warning",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};
static_assert(ARRAY_SIZE(level_names) == LOG_DEBUG + 1, "a level lacks a name");

PRINTF(3, 0)
static void log_write(const struct log *log, enum log_level level,
		      const char *fmt, va_list ap)
{
	char line[LOG_LINE_SIZE];
	int head, len, i;

	if (level > log->level)
		return;
	head = snprintf(line, sizeof(line), "%s: %s: ", log->tag,
			level_names[level]);
	len = head +
	      vsnprintf(line + head, sizeof(line) - (size_t)head - 1, fmt, ap);
	len = MIN(len, (int)sizeof(line) - 2);
	for (i = head; i < len; i++) {
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	}
	line[len++] = '\n';
	if (write(STDERR_FILENO, line, (size_t)len) < 0)
		return; /* nobody listens; there is nobody to tell */
}

void log_say(const struct log *log, enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_write(log, level, fmt, ap);
	va_end(ap);
}

void log_limited(const struct log *log, struct log_limit *limit,
		 enum log_level level, const char *fmt, ...)
{
	uint64_t now_ns = clock_now_ns(log->clock);
	va_list ap;

	if (!limit->window_ns || now_ns - limit->window_ns >= NSEC_PER_SEC) {
		if (limit->suppressed)
			log_say(log, level, "suppressed %u lines like the next",
				limit->suppressed);
		limit->window_ns = now_ns;
		limit->lines = 0;
		limit->suppressed = 0;
	}
	if (limit->lines++ >= LOG_LIMIT_PER_SECOND) {
		limit->suppressed++;
		return;
	}
	va_start(ap, fmt);
	log_write(log, level, fmt, ap);
	va_end(ap);
}
