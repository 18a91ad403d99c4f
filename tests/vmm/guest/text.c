// SPDX-License-Identifier: GPL-2.0-or-later
/* text.c - a small printf, and the string functions that a compiler relies on
 */
#include "guest/text.h"
#include "guest/serial.h"

#include <stdarg.h>

void *memcpy(void *to, const void *from, size_t len)
{
	char *t = to;
	const char *f = from;

	/* By words: each instruction may cost most of a microsecond. */
	for (; len >= 8; len -= 8, t += 8, f += 8)
		__builtin_memcpy(t, f, 8);
	for (; len >= 2; len -= 2, t += 2, f += 2)
		__builtin_memcpy(t, f, 2);
	if (len)
		*t = *f;
	return to;
}

void *memmove(void *to, const void *from, size_t len)
{
	char *t = to;
	const char *f = from;

	if (t <= f)
		return memcpy(to, from, len);
	while (len--)
		t[len] = f[len];
	return to;
}

void *memset(void *to, int byte, size_t len)
{
	uint64_t word = (uint8_t)byte * 0x0101010101010101ULL;
	char *t = to;

	for (; len >= 8; len -= 8, t += 8)
		__builtin_memcpy(t, &word, 8);
	for (; len; len--)
		*t++ = (char)byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t len)
{
	const uint8_t *x = a, *y = b;

	for (; len; len--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strlen(const char *text)
{
	size_t len = 0;

	while (text[len])
		len++;
	return len;
}

int strcmp(const char *a, const char *b)
{
	for (; *a && *a == *b; a++)
		b++;
	return (uint8_t)*a - (uint8_t)*b;
}

int same(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(text, word, len);
}

struct sink {
	char *text;
	size_t size, len;
};

static void put(struct sink *sink, char c)
{
	if (sink->len + 1 < sink->size)
		sink->text[sink->len++] = c;
}

static void put_text(struct sink *sink, const char *text, unsigned width)
{
	size_t len = strlen(text);

	while (*text)
		put(sink, *text++);
	for (; len < width; len++)
		put(sink, ' ');
}

static void put_number(struct sink *sink, uint64_t value, unsigned base,
		       unsigned width, char pad)
{
	char digits[24];
	unsigned n = 0;

	do
		digits[n++] = "0123456789abcdef"[value % base];
	while (value /= base);
	for (; width > n; width--)
		put(sink, pad);
	while (n)
		put(sink, digits[--n]);
}

static void put_signed(struct sink *sink, int64_t value, unsigned width)
{
	if (value < 0)
		put(sink, '-');
	put_number(sink, value < 0 ? -(uint64_t)value : (uint64_t)value, 10,
		   width, ' ');
}

static uint64_t next_number(va_list *args, bool wide, bool negative)
{
	if (wide)
		return va_arg(*args, uint64_t);
	if (negative)
		return (uint64_t)(int64_t)va_arg(*args, int);
	return va_arg(*args, unsigned);
}

/* conversion() - one after its '%'; returns its last character */
static const char *conversion(struct sink *sink, const char *f, va_list *args)
{
	char pad = *f == '0' ? '0' : ' ';
	unsigned width = 0;
	bool wide = false;

	for (; *f == '-' || (*f >= '0' && *f <= '9'); f++)
		if (*f != '-')
			width = width * 10 + (unsigned)(*f - '0');
	for (; *f == 'l' || *f == 'z'; f++)
		wide = true;
	switch (*f) {
	case 's':
		put_text(sink, va_arg(*args, const char *), width);
		break;
	case 'c':
		put(sink, (char)va_arg(*args, int));
		break;
	case 'd':
		put_signed(sink, (int64_t)next_number(args, wide, true), width);
		break;
	case 'u':
	case 'x':
		put_number(sink, next_number(args, wide, false),
			   *f == 'u' ? 10 : 16, width, pad);
		break;
	default:
		put(sink, *f);
	}
	return f;
}

static size_t vformat(char *text, size_t size, const char *f, va_list *args)
{
	struct sink sink = {text, size, 0};

	for (; *f; f++) {
		if (*f == '%')
			f = conversion(&sink, f + 1, args);
		else
			put(&sink, *f);
	}
	if (size)
		text[sink.len] = '\0';
	return sink.len;
}

size_t format(char *text, size_t size, const char *form, ...)
{
	va_list args;
	size_t len;

	va_start(args, form);
	len = vformat(text, size, form, &args);
	va_end(args);
	return len;
}

/* A va_list that is a parameter has another type than one that isn't; a struct
 * in between has the same type everywhere. */
struct arguments {
	va_list list;
};

static void say_all(const char *head, const char *form, struct arguments *args,
		    const char *tail)
{
	char text[256];
	size_t len;

	serial_write(head, strlen(head));
	len = vformat(text, sizeof(text), form, &args->list);
	serial_write(text, len);
	serial_write(tail, strlen(tail));
}

void say(const char *form, ...)
{
	struct arguments args;

	va_start(args.list, form);
	say_all("", form, &args, "");
	va_end(args.list);
}

/* Who fails doesn't know whether that was what somebody wanted to see. */
static bool is_quiet;

void quiet(bool on)
{
	is_quiet = on;
}

int failed(const char *form, ...)
{
	struct arguments args;

	va_start(args.list, form);
	say_all(is_quiet ? "  " : "FAIL ", form, &args, "\n");
	va_end(args.list);
	return -1;
}
