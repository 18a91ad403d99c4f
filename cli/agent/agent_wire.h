/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * agent_wire.h - counted reader and writer, the only way to touch payloads
 *
 * Both remember the first mistake instead of reporting each: a codec reads or
 * writes its fields in a row and asks once at the end.
 */
#ifndef CLI_AGENT_AGENT_WIRE_H
#define CLI_AGENT_AGENT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/bytes.h"

/**
 * struct agent_writer - fields appended to a buffer
 * @data:	the buffer, not owned
 * @size:	its capacity
 * @len:	bytes used
 * @full:	something didn't fit; the content is worthless
 */
struct agent_writer {
	uint8_t *data;
	size_t size;
	size_t len;
	bool full;
};

/**
 * struct agent_reader - fields taken off a buffer
 * @data:	the buffer, not owned
 * @len:	bytes in it
 * @pos:	bytes taken
 * @bad:	something was missing or malformed
 */
struct agent_reader {
	const uint8_t *data;
	size_t len;
	size_t pos;
	bool bad;
};

static inline void agent_put(struct agent_writer *w, const void *p, size_t len)
{
	if (w->full || len > w->size - w->len) {
		w->full = true;
		return;
	}
	if (len)
		memcpy(w->data + w->len, p, len);
	w->len += len;
}

static inline void agent_put_u8(struct agent_writer *w, uint8_t v)
{
	agent_put(w, &v, sizeof(v));
}

static inline void agent_put_u16(struct agent_writer *w, uint16_t v)
{
	uint8_t b[2];

	be16_store(b, v);
	agent_put(w, b, sizeof(b));
}

static inline void agent_put_u32(struct agent_writer *w, uint32_t v)
{
	uint8_t b[4];

	be32_store(b, v);
	agent_put(w, b, sizeof(b));
}

static inline void agent_put_u64(struct agent_writer *w, uint64_t v)
{
	agent_put_u32(w, (uint32_t)(v >> 32));
	agent_put_u32(w, (uint32_t)v);
}

/** agent_put_str() - with its terminating NUL */
static inline void agent_put_str(struct agent_writer *w, const char *text)
{
	agent_put(w, text, strlen(text) + 1);
}

/** agent_get() - the next @len bytes, in place; NULL when there are fewer */
static inline const uint8_t *agent_get(struct agent_reader *r, size_t len)
{
	const uint8_t *p = r->data + r->pos;

	if (r->bad || len > r->len - r->pos) {
		r->bad = true;
		return NULL;
	}
	r->pos += len;
	return p;
}

static inline void agent_get_bytes(struct agent_reader *r, void *to, size_t len)
{
	const uint8_t *p = agent_get(r, len);

	if (p)
		memcpy(to, p, len);
	else
		memset(to, 0, len);
}

static inline uint8_t agent_get_u8(struct agent_reader *r)
{
	const uint8_t *p = agent_get(r, 1);

	return p ? *p : 0;
}

static inline uint16_t agent_get_u16(struct agent_reader *r)
{
	const uint8_t *p = agent_get(r, 2);

	return p ? be16_load(p) : 0;
}

static inline uint32_t agent_get_u32(struct agent_reader *r)
{
	const uint8_t *p = agent_get(r, 4);

	return p ? be32_load(p) : 0;
}

static inline uint64_t agent_get_u64(struct agent_reader *r)
{
	uint64_t high = agent_get_u32(r);

	return high << 32 | agent_get_u32(r);
}

/** agent_get_str() - a NUL-terminated string, in place; "" when there is none
 */
static inline const char *agent_get_str(struct agent_reader *r)
{
	const uint8_t *start = r->data + r->pos;
	const uint8_t *end = NULL;

	if (!r->bad && r->pos < r->len)
		end = memchr(start, '\0', r->len - r->pos);
	if (!end) {
		r->bad = true;
		return "";
	}
	r->pos += (size_t)(end - start) + 1;
	return (const char *)start;
}

/** agent_get_text() - a string copied to @to; too long for @size is bad */
static inline void agent_get_text(struct agent_reader *r, char *to, size_t size)
{
	const char *text = agent_get_str(r);
	size_t len = strlen(text);

	if (len >= size) {
		r->bad = true;
		len = 0;
	}
	memcpy(to, text, len);
	to[len] = '\0';
}

/** agent_reader_ok() - all fields were there and nothing is left over */
static inline bool agent_reader_ok(const struct agent_reader *r)
{
	return !r->bad && r->pos == r->len;
}

#endif
